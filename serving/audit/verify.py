"""Whether the audit log is as it was written: the chain, the checkpoints, and whom its pseudonyms name."""

from dataclasses import dataclass
from pathlib import Path

from runxin.errors import Problem
from serving.audit.store import StoredRow, known_pseudonyms, stored_rows
from serving.store import Store
from serving.store.audit_actions import OF_STUDENTS
from serving.store.audit_chain import BEGIN, hash_of
from serving.store.checkpoints import Checkpoint, read_checkpoints

LOG = "audit"
ERASED = ("student.erased", "student.expired")


@dataclass(frozen=True)
class Verified:
    """`faults` is empty where the log is whole. `covered` is the newest row that a checkpoint vouches for: rows after
    it (`rows - covered` of them) could be cut off unseen. `clocks` are rows at which the clock was set, by seconds."""

    rows: int
    checkpoints: int
    covered: int
    faults: tuple[Problem, ...]
    clocks: tuple[tuple[int, int], ...]


def verify_log(store: Store, checkpoints: Path | None) -> Verified:
    """Read the whole log and hold it against itself and against the checkpoints in a file.

    Raises `UserError` (bad data) where the checkpoints cannot be read.
    """
    there = checkpoints is not None and checkpoints.exists()
    marks = list(read_checkpoints(checkpoints)) if checkpoints is not None and there else []
    due: dict[int, list[Checkpoint]] = {}
    for mark in marks:
        due.setdefault(mark.id, []).append(mark)
    faults: list[Problem] = []
    clocks: list[tuple[int, int]] = []
    named: dict[str, int] = {}
    erased: set[str] = set()
    number, before, count = 0, BEGIN, 0
    for row in stored_rows(store):
        count += 1
        faults += _in_place(row, number, before)
        faults += [_against(row, mark) for mark in due.pop(row.id, []) if mark.hash != row.hash]
        number, before = row.id, row.hash
        said = row.content
        if said["action"] in OF_STUDENTS and said["object_id"] is not None:
            named.setdefault(said["object_id"], row.id)
            erased |= {said["object_id"]} if said["action"] in ERASED else set()
        if said["clock"] is not None:
            clocks.append((row.id, said["clock"]))
    if due and max(due) > number:
        what = f"cut off after row {number}: a checkpoint (line {due[max(due)][0].line}) saw row {max(due)}"
        faults.append(Problem(what, LOG))
    if count and not there:
        faults.append(Problem("there are no checkpoints: nothing shows whether rows were cut off", LOG))
    faults += _of_subjects(known_pseudonyms(store), named, erased)
    covered = max((mark.id for mark in marks if mark.id <= number), default=0)
    return Verified(count, len(marks), covered, tuple(faults), tuple(clocks))


def _in_place(row: StoredRow, number: int, before: str) -> list[Problem]:
    """What is wrong with a row that stands after the row `number`, whose hash is `before`."""
    if row.id != number + 1:
        gone = f"row {number + 1} is" if row.id == number + 2 else f"rows {number + 1} to {row.id - 1} are"
        return [Problem(f"{gone} missing before it", LOG, row.id)]
    if hash_of(before, row.content) != row.hash:
        return [Problem("it was changed, moved or put in: it does not fit its hash and the row before", LOG, row.id)]
    return []


def _against(row: StoredRow, mark: Checkpoint) -> Problem:
    return Problem(f"it is not what a checkpoint (line {mark.line}) says that it was", LOG, row.id)


def _of_subjects(known: dict[str, bool], named: dict[str, int], erased: set[str]) -> list[Problem]:
    """Whoever exchanges keys would have rows name somebody else; whoever removes one hides whom they name."""
    faults = [
        Problem("the key of whom it names was exchanged", LOG, named[subject])
        for subject, fits in known.items()
        if not fits and subject in named
    ]
    gone = [subject for subject in named if subject not in known and subject not in erased]
    faults += [
        Problem("whom it names cannot be told, and no erasure is on record", LOG, named[subject]) for subject in gone
    ]
    return faults
