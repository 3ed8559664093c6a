"""Whether somebody waits to speak with a student, and whom to tell: allowed first, then put in the trail, then said.

A prompt says nothing of why: it is the same for a check of this hour, a questionnaire to be repeated and the routine
talk of who was drawn by lot. What only asks for a call about an absence is none: the one who enters it knows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from data_schemas.instruments import Words
from models.triage import ZONE, Present, present_of
from runxin.errors import Kind, UserError
from serving.access import PURPOSE_OF_SCOPE, Client, check_client_can, client_can
from serving.platform.state import State
from serving.prompts.store import (
    SHOWN,
    TOLD,
    PromptStep,
    keep_prompt_step,
    prompt_name,
    steps_of_prompt,
)
from serving.store import AuditEvent, FileOf, facts_of
from serving.store.duty import duty_of
from serving.today.blind import blind_among

SCOPE = "prompts"
TO = ("counselor", "staff")  # roles of our own; whoever else enters an event is told nothing
NO_TALK = ("task", "suspension")  # clocks that ask for no talk with the student at school
WITHIN = timedelta(days=7)  # the week that a line is planned for: who waits longer is not on it
WAITS = Words(
    zh="有人正等着与该生谈话。请告诉{who}：该生今天是否在校，或何时返校。请不要对学生、家长和其他同学提起。",
    en="Somebody waits to speak with this student. Please tell {who} whether the student is at school today, or when "
    "they are back. Please say nothing of it to the student, guardians or classmates.",
)


@dataclass(frozen=True)
class Prompt:
    """`text` says that somebody waits and what to do, `tell` whom to tell."""

    prompt_id: str
    text: Words
    tell: Words


def prompt_for(state: State, client: Client, where: FileOf, entered_by: str, shown_before: bool) -> Prompt | None:
    """What is said to who has just entered an event of a student, if anything. That it was said is put in the trail
    and counted; of an event that was sent again (`shown_before`) what was said then is said once more."""
    if not client_can(client, SCOPE) or entered_by not in TO or not where.on_roster:
        return None
    now = state.clock()
    today = now.astimezone(ZONE).date()
    prompt_id = prompt_name(state.store, where.file_id, today.isoformat())
    before = steps_of_prompt(state.store, prompt_id)
    if shown_before and not any(one.step == SHOWN and one.client == client.client for one in before):
        return None
    duty = duty_of(state.store, where.school_id)
    facts = facts_of(state.store, [where.file_id], today)[where.file_id]
    (present,) = present_of([facts], state.policy, state.calendars.of(where.school_id), duty)
    if not shown_before:
        told = any(one.step == TOLD for one in before)
        if not _waited_for(state, where, present, now) or (told and not present.unanswered):
            return None
        step = PromptStep(prompt_id, where.file_id, where.school_id, SHOWN, client.client, entered_by, now)
        read = AuditEvent(now, client.client, "prompt.shown", PURPOSE_OF_SCOPE[SCOPE], where.file_id, entered_by)
        keep_prompt_step(state.store, step, read)
    who = duty.who(now)
    return Prompt(prompt_id, Words(zh=WAITS.zh.format(who=who.zh), en=WAITS.en.format(who=who.en)), who)


def answer_prompt(state: State, client: Client, prompt_id: str, step: str, entered_by: str) -> None:
    """Record what came of a prompt, once. Raises `UserError`: refused without the scope, not found for one that this
    client was not shown."""
    check_client_can(client, SCOPE)
    before = steps_of_prompt(state.store, prompt_id)
    shown = next((one for one in before if one.step == SHOWN and one.client == client.client), None)
    allowed = shown is not None and (client.schools is None or shown.school_id in client.schools)
    if shown is None or not allowed:
        raise UserError(
            Kind.NOT_FOUND, "there is no such prompt", fix="name it as `prompt.prompt_id` of an answer does"
        )
    if any(one.step == step for one in before):
        return
    now = state.clock()
    said = PromptStep(prompt_id, shown.student_id, shown.school_id, step, client.client, entered_by, now)
    event = AuditEvent(now, client.client, "prompt.answered", PURPOSE_OF_SCOPE[SCOPE], shown.student_id, step)
    keep_prompt_step(state.store, said, event)


def _waited_for(state: State, where: FileOf, present: Present, now: datetime) -> bool:
    due = (one for one in present.clocks if one.source not in NO_TALK and one.by is not None)
    if any(one.by is not None and one.by - now <= WITHIN for one in due):
        return True
    return where.file_id in blind_among(state.store, [where], now, state.policy, state.calendars)
