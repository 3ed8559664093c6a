"""How the totals of a questionnaire lie in a file, beside what was published: read with the wrong coding they lie
elsewhere."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from data_schemas.coding import critical_items, scores_within
from data_schemas.instruments import CRITICAL_STATUSES, Instrument, join_scores, meets

QUARTERS = (0.25, 0.5, 0.75)
MOST = 0.5  # no floor was published to flag half of a school: before the students the coding is looked at
FEWEST_SHEETS = 20  # with fewer a share says little


LOOK_FIRST = "no floor was published for so many: is the coding right? Look at the preview before the students"


def doubtful_floors(instrument: Instrument, sheets: pd.DataFrame) -> Iterator[str]:
    """What is to be said of each floor that most of the sheets reach: the coding comes first, and the floor stays on.
    The same of an item about safety that most answered above its lowest."""
    told = distribution(instrument, sheets)
    if told is None or told["sheets"] < FEWEST_SHEETS:
        return
    for floor in told["floors"]:
        if floor["doubtful"]:
            yield f"{floor['share']:.0%} of the sheets reach {floor['code']}: {LOOK_FIRST}"
    for item, found in told["critical"].items():
        share = found["positive"] / told["sheets"]
        if share > MOST:
            yield f"{share:.0%} answered item {item}, about safety, above the lowest: {LOOK_FIRST}"


def distribution(instrument: Instrument, sheets: pd.DataFrame) -> dict[str, Any] | None:
    """Quartiles of the totals, how many answered a critical item above its lowest or left it blank, and of each floor
    the share of sheets that reach it beside the published shares. `sheets` are canonical rows; None where none of them
    can be scored. A floor that most of a file reaches is `doubtful`: the coding comes first."""
    parts = [scores for _, scores in scores_within(instrument, sheets) if len(scores)]
    if not parts:
        return None
    scores = join_scores(parts)
    statuses = critical_items(instrument, sheets)
    totals = scores.total[~np.isnan(scores.total)]
    return {
        "sheets": len(scores),
        "with_total": len(totals),
        "quartiles": np.quantile(totals, QUARTERS).tolist() if len(totals) else [],
        "lowest": instrument.lowest,
        "highest": instrument.highest,
        "critical": {
            str(critical.item): {word: int((statuses[:, place] == n).sum()) for n, word in enumerate(CRITICAL_STATUSES)}
            for place, critical in enumerate(instrument.critical)
        },
        "floors": [
            {
                "code": floor.code,
                "share": (share := float(meets(scores, floor).mean())),
                "doubtful": len(scores) >= FEWEST_SHEETS and share > MOST,
                "expected": [one.model_dump(include={"share", "zh", "en"}) for one in floor.expected],
            }
            for floor in instrument.floors
        ],
    }
