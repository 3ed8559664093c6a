"""One line of time: sheets, reports, leave, contacts, talks, words, closings, moves of the case, transfers; each with
its day, where it came from and who."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data_schemas.codes import Answer, Concern, Contacted, FamilyFlag, LeaveReason, LeaveType, OutcomeKind, Source, Tier
from data_schemas.instruments import Words
from models.features.marks import NO_BAND
from models.sentences import caveats_of, sheet_words
from models.triage import PAGE, ZONE, Present, Word
from models.triage.facts import SCREENING
from serving.cases.workflow import BY_MOVE
from serving.crisis.store import KeptRing
from serving.platform.words import pick, say
from serving.recording.shown import PastTalk
from serving.store.case_events import CaseEvent
from serving.store.concern_reports import KeptReport
from serving.store.student_rows import StudentRows
from serving.student.sheets import Course

TIERS = tuple(Tier)
UNSEEN = ("", None)


@dataclass(frozen=True)
class Happening:
    """Something on record. `by` says who, or which way it came; what was taken back is `undone` and stays."""

    on: date
    kind: str  # a key of the words "line_KIND"
    text: Words
    by: Words | None = None
    undone: bool = False


@dataclass(frozen=True)
class Circumstance:
    """A circumstance that may call for support, with where it is known from, since when and who verified it."""

    what: Words
    source: Words | None
    since: date | None
    verified_by: str | None


def circumstances_of(rows: StudentRows, today: date) -> tuple[Circumstance, ...]:
    """Those that hold today, the newest statement of each flag counting; unknown is no circumstance."""
    stated: Iterable[Mapping[str, Any]] = rows.tables.get("family", ())
    newest: dict[str, Mapping[str, Any]] = {}
    for row in sorted(stated, key=lambda row: str(row.get("recorded_on") or "")):
        newest[row["flag"]] = row
    found = []
    for flag, row in sorted(newest.items(), key=lambda one: FamilyFlag.of(one[0]).place):
        over = row.get("valid_to") is not None and row["valid_to"] < today
        if row.get("value") == Answer.YES.code and not over:
            said = FamilyFlag.of(flag)
            since = row.get("valid_from") or row.get("recorded_on")
            found.append(Circumstance(_words(said), _source(row), since, row.get("verified_by")))
    return tuple(found)


def timeline_of(
    now: Present,
    rows: StudentRows,
    courses: Iterable[Course],
    past: Sequence[PastTalk],
    moves: Sequence[CaseEvent],
    reports: Sequence[KeptReport],
    rung: Sequence[KeptRing],
    school_name: Callable[[str], str],
) -> tuple[Happening, ...]:
    """Everything on record, the newest first."""
    found = [
        *_sheets(now, courses),
        *_reports(rows, reports),
        *_leave(rows),
        *_contacts(now),
        *_talks(past),
        *_words_of_people(now),
        *_closings(now),
        *_moves(moves),
        *_rings(rung),
        *_places(rows, school_name),
    ]
    return tuple(sorted(found, key=lambda one: (-one.on.toordinal(), one.kind, one.text.zh)))


def _sheets(now: Present, courses: Iterable[Course]) -> Iterator[Happening]:
    drawn = set()
    for course in courses:
        for sheet in course.sheets:
            drawn.add((course.code, sheet.on))
            yield Happening(sheet.on, "sheet", _total(course.name, sheet.total, sheet.band, sheet.caveats))
    said = now.facts.assessment
    for one in () if said is None else said.instruments:
        if (one.code, one.administered_on) not in drawn:
            text = sheet_words(one)
            if one.total is not None:
                text = _total(one.label or one.name, one.total, one.band, caveats_of(one))
            yield Happening(one.administered_on, "sheet", text)


def _total(name: Words, total: float, band: Words | None, caveats: Iterable[Words]) -> Words:
    said = (band or NO_BAND, *caveats)
    together = Words(zh="，".join(one.zh for one in said), en=", ".join(one.en for one in said))
    return _both("line_sheet_of", name=name, total=f"{total:g}", band=together)


def _reports(rows: StudentRows, reports: Sequence[KeptReport]) -> Iterator[Happening]:
    """What was reported; of what was recorded on a page, by whom, with its note."""
    on_pages = {(one.kind, one.reported_on, one.source) for one in reports if one.undone_by is None}
    for row in rows.tables.get("concerns", ()):
        if (row["kind"], row["reported_on"], row.get("source")) in on_pages:
            continue
        if row.get("value") not in (Answer.NO.code, Answer.UNKNOWN.code):
            yield Happening(row["reported_on"], "report", _words(Concern.of(row["kind"])), _source(row))
    for one in reports:
        text = _words(Concern.of(one.kind))
        if one.note:
            text = Words(zh=f"{text.zh}：{one.note}", en=f"{text.en}: {one.note}")
        source = _words(Source.of(one.source)) if one.source else None
        by = _both("line_recorded_by", by=one.recorded_by)
        if source is not None:
            by = Words(zh=f"{source.zh} · {by.zh}", en=f"{source.en} · {by.en}")
        if one.undone_by is not None and one.undone_at is not None:
            back = _both("line_undone_by", by=one.undone_by, day=one.undone_at.astimezone(ZONE).date().isoformat())
            by = Words(zh=f"{by.zh} · {back.zh}", en=f"{by.en} · {back.en}")
        yield Happening(one.reported_on, "report", text, by, one.undone_by is not None)


def _leave(rows: StudentRows) -> Iterator[Happening]:
    for row in rows.tables.get("leaves", ()):
        kind = _words(LeaveType.of(row["type"]))
        until = row.get("end_on")
        withdrawn = until is not None and until < row["start_on"]
        if until is not None and until > row["start_on"]:
            kind = _both("line_until", what=kind, day=until.isoformat())
        elif until is None:
            kind = _both("line_going_on", what=kind)
        reason = row.get("reason_code")
        if reason is not None and reason != LeaveReason.MISSING.code:
            why = _words(LeaveReason.of(reason))
            kind = Words(zh=f"{kind.zh}（{why.zh}）", en=f"{kind.en} ({why.en})")
        by = _both("line_recorded_on", day=row["recorded_on"].isoformat()) if row.get("recorded_on") else None
        yield Happening(row["start_on"], "leave", kind, by, withdrawn)


def _contacts(now: Present) -> Iterator[Happening]:
    for one in now.facts.contacts:
        if one.door != PAGE:  # what was recorded on a page stands there as a talk
            whom = _words(Contacted.of(one.with_whom)) if one.with_whom else _both("line_somebody")
            yield Happening(one.on, "contact", _both("line_reached", whom=whom), _door(one.door))


def _talks(past: Sequence[PastTalk]) -> Iterator[Happening]:
    for one in past:
        text = _both(f"how_{one.talk.how}")
        if one.level is not None:
            text = _both("line_talked", how=text, level=_both(f"record_level_{one.level}"))
        if one.talk.step:
            text = _both("line_then", what=text, step=_both(f"step_{one.talk.step}"))
        yield Happening(
            one.talk.held_on,
            "talk",
            text,
            _both("line_recorded_by", by=one.talk.recorded_by),
            one.undone_by is not None,
        )


def _words_of_people(now: Present) -> Iterator[Happening]:
    stand = {word.word_id for word in now.words}
    for word in now.facts.words:
        if word.door == PAGE:
            continue
        level = _words(TIERS[word.level])
        text = _both("line_found", what=_words(OutcomeKind.of(word.kind)), level=level)
        yield Happening(word.observed_on, "word", text, _people(word), word.word_id not in stand)


def _closings(now: Present) -> Iterator[Happening]:
    """What one assessment closed is one line."""
    closed: dict[tuple[date, Words], list[Words]] = {}
    for one in now.evidence:
        closing = one.closed_by
        if closing is not None:
            on = closing.observed_on if isinstance(closing, Word) else closing.on
            by = _people(closing) if isinstance(closing, Word) else _door(closing.door)
            closed.setdefault((on, by), []).append(one.piece.floor.text)
    for (on, by), texts in closed.items():
        zh, en = (say("list_join", lang).join(dict.fromkeys(pick(t, lang) for t in texts)) for lang in ("zh", "en"))
        yield Happening(on, "closing", Words(zh=zh, en=en), by)


def _moves(moves: Sequence[CaseEvent]) -> Iterator[Happening]:
    for event in moves:
        if event.talk_id is None:
            move = BY_MOVE[event.move]
            whom = event.person or event.to_school
            text = Words(zh=move.zh, en=move.en)
            if whom:
                text = Words(zh=f"{text.zh}：{whom}", en=f"{text.en}: {whom}")
            by = _both("line_recorded_by", by=event.done_by)
            yield Happening(event.done_at.astimezone(ZONE).date(), "case", text, by)


def _rings(rung: Sequence[KeptRing]) -> Iterator[Happening]:
    """Who was called because of the student, a line a call."""
    for ring in rung:
        whom = _words(ring.role)
        if ring.person:
            whom = Words(zh=f"{whom.zh} {ring.person}", en=f"{whom.en} {ring.person}")
        at = ring.rung_at.astimezone(ZONE)
        text = _both("line_rung", whom=whom, why=_words(ring.step))
        text = Words(zh=f"{at:%H:%M} {text.zh}", en=f"{at:%H:%M} {text.en}")
        yield Happening(at.date(), "ring", text, _both("line_by_clock"))


def _places(rows: StudentRows, school_name: Callable[[str], str]) -> Iterator[Happening]:
    """Where the student was by one list and no more by the next."""
    for before, after in zip(rows.placed, rows.placed[1:], strict=False):
        if before[1:] != after[1:]:
            other = before[1] != after[1]
            was = " ".join(part for part in (school_name(before[1]) if other else "", before[2]) if part)
            went = " ".join(part for part in (school_name(after[1]) if other else "", after[2]) if part)
            text = _both("line_moved", before=was, after=went)
            yield Happening(after[0], "transfer" if other else "class", text, _both("line_by_roster"))


def _people(word: Word) -> Words:
    names = say("list_join", "zh").join(sorted(word.persons)), say("list_join", "en").join(sorted(word.persons))
    door = _door(word.door)
    said = [(zh, en) for zh, en in (names, (door.zh, door.en)) if zh not in UNSEEN]
    return Words(zh=" · ".join(zh for zh, _ in said), en=" · ".join(en for _, en in said))


def _door(door: str) -> Words:
    return _both({SCREENING: "line_door_import", PAGE: "line_door_page"}.get(door, "line_door_platform"))


def _source(row: Mapping[str, Any]) -> Words | None:
    return _words(Source.of(row["source"])) if row.get("source") else None


def _words(code: Any) -> Words:
    return Words(zh=code.zh, en=code.en)


def _both(key: str, **values: Any) -> Words:
    def filled(language: str) -> str:
        return say(key, language, **{n: pick(v, language) if isinstance(v, Words) else v for n, v in values.items()})

    return Words(zh=filled("zh"), en=filled("en"))
