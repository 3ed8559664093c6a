"""Workers that are killed at any moment: nothing is lost, and what arrives twice bears the same id."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from serving.jobs.store import last_sendings
from tests.killed_workers import Killer, lay_out, rings_in, school_ids
from tests.new_stores import new_store
from tests.receivers import hooks

RINGS = 20


def test_each_ring_arrives_whatever_is_killed(tmp_path: Path) -> None:
    with hooks() as hook, new_store(tmp_path) as store:
        lay_out(store, tmp_path, hook, RINGS)
        killer = Killer(tmp_path, hook, seed=8, workers=2, most=8)

        def all_settled() -> bool:
            sent = last_sendings(store, ["ring"], datetime(2020, 1, 1, tzinfo=UTC))
            return len(sent) >= RINGS and all(one.state == "sent" for one in sent)

        killer.until(all_settled)
        assert killer.killed >= 5
        assert killer.codes == [0] * len(killer.codes), "told to stop, each ends in order"
        found = rings_in(hook)
        assert sorted(found) == school_ids(RINGS), "none lost"
        assert {school: len(ids) for school, ids in found.items()} == dict.fromkeys(school_ids(RINGS), 1)
        repeats = sum(hook.by_id.values()) - len(hook.by_id)
        assert repeats > 0, "some were killed between sending and noting it: the receiver drops the second"
    with sqlite3.connect(tmp_path / "runxin.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
