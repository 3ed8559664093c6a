"""What gates and a preview say at the terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from data_schemas.codes import Tier
from evaluation.gates.gate import Gate
from evaluation.report.names import name_of
from runxin.errors import how_many
from training.promotion.preview import Preview
from training.promotion.request import GateSeen

MARKS = {"pass": "passes", "refuse": "REFUSES", "waiver": "asks for a waiver"}


def gates_json(found: Sequence[Gate]) -> list[dict[str, str]]:
    return [asdict(gate) for gate in found]


def preview_json(seen: Preview | None, with_ids: bool) -> dict[str, Any] | None:
    """Counts, and pseudonymous ids by school only where they were asked for."""
    if seen is None:
        return None
    return seen.counts | ({"ids": {"entered": seen.entered, "left": seen.left}} if with_ids else {})


def gate_lines(found: Sequence[Gate | GateSeen], waivers: Mapping[str, str]) -> list[str]:
    lines = []
    for gate in found:
        lines += [f"{gate.id} {MARKS[gate.status]}: {gate.en}", f"    {gate.zh}"]
        if gate.id in waivers:
            lines.append(f"    waived: {waivers[gate.id]}")
    return lines


def refused_outside(would_refuse: Sequence[str]) -> str:
    """What the gates would do to a demonstration's model, in one line."""
    return f"outside the demo it would be refused by: {', '.join(would_refuse) or 'nothing'}"


def preview_lines(counts: Mapping[str, Any]) -> list[str]:
    """Who enters and leaves the week's list, by school and by group, and tiers before and after."""
    against = f"version {counts['against']}" if counts["against"] else "rules alone"
    before, after = counts["tiers"]["before"], counts["tiers"]["after"]
    lines = [
        f"preview on {counts['dataset']} as of {counts['as_of']}, against {against}; "
        f"{how_many(counts['places'], 'place')} a school and week:",
        "  tiers: " + ", ".join(f"{tier.zh} {before[tier.code]} → {after[tier.code]}" for tier in reversed(Tier)),
        f"  students who stand higher {counts['higher']}, lower {counts['lower']}",
        f"  all: {_moves(counts['all'])}",
    ]
    lines += [f"  {school['school_id']}: {_moves(school)}" for school in counts["schools"]]
    for name, groups in counts["groups"].items():
        lines += [f"  {name_of(name, 'en')} {name_of(group, 'en')}: {_moves(of)}" for group, of in groups.items()]
    return lines


def id_lines(seen: Preview) -> list[str]:
    return [
        f"  {school}: enter {', '.join(ids) or 'nobody'}; leave {', '.join(seen.left[school]) or 'nobody'}"
        for school, ids in seen.entered.items()
    ]


def _moves(of: Mapping[str, int]) -> str:
    students = how_many(of["students"], "student")
    return f"{students}, listed {of['before']} → {of['after']}, {of['entered']} enter, {of['left']} leave"
