"""Features that a data scientist brings along: a table keyed by student and day, and what each column means.

`features.toml` beside the tables of a dataset declares them; the table `features` holds the values, one row a student
and day, one column a feature. A cell that is blank is not known.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data_schemas.tables import STUDENT_ID, CellKind, Column, Sensitivity, Table
from runxin.errors import Problem, bad_data

FILE = "features.toml"
TABLE = "features"
KEYS = ("student_id", "observed_on", "recorded_on")


class OwnFeature(BaseModel):
    """One column of the table. `adverse` says which end of `low` to `high` goes with more distress, or `none` where it
    is open; a value counts for `holds_days` after its day, and a newer one goes before it. In `family` the feature
    comes under the cap on family circumstances. A sentence is a template over `value`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
    group: Literal["leave", "family", "concern", "context"]
    adverse: Literal["high", "low", "none"]
    low: float
    high: float
    holds_days: Annotated[int, Field(ge=1)] = 365
    unit: str = ""
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    sensitivity: Literal["personal", "sensitive", "protected"] = "sensitive"

    @model_validator(mode="after")
    def _fits(self) -> "OwnFeature":
        if not self.low < self.high:
            raise ValueError(f"{self.name}: low must be below high")
        if self.name in KEYS or self.name.endswith("_missing"):
            raise ValueError(f"{self.name}: this name is taken")
        for text in (self.zh, self.en):
            try:
                text.format(value=self.low)
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(f"{self.name}: a sentence has one place, {{value:g}}") from error
        return self

    @property
    def best(self) -> float:
        """The least adverse value there is: what stands in where none is known."""
        return self.high if self.adverse == "low" else self.low


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    features: tuple[OwnFeature, ...]

    @model_validator(mode="after")
    def _distinct(self) -> "_File":
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"declared twice: {', '.join(twice)}")
        return self


def read_own_features(path: Path) -> tuple[OwnFeature, ...]:
    """The declarations of a `features.toml`; raises `UserError` naming what is at fault."""
    try:
        return _File.model_validate(tomllib.loads(path.read_text("utf-8"))).features
    except OSError as error:
        raise bad_data(
            "the declarations of features cannot be read", [Problem(error.strerror or "", path.name)]
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise bad_data("the declarations of features are not TOML", [Problem(str(error), path.name)]) from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        problems = [Problem(f["msg"], file=path.name, column=".".join(map(str, f["loc"]))) for f in faults]
        raise bad_data("the declarations of features are at fault", problems) from error


def own_features_toml(features: Sequence[OwnFeature]) -> str:
    return tomli_w.dumps({"features": [feature.model_dump(mode="json") for feature in features]})


def features_table(features: Sequence[OwnFeature]) -> Table:
    """The table `features`: the day a value is of, the day it became known, and a column for each feature."""
    days = (
        Column("observed_on", CellKind.DATE, "观察日期", Sensitivity.SENSITIVE, required=True),
        Column("recorded_on", CellKind.DATE, "登记日期", Sensitivity.SENSITIVE),
    )
    values = tuple(
        Column(one.name, CellKind.NUMBER, one.name, Sensitivity(one.sensitivity), low=one.low, high=one.high)
        for one in features
    )
    return Table(TABLE, "自定义特征", (STUDENT_ID, *days, *values), key=KEYS)
