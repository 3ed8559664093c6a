"""`runxin promote`: one person asks with the gates and a preview before them, another signs off."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.calendar_tables import read_calendars
from data_schemas.dataset import read_dataset
from evaluation.gates.gate import WAIVER
from models import Policy, read_policy
from models.triage import ZONE
from runxin.cli.output import answer, console
from runxin.cli.person import who_decides
from runxin.cli.promotion_words import (
    gate_lines,
    gates_json,
    id_lines,
    preview_json,
    preview_lines,
    refused_outside,
)
from runxin.errors import Kind, Problem, UserError, how_many, refused, usage
from runxin.settings import Settings, read_settings
from serving.rights import learnable
from serving.store import AuditEvent, events_of, facts_of, open_store, write_audit
from training.promotion.candidate import Candidate, candidate_of
from training.promotion.promotion import (
    Look,
    Promoted,
    Trial,
    ask,
    check_second_person,
    check_unchanged,
    look_at,
    promote_demo,
    sign_off,
)
from training.promotion.request import check_waivers, read_request

ASKED, SIGNED = "promotion.requested", "promotion.signed"
HOW_DEMO = "it is of synthetic data: for a demonstration add --demo"
HOW = "mend what is named; then one person asks, --data DIR --by USER, and another signs off, --sign-off --by OTHER"


def promote_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The number that `runxin train` printed.")],
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Students to try it on: floors, and who enters and leaves.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the preview; the dataset's if left out.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="USER", help="Who asks, or signs off; the password follows.")
    ] = None,
    sign: Annotated[bool, typer.Option("--sign-off", help="Sign off what another person asked for.")] = False,
    waive: Annotated[
        list[str] | None, typer.Option(metavar="GATE=REASON", help="Take upon yourself what is open; may be repeated.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Synthetic data only: say what the gates say, and go on.")
    ] = False,
    ids: Annotated[bool, typer.Option("--ids", help="With pseudonymous ids of who enters and leaves.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from a pipe.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Hold a version against the gates, show what it would change, and make it the champion once two people want it."""
    settings = read_settings()
    policy, waivers = read_policy(settings.policy_file), _waivers(waive or [])
    asked = _Asked(version, by or "", waivers, ids, password_stdin, json)
    if demo and (by or sign or waivers):
        raise usage("--demo asks nobody: it goes without --by, --sign-off and --waive")
    if sign:
        if not by:
            raise usage("who signs off?", fix="--sign-off --by OTHER")
        if data is not None or waivers:
            raise usage("what is signed off is what was asked for: no --data and no --waive with --sign-off")
        _sign(settings, policy, asked)
    elif demo:
        with console.status("holding against the gates"):
            done = promote_demo(settings, version, policy, datetime.now(UTC), _trial(settings, data, as_of))
        if not json:
            _show(done.look, asked)
        _tell(settings, done, asked)
    else:
        with candidate_of(settings, version) as candidate:
            with console.status("holding against the gates"):
                look = look_at(settings, candidate, policy, _trial(settings, data, as_of))
            _refuse(candidate, look, asked)
            _show(look, asked)
            _request(settings, policy, candidate, look, asked)


@dataclass(frozen=True)
class _Asked:
    """What was asked for at the terminal; `by` is empty where nobody asks."""

    version: str
    by: str
    waivers: dict[str, str]
    ids: bool
    password_stdin: bool
    json: bool

    @property
    def object_id(self) -> str:
        """By which the audit trail knows the version."""
        return f"model/{self.version}"


def _waivers(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        name, equals, reason = one.partition("=")
        if not equals:
            raise usage(f"--waive {one!r} has no reason", fix="--waive GATE='why'")
        found[name.strip()] = reason.strip()
    return found


def _trial(settings: Settings, data: Path | None, as_of: datetime | None) -> Trial | None:
    if data is None:
        return None
    dataset = learnable(read_dataset(data), settings)
    day: date = as_of.date() if as_of is not None else dataset.description.as_of
    ids = sorted(set(dataset.students["student_id"].dropna().astype(str)))
    with open_store(settings) as store:
        on_file = facts_of(store, ids, datetime.now(UTC).astimezone(ZONE).date())
    return Trial(dataset, day, read_calendars(settings.calendar), on_file)


def _refuse(candidate: Candidate, look: Look, asked: _Asked) -> None:
    """Raise `UserError` (refused) with every reason, or where nobody asks."""
    check_waivers(look.gates, asked.waivers)
    against = look.refusing + look.unsigned(asked.waivers)
    if not against and asked.by:
        return
    if not asked.json:
        _show(look, asked, but=tuple(gate.id for gate in against))
    problems = [
        Problem(f"{gate.id}: {gate.en} {gate.zh}", fix=f"--waive {gate.id}='why'" if gate.status == WAIVER else None)
        for gate in against
    ]
    what = f"version {candidate.version} is not promoted: "
    what += f"{len(against)} gates stand against it" if against else "all gates hold, and a person has to ask"
    fix = HOW_DEMO if candidate.artifact.manifest.data_origin == "synthetic" else HOW
    details = {"gates": gates_json(look.gates), "preview": preview_json(look.preview, asked.ids)}
    raise UserError(Kind.REFUSED, what, fix=fix, problems=problems, details=details)


def _request(settings: Settings, policy: Policy, candidate: Candidate, look: Look, asked: _Asked) -> None:
    now = datetime.now(UTC)
    with open_store(settings) as store:
        user = who_decides(store, asked.by, asked.password_stdin, now)
        request, sha256 = ask(settings, candidate, look, policy, asked.waivers, user.username, now)
        write_audit(store, AuditEvent(now, user.username, ASKED, object_id=asked.object_id, detail=sha256))
    payload = {
        "version": asked.version,
        "status": "requested",
        "by": request.by,
        "request": sha256,
        "waivers": request.waivers,
        "gates": gates_json(look.gates),
        "preview": preview_json(look.preview, asked.ids),
    }
    text = (
        f"asked for by {request.by}; a second person signs off within {how_many(policy.promotion.request_days, 'day')}:"
    )
    answer(payload, asked.json, f"{text}\n  runxin promote {asked.version} --sign-off --by OTHER")


def _sign(settings: Settings, policy: Policy, asked: _Asked) -> None:
    now = datetime.now(UTC)
    request, sha256 = read_request(settings, asked.version)
    with open_store(settings) as store, candidate_of(settings, asked.version) as candidate:
        since = now - timedelta(days=policy.promotion.request_days + 1)
        events = events_of(store, asked.object_id, (ASKED,), since)
        if not events or (events[-1].actor, events[-1].detail) != (request.by, sha256):
            raise refused("this is not the request that stands in the trail", fix="ask for the promotion again")
        check_unchanged(settings, request, candidate, policy, now)
        check_second_person(request, asked.by)
        if not asked.json:
            gates = gate_lines(request.gates, request.waivers)
            _say([f"asked for by {request.by} at {request.at}", *gates, *preview_lines(request.preview)])
        user = who_decides(store, asked.by, asked.password_stdin, now)
        done = sign_off(settings, request, sha256, candidate, user.username, now)
        write_audit(store, AuditEvent(now, user.username, SIGNED, object_id=asked.object_id, detail=sha256))
    _tell(settings, done, asked)


def _show(look: Look, asked: _Asked, but: tuple[str, ...] = ()) -> None:
    """Gates, but for those that are named as problems, and the preview."""
    _say(gate_lines([gate for gate in look.gates if gate.id not in but], asked.waivers))
    if look.preview is not None:
        _say([*preview_lines(look.preview.counts), *(id_lines(look.preview) if asked.ids else [])])


def _say(lines: list[str]) -> None:
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _tell(settings: Settings, done: Promoted, asked: _Asked) -> None:
    manifest, move = done.artifact.manifest, done.move
    would_refuse = [gate.id for gate in done.look.refusing] if move.demo else []
    payload: dict[str, Any] = {
        "version": manifest.version,
        "status": "champion",
        "kind": manifest.kind,
        "data_origin": manifest.data_origin,
        "champion": str(settings.champion),
        "policy": done.artifact.policy.name,
        "demo": move.demo,
        "by": move.by or None,
        "signed_by": move.signed_by or None,
        "waivers": move.waivers,
        "before": move.before.version if move.before else None,
        "at": move.at,
        "gates": gates_json(done.look.gates),
        "would_refuse": would_refuse,
        "preview": preview_json(done.look.preview, asked.ids),
        "alias_moved": done.alias is None,
    }
    lines = [
        f"version {manifest.version} ({manifest.kind}, {manifest.data_origin}) is the champion: {settings.champion}"
    ]
    if move.demo:
        lines += [f"a demonstration: it ranks {manifest.data_origin} students only", refused_outside(would_refuse)]
    else:
        lines.append(f"asked for by {move.by}, signed off by {move.signed_by}")
    lines.append("a running service takes it up within a second or two; runxin rollback takes it back")
    if done.alias is not None:
        lines.append(f"the alias in MLflow was not moved: {done.alias}")
    answer(payload, asked.json, "\n".join(lines))
