"""`runxin rollback`: back to a champion of before, or to rules alone, at one person's word."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from models.champions import Move, Served, read_moves
from runxin.cli.output import answer
from runxin.cli.person import who_decides
from runxin.errors import refused, usage
from runxin.settings import Settings, read_settings
from serving.store import AuditEvent, open_store, write_audit
from training.promotion.rollback import RULES, RolledBack, roll_back, standing, target

ROLLED_BACK = "champion.rolled_back"


def rollback_command(
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="A champion of before, or `rules` for rules alone.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="USER", help="Who takes it back; the password follows.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it stands in the history.")] = "",
    history: Annotated[bool, typer.Option("--list", help="Show every change of champion instead.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from a pipe.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Let the champion of before serve again, from the archive; MLflow may be away."""
    settings = read_settings()
    if history:
        moves = read_moves(settings.history)
        payload: dict[str, Any] = {"moves": [move.model_dump(mode="json") for move in moves]}
        answer(payload, json, "\n".join(_line(move) for move in moves) or "no champion yet")
        return
    now = standing(settings)
    back_to = target(settings, now, to)
    done = _at_a_word(settings, now, back_to, by, reason.strip(), password_stdin)
    move = done.move
    payload = {
        "version": move.champion.version if move.champion else None,
        "before": move.before.version if move.before else None,
        "at": move.at,
        "by": move.by or None,
        "reason": move.reason,
        "alias_moved": done.alias is None,
    }
    lines = [f"in force: {_name(move.champion)}, in place of {_name(move.before)}"]
    lines.append("a running service takes it up within a second or two")
    if done.alias is not None:
        lines.append(f"the alias in MLflow was not moved: {done.alias}")
    answer(payload, json, "\n".join(lines))


def _at_a_word(
    settings: Settings, now: Served | None, to: Served | None, by: str | None, reason: str, password_stdin: bool
) -> RolledBack:
    """One person is enough, since harm must not wait for a second; a demonstration's models need nobody."""
    at = datetime.now(UTC)
    if by is None:
        if any(one is not None and one.data_origin != "synthetic" for one in (now, to)):
            raise refused("a person takes back a model that ranks students", fix="--by USER --reason 'why'")
        return roll_back(settings, now, to, "", reason, at)
    if not reason:
        raise usage("why is it taken back?", fix="--reason 'why'")
    with open_store(settings) as store:
        user = who_decides(store, by, password_stdin, at)
        done = roll_back(settings, now, to, user.username, reason, at)
        detail = f"{_name(now)} → {_name(to)}"
        write_audit(store, AuditEvent(at, user.username, ROLLED_BACK, object_id="champion", detail=detail))
    return done


def _name(served: Served | None) -> str:
    return f"version {served.version} ({served.data_origin})" if served is not None else RULES + " alone"


def _line(move: Move) -> str:
    people = "demo" if move.demo else ", ".join(name for name in (move.by, move.signed_by) if name) or "demo"
    waived = f"; waived {', '.join(sorted(move.waivers))}" if move.waivers else ""
    why = f"; {move.reason}" if move.reason else ""
    return f"{move.at}  {move.action}: {_name(move.before)} → {_name(move.champion)}, {people}{waived}{why}"
