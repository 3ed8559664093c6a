"""Six students of one school with the outcomes that a test names, for tests of labels."""

from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd

from data_schemas.dataset import Dataset, Description, Label, conform, table_of
from data_schemas.instruments import packaged_instruments

INDEX = date(2025, 11, 7)
Row = dict[str, Any]


def after(days: int) -> pd.Timestamp:
    return pd.Timestamp(INDEX + timedelta(days=days))


def outcome(student: str, days: int, level: int = 2, kind: str = "interview", **more: Any) -> Row:
    row = {"student_id": student, "observed_on": after(days), "recorded_on": after(days), "kind": kind, "level": level}
    return {**row, **more}


def dataset(
    outcomes: list[Row],
    mode: Literal["longitudinal", "concurrent"] = "longitudinal",
    index_dates: tuple[date, ...] = (INDEX,),
    **tables: list[Row],
) -> Dataset:
    """Students A to F with these outcomes."""
    students = [{"student_id": s, "school_id": "x", "stage": "junior", "sex": "male"} for s in "ABCDEF"]
    frames = {"students": students, "outcomes": outcomes, **tables}
    return Dataset(
        Description(
            name="small",
            synthetic=True,
            origin="synthetic",
            mode=mode,
            as_of=INDEX,
            index_dates=index_dates,
            label=Label(name="need", kinds=("interview", "crisis_event"), level=2, horizon_days=90),
        ),
        {name: conform(pd.DataFrame(rows), table_of(name, packaged_instruments())) for name, rows in frames.items()},
        {},
    )
