"""Facts as a dataset's or a request's own records hold them: for an assessment by itself and for a preview."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time

import numpy as np

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import OutcomeKind, Selection
from models.assessment import Assessment, Floor
from models.columns import NO_DAY
from models.floors import floors_of
from models.policy import Policy
from models.records import Records, rows_of
from models.sheets import Ints
from models.triage.evidence import standings
from models.triage.facts import ZONE, Piece, StudentFacts, Word, day_start, same_record
from models.triage.words import human_level, in_force, seen_on

KINDS, SELECTIONS = OutcomeKind.codes(), Selection.codes()
DAY_ENDS = time(23, 59)


def words_of_records(records: Records, as_of: int) -> list[tuple[Word, ...]]:
    """By student's place, what people had said by the end of the day `as_of`."""
    found: list[list[Word]] = [[] for _ in range(len(records))]
    rows, _ = rows_of(records, "outcomes")
    observed = rows["observed_on"]
    known = np.where(rows["recorded_on"] == NO_DAY, observed, rows["recorded_on"])
    for row in np.flatnonzero((known <= as_of) & (observed <= as_of)):
        recorded, selection = int(rows["recorded_on"][row]), int(rows["selection_reason"][row])
        named = rows["assessed"][row]
        word = Word(
            word_id=f"row {row}",
            kind=KINDS[rows["kind"][row]],
            level=int(rows["level"][row]),
            observed_on=day_to_date(int(observed[row])),
            received_at=datetime.combine(day_to_date(int(known[row])), DAY_ENDS, ZONE),
            interviewer=rows["interviewer"][row],
            second_interviewer=rows["second_interviewer"][row],
            selection_reason=SELECTIONS[selection] if selection >= 0 else None,
            recorded_on=day_to_date(recorded) if recorded != NO_DAY else None,
            assessed=None if named is None else tuple(named.split()),
            corrects=rows["corrects"][row],
        )
        found[int(rows.student[row])].append(word)
    return [tuple(words) for words in found]


def pieces_of_records(floors: Sequence[Floor]) -> tuple[Piece, ...]:
    """Evidence with the moment from which it was known."""
    return tuple(Piece(floor, floor.received_at or day_start(floor.known_on)) for floor in floors)


def seen_of(records: Records, as_of: int) -> Ints:
    """The day of each student's newest interview by a named person (n,), `NO_DAY` where there was none."""
    days = [seen_on(in_force(words)) for words in words_of_records(records, as_of)]
    return np.array([NO_DAY if day is None else date_to_day(day) for day in days], dtype=np.int64)


def levels_of(records: Records, as_of: int, *, named: bool = False) -> Ints:
    """The ordinal of the tier that people's words set (n,), -1 where nobody has said anything; `named` leaves out what
    no named person answers for."""
    levels = []
    for words in words_of_records(records, as_of):
        standing = in_force(words)
        levels.append(human_level([word for word in standing if word.is_interview] if named else standing))
    return np.array(levels, dtype=np.int64)


def open_of(records: Records, as_of: int, policy: Policy, words_until: int | None = None) -> list[list[Floor]]:
    """Evidence about each student that nobody has assessed by the day, worst first, leads left out. `words_until`
    leaves out what people said after an earlier day."""
    words = words_of_records(records, as_of if words_until is None else words_until)
    return [
        [
            one.piece.floor
            for one in standings(pieces_of_records(floors), in_force(said))
            if one.is_open and not one.piece.floor.lead
        ]
        for floors, said in zip(floors_of(records, as_of, policy), words, strict=True)
    ]


def facts_of_assessments(
    found: Sequence[Assessment], records: Records, as_of: date, schools: Mapping[str, str]
) -> list[StudentFacts]:
    """The facts of assessments that were made from the records; `schools` says where each student is."""
    place = {str(student): row for row, student in enumerate(records.ids)}
    words = words_of_records(records, date_to_day(as_of))
    return [
        StudentFacts(
            one.student_id,
            schools[one.student_id],
            one,
            one.model_tier,
            day_start(one.changed_on or one.as_of),
            one.margin,
            one.severity,
            one.screened,
            pieces_of_records(one.proven),
            words[place[one.student_id]],
        )
        for one in found
    ]


def with_filed(said: StudentFacts, filed: StudentFacts | None) -> StudentFacts:
    """A student by the records of a dataset, with the evidence, words and contacts that came in by other doors, as the
    list has them. What the dataset says itself counts once, and what of it is not on file yet comes after all that is:
    a screening would file it now."""
    if filed is None:
        return said
    moments = [one.filed_at or one.received_at for one in filed.pieces]
    moments += [word.received_at for word in filed.words] + [contact.received_at for contact in filed.contacts]
    known = {_row_of(word) for word in filed.words}
    pieces = [one for one in said.pieces if not _on_file(one, filed.pieces)]
    words = [one for one in said.words if _row_of(one) not in known]
    if moments:
        pieces = [replace(one, file=said.student_id, filed_at=max(moments)) for one in pieces]
        words = [replace(one, file=said.student_id, received_at=max(moments)) for one in words]
    return replace(
        said,
        pieces=(*filed.pieces, *pieces),
        words=(*filed.words, *words),
        contacts=(*said.contacts, *filed.contacts),
        withdrawn={**said.withdrawn, **filed.withdrawn},
    )


def _on_file(piece: Piece, filed: Sequence[Piece]) -> bool:
    """Whether a screening would find a piece on file: of the same record, with as much seen in it."""
    same = [one.floor for one in filed if one.key == piece.key and same_record(one.floor.record, piece.floor.record)]
    return any(floor.weight >= piece.floor.weight for floor in same)


def _row_of(word: Word) -> tuple[object, ...]:
    """A word as its row says it, without its name and the way it came."""
    persons = (word.interviewer, word.second_interviewer)
    return (word.kind, word.observed_on, word.level, *persons, word.selection_reason, word.known_on, word.assessed)
