"""Where a signed message may go: what a name leads to, who answers there, and that nobody is followed elsewhere."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from serving.channels import hook as hooking
from serving.channels.hook import Hook, send_signed
from serving.channels.letter import NotSent
from tests.factories import NOW
from tests.local_server import free_port
from tests.receivers import hooks

SECRET = "a secret that is long enough"


@pytest.mark.parametrize(
    ("address", "plain", "private"),
    [
        ("93.184.216.35", True, True),
        ("2606:2800:220:1::1", True, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("10.1.2.3", False, True),
        ("192.168.1.1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
    ],
)
def test_a_name_leads_where_it_may_lead(
    monkeypatch: pytest.MonkeyPatch, address: str, plain: bool, private: bool
) -> None:
    """Whatever its address is by the time something is sent; one of several that may not be reached is enough."""
    found = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(hooking.socket, "getaddrinfo", lambda *_, **__: found)
    for allowed, may in ((False, plain), (True, private)):
        if may:
            assert hooking._addresses_of("platform.example", 443, allowed) == ["93.184.216.34", address]
        else:
            with pytest.raises(NotSent, match="address_refused"):
                hooking._addresses_of("platform.example", 443, allowed)


def test_nobody_is_followed_elsewhere_and_who_is_away_is_unreachable() -> None:
    with hooks() as hook:
        hook.answers["/told"] = (302, {})
        with pytest.raises(NotSent, match="answered_302"):
            send_signed(Hook(f"{hook.url}/told", SECRET, True), "m", b"{}", NOW)
        assert [one.path for one in hook.received] == ["/told"]
        with pytest.raises(NotSent, match="address_refused"):
            send_signed(Hook(f"{hook.url}/told", SECRET), "m", b"{}", NOW)
    with pytest.raises(NotSent, match="unreachable"):
        send_signed(Hook(f"http://127.0.0.1:{free_port()}/", SECRET, True), "m", b"{}", NOW)


def certificate_of(folder: Path, name: str) -> Path:
    """A certificate of a name, signed by itself, with its key."""
    key, who = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM) + plain)
    return file


@pytest.mark.parametrize(("name", "taken"), [("localhost", True), ("other.example", False)])
def test_whoever_answers_at_the_address_has_to_have_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, taken: bool
) -> None:
    """The address is connected to as it was found; the certificate has to be of the name all the same."""
    file = certificate_of(tmp_path, name)
    mine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mine.load_cert_chain(file)
    with hooks(mine) as hook:
        trusting = partial(httpx.Client, verify=ssl.create_default_context(cafile=file))
        monkeypatch.setattr(hooking.httpx, "Client", trusting)
        told = Hook(f"{hook.url}/told", SECRET, True)
        if taken:
            send_signed(told, "m-1", b"{}", NOW)
            assert [f"https://{one.headers['host']}" for one in hook.received] == [hook.url]
        else:
            with pytest.raises(NotSent, match="unreachable"):
                send_signed(told, "m-1", b"{}", NOW)
