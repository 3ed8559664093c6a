"""The same records give the same answer: alone or in a batch, from files or a request, in any order, on replay."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.dataset import Dataset, Description, conform, table_of
from data_schemas.instruments import packaged_instruments
from models import Artifact, Assessment, assess, records_of
from models.records import EVENTS
from tests.examples import examples
from tests.strategies import later_rows, students
from tests.students import AS_OF, POLICY, Request, Row, assessed

MANY = settings(max_examples=examples(20))
CLASSES = st.lists(students(), min_size=2, max_size=6).map(
    lambda found: [{**one, "student_id": f"S-{n}", "school_id": f"school-{n}"} for n, one in enumerate(found)]
)


def as_dataset(requests: list[Request]) -> Dataset:
    """The same records as the tables of a dataset; each student has a school, so that coverage can differ."""
    instruments = packaged_instruments()
    frames: dict[str, list[Row]] = {"students": [], "scores": [], "feeds": [], **{name: [] for name in EVENTS}}
    for request in requests:
        mine = {"student_id": request["student_id"]}
        frames["students"].append({k: v for k, v in request.items() if not isinstance(v, list) and k not in frames})
        frames["scores"] += [{**mine, **row} for row in request["scores"] or []]
        for name in EVENTS:
            if request[name] is None:
                continue
            frames[name] += [{**mine, **row} for row in request[name]]
            spans = [row for row in request["feeds"] if row["table"] == name]
            always = {
                "table": name,
                "covered_from": pd.Timestamp("1900-01-01"),
                "covered_to": pd.Timestamp("2200-01-01"),
            }
            frames["feeds"] += [{**row, "school_id": request["school_id"]} for row in spans or [always]]
    responses: dict[str, list[Row]] = {}
    for request in requests:
        for row in request["responses"] or []:
            flat = {f"item_{n}": answer for n, answer in enumerate(row["answers"], start=1)}
            kept = {key: value for key, value in row.items() if key not in ("answers", "instrument")}
            responses.setdefault(row["instrument"], []).append({"student_id": request["student_id"], **kept, **flat})

    def frame(rows: list[Row], name: str) -> pd.DataFrame:
        table = table_of(name, instruments)
        columns = {n: pd.Series([row.get(n) for row in rows], dtype=object) for n in table.names}
        return conform(pd.DataFrame(columns), table)

    collected = {name for name in EVENTS if any(request[name] is not None for request in requests)}
    wanted = [name for name in frames if name in collected or name not in EVENTS]
    description = Description(name="generated", synthetic=True, origin="synthetic", mode="longitudinal", as_of=AS_OF)
    return Dataset(
        description,
        {name: frame(frames[name], name) for name in wanted},
        {code: frame(rows, f"responses/{code}") for code, rows in responses.items()},
    )


def content(said: Assessment) -> dict[str, Any]:
    """Everything that is said, with questionnaires in the order of their codes."""
    instruments = sorted(said.instruments, key=lambda one: one.code)
    retest = sorted(said.data_quality.retest, key=lambda one: (one.instrument, one.why))
    return {
        **{name: getattr(said, name) for name in Assessment.__dataclass_fields__ if name != "data_quality"},
        "instruments": instruments,
        "quality": (said.data_quality.confidence, retest, sorted(said.data_quality.missing)),
    }


def same(one: list[Assessment], other: list[Assessment]) -> None:
    """Equal in every part, numbers to the last bit."""
    theirs = {said.student_id: content(said) for said in other}
    for said in one:
        mine, his = content(said), theirs[said.student_id]
        different = [name for name in mine if mine[name] != his[name]]
        assert not different, f"{different}: {[(mine[n], his[n]) for n in different]}"


@given(CLASSES)
@MANY
def test_alone_and_in_a_batch(artifact: Artifact, requests: list[Request]) -> None:
    same([assessed([one], artifact)[0] for one in requests], assessed(requests, artifact))


@given(CLASSES)
@MANY
def test_from_a_dataset_and_from_requests(artifact: Artifact, requests: list[Request]) -> None:
    from_files = assess(records_of(as_dataset(requests)), AS_OF, artifact, POLICY)
    same(assessed(requests, artifact), from_files)


@given(CLASSES, st.integers(0, 2**32 - 1))
@settings(max_examples=examples(60))
def test_in_any_order_of_students_and_rows(artifact: Artifact, requests: list[Request], seed: int) -> None:
    rng = random.Random(seed)
    shuffled = [
        {name: rng.sample(value, len(value)) if isinstance(value, list) else value for name, value in one.items()}
        for one in rng.sample(requests, len(requests))
    ]
    same(assessed(requests, artifact), assessed(shuffled, artifact))


@given(CLASSES, st.integers(0, 2**32 - 1))
@MANY
def test_in_any_order_of_the_rows_of_every_table(artifact: Artifact, requests: list[Request], seed: int) -> None:
    whole = as_dataset([{**one, "school_id": "school-1", "class_id": "801"} for one in requests])
    rng = np.random.default_rng(seed)

    def mixed(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        return {name: frame.iloc[rng.permutation(len(frame))].reset_index(drop=True) for name, frame in frames.items()}

    shuffled = replace(whole, tables=mixed(whole.tables), responses=mixed(whole.responses))
    for model in (artifact, None):
        one, other = (assess(records_of(data), AS_OF, model, POLICY) for data in (whole, shuffled))
        assert len(one) == len(other) == len(requests)
        same(one, other)


@given(CLASSES, st.integers(0, 2**32 - 1))
@MANY
def test_with_rows_that_were_exported_again(artifact: Artifact, requests: list[Request], seed: int) -> None:
    """By the API and from files alike: a row that comes again changes nothing."""
    rng = random.Random(seed)

    def again(rows: list[Row] | None) -> list[Row] | None:
        return rows if rows is None else rng.sample(twice := [*rows, *rows], len(twice))

    doubled = [{**one, **{name: again(one[name]) for name in EVENTS}} for one in requests]
    same(assessed(requests, artifact), assessed(doubled, artifact))
    same(assessed(requests, artifact), assess(records_of(as_dataset(doubled)), AS_OF, artifact, POLICY))


@given(students(), later_rows(), later_rows())
@MANY
def test_nothing_from_after_the_as_of_date_is_known(
    artifact: Artifact, request: Request, later: dict[str, list[Row]], other: dict[str, list[Row]]
) -> None:
    """Rows that happen or are recorded later may be added, moved or taken away: nothing changes."""

    def known_by_then(more: dict[str, list[Row]]) -> Request:
        grown = {name: [*request[name], *rows] for name, rows in more.items() if request[name] is not None}
        return {**request, **grown}

    now = assessed([request], artifact)
    same(now, assessed([known_by_then(later)], artifact))
    same(now, assessed([known_by_then(other)], artifact))
    same(assessed([request]), assessed([known_by_then(later)]))


@given(students(), st.sampled_from(["leaves", "concerns", "family"]))
@MANY
def test_a_feed_that_begins_later_covers_nothing_yet(artifact: Artifact, request: Request, table: str) -> None:
    began, ends = pd.Timestamp("2025-09-01").date(), pd.Timestamp("2026-01-15").date()
    ended = {"table": table, "covered_from": began, "covered_to": ends}
    again = {
        "table": table,
        "covered_from": pd.Timestamp("2026-04-04").date(),
        "covered_to": pd.Timestamp("2026-06-30").date(),
    }
    silent = {**request, table: request[table] or [], "feeds": [ended]}
    same(assessed([silent], artifact), assessed([{**silent, "feeds": [ended, again]}], artifact))


@given(st.lists(students(consent=False), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
@settings(max_examples=8)
def test_a_large_batch_changes_no_bit(artifact: Artifact, requests: list[Request], seed: int) -> None:
    crowd = [{**one, "student_id": f"S-{n}"} for n, one in enumerate(requests * 150)]
    place = int(np.random.default_rng(seed).integers(len(crowd)))
    same(assessed([crowd[place]], artifact), [assessed(crowd, artifact)[place]])
