"""How much likelier a raised total is with each circumstance."""

import numpy as np

from data_schemas.codes import Concern, FamilyFlag
from data_schemas.synthetic.calibration.frames import Frames
from data_schemas.synthetic.calibration.row import Row, log_odds
from data_schemas.synthetic.flags import CIRCUMSTANCES
from data_schemas.synthetic.latent import BULLIED_LOG_ODDS, MALTREATED_LOG_ODDS, TRANSFERRED_LOG_ODDS

KNOWN_LOG_ODDS = (
    FamilyFlag.LEFT_BEHIND,
    FamilyFlag.DIVORCED_SINGLE,
    FamilyFlag.REMARRIED,
    FamilyFlag.LOW_INCOME,
    FamilyFlag.PARENT_ILLNESS_DISABILITY,
)


def exposures(city: Frames) -> list[Row]:
    """Log-odds of a total of 10 or more with each circumstance, as the roster says or, where nobody knows, as true."""
    phq, last = city.sheets["phq9"], len(city.index_dates) - 1
    mine = phq.usable & (phq.wave == last)
    student, hits = phq.student[mine], phq.total[mine] >= 10
    strata = city.stage[student] * 2 + np.maximum(city.sex[student], 0)
    family = city.city.dataset.tables["family"]
    now = family[(family["value"] == "yes") & family["valid_to"].isna()]
    exposed = {}
    for flag in KNOWN_LOG_ODDS:
        has = np.zeros(len(city.students), dtype=bool)
        has[city.places(now.loc[now["flag"] == flag.code, "student_id"])] = True
        exposed[flag.code] = (has, CIRCUMSTANCES[flag][1])
    concerns = city.city.dataset.tables["concerns"]
    moved = np.zeros(len(city.students), dtype=bool)
    moved[city.places(concerns.loc[concerns["kind"] == Concern.TRANSFER.code, "student_id"])] = True
    exposed["transfer"] = (moved, TRANSFERRED_LOG_ODDS)
    exposed["bullied (true)"] = (city.true("bullied", last), BULLIED_LOG_ODDS)
    exposed["maltreated (true)"] = (city.true("maltreated", last), MALTREATED_LOG_ODDS)
    return [
        log_odds("exposures", "log-odds of phq9 ≥ 10", name, (target - 0.15, target + 0.15), hits, has[student], strata)
        for name, (has, target) in exposed.items()
    ]
