"""Since when an outcome is known: from its entry, and that nothing was found only when the horizon is over."""

from datetime import timedelta

import numpy as np
import pytest

from data_schemas.calendar import date_to_day
from data_schemas.dataset import Dataset
from data_schemas.horizon import open_dates, outcomes_until
from models import read_policy, records_of
from models.features import Recipe
from runxin.errors import UserError
from tests.six_students import INDEX, after, dataset, outcome
from tests.trained import FEATURES, INSTRUMENTS, REFERENCE
from training.cohorts.cohort import as_known, closed_dates, learned_from, make_cohort
from training.cohorts.outcomes import NEVER, found_after, without_chance
from training.cohorts.split import split

DAY = date_to_day(INDEX)
EARLIER = INDEX - timedelta(days=200)


def known(data: Dataset, until: int) -> tuple[float, float, int]:
    """Outcome, weight and the day since when it is known, of student A at the end of day `until` after the index."""
    assert data.description.label is not None
    found = found_after(records_of(data), data.description.label, INDEX, False, DAY + until)
    return float(found.outcome[0]), float(found.weight[0]), int(found.known_on[0]) - DAY


@pytest.mark.parametrize(
    ("rows", "until", "wanted"),
    [
        ([(10, 40, 2)], 39, None),
        ([(10, 40, 2)], 40, 1.0),
        ([(10, 12, 0)], 89, None),
        ([(10, 12, 0)], 90, 0.0),
        ([(85, 100, 0)], 99, None),
        ([(85, 100, 0)], 100, 0.0),
        ([(10, 12, 0), (85, 110, 2)], 109, 0.0),
        ([(10, 12, 0), (85, 110, 2)], 110, 1.0),
        ([(91, 91, 2)], 300, None),
    ],
    ids=[
        "not entered yet",
        "entered",
        "the horizon runs",
        "the horizon is over",
        "over, and not entered yet",
        "over and entered",
        "as it then seemed",
        "corrected later",
        "after the horizon",
    ],
)
def test_what_was_known_by_a_day(rows: list[tuple[int, int, int]], until: int, wanted: float | None) -> None:
    data = dataset([outcome("A", day, level, recorded_on=after(entered)) for day, entered, level in rows])
    value, _, since = known(data, until)
    if wanted is None:
        assert np.isnan(value)
        assert since == NEVER - DAY
    else:
        assert value == wanted
        assert since <= until
        assert np.isnan(known(data, since - 1)[0]) or known(data, since - 1)[0] != wanted, "not known a day before"


def test_without_an_entry_date_the_day_itself_counts() -> None:
    assert known(dataset([outcome("A", 10, 2, recorded_on=None)]), 10)[0] == 1
    assert known(dataset([outcome("A", 10, 2, recorded_on=after(5))]), 9)[2] > 9, "nothing is known before it happens"


def test_a_chance_that_was_entered_later_weighs_later() -> None:
    audit = outcome("A", 10, 2, selection_prob=0.02, selection_reason="audit")
    crisis = outcome("A", 60, 3, "crisis_event", recorded_on=after(95))
    data = dataset([audit, crisis])
    assert known(data, 94)[1] == pytest.approx(50), "and it is not capped here"
    assert known(data, 95)[1] == 1


def test_of_what_was_corrected_the_last_word_is_learned_from() -> None:
    """A later row of the same day, kind and interviewer, in any order; another interviewer's finding stands."""
    first = outcome("A", 10, 3, interviewer="I-1")
    second = outcome("A", 10, 0, interviewer="I-1", recorded_on=after(20))
    for rows in ([first, second], [second, first]):
        assert known(dataset(rows), 19)[0] == 1, "as it then seemed"
        assert known(dataset(rows), 120)[0] == 0
    for other in ({"interviewer": "I-2"}, {"interviewer": None}):
        assert known(dataset([first, second | other]), 120)[0] == 1, other
    same_day = outcome("A", 10, 0, interviewer="I-1")
    assert known(dataset([first, same_day]), 120)[0] == 1, "nothing says which came last"
    raised = outcome("A", 10, 0, interviewer="I-1"), outcome("A", 10, 2, interviewer="I-1", recorded_on=after(20))
    assert known(dataset([*raised]), 120)[0] == 1


def test_a_one_time_survey_has_no_delay() -> None:
    data = dataset([outcome("A", 0, 2, recorded_on=after(400))], mode="concurrent", index_dates=())
    assert data.description.label is not None
    found = found_after(records_of(data), data.description.label, INDEX, True, DAY)
    assert (found.outcome[0], found.known_on[0]) == (1, DAY)


def prepared(data: Dataset) -> tuple:
    records = records_of(data)
    return records, make_cohort(data, records, Recipe(FEATURES, INSTRUMENTS, REFERENCE, read_policy().staleness))


def test_index_dates_whose_horizon_runs_when_the_data_end_are_left_out() -> None:
    data = dataset([outcome("A", -150, 0), outcome("B", 40, 2)], index_dates=(EARLIER, INDEX))
    assert outcomes_until(data) == INDEX + timedelta(days=40), "the last entry, since it is after the as-of date"
    assert open_dates(data) == (INDEX,)
    assert closed_dates(data).description.index_dates == (EARLIER,)
    longer = dataset([outcome("A", -150, 0), outcome("B", 80, 2, recorded_on=after(90))], index_dates=(EARLIER, INDEX))
    assert closed_dates(longer) is longer
    survey = dataset([outcome("A", 0, 0)], mode="concurrent", index_dates=())
    assert closed_dates(survey) is survey
    with pytest.raises(UserError, match="no horizon of 90 days was over by 2025-12-17") as refused:
        closed_dates(dataset([outcome("B", 40, 2)], index_dates=()))
    assert "set as_of" in str(refused.value.fix)


def test_what_was_entered_after_the_judged_day_is_not_learned_from() -> None:
    rows = [
        outcome("A", -190, 2),
        outcome("B", -190, 2, recorded_on=after(1)),
        outcome("C", -190, 0),
        outcome("D", -190, 0, recorded_on=after(1)),
    ]
    data = dataset(rows, index_dates=(EARLIER, INDEX))
    records, cohort = prepared(data)
    rows_of = split(cohort, concurrent=False, salt=0)
    assert rows_of.known_until == DAY
    learning = learned_from(cohort.where(rows_of.train), data, records, rows_of.known_until)
    assert dict(zip(learning.student, learning.outcome, strict=True)) == {"A": 1, "C": 0}
    whole = as_known(cohort, data, records)
    assert set(whole.student[whole.labelled]) == set("ABCD"), "when the data end all is known"


def test_positives_alone_are_not_learned_from() -> None:
    """Sixty days after an index date only those found so far are known: to learn from them teaches that all are."""
    soon = INDEX - timedelta(days=60)
    data = dataset([outcome("A", -50, 2), outcome("B", -50, 0)], index_dates=(soon, INDEX))
    records, cohort = prepared(data)
    before = cohort.where(cohort.index_day < DAY)
    known_then = as_known(before, data, records, DAY)
    assert set(known_then.student[known_then.labelled]) == {"A"}
    assert len(learned_from(before, data, records, DAY).outcome) == 0
    assert set(learned_from(before, data, records, DAY + 30).student) == {"A", "B"}


def test_who_has_no_recorded_chance_is_counted() -> None:
    rows = [
        outcome("A", 10, 2),
        outcome("B", 10, 2, selection_prob=0.5, selection_reason="ranked"),
        outcome("C", 10, 2, selection_reason="all"),
        outcome("D", 10, 2, selection_reason="audit"),
        outcome("D", 20, 2, selection_prob=0.02, selection_reason="audit"),
        outcome("E", 120, 2),
    ]
    data = dataset(rows)
    assert data.description.label is not None
    assert without_chance(records_of(data), data.description.label, INDEX, False).tolist() == [True] + [False] * 5
