"""Up to when outcomes were gathered, and for which index dates the horizon was over by then."""

from datetime import date, timedelta

import pandas as pd

from data_schemas.dataset import Dataset


def outcomes_until(dataset: Dataset) -> date:
    """The as-of date, or the last entry or observation of an outcome where that is later."""
    as_of, outcomes = dataset.description.as_of, dataset.tables.get("outcomes")
    last = pd.NaT if outcomes is None else outcomes[["observed_on", "recorded_on"]].max().max()
    return as_of if pd.isna(last) else max(as_of, last.date())


def open_dates(dataset: Dataset) -> tuple[date, ...]:
    """Index dates, in their absence the as-of date, whose horizon was not over when the outcomes end: until then only
    positives can be known, and a rate among those is none. A one-time survey has none."""
    description = dataset.description
    if description.label is None or description.mode == "concurrent":
        return ()
    last, horizon = outcomes_until(dataset), timedelta(days=description.label.horizon_days)
    return tuple(on for on in description.index_dates or (description.as_of,) if on + horizon > last)
