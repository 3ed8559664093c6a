"""What earlier talks found: it fades, good news lowers it, and a talk that found nothing says as much as no talk."""

from dataclasses import replace
from typing import Any

import numpy as np

from data_schemas.calendar import date_to_day
from models import records_of_requests
from models.features import Recipe, build_features, catalogue
from models.features.talks import NAMES, RECENT
from models.policy import read_policy
from models.reference import Reference
from models.subset import only
from tests.students import AS_OF, assessed, days_before, eight, interview, leave, phq9, student

TODAY = date_to_day(AS_OF)


def figures(*outcomes: Any, day: int = TODAY, words_until: int | None = None) -> list[float]:
    records = records_of_requests([student(outcomes=list(outcomes))])
    recipe = Recipe(catalogue([]), {}, Reference({}), read_policy().staleness)
    matrix = build_features(records, recipe, day, words_until)
    return [float(matrix.column(name)[0]) for name in NAMES]


def test_a_talk_that_found_nothing_says_as_much_as_no_talk() -> None:
    assert figures(interview(days_before(20))) == figures() == [0.0] * len(NAMES)


def test_a_finding_can_only_weigh_less_as_it_grows_older() -> None:
    talk = interview(days_before(20), level=2)
    then = [figures(talk, day=TODAY + days) for days in (-30, 0, RECENT, 900)]
    assert then[0] == [0.0] * len(NAMES), "before it was held nobody knew"
    assert then[1] == [2.0, 2.0, 2.0, 2.0, 1.0]
    assert then[2] == then[3] == [2.0, 0.0, 2.0, 2.0, 1.0]


def test_good_news_lowers() -> None:
    bad = interview(days_before(60), level=2)
    assert figures(bad, interview(days_before(9))) == [2.0, 2.0, 0.0, 1.0, 1.0]


def test_only_what_was_recorded_by_the_day_counts() -> None:
    late = interview(days_before(9), level=3) | {"recorded_on": AS_OF}
    assert figures(late, day=TODAY - 1) == [0.0] * len(NAMES)
    assert figures(late, words_until=TODAY - 1) == [0.0] * len(NAMES)
    assert figures(late)[0] == 3.0


def test_of_what_was_corrected_the_last_word_counts_and_nobody_is_no_word() -> None:
    first = interview(days_before(9), level=2)
    again = interview(days_before(9), level=1) | {"recorded_on": days_before(3)}
    assert figures(first, again)[0] == 1.0
    assert figures(interview(days_before(9), level=2, by=None)) == [0.0] * len(NAMES)


def test_without_a_model_an_earlier_finding_is_a_reason_and_goes_before() -> None:
    talk = interview(days_before(90), level=2)
    plain, found, none = assessed(
        [
            student("S-1", responses=[phq9(others=eight(8))]),
            student("S-2", responses=[phq9(others=eight(8))], outcomes=[talk]),
            student("S-3", responses=[phq9(others=eight(8))], outcomes=[talk | {"level": 0}]),
        ]
    )
    assert found.severity > plain.severity == none.severity
    said = {reason.feature: reason for reason in found.reasons}
    assert said["talk_highest"].text.zh.startswith("此前的谈话曾发现需要留意的情况")
    assert days_before(90).isoformat() in said["talk_highest"].text.en
    assert not {reason.group for reason in (*plain.reasons, *none.reasons)} & {"talk"}, "no comfort is said of a talk"
    assert found.margin is None


def test_alone_a_student_stands_as_among_others() -> None:
    """Whatever questionnaires others answered, and with older policies by the highest total as before."""
    cdi = {"instrument": "cdi", "administered_on": AS_OF, "received_at": None, "answers": [1] * 27}
    others = [student("S-2", responses=[phq9(1, eight(20))]), student("S-3", responses=[cdi]), student("S-4")]
    for mine in (student(), student(responses=[phq9(others=eight(0))]), student(leaves=[leave(days_before(9))])):
        assert assessed([mine])[0].severity == assessed([mine, *others])[0].severity
    policy = read_policy()
    before = policy.model_copy(update={"list": policy.list.model_copy(update={"without_model": "questionnaires"})})
    (said,) = assessed([student(responses=[phq9(others=eight(20))])], policy=before)
    assert (said.severity, said.reasons) == (20 / 27, ())


def test_records_of_some_are_those_of_the_students_alone() -> None:
    people = [student(f"S-{n}", responses=[phq9(others=eight(n))], outcomes=[interview(level=n % 3)]) for n in range(6)]
    records = records_of_requests(people)
    recipe = Recipe(catalogue([records.sheets["phq9"].instrument]), {}, Reference({}), read_policy().staleness)
    recipe = replace(recipe, instruments={"phq9": records.sheets["phq9"].instrument})
    some = np.array([4, 1])
    np.testing.assert_array_equal(
        build_features(only(records, some), recipe, TODAY).values, build_features(records, recipe, TODAY).values[some]
    )
    assert only(records, some).ids.tolist() == ["S-4", "S-1"]
