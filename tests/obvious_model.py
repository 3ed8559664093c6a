"""What is so about a student now, in slow and plain loops over everything that has reached the system.

It shares no code with the product: whatever the list, the page, the API, an export or a preview says of a student must
be what this says. Numbers in comments are the domain decisions'.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from tests.obvious_evidence import (
    SUICIDAL,
    Numbers,
    Piece,
    is_empty,
    report_pieces,
    sheet_pieces,
    skipped_item_9,
)
from tests.obvious_facts import (
    Answered,
    Batched,
    Drawn,
    Enrolled,
    Fact,
    Found,
    Reached,
    Record,
    Reported,
    Screened,
    Since,
    Withdrawn,
    known_since,
)
from tests.obvious_people import Run, Who, doubled, latest_run, rosters, who
from tests.obvious_present import Mine, said_of
from tests.obvious_words import Filed, Heard, in_force


@dataclass(frozen=True)
class Stored:
    """A record as it reached the system, with the pieces of evidence that it was filed as, and who brought it: runs by
    their names, None for a platform or a page."""

    fact: Record
    arrived: datetime
    known: Since
    pieces: tuple[Piece, ...]
    brought_by: list[str | None]


@dataclass
class Obvious:
    """Facts in, the present out. Facts are only ever appended (30)."""

    numbers: Numbers = field(default_factory=Numbers)
    files: list[Record | Enrolled] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    draws: list[Drawn] = field(default_factory=list)

    def apply(self, fact: Fact) -> None:
        """Take in what happened; facts come in the order of their moments."""
        if isinstance(fact, Batched):
            for one in fact.facts:
                self._store(one, fact.at)
        elif isinstance(fact, Screened):
            self._screen(fact)
        elif isinstance(fact, Withdrawn):
            self.runs = [run.withdrawn_at(fact.at) if run.name == fact.run else run for run in self.runs]
        elif isinstance(fact, Drawn):
            self.draws.append(fact)
        elif isinstance(fact, Enrolled) or fact.door == "import":
            self.files.append(fact)
        else:
            self._store(fact, fact.at)

    def _screen(self, screened: Screened) -> None:
        """Read the files of the schools as they were known on the as-of date; everything is filed again, and only what
        is new adds to what is stored. People's words and contacts are read before what rules are run on."""
        rows = [row for row in self.files if row.school in screened.schools]
        every = {(row.student, row.school): row for row in rows if isinstance(row, Enrolled)}
        # Who is not enrolled yet is nobody's student on this list (35): what comes of them waits for their identity.
        roster = {
            key: row for key, row in every.items() if row.enrolled_on is None or row.enrolled_on <= screened.as_of
        }
        self.runs.append(Run(screened.run, screened.at, screened.as_of, screened.schools, roster, dict(screened.model)))
        records = [row for row in rows if not isinstance(row, Enrolled)]
        for kinds in (
            (Found, Reached),
            (Reported,),
            (Answered,),
            (Reported,),
        ):  # reports read sheets and sheets reports
            for row in records:
                if isinstance(row, kinds) and known_since(row, screened.at).day <= screened.as_of:
                    self._store(row, screened.at, screened.run)

    def _store(self, fact: Record, arrived: datetime, run: str | None = None) -> None:
        known, pieces = known_since(fact, arrived), self._pieces(fact, arrived)
        for one in self.stored:
            same = one.fact == fact and one.pieces == pieces  # the same row once more, or a word delivered twice
            if same or (isinstance(fact, Found) and isinstance(one.fact, Found) and _row(one.fact) == _row(fact)):
                one.brought_by.append(run)
                return
        self.stored.append(Stored(fact, arrived, known, pieces, [run]))

    def _taken_back(self, one: Stored, now: datetime) -> bool:
        """Whether nobody has brought a record but runs that were withdrawn."""
        gone = {run.name for run in self.runs if run.withdrawn is not None and run.withdrawn <= now}
        return set(one.brought_by) <= gone

    def _pieces(self, fact: Record, arrived: datetime) -> tuple[Piece, ...]:
        """Run the rules on one record, with what is known of the student at that moment."""
        if not isinstance(fact, Answered | Reported):
            return ()
        whose = who(fact, self.runs, arrived)
        others = [one.fact for one in self.stored if who(one.fact, self.runs, arrived) == whose and one.fact != fact]
        reports = [one for one in others if isinstance(one, Reported)]
        sheets = [one for one in others if isinstance(one, Answered)]
        if isinstance(fact, Reported):
            suicidality = any(report.kind in SUICIDAL for report in reports)
            suicidality = suicidality or any((sheet.answers[8] or 0) >= 1 for sheet in sheets)
            return tuple(report_pieces(fact, suicidality))
        attempts = [report.reported_on for report in reports if report.kind == "suicide_attempt"]
        suspended = [span for row in rosters(whose.student, self.runs, arrived) for span in row.suspended]
        return tuple(sheet_pieces(fact, known_since(fact, arrived), attempts, suspended, self.numbers))

    def people(self, now: datetime) -> list[Who]:
        """Everybody of whom anything is known: students of a roster in force, and strangers as they were named."""
        found = {who(one.fact, self.runs, now) for one in self.stored if one.arrived <= now}
        for student in {student for run in self.runs for student, _ in run.roster}:
            found |= {who(row, self.runs, now) for row in rosters(student, self.runs, now)}
        return sorted(found, key=lambda one: (one.student, one.school or ""))

    def filed(self, whose: Who, now: datetime) -> list[Filed]:
        """The pieces of evidence of a student: each once by its key and the record it rests on, with its earliest
        receipt (33), and again where more was seen in it."""
        found: list[Filed] = []
        for one in self.stored:
            if one.arrived > now or who(one.fact, self.runs, now) != whose:
                continue
            for piece in one.pieces:
                same = [seen for seen in found if (seen.piece.key, seen.piece.record) == (piece.key, piece.record)]
                if all((piece.tier, not piece.old) > (seen.piece.tier, not seen.piece.old) for seen in same):
                    found.append(Filed(piece, one.arrived, one.known, partial(self._in_file_of, one.fact)))
        return sorted(found, key=lambda one: (one.piece.key, one.arrived))

    def _in_file_of(self, one: Record, other: Record, arrived: datetime) -> bool:
        """Whether two records were of the same person as far as was known when the other arrived (31, 35)."""
        return who(one, self.runs, arrived) == who(other, self.runs, arrived)

    def present(self, student: str, now: datetime, school: str | None = None) -> dict[str, Any]:
        """What is so about a student now; `school` is theirs now, where an id stands for
        several people."""
        candidates = [one for one in self.people(now) if one.student == student]
        if school is not None:
            candidates = [one for one in candidates if one.school == school]
        if len(candidates) > 1:
            enrolled = [one for one in candidates if one.known]
            candidates = enrolled if len(enrolled) == 1 else candidates
        if len(candidates) > 1:
            raise LookupError(f"{student} may be {len(candidates)} people: name the school")
        whose = candidates[0] if candidates else Who(student, school, known=False)
        stored = [one for one in self.stored if one.arrived <= now and who(one.fact, self.runs, now) == whose]
        heard = [
            Heard(one.fact, one.arrived, one.known, self._taken_back(one, now), partial(self._in_file_of, one.fact))
            for one in stored
            if isinstance(one.fact, Found)
        ]
        # Of a run that was withdrawn its evidence stays open and its words may raise; all else was never said.
        standing = [one for one in stored if not self._taken_back(one, now)]
        run = latest_run(whose.school, self.runs, now)
        mine = Mine(
            whose=whose,
            now=now,
            filed=self.filed(whose, now),
            holding=in_force(heard),
            contacts=[(one.fact, one.arrived) for one in standing if isinstance(one.fact, Reached)],
            skipped=[
                (one.fact.administered_on, one.known, partial(self._in_file_of, one.fact))
                for one in standing
                if isinstance(one.fact, Answered) and skipped_item_9(one.fact)
            ],
            answered=[
                one.fact.administered_on
                for one in standing
                if isinstance(one.fact, Answered) and one.fact.answers[8] is not None
            ],
            told=any(
                isinstance(one.fact, Reported | Found)
                or (isinstance(one.fact, Reached) and one.fact.door != "import")
                or (isinstance(one.fact, Answered) and not is_empty(one.fact))
                for one in stored
                if one in standing or one.pieces or isinstance(one.fact, Found)
            ),
            enrolled=[row for row in rosters(student, self.runs, now) if who(row, self.runs, now) == whose],
            doubled=doubled(student, self.runs, now),
            model=run.model.get(student, 0) if run is not None and whose.known else 0,
            drawn=[
                one.at for one in self.draws if one.at <= now and (one.student, one.school) == (student, whose.school)
            ],
        )
        return said_of(mine)


def _row(word: Found) -> tuple[object, ...]:
    """A word without the name that it was given and the way it came; what was known when is part of it."""
    recorded = known_since(word, word.at).day
    return (word.student, word.school, word.kind, word.observed_on, word.level, word.interviewer,
            word.second_interviewer, word.selection_reason, word.assessed, word.corrects, recorded)  # fmt: skip
