"""`channels.toml` in RUNXIN_HOME: by which ways staff are reached. Read once; secrets stand in files of their own or in
the environment, never in it. Nothing is sent to an address that does not stand here."""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from data_schemas.codes import Code, DutyRole
from runxin.errors import usage

FILE = "channels.toml"
ENVIRONMENT = "RUNXIN_CHANNEL_"  # what the names of secrets begin with
OTHERWISE = "default"  # in `to`: who is told where neither the person nor the role has an address
FIELDS = {
    "mail": {"host", "port", "tls", "user", "password_file", "sender"},
    "dingtalk": {"url", "url_file", "secret_file"},
    "wecom": {"url", "url_file"},
    "sms": {"url", "url_file", "token_file", "format", "fields", "headers", "success"},
}
SHARED = {"kind", "name", "to", "schools", "language"}
TLS = ("tls", "starttls", "none")


class ChannelKind(Code):
    MAIL = ("mail", "电子邮件", "mail")
    DINGTALK = ("dingtalk", "钉钉机器人", "DingTalk robot")
    WECOM = ("wecom", "企业微信机器人", "WeCom robot")
    SMS = ("sms", "短信网关", "SMS gateway")

    @property
    def to_a_person(self) -> bool:
        """Whether each message has an address of its own; a robot speaks to its group."""
        return self in (ChannelKind.MAIL, ChannelKind.SMS)


@dataclass(frozen=True)
class Channel:
    """One way. `to` are addresses by a person's name, a role of the roster or "default"; `schools` is None where it is
    for all. `fields`, `headers` and `success` are of an SMS gateway: what is sent, with {to}, {text}, {id} and {token}
    filled in, and what the answer says where it was taken."""

    code: str
    kind: ChannelKind
    to: Mapping[str, str] = field(default_factory=dict, repr=False)
    schools: tuple[str, ...] | None = None
    language: str = "zh"
    url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    host: str = ""
    port: int = 0
    tls: str = "tls"
    user: str = ""
    sender: str = ""
    format: str = "json"
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    success: Mapping[str, Any] = field(default_factory=dict)

    def serves(self, school_id: str) -> bool:
        return self.schools is None or school_id in self.schools

    def address_of(self, person: str | None, role: DutyRole, phone: str | None) -> str | None:
        """Where somebody is reached: by name, by the roster's telephone number where that is what it takes, by role,
        else the address for all. None where there is none."""
        named = self.to.get(person) if person is not None else None
        number = phone if self.kind is ChannelKind.SMS else None
        return named or number or self.to.get(role.code) or self.to.get(OTHERWISE)

    @property
    def otherwise(self) -> str | None:
        """Whom a canary and a test go to."""
        return self.to.get(OTHERWISE) or next(iter(self.to.values()), None)


def read_channels(home: Path, environment: Mapping[str, str] | None = None) -> tuple[Channel, ...]:
    """The channels of a home, in the order of the file; none where there is no file. Raises `UserError` (usage)."""
    file = home / FILE
    if not file.exists():
        return ()
    env = os.environ if environment is None else environment
    try:
        stored = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise usage(f"{FILE} in RUNXIN_HOME cannot be read: {error}") from error
    return tuple(_channel(code, said, home, env) for code, said in stored.items())


def _channel(code: str, said: Any, home: Path, env: Mapping[str, str]) -> Channel:
    kind = said.get("kind") if isinstance(said, dict) else None
    if kind not in FIELDS or not code.isascii() or not code.isidentifier():
        raise _fault(code, f"needs a name of letters and a kind: {', '.join(FIELDS)}")
    unknown = set(said) - FIELDS[kind] - SHARED
    if unknown:
        raise _fault(code, f"has no field {', '.join(sorted(unknown))}")
    to, schools, language = said.get("to", {}), said.get("schools"), said.get("language", "zh")
    if not isinstance(to, dict) or not all(isinstance(one, str) and one for one in to.values()):
        raise _fault(code, "needs `to` as a table of texts")
    if schools is not None and not (isinstance(schools, list) and all(isinstance(one, str) for one in schools)):
        raise _fault(code, "needs `schools` as a list of ids")
    if language not in ("zh", "en"):
        raise _fault(code, "speaks zh or en")
    only = None if schools is None else tuple(schools)
    shared: dict[str, Any] = {"to": to, "schools": only, "language": language}
    if kind == "mail":
        return Channel(code, ChannelKind.MAIL, **shared, **_mail(code, said, home, env))
    secret = "token_file" if kind == "sms" else "secret_file"
    url = _secret(code, "url", said.get("url_file"), home, env) or str(said.get("url", ""))
    _check_url(code, url)
    shared |= {"url": url, "secret": _secret(code, secret.removesuffix("_file"), said.get(secret), home, env)}
    if kind == "sms":
        shared |= _gateway(code, said)
    return Channel(code, ChannelKind.of(kind), **shared)


def _mail(code: str, said: Mapping[str, Any], home: Path, env: Mapping[str, str]) -> dict[str, Any]:
    host, tls, port = str(said.get("host", "")), said.get("tls", "tls"), said.get("port", 465)
    if not host or tls not in TLS or not isinstance(port, int) or not 0 < port < 65536 or not said.get("sender"):
        raise _fault(code, "needs host, sender, a port and tls = tls, starttls or none")
    if tls == "none" and not _is_loopback(host):
        raise _fault(code, "sends without encryption to this machine only")
    password = _secret(code, "password", said.get("password_file"), home, env)
    of_host = {"host": host, "port": port, "tls": tls, "user": str(said.get("user", ""))}
    return of_host | {"sender": str(said["sender"]), "secret": password}


def _gateway(code: str, said: Mapping[str, Any]) -> dict[str, Any]:
    fields, headers, success = (said.get(name, {}) for name in ("fields", "headers", "success"))
    if not all(isinstance(one, dict) for one in (fields, headers, success)) or not fields:
        raise _fault(code, "needs `fields`, a table of what is sent, with {to}, {text} and {id}")
    if said.get("format", "json") not in ("json", "form"):
        raise _fault(code, "sends its fields as json or form")
    texts = {name: str(value) for name, value in fields.items()}
    more = {name: str(value) for name, value in headers.items()}
    return {"format": said.get("format", "json"), "fields": texts, "headers": more, "success": success}


def _secret(code: str, what: str, file: object, home: Path, env: Mapping[str, str]) -> str:
    """From the environment (`RUNXIN_CHANNEL` and the channel's and the secret's names), else from a file beside
    `channels.toml` or anywhere; empty without either."""
    given = env.get(f"{ENVIRONMENT}{code.upper()}_{what.upper()}")
    if given or file is None:
        return given or ""
    try:
        return (home / str(file)).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(code, f"has a {what}_file that cannot be read") from error


def _check_url(code: str, url: str) -> None:
    if not may_be_sent_to(url):
        raise _fault(code, "needs an https address")


def may_be_sent_to(url: str) -> bool:
    """Whether it is an https address, or one of this machine, without a user's name in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    here = parts.scheme == "http" and host is not None and _is_loopback(host)
    return host is not None and parts.username is None and (parts.scheme == "https" or here)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fault(code: str, what: str) -> Exception:
    return usage(f"{FILE}: the channel {code!r} {what}", fix="see docs/crisis-clock.md")
