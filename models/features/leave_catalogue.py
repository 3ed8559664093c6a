"""The features of leave: what each counts, in both languages, and why some are for people only."""

from data_schemas.instruments import Words
from models.features.feature import Feature

PLAN = "淮政办函〔2026〕1号 (长期或经常请假、节假日返校即请假、休学)"
ABSENCE = "Finning et al. 2019 (meta-analysis: absenteeism and depression); John et al. 2022, Lancet Psychiatry"
TRUANCY = "Finning et al. 2019 (meta-analysis: unexcused absence, OR 3.74); 预防未成年人犯罪法 28"
ENROLMENT = "江苏省义务教育学籍管理规定 (休学、复学); 淮政办函〔2026〕1号"

# Absences are all days away, with or without leave; quarantine is among them, a school activity is not.
# A day of leave more may lower it, and a score must not fall because a student was away once more.
MAY_FALL = "one more day of leave may lower it, and a score must not fall for that"
NEEDS_CLASS = "it needs the whole class, which one student in a request does not bring along"
BLANK_AT_TIMES = "leave_rate_pctl_60 is read in its place: what is usual differs by stage and month"

UNSIGNED = ("months_since_resumption",)

Row = tuple[str, str, str, str, str, str]  # name, Chinese, English, unit, source, why it is kept out
DAYS, TIMES, SHARE = "days", "times", "share"

LEAVE: tuple[Row, ...] = (
    (
        "leave_days_20",
        "近20个上学日缺勤 {value:g} 天",
        "absent for {value:g} days of the last 20 school days",
        DAYS,
        ABSENCE,
        "",
    ),
    (
        "leave_days_60",
        "近60个上学日缺勤 {value:g} 天",
        "absent for {value:g} days of the last 60 school days",
        DAYS,
        ABSENCE,
        "",
    ),
    ("leave_days_term", "本学期缺勤 {value:g} 天", "absent for {value:g} days of this term", DAYS, ABSENCE, ""),
    ("leave_days_365", "近一年缺勤 {value:g} 天", "absent for {value:g} days in the last year", DAYS, ABSENCE, ""),
    (
        "unexcused_days_20",
        "近20个上学日旷课 {value:g} 天",
        "{value:g} days absent without leave in the last 20 school days",
        DAYS,
        TRUANCY,
        "",
    ),
    (
        "unexcused_days_60",
        "近60个上学日旷课 {value:g} 天",
        "{value:g} days absent without leave in the last 60 school days",
        DAYS,
        TRUANCY,
        "",
    ),
    (
        "unexcused_days_term",
        "本学期旷课 {value:g} 天",
        "{value:g} days absent without leave this term",
        DAYS,
        TRUANCY,
        "",
    ),
    (
        "unexcused_days_365",
        "近一年旷课 {value:g} 天",
        "{value:g} days absent without leave in the last year",
        DAYS,
        TRUANCY,
        "",
    ),
    (
        "leave_episodes_20",
        "近20个上学日缺勤 {value:g} 次",
        "absent {value:g} times in the last 20 school days",
        TIMES,
        PLAN,
        MAY_FALL,
    ),
    (
        "leave_episodes_60",
        "近60个上学日缺勤 {value:g} 次",
        "absent {value:g} times in the last 60 school days",
        TIMES,
        PLAN,
        MAY_FALL,
    ),
    ("leave_episodes_term", "本学期缺勤 {value:g} 次", "absent {value:g} times this term", TIMES, PLAN, MAY_FALL),
    (
        "leave_episodes_365",
        "近一年缺勤 {value:g} 次",
        "absent {value:g} times in the last year",
        TIMES,
        PLAN,
        MAY_FALL,
    ),
    (
        "nonresp_sick_days_60",
        "近60个上学日非呼吸道、非发热病假 {value:g} 天",
        "{value:g} days of sick leave in the last 60 school days, neither respiratory nor fever",
        DAYS,
        ABSENCE,
        "",
    ),
    (
        "nonresp_sick_episodes_60",
        "近60个上学日非呼吸道、非发热病假 {value:g} 次",
        "on sick leave {value:g} times in the last 60 school days, neither respiratory nor fever",
        TIMES,
        ABSENCE,
        MAY_FALL,
    ),
    (
        "monfri_days_60",
        "近60个上学日的周一、周五缺勤 {value:g} 天",
        "absent on {value:g} Mondays or Fridays of the last 60 school days",
        DAYS,
        "FFT Education Datalab (absence by weekday)",
        "",
    ),
    (
        "monfri_share_60",
        "近60个上学日的缺勤中周一、周五占 {value:.0%}（收缩估计）",
        "{value:.0%} of the absences of the last 60 school days on Mondays and Fridays (shrunken)",
        SHARE,
        "FFT Education Datalab (absence by weekday); shrunken as (Mondays and Fridays + 1) / (days + 2.5)",
        MAY_FALL,
    ),
    (
        "return_day_leaves_365",
        "近一年节假日返校即缺勤 {value:g} 次",
        "absent right after a holiday {value:g} times in the last year",
        TIMES,
        PLAN,
        "",
    ),
    (
        "return_day_leave_rate_365",
        "近一年返校日缺勤率 {value:.0%}（收缩估计）",
        "absent after {value:.0%} of the holidays of the last year (shrunken)",
        SHARE,
        PLAN + "; shrunken as (times + 0.5) / (return days + 10)",
        "return_day_leaves_365 is read in its place: without leave the share moves with the calendar alone",
    ),
    (
        "pre_exam_days_365",
        "近一年考前5个上学日内缺勤 {value:g} 天",
        "absent for {value:g} days in the five school days before an exam, in the last year",
        DAYS,
        "淮政办函〔2026〕1号 (考试季)",
        "",
    ),
    (
        "late_early_20",
        "近20个上学日迟到、早退 {value:g} 次",
        "{value:g} times late or gone early in the last 20 school days",
        TIMES,
        ABSENCE,
        "",
    ),
    (
        "longest_leave_365",
        "近一年最长一次连续缺勤 {value:g} 个上学日",
        "longest absence in the last year: {value:g} school days",
        "school days",
        PLAN,
        "",
    ),
    (
        "leave_trend_20",
        "近20个上学日缺勤比此前20个上学日多 {value:+g} 天（不计隔离）",
        "{value:+g} days of absence in the last 20 school days against the 20 before (without quarantine)",
        DAYS,
        ABSENCE,
        MAY_FALL,
    ),
    (
        "leave_rate_60",
        "近60个上学日中在校应到日的缺勤率 {value:.1%}",
        "{value:.1%} missed of the days at school among the last 60 school days",
        SHARE,
        ABSENCE,
        BLANK_AT_TIMES,
    ),
    (
        "leave_rate_pctl_60",
        "近60个上学日缺勤多于本学段同月 {value:.1%} 的学生",
        "away more than {value:.1%} of the stage's students in that month, over the last 60 school days",
        SHARE,
        "淮政办函〔2026〕1号 (经常请假); sickness absence in the region: .05–.73 % of days by place, year and month",
        "",
    ),
    (
        "excess_vs_class_60",
        "近60个上学日缺勤比同班多 {value:+.1f} 天（不计全班缺勤多的日子）",
        "{value:+.1f} days absent more than the class in the last 60 school days (without days when many were away)",
        DAYS,
        ABSENCE,
        NEEDS_CLASS,
    ),
    ("suspended_365", "近一年内有休学", "suspended from school within the last year", "yes or no", ENROLMENT, ""),
    ("suspensions", "曾休学 {value:g} 次", "suspended from school {value:g} times so far", TIMES, ENROLMENT, ""),
    (
        "resumed_90",
        "复学未满90天",
        "back from a suspension for less than 90 days",
        "yes or no",
        ENROLMENT,
        "",
    ),
    (
        "months_since_resumption",
        "复学已 {value:.1f} 个月",
        "back from a suspension for {value:.1f} months",
        "months",
        ENROLMENT,
        "a second suspension starts the count anew; resumed_90 is read in its place",
    ),
    (
        "days_past_suspension",
        "休学期满 {value:g} 天未见复学登记",
        "{value:g} days after the end of a suspension without a recorded return",
        DAYS,
        ENROLMENT,
        "",
    ),
)


def leave_catalogue() -> list[Feature]:
    """Every feature of leave, in the order of the matrix."""
    found = [
        Feature(
            name,
            "leave",
            0 if name in UNSIGNED else 1,
            name,
            "leave_missing",
            Words(zh=zh, en=en),
            unit=unit,
            source=source,
            kept_out=why,
        )
        for name, zh, en, unit, source, why in LEAVE
    ]
    missing = Words(
        zh="近60个上学日的出勤不明（数据缺失、中断，或多数日子不在校）",
        en="attendance of the last 60 school days not known (no data, or not at school for most of them)",
    )
    return [
        *found,
        Feature(
            "leave_missing", "leave", 1, "leave_missing", "leave_missing", missing, unit="yes or no", source="feeds"
        ),
    ]
