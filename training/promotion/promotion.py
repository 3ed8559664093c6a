"""The ways to a promotion: a person asks and another one signs off, or a demonstration of synthetic data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from data_schemas.dataset import Dataset
from data_schemas.school_days import Calendars
from evaluation.gates.gate import REFUSE, WAIVER, Gate
from evaluation.gates.gates import Facts, FloorCheck, gates
from models import Artifact, Policy
from models.champions import Move
from models.triage import StudentFacts
from runxin.errors import UserError, refused
from runxin.settings import Settings
from training.promotion.candidate import Candidate, candidate_of
from training.promotion.preview import Preview, preview
from training.promotion.promote import champion_now, make_champion, refuse_demo, served
from training.promotion.request import (
    Request,
    check_fresh,
    check_waivers,
    close_request,
    policy_sha256,
    seen,
    write_request,
)


@dataclass(frozen=True)
class Trial:
    """Students on whom a candidate is tried, as of a day; `on_file` is what a service knows of them besides."""

    dataset: Dataset
    as_of: date
    calendars: Calendars | None = None
    on_file: Mapping[str, StudentFacts] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Look:
    """What a promotion is decided by. `preview` is None where no students were named."""

    gates: tuple[Gate, ...]
    preview: Preview | None

    @property
    def refusing(self) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.gates if gate.status == REFUSE)

    def unsigned(self, waivers: Mapping[str, str]) -> tuple[Gate, ...]:
        """The gates that ask for a waiver and have none."""
        return tuple(gate for gate in self.gates if gate.status == WAIVER and gate.id not in waivers)


@dataclass(frozen=True)
class Promoted:
    """`alias` says why MLflow's alias could not be moved, None where it was."""

    artifact: Artifact
    look: Look
    move: Move
    alias: str | None


def look_at(settings: Settings, candidate: Candidate, policy: Policy, trial: Trial | None) -> Look:
    """Run every gate, and the preview on the students of `trial`."""
    tried = None
    if trial is not None:
        tried = preview(
            trial.dataset,
            trial.as_of,
            candidate.artifact,
            _readable_champion(settings),
            policy,
            trial.calendars,
            trial.on_file,
        )
    return Look(_gates(candidate, tried.floors if tried else None, policy), tried)


def ask(
    settings: Settings,
    candidate: Candidate,
    look: Look,
    policy: Policy,
    waivers: Mapping[str, str],
    by: str,
    now: datetime,
) -> tuple[Request, str]:
    """Keep the request of a person for a second one to sign off; answers with it and the SHA-256 of its file.

    Raises `UserError` (refused) where a gate refuses, or asks for a waiver that was not given.
    """
    check_waivers(look.gates, waivers)
    against = look.refusing + look.unsigned(waivers)
    if against or look.preview is None:
        raise refused(f"version {candidate.version} is refused: {', '.join(gate.id for gate in against)}")
    champion = _readable_champion(settings)
    request = Request(
        model=served(candidate.artifact),
        before=served(champion) if champion else None,
        report_sha256=candidate.report_sha256,
        policy_sha256=policy_sha256(policy),
        gates=seen(look.gates),
        floors=look.preview.floors,
        preview=look.preview.counts,
        waivers=dict(waivers),
        by=by,
        at=now.isoformat(timespec="seconds"),
    )
    return request, write_request(settings, request)


def check_unchanged(settings: Settings, request: Request, candidate: Candidate, policy: Policy, now: datetime) -> None:
    """Raise `UserError` (refused) where what is to be signed off is no longer what was asked for."""
    check_fresh(request, now, policy.promotion.request_days)
    champion = _readable_champion(settings)
    before = served(champion) if champion else None
    compared = {
        "the model": (candidate.artifact.sha256, request.model.sha256),
        "its report": (candidate.report_sha256, request.report_sha256),
        "the policy": (policy_sha256(policy), request.policy_sha256),
        "the champion that it would follow": (before, request.before),
        "what the gates say": (seen(_gates(candidate, request.floors, policy)), request.gates),
    }
    changed = [name for name, (now_, then) in compared.items() if now_ != then]
    if changed:
        fix = "ask for the promotion again"
        raise refused(f"since the request these have changed: {', '.join(changed)}", fix=fix)


def check_second_person(request: Request, signed_by: str) -> None:
    """Raise `UserError` (refused) for the person who asked."""
    if signed_by == request.by:
        raise refused("who asks for a promotion does not sign it off", fix="a second person signs: --by OTHER")


def sign_off(
    settings: Settings, request: Request, sha256: str, candidate: Candidate, signed_by: str, now: datetime
) -> Promoted:
    """Let the model of an unchanged request serve; raises as `check_second_person` does."""
    check_second_person(request, signed_by)
    move = Move(
        action="promote",
        champion=request.model,
        before=request.before,
        at=now.isoformat(timespec="seconds"),
        by=request.by,
        signed_by=signed_by,
        waivers=request.waivers,
        request=sha256,
    )
    alias = make_champion(settings, candidate.folder, candidate.artifact, move)
    close_request(settings, candidate.version, sha256)
    return Promoted(candidate.artifact, Look(_as_gates(request), None), move, alias)


def promote_demo(
    settings: Settings, version: str, policy: Policy, now: datetime, trial: Trial | None = None
) -> Promoted:
    """Let a model of synthetic data serve synthetic students, whatever the gates say; what they say is told.

    Raises `UserError` (refused) for any other model, and where the champion ranks local students.
    """
    with candidate_of(settings, version) as candidate:
        refuse_demo(settings, candidate.artifact.manifest.data_origin)
        look = look_at(settings, candidate, policy, trial)
        champion = _readable_champion(settings)
        move = Move(
            action="promote",
            champion=served(candidate.artifact),
            before=served(champion) if champion else None,
            at=now.isoformat(timespec="seconds"),
            demo=True,
        )
        alias = make_champion(settings, candidate.folder, candidate.artifact, move)
        return Promoted(candidate.artifact, look, move, alias)


def _gates(candidate: Candidate, floors: FloorCheck | None, policy: Policy) -> tuple[Gate, ...]:
    manifest = candidate.artifact.manifest
    return gates(candidate.report, Facts(manifest.version, manifest.data_origin, floors), policy.promotion)


def _as_gates(request: Request) -> tuple[Gate, ...]:
    return tuple(Gate(one.id, one.status, one.zh, one.en) for one in request.gates)


def _readable_champion(settings: Settings) -> Artifact | None:
    """The champion; one that was changed does not serve either, and must not stand in the way of the next."""
    try:
        return champion_now(settings)
    except UserError:
        return None
