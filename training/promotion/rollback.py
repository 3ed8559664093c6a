"""Back to a champion of before, from the archive: MLflow may be away, and nothing is trained or judged anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import archived_artifact
from models.artifact import read_verified
from models.champions import Move, Served, read_moves
from runxin.errors import Kind, UserError, refused, usage
from runxin.settings import Settings
from training.promotion.promote import leave_to_rules, make_champion

RULES = "rules"


@dataclass(frozen=True)
class RolledBack:
    """`alias` says why MLflow's alias could not be moved, None where it was."""

    move: Move
    alias: str | None


def standing(settings: Settings) -> Served | None:
    """The champion, by the history where its files cannot be read any more; None where rules alone decide."""
    if not settings.champion.is_dir():
        return None
    try:
        _, manifest, sha256 = read_verified(settings.champion)  # its trees are nobody's concern any more
    except UserError:
        moves = read_moves(settings.history)
        known = moves[-1].champion if moves else None
        return known or Served(version="unknown", sha256="", data_origin="local")
    return Served(version=manifest.version, sha256=sha256, data_origin=manifest.data_origin)


def target(settings: Settings, now: Served | None, to: str | None) -> Served | None:
    """Which champion to go back to: `to` a version or "rules" (None), else the one that `now` took over from.

    Raises `UserError` where there is none, or it never was the champion.
    """
    if to == RULES:
        return None
    moves = read_moves(settings.history)
    if to is not None:
        found = [move.champion for move in moves if move.champion is not None and move.champion.version == to]
        if not found:
            raise UserError(Kind.NOT_FOUND, f"version {to} never was the champion here", fix="runxin rollback --list")
        return found[-1]
    if now is None:
        raise usage("rules alone decide: there is nothing to take back", fix="name a version: --to VERSION")
    before = _before(moves, now)
    if before is None:
        raise usage(f"before version {now.version} rules alone decided", fix="go back to them: --to rules")
    return before


def roll_back(
    settings: Settings, now: Served | None, to: Served | None, by: str, reason: str, at: datetime
) -> RolledBack:
    """Let `to` serve again, or rules alone. Raises `UserError`: refused where it would put a demonstration's model in
    place of a local one, bad data where the archive does not hold the model as it was."""
    if to == now:
        raise usage("this is what decides now: there is nothing to take back")
    if now is not None and to is not None and now.data_origin == "local" and to.data_origin != "local":
        raise refused(
            f"version {to.version} is of {to.data_origin} data and may not rank local students",
            fix="go back to rules alone: --to rules",
        )
    move = Move(action="rollback", champion=to, before=now, at=at.isoformat(timespec="seconds"), by=by, reason=reason)
    if to is None:
        return RolledBack(move, leave_to_rules(settings, move))
    artifact = archived_artifact(settings.models, to.sha256)
    return RolledBack(move, make_champion(settings, settings.models / to.sha256, artifact, move))


def _before(moves: Sequence[Move], now: Served) -> Served | None:
    """What a champion took over from when it was promoted; a rollback to it is no promotion, so that going back twice
    goes back two steps and never forth again."""
    promoted = [move for move in moves if move.action == "promote" and move.champion == now and move.before != now]
    return promoted[-1].before if promoted else None
