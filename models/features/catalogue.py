"""Every feature there is, in the order of the matrix."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from data_schemas.codes import Concern, FamilyFlag
from data_schemas.instruments import Instrument, Score, Words
from data_schemas.own_features import OwnFeature
from data_schemas.tables import Sensitivity
from models.features.feature import Feature, Group
from models.features.leave_catalogue import leave_catalogue
from models.features.own import own_catalogue
from models.features.scores import best_value, feature_scores
from runxin.errors import bad_data

PLAN = "淮政办函〔2026〕1号"
POINTS, YES_OR_NO = "points", "yes or no"

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

FAMILY_SOURCES = {
    FamilyFlag.LEFT_BEHIND: "国发〔2016〕13号 (both parents away, or one and the other unfit as guardian; under 16)",
    FamilyFlag.LEFT_BEHIND_SURVEY: "older surveys and statistics (one or both parents away for six months or more)",
    FamilyFlag.IN_DIFFICULTY: "国发〔2016〕36号",
    FamilyFlag.DE_FACTO_UNSUPPORTED: "民发〔2019〕62号",
    FamilyFlag.DIVORCED_SINGLE: f"{PLAN} (离异单亲); Auersperg et al. 2019 (divorce and depression, OR 1.29)",
    FamilyFlag.GUARDIANSHIP_GAP: f"{PLAN} (监管缺失)",
    FamilyFlag.PARENT_ILLNESS_DISABILITY: "民发〔2019〕62号",
    FamilyFlag.PARENT_IN_CUSTODY: "民发〔2019〕62号",
    FamilyFlag.BEREAVED_RECENT: "policy: a parent or caregiver died within 24 months",
}
CONCERN_SOURCES = {
    Concern.SCHOOL_CONTACT: "National Survey of Children's Health (K7Q04)",
    Concern.REPEATED_GRADE: "National Survey of Children's Health (REPEATED)",
    Concern.SLEEP_SHORT: f"{PLAN} (分别不少于10小时、9小时、8小时)",
    Concern.SERIOUS_MISCONDUCT: "预防未成年人犯罪法 38",
}
CONTEXT = (
    ("age_years", "年龄 {value:g} 岁", "{value:g} years of age", "years"),
    ("stage", "学段（0 小学至 3 中职）：{value:g}", "stage of school, 0 primary to 3 vocational: {value:g}", "place"),
    ("grade", "{value:g} 年级", "grade {value:g}", "grade"),
    ("female", "性别（1 女，0 男，0.5 未知）：{value:g}", "sex, 1 female, 0 male, ½ not known: {value:g}", "code"),
    (
        "boarding",
        "寄宿（1 是，0 否，0.5 未知）：{value:g}",
        "lives at school, 1 yes, 0 no, ½ not known: {value:g}",
        "code",
    ),
)

LEVEL = "level, 0 to 3"
TALK = (
    (
        "talk_highest",
        "此前的谈话曾发现需要留意的情况（3 级中的 {value:g} 级，最近一次 {date}）",
        "an earlier talk found something to look after (level {value:g} of 3, last on {date})",
        LEVEL,
    ),
    (
        "talk_highest_150",
        "近150天谈话的最高一级：{value:g}",
        "highest level of talks of the last 150 days: {value:g}",
        LEVEL,
    ),
    ("talk_last", "最近一次谈话的级别：{value:g}", "level of the last talk: {value:g}", LEVEL),
    ("talk_mean", "历次谈话的平均级别：{value:.2g}", "mean level of talks: {value:.2g}", LEVEL),
    ("talk_found", "发现情况的谈话 {value:g} 次", "talks that found something: {value:g}", "talks, at most 5"),
)


def catalogue(instruments: Iterable[Instrument], own: Sequence[OwnFeature] = ()) -> tuple[Feature, ...]:
    """Every feature that models read, for these questionnaires and a dataset's own features."""
    return tuple(feature for feature in full_catalogue(instruments, own) if feature.modelled)


def full_catalogue(instruments: Iterable[Instrument], own: Sequence[OwnFeature] = ()) -> tuple[Feature, ...]:
    """The same with the features that are for people only. Raises `UserError` where an own feature takes a name."""
    found = (
        *(feature for instrument in instruments for feature in _questionnaire(instrument)),
        *leave_catalogue(),
        *_family(),
        *_concern(),
        *_talk(),
        *_context(),
    )
    taken = {feature.name for feature in found} & {one.name for one in own}
    if taken:
        raise bad_data(f"Runxin has features of the name {', '.join(sorted(taken))}", fix="choose other names")
    return (*found, *own_catalogue(own))


def in_words_of_today(features: Sequence[Feature], instruments: Mapping[str, Instrument]) -> tuple[Feature, ...]:
    """Features of a model as they were trained, with the sentences that are said now: what was found untrue in one is
    mended for models that were trained before, too. One that is not known any more keeps its own."""
    today = {feature.name: feature for feature in full_catalogue(instruments.values())}
    return tuple(
        replace(feature, text=now.text, instrument=now.instrument, score=now.score)
        if (now := today.get(feature.name)) is not None and feature.own is None
        else feature
        for feature in features
    )


def _questionnaire(instrument: Instrument) -> list[Feature]:
    code, label = instrument.code, instrument.label
    missing = f"{code}_missing"

    source = next(iter(instrument.sources.values())).text if instrument.sources else ""

    def feature(name: str, zh: str, en: str, unit: str, lowest: float = 0.0, score: str = "") -> Feature:
        """Of a `score` the sentence holds its band."""
        topic, text = f"{code}_{name}", Words(zh=label.zh + zh, en=label.en + en)
        of = code if score else ""
        return Feature(topic, "questionnaire", 1, topic, missing, text, lowest, of, score, unit=unit, source=source)

    def standing(score: Score) -> Feature:
        zh, en = ("", "") if score.code == "total" else (f" {score.zh}", f" {score.en}")
        best = best_value(instrument, score)
        return feature(
            score.code,
            f"{zh} {{value:.4g}} 分（{{band_zh}}{{date}}）",
            f"{en}: {{value:.4g}} ({{band_en}}{{date}})",
            POINTS,
            best,
            score.code,
        )

    def item(number: int) -> Feature:
        name = instrument.item_names.get(number, Words(zh=f"第{number}题", en=f"item {number}"))
        zh, en = f" {name.zh} 得 {{value:.4g}} 分（{{date}}）", f" {name.en}: {{value:.4g}} ({{date}})"
        return feature(f"item_{number}", zh, en, POINTS)

    best = best_value(instrument, instrument.total)
    worst = ("最低", "lowest") if instrument.total.polarity == "protective" else ("最高", "highest")
    return [
        *(standing(score) for score in feature_scores(instrument)),
        *(item(number) for number in instrument.feature_items),
        feature("blank_items", " 有 {value:g} 题未作答（{date}）", ": {value:g} items left blank ({date})", "items"),
        # Not the most ever: a sheet counts as an earlier one for so long as the policy says.
        feature(
            "earlier_max",
            f" 仍计入的较早答卷中{worst[0]} {{value:.4g}} 分（{{band_zh}}{{date}}）",
            f": {{value:.4g}}, the {worst[1]} of the earlier sheets that still count ({{band_en}}{{date}})",
            POINTS,
            best,
            "total",
        ),
        feature("missing", " 没有有效期内的答卷", ": no current sheet", YES_OR_NO),
        feature("stale", " 上次答卷已过期（{date}）", ": the last sheet is out of date ({date})", YES_OR_NO),
        feature(
            "invalid",
            " 最近的答卷无效，待重测（{date}）",
            ": the newest sheet is not valid and to be repeated ({date})",
            YES_OR_NO,
        ),
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
            unit="0 no, 0.1 not known, 1 yes",
            source=FAMILY_SOURCES.get(flag, PLAN),
        )
        for flag in FamilyFlag
    ]


def _concern() -> list[Feature]:
    found = [
        Feature(
            f"concern_{kind.code}",
            "concern",
            1,
            f"concern_{kind.code}",
            "concern_missing",
            Words(zh=f"近一年{kind.zh} {{value:g}} 次", en=f"{kind.en}: {{value:g}} in the last year"),
            unit="reports, at most 3",
            sensitivity=Sensitivity.PROTECTED,
            source=CONCERN_SOURCES.get(kind, PLAN),
        )
        for kind in MODEL_CONCERNS
    ]
    missing = Words(
        zh="关注线索不明（数据缺失、中断，或近60个上学日多数不在校）",
        en="reports of concern not known (no data, or not at school for most of the last 60 school days)",
    )
    name = "concern_missing"
    return [*found, Feature(name, "concern", 1, name, name, missing, unit=YES_OR_NO, source="feeds")]


def _talk() -> list[Feature]:
    """What people found in earlier talks. All are 0 where nobody has talked with the student and where talks found
    nothing, so that such a talk never puts anybody below one nobody has talked with."""
    return _of_one_topic("talk", 1, TALK, Sensitivity.PROTECTED, "outcomes")


def _context() -> list[Feature]:
    return _of_one_topic("context", 0, CONTEXT, Sensitivity.PERSONAL, "students")


def _of_one_topic(
    group: Group,
    direction: Literal[0, 1],
    rows: Iterable[tuple[str, str, str, str]],
    sensitivity: Sensitivity,
    source: str,
) -> list[Feature]:
    """Features that speak as one topic, the group's own, from rows of name, Chinese, English and unit."""
    return [
        Feature(
            name, group, direction, group, None, Words(zh=zh, en=en), unit=unit, sensitivity=sensitivity, source=source
        )
        for name, zh, en, unit in rows
    ]
