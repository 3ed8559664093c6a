"""The hash of a row is what it was when the log was begun: a change here would make every old log look edited."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from serving.store.audit_chain import BEGIN, COLUMNS, hash_of, pseudonym_of, time_text

CONTENT = dict.fromkeys(COLUMNS) | {"at": "2026-03-05T01:30:00.000000", "actor": "王老师", "action": "student.read"}


def test_the_hash_of_a_row_is_pinned() -> None:
    assert hash_of(BEGIN, CONTENT) == "e5851804bca57f9c6c111cc3e36602a0adafca566115568ca5eef480443fbb17"
    assert hash_of(BEGIN, CONTENT | {"actor": "王"}) != hash_of(BEGIN, CONTENT) != hash_of("0", CONTENT)


def test_a_pseudonym_is_pinned_and_hangs_on_key_and_student() -> None:
    assert pseudonym_of(b"key", "S-1") == "s-b983899bdeb51a5e1a5369d76b0fd374db4bdb72"
    assert len({pseudonym_of(key, one) for key in (b"key", b"other") for one in ("S-1", "S-2")}) == 4


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8)), None])
def test_a_moment_is_written_in_one_zone_whatever_it_came_in(zone: timezone | None) -> None:
    moment = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
    given = moment.replace(tzinfo=None) if zone is None else moment.astimezone(zone)
    assert time_text(given) == time_text(moment)
