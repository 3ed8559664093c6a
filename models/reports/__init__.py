"""What reports for meetings count: figures of a school in a time, from facts alone, and how they are told to whom."""

from models.reports.duties_done import DONE_BY, DutyFigures, due_between
from models.reports.figures import WAITS, Figures, Referral, figures_of, together
from models.reports.periods import Period, ReportKind, period_of
from models.reports.told import Median, Told, told_of

__all__ = [
    "DONE_BY",
    "WAITS",
    "DutyFigures",
    "Figures",
    "Median",
    "Period",
    "Referral",
    "ReportKind",
    "Told",
    "due_between",
    "figures_of",
    "period_of",
    "together",
    "told_of",
]
