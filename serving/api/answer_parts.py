"""Parts of an answer that several routes give."""

from pydantic import BaseModel, ConfigDict


class Given(BaseModel):
    """A part of an answer; every field is always there, null where it is unknown or not for this key."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class WordsGiven(Given):
    zh: str
    en: str
