"""Every student of a demo city gets the same margin, tier and reasons from a screening and from `POST /score`."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_schemas.dataset import Dataset, read_dataset
from data_schemas.synthetic import make_city, write_city
from models import Artifact, read_policy, save_artifact
from models.triage import present_of
from serving.api.answer import ScoreAnswer
from serving.screening import publish_screening
from serving.store import facts_of
from tests.api_state import NOW, Api, make_api, today

STUDENTS, SEED, BATCH = 1_000, 5, 250
EVENTS = ("leaves", "leave_totals", "family", "concerns", "contacts")
OWN_COLUMNS = ("school_id", "class_id", "stage", "grade", "sex", "birth_date", "age_years", "boarding", "enrolled_on")


def requests_of(dataset: Dataset) -> list[dict[str, Any]]:
    """The dataset as a platform would send it: the contract's fields, nothing about consents and feeds."""
    events = {name: rows_by_student(dataset.tables[name]) for name in EVENTS if name in dataset.tables}
    sheets: dict[str, list[dict[str, Any]]] = {}
    for code, frame in dataset.responses.items():
        items = [column for column in frame.columns if column.startswith("item_")]
        for row in frame.itertuples():
            answers = [None if pd.isna(a) else int(a) for a in (getattr(row, item) for item in items)]
            day = row.administered_on.date().isoformat()
            sheet = {"instrument": code, "administered_on": day, "answers": answers}
            if not pd.isna(row.received_at):
                sheet["received_at"] = row.received_at.isoformat(timespec="seconds")
            sheets.setdefault(row.student_id, []).append(sheet)
    requests = []
    for student in rows_by_student(dataset.students).items():
        student_id, (own,) = student
        requests.append(
            {
                "student_id": student_id,
                "as_of": dataset.description.as_of.isoformat(),
                "grade": None,
                **{name: value for name, value in own.items() if name in OWN_COLUMNS},
                "responses": sheets.get(student_id, []),
                **{name: rows.get(student_id, []) for name, rows in events.items()},
            }
        )
    return requests


def rows_by_student(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Each student's rows in JSON's own types, without what is blank."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        student = row.pop("student_id")
        known = {name: value for name, value in row.items() if not pd.isna(value)}
        plain = {n: v.date().isoformat() if isinstance(v, pd.Timestamp) else v for n, v in known.items()}
        found.setdefault(student, []).append(plain)
    return found


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("city") / "city"
    write_city(make_city(STUDENTS, SEED), folder)
    return read_dataset(folder)


def published(api: Api, city: Dataset, artifact: Artifact) -> None:
    save_artifact(artifact, api.settings.champion)
    publish_screening(api.state.store, city, city.description.as_of, artifact, read_policy(), NOW)


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """What must be equal, read off the contract's answer."""
    kept = ("margin", "probability", "base_value", "tier", "tier_source", "reasons", "group_contributions", "floors")
    return {name: answer[name] for name in kept} | {"model": answer["model"]["status"]}


def test_screening_and_api_agree_on_every_student(tmp_path: Path, city: Dataset, artifact: Artifact) -> None:
    api = make_api(tmp_path)
    published(api, city, artifact)
    everyone = requests_of(city)
    facts = facts_of(api.state.store, [request["student_id"] for request in everyone], today())
    listed = [one for one in facts.values() if one.assessment is not None]
    presents = {p.student_id: p for p in present_of(listed, api.state.policy, api.state.calendars.default)}
    requests = [request for request in everyone if request["student_id"] in presents]
    assert len(requests) > 0.95 * STUDENTS
    differing, scored, blind = [], 0, 0
    for start in range(0, len(requests), BATCH):
        said = api.post("/score_batch?dry_run=true", {"records": requests[start : start + BATCH]}).json()
        assert said["errors"] == []
        for request, answer in zip(requests[start : start + BATCH], said["results"], strict=True):
            standing = presents[request["student_id"]]
            stored = standing.facts.assessment
            assert stored is not None
            if answer["blind"]:
                blind += 1
                continue
            scored += answer["margin"] is not None
            shown = ScoreAnswer.model_validate(answer)
            # A copy is seen only where whole classes are: it may raise the tier there, and what it eases is not said.
            by_class = any({"copied", "speeding"} & set(one.suspect) for one in stored.instruments)
            same = (
                shown.margin == stored.margin
                and shown.tier is not None
                and (shown.tier.code == standing.tier.code or (by_class and shown.tier.ord < standing.tier.ord))
                and (by_class or [r.text.zh for r in shown.reasons if r.text] == [r.text.zh for r in stored.reasons])
                and [f.evidence for f in shown.floors] == [f.evidence for f in standing.floors]
                and shown.model.status == stored.model.status
            )
            if not same:
                said_now, said_then = ([r.text.zh for r in one.reasons if r.text] for one in (shown, stored))
                differing.append((shown.tier, standing.tier, shown.margin, stored.margin, said_now, said_then))
    assert differing == []
    assert 0 < blind <= 2 * len(set(city.students["school_id"]))
    # Some did not consent to a model score, and a guardian's consent is over for who has turned 14 since.
    assert 0.7 * STUDENTS < scored < len(requests)


def test_alone_and_in_a_batch_agree(tmp_path: Path, city: Dataset, artifact: Artifact) -> None:
    api = make_api(tmp_path)
    published(api, city, artifact)
    some = requests_of(city)[:12]
    together = api.post("/score_batch?dry_run=true", {"records": some}).json()["results"]
    alone = [api.post("/score?dry_run=true", request).json() for request in some]
    assert [plain(one) for one in alone] == [plain(one) for one in together]
