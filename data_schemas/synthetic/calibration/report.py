"""The calibration report: every target beside what was generated."""

import numpy as np

from data_schemas.synthetic.calibration.dependence import dependence
from data_schemas.synthetic.calibration.exposures import exposures
from data_schemas.synthetic.calibration.frames import Frames
from data_schemas.synthetic.calibration.honesty import honesty
from data_schemas.synthetic.calibration.leave import Leave, leave_rows
from data_schemas.synthetic.calibration.leave_timing import leave_timing
from data_schemas.synthetic.calibration.need import need_and_crises
from data_schemas.synthetic.calibration.prevalence import prevalence
from data_schemas.synthetic.calibration.response import response
from data_schemas.synthetic.calibration.row import Row
from data_schemas.synthetic.calibration.school import roster, talks
from data_schemas.synthetic.city import City

WORDS = {True: "yes", False: "NO", None: "unclear"}


def calibration(city: City) -> tuple[Row, ...]:
    """Every target of the synthetic city, as it was met in this one."""
    frames = Frames(city)
    leave = Leave(frames)
    rows = [*prevalence(frames), *need_and_crises(frames, leave), *response(frames), *dependence(frames)]
    rows += [*exposures(frames), *leave_rows(leave), *leave_timing(leave)]
    return (*rows, *roster(frames), *talks(frames), *honesty(frames))


def report_text(rows: tuple[Row, ...]) -> str:
    """The report as a Markdown table; "unclear" is outside the tolerance, but by no more than chance explains."""
    head = ("what", "who", "target", "generated", "n", "within")
    lines = [_line(head), _line(("---",) * len(head))]
    for row in rows:
        target = f"{_figure(row.low)} to {_figure(row.high)}"
        lines.append(_line((row.what, row.who, target, _figure(row.generated), str(row.n), WORDS[row.within])))
    return "\n".join(lines)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.4g}"
