"""`runxin synth`: write a synthetic city, and how near it comes to published figures."""

from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.synthetic import City, make_city, write_city
from runxin.cli.output import answer, console
from runxin.errors import how_many


def synth_command(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write; absent or empty.")],
    students: Annotated[int, typer.Option(help="How many students; about 1,000 a school.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same city, byte by byte.")] = 7,
    report: Annotated[
        bool, typer.Option("--report", help="Compare every target with what was generated; also DIR.report.md.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Write a synthetic city: a dataset in DIR; invented names and the latent truth beside it, never inside."""
    with console.status(f"合成数据 / synthetic: {how_many(students, 'student')}"):
        city = make_city(students, seed)
        names, truth = write_city(city, out)
    dataset = city.dataset
    frames = {**dataset.tables, **{f"responses/{code}": frame for code, frame in dataset.responses.items()}}
    counts = {name: len(frame) for name, frame in frames.items()}
    payload: dict[str, Any] = {
        "dataset": str(out),
        "synthetic": True,
        "notice": "合成数据 / synthetic",
        "seed": seed,
        "as_of": dataset.description.as_of.isoformat(),
        "index_dates": [day.isoformat() for day in dataset.description.index_dates],
        "schools": int(dataset.students["school_id"].nunique()),
        "counts": counts,
        "names": str(names),
        "truth": str(truth),
    }
    title = f"合成数据 / synthetic: {out}, seed {seed}, as of {payload['as_of']}"
    text = "\n".join(
        [
            title,
            *(f"  {name}: {how_many(count, 'row')}" for name, count in counts.items()),
            f"invented names: {names}",
            f"latent truth, never to be joined to features: {truth}",
        ]
    )
    if report:
        payload["report"], table = _report(city, title, out.resolve().with_name(f"{out.resolve().name}.report.md"))
        text = f"{text}\n\n{table}"
    answer(payload, json, text)


def _report(city: City, title: str, file: Path) -> tuple[dict[str, Any], str]:
    """Measure the city, write the table to `file`, and hand on the rows and the table."""
    # scikit-learn takes seconds to import; a city without a report does without it.
    from data_schemas.synthetic.calibration import calibration, report_text

    with console.status("合成数据 / synthetic: measuring"):
        rows = calibration(city)
    table = report_text(rows)
    file.write_text(f"{title}\n\n{table}\n", "utf-8")
    return {"file": str(file), "rows": [row.payload() for row in rows]}, f"{table}\nreport: {file}"
