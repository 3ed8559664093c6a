"""The page of a school's duty roster as somebody uses it, for tests."""

import re
from html import unescape

import httpx

from serving.store import Store, duty_in_force
from tests.desk import Desk

SCHOOL = "school-01"
# 2026-11-20 is a Friday, ten in the morning.
TURN = {"role": "counselor", "person": "王老师", "phone": "13800000001", "day": "2026-11-20"}
TURN |= {"from": "08:00", "until": "17:00", "repeat": "once", "to_day": "", "note": ""}
HEAD = "school_id,person,role,phone,starts_at,ends_at,note\n"
ROW = "school-01,陈老师,counselor,,2026-11-23 08:00,2026-11-23 17:00,\n"


def page(desk: Desk, query: str = "") -> str:
    return unescape(desk.client.get(f"/duty{query}").text)


def token(desk: Desk) -> dict[str, str]:
    return {"form_token": desk.client.get("/help").text.partition('name="form_token" value="')[2][:64]}


def send(desk: Desk, path: str = "/duty", **fields: str) -> httpx.Response:
    return desk.client.post(path, token(desk) | {"school": SCHOOL, "week": "2026-11-16"} | fields)


def save(desk: Desk, **fields: str) -> httpx.Response:
    return send(desk, **{"turn": "", "act": "save"} | TURN | fields)


def upload(desk: Desk, content: bytes | str, name: str = "duty.csv") -> httpx.Response:
    data = token(desk) | {"school": SCHOOL, "week": "2026-11-23"}
    raw = content if isinstance(content, bytes) else content.encode()
    return desk.client.send("POST", "/duty/import", data=data, files={"file": (name, raw)})


def turns(store: Store) -> list[tuple[str, str, str, str]]:
    return [
        (one.person, one.role.code, f"{one.starts_at:%m-%d %H:%M}", f"{one.ends_at:%m-%d %H:%M}")
        for one in duty_in_force(store, [SCHOOL]).get(SCHOOL, [])
    ]


def turn_named(html: str) -> str:
    found = re.search(r"turn=([0-9a-f]{16})", html)
    assert found
    return found[1]


def save_turn(desk: Desk, turn: str, **fields: str) -> httpx.Response:
    return send(desk, act="save", **TURN | fields | {"turn": turn})
