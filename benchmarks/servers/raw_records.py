"""A dataset's students as platforms send them: raw rows, as `POST /score` takes them."""

from typing import Any

import pandas as pd

from data_schemas.dataset import Dataset
from serving.api.request import ScoreRequest

LISTS = ("leaves", "leave_totals", "family", "concerns", "contacts", "consents")
ROSTER = [name for name in ScoreRequest.model_fields if name not in LISTS]


def raw_records(dataset: Dataset, wanted: int) -> list[dict[str, Any]]:
    """The first `wanted` students who filled in a questionnaire, each with everything that is known of them."""
    as_of = dataset.description.as_of.isoformat()
    answered = {student for frame in dataset.responses.values() for student in frame["student_id"]}
    at_school = dataset.students[dataset.students["left_on"].isna()]
    chosen = at_school[at_school["student_id"].isin(answered)].head(wanted)
    found = {row["student_id"]: row | {"as_of": as_of} for row in _rows(chosen, ROSTER)}
    for name in LISTS:
        fields = _fields(name)
        for one in found.values():
            one[name] = []
        frame = dataset.tables[name] if name in dataset.tables else pd.DataFrame({"student_id": []})
        for row, student in _of(frame, found, fields):
            found[student][name].append(row)
    for one in found.values():
        one["responses"] = []
    for code, frame in dataset.responses.items():
        items = [column for column in frame.columns if column.startswith("item_")]
        for row, student in _of(frame, found, [*_fields("responses"), *items]):
            answers = [row.pop(item, None) for item in items]
            whole = [None if answer is None else int(answer) for answer in answers]
            found[student]["responses"].append({**row, "instrument": code, "answers": whole})
    return list(found.values())


def _of(frame: pd.DataFrame, found: dict[str, Any], fields: list[str]) -> list[tuple[dict[str, Any], str]]:
    mine = frame[frame["student_id"].isin(found)].drop_duplicates()
    return list(zip(_rows(mine, fields), mine["student_id"], strict=True))


def _fields(name: str) -> list[str]:
    annotation = ScoreRequest.model_fields[name].annotation
    (row,) = [one for one in annotation.__args__ if one is not type(None)]  # type: ignore[union-attr]
    return list(row.__args__[0].model_fields)


def _rows(frame: pd.DataFrame, fields: list[str]) -> list[dict[str, Any]]:
    """Rows in JSON's own types, without cells that are empty."""
    columns = [name for name in fields if name in frame.columns]
    plain = frame[columns].astype(object)
    return [
        {name: _plain(name, value) for name, value in row.items() if not pd.isna(value)}
        for row in plain.to_dict("records")
    ]


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.isoformat() if name.endswith("_at") else value.date().isoformat()
    if name in ("grade", "half_days", "window_days", "episodes"):
        return int(value)
    return value.item() if hasattr(value, "item") else value
