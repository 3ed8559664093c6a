"""What a mapping leaves open: questions that stand in it with answers to pick from, so that nothing is guessed.

Any text of a mapping may hold `{?ID}`, which stands for the answer to the question ID. A question without an answer
stops an import; with `none` the block that asks it is left out.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from runxin.errors import Kind, Problem, UserError, bad_data, usage

NONE = "none"
_REFERENCE = re.compile(r"\{\?([a-z0-9_-]+)\}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Question(BaseModel):
    """One thing to settle. Without `choices` the answer is any text. `answer` is blank while nobody has answered; where
    a draft fills it in, it says what is taken to be so until somebody says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    ask: str
    choices: tuple[str, ...] = ()
    answer: str = ""

    @property
    def open(self) -> bool:
        return not self.answer

    def fits(self, answer: str) -> bool:
        """Whether something may be the answer."""
        return bool(answer) and (not self.choices or answer in self.choices)

    def text(self) -> str:
        """The question as one line."""
        picked = f" [{' | '.join(self.choices)}]" if self.choices else ""
        return f"{self.id}: {self.ask}{picked}{f' → {self.answer}' if self.answer else ''}"

    def block(self) -> list[str]:
        """The question as lines of a mapping."""
        lines = ["[[questions]]", f"id = {toml_text(self.id)}", f"ask = {toml_text(self.ask)}"]
        lines += [f"choices = {toml_list(self.choices)}"] if self.choices else []
        return [*lines, f"answer = {toml_text(self.answer)}"]


def questions_of(path: Path) -> tuple[Question, ...]:
    """The questions of a mapping file, answered or not; none where the file cannot be read, which its reader says."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        return tuple(Question.model_validate(one) for one in raw.get("questions", ()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError, TypeError):
        return ()


def settled(raw: dict[str, Any], file: str) -> tuple[dict[str, Any], tuple[Question, ...]]:
    """A mapping with the answers in the place of its questions; raises `UserError` that names each open one."""
    try:
        questions = tuple(Question.model_validate(one) for one in raw.pop("questions", ()))
    except (ValidationError, TypeError) as error:
        raise bad_data("the questions of the mapping are at fault", [Problem(str(error), file=file)]) from None
    none = {one.id for one in questions if one.answer == NONE and one.fits(NONE)}
    blocks = [block for block in raw.get("blocks", ()) if not none & set(_references(block))]
    filled = raw | ({"blocks": blocks} if "blocks" in raw else {})
    idle = set(_references(raw)) - set(_references(filled))  # asked by nothing but what is left out
    problems = [
        Problem(one.ask, file, column=f"questions.{one.id}", fix=_how(one))
        for one in questions
        if not one.fits(one.answer) and one.id not in idle
    ]
    if problems:
        asked = [one.model_dump() for one in questions]
        raise UserError(
            Kind.BAD_DATA,
            "something of the files is still to be settled",
            problems=problems,
            details={"questions": asked},
        )
    answers = {one.id: one.answer for one in questions}
    unknown = sorted(set(_references(raw)) - set(answers))
    if unknown:
        raise bad_data("the mapping asks what is no question", [Problem(f"there is no question {unknown[0]}", file)])
    settled: dict[str, Any] = _filled(filled, answers)
    return settled, questions


def answer_questions(path: Path, answers: Iterable[str]) -> None:
    """Write answers, each `ID=ANSWER`, into a mapping; raises `UserError` where there is no such question."""
    text = path.read_text("utf-8")
    for given in answers:
        name, equals, answer = given.partition("=")
        if not equals:
            raise usage(f"{given} answers nothing", fix="write --answer ID=ANSWER")
        pattern = re.compile(rf'(\[\[questions\]\]\nid = "{re.escape(name)}"\n(?:(?!\[\[)[^\n]*\n)*?answer = )[^\n]*')
        found = pattern.search(text)
        if found is None:
            raise usage(f"{path.name} asks no question {name!r}", fix="see the [[questions]] of the mapping")
        text = text[: found.start()] + found[1] + toml_text(answer.strip()) + text[found.end() :]
    path.write_text(text, "utf-8")


def reference(name: str) -> str:
    """What stands in a mapping for the answer."""
    return f"{{?{name}}}"


def _how(one: Question) -> str:
    picked = f"one of {' | '.join(one.choices)}" if one.choices else "write the answer"
    return f"{picked}: --answer {one.id}=…, or in the mapping"


def _references(value: object) -> list[str]:
    if isinstance(value, str):
        return _REFERENCE.findall(value)
    if isinstance(value, Mapping):
        return [name for each in value.values() for name in _references(each)]
    if isinstance(value, Sequence):
        return [name for each in value for name in _references(each)]
    return []


def _filled(value: Any, answers: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        text = _REFERENCE.sub(lambda match: answers[match[1]], value)
        return date.fromisoformat(text) if text != value and _DAY.fullmatch(text) else text
    if isinstance(value, dict):
        return {key: _filled(each, answers) for key, each in value.items()}
    return [_filled(each, answers) for each in value] if isinstance(value, list) else value


def toml_text(text: str) -> str:
    """A TOML string; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def toml_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_text, texts))}]"
