"""Channels over real receivers on this machine: what each is sent, what counts as taken, which files are refused."""

import base64
import hashlib
import hmac
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from data_schemas.codes import DutyRole
from runxin.errors import Kind, UserError
from serving.channels.config import ENVIRONMENT, Channel, ChannelKind, read_channels
from serving.channels.letter import Letter, NotSent
from serving.channels.send import send
from tests.factories import NOW
from tests.local_server import free_port
from tests.receivers import hooks, mailbox

LETTER = Letter("m-1", "【润心】1 名学生需要处理", "【润心】请响应\nS-1 R02", "13800000001")


def channels(home: Path, content: str, environment: dict[str, str] | None = None) -> tuple[Channel, ...]:
    (home / "channels.toml").write_text(content, "utf-8")
    return read_channels(home, environment or {})


def test_without_a_file_there_is_no_channel(tmp_path: Path) -> None:
    assert read_channels(tmp_path, {}) == ()


def test_a_signed_robot_of_dingtalk(tmp_path: Path) -> None:
    (tmp_path / "ding.secret").write_text("SECabc\n", "utf-8")
    with hooks() as hook:
        said = f'[ding]\nkind = "dingtalk"\nurl = "{hook.url}/robot/send?access_token=t"\nsecret_file = "ding.secret"'
        (channel,) = channels(tmp_path, said)
        send(channel, LETTER, NOW)
        (one,) = hook.received
    query = parse_qs(urlsplit(one.path).query)
    stamp = str(round(NOW.timestamp() * 1000))
    mac = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert query == {"access_token": ["t"], "timestamp": [stamp], "sign": [base64.b64encode(mac).decode()]}
    assert one.content == {"msgtype": "text", "text": {"content": LETTER.text}}
    assert one.message_id == "m-1"


def test_a_robot_of_wecom_is_sent_no_more_than_it_takes(tmp_path: Path) -> None:
    with hooks() as hook:
        given = {ENVIRONMENT + "GROUP_URL": f"{hook.url}/cgi-bin/webhook/send?key=k"}
        (channel,) = channels(tmp_path, '[group]\nkind = "wecom"', given)
        send(channel, Letter("m-2", "s", "学" * 2000), NOW)
        (one,) = hook.received
    content = one.content["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.endswith("学…")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, {"errcode": 310000, "errmsg": "sign not match"}), "refused"),
        ((200, {}), "refused"),
        ((500, {"errcode": 0}), "answered_500"),
        ((302, {"errcode": 0}), "answered_302"),
    ],
)
def test_a_robot_that_does_not_say_it_took_it_did_not(answer: tuple[int, dict[str, Any]], why: str) -> None:
    with hooks() as hook:
        hook.answers["/send"] = answer
        channel = Channel("ding", ChannelKind.DINGTALK, url=f"{hook.url}/send")
        with pytest.raises(NotSent) as caught:
            send(channel, LETTER, NOW)
        assert (caught.value.code, caught.value.for_good) == (why, False)
        assert [one.path for one in hook.received] == ["/send"], "nobody is followed elsewhere"


@pytest.mark.parametrize("sent_as", ["json", "form"])
def test_an_sms_gateway_by_a_template(tmp_path: Path, sent_as: str) -> None:
    (tmp_path / "token").write_text("secret-token", "utf-8")
    with hooks() as hook:
        hook.answers["/sms"] = (200, {"code": "0"})
        said = f"""
[sms]
kind = "sms"
url = "{hook.url}/sms"
token_file = "token"
format = "{sent_as}"
fields = {{ phone = "{{to}}", content = "{{text}}", serial = "{{id}}", note = "{{other}}" }}
headers = {{ authorization = "Bearer {{token}}" }}
success = {{ code = "0" }}
"""
        (channel,) = channels(tmp_path, said)
        send(channel, LETTER, NOW)
        (one,) = hook.received
        assert one.content == {"phone": LETTER.to, "content": LETTER.text, "serial": "m-1", "note": "{other}"}
        assert one.headers["authorization"] == "Bearer secret-token"
        hook.answers["/sms"] = (200, {"code": "7"})
        with pytest.raises(NotSent, match="refused"):
            send(channel, LETTER, NOW)


def test_mail_bears_the_message_id_and_the_text() -> None:
    with mailbox() as box:
        channel = Channel("mail", ChannelKind.MAIL, host="127.0.0.1", port=box.port, tls="none", sender="a@x.cn")
        send(channel, Letter("m-3", LETTER.subject, LETTER.text, "wang@x.cn"), NOW)
        (mail,) = box.mails
        assert (mail["to"], mail["subject"], mail["message-id"]) == ("wang@x.cn", LETTER.subject, "<m-3@runxin>")
        assert mail.get_content().splitlines() == LETTER.text.splitlines()
        box.refuses = "RCPT"
        with pytest.raises(NotSent, match="recipient_refused"):
            send(channel, LETTER, NOW)


@pytest.mark.parametrize("kind", [ChannelKind.MAIL, ChannelKind.WECOM])
def test_nobody_there_is_tried_again_later(kind: ChannelKind) -> None:
    port = free_port()
    channel = Channel("c", kind, host="127.0.0.1", port=port, tls="none", sender="a@x", url=f"http://127.0.0.1:{port}")
    with pytest.raises(NotSent) as caught:
        send(channel, LETTER, NOW)
    assert (caught.value.code, caught.value.for_good) == ("unreachable", False)


def test_without_an_address_it_is_given_up() -> None:
    with pytest.raises(NotSent) as caught:
        send(Channel("sms", ChannelKind.SMS, url="http://127.0.0.1:1"), Letter("m", "s", "t"), NOW)
    assert (caught.value.code, caught.value.for_good) == ("no_address", True)


TO = {"王老师": "1", "principal": "2", "default": "3"}


@pytest.mark.parametrize(
    ("kind", "person", "role", "phone", "address"),
    [
        (ChannelKind.SMS, "王老师", DutyRole.COUNSELOR, "138", "1"),
        (ChannelKind.SMS, "李老师", DutyRole.COUNSELOR, "138", "138"),
        (ChannelKind.MAIL, "李老师", DutyRole.COUNSELOR, "138", "3"),
        (ChannelKind.MAIL, "陈校长", DutyRole.PRINCIPAL, None, "2"),
        (ChannelKind.SMS, None, DutyRole.PRINCIPAL, None, "2"),
        (ChannelKind.SMS, None, DutyRole.CENTRE, None, "3"),
    ],
)
def test_where_somebody_is_reached(
    kind: ChannelKind, person: str | None, role: DutyRole, phone: str | None, address: str
) -> None:
    assert Channel("c", kind, to=TO).address_of(person, role, phone) == address
    assert Channel("c", kind).address_of(None, role, None) is None


MAIL = 'kind = "mail"\nhost = "mail.example.org"\nsender = "a@example.org"\n'
REFUSED = [
    ("kind", 'kind = "pigeon"', "a kind: mail, dingtalk, wecom, sms"),
    ("field", MAIL + "colour = 1", "has no field colour"),
    ("plain http", 'kind = "dingtalk"\nurl = "http://oapi.example.org/robot"', "needs an https address"),
    ("a file", 'kind = "dingtalk"\nurl = "file:///etc/passwd"', "needs an https address"),
    ("a password in it", 'kind = "wecom"\nurl = "https://a:b@example.org/"', "needs an https address"),
    ("no address", 'kind = "wecom"', "needs an https address"),
    ("a broken one", 'kind = "wecom"\nurl = "https://[::1/"', "needs an https address"),
    ("plain mail", MAIL + 'tls = "none"', "sends without encryption to this machine only"),
    ("port", MAIL + "port = 0", "needs host, sender, a port"),
    ("to", MAIL + 'to = "x"', "needs `to` as a table of texts"),
    ("schools", MAIL + 'schools = "A"', "needs `schools` as a list of ids"),
    ("language", MAIL + 'language = "fr"', "speaks zh or en"),
    ("secret", MAIL + 'password_file = "nowhere"', "has a password_file that cannot be read"),
    ("fields", 'kind = "sms"\nurl = "https://example.org/"', "needs `fields`"),
    ("format", 'kind = "sms"\nurl = "https://example.org/"\nformat = "xml"\nfields = {a = "b"}', "as json or form"),
]


@pytest.mark.parametrize(("content", "what"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_channel_that_cannot_be_is_refused_by_name(tmp_path: Path, content: str, what: str) -> None:
    with pytest.raises(UserError) as caught:
        channels(tmp_path, "[one]\n" + content)
    assert caught.value.kind is Kind.USAGE
    assert "channel 'one' " in caught.value.message
    assert what in caught.value.message


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"channels\.toml in RUNXIN_HOME cannot be read"):
        channels(tmp_path, "[one")


def test_secrets_are_in_no_text_of_a_channel(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("hush", "utf-8")
    (channel,) = channels(tmp_path, "[one]\n" + MAIL + 'password_file = "p"\nto = { default = "a@b" }')
    assert channel.secret == "hush"
    assert "hush" not in repr(channel)
    assert "a@b" not in repr(channel)
