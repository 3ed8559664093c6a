"""Kinds of fields that a request is made of, each as strict as the table it stands for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from data_schemas.calendar import YEARS
from data_schemas.codes import Code
from data_schemas.ids import LONGEST, BadId, plain_id
from data_schemas.zone import CHINA

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
EARLIEST = date(1980, 1, 1)  # who was 30, the oldest that is read, when the calendar begins
FIRST_AS_OF = date(YEARS[0], 1, 1)  # the calendar's first and last day
LATEST = date(YEARS[1], 12, 31)


class RequestPart(BaseModel):
    """A part of a request. Unknown fields are refused, values are not converted, and errors do not repeat them."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


@dataclass(frozen=True)
class CodeOf:
    """Marks a string field that holds a code of the vocabulary."""

    codes: type[Code]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.codes.codes()))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        names = "; ".join(f"{member.code} {member.zh} ({member.en})" for member in self.codes)
        return {**handler(schema), "description": names}


def _day_from(first: date) -> Callable[[Any], date]:
    """A validator: a day from `first` to the calendar's last."""

    def read(value: Any) -> date:
        if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
            raise PydanticCustomError("date", "a date is written YYYY-MM-DD")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("date", "there is no such day in the calendar") from error
        return _plausible(day, first)

    return read


def _plausible(day: date, first: date) -> date:
    if not first <= day <= LATEST:
        raise PydanticCustomError(
            "range",
            "a day here lies from {first} to {last}; an end that is not known is left out",
            {"first": first.isoformat(), "last": LATEST.isoformat()},
        )
    return day


def _moment(value: Any) -> datetime:
    """The school's own time, without a zone."""
    if not isinstance(value, str) or not ISO_TIME.match(value):
        raise PydanticCustomError("time", "a moment is written YYYY-MM-DDThh:mm:ss, with +08:00 or without")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError("time", "there is no such moment") from error
    # Before its zone is taken off: the first and the last year have hours that no other zone can say.
    _plausible(moment.date(), EARLIEST)
    moment = moment if moment.tzinfo is None else moment.astimezone(CHINA).replace(tzinfo=None)
    _plausible(moment.date(), EARLIEST)
    return moment


def _id(text: str) -> str:
    try:
        return plain_id(text)
    except BadId as error:
        raise PydanticCustomError("id", "{what}", {"what": error.what, "fix": error.fix}) from None


Day = Annotated[date, BeforeValidator(_day_from(EARLIEST))]
AsOf = Annotated[date, BeforeValidator(_day_from(FIRST_AS_OF))]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Id = Annotated[
    str, AfterValidator(_id), Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST}, examples=["S-1077"])
]
Variant = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$", examples=["0-4"])]
Word = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
