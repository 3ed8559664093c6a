"""A small dataset from which something can be learned in seconds; its outcomes are invented."""

from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from data_schemas.dataset import Dataset, Description, Label, conform, table_of
from data_schemas.instruments import packaged_instruments

INDEX_DATES = (date(2025, 4, 11), date(2025, 11, 7))
AS_OF = date(2026, 4, 3)
DAYS_TO_OUTCOME = 30


def learnable(
    students: int = 500, seed: int = 3, mode: Literal["longitudinal", "concurrent"] = "longitudinal"
) -> Dataset:
    """PHQ-9 sheets, leave, flags and reports before each index date, and an interview of everyone after it.

    In concurrent mode there is one date, the as-of date, and the interview is of that day.
    """
    rng = np.random.default_rng(seed)
    ids = [f"S-{number:04d}" for number in range(students)]
    mood = rng.normal(size=students)
    tables: dict[str, list[dict[str, object]]] = {name: [] for name in ("leaves", "family", "concerns", "outcomes")}
    sheets: list[dict[str, object]] = []
    for index in INDEX_DATES if mode == "longitudinal" else (AS_OF,):
        now = mood + rng.normal(scale=0.6, size=students)
        item = np.clip(np.round(0.7 + 0.8 * now[:, None] + rng.normal(scale=0.7, size=(students, 9))), 0, 3)
        for place, student in enumerate(ids):
            day = pd.Timestamp(index - timedelta(days=5))
            answers = {f"item_{number + 1}": int(item[place, number]) for number in range(9)}
            sheets.append({"student_id": student, "administered_on": day, "received_at": day, **answers})
            for _ in range(rng.poisson(0.3 + 0.3 * max(now[place], 0))):
                start = pd.Timestamp(index - timedelta(days=int(rng.integers(1, 150))))
                leave = {"type": "sick", "start_on": start, "end_on": start, "recorded_on": start}
                tables["leaves"].append({"student_id": student, **leave})
            if rng.random() < 0.05 + 0.05 * max(now[place], 0):
                concern = {"kind": "mood_abnormal", "reported_on": day, "recorded_on": day, "source": "teacher"}
                tables["concerns"].append({"student_id": student, **concern})
            later = 0 if mode == "concurrent" else DAYS_TO_OUTCOME
            seen = pd.Timestamp(index + timedelta(days=later))
            need = rng.random() < 1 / (1 + np.exp(2.2 - 1.8 * now[place]))
            interview = {"kind": "interview", "level": 2 if need else 0, "selection_reason": "all"}
            tables["outcomes"].append({"student_id": student, "observed_on": seen, "recorded_on": seen, **interview})
    for place, student in enumerate(ids):
        value = "yes" if rng.random() < 0.2 + 0.05 * (mood[place] > 1) else "no"
        known = {"valid_from": pd.Timestamp("2024-09-01"), "recorded_on": pd.Timestamp("2024-09-01")}
        row = {"student_id": student, "flag": "left_behind", "value": value, "verified_by": "village-1", **known}
        tables["family"].append(row)
    instruments = packaged_instruments()
    roster = pd.DataFrame(
        {
            "student_id": ids,
            "school_id": [f"school-{place % 12:02d}" for place in range(students)],
            "stage": "junior",
            "grade": rng.integers(7, 10, students),
            "sex": rng.choice(["female", "male"], students),
            "boarding": rng.choice([True, False], students),
        }
    )
    frames = {"students": roster, **{name: pd.DataFrame(rows) for name, rows in tables.items()}}
    horizon = 90 if mode == "longitudinal" else 0
    return Dataset(
        Description(
            name="invented",
            synthetic=True,
            origin="synthetic",
            mode=mode,
            as_of=AS_OF,
            index_dates=INDEX_DATES if mode == "longitudinal" else (),
            label=Label(name="need", kinds=("interview",), level=2, horizon_days=horizon),
        ),
        {name: conform(frame, table_of(name, instruments)) for name, frame in frames.items()},
        {"phq9": conform(pd.DataFrame(sheets), table_of("responses/phq9", instruments))},
    )
