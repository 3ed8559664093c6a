"""The order of the list holds for whatever is put on it."""

import itertools
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from models.assessment import DataQuality, Retest
from models.policy import read_policy
from serving.followup import build_list
from serving.followup.due import is_urgent
from serving.followup.entries import Section
from serving.followup.ranking import evidence_severity, in_order, strengths
from serving.store import Evidence, SchoolReading, Standing, as_it_stands, make_run
from tests.factories import AS_OF, MODEL, NOW, assessment, floor, pupil, words

POLICY, SCHOOL = read_policy(), default_calendar()
RULES = ("R01", "R02", "R19", "R20", "phq9-total-15")
RUN = make_run("f1", AS_OF, "code", True, "synthetic", MODEL, ["school-01"], NOW)


@st.composite
def standings(draw: st.DrawFn) -> list[Standing]:
    return [draw(one_standing(f"S-{n}")) for n in range(draw(st.integers(0, 25)))]


@st.composite
def one_standing(draw: st.DrawFn, student_id: str) -> Standing:
    tier = draw(st.sampled_from((Tier.ROUTINE, Tier.WATCH, Tier.PRIORITY)))
    rows = tuple(
        Evidence(
            student_id,
            floor(
                rule,
                draw(st.sampled_from((Tier.WATCH, Tier.PRIORITY, Tier.CRISIS))),
                severity=draw(st.sampled_from((0, 20, 40, 100))),
                history=draw(st.booleans()),
            ),
            NOW - timedelta(days=draw(st.integers(0, 30))),
            "run",
        )
        for rule in draw(st.sets(st.sampled_from(RULES), max_size=2))
    )
    retest = (Retest("phq9", "unscored", words("复测", "repeat")),) if draw(st.booleans()) else ()
    margin = draw(st.one_of(st.none(), st.floats(-5, 5)))
    seen = draw(st.one_of(st.none(), st.just(date(2026, 10, 1))))
    said = assessment(
        student_id,
        tier,
        margin=margin,
        severity=draw(st.floats(0, 1)),
        screened=draw(st.booleans()),
        changed_on=draw(st.one_of(st.none(), st.just(AS_OF))),
        last_interview_on=seen,
        data_quality=DataQuality("ok", retest),
    )
    stands = as_it_stands(said, rows)
    return Standing(pupil(student_id), stands, rows, NOW, NOW if retest else None, margin, said.severity, said.screened)


@given(standings(), st.integers(0, 2**32 - 1))
def test_the_order_is_total_and_does_not_hang_on_the_order_of_input(group: list[Standing], seed: int) -> None:
    shuffled = group[:]
    Random(seed).shuffle(shuffled)
    orders = [
        in_order(them, strengths(them), Section.WEEK, NOW, POLICY.due, SCHOOL)
        for them in (group, shuffled, shuffled[::-1])
    ]
    assert orders[0] == orders[1] == orders[2]


@given(standings())
def test_a_higher_tier_goes_first_and_open_safety_evidence_first_within_it(group: list[Standing]) -> None:
    order = in_order(group, strengths(group), Section.WEEK, NOW, POLICY.due, SCHOOL)
    for before, after in itertools.pairwise(order):
        assert before.assessment is not None
        assert after.assessment is not None
        assert before.assessment.tier.ord >= after.assessment.tier.ord
        if before.assessment.tier is after.assessment.tier:
            assert evidence_severity(before) >= evidence_severity(after)


@given(standings(), st.integers(1, 15))
def test_each_student_stands_once_and_nobody_is_lost(group: list[Standing], slots: int) -> None:
    reading = SchoolReading(RUN, tuple(group), (), (), frozenset())
    listed = build_list(reading, "school-01", NOW, POLICY, slots, SCHOOL)
    placed = [entry.pupil.student_id for entry in (*listed.immediate, *listed.week, *listed.below)]
    assert len(placed) == len(set(placed))
    assert len(listed.week) <= slots
    assert listed.unscheduled == len(group) - len(listed.immediate) - len(listed.week)
    shown = {*placed, *(entry.pupil.student_id for entry in listed.history)}
    raised = {s.pupil.student_id for s in group if s.assessment is not None and s.assessment.tier is not Tier.ROUTINE}
    assert raised <= shown, "every student above 一般 stands somewhere on the list"
    urgent = {s.pupil.student_id for s in group if any(is_urgent(row) for row in s.evidence)}
    assert urgent == {entry.pupil.student_id for entry in listed.immediate}
    assert [e.pupil.student_id for e in listed.not_screened] == [
        e.pupil.student_id for e in listed.not_screened if not e.assessment.screened
    ]


@given(standings())
def test_the_tier_is_never_below_open_evidence(group: list[Standing]) -> None:
    for standing in group:
        assert standing.assessment is not None
        highest = max((row.floor.tier.ord for row in standing.evidence), default=0)
        assert standing.assessment.tier.ord == max(highest, standing.assessment.own_tier.ord)
