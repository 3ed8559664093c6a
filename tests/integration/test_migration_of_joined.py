"""Words of before say when a roster or a person joined their file with another."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.integration.test_store_migrations import add, moved, old_store


def test_a_word_of_before_knows_when_a_roster_or_a_person_joined_its_file(tmp_path: Path) -> None:
    store = old_store(tmp_path / "home", "0023")
    plain: dict[str, Any] = {"school_id": "A", "observed_on": date(2026, 11, 1), "kind": "crisis_event", "level": 3}
    plain |= {"received_at": datetime(2026, 11, 2), "door": "outcomes"}
    for name, student_id, file_id in (("w1", "S", "S (A)"), ("w2", "T", "T (A)"), ("w3", "U", "U"), ("w4", "V", "X")):
        add(store, "outcomes", sha256=name, student_id=student_id, file_id=file_id, **plain)
    for name, pseudonym in (("S", "p1"), ("S (A)", "p2")):
        add(store, "subject_keys", student_id=name, key=b"k", pseudonym=pseudonym)
    joined = {"action": "file.joined", "object_id": "p1", "detail": "p2", "at": datetime(2026, 11, 5)}
    add(store, "audit", actor="cli", hash="h", **joined)
    decided = {"kind": "same", "student_id": "X", "other_id": "V", "school_id": "A", "decided_by": "amy"}
    moment = {"decided_at": datetime(2026, 11, 6), "moved": {"outcomes": ["w4"]}}
    add(store, "identity_decisions", decision_id="d1", **decided, **moment)
    moved(store, "0024")
    with store.reading() as connection:
        rows = connection.execute(sa.text("SELECT sha256, joined_to, joined_at FROM outcomes ORDER BY sha256")).all()
    assert [(name, to, at and str(at)[:10]) for name, to, at in rows] == [
        ("w1", "S", "2026-11-05"),
        ("w2", "T", "2026-11-02"),  # nothing says when: it counts as it did
        ("w3", None, None),
        ("w4", "V", "2026-11-06"),
    ]
