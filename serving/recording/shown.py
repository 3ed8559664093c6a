"""What the form on a student's page shows: what was typed before, what came in since, and what was recorded so far."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.triage import ZONE, Present, Standing
from serving.access import User
from serving.platform.state import State
from serving.recording import store as kept_by
from serving.recording.form import How, NextStep, faults, read_talk
from serving.recording.store import ExplanationView
from serving.store import Student
from serving.store.facts_seen import SeenFact, facts_seen, new_since
from serving.store.talks import Talk


@dataclass(frozen=True)
class PastTalk:
    """A record as the page shows it. `level` and `assessed` (how many pieces) are of a talk with the student,
    `attested` says by how many persons. Until `undo_until` its author may take it back; a note is its author's own."""

    talk: Talk
    level: int | None
    assessed: int
    undone_by: Talk | None
    undo_until: datetime | None
    note: str | None


@dataclass(frozen=True)
class RecordForm:
    """What the form on a student's page shows. `to_assess` are open evidence and reports by key; `fields` is what was
    typed before, `faults` the keys of what is wrong with it and `news` what came in since it was begun."""

    student_id: str
    school_id: str
    talk_id: str
    author: str
    blind: bool
    seen: str
    fields: Mapping[str, Sequence[str]]
    draft_saved_at: datetime | None
    faults: tuple[str, ...]
    news: tuple[SeenFact, ...]
    to_assess: tuple[tuple[str, Standing], ...]
    hows: tuple[How, ...]
    steps: tuple[NextStep, ...]
    failed: int
    enough: bool
    today: date
    earliest_again: date
    past: tuple[PastTalk, ...]
    view: ExplanationView | None

    def first(self, name: str) -> str:
        return next(iter(self.fields.get(name, ())), "")


def form_for(state: State, user: User, student: Student, now: Present, blind: bool, claim: str | None) -> RecordForm:
    """The form for a student whose page the user may see. What was typed and not sent is in it; of that of a session
    that had ended, only for its author and with its `claim`."""
    moment, store = state.clock(), state.store
    today = moment.astimezone(ZONE).date()
    draft = kept_by.find_draft(store, student.student_id, user.username, claim) if claim else None
    draft = draft or kept_by.find_draft(store, student.student_id, user.username, None)
    facts = facts_seen(store, student.student_id)
    filled = read_talk(draft.fields, today) if draft is not None else None
    policy = state.policy.casework
    return RecordForm(
        student_id=student.student_id,
        school_id=student.school_id,
        talk_id=filled.talk_id if filled is not None and filled.talk_id else secrets.token_urlsafe(12),
        author=user.username,
        blind=blind,
        seen=" ".join(one.mark for one in facts),
        fields=draft.fields if draft is not None else {},
        draft_saved_at=None if draft is None else draft.saved_at,
        faults=() if filled is None else tuple(faults(filled, now, blind, today)),
        news=() if filled is None or blind else tuple(new_since(facts, filled.seen)),
        to_assess=() if blind else tuple({one.piece.key: one for one in (*now.leads, *now.open)[::-1]}.items())[::-1],
        hows=tuple(how for how in How if not (how is How.GUARDIAN and now.protection)),
        steps=tuple(NextStep),
        failed=now.tries.failed,
        enough=now.tries.failed >= policy.attempts_before_other,
        today=today,
        earliest_again=today + timedelta(days=1),
        past=() if blind else tuple(_past(state, user, student.student_id, moment)),
        view=None if blind else kept_by.newest_view(store, student.student_id, user.username),
    )


def _past(state: State, user: User, student_id: str, now: datetime) -> list[PastTalk]:
    every = kept_by.read_talks(state.store, student_id)
    undone = {one.undoes: one for one in every if one.undoes is not None}
    said = kept_by.levels_of(state.store, [one.outcome for one in every if one.outcome is not None])
    while_fresh = timedelta(minutes=state.policy.casework.undo_minutes)
    found = []
    for one in reversed(every):
        if one.undoes is not None:
            continue
        level, assessed = said.get(one.outcome or "", (None, 0))
        until = one.recorded_at + while_fresh
        mine = one.recorded_by == user.username
        fresh = mine and until > now and one.talk_id not in undone
        note = one.note if mine else None
        found.append(PastTalk(one, level, assessed, undone.get(one.talk_id), until if fresh else None, note))
    return found
