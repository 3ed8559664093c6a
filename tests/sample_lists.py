"""Scenes of a school: lists and students as the pages may have to show them."""

from dataclasses import replace
from datetime import UTC, date, datetime

from data_schemas.codes import Tier
from models.assessment import DataQuality, ModelStatus, Retest
from models.triage.missed import Missed
from models.triage.queues import BELOW, IMMEDIATE, NOT_SCREENED, RETEST, WEEK
from serving.today import Due, Entry, FollowUpList
from tests.factories import blind_entry, entry, floor, follow_up_list, reason, sheet, words

CHECK = Due(words("30 分钟内响应", "respond within 30 minutes"), datetime(2026, 11, 20, 4, 41, tzinfo=UTC), False)
INTERVIEW = Due(
    words("2 个上学日内访谈", "interview within 2 school days"), datetime(2026, 11, 24, 9, tzinfo=UTC), False
)
LATE = Due(words("月度随访", "monthly follow-up"), datetime(2026, 11, 17, 9, tzinfo=UTC), True)
ROUTINE = Due(words("本周内例行访谈", "routine interview this week"), None, False)

REASONS = (
    reason("phq9_total", 1.42, text=words("PHQ-9 总分 17，上次 9", "PHQ-9 total 17, 9 before"), value=17.0),
    reason("gad7_total", 0.61, text=words("GAD-7 总分 13", "GAD-7 total 13"), value=13.0),
    reason(
        "return_day_leaves",
        0.74,
        group="leave",
        value=2.0,
        text=words("本学期节后返校日请假 2 次", "2 leaves on days of return from a break this term"),
    ),
    reason(
        "sick_days",
        0.21,
        group="leave",
        value=4.0,
        text=words("60 个上学日内病假 4 天", "4 sick days in 60 school days"),
    ),
    reason(
        "left_behind", 0.18, group="family", value=1.0, text=words("留守：父母双方在外务工", "both parents work away")
    ),
    reason(
        "mood",
        0.33,
        group="concern",
        value=1.0,
        text=words("班主任 11 月 9 日反映情绪异常", "unusual mood reported on 9 Nov"),
    ),
    reason("sleep", -0.27, group="context", value=8.5, text=words("每晚睡眠 8.5 小时", "8.5 hours of sleep a night")),
    reason("gad7_change", -0.12, value=-3.0, text=words("GAD-7 比上次低 3 分", "GAD-7 is 3 below the previous")),
)
LONG = (
    "班主任转述：该生自国庆返校后连续三周在周一上午以头痛为由请假，家长称在家长时间独处、不愿与人说话，"
    "同桌反映其多次说“没有意思”，体育老师注意到其不再参加原先喜欢的篮球训练，宿舍管理员反映其夜间难以入睡、常在走廊独坐至深夜"
)


def checks(n: int) -> tuple[Entry, ...]:
    """`n` open safety checks."""
    kinds = (
        (
            floor("R11", text=words("同学转述：表达告别的话", "a classmate reports words of farewell"), severity=5),
            Tier.CRISIS,
        ),
        (floor(), Tier.CRISIS),
        (floor("R01", Tier.PRIORITY, text=words("PHQ-9 第9题 = 1", "PHQ-9 item 9 = 1"), severity=2), Tier.PRIORITY),
    )
    lines = []
    for k in range(n):
        opened, tier = kinds[0 if k < n // 8 else 1 if k < n // 2 else 2]
        lines.append(
            entry(
                f"S-{4821 + 13 * k}",
                tier,
                IMMEDIATE,
                class_id=f"{'七八九'[k % 3]}({k % 7 + 1})班",
                grade=7 + k % 3,
                floors=(opened,),
                reasons=REASONS,
                instruments=(
                    sheet(
                        total=17,
                        band=words("中重度", "moderately severe"),
                        previous_total=9,
                        critical_status="positive",
                    ),
                    sheet("gad7", 13, previous_total=16),
                ),
                why=(
                    opened.text,
                    words(
                        "PHQ-9 17 分（上次 9 分）· 节后返校请假 2 次", "PHQ-9 17 (9 before) · 2 leaves on return days"
                    ),
                ),
                due=CHECK,
            )
        )
    return tuple(lines)


def week() -> tuple[Entry, ...]:
    lines = []
    for k in range(9):
        lines.append(
            entry(
                f"S-{1077 + 31 * k}",
                Tier.PRIORITY if k < 4 else Tier.WATCH,
                rank=k + 1,
                slot="concern" if k == 8 else "ranked",
                class_id=f"{'七八九'[k % 3]}({k % 7 + 1})班",
                grade=7 + k % 3,
                confirmed=k == 1,
                reasons=REASONS[k % 3 :],
                why=tuple(one.text for one in REASONS[k % 4 : k % 4 + 2]),
                due=LATE if k == 3 else INTERVIEW,
                data_quality=DataQuality("low", missing=("gad7",)) if k == 2 else DataQuality("ok"),
                seen_on=date(2026, 10, 12) if k == 3 else None,
            )
        )
    return (*lines, blind_entry("S-1356", rank=10, class_id="七(3)班", grade=7, due=ROUTINE))


def below(n: int = 214) -> tuple[Entry, ...]:
    return tuple(
        entry(
            f"S-{20000 + 7 * k}",
            Tier.WATCH if k < 60 else Tier.ROUTINE,
            BELOW,
            rank=11 + k,
            class_id=f"{'七八九'[k % 3]}({k % 7 + 1})班",
            grade=7 + k % 3,
            why=(REASONS[k % 6].text,),
        )
        for k in range(n)
    )


def usual() -> FollowUpList:
    """A usual day, with queues."""
    return follow_up_list(
        synthetic=True,
        immediate=checks(3),
        week=week(),
        below=below(),
        missed=Missed(40, 2, value=31.0, low=18.0, high=49.0),
        not_screened=tuple(
            entry(
                f"S-{30000 + k}",
                Tier.ROUTINE,
                NOT_SCREENED,
                screened=False,
                instruments=(),
                reasons=(),
                why=(words("没有当前有效的问卷", "no current questionnaire"),),
                due=Due(words("安排补测", "arrange a make-up session"), None, False),
            )
            for k in range(3)
        ),
        retest=(
            entry(
                "S-7001",
                queue=RETEST,
                why=(words("PHQ-9 空缺 4 题，不能计分", "PHQ-9 with 4 blanks, not scored"),),
                due=Due(words("14 天内重测", "retest within 14 days"), None, False),
                data_quality=DataQuality("low", (Retest("phq9", "unscored", words("重测 PHQ-9", "repeat PHQ-9")),)),
            ),
        ),
        tier_counts={"crisis": 2, "priority": 5, "watch": 66, "routine": 154},
    )


def flooded() -> FollowUpList:
    return replace(usual(), queues={**usual().queues, IMMEDIATE: checks(80)})


def nothing_due() -> FollowUpList:
    return follow_up_list()


def degraded() -> FollowUpList:
    """The model is away, feeds are silent, and there is a very long reason."""
    model = ModelStatus(None, None, "2026-11+abcdef01", None, "unavailable")
    lines = list(usual().queue(WEEK))
    lines[0] = replace(lines[0], why=(words(LONG), words(LONG)))
    return replace(
        usual(),
        synthetic=False,
        model=model,
        silent_feeds=("leaves", "concerns"),
        queues={**usual().queues, WEEK: tuple(lines)},
        missed=Missed(3, 0),
    )
