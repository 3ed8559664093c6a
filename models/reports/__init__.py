"""What reports for meetings count: figures of a school in a time, from facts alone, and how they are told to whom."""

from models.reports.duties_done import DutyDone, due_between
from models.reports.figures import BookingMade, Figures, Referral, figures_of, together
from models.reports.periods import ReportKind, ReportPeriod, period_of
from models.reports.signals import ClassPart, ClassShare, Signal, class_changes, class_shares
from models.reports.told import DutyTold, Median, ToldFigures, duty_told, told_of

__all__ = [
    "BookingMade",
    "ClassPart",
    "ClassShare",
    "DutyDone",
    "DutyTold",
    "Figures",
    "Median",
    "Referral",
    "ReportKind",
    "ReportPeriod",
    "Signal",
    "ToldFigures",
    "class_changes",
    "class_shares",
    "due_between",
    "duty_told",
    "figures_of",
    "period_of",
    "together",
    "told_of",
]
