"""Where things live: read once from the environment and `runxin.toml`, then passed in, never looked up again."""

import ipaddress
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from runxin.errors import usage


@dataclass(frozen=True)
class Oidc:
    """Where people sign in elsewhere (OpenID Connect): the issuer's address, what it knows us by, the claim that holds
    the name of an account here, and what the issuer is called on the page."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "preferred_username"
    name: str = "OpenID Connect"


PUBLIC_URL = re.compile(r"https?://(\[[0-9a-f:]+\]|[\w.-]+)(:\d+)?(/[\w./~-]*)?")


@dataclass(frozen=True)
class Settings:
    """Frozen configuration of one process.

    `home` holds all state: the database, MLflow's store, artifacts, the champion that serving reads, logs.
    `audit_checkpoints` is the file of the audit log's checkpoints, which had better lie on another disk.
    `encryption_keys_file` holds the keys of names, notes and contacts, unless they come from the environment
    (`encryption_keys`); without them a copy of the database names nobody. `trusted_proxies` are addresses and networks
    whose word on where a request comes from is taken. `public_url` is where people reach the pages, without a slash at
    its end: what one-time links begin with. `oidc` is None where people sign in here only.
    `database_password` comes from a file and goes before one in `database_url`.
    """

    home: Path
    database_url: str
    tracking_uri: str
    host: str
    port: int
    audit_checkpoints: Path
    public_url: str
    encryption_keys_file: Path
    trusted_proxies: tuple[str, ...] = ()
    encryption_keys: str | None = field(default=None, repr=False)
    oidc: Oidc | None = None
    database_password: str = field(default="", repr=False)

    @property
    def champion(self) -> Path:
        """The verified copy of the promoted model; serving reads this folder and nothing of MLflow's."""
        return self.home / "champion"

    @property
    def models(self) -> Path:
        """Every model that was promoted, in a folder named by its manifest's SHA-256; only ever added to."""
        return self.home / "models"

    @property
    def promotions(self) -> Path:
        """Requests for a promotion, and the history of every change of champion."""
        return self.home / "promotions"

    @property
    def history(self) -> Path:
        """Every change of champion, a line of JSON each; only ever added to."""
        return self.promotions / "history.jsonl"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def instruments(self) -> Path:
        """The operator's own questionnaires, a definition a file."""
        return self.home / "instruments"

    @property
    def calendar(self) -> Path:
        """The operator's calendars of schools: terms, breaks, exams and days taught or not, a CSV file each."""
        return self.home / "calendar"

    @property
    def retention_file(self) -> Path:
        """The operator's own months over the packaged ones."""
        return self.home / "retention.toml"

    @property
    def extract_key(self) -> Path:
        """The key under which extracts are pseudonymised; who holds it can lead them back to students."""
        return self.home / "extract.key"

    @property
    def policy_file(self) -> Path:
        """The operator's policy, which goes before the packaged default where it exists."""
        return self.home / "policy.toml"


def read_settings(environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> Settings:
    """Read settings from `environment` and `$RUNXIN_HOME/runxin.toml`; the environment wins.

    Raises `UserError` (usage) where a value cannot be read.
    """
    env = os.environ if environment is None else environment
    home = Path(env.get("RUNXIN_HOME") or (cwd or Path.cwd()) / ".runxin").expanduser().absolute()
    file = home / "runxin.toml"
    stored: dict[str, object] = {}
    if file.exists():
        try:
            stored = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise usage(f"{file.name} in RUNXIN_HOME cannot be read: {error}") from error

    def value(variable: str, key: str, default: str) -> str:
        return str(env.get(variable) or stored.get(key) or default)

    port = value("RUNXIN_PORT", "port", "3000")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise usage(f"the port must be a number from 1 to 65535, not {port!r}", fix="mend RUNXIN_PORT or runxin.toml")
    host = value("RUNXIN_HOST", "host", "127.0.0.1")
    public = value("RUNXIN_PUBLIC_URL", "public_url", f"http://{f'[{host}]' if ':' in host else host}:{port}").rstrip(
        "/"
    )
    if not PUBLIC_URL.fullmatch(public):
        raise usage(
            f"the public address must be like https://runxin.example.org, not {public!r}", fix="mend RUNXIN_PUBLIC_URL"
        )
    return Settings(
        home=home,
        database_url=value("RUNXIN_DATABASE_URL", "database_url", f"sqlite:///{home / 'runxin.db'}"),
        tracking_uri=value("MLFLOW_TRACKING_URI", "tracking_uri", f"sqlite:///{home / 'mlflow.db'}"),
        host=host,
        port=int(port),
        audit_checkpoints=Path(
            value("RUNXIN_AUDIT_CHECKPOINTS", "audit_checkpoints", str(home / "audit" / "checkpoints.jsonl"))
        ).expanduser(),
        public_url=public,
        encryption_keys_file=Path(
            value("RUNXIN_ENCRYPTION_KEYS_FILE", "encryption_keys_file", str(home / "encryption.keys"))
        ).expanduser(),
        trusted_proxies=_proxies(value("RUNXIN_TRUSTED_PROXIES", "trusted_proxies", "")),
        encryption_keys=env.get("RUNXIN_ENCRYPTION_KEYS") or None,
        oidc=_oidc(stored.get("oidc"), env, home),
        database_password=_password(home, value("RUNXIN_DATABASE_PASSWORD_FILE", "database_password_file", "")),
    )


def _proxies(given: str) -> tuple[str, ...]:
    """Addresses and networks, separated by commas; never all of them."""
    found = tuple(one.strip() for one in given.split(",") if one.strip())
    for one in found:
        try:
            everything = ipaddress.ip_network(one, strict=False).prefixlen == 0
        except ValueError as error:
            raise usage(f"{one!r} is no address of a proxy", fix="mend RUNXIN_TRUSTED_PROXIES") from error
        if everything:
            raise usage("to trust every proxy is to trust whoever asks", fix="name the proxy's address")
    return found


def _password(home: Path, file: str) -> str:
    """What stands in a file, beside `runxin.toml` or anywhere; empty where none is named."""
    try:
        return (home / file).read_text("utf-8").strip() if file else ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise usage(f"the file of the database's password cannot be read: {why}") from error


def _oidc(given: object, env: Mapping[str, str], home: Path) -> Oidc | None:
    """The table `[oidc]`; its secret is in the environment or in a file of its own, beside the others or anywhere."""
    if given is None:
        return None
    known = {"issuer", "client_id", "client_secret_file", "claim", "name"}
    if not isinstance(given, dict) or set(given) - known or not all(isinstance(one, str) for one in given.values()):
        raise usage("the table [oidc] cannot be read", fix=f"its fields are {', '.join(sorted(known))}, all texts")
    secret = env.get("RUNXIN_OIDC_CLIENT_SECRET", "")
    if not secret and "client_secret_file" in given:
        try:
            secret = (home / given["client_secret_file"]).read_text("utf-8").strip()
        except OSError as error:
            raise usage(f"the file of [oidc] client_secret_file cannot be read: {error.strerror}") from error
    issuer = given.get("issuer", "").rstrip("/")
    host = urlsplit(issuer).hostname
    if not PUBLIC_URL.fullmatch(issuer) or (issuer.startswith("http:") and host not in ("127.0.0.1", "localhost")):
        raise usage("the issuer of [oidc] must be an https address", fix='issuer = "https://id.example.org"')
    if not given.get("client_id") or not secret:
        raise usage("[oidc] needs a client_id and a secret", fix="client_secret_file or RUNXIN_OIDC_CLIENT_SECRET")
    named = {name: given[name] for name in ("claim", "name") if name in given}
    return Oidc(given["issuer"], given["client_id"], secret, **named)


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, or close one of the owner's that others can; never one that is
    everybody's by design, such as /tmp or the root."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    state = folder.stat()
    everybodys = bool(state.st_mode & stat.S_ISVTX) or folder.parent == folder
    if state.st_uid == os.getuid() and stat.S_IMODE(state.st_mode) & 0o077 and not everybodys:
        folder.chmod(0o700)
