"""Schools: what is known of each, from a table's rows to plain values."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_schemas.codes import Stage
from data_schemas.rules import Fault, among

BETWEEN = re.compile(r"[\s,，、;/|]+")  # between stages


@dataclass(frozen=True)
class SchoolRow:
    """One school; None where something is not known. `stages` are codes of `Stage`, `counselors` counts 专兼职心理教师,
    `double_certified` those of them with both certificates, `room` says whether there is a 心理辅导室."""

    school_id: str
    name: str
    county: str | None = None
    stages: tuple[str, ...] = ()
    counselors: int | None = None
    double_certified: int | None = None
    room: bool | None = None


def stages_of(text: str) -> tuple[str, ...]:
    """The codes of stages that are written as codes or in Chinese, in the order of `Stage`; raises `KeyError`."""
    words = {word for member in Stage for word in (member.code, member.zh)}
    named = [word for word in BETWEEN.split(text.strip()) if word]
    for word in named:
        if word not in words:
            raise KeyError(word)
    return tuple(member.code for member in Stage if member.code in named or member.zh in named)


def school_faults(frame: pd.DataFrame) -> list[Fault]:
    """Rows of the table `schools` that cannot be so."""
    unknown = [row for row, text in enumerate(frame["stages"]) if not pd.isna(text) and not _are_stages(str(text))]
    more = (frame["double_certified"] > frame["counselors"]).fillna(False).to_numpy(dtype=bool)
    again = np.flatnonzero(frame["school_id"].duplicated().to_numpy() & frame["school_id"].notna().to_numpy())
    codes = ", ".join(f"{member.code} {member.zh}" for member in Stage)
    found = [
        Fault(again, "school_id", "the same school again", "see which row is right and take the other out"),
        Fault(np.array(unknown, dtype=np.intp), "stages", "an unknown stage", f"known are {codes}"),
        Fault(np.flatnonzero(more), "double_certified", "more of them than counselors", "mend one of the two numbers"),
    ]
    return [fault for fault in found if len(fault.rows)]


def unknown_schools(frame: pd.DataFrame, known: Collection[str]) -> Fault:
    """Rows of a school that nobody has."""
    rows = np.flatnonzero(~among(frame["school_id"], known) & frame["school_id"].notna().to_numpy())
    return Fault(rows, "school_id", "no school of this id is known", "mend the id, or import the school first")


def school_rows(frame: pd.DataFrame) -> list[SchoolRow]:
    """The rows of the table `schools`, in canonical types and without faults."""
    return [
        SchoolRow(
            school_id=row.school_id,
            name=row.name,
            county=None if pd.isna(row.county) else row.county,
            stages=() if pd.isna(row.stages) else stages_of(row.stages),
            counselors=None if pd.isna(row.counselors) else int(row.counselors),
            double_certified=None if pd.isna(row.double_certified) else int(row.double_certified),
            room=None if pd.isna(row.room) else bool(row.room),
        )
        for row in frame.itertuples(index=False, name="Row")
    ]


def nearest_schools(school_id: str, names: Mapping[str, str]) -> str:
    """The schools (id → name) whose ids or names are nearest, as a question; else some that there are."""
    forms = {form.casefold(): known for known, name in names.items() for form in (known, name)}
    close = difflib.get_close_matches(school_id.casefold(), list(forms), n=3)
    found = list(dict.fromkeys(forms[form] for form in close))
    if found:
        return f"is it {' or '.join(_called(one, names) for one in found)}?"
    listed = [_called(one, names) for one in list(names)[:5]]
    return f"known are {', '.join(listed)}{', …' if len(names) > len(listed) else ''}"


def _called(school_id: str, names: Mapping[str, str]) -> str:
    return school_id if names[school_id] == school_id else f"{school_id} ({names[school_id]})"


def _are_stages(text: str) -> bool:
    try:
        stages_of(text)
    except KeyError:
        return False
    return True
