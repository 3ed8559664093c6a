"""Prompts as they are kept: each showing, and what was said to have come of it. Rows are added and never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.request_tables import prompts
from serving.store.sealing import keyring_of

SHOWN, TOLD, COULD_NOT = "shown", "told", "could_not"


@dataclass(frozen=True)
class PromptStep:
    """A prompt was shown, or somebody said what came of it."""

    prompt_id: str
    student_id: str
    school_id: str
    step: str
    client: str
    entered_by: str
    at: datetime


@dataclass(frozen=True)
class PromptCount:
    """Of one school: prompts that were shown, how often, and of how many it was said that somebody was told, or that
    nobody could be."""

    school_id: str
    prompts: int
    shown: int
    told: int
    could_not: int


def prompt_name(store: Store, file_id: str, day: str) -> str:
    """What a prompt of one student and day is called; it says nothing of either."""
    return keyring_of(store.engine).name_of(file_id, f"prompt {day}")


def keep_prompt_step(store: Store, step: PromptStep, event: AuditEvent) -> None:
    row = {"step_id": uuid4().hex, "file_id": step.student_id, **vars(step)}
    with store.writing() as connection:
        connection.execute(prompts.insert().values(**row))
        add_event(connection, event)


def steps_of_prompt(store: Store, prompt_id: str) -> list[PromptStep]:
    """In their order."""
    query = prompts.select().where(prompts.c.prompt_id == prompt_id).order_by(prompts.c.at, prompts.c.step_id)
    with store.reading() as connection:
        return [_step(row) for row in connection.execute(query)]


def count_prompts(store: Store, since: datetime) -> list[PromptCount]:
    """By school, of prompts that were shown since a moment."""
    c = prompts.c
    query = sa.select(c.school_id, c.prompt_id, c.step).where(c.at >= since)
    found: dict[str, list[Any]] = {}
    with store.reading() as connection:
        for row in connection.execute(query.order_by(c.school_id)):
            found.setdefault(row.school_id, []).append(row)
    return [
        PromptCount(
            school_id,
            len({row.prompt_id for row in rows}),
            sum(row.step == SHOWN for row in rows),
            len({row.prompt_id for row in rows if row.step == TOLD}),
            len({row.prompt_id for row in rows if row.step == COULD_NOT}),
        )
        for school_id, rows in found.items()
    ]


def _step(row: Any) -> PromptStep:
    names = ("prompt_id", "student_id", "school_id", "step", "client", "entered_by", "at")
    return PromptStep(*(row._mapping[name] for name in names))
