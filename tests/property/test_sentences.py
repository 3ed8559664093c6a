"""What is said is so: a total with its band and its day, no figure of nothing, no ease from what is not known."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.codes import LeaveType
from data_schemas.instruments import Words, packaged_instruments
from models import Artifact, Assessment, records_of_requests
from models.changes import Earlier, changes
from models.features import Feature, full_catalogue
from models.features.marks import NO_BAND, NOT_BANDED
from models.sentences import instrument_sentence, sheet_words
from tests.examples import examples
from tests.strategies import sheets, students
from tests.students import AS_OF, Request, Row, assessed, concern, days_before, leave, phq9, sheet, student

KNOWN = packaged_instruments()
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
POINTS = re.compile(r"(得 )?-?[\d.]+ 分(（[^（）]*）)?")
BANDS = {NO_BAND.zh, NOT_BANDED.zh} | {
    band.zh for one in KNOWN.values() for score in one.scores for bands in score.bands for band in bands.bands
}
EMPTY = ("nan", "{", "（）", "()", "（，", "，）", "(, ", ", )", "多于 0.0", "月 0.0%", "than 0.0%")
SINCE = days_before(40)


def texts(said: Assessment) -> Iterator[Words]:
    yield from (reason.text for reason in said.reasons)
    yield from (retest.text for retest in said.data_quality.retest)
    for result in said.instruments:
        yield sheet_words(result)
        yield instrument_sentence(result)


def moved(request: Request, artifact: Artifact) -> list[Words]:
    then = assessed([request], artifact, as_of=SINCE)
    if not then or then[0].margin is None:
        return []
    earlier = {request["student_id"]: Earlier(SINCE, then[0].margin)}
    found = changes(records_of_requests([request]), AS_OF, artifact, earlier)
    return [reason.text for one in found.values() for reason in one.reasons]


def check(text: Words) -> None:
    for said in (text.zh, text.en):
        assert not [word for word in EMPTY if word in said.lower()], said
    for match in POINTS.finditer(text.zh):
        bracket = match[2] or ""
        assert DAY.search(bracket), f"a figure without its day: {text.zh}"
        words = {word for word in bracket.strip("（）").split("，")}
        assert match[1] or words & BANDS, f"a total without its band: {text.zh}"


CROWD = students(consent=False).flatmap(
    lambda one: st.lists(sheets(most=200), max_size=3).map(
        lambda more: {**one, "responses": [*(one["responses"] or []), *more]}
    )
)


@given(CROWD)
@settings(max_examples=examples(80))
def test_every_total_stands_with_its_band_and_its_day(artifact: Artifact, request: Request) -> None:
    for said in assessed([request], artifact):
        for text in texts(said):
            check(text)
    for text in moved(request, artifact):
        check(text)


@given(CROWD)
@settings(max_examples=examples(60))
def test_nothing_eases_that_is_not_known(artifact: Artifact, request: Request) -> None:
    for said in assessed([request], artifact):
        results = {result.code: result for result in said.instruments}
        for reason in (reason for reason in said.reasons if reason.contribution < 0):
            assert said.suspended_since is None
            assert reason.group != "family", "circumstances that call for support"
            assert not reason.feature.endswith(("_missing", "_earlier_max"))
            assert "至少" not in reason.text.zh
            if reason.group == "questionnaire":
                result = results[reason.feature.partition("_")[0]]
                assert result.current
                assert result.valid
                assert not result.suspect
                assert result.outside_age is None


@given(CROWD)
@settings(max_examples=examples(60))
def test_an_absence_is_called_leave_only_where_it_is(artifact: Artifact, request: Request) -> None:
    for reason in assessed([request], artifact)[0].reasons if assessed([request], artifact) else ():
        if reason.group == "leave":
            assert "请假" not in reason.text.zh
            assert "leave" not in reason.text.en.replace("sick leave", "").replace("without leave", "")


@pytest.mark.parametrize("feature", full_catalogue(KNOWN.values()), ids=lambda feature: feature.name)
def test_a_template_of_a_score_has_room_for_band_and_day(feature: Feature) -> None:
    if feature.unit == "points":
        assert "{date}" in feature.text.zh
        assert "{date}" in feature.text.en
    if feature.score:
        assert "{band_zh}{date}）" in feature.text.zh
        assert "({band_en}{date})" in feature.text.en
    if feature.group == "leave":
        assert "请假" not in feature.text.zh


def reasons(artifact: Artifact, *rows: Row, **fields: object) -> dict[str, str]:
    found = assessed([student(responses=list(rows), **fields)], artifact)[0].reasons
    return {reason.feature: reason.text.zh for reason in found}


def test_the_day_is_that_of_the_sheet_with_the_figure(artifact: Artifact) -> None:
    """A newer sheet that cannot be scored raises nothing here, so it is not the one to name."""
    old = phq9(0, (3,) * 8, on=days_before(30))
    scarce = phq9(0, (None, None, None, 0, 0, 0, 0, 1), on=days_before(2))
    said = reasons(artifact, old, scarce)
    assert said["phq9_total"] == f"PHQ-9 24 分（重度，{days_before(30)}）"
    assert str(days_before(2)) in said["phq9_invalid"]


def test_a_figure_says_how_it_came_about(artifact: Artifact) -> None:
    prorated = reasons(artifact, phq9(0, (None, 2, 2, 2, 2, 2, 2, 2)))
    assert prorated["phq9_total"] == "PHQ-9 16 分（中重度，按已答题折算，2026-04-03）"
    scarce = reasons(artifact, phq9(0, (None, None, None, 3, 3, 3, 3, 3)))
    assert scarce["phq9_total"] == "PHQ-9 19 分（未能分段，漏答较多，至少此分，2026-04-03）"
    blank = reasons(artifact, phq9(None, (3,) * 8))
    assert blank.get("phq9_item_9", "PHQ-9 第9题 未作答（2026-04-03）") == "PHQ-9 第9题 未作答（2026-04-03）"


def test_an_item_that_came_in_a_total_alone_is_not_spoken_of(artifact: Artifact) -> None:
    total = {"instrument": "phq9", "scale": "total", "value": 27.0, "administered_on": AS_OF}
    said = assessed([student(scores=[total])], artifact)[0]
    assert "phq9_item_9" not in {reason.feature for reason in said.reasons}


def test_the_last_time_says_what_it_passes_over() -> None:
    rows = [
        phq9(0, (1,) * 8, on=days_before(90)),
        {**phq9(0, (0, 1, 0, 0, 1, 0, 0, 0), on=days_before(40)), "duration_s": 4.0},
        phq9(0, (None,) * 5 + (1,) * 3, on=days_before(30)),
        phq9(0, (2,) * 8),
    ]
    result = assessed([student(responses=rows)])[0].instruments[0]
    assert (result.previous_total, result.passed_over) == (8, 2)
    assert instrument_sentence(result).zh == (
        f"PHQ-9 16 分（中重度，2026-04-03）；上次有效答卷（其间 2 份无效或存疑，未计） 8 分（轻度，{days_before(90)}）"
    )
    plain = assessed([student(responses=[rows[0], rows[3]])])[0].instruments[0]
    assert instrument_sentence(plain).en == (
        f"PHQ-9: 16 (moderately severe, 2026-04-03); before: 8 (mild, {days_before(90)})"
    )


def test_the_most_before_is_not_the_most_ever(artifact: Artifact) -> None:
    """The first sheet is older than those that still count."""
    rows = [phq9(0, (3,) * 8, on=days_before(600)), phq9(0, (1,) * 8, on=days_before(200)), phq9(0, (2,) * 8)]
    said = assessed([student(responses=rows)], artifact)[0]
    assert said.instruments[0].first_total == 24
    for reason in said.reasons:
        if reason.feature == "phq9_earlier_max":
            assert reason.text.zh == f"PHQ-9 仍计入的较早答卷中最高 8 分（轻度，{days_before(200)}）"


def test_reports_are_counted_as_they_are(artifact: Artifact) -> None:
    five = [concern("bullying", days_before(10 * n)) for n in range(5)]
    said = assessed([student(concerns=five)], artifact)[0].reasons
    assert "近一年校园欺凌 5 次" in {reason.text.zh for reason in said}


def test_leave_of_a_window_that_is_partly_known_is_said_to_be_at_least(artifact: Artifact) -> None:
    rows = [leave(days_before(n), days_before(n), LeaveType.UNEXCUSED.code) for n in (1, 2, 3)]
    said = assessed([student(leaves=rows, enrolled_on=AS_OF - timedelta(days=7))], artifact)[0].reasons
    mine = [reason.text for reason in said if reason.feature.startswith(("leave_days", "unexcused"))]
    assert mine
    assert all("至少" in text.zh and "at least" in text.en for text in mine)


def test_scales_without_a_total_count_as_screened_and_say_so() -> None:
    one = {"instrument": "sdq_self", "scale": "emotional", "value": 7.0, "administered_on": date(2026, 4, 1)}
    said = assessed([student(scores=[one])])[0]
    assert said.screened
    assert [text.text.zh for text in said.data_quality.retest if text.why == "unscored"] == []
    (result,) = said.instruments
    label = KNOWN["sdq_self"].label
    assert (result.scales_only, result.total, result.band) == (True, None, None)
    assert instrument_sentence(result).zh == f"{label.zh} 只有分量表分，没有总分（2026-04-01）"
    assert instrument_sentence(result).en == f"{label.en}: scales only, no total (2026-04-01)"


def test_safety_is_asked_about_with_the_whole_figure() -> None:
    said = assessed([student(responses=[sheet("gad7", [3] * 7)])])[0].data_quality.retest
    assert [one.text.zh for one in said if one.why == "safety_question"] == [
        "GAD-7 21 分（重度，2026-04-03） 偏高，该量表不含自杀意念条目，请当面询问安全"
    ]
