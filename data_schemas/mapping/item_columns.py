"""The item columns of a questionnaire in a mapping: which header is which item, and how the answers are coded."""

import re
from collections.abc import Collection
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from data_schemas.mapping.cell import Cell, Codes, Header, MappingPart, Scalar, ValueMap

_CODED = re.compile(
    r"(?P<variant>[A-Za-z0-9_.-]+)(?:, written one (?P<way>higher|lower))?(?P<said>(?:, [^\s,=]+ = [^\s,=]+)*)"
)
_BLANK = "blank"


def _numbers(value: Any) -> Any:
    """Items as a list, or as an answer such as `9` or `9, 12`."""
    return re.split(r"[\s,、，]+", value.strip()) if isinstance(value, str) else value


def _headers(value: Any) -> Any:
    """Headers as a list, or as an answer such as `PHQ6 + PHQ11`."""
    return value.split(" + ") if isinstance(value, str) else value


def _number(code: Scalar) -> Scalar:
    """A code, as a number where it is written as one."""
    return int(code) if isinstance(code, str) and code.isdecimal() else code


class ItemColumns(MappingPart):
    """The item columns of a questionnaire, in order: a list, or a pattern such as `Q{n}` or `{n}、*`.

    In a pattern `*` stands for any text, such as the wording of the item. Items that the export does not have are
    named in `absent`. Without `values` an answer is a number of the coding or one of its words in the definition; with
    them a text of the file stands for such a number or word.
    Numbers that are written `shift` higher than the coding has them are brought back.
    """

    columns: tuple[Header, ...] | Header
    absent: Annotated[tuple[int, ...], BeforeValidator(_numbers)] = ()
    beside: Annotated[tuple[Header, ...], BeforeValidator(_headers)] = ()  # of a list, those that are no items
    coding: str | None = None  # how the answers are coded, where the questionnaire has several ways
    shift: int = 0
    turned: bool = False  # the platform has turned the reversed items already: they are turned back
    total: Header | None = None  # the platform's own total: held against the answers, and not read
    values: str | ValueMap | None = None
    missing: Codes = ()

    @model_validator(mode="before")
    @classmethod
    def _said_with_the_coding(cls, given: Any) -> Any:
        """`coding` may be the answer to a question, such as `0-3, written one higher`, `1-5, 0 = blank` or
        `0-1, 1 = 是, 2 = 否`."""
        coding = given.get("coding") if isinstance(given, dict) else None
        found = _CODED.fullmatch(coding) if isinstance(coding, str) else None
        if not found or not (found["way"] or found["said"]):
            return given
        more: dict[str, Any] = {"shift": {"higher": 1, "lower": -1}[found["way"]]} if found["way"] else {}
        said = dict(pair.split(" = ") for pair in found["said"].split(", ")[1:])
        values = {text: answer for text, answer in said.items() if answer != _BLANK}
        more |= {"values": values} if values else {}
        blank = (text for text, answer in said.items() if answer == _BLANK)
        return {**given, **more, "coding": found["variant"], "missing": (*given.get("missing", ()), *blank)}

    def present(self, items: int) -> list[int]:
        """The items that the export has, of so many."""
        return [number for number in range(1, items + 1) if number not in self.absent]

    def headers(self, items: int) -> tuple[str, ...]:
        """The headers of the items that the export has."""
        if isinstance(self.columns, str):
            return tuple(self.columns.replace("{n}", str(number)) for number in self.present(items))
        return tuple(column for column in self.columns if column not in self.beside)

    def cells(
        self, items: int, words: dict[str, int], codes: range = range(0), turned: Collection[int] = ()
    ) -> dict[str, Cell]:
        """A cell for every item that the export has; `words` and `codes` are those of the coding, `turned` the items
        that it reverses."""
        pattern = isinstance(self.columns, str) and "*" in self.columns
        known: dict[str, Scalar] = {**words} if self.values is None else {}
        values = self.values
        if isinstance(values, dict):
            values = {text: words.get(str(code), _number(code)) for text, code in values.items()}
        back = values
        if (self.shift or self.turned) and values is None:
            values, known = {str(code + self.shift): code for code in codes} | known, {}
            ends = codes[0] + codes[-1]
            back = {text: ends - int(str(code)) for text, code in values.items()} if self.turned else values
        pairs = zip(self.present(items), self.headers(items), strict=True)
        return {
            f"item_{number}": Cell(
                column=name,
                values=back if number in turned else values,
                words=known,
                missing=self.missing,
                pattern=pattern,
            )
            for number, name in pairs
        }


AnyItems = Annotated[
    ItemColumns, BeforeValidator(lambda value: value if isinstance(value, dict) else {"columns": value})
]
