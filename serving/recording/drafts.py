"""Drafts of the other forms about a student, plans and notes, by the same rows as those of a record: kept as one types,
kept when a session has ended, its author's alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from serving.access import User
from serving.platform.state import State
from serving.recording import store as kept_by
from serving.recording.form import Fields
from serving.recording.service import may_record, park_fields

NOT_TYPED = ("form_token", "form", "student_id", "author", "last", "kind")
# By form, the page that it stands on.
FORMS: Mapping[str, str] = {"care": "/plans", "safety": "/plans", "note": "/notes"}


@dataclass(frozen=True)
class TypedBefore:
    """What was typed into a form, by field, and when it was kept."""

    fields: Mapping[str, str]
    saved_at: datetime


def keep_form(state: State, user: User, student_id: str, form: str, fields: Fields) -> datetime | None:
    """Keep a form as far as it is filled in; None where there is no such form. Raises `UserError` (refused,
    not found)."""
    may_record(state, user, student_id)
    if form not in FORMS:
        return None
    now = state.clock()
    kept_by.keep_draft(state.store, student_id, user.username, typed(fields), now, None, form)
    return now


def park_form(state: State, author: str, student_id: str, form: str, fields: Fields) -> str | None:
    """Keep a form whose session has ended; the claim that brings it back to its author. None where there is no such
    form."""
    return park_fields(state, author, student_id, typed(fields), form) if form in FORMS else None


def form_before(state: State, user: User, student_id: str, form: str, claim: str | None) -> TypedBefore | None:
    """What the user has typed into a form and not sent."""
    draft = kept_by.find_draft(state.store, student_id, user.username, claim, form) if claim else None
    draft = draft or kept_by.find_draft(state.store, student_id, user.username, None, form)
    if draft is None:
        return None
    return TypedBefore({name: next(iter(said), "") for name, said in draft.fields.items()}, draft.saved_at)


def drop_form(state: State, user: User, student_id: str, form: str) -> None:
    """Remove the drafts of a form: it was sent, or is not wanted. Raises `UserError` (refused, not found)."""
    may_record(state, user, student_id)
    kept_by.drop_draft(state.store, student_id, user.username, form)


def typed(fields: Fields) -> dict[str, list[str]]:
    return {name: list(fields[name]) for name in fields if name not in NOT_TYPED and any(fields[name])}
