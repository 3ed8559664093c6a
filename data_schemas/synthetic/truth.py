"""The latent truth at each index date: for judging methods, never for making features."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.synthetic.concerns import Crises
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.structure import Roster

HORIZON_DAYS = 90


def truth_table(
    roster: Roster, latent: Latent, found: Crises, concealed: NDArray[np.bool_], period: Period
) -> pd.DataFrame:
    """One row a student enrolled at that index date; `concealed` has the shape (students, waves).

    `need` is what everyone's perfect interview would find within 90 days: level 2 or above, or a crisis. Where the
    period ends earlier, crises that have not happened yet are not counted.
    """
    frames = []
    for wave, end in enumerate(period.wave_ends):
        half = int(period.half(np.array([end]))[0])
        soon = found.student[(found.day > end) & (found.day <= end + HORIZON_DAYS)]
        crisis = np.isin(np.arange(roster.n), soon)
        frame = pd.DataFrame(
            {
                "student_id": roster.ids,
                "index_date": str(np.datetime64(end, "D")),
                "depression": latent.depression[:, half].round(4),
                "anxiety": latent.anxiety[:, half].round(4),
                "suicidality": latent.suicidality[:, half].round(4),
                "severity": latent.severity[:, half].round(4),
                "level": latent.level[:, half],
                "crisis": crisis,
                "need": (latent.level[:, half] >= 2) | crisis,
                "concealed": concealed[:, wave],
            }
        )
        frames.append(frame[roster.present(np.arange(roster.n), np.full(roster.n, end))])
    return pd.concat(frames, ignore_index=True)
