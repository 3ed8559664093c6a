"""Signing in elsewhere: OpenID Connect, authorization code with PKCE. It says who somebody is and nothing else: the
account has to be here, made and approved as every account is."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from runxin.errors import Kind, UserError, unavailable
from runxin.settings import Oidc

SECONDS = 10  # for each question to the issuer
LEEWAY = 60  # seconds by which the issuer's clock may differ
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
SECRET_BYTES = 32


@dataclass(frozen=True)
class Pending:
    """What the browser keeps until it comes back from the issuer, so that nobody else's answer is taken for its own."""

    state: str
    nonce: str
    verifier: str
    target: str

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> "Pending | None":
        """None for what is none."""
        try:
            said = json.loads(text)
            return cls(**{name: str(said[name]) for name in ("state", "nonce", "verifier", "target")})
        except (ValueError, KeyError, TypeError):
            return None


def begin(oidc: Oidc, back: str, target: str) -> tuple[str, Pending]:
    """Where to send the browser, and what it keeps meanwhile. Raises `UserError` (unavailable)."""
    state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
    pending = Pending(state, nonce, verifier, target)
    digest = hashlib.sha256(pending.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": oidc.client_id,
        "redirect_uri": back,
        "scope": "openid profile email",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),  # RFC 7636
        "code_challenge_method": "S256",
        # Whoever comes back has shown there and now who they are, not that somebody once did at this computer.
        "prompt": "login",
    }
    place = str(_described(oidc)["authorization_endpoint"])
    return place + ("&" if "?" in place else "?") + urlencode(asked), pending


def finish(oidc: Oidc, back: str, pending: Pending, answer: Mapping[str, str]) -> str:
    """The name that the issuer vouches for. Raises `UserError`: unauthenticated where it does not, unavailable."""
    if "code" not in answer or not hmac.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
        raise _refused()
    said = _described(oidc)
    grant = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": back}
    ours = (quote_plus(oidc.client_id), quote_plus(oidc.client_secret))  # RFC 6749, 2.3.1
    try:
        token = httpx.post(
            said["token_endpoint"], data=grant | {"code_verifier": pending.verifier}, auth=ours, timeout=SECONDS
        )
        if token.is_server_error:
            raise _away()
        keys = KeySet.import_key_set(_asked(said["jwks_uri"]))  # type: ignore[arg-type]
        claims = jwt.decode(str(token.json()["id_token"]), keys, algorithms=ALGORITHMS).claims
        _registry(oidc, pending).validate(claims)
    except httpx.HTTPError as error:
        raise _away() from error
    except (JoseError, KeyError, ValueError, TypeError) as error:
        raise _refused() from error
    if claims.get("azp", oidc.client_id) != oidc.client_id:
        raise _refused()
    if oidc.claim == "email" and claims.get("email_verified") is not True:
        raise _refused()
    name = claims.get(oidc.claim)
    if not isinstance(name, str) or not name:
        raise _refused()
    return name


def _registry(oidc: Oidc, pending: Pending) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": oidc.issuer},
        aud={"essential": True, "value": oidc.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": pending.nonce},
    )


def _described(oidc: Oidc) -> Mapping[str, Any]:
    """The issuer's own description; one that speaks for another issuer is none."""
    said = _asked(oidc.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if said.get("issuer") != oidc.issuer or not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= set(said):
        raise _away()
    return said


def _asked(address: str) -> dict[str, Any]:
    try:
        answer = httpx.get(address, timeout=SECONDS)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise _away() from error
    if not isinstance(found, dict):
        raise _away()
    return found


def _refused() -> UserError:
    return UserError(Kind.UNAUTHENTICATED, "the other service did not vouch for anybody")


def _away() -> UserError:
    return unavailable("the service where people sign in does not answer", fix="sign in with a password or a link")
