"""The order of the list and its places hold for whatever is put on it."""

import itertools
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from models.assessment import DataQuality, Retest
from models.policy import read_policy
from models.triage import Piece, Present, StudentFacts, Word, day_start, in_order, present_of, stands_in, strengths_of
from models.triage.week import blind_students, places
from serving.store import SchoolFacts, make_run
from serving.today import FollowUpList, build_list
from serving.today.export import list_json
from tests.factories import AS_OF, MODEL, NOW, assessment, floor, lead, student, words

POLICY, SCHOOL = read_policy(), default_calendar()
RULES = ("R01", "R02", "R19", "R20", "phq9-total-15")
RUN = make_run("f1", AS_OF, "code", True, "synthetic", MODEL, ["school-01"], NOW)
TIERS = (Tier.ROUTINE, Tier.WATCH, Tier.PRIORITY)


@st.composite
def everyone(draw: st.DrawFn) -> list[StudentFacts]:
    return [draw(one_student(f"S-{n}")) for n in range(draw(st.integers(0, 25)))]


@st.composite
def one_piece(draw: st.DrawFn, rule: str) -> Piece:
    tier = draw(st.sampled_from((Tier.WATCH, Tier.PRIORITY, Tier.CRISIS)))
    severity, history = draw(st.sampled_from((0, 20, 40, 100))), draw(st.booleans())
    found = lead() if rule == "R18" else floor(rule, tier, severity=severity, history=history)
    return Piece(found, NOW - timedelta(days=draw(st.integers(0, 30))))


@st.composite
def one_word(draw: st.DrawFn, number: int) -> Word:
    on = date(2026, 11, draw(st.sampled_from((2, 16, 19, 20))))
    kind, by = (
        draw(st.sampled_from(("interview", "interview", "crisis_event"))),
        draw(st.sampled_from((None, "a", "b"))),
    )
    second = draw(st.sampled_from((None, "c"))) if by else None
    reason = draw(st.sampled_from(("ranked", "audit")))
    return Word(f"w{number}", kind, draw(st.integers(0, 3)), on, day_start(on), by, second, reason)


@st.composite
def one_student(draw: st.DrawFn, student_id: str) -> StudentFacts:
    tier = draw(st.sampled_from(TIERS))
    pieces = [draw(one_piece(rule)) for rule in draw(st.sets(st.sampled_from((*RULES, "R18")), max_size=2))]
    retest = (Retest("phq9", "unscored", words("复测", "repeat")),) if draw(st.booleans()) else ()
    margin, severity = draw(st.one_of(st.none(), st.floats(-5, 5))), draw(st.floats(0, 1))
    changed = draw(st.one_of(st.none(), st.just(AS_OF)))
    screened = draw(st.booleans())
    said = assessment(
        student_id, tier, margin=margin, severity=severity, changed_on=changed, data_quality=DataQuality("ok", retest)
    )
    told = tuple(draw(one_word(n)) for n in range(draw(st.integers(0, 2))))
    return StudentFacts(student_id, "school-01", said, tier, NOW, margin, severity, screened, tuple(pieces), told)


def presents(group: list[StudentFacts]) -> list[Present]:
    return present_of(group, POLICY, SCHOOL)


def listed(group: list[StudentFacts], slots: int = 10) -> FollowUpList:
    people = {one.student_id: student(one.student_id) for one in group}
    return build_list(SchoolFacts(RUN, tuple(group), (), people, ()), "school-01", NOW, POLICY, slots, SCHOOL)


@given(everyone(), st.integers(0, 2**32 - 1))
def test_the_list_does_not_hang_on_the_order_of_its_rows(group: list[StudentFacts], seed: int) -> None:
    shuffled = group[:]
    Random(seed).shuffle(shuffled)
    lists = [list_json(listed(them)) for them in (group, shuffled, shuffled[::-1])]
    assert lists[0] == lists[1] == lists[2]


@given(everyone())
def test_a_higher_tier_goes_first_and_open_safety_evidence_first_within_it(group: list[StudentFacts]) -> None:
    them = presents(group)
    for before, after in itertools.pairwise(in_order(them, strengths_of(them), NOW)):
        assert before.tier.ord >= after.tier.ord
        if before.tier is after.tier:
            assert before.severity >= after.severity


@given(everyone(), st.integers(1, 15))
def test_each_student_stands_once_and_nobody_is_lost(group: list[StudentFacts], slots: int) -> None:
    now, them = listed(group, slots), {one.student_id: one for one in presents(group)}
    shown = {code: [entry.student.student_id for entry in entries] for code, entries in now.queues.items()}
    placed = [one for code in ("immediate", "review", "week", "below") for one in shown[code]]
    both = {one for one in them if them[one].urgent and them[one].in_review}
    assert len(placed) == len(set(placed)) + len(both), "danger stands above the line, confirmed danger in review too"
    assert len(shown["week"]) <= slots
    raised = {one for one, said in them.items() if said.tier is not Tier.ROUTINE}
    assert raised <= {*placed, *shown["history"]}, "every student above 一般 stands somewhere on the list"
    assert {one for one in them if them[one].urgent} == set(shown["immediate"])
    assert {one for one in them if them[one].in_review} == set(shown["review"])
    assert {one for one in them if them[one].leads} == set(shown["leads"])
    for one, said in them.items():
        assert {code for code in shown if one in shown[code]} - {"week", "below"} == set(stands_in(said))
    scheduled = {*shown["immediate"], *shown["review"], *shown["week"]}
    assert now.unscheduled == len(group) - len(scheduled)


@given(everyone())
def test_the_tier_is_never_below_open_evidence_or_the_models(group: list[StudentFacts]) -> None:
    for one in presents(group):
        highest = max((standing.piece.floor.tier.ord for standing in one.open), default=0)
        assert one.tier.ord >= max(highest, one.facts.model_tier.ord if one.facts.model_tier else 0)
        if one.tier is Tier.CRISIS:
            assert one.source in ("floor", "human"), "the model never sets 危机"


@given(everyone())
def test_whoever_is_drawn_by_lot_is_blind_wherever_they_stand_and_never_in_danger(group: list[StudentFacts]) -> None:
    them = presents(group)
    blind = blind_students(them, "school-01", places(10, POLICY)[1], NOW)
    assert not any(one.open or one.leads or one.in_review for one in them if one.student_id in blind)
    for entries in listed(group).queues.values():
        for entry in entries:
            assert entry.blind == (entry.student.student_id in blind)
            if entry.blind:
                hidden = (entry.tier, entry.source, entry.assessment, entry.seen_on, entry.lacks)
                assert (hidden, entry.floors) == ((None,) * 5, ())
                assert entry.why == (words("例行访谈", "routine conversation"),)
