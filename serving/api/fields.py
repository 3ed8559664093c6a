"""Kinds of fields that a request is made of, each as strict as the table it stands for."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from data_schemas.codes import Code

CHINA = timezone(timedelta(hours=8))  # 北京时间, the day and hour of every school
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


class Part(BaseModel):
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


def _date(value: Any) -> Any:
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("date", "there is no such day in the calendar") from error
    raise PydanticCustomError("date", "a date is written YYYY-MM-DD")


def _time(value: Any) -> Any:
    if isinstance(value, str) and ISO_TIME.match(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("time", "there is no such moment") from error
        return moment if moment.tzinfo is None else moment.astimezone(CHINA).replace(tzinfo=None)
    raise PydanticCustomError("time", "a moment is written YYYY-MM-DDThh:mm:ss, with +08:00 or without")


def today() -> date:
    """The day it is in the schools."""
    return datetime.now(CHINA).date()


Day = Annotated[date, BeforeValidator(_date)]
Moment = Annotated[datetime, BeforeValidator(_time)]
Id = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f]{1,64}$", examples=["S-1077"])]
Variant = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$", examples=["0-4"])]
Word = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
