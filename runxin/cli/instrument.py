"""`runxin instrument`: what questionnaires there are, how a sheet is scored, and a school's own."""

from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.instruments import (
    Instrument,
    SheetResult,
    instrument_toml,
    known_instruments,
    packaged_instruments,
    parse_instrument,
    score_sheet,
)
from data_schemas.instruments.answers import read_answers
from data_schemas.instruments.workbook import read_workbook
from data_schemas.instruments.workbook_template import write_template
from runxin.cli.instrument_rates import flag_rates_command
from runxin.cli.instrument_words import definition_words, line_of, warnings_of
from runxin.cli.output import answer
from runxin.errors import Kind, UserError, bad_data, how_many, refused
from runxin.settings import read_settings

instrument_app = typer.Typer(no_args_is_help=True, help="Questionnaires: what there is, scoring, a school's own.")
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="A questionnaire's code, such as phq9.")]
instrument_app.command("flag-rates")(flag_rates_command)


@instrument_app.command("list")
def list_command(json: Json = False) -> None:
    """List every questionnaire that is known, the packaged ones and the operator's own."""
    known, packaged = known_instruments(read_settings().instruments), packaged_instruments()
    lines = [line_of(one, own=code not in packaged) for code, one in sorted(known.items())]
    width = max(len(line["code"]) for line in lines)
    text = [
        f"{line['code']:<{width}}  {line['items'] or '–':>3} items  total {line['range'][0]:g}–{line['range'][1]:g}  "
        f"{line['family']}, {line['licence']}{', own' if line['own'] else ''}  {line['name']['zh']}"
        for line in lines
    ]
    answer({"instruments": lines}, json, "\n".join(text))


@instrument_app.command("show")
def show_command(code: Code, json: Json = False) -> None:
    """Show a definition: codings, scores, bands, rules, and where each number comes from."""
    one = _instrument(code)
    answer(one.model_dump(mode="json", exclude_defaults=True), json, definition_words(one))


@instrument_app.command("score")
def score_command(
    code: Code,
    answers: Annotated[str, typer.Option(help="Answers in order, separated by commas; an empty place is a blank.")],
    coding: Annotated[str | None, typer.Option(help="How the answers are coded, where there are several ways.")] = None,
    age: Annotated[float | None, typer.Option(help="Age in years, for bands that depend on it.")] = None,
    sex: Annotated[str | None, typer.Option(help="male or female, for bands that depend on it.")] = None,
    respondent: Annotated[str | None, typer.Option(help="self, parent or teacher.")] = None,
    json: Json = False,
) -> None:
    """Score one sheet. Nothing is kept."""
    one = _instrument(code)
    given = read_answers(one, answers, coding)
    result = score_sheet(one, given, coding=coding, age=age, sex=sex, respondent=respondent)
    payload = _result(one, coding, result)
    answer(payload, json, _result_words(one, result))


@instrument_app.command("template")
def template_command(
    out: Annotated[Path, typer.Option(help="The Excel file to write.")] = Path("questionnaire.xlsx"),
    json: Json = False,
) -> None:
    """Write an Excel template, with a small example, for a questionnaire of one's own."""
    try:
        write_template(out)
    except FileExistsError as error:
        raise refused(f"{out} is there already", fix="choose another name with --out") from error
    answer({"template": str(out)}, json, f"{out}: fill it in, then `runxin instrument new --from {out}`")


@instrument_app.command("new")
def new_command(
    source: Annotated[Path, typer.Option("--from", help="The filled-in Excel file.")],
    out: Annotated[Path | None, typer.Option(help="Where to write the definition; RUNXIN_HOME/instruments.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a definition that is there.")] = False,
    json: Json = False,
) -> None:
    """Turn a filled-in Excel file into a checked definition that imports, screenings and the API know."""
    one = read_workbook(_existing(source))
    if one.code in packaged_instruments():
        raise bad_data(
            f"{one.code} is the code of a packaged questionnaire", fix="choose another code on the first page"
        )
    path = out or read_settings().instruments / f"{one.code}.toml"
    if path.exists() and not replace:
        raise refused(f"{path} is there already", fix="write over it with --replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(instrument_toml(one), "utf-8")
    payload = {"code": one.code, "definition": str(path), "warnings": warnings_of(one)}
    answer(payload, json, "\n".join([f"{one.code}: {path}", *_warned(one)]))


@instrument_app.command("check")
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A definition (.toml) or a filled-in template (.xlsx).")],
    json: Json = False,
) -> None:
    """Check a definition and say what a reader should know of it; exit 3 where it is at fault."""
    path = _existing(file)
    one = read_workbook(path) if path.suffix == ".xlsx" else parse_instrument(path.read_text("utf-8"), path.name)
    payload = {"file": str(file), "ok": True, **line_of(one, own=True), "warnings": warnings_of(one)}
    answer(payload, json, "\n".join([f"{file}: {one.code}, {one.name.zh}, no problems", *_warned(one)]))


def _instrument(code: str) -> Instrument:
    known = known_instruments(read_settings().instruments)
    if code not in known:
        raise UserError(Kind.NOT_FOUND, f"there is no questionnaire {code!r}", fix=f"one of {', '.join(sorted(known))}")
    return known[code]


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise UserError(Kind.NOT_FOUND, f"there is no file {path}")
    return path


def _warned(one: Instrument) -> list[str]:
    return [f"note: {warning}" for warning in warnings_of(one)]


def _result(one: Instrument, coding: str | None, result: SheetResult) -> dict[str, Any]:
    def band(found: Any) -> dict[str, str] | None:
        return None if found is None else {"code": found.code, "zh": found.zh, "en": found.en}

    return {
        "code": result.code,
        "coding": one.coding_of(coding).variant,
        "total": result.total,
        "band": band(result.band),
        "subscales": {
            figure.code: {
                "value": figure.value,
                "band": band(figure.band),
                "polarity": figure.polarity,
                **figure.name.model_dump(),
            }
            for figure in result.subscales
        },
        "valid": result.valid,
        "invalid_reasons": list(result.invalid_reasons),
        "n_missing": result.n_missing,
        "prorated": result.prorated,
        "critical_items": [
            {"item": one.item, "topic": one.topic, **one.name.model_dump(), "status": one.status, "answer": one.answer}
            for one in result.critical_items
        ],
        "critical_status": result.critical_status,
        "soft_items": [item.model_dump() for item in result.soft_items],
        "suicidality_covered": result.suicidality_covered,
    }


def _result_words(one: Instrument, result: SheetResult) -> str:
    total = "no total" if result.total is None else f"{result.total:.4g}"
    band = f" {result.band.zh} / {result.band.en}" if result.band else ""
    lines = [f"{one.label.zh}: {total}{band}"]
    lines += [
        f"  {figure.name.zh} {figure.name.en}: {'–' if figure.value is None else f'{figure.value:.4g}'}"
        + (f" {figure.band.zh} / {figure.band.en}" if figure.band else "")
        for figure in result.subscales
    ]
    lines.append("valid" if result.valid else f"not valid: {', '.join(result.invalid_reasons)}")
    if result.n_missing:
        lines.append(
            f"{how_many(result.n_missing, 'item')} left blank" + (", filled by the mean" if result.prorated else "")
        )
    if result.critical_items:
        items = ", ".join(f"{item.name.en} {item.status}" for item in result.critical_items)
        lines.append(f"critical: {result.critical_status} ({items})")
    if not result.suicidality_covered:
        lines.append("it does not ask about suicide: a low total says nothing about safety")
    return "\n".join(lines)
