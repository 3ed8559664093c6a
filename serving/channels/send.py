"""Send a text by a channel: what each takes, and what it answers where it has taken it.

Formats as the makers describe them: 钉钉自定义机器人 (open.dingtalk.com, 自定义机器人接入: text, signed by HMAC-SHA256
over "TIMESTAMP\\nSECRET", errcode 0) and 企业微信群机器人 (developer.work.weixin.qq.com/document/path/91770: text of at
most 2,048 bytes, errcode 0). Both take 20 messages a minute.
"""

import base64
import hashlib
import hmac
import smtplib
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import httpx

from serving.channels.config import Channel, ChannelKind
from serving.channels.letter import NO_ADDRESS, Letter, NotSent

SECONDS = 10  # for each step of a sending
LONGEST = {ChannelKind.WECOM: 2048, ChannelKind.DINGTALK: 18_000}  # bytes of a text
ID_HEADER = "x-runxin-message-id"


def send(channel: Channel, letter: Letter, now: datetime) -> None:
    """Raises `NotSent` where it was not taken."""
    if channel.kind.to_a_person and letter.to is None:
        raise NotSent(NO_ADDRESS, for_good=True)
    SENDERS[channel.kind](channel, letter, now)


def _mail(channel: Channel, letter: Letter, now: datetime) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = letter.subject, channel.sender, letter.to
    mail["Date"], mail["Message-ID"] = now, f"<{letter.message_id}@runxin>"
    mail.set_content(letter.text)
    try:
        with _server(channel) as server:
            if channel.user:
                server.login(channel.user, channel.secret)
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent("recipient_refused") from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent("password_refused") from error
    except (smtplib.SMTPException, ValueError) as error:
        raise NotSent("mail_refused") from error
    except OSError as error:
        raise NotSent("unreachable") from error


def _server(channel: Channel) -> smtplib.SMTP:
    if channel.tls == "tls":
        return smtplib.SMTP_SSL(channel.host, channel.port, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(channel.host, channel.port, timeout=SECONDS)
    if channel.tls == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except (smtplib.SMTPException, OSError, ValueError):
            server.close()
            raise
    return server


def _dingtalk(channel: Channel, letter: Letter, now: datetime) -> None:
    url = channel.url
    if channel.secret:
        stamp = str(round(now.timestamp() * 1000))
        signed = {"timestamp": stamp, "sign": dingtalk_sign(stamp, channel.secret)}
        url += ("&" if "?" in url else "?") + urlencode(signed)
    _robot(channel, url, letter)


def dingtalk_sign(stamp: str, secret: str) -> str:
    """The signature that 钉钉 asks for: HMAC-SHA256 under the secret over the time in milliseconds and the secret."""
    return base64.b64encode(hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)).decode()


def _wecom(channel: Channel, letter: Letter, _now: datetime) -> None:
    _robot(channel, channel.url, letter)


def _robot(channel: Channel, url: str, letter: Letter) -> None:
    content = _at_most(letter.text, LONGEST[channel.kind])
    said = _posted(url, letter, json={"msgtype": "text", "text": {"content": content}})
    if said.get("errcode") != 0:
        raise NotSent("refused")


def _sms(channel: Channel, letter: Letter, _now: datetime) -> None:
    values = {"to": letter.to or "", "text": letter.text, "id": letter.message_id, "token": channel.secret}
    fields = {name: _filled(value, values) for name, value in channel.fields.items()}
    headers = {name: _filled(value, values) for name, value in channel.headers.items()}
    sent: dict[str, Any] = {"json": fields} if channel.format == "json" else {"data": fields}
    said = _posted(channel.url, letter, headers, read=bool(channel.success), **sent)
    if any(said.get(name) != value for name, value in channel.success.items()):
        raise NotSent("refused")


def _filled(template: str, values: Mapping[str, str]) -> str:
    """Only these four names are filled in; whatever else stands in braces stays."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template


def _posted(
    url: str, letter: Letter, headers: Mapping[str, str] | None = None, read: bool = True, **content: Any
) -> dict[str, Any]:
    """The JSON of the answer. Nobody is followed elsewhere, and no proxy of the environment is asked."""
    try:
        with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
            answer = client.post(url, headers={ID_HEADER: letter.message_id, **(headers or {})}, **content)
        if not answer.is_success:
            raise NotSent(f"answered_{answer.status_code}")
        said = answer.json() if read else {}
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent("unreachable") from error
    except ValueError as error:
        raise NotSent("answer_unreadable") from error
    return said if isinstance(said, dict) else {}


def _at_most(text: str, size: int) -> str:
    content = text.encode()
    return text if len(content) <= size else content[: size - 3].decode("utf-8", "ignore") + "…"


SENDERS: Mapping[ChannelKind, Callable[[Channel, Letter, datetime], None]] = {
    ChannelKind.MAIL: _mail,
    ChannelKind.DINGTALK: _dingtalk,
    ChannelKind.WECOM: _wecom,
    ChannelKind.SMS: _sms,
}
