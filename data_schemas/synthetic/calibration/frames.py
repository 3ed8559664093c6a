"""What the measures of a city share: its tables by place, its truth by wave, its sheets scored."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import Days
from data_schemas.instruments import BLANK, score_sheets
from data_schemas.instruments.response_quality import speeding
from data_schemas.synthetic.city import City
from data_schemas.synthetic.items import forms
from data_schemas.synthetic.structure import STAGES

SEXES = ("male", "female")
LEAST_SECONDS = 2.0  # an item, below which a sheet was hardly read


@dataclass(frozen=True)
class ScoredSheets:
    """The sheets of one questionnaire. `student` is a place in the table of students, `total` NaN where it has none
    that holds; `suspect` sheets were too fast."""

    student: NDArray[np.int64]
    wave: NDArray[np.int64]
    day: Days
    answers: NDArray[np.int8]
    total: NDArray[np.float64]
    suspect: NDArray[np.bool_]
    critical: NDArray[np.bool_]

    @property
    def usable(self) -> NDArray[np.bool_]:
        usable: NDArray[np.bool_] = ~np.isnan(self.total) & ~self.suspect
        return usable


@dataclass(frozen=True)
class Frames:
    """A city by places in its table of students."""

    city: City

    @cached_property
    def students(self) -> pd.DataFrame:
        return self.city.dataset.students

    @cached_property
    def stage(self) -> NDArray[np.int64]:
        codes = [stage.code for stage in STAGES]
        return np.asarray(pd.Index(codes).get_indexer(pd.Index(self.students["stage"])))

    @cached_property
    def sex(self) -> NDArray[np.int64]:
        """Place in `SEXES`, −1 where unknown."""
        return np.asarray(pd.Index(SEXES).get_indexer(pd.Index(self.students["sex"])))

    @cached_property
    def class_(self) -> NDArray[np.int64]:
        return np.asarray(self.students.groupby(["school_id", "class_id"]).ngroup().to_numpy())

    @cached_property
    def index_dates(self) -> Days:
        """The index date of each wave, the last one being the as-of date."""
        return np.unique(pd.to_datetime(self.city.truth["index_date"]).to_numpy().astype("datetime64[D]")).astype(
            np.int64
        )

    def places(self, ids: pd.Series) -> NDArray[np.int64]:
        return np.asarray(pd.Index(self.students["student_id"]).get_indexer(pd.Index(ids)))

    def truth(self, wave: int) -> pd.DataFrame:
        """The truth at one index date, one row a student of the table; those who were not there yet are empty."""
        truth = self.city.truth
        day = str(np.datetime64(int(self.index_dates[wave]), "D"))
        mine = truth[truth["index_date"] == day]
        return mine.set_index(self.places(mine["student_id"])).reindex(np.arange(len(self.students)))

    @cached_property
    def truths(self) -> list[pd.DataFrame]:
        return [self.truth(wave) for wave in range(len(self.index_dates))]

    def true(self, column: str, wave: int) -> NDArray[np.bool_]:
        """A column of yes and no; those who were not there are no."""
        values = self.truths[wave][column]
        return np.asarray((values == True).to_numpy())  # noqa: E712 — with gaps the column holds objects

    def there(self, wave: int) -> NDArray[np.bool_]:
        return np.asarray(self.truths[wave]["student_id"].notna().to_numpy())

    @cached_property
    def sheets(self) -> dict[str, ScoredSheets]:
        return {code: self._scored(code) for code in self.city.dataset.responses}

    def _scored(self, code: str) -> ScoredSheets:
        frame = self.city.dataset.responses[code]
        instrument = forms()[code].instrument
        given = np.column_stack(
            [frame[f"item_{item + 1}"].fillna(BLANK).to_numpy(np.int8) for item in range(instrument.items)]
        )
        scores = score_sheets(instrument, np.where(given == BLANK, np.nan, given))
        day = days(frame["administered_on"])
        critical = np.zeros(len(given), dtype=bool)
        for item in instrument.critical:
            critical |= given[:, item.item - 1] >= item.at_least
        return ScoredSheets(
            student=self.places(frame["student_id"]),
            wave=np.searchsorted(self.index_dates, day),
            day=day,
            answers=given,
            total=np.where(scores.valid, scores.total, np.nan),
            suspect=speeding(given, frame["duration_s"].to_numpy(float), LEAST_SECONDS),
            critical=critical,
        )


def days(dates: pd.Series) -> Days:
    """Days since 1970-01-01."""
    return np.asarray(dates.to_numpy().astype("datetime64[D]").astype(np.int64))
