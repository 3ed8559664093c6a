"""A signed message to an address of a platform. What the address means is looked up for each sending and connected to
as it was found, so that a name cannot lead into the operator's own network, and nobody is followed elsewhere.

The signature: `t=SECONDS,v1=HEX`, the HMAC-SHA256 under the shared secret over the time in seconds, a dot and the body.
Whoever receives it works it out over the bytes that came, compares in constant time, and refuses what is older than
five minutes.
"""

import hashlib
import hmac
import ipaddress
import socket
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import httpx

from serving.channels.letter import NotSent
from serving.channels.send import ID_HEADER

SECONDS = 5  # for each step: whoever is slow keeps a worker from nobody for long
MOST_ADDRESSES = 4  # of one name that are tried
SIGNATURE = "x-runxin-signature"


@dataclass(frozen=True)
class Hook:
    """Where a platform is told. With `private` the address may be of a network of the operator's own."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    private: bool = False


def send_signed(hook: Hook, message_id: str, body: bytes, now: datetime) -> None:
    """Raises `NotSent` where it was not answered with 2xx."""
    parts = urlsplit(hook.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    headers = {
        "host": parts.netloc,
        "content-type": "application/json",
        ID_HEADER: message_id,
        SIGNATURE: signature_of(hook.secret, round(now.timestamp()), body),
    }
    with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
        for found in _addresses_of(host, port, hook.private):
            where = f"[{found}]" if ":" in found else found
            url = urlunsplit((parts.scheme, f"{where}:{port}", parts.path or "/", parts.query, ""))
            try:
                answer = client.post(url, content=body, headers=headers, extensions={"sni_hostname": host})
            except httpx.ConnectError:  # another address may answer
                continue
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise NotSent("unreachable") from error
            if not answer.is_success:
                raise NotSent(f"answered_{answer.status_code}")
            return
    raise NotSent("unreachable")


def signature_of(secret: str, seconds: int, body: bytes) -> str:
    mac = hmac.digest(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={mac.hex()}"


def _addresses_of(host: str, port: int, private: bool) -> list[str]:
    """The addresses of a host; raises `NotSent` where any of them may not be sent to."""
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NotSent("unreachable") from error
    if not found or not all(_may_reach(one, private) for one in found):
        raise NotSent("address_refused")
    return list(dict.fromkeys(found))[:MOST_ADDRESSES]


def _may_reach(text: str, private: bool) -> bool:
    """Addresses of everybody's; of a private network or this machine where that was allowed. Never the link itself,
    where clouds keep what their machines may do."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped if mapped is not None else address
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (private and (address.is_private or address.is_loopback))
