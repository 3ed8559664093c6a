"""The reference figures of a training: nothing of what the model is judged by enters them."""

from collections.abc import Mapping

import numpy as np

from data_schemas.calendar import date_to_day
from data_schemas.dataset import Dataset
from data_schemas.instruments import Instrument
from models import Records
from models.reference import Reference, make_reference
from training.split import HELD_OUT, hash_fold


def training_reference(
    dataset: Dataset, records: Records, instruments: Mapping[str, Instrument], salt: int
) -> Reference:
    """From what was received by the last index date that is learned from; where students are held out and not a date,
    from those who are learned from."""
    description = dataset.description
    days = sorted(description.index_dates or (description.as_of,))
    everyone = np.ones(len(records), dtype=bool)
    if len(days) > 1 and description.mode != "concurrent":
        return make_reference(records, instruments, date_to_day(days[-2]), everyone)
    learned = hash_fold(records.ids, salt) != HELD_OUT
    return make_reference(records, instruments, date_to_day(days[-1]), learned)
