"""A screening part by part says what it says of all at once, and how far it is."""

from dataclasses import replace

import numpy as np
import pytest

from data_schemas.calendar import date_to_day
from data_schemas.synthetic import make_city
from models import enrolled, look_around, read_policy, records_of
from runxin.cli.screen_progress import how_far
from serving.screening import parts

POLICY = read_policy()


def test_parts_say_what_the_whole_says(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make_city(60, 5).dataset
    as_of = dataset.description.as_of
    records = records_of(dataset)
    records = replace(records, around=look_around(records, date_to_day(as_of), POLICY.response_quality))
    rows = np.flatnonzero(enrolled(records, date_to_day(as_of)))
    heard: list[tuple[int, int]] = []

    def told(at_once: int) -> list[parts.Packed]:
        monkeypatch.setattr(parts, "AT_ONCE", at_once)
        heard.clear()
        found, model = parts.assessed(
            records, rows, as_of, None, POLICY, "none", {}, lambda done, of: heard.append((done, of))
        )
        assert model.status == "none"
        return found

    whole = told(1000)
    assert heard == [(0, len(rows)), (len(rows), len(rows))]
    assert [one.student_id for one in whole] == records.ids[rows].tolist()
    assert told(25) == whole
    assert [done for done, _ in heard] == [0, *range(25, len(rows), 25), len(rows)]


@pytest.mark.parametrize(
    ("done", "seconds", "said"),
    [
        (0, 0.0, "assessing 10,000 students"),
        (4000, 20.0, "assessed 4,000 of 10,000, about 30 s more, then publishing"),
        (4000, 200.0, "assessed 4,000 of 10,000, about 5 min more, then publishing"),
        (10_000, 50.0, "publishing"),
    ],
)
def test_the_rest_is_told_by_the_pace_so_far(done: int, seconds: float, said: str) -> None:
    assert how_far(done, 10_000, seconds) == said
