"""What a canonical table is made of: columns with a kind and a guard."""

from dataclasses import dataclass
from enum import Enum

from data_schemas.codes import Code


class Sensitivity(Enum):
    """How a column is guarded (个人信息保护法 28–31: health data and all data of children under 14 are sensitive)."""

    OPEN = "open"  # says nothing about one person
    PERSONAL = "personal"  # describes a person
    SENSITIVE = "sensitive"  # health, family, or what follows from them
    PROTECTED = "protected"  # safety and protection reports: the fewest eyes


class CellKind(Enum):
    """What a cell holds."""

    ID = "id"
    CODE = "code"
    DATE = "date"
    TIME = "time"
    INT = "int"
    NUMBER = "number"
    BOOL = "bool"  # true, false or empty: an empty cell is unknown
    TEXT = "text"


DTYPES = {
    CellKind.ID: "str",
    CellKind.CODE: "str",
    CellKind.TEXT: "str",
    CellKind.DATE: "datetime64[us]",
    CellKind.TIME: "datetime64[us]",
    CellKind.INT: "Int64",
    CellKind.NUMBER: "float64",
    CellKind.BOOL: "boolean",
}


@dataclass(frozen=True)
class Column:
    """One column. `required` columns must be there and filled in every row, or, where they are `blank_says`, blank
    where that says something."""

    name: str
    kind: CellKind
    zh: str
    sensitivity: Sensitivity
    required: bool = False
    codes: type[Code] | None = None
    low: float | None = None
    high: float | None = None
    blank_says: bool = False
    duration: bool = False  # in seconds; platforms also write 125秒, 2分5秒 or 00:02:05
    halves: bool = False  # in half days; platforms also write 1天, 0.5天 or 4小时
    points: bool = False  # platforms also write 12分


@dataclass(frozen=True)
class Table:
    name: str
    zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()  # rows that agree on these are duplicates

    def column(self, name: str) -> Column:
        """The column of that name; raises `KeyError`."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
