"""`runxin features`: the feature matrix of a dataset as of a day, and what each feature is."""

import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from typer.core import TyperGroup

from data_schemas.calendar import date_to_day
from data_schemas.calendar_tables import read_calendars
from data_schemas.dataset import read_dataset
from data_schemas.instruments import known_instruments
from data_schemas.own_features import FILE, read_own_features
from data_schemas.plain_text import plain_frame
from models import enrolled, load_artifact, read_policy, records_of
from models.features import Feature, build_features, full_catalogue, readable
from runxin.cli.output import answer, console
from runxin.errors import usage
from runxin.settings import read_settings
from training.cohorts.reference import full_recipe
from training.tracking import fetch

FORMATS = (".parquet", ".csv")
DIRECTIONS = {1: "higher is adverse", 0: "no sign"}


class _BuildsByDefault(TyperGroup):
    """`runxin features DIR` builds; `runxin features explain NAME` explains."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named or not args else ["build", *args])


features_app = typer.Typer(cls=_BuildsByDefault, no_args_is_help=True, help="The feature matrix, and its catalogue.")


@features_app.command("build")
def build_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder.")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="At the end of this day.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write: .parquet or .csv.")],
    model: Annotated[str | None, typer.Option(metavar="URI", help="The features that this model reads.")] = None,
    encoded: Annotated[bool, typer.Option("--encoded", help="Figures as a model reads them.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Write a row for each student at school on the day: what was known then, blank where nothing was."""
    if out.suffix not in FORMATS:
        raise usage(f"{out.name} is neither .parquet nor .csv", fix="name the file after its format")
    settings = read_settings()
    with console.status("reading"), tempfile.TemporaryDirectory() as scratch:
        artifact = load_artifact(fetch(settings, model, Path(scratch))) if model else None
        whole = read_dataset(dataset)
        records = records_of(whole, read_calendars(settings.calendar))
    on = as_of.date()
    day = date_to_day(on)
    recipe = artifact.recipe if artifact else full_recipe(records, read_policy(settings.policy_file).staleness, day)
    with console.status("building"):
        matrix = build_features(records, recipe, day)
    here = enrolled(records, day)
    columns: dict[str, Any] = (
        dict(zip(matrix.names, matrix.values.T, strict=True)) if encoded else readable(matrix, recipe.features)
    )
    frame = pd.DataFrame({"student_id": records.ids, **columns})[here]
    _write(frame, out)
    payload = _payload(frame, recipe.features, on, out)
    answer(payload, json, _text(payload))


def _write(frame: pd.DataFrame, out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix == ".parquet":
            frame.to_parquet(out, index=False)
        else:
            plain_frame(frame).to_csv(out, index=False, encoding="utf-8-sig")  # Excel knows it by its mark
    except OSError as error:
        raise usage(f"{out} cannot be written: {error.strerror}") from error


def _payload(frame: pd.DataFrame, features: Sequence[Feature], on: date, out: Path) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for feature in features:
        groups.setdefault(feature.group, []).append(feature.name)
    known = {group: round(float(frame[names].notna().to_numpy().mean()), 4) for group, names in groups.items()}
    return {
        "file": str(out),
        "as_of": on.isoformat(),
        "students": len(frame),
        "features": len(features),
        "groups": {group: {"features": len(names), "known": known[group]} for group, names in groups.items()},
    }


def _text(payload: dict[str, Any]) -> str:
    lines = [f"{payload['students']:,} students × {payload['features']} features as of {payload['as_of']}"]
    lines += [f"  {name}: {one['features']}, {one['known']:.1%} known" for name, one in payload["groups"].items()]
    return "\n".join([*lines, f"written to {payload['file']}"])


@features_app.command("explain")
def explain_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A feature, such as leave_days_20 or phq9_total.")],
    dataset: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also the features that this dataset declares.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Say what a feature is: its unit, its direction, its sentence, how sensitive it is, and where it comes from."""
    instruments = known_instruments(read_settings().instruments)
    own = read_own_features(dataset / FILE) if dataset else ()
    known = {feature.name: feature for feature in full_catalogue(instruments.values(), own)}
    feature = known.get(name)
    if feature is None:
        near = get_close_matches(name, known, n=3)
        raise usage(f"there is no feature {name}", fix=f"did you mean {', '.join(near)}?" if near else None)
    payload = about(feature)
    lines = [f"{payload['name']} ({payload['group']}, {payload['unit']})"]
    lines += [f"  {word}: {payload[word]}" for word in ("zh", "en", "direction", "missing", "sensitivity", "source")]
    lines.append(f"  models: {_models(feature)}")
    answer(payload, json, "\n".join(lines))


def _models(feature: Feature) -> str:
    if not feature.modelled:
        return f"do not read it: {feature.kept_out}"
    return "read it, and never score lower for a higher value" if feature.direction else "read it, either way"


def about(feature: Feature) -> dict[str, Any]:
    """A feature's declaration in words."""
    return {
        "name": feature.name,
        "group": feature.group,
        "unit": feature.unit,
        "zh": feature.text.zh,
        "en": feature.text.en,
        "direction": DIRECTIONS[feature.direction],
        "missing": feature.missing or "it says so itself: blank or a value of its own",
        "sensitivity": feature.sensitivity.value,
        "source": feature.source,
        "modelled": feature.modelled,
        "kept_out": feature.kept_out or None,
    }
