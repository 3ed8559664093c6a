"""A small city with everything that a replay has to bring back: copied sheets, scores, own features, own calendars."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from data_schemas.dataset import Dataset, conform, read_dataset, write_dataset
from data_schemas.own_features import OwnFeature, features_table
from data_schemas.synthetic import make_city
from data_schemas.tables import TABLES

FIRST, SECOND = date(2026, 3, 6), date(2026, 4, 3)
SLEEP = OwnFeature(
    name="sleep_hours",
    group="context",
    adverse="low",
    low=0,
    high=14,
    zh="睡眠 {value:g} 小时",
    en="{value:g} hours",
    source="ours",
)


def replayable_city(folder: Path, students: int = 200) -> Dataset:
    """Written to `folder` and read from there."""
    city = make_city(students, seed=7).dataset
    ids, schools = city.students["student_id"], city.students["school_id"]
    sheets = city.responses["phq9"].copy()
    sheets["duration_s"] = sheets["duration_s"].fillna(90.0)
    # Two of a class hand in the same uncommon sheet on one day, with the same time taken.
    room = city.students["class_id"].value_counts().index[0]
    pair = ids[city.students["class_id"] == room].tolist()[:2]
    newest = sheets["administered_on"].max()
    items = [name for name in sheets if name.startswith("item_")]
    for student in pair:
        here = (sheets["student_id"] == student) & (sheets["administered_on"] == newest)
        if not here.any():
            added = sheets[sheets["administered_on"] == newest].head(1).assign(student_id=student)
            sheets = pd.concat([sheets, added], ignore_index=True)
            here = (sheets["student_id"] == student) & (sheets["administered_on"] == newest)
        for place, item in enumerate(items):
            sheets.loc[here, item] = (0, 2, 1, 3, 0, 1, 2, 0, 0)[place]
        sheets.loc[here, "duration_s"] = 61.0
    some = ids.iloc[::3]
    scores = pd.DataFrame(
        {
            "student_id": some,
            "instrument": "sdq_self",
            "scale": "total",
            "value": [float(n % 30) for n in range(len(some))],
            "administered_on": "2026-03-02",
        }
    )
    own = pd.DataFrame({"student_id": some, "observed_on": "2026-03-01", "sleep_hours": 6.5})
    breaks = pd.DataFrame({"school_id": [schools.iloc[0]], "starts_on": ["2026-03-10"], "ends_on": ["2026-03-12"]})
    tables = {
        **city.tables,
        "scores": conform(scores, TABLES["scores"]),
        "features": conform(own, features_table([SLEEP])),
        "breaks": conform(breaks, TABLES["breaks"]),
    }
    rich = replace(city, tables=tables, responses={**city.responses, "phq9": sheets}, own_features=(SLEEP,))
    write_dataset(rich, folder)
    return read_dataset(folder)


def with_later_rows(dataset: Dataset, folder: Path) -> Dataset:
    """The same students a month later: more leave, another report, and sheets that were handed in since."""
    ids = dataset.students["student_id"].tolist()
    leaves = pd.DataFrame(
        {
            "student_id": ids[::2],
            "type": "sick",
            "start_on": "2026-03-23",
            "end_on": "2026-03-25",
            "recorded_on": "2026-03-23",
        }
    )
    concerns = pd.DataFrame({"student_id": ids[:20], "kind": "bullying", "reported_on": "2026-03-24"})
    sheets = dataset.responses["phq9"].groupby("student_id").head(1).copy()
    sheets["administered_on"] = pd.Timestamp("2026-03-30")
    for column in ("submitted_at", "received_at", "source_event_id"):
        sheets[column] = pd.Series(index=sheets.index, dtype=sheets[column].dtype)
    tables = dict(dataset.tables)
    for name, added in (("leaves", leaves), ("concerns", concerns)):
        tables[name] = pd.concat([tables[name], conform(added, TABLES[name])], ignore_index=True)
    phq9 = pd.concat([dataset.responses["phq9"], sheets], ignore_index=True)
    write_dataset(replace(dataset, tables=tables, responses={**dataset.responses, "phq9": phq9}), folder)
    return read_dataset(folder)
