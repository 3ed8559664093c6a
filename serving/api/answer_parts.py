"""Parts of an answer that several routes give."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from data_schemas.instruments import Words


class Given(BaseModel):
    """A part of an answer; every field is always there, null where it is unknown or not for this key."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class WordsGiven(Given):
    zh: str
    en: str


class DueGiven(Given):
    """What is to be done next, because of what, since when it waits and by when: the strictest of several clocks.
    `what` says nothing of the student."""

    what: WordsGiven
    why: WordsGiven | None
    since: datetime | None
    by: datetime | None
    overdue: bool


def words(text: Words) -> WordsGiven:
    return WordsGiven(zh=text.zh, en=text.en)
