"""A counselor at the pages of a small school, for tests of what is recorded there."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from data_schemas.codes import Tier
from models.triage import Present
from serving.accounts import create_user
from serving.store import Store
from tests import sample_school as school
from tests.factories import AS_OF, NOW, assessment, floor, lead, publish, student, words
from tests.http_client import Client
from tests.known_schools import make_known
from tests.sample_pages import SCHOOLS, Sample, pages_over

DANGER = floor("R02", evidence_on=AS_OF - timedelta(days=1))
SHEET = floor("R01", Tier.PRIORITY, text=words("PHQ-9 第9题 = 1"))
REPORT = lead(text=words("厌学"))
PROTECT = floor("R12", protection=True, text=words("疑似家庭暴力"))


def small_school(store: Store) -> None:
    """S-1 in danger, with a sheet and a report; S-2 by the model; S-3 under the lock; S-4 elsewhere; one by lot."""
    said = [
        assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(DANGER, SHEET), leads=(REPORT,)),
        assessment("S-2", Tier.PRIORITY),
        assessment("S-3", Tier.CRISIS, tier_source="floor", floors=(PROTECT,)),
        assessment("S-4", Tier.ROUTINE),
        assessment(school.BLIND, Tier.ROUTINE),
    ]
    here = [student(one.student_id) for one in said[:3]] + [student("S-4", "school-02"), student(school.BLIND)]
    publish(store, said, students=here)


class Desk:
    """A counselor at the pages. `now` may be moved on."""

    def __init__(self, store: Store, home: Path, name: str = "wang", pages: Sample | None = None) -> None:
        self.now = NOW
        self.pages = pages if pages is not None else pages_over(store, home, clock=lambda: self.now)
        self.name, self.client = name, self.pages.enter(name, Client(self.pages.client.app))

    def enter(self) -> None:
        self.pages.enter(self.name, self.client)

    def page(self, student_id: str = "S-1", query: str = "") -> str:
        return self.client.get(f"/students/{student_id}{query}").text

    def fill(self, student_id: str = "S-1", **fields: Any) -> dict[str, Any]:
        """The form of a page as it came, with fields filled in."""
        return hidden(self.page(student_id)) | {"how": "in_person", "then": "stay"} | fields

    def send(self, fields: dict[str, Any], path: str = "/records", **more: Any) -> httpx.Response:
        return self.client.post(path, fields, **more)

    def record(self, student_id: str = "S-1", **fields: Any) -> str:
        """Fill in and send; the page that follows."""
        sent = self.send(self.fill(student_id, **fields))
        assert sent.status_code == 303, sent.text
        return unescape(self.client.get(sent.headers["location"].partition("#")[0]).text)


def hidden(html: str) -> dict[str, str]:
    form = html[html.index('action="/records"') :]
    form = form[: form.index("</form>")]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def rows(store: Store, table: sa.Table) -> list[dict[str, Any]]:
    with store.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(table.select())]


def open_keys(now: Present) -> set[str]:
    return {one.piece.key for one in (*now.open, *now.leads)}


def colleague(desk: Desk, name: str = "li", role: str = "counselor", schools: tuple[str, ...] = SCHOOLS[:1]) -> Desk:
    """Somebody else at the same pages."""
    make_known(desk.pages.store, schools)
    create_user(desk.pages.store, name, role, schools, NOW)
    return Desk(desk.pages.store, Path(), name, desk.pages)
