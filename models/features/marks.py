"""What a figure of a questionnaire is worth: beside its band and its day a sentence says how it came about."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import BLANK, Words
from models.sheets import Sheets

Marks = NDArray[np.int8]
# PRORATED: scaled up from the items answered. AT_LEAST: too many blanks for a total. VOID: a validity scale was
# reached. BLANK_ITEM: not answered, read as the mean of the others. NOT_SEEN: of a sheet that came as totals alone.
PLAIN, PRORATED, AT_LEAST, VOID, BLANK_ITEM, NOT_SEEN = range(6)
CAVEATS = {
    PRORATED: Words(zh="按已答题折算", en="prorated from the items answered"),
    AT_LEAST: Words(zh="漏答较多，至少此分", en="many items left blank, at least this"),
    VOID: Words(zh="答卷无效，待重测", en="sheet not valid, to be repeated"),
}
NO_BAND = Words(zh="无公认分段", en="no agreed bands")
NOT_BANDED = Words(zh="未能分段", en="no band can be given")  # of a figure that is only a lower bound


def marks_of(sheets: Sheets, places: NDArray[np.intp], items: NDArray[np.intp], total: int) -> Marks:
    """Of n sheets, a mark for each score of `places`, each item, the number of blanks, and the total again (as that of
    an earlier sheet): (n, scores + items + 2)."""
    scores, instrument, k = sheets.scores, sheets.instrument, len(places)
    found = np.zeros((len(sheets.day), k + len(items) + 2), np.int8)
    blank = scores.answers == BLANK
    for column, place in enumerate(places):
        wanted = np.array(instrument.items_of(instrument.scores[place]), dtype=np.intp) - 1
        gaps = (scores.n_missing > 0) & blank[:, wanted].any(axis=1) if instrument.items else scores.n_missing > 0
        found[:, column] = np.where(gaps, PRORATED, PLAIN)
        found[np.isnan(scores.values[:, place]), column] = AT_LEAST
        found[scores.void, column] = VOID
    missed = np.where(scores.n_missing > 0, BLANK_ITEM, NOT_SEEN).astype(np.int8)
    found[:, k : k + len(items)] = np.where(blank[:, items], missed[:, None], PLAIN)
    found[:, -1] = found[:, total]
    return found
