"""The calibration report: every target beside what was generated."""

from data_schemas.synthetic.calibration.frames import Frames
from data_schemas.synthetic.calibration.honesty import honesty
from data_schemas.synthetic.calibration.leave import leave_rows
from data_schemas.synthetic.calibration.row import Row
from data_schemas.synthetic.calibration.school import need_and_crises, roster, talks
from data_schemas.synthetic.calibration.sheets import dependence, prevalence, response
from data_schemas.synthetic.city import City

WORDS = {True: "yes", False: "NO", None: "too few"}


def calibration(city: City) -> tuple[Row, ...]:
    """Every target of the synthetic city, as it was met in this one."""
    frames = Frames(city)
    rows = [*prevalence(frames), *need_and_crises(frames), *response(frames), *dependence(frames)]
    return (*rows, *leave_rows(frames), *roster(frames), *talks(frames), *honesty(frames))


def report_text(rows: tuple[Row, ...]) -> str:
    """The report as a Markdown table."""
    lines = ["| what | who | target | generated | n | within |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {row.what} | {row.who} | {_figure(row.low)} to {_figure(row.high)} | {_figure(row.generated)} | {row.n} | {WORDS[row.within]} |"
        for row in rows
    ]
    return "\n".join(lines)


def _figure(value: float) -> str:
    return "–" if value != value else f"{value:.4g}"
