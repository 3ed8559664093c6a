"""The product from outside: a store of its own for each history, the API, screenings, and everybody who reads."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from data_schemas.codes import Tier
from data_schemas.dataset import Dataset, Description, conform, table_of
from data_schemas.instruments import packaged_instruments
from models import load_artifact, read_policy
from models.triage import SECOND_PERSON, Present
from models.triage.facts import ZONE
from runxin.errors import UserError
from runxin.settings import Settings, read_settings
from serving.access import Role, User
from serving.app import make_app
from serving.cases.service import cases_of
from serving.keys import create_key
from serving.platform import Champion, State
from serving.screening import publish_screening
from serving.store import Outcome, file_of, homes, withdraw_run
from serving.store.schools import known_school_ids
from serving.store.tables import evidence
from serving.student import open_student
from serving.today import FollowUpList, follow_up_list
from serving.today.export import list_json, students_of_list
from tests.http_client import Client
from tests.known_schools import make_known
from tests.new_stores import store_at
from tests.obvious_present import LACKING
from tests.property.history_cast import SCHOOLS
from tests.property.history_rows import SOMEBODY, Row
from tests.property.one_truth import Seen

# The product's queues by the model's names; who is in one of these is on the list of whom somebody sees.
QUEUES = {"immediate": "check", "week": "list", "below": "list"}
ON_THE_LIST = {"check", "review", "history", "list"}
COUNSELOR = User("c1", Role.COUNSELOR, SCHOOLS)
# Who is blind is asked elsewhere: here every reader is to say what is so.
POLICY = read_policy()
NO_LOT = POLICY.model_copy(update={"list": POLICY.list.model_copy(update={"audit_slots": 0})})


class Product:
    """What `tests.property.one_truth.Door` asks for; talks and contacts by page are not there yet."""

    def __init__(self, settings: Settings) -> None:
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        store = store_at(settings)
        champion = Champion(settings.champion, load_artifact, lambda _: True)
        self.state = State(store, NO_LOT, champion, packaged_instruments(), clock=lambda: self.now)
        self.client = Client(make_app(self.state))
        make_known(store, SCHOOLS)
        self.key = create_key(store, "platform", ("score", "outcomes"), self.now, schools=SCHOOLS)
        self.reader = create_key(store, "reader", ("score", "dry_run", "list", "explain"), self.now)
        self.runs: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.last = ""
        self.lists: dict[str, FollowUpList] = {}

    def _at(self, at: datetime) -> datetime:
        self.now = at.replace(tzinfo=ZONE)
        self.lists = {}
        return self.now

    def _post(self, path: str, body: Row, key: str) -> Any:
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        answer = self.client.send("POST", path, content=json.dumps(body).encode(), headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def screen(self, tables: dict[str, list[Row]], run: str, as_of: date, at: datetime) -> None:
        dataset = _dataset(tables, run, as_of)
        self.runs[run] = publish_screening(self.state.store, dataset, as_of, None, NO_LOT, self._at(at)).run_id

    def withdraw(self, run: str, at: datetime) -> None:
        assert withdraw_run(self.state.store, self.runs[run], "a test", self._at(at), "tester")

    def score(self, body: Row, at: datetime) -> None:
        self._at(at)
        assert self._post("/score", body, self.key)["recorded"]

    def score_batch(self, body: Row, at: datetime) -> None:
        self._at(at)
        assert not self._post("/score_batch", body, self.key)["errors"]

    def outcomes(self, body: Row, at: datetime) -> None:
        self._at(at)
        (result,) = self._post("/outcomes", body, self.key)["results"]
        self.words[self.last] = result["record_id"]

    def page_talk(self, row: Row, at: datetime) -> None:
        raise NotImplementedError("no page records a talk yet")

    def page_contact(self, row: Row, at: datetime) -> None:
        raise NotImplementedError("no page records a contact yet")

    def keys(self) -> Mapping[str, str]:
        with self.state.store.reading() as connection:
            filed = connection.scalars(sa.select(evidence.c.evidence).distinct())
            return {model_key(key): key for key in filed}

    def names(self) -> Mapping[str, str]:
        return self.words

    def heard(self, name: str, row: Row) -> None:
        """The name of a row of a file follows from the row; that of one that is sent is in the answer."""
        self.last = name
        said = {key: value for key, value in row.items() if key != "school_id"}
        days = {key: date.fromisoformat(said[key]) for key in ("observed_on", "recorded_on") if key in said}
        self.words[name] = Outcome(**said | days).sha256

    def drawn(self, at: datetime) -> Sequence[tuple[str, str]]:
        return ()

    def seen(self, student: str, school: str | None, at: datetime) -> Sequence[Seen]:
        now = self._now_or_same(at)
        store = self.state.store
        file = file_of(student, school, homes(store, [student]), known_school_ids(store), SCHOOLS)
        found = [*self._on_lists(file.file_id, now), self._on_page(file.file_id)]
        if file.file_id == student:
            found.append(self._in_dry_run(student, file.school_id))
        return found

    def _now_or_same(self, at: datetime) -> datetime:
        return self.now if self.now == at.replace(tzinfo=ZONE) else self._at(at)

    def _on_lists(self, file_id: str, now: datetime) -> Iterator[Seen]:
        if not self.lists:
            self.lists = {school: one for school in SCHOOLS if (one := self._list(school, now)) is not None}
        queues: set[str] = set()
        for listed in self.lists.values():
            written = {queue["code"]: queue["entries"] for queue in list_json(listed)["queues"]}
            for code, entries in listed.queues.items():
                for place, entry in enumerate(entries):
                    if file_id in entry.others:
                        queues.add(code)
                    if entry.student.student_id == file_id:
                        queues.add(code)
                        yield _of_line("list", code, entry.floors, entry)
                        yield _of_json("export", written[code][place])
        yield Seen("lists", queues=queues_of(queues))

    def _list(self, school: str, now: datetime) -> FollowUpList | None:
        """A school's list, which the API answers with as well."""
        answer = self.client.get(
            f"/follow_up_list?school_id={school}&limit=1000", headers={"authorization": f"Bearer {self.reader}"}
        )
        if answer.status_code == 404:
            with pytest.raises(UserError, match="there is no list"):
                follow_up_list(self.state.store, school, now, False, NO_LOT)
            return None
        listed = follow_up_list(self.state.store, school, now, False, NO_LOT)
        told = list_json(listed, cases=cases_of(self.state.store, students_of_list(listed)))
        assert answer.json() == json.loads(json.dumps(told)), "the API's list is another"
        return listed

    def _on_page(self, file_id: str) -> Seen:
        try:
            file = open_student(self.state, COUNSELOR, file_id)
        except UserError as error:
            return Seen(f"page refused: {error}", queues=frozenset())
        present = file.present
        clocks: dict[str, date] = {}
        for one in present.open:
            key, since = model_key(one.piece.key), one.piece.received_at.astimezone(ZONE).replace(tzinfo=None)
            clocks[key] = min(since, clocks.get(key, since))  # type: ignore[type-var]
        return Seen(
            "page",
            tier=present.tier.code,
            source=present.source,
            confirmed=present.confirmed if present.tier is not Tier.ROUTINE else None,
            open=frozenset(model_key(one.piece.key) for one in present.open),
            missing=_missing(present),
            clocks=clocks,
            leads=frozenset(model_key(one.piece.key) for one in present.leads),
            protected=present.protection,
            blind=file.blind,
        )

    def _in_dry_run(self, student: str, school: str) -> Seen:
        body = {"student_id": student, "school_id": school, **SOMEBODY}
        answer = self._post("/score?dry_run=true", body, self.reader)
        tier, floors = answer["tier"], answer["floors"]
        return Seen(
            "dry run",
            tier=tier["code"],
            source=answer["tier_source"],
            confirmed=tier["state"] == "confirmed" if tier["ord"] else None,
            open=frozenset(model_key(floor["evidence"]) for floor in floors),
            clocks={
                model_key(floor["evidence"]): datetime.fromisoformat(floor["received_at"])
                .astimezone(ZONE)
                .replace(tzinfo=None)
                for floor in floors
            },
            leads=frozenset(model_key(one["evidence"]) for one in answer["leads"]),
            protected=any(floor["protection"] for floor in floors),
            blind=answer["blind"],
        )


def _of_line(reader: str, queue: str, floors: Sequence[Any], entry: Any) -> Seen:
    return Seen(
        f"{reader} ({queue})",
        tier=entry.tier.code,
        source=entry.source,
        confirmed=entry.confirmed if entry.tier is not Tier.ROUTINE else None,
        open=frozenset(model_key(floor.evidence) for floor in floors),
        protected=entry.protection,
        suspended=entry.suspended,
        blind=entry.blind,
    )


def _of_json(reader: str, entry: Row) -> Seen:
    return Seen(
        f"{reader} ({entry['queue']})",
        tier=entry["tier"]["code"],
        source=entry["tier_source"],
        confirmed=entry["tier"]["state"] == "confirmed" if entry["tier"]["ord"] else None,
        protected=entry["protection"],
        suspended=entry["suspended"],
        blind=entry["blind"],
    )


def _missing(present: Present) -> dict[str, str]:
    """Of several pieces of one key, the most that is missing."""
    found: dict[str, str] = {}
    for one in present.open:
        key, crisis = model_key(one.piece.key), "second person" if one.lacks == SECOND_PERSON else "two people"
        lacking = crisis if one.piece.floor.tier is Tier.CRISIS else "a named person"
        found[key] = max(lacking, found.get(key, lacking), key=LACKING.index)
    return found


def queues_of(codes: set[str]) -> frozenset[str]:
    """The model's names; whoever waits for identity is reviewed, and waits for nothing else by the model's account."""
    if "identity" in codes:
        return frozenset({"identity"} | (codes & {"review"}))
    named = {QUEUES.get(code, code) for code in codes}
    return frozenset(named | ({"list"} if named & ON_THE_LIST else set()))


def model_key(key: str) -> str:
    """The model's key of the product's: the product writes whether a report or a total is meant, and names serious
    bullying beside suicidality by a rule of its own."""
    rule, *rest = key.split(":")
    if rest[0] == "concern":
        rest = rest[1:]
    elif rest[0] == "total":
        rest[0] = "phq9"
    elif rest[1] == "blank":
        del rest[1]
    return ":".join([rule.removesuffix("-suicidality"), *rest])


def _dataset(tables: dict[str, list[Row]], run: str, as_of: date) -> Dataset:
    instruments = packaged_instruments()
    frames = {}
    for name, rows in tables.items():
        table = table_of(name, instruments)
        cells = [{key: " ".join(v) if isinstance(v, list) else v for key, v in row.items()} for row in rows]
        frames[name] = conform(
            pd.DataFrame(cells, columns=list(cells[0]) if cells else table.names, dtype=object), table
        )
    description = Description(name="history", synthetic=False, origin="local", mode="longitudinal", as_of=as_of)
    said = json.dumps([run, tables], default=str)
    responses = {"phq9": frames.pop("responses/phq9")}
    return Dataset(description, frames, responses, fingerprint=hashlib.sha256(said.encode()).hexdigest())


@contextmanager
def opened(home: Path) -> Iterator[Product]:
    """The product over a new store, in place of the one before it."""
    shutil.rmtree(home, ignore_errors=True)
    product = Product(read_settings({"RUNXIN_HOME": str(home)}))
    try:
        yield product
    finally:
        product.state.store.close()
