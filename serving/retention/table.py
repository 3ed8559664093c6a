"""The table of purposes: how long what is kept, and by which source."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from runxin.errors import Problem, bad_data

PACKAGED = Path(__file__).with_name("retention.toml")


class Keeping(BaseModel):
    """`months` 0: until a person decides. `source` is the law or the decision that the months come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    months: int = Field(ge=0, le=1200)
    source: str = Field(min_length=1)

    def before(self, now: datetime) -> datetime | None:
        """What is older than this moment has been kept long enough; None where there is no end."""
        if self.months == 0:
            return None
        month = now.year * 12 + now.month - 1 - self.months
        first = now.replace(year=month // 12, month=month % 12 + 1, day=1)
        last = (first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1) - first).days
        return first.replace(day=min(now.day, last))


def read_retention(own: Path) -> Mapping[str, Keeping]:
    """By purpose, the packaged table with the operator's own over it; raises `UserError` naming the key at fault."""
    told = tomllib.loads(PACKAGED.read_text("utf-8"))
    if own.is_file():
        try:
            mine = tomllib.loads(own.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise bad_data("the table of retention is not TOML", [Problem(str(error), own.name)]) from error
        foreign = [Problem("there is no such purpose", own.name, column=one) for one in mine if one not in told]
        if foreign:
            raise bad_data("the table of retention is at fault", foreign, fix=f"purposes: {', '.join(told)}")
        told |= mine
    try:
        return TypeAdapter(dict[str, Keeping]).validate_python(told)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        problems = [Problem(f["msg"], own.name, column=".".join(map(str, f["loc"]))) for f in faults]
        raise bad_data("the table of retention is at fault", problems) from error
