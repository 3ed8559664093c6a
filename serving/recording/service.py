"""Recording on a student's page: allowed first, then kept with its event in the audit log, all or nothing.

A talk gives the same facts as an import or `POST /outcomes`: an interview with the evidence that it assessed by name,
and a contact. The account is the named person, so two names of one account never count as two. A try that reached
nobody is work and nothing else.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from data_schemas.codes import Contacted, Selection, Tier
from models.triage import PAGE, ZONE, Present, Word, next_school_day, present_of, week_of
from models.triage.facts import AUDIT, INTERVIEW
from runxin.errors import Kind, UserError, refused
from serving.access import Action, User, check_may, may_somewhere
from serving.accounts import list_accounts
from serving.cases.opening import check_open
from serving.cases.service import moves_of_talk
from serving.platform.state import State
from serving.recording import store as kept_by
from serving.recording.form import Fields, How, NextStep, TalkForm, faults, kept, read_talk
from serving.store import AuditEvent, FileOf, Outcome, Student, facts_of, find_student
from serving.store.outcome import COLUMNS
from serving.store.talks import Talk
from serving.today.blind import blind_among

VIEWS = ("agree", "disagree", "cannot_say")


@dataclass(frozen=True)
class TalkKept:
    """What became of a form: "saved", "wrong" or "news". Of the last two a draft was kept."""

    status: str
    school_id: str


def record_talk(state: State, user: User, student_id: str, fields: Fields) -> TalkKept:
    """Keep a filled-in form. Where something is wrong with it, or facts came in that its page had not shown, it is kept
    as a draft and nothing else is. Raises `UserError` (refused, not found)."""
    student, now = may_record(state, user, student_id), state.clock()
    today = now.astimezone(ZONE).date()
    form = read_talk(fields, today)
    present, blind = _present(state, student, now)
    if any(faults(form, present, blind, today)):
        kept_by.keep_draft(state.store, student_id, user.username, kept(fields), now, None)
        return TalkKept("wrong", student.school_id)
    talk = Talk(
        form.talk_id,
        student_id,
        student.school_id,
        form.how.code if form.how else "",
        form.held_on,
        now,
        user.username,
        form.step.code if form.step else None,
        _again_on(state, form, student.school_id, today),
        form.note or None,
    )
    word = _word(state, user, student, form, present, blind, now) if form.with_student else None
    whom = None
    if talk.reached:
        whom = (Contacted.STUDENT if form.with_student else Contacted.GUARDIAN).code
    detail = f"{talk.how}{'' if word is None else f' {word.level} of {len(word.assessed or ())}'}"
    event = AuditEvent(now, user.username, "talk.recorded", "follow_up", student_id, detail)
    after = present if word is None else _with(state, present, word, now)
    moves = moves_of_talk(state.store, talk, after, today)
    if kept_by.keep_talk(state.store, talk, word, whom, form.seen, moves, event):
        draft = kept(fields) | {"talk_id": [secrets.token_urlsafe(12)]}  # it is a record of its own
        kept_by.keep_draft(state.store, student_id, user.username, draft, now, None)
        return TalkKept("news", student.school_id)
    return TalkKept("saved", student.school_id)


def _word(
    state: State, user: User, student: Student, form: TalkForm, present: Present, blind: bool, now: datetime
) -> Outcome:
    """The interview that a talk gives, with the reason for which the student was spoken with."""
    saw = form.shown != "blind" or _revealed(state, user, student.student_id, now)
    return Outcome(
        student.student_id,
        form.held_on,
        INTERVIEW,
        form.level or 0,
        selection_reason=AUDIT if blind else _stream(present),
        recorded_on=now.astimezone(ZONE).date(),
        interviewer=user.username,
        saw_score=saw,
        assessed=form.assessed,
    )


def _with(state: State, present: Present, outcome: Outcome, now: datetime) -> Present:
    """The student as they would stand with a word that is not kept yet."""
    facts = replace(present.facts, words=(*present.facts.words, _as_word(outcome, now)))
    return present_of([facts], state.policy, state.calendars.of(facts.school_id))[0]


def _as_word(outcome: Outcome, at: datetime) -> Word:
    """What a record on a page says, before it is kept."""
    said = {name: getattr(outcome, name) for name in COLUMNS if name not in ("student_id", "selection_prob")}
    return Word(word_id=outcome.sha256, received_at=at, door=PAGE, file=outcome.student_id, **said)


def _stream(present: Present) -> str | None:
    if any(one.piece.floor.own_concern for one in present.open) or (present.leads and not present.open):
        return Selection.CONCERN.code
    if present.open:
        return Selection.FLOOR.code
    return Selection.RANKED.code if present.tier is not Tier.ROUTINE else None


def _revealed(state: State, user: User, student_id: str, now: datetime) -> bool:
    """Whether this account has looked behind the blind page this week."""
    monday = datetime.combine(week_of(now), datetime.min.time(), ZONE)
    return kept_by.has_revealed(state.store, student_id, user.username, monday)


def _again_on(state: State, form: TalkForm, school_id: str, today: date) -> date | None:
    if form.again_on is not None:
        return form.again_on
    school = state.calendars.of(school_id)
    if form.how is How.NOT_REACHED:
        return next_school_day(today, school)
    if form.step is NextStep.AGAIN:
        return next_school_day(today + timedelta(days=state.policy.casework.again_days - 1), school)
    return None


def note_reveal(state: State, user: User, student: Student) -> None:
    """Keep that somebody has looked behind a blind page."""
    kept_by.keep_reveal(state.store, student.student_id, student.school_id, state.clock(), user.username)


def keep_draft(state: State, user: User, student_id: str, fields: Fields) -> datetime:
    """Keep a form as far as it is filled in; raises `UserError` (refused, not found)."""
    may_record(state, user, student_id)
    now = state.clock()
    kept_by.keep_draft(state.store, student_id, user.username, kept(fields), now, None)
    return now


def park_draft(state: State, author: str, student_id: str, fields: Fields) -> str:
    """Keep a record whose session has ended; the claim by which its author, signed in again, gets it back."""
    return park_fields(state, author, student_id, kept(fields), kept_by.RECORD)


def park_fields(state: State, author: str, student_id: str, fields: Mapping[str, Sequence[str]], form: str) -> str:
    """Keep the fields of a form, and give the claim. Nobody is signed in here: one is kept an account, student and
    form, it is shown to nobody else, and the answer tells neither whether there is such an account nor such a
    student."""
    claim = secrets.token_urlsafe(24)
    accounts = {one.username for one in list_accounts(state.store)}
    if author in accounts and find_student(state.store, student_id) is not None:
        kept_by.keep_draft(state.store, student_id, author, fields, state.clock(), claim, form)
    return claim


def drop_draft(state: State, user: User, student_id: str) -> None:
    may_record(state, user, student_id)
    kept_by.drop_draft(state.store, student_id, user.username)


def undo_talk(state: State, user: User, talk_id: str) -> str:
    """Take back a record of one's own within minutes; the student's id. The record and its correction stay visible.
    Raises `UserError` (refused) where it is another's, or too late."""
    talk, now = kept_by.find_talk(state.store, talk_id), state.clock()
    if talk is None or talk.undoes is not None:
        if not may_somewhere(user, Action.RECORD_WORD):
            check_may(user, Action.RECORD_WORD)
        raise UserError(Kind.NOT_FOUND, "there is no such record")
    may_record(state, user, talk.student_id)
    minutes = state.policy.casework.undo_minutes
    if talk.recorded_by != user.username:
        raise refused("only who recorded a talk may take it back", fix="record another talk")
    if now - talk.recorded_at > timedelta(minutes=minutes):
        raise refused(f"a record may be taken back within {minutes} minutes", fix="record what is right")
    today = now.astimezone(ZONE).date()
    undo = Talk(
        secrets.token_urlsafe(12),
        talk.student_id,
        talk.school_id,
        talk.how,
        talk.held_on,
        now,
        user.username,
        undoes=talk_id,
    )
    event = AuditEvent(now, user.username, "talk.undone", "follow_up", talk.student_id, talk.how)
    kept_by.take_back(state.store, undo, kept_by.undo_word(talk, today), event)
    return talk.student_id


def say_of_explanation(state: State, user: User, student_id: str, said: str, assessment_id: str | None) -> None:
    """Keep what somebody thinks of an explanation: feedback on it, and never a label."""
    student, now = may_record(state, user, student_id), state.clock()
    check_open(state, user, student)  # a talk is recorded by whoever held it; this is said by who reads
    if said not in VIEWS:
        raise UserError(Kind.BAD_DATA, "agree, disagree or cannot say")
    row: dict[str, object] = {
        "student_id": student_id,
        "school_id": student.school_id,
        "assessment_id": assessment_id or None,
    }
    row |= {"said": said, "said_at": now, "said_by": user.username}
    kept_by.keep_view(
        state.store, row, AuditEvent(now, user.username, "explanation.judged", "follow_up", student_id, said)
    )


def may_record(state: State, user: User, student_id: str) -> Student:
    """The student, whom the user may record about; raises `UserError` (refused, not found)."""
    student = find_student(state.store, student_id)
    check_may(user, Action.RECORD_WORD, None if student is None else student.school_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    return student


def _present(state: State, student: Student, now: datetime) -> tuple[Present, bool]:
    facts = facts_of(state.store, [student.student_id], now.astimezone(ZONE).date())[student.student_id]
    where = FileOf(student.student_id, student.school_id, not facts.stranger, student.student_id)
    blind = student.student_id in blind_among(state.store, [where], now, state.policy, state.calendars)
    return present_of([facts], state.policy, state.calendars.of(student.school_id))[0], blind
