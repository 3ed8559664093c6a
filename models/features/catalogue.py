"""One declaration per feature: name, group, direction, what it is about, and its sentence in both languages.

A feature of direction 1 is adverse: raising it never lowers the score. What is missing is a feature of its own
with direction 1, and the value itself then stands at its lowest, so that by construction a missing value never
scores below the lowest one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from data_schemas.codes import Concern, FamilyFlag
from data_schemas.instruments import Instrument, Score, Words
from models.features.scores import best_value, feature_scores

Group = Literal["questionnaire", "leave", "family", "concern", "context"]


@dataclass(frozen=True)
class Feature:
    """`topic` joins features that one sentence speaks for; `missing` names the feature that says the topic's
    source is not there, and `lowest` the figure that then stands in. Sentences are templates over `value`, `date`
    and, for a `score` of an `instrument`, `band_zh` or `band_en`; a score is shown in its own points and read
    standardised."""

    name: str
    group: Group
    direction: Literal[0, 1]
    topic: str
    missing: str | None
    text: Words
    lowest: float = 0.0
    instrument: str = ""
    score: str = ""


# Concern kinds that the model may read. Safety and protection reports open floors and are never model inputs.
MODEL_CONCERNS = (
    Concern.MOOD_ABNORMAL,
    Concern.STUDY_PRESSURE,
    Concern.SCHOOL_AVERSION,
    Concern.BULLYING,
    Concern.PARENT_CHILD_CONFLICT,
    Concern.SCHOOL_CONTACT,
    Concern.REPEATED_GRADE,
    Concern.TRANSFER,
    Concern.SPECIAL_CONSTITUTION,
    Concern.SLEEP_SHORT,
    Concern.SERIOUS_MISCONDUCT,
)

# 随迁 has no sign: studies disagree whether moving with parents goes with more or less distress.
UNSIGNED_FLAGS = (FamilyFlag.MIGRANT,)

LEAVE_SENTENCES = {
    "leave_days_20": ("近20个上学日请假 {value:g} 天", "{value:g} days of leave in the last 20 school days"),
    "leave_days_60": ("近60个上学日请假 {value:g} 天", "{value:g} days of leave in the last 60 school days"),
    "leave_days_term": ("本学期请假 {value:g} 天", "{value:g} days of leave this term"),
    "leave_days_365": ("近一年请假 {value:g} 天", "{value:g} days of leave in the last year"),
    "unexcused_days_20": (
        "近20个上学日旷课 {value:g} 天",
        "{value:g} days absent without leave in the last 20 school days",
    ),
    "unexcused_days_60": (
        "近60个上学日旷课 {value:g} 天",
        "{value:g} days absent without leave in the last 60 school days",
    ),
    "unexcused_days_365": ("近一年旷课 {value:g} 天", "{value:g} days absent without leave in the last year"),
    "nonresp_sick_days_60": (
        "近60个上学日非呼吸道、非发热病假 {value:g} 天",
        "{value:g} days of sick leave in the last 60 school days, neither respiratory nor fever",
    ),
    "monfri_days_60": (
        "近60个上学日的周一、周五请假 {value:g} 天",
        "{value:g} Mondays or Fridays of leave in the last 60 school days",
    ),
    "return_day_leaves_365": (
        "近一年节假日返校即请假 {value:g} 次",
        "{value:g} times on leave right after a holiday in the last year",
    ),
    "pre_exam_days_365": (
        "近一年考前5个上学日内请假 {value:g} 天",
        "{value:g} days of leave in the five school days before an exam, in the last year",
    ),
    "late_early_20": (
        "近20个上学日迟到、早退 {value:g} 次",
        "{value:g} times late or gone early in the last 20 school days",
    ),
    "longest_leave_365": (
        "近一年最长一次连续请假 {value:g} 个上学日",
        "longest leave in the last year: {value:g} school days",
    ),
    "suspended_365": ("近一年内有休学", "suspended from school within the last year"),
    "suspensions": ("曾休学 {value:g} 次", "suspended from school {value:g} times so far"),
    "resumed_90": ("复学未满90天", "back from a suspension for less than 90 days"),
}


def catalogue(instruments: Iterable[Instrument]) -> tuple[Feature, ...]:
    """Every feature for these questionnaires, in the order of the matrix."""
    return (
        *(feature for instrument in instruments for feature in _questionnaire(instrument)),
        *_leave(),
        *_family(),
        *_concern(),
        *_context(),
    )


def _questionnaire(instrument: Instrument) -> list[Feature]:
    code, label = instrument.code, instrument.label
    missing = f"{code}_missing"

    def feature(name: str, zh: str, en: str, lowest: float = 0.0, score: str = "") -> Feature:
        topic, text = f"{code}_{name}", Words(zh=label.zh + zh, en=label.en + en)
        return Feature(topic, "questionnaire", 1, topic, missing, text, lowest, code if score else "", score)

    def standing(score: Score) -> Feature:
        zh, en = ("", "") if score.code == "total" else (f" {score.zh}", f" {score.en}")
        best = best_value(instrument, score)
        return feature(
            score.code,
            f"{zh} {{value:.4g}} 分（{{band_zh}}{{date}}）",
            f"{en}: {{value:.4g}} ({{band_en}}{{date}})",
            best,
            score.code,
        )

    def item(number: int) -> Feature:
        name = instrument.item_names.get(number, Words(zh=f"第{number}题", en=f"item {number}"))
        zh, en = f" {name.zh} 得 {{value:g}} 分（{{date}}）", f" {name.en}: {{value:g}} ({{date}})"
        return feature(f"item_{number}", zh, en)

    best = best_value(instrument, instrument.total)
    worst = ("最低", "at least") if instrument.total.polarity == "protective" else ("最高", "at most")
    return [
        *(standing(score) for score in feature_scores(instrument)),
        *(item(number) for number in instrument.feature_items),
        feature("blank_items", " 有 {value:g} 题未作答", ": {value:g} items left blank"),
        feature("earlier_max", f" 此前{worst[0]} {{value:.4g}} 分", f": {{value:.4g}} {worst[1]} before", best),
        feature("missing", " 没有有效期内的答卷", ": no current sheet"),
        feature("stale", " 上次答卷已过期（{date}）", ": the last sheet is out of date ({date})"),
        feature("invalid", " 最近的答卷无效，待重测", ": the newest sheet is not valid and to be repeated"),
    ]


def _leave() -> list[Feature]:
    missing = Words(zh="请假数据缺失或中断", en="leave data missing or interrupted")
    return [
        *(
            Feature(name, "leave", 1, name, "leave_missing", Words(zh=zh, en=en))
            for name, (zh, en) in LEAVE_SENTENCES.items()
        ),
        Feature("leave_missing", "leave", 1, "leave_missing", "leave_missing", missing),
    ]


def _family() -> list[Feature]:
    return [
        Feature(
            f"family_{flag.code}",
            "family",
            0 if flag in UNSIGNED_FLAGS else 1,
            "family",
            None,
            Words(zh=flag.zh, en=flag.en),
        )
        for flag in FamilyFlag
        if isinstance(flag, FamilyFlag)
    ]


def _concern() -> list[Feature]:
    return [
        *(
            Feature(
                f"concern_{kind.code}",
                "concern",
                1,
                f"concern_{kind.code}",
                "concern_missing",
                Words(zh=f"近一年{kind.zh} {{value:g}} 次", en=f"{kind.en}: {{value:g}} in the last year"),
            )
            for kind in MODEL_CONCERNS
        ),
        Feature(
            "concern_missing",
            "concern",
            1,
            "concern_missing",
            "concern_missing",
            Words(zh="关注线索数据缺失或中断", en="reports of concern missing or interrupted"),
        ),
    ]


def _context() -> list[Feature]:
    text = Words(zh="年龄、年级等背景", en="background such as age and grade")
    return [
        Feature(name, "context", 0, "context", None, text)
        for name in ("age_years", "stage", "grade", "female", "boarding")
    ]


def catalogue_json(features: Iterable[Feature]) -> list[dict[str, Any]]:
    return [{**asdict(feature), "text": feature.text.model_dump()} for feature in features]


def catalogue_of_json(content: Iterable[Mapping[str, Any]]) -> tuple[Feature, ...]:
    """The features that an artifact was trained on; raises pydantic's or `TypeError` where the form is another."""
    return tuple(Feature(**{**entry, "text": Words.model_validate(entry["text"])}) for entry in content)
