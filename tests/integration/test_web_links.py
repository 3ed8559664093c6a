"""One-time links: redeemed by a button, once, at the configured host."""

import re

import pytest

from tests.http_client import Client
from tests.sample_pages import MakeSample, Sample, follow


@pytest.fixture
def pages(sample: MakeSample) -> Sample:
    return sample()


def another(pages: Sample) -> Client:
    """Another browser at the same pages."""
    return Client(pages.client.app)


def token_of(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found
    return found[1]


def test_a_link_works_once(pages: Sample) -> None:
    link = pages.link("wang")
    assert follow(pages.client, link).status_code == 303
    assert "本周待办" in pages.client.get("/").text
    again = another(pages).get(link)
    assert again.status_code == 401
    assert "已经用过或已过期" in again.text


def test_a_link_followed_from_another_site_still_leads_in(pages: Sample) -> None:
    # Browsers keep strict cookies back on such a request and send them with the form: those of a session too.
    client = pages.enter("admin")
    kept, client.cookies = client.cookies, type(client.cookies)()
    link = pages.link("wang")
    token = token_of(client.get(link).text)
    client.cookies.update(kept)
    assert client.post("/sign-in/link", {"form_token": token, "link": link.partition("link=")[2]}).status_code == 303
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_to_look_at_a_link_does_not_use_it_up(method: str, pages: Sample) -> None:
    """As link previews, mail scanners and browsers that load ahead do."""
    link = pages.link("wang")
    for _ in range(3):
        assert another(pages).send(method, link).status_code == 200
    assert follow(pages.client, link).status_code == 303


def test_the_host_of_a_link_is_the_configured_one(pages: Sample) -> None:
    """Whatever host a request names: who mails a link from a made-up host would have its token."""
    client = pages.enter("admin")
    data = {"form_token": token_of(client.get("/admin").text), "username": "zhou", "role": "bureau"}
    made = client.post("/admin/accounts", data, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    assert re.search(r"http://127\.0\.0\.1:3000/sign-in\?link=", made.text)
    assert "evil.example" not in made.text
