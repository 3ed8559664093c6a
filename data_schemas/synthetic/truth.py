"""The latent truth at each index date: for judging methods, never for making features."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.synthetic.concerns import Crises
from data_schemas.synthetic.flags import FLAGS
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.period import Period, words
from data_schemas.synthetic.structure import Roster

HORIZON_DAYS = 90


def truth_table(
    roster: Roster,
    flags: NDArray[np.bool_],
    latent: Latent,
    found: Crises,
    concealed: NDArray[np.bool_],
    period: Period,
) -> pd.DataFrame:
    """One row a student enrolled at that index date; `concealed` has the shape (students, waves).

    `need` is what everyone's perfect interview would find within 90 days: level 2 or above, or a crisis. Where the
    period ends earlier, crises that have not happened yet are not counted. Traits are without the mood of the day.
    `circumstances` are the family's true ones, whatever the roster says, joined by `;`.
    """
    circumstances, frames = _circumstances(flags), []
    for wave, end in enumerate(period.wave_ends):
        half = int(period.half(np.array([end]))[0])
        soon = found.student[(found.day > end) & (found.day <= end + HORIZON_DAYS)]
        here = np.flatnonzero(roster.present(np.arange(roster.n), np.full(roster.n, end)))
        crisis = np.isin(here, soon)
        frames.append(
            pd.DataFrame(
                {
                    "student_id": words(roster.ids, here),
                    "index_date": words([str(np.datetime64(end, "D"))], np.zeros(len(here), dtype=np.int64)),
                    "depression": latent.depression[here, half].round(4),
                    "anxiety": latent.anxiety[here, half].round(4),
                    "suicidality": latent.suicidality[here, half].round(4),
                    "severity": latent.severity[here, half].round(4),
                    "level": latent.level[here, half],
                    "crisis": crisis,
                    "need": (latent.level[here, half] >= 2) | crisis,
                    "low_mood": latent.low_mood[here, half],
                    "worried": latent.worried[here, half],
                    "concealed": concealed[here, wave],
                    "bullied": latent.bullied[here],
                    "maltreated": latent.maltreated[here],
                    "circumstances": circumstances[here],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _circumstances(flags: NDArray[np.bool_]) -> NDArray[np.object_]:
    masks, place = np.unique(flags @ (1 << np.arange(len(FLAGS))), return_inverse=True)
    words = [";".join(flag.code for bit, flag in enumerate(FLAGS) if mask >> bit & 1) for mask in masks]
    return np.array(words, dtype=object)[place]
