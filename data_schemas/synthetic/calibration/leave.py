"""What the leave looks like, beside what is published of absence."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import Days, default_calendar
from data_schemas.synthetic.calibration.frames import Frames, days
from data_schemas.synthetic.calibration.row import Row, log_odds, mean, rate, rate_ratio
from data_schemas.synthetic.leaves import PERSONAL, SICK, TRUANT
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.structure import STAGES
from data_schemas.synthetic.suspensions import SUSPENDED

ILLNESS = ("sick", "quarantine")
OWN = ("sick", "personal", "unexcused")
COLDS = ("respiratory", "fever")  # reasons that come in seasons

TRUANTS = "students with truancy a year"


class Leave:
    """Episodes by place and day, and when each student was at school."""

    def __init__(self, city: Frames) -> None:
        self.city = city
        frame = city.city.dataset.tables["leaves"]
        self.student = city.places(frame["student_id"])
        self.type = frame["type"].to_numpy(str)
        self.reason = frame["reason_code"].fillna("").to_numpy(str)
        self.start, self.end = days(frame["start_on"]), days(frame["end_on"])
        self.halves = frame["half_days"].fillna(0).to_numpy(float)
        self.period = Period(as_of=city.city.dataset.description.as_of)
        calendar = default_calendar()
        self.school_days = self.period.school_days
        self.enrolled = np.maximum(days(city.students["enrolled_on"]), self.period.first)
        left = city.students["left_on"]
        self.last = np.where(left.isna(), self.period.last, days(left.fillna(pd.Timestamp("2000-01-01"))))
        self.year = float((self.school_days < self.school_days[0] + 365).sum())  # in school days
        self.years = self.at_school(self.period.first, self.period.last) / self.year
        until = calendar.school_days_until
        self.lost = until(np.minimum(self.end, self.period.last)) - until(self.start - 1) - self.halves / 2
        self.is_return = calendar.is_return_day(self.school_days)

    def at_school(self, first: int, last: int) -> NDArray[np.float64]:
        """School days of each student between two days."""
        until = default_calendar().school_days_until
        begin, end = np.maximum(self.enrolled, first), np.minimum(self.last, last)
        return np.asarray(np.maximum(until(end) - until(begin - 1), 0), dtype=np.float64)

    def present(self, on: Days) -> NDArray[np.float64]:
        """How many students are enrolled on each day."""
        came, gone = np.sort(self.enrolled), np.sort(self.last)
        return (np.searchsorted(came, on, side="right") - np.searchsorted(gone, on)).astype(np.float64)


def leave_rows(leave: Leave) -> list[Row]:
    """Rates, lengths and dependence on mood."""
    return [*_rates(leave), *_lengths(leave), *_moods(leave)]


def _rates(leave: Leave) -> list[Row]:
    rows, size = [], len(leave.years)
    for what, types, targets, give in (
        ("sick episodes a year", ILLNESS, SICK, 0.15),
        ("personal leave episodes a year", ("personal",), PERSONAL, 0.15),
        (TRUANTS, ("unexcused",), TRUANT, 0.35),
        ("suspensions a year", ("suspension",), SUSPENDED, 0.35),
    ):
        counts = np.bincount(leave.student[np.isin(leave.type, types)], minlength=size).astype(np.float64)
        if what == TRUANTS:
            counts = np.minimum(counts, 1)
        for stage, target in enumerate(targets):
            here = leave.city.stage == stage
            bounds = ((1 - give) * target, (1 + give) * target)
            rows.append(rate("leave", what, STAGES[stage].code, bounds, counts[here], leave.years[here]))
    ill = np.isin(leave.type, ILLNESS)
    lost = np.bincount(leave.student[ill], leave.lost[ill], size).astype(np.float64)
    what = "sickness absence, share of school days"
    return [*rows, rate("leave", what, "all", (0.001, 0.008), lost, leave.years * leave.year)]


def _lengths(leave: Leave) -> list[Row]:
    sick = leave.type == "sick"
    length = leave.lost[sick]
    return [
        mean("leave", "days a sick episode", "all", (1.4, 2.3), length, leave.student[sick]),
        mean(
            "leave",
            "sick episodes of ten days or more",
            "all",
            (0.005, 0.015),
            (length >= 10).astype(float),
            leave.student[sick],
        ),
        _dispersion(leave),
    ]


def _dispersion(leave: Leave) -> Row:
    """The negative binomial's k of a school year's episodes of carefree students, by moments within stages."""
    city, first = leave.city, leave.school_days[0]
    calm = city.there(0) & ~city.true("low_mood", 0) & ~city.true("worried", 0) & (leave.enrolled <= first)
    one_year = (leave.start < first + 334) & np.isin(leave.type, ("sick", "personal"))
    counts = np.bincount(leave.student[one_year], minlength=len(calm)).astype(np.float64)
    excess, squares, n = 0.0, 0.0, 0
    for stage in range(len(STAGES)):
        mine = counts[calm & (city.stage == stage)]
        if len(mine) > 1:
            excess += len(mine) * (mine.var() - mine.mean())
            squares += len(mine) * mine.mean() ** 2
            n += len(mine)
    found = squares / excess if excess > 0 else np.nan
    return Row(
        "leave", "dispersion k of episodes a year", "carefree", 0.2, 0.4, float(found), 3 / np.sqrt(max(n, 1)), n
    )


def halves(leave: Leave) -> list[tuple[int, int, int]]:
    """The half-years of which the truth is kept: wave, first and last day."""
    period, found = leave.period, []
    for wave, day in enumerate(leave.city.index_dates):
        half = int(period.half(np.array([day]))[0])
        first = int(period.half_starts[half])
        last = int(period.half_starts[half + 1]) - 1 if half + 1 < period.halves else period.last
        found.append((wave, first, last))
    return found


def mood_then(leave: Leave, column: str) -> NDArray[np.int64]:
    """Whether each episode began in a half-year of low mood or worry; −1 where the truth is not kept."""
    then = np.full(len(leave.start), -1)
    for wave, first, last in halves(leave):
        inside = (leave.start >= first) & (leave.start <= last) & leave.city.there(wave)[leave.student]
        then[inside] = leave.city.true(column, wave)[leave.student[inside]]
    return then


def _moods(leave: Leave) -> list[Row]:
    city, rows, stages = leave.city, [], len(STAGES)
    own = np.isin(leave.type, OWN)
    low = [city.true("low_mood", wave) for wave in range(len(city.index_dates))]
    worried = [city.true("worried", wave) & ~low[wave] for wave in range(len(city.index_dates))]
    for what, target, exposed, others in (
        ("episodes, times with low mood", (2.6, 4.2), low, [~one for one in low]),
        (
            "episodes, times with worry only",
            (1.39, 2.06),
            worried,
            [~a & ~b for a, b in zip(low, worried, strict=True)],
        ),
    ):
        events, time = np.zeros((stages * len(low), 2)), np.zeros((stages * len(low), 2))
        for wave, first, last in halves(leave):
            inside = own & (leave.start >= first) & (leave.start <= last)
            there = leave.at_school(first, last) * city.there(wave)
            for side, who in enumerate((others[wave], exposed[wave])):
                place = leave.student[inside & who[leave.student] & city.there(wave)[leave.student]]
                rows_of = slice(wave * stages, (wave + 1) * stages)
                events[rows_of, side] = np.bincount(city.stage[place], minlength=stages)
                time[rows_of, side] = np.bincount(city.stage, there * who, stages)
        rows.append(rate_ratio("leave", what, "all", target, events, time, np.arange(len(events))))
    hits, exposed, strata = [], [], []
    for wave, first, last in halves(leave):
        inside = (leave.type == "unexcused") & (leave.start >= first) & (leave.start <= last)
        truant = np.bincount(leave.student[inside], minlength=len(city.students)) > 0
        here = city.there(wave)
        hits.append(low[wave][here])
        exposed.append(truant[here])
        strata.append(city.stage[here])
    odds = log_odds("leave", "", "all", (0, 0), np.concatenate(hits), np.concatenate(exposed), np.concatenate(strata))
    ratio = float(np.exp(odds.generated))
    rows.append(Row("leave", "odds ratio of low mood with truancy", "all", 2.9, 4.5, ratio, ratio * odds.error, odds.n))
    return rows
