"""How often a note of a cluster is false, and how many that are there it finds.

In a synthetic city nothing spreads from one student to another but colds, which are not counted: every note is false.
Each school of each city is looked at once a week from when 24 weeks are on record. `lists_with_a_note` is the share of
those lists (nominal: `models.clusters.FALSE_LISTS`), `of_KIND` that of one kind, `shuffled` the same with students
dealt anew to classes of the same sizes, so that classes differ in nothing. `found_N_KIND` is the share of clusters
seen that are put in: N students of one class with something new within a week.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data_schemas.dataset import Dataset
from data_schemas.synthetic import make_city
from models import assess, read_policy, records_of
from models.clusters import (
    CAUGHT,
    CLASS,
    HISTORY,
    KINDS,
    LEAVE,
    REPORT,
    SCHOOL,
    SHEET,
    WINDOW,
    Happened,
    WatchedUnit,
    happened_of,
    unusual,
)

STUDENTS, SEEDS, STEP = 3000, (7, 11, 13, 17, 19, 23), 7
PUT_IN = {REPORT: 3, SHEET: 6, LEAVE: 6}  # students of one class within a week
COUNTED = ("sick", "personal", "unexcused")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--students", type=int, default=STUDENTS)
    options.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    asked = options.parse_args()
    looked: dict[str, list[bool]] = defaultdict(list)
    for seed in asked.seeds:
        look(asked.students, seed, looked)
        print(json.dumps({"seed": seed, **summed(looked)}), flush=True)
    print(json.dumps({"students": asked.students, "seeds": len(asked.seeds), "ratios": summed(looked)}))


def summed(looked: Mapping[str, Sequence[bool]]) -> dict[str, float]:
    return {name: round(float(np.mean(said)), 4) for name, said in looked.items()} | {
        "lists": len(looked["lists_with_a_note"])
    }


def look(students: int, seed: int, looked: dict[str, list[bool]]) -> None:
    city, chance = make_city(students, seed), random.Random(seed)
    happened = of_city(city.dataset)
    roster = city.dataset.tables["students"]
    last = city.dataset.description.as_of
    for school, there in roster.groupby("school_id"):
        classes = {str(name): frozenset(group["student_id"]) for name, group in there.groupby("class_id")}
        mine = [one for one in happened if one.student_id in set(there["student_id"])]
        dealt = shuffled(classes, chance)
        first = min(one.on for one in mine)
        for day in days_of(first, last):
            found = unusual(mine, units_of(school, classes), day)
            looked["lists_with_a_note"].append(bool(found))
            for kind in KINDS:
                looked[f"of_{kind}"].append(any(one.kind == kind for one in found))
            looked["shuffled"].append(bool(unusual(mine, units_of(school, dealt), day)))
            for kind, students in PUT_IN.items():
                name = chance.choice(sorted(classes))
                who = chance.sample(sorted(classes[name]), min(students, len(classes[name])))
                more = [Happened(one, kind, day - timedelta(days=chance.randrange(WINDOW // 2))) for one in who]
                noted = unusual([*mine, *more], units_of(school, classes), day)
                here = any((one.unit.unit_id, one.kind) == (name, kind) for one in noted)
                looked[f"found_{students}_{kind}"].append(here)


def of_city(dataset: Dataset) -> list[Happened]:
    """Safety evidence by the day it was known, and episodes of leave."""
    said = assess(records_of(dataset), dataset.description.as_of, None, read_policy())
    found = [
        event
        for one in said
        for floor in one.proven
        if (event := happened_of(one.student_id, floor, floor.known_on)) is not None
    ]
    leaves = dataset.tables["leaves"]
    rows = leaves[leaves["type"].isin(COUNTED) & ~leaves["reason_code"].isin(CAUGHT)]
    known = pd.to_datetime(rows["recorded_on"].fillna(rows["start_on"])).dt.date
    return found + [Happened(who, LEAVE, on) for who, on in zip(rows["student_id"], known, strict=True)]


def units_of(school: str, classes: Mapping[str, frozenset[str]]) -> list[WatchedUnit]:
    every = frozenset().union(*classes.values())
    return [WatchedUnit(CLASS, name, members) for name, members in classes.items()] + [
        WatchedUnit(SCHOOL, school, every)
    ]


def shuffled(classes: Mapping[str, frozenset[str]], chance: random.Random) -> dict[str, frozenset[str]]:
    everyone = sorted(frozenset().union(*classes.values()))
    chance.shuffle(everyone)
    dealt, start = {}, 0
    for name, members in classes.items():
        dealt[name] = frozenset(everyone[start : start + len(members)])
        start += len(members)
    return dealt


def days_of(first: date, last: date) -> Iterable[date]:
    day = first + timedelta(days=HISTORY + WINDOW)
    while day <= last:
        yield day
        day += timedelta(days=STEP)


if __name__ == "__main__":
    main()
