"""A synthetic city: tables as a platform would deliver them, invented names, and the truth behind them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data_schemas.dataset import NEED_90D, Dataset, Description, conform, table_of, write_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.plain_text import plain_frame
from data_schemas.synthetic.administration import consenting, consents_table, feeds_table, names_table
from data_schemas.synthetic.aftermath import aftermath_reports, discharges
from data_schemas.synthetic.clerical import with_mistakes
from data_schemas.synthetic.concerns import concerns_table, crises, draw_concerns
from data_schemas.synthetic.contacts import contacts_table
from data_schemas.synthetic.flags import family_table, true_flags
from data_schemas.synthetic.interviews import pick
from data_schemas.synthetic.latent import STABLE, draw_latent
from data_schemas.synthetic.leaves import draw_leaves, leaves_table
from data_schemas.synthetic.outcomes import outcomes_table
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.questionnaires import concealing, fill_in, response_table
from data_schemas.synthetic.second_talks import talks_by_place, with_second_talks
from data_schemas.synthetic.sleep import sleep_survey
from data_schemas.synthetic.structure import make_roster, students_table
from data_schemas.synthetic.suspensions import draw_suspensions
from data_schemas.synthetic.truth import truth_table
from runxin.errors import usage

FEWEST = 50
DEFAULT_PERIOD = Period()
SECTIONS = (
    "structure", "flags", "latent", "consent", "away", "sheets", "leaves", "reports", "talks", "outcomes", "names",
    "sleep", "aftermath", "contacts", "second_talks", "clerical",
)  # fmt: skip


@dataclass(frozen=True)
class City:
    """`names` (student_id, name) and `truth` stand beside the dataset and are never written into it."""

    dataset: Dataset
    names: pd.DataFrame
    truth: pd.DataFrame


def make_city(students: int, seed: int, period: Period = DEFAULT_PERIOD, stable: float = STABLE) -> City:
    """Draw a city with so many students, in which so large a share of the traits' variance stays from half-year to
    half-year. The same arguments give the same city, cell by cell.

    Each section has a generator of its own, so that a change in one leaves the others as they were. Raises `UserError`
    for fewer than 50 students.
    """
    if students < FEWEST:
        raise usage(f"a city needs at least {FEWEST} students", fix="ask for more with --students")
    rngs = dict(zip(SECTIONS, np.random.default_rng(seed).spawn(len(SECTIONS)), strict=True))
    roster = make_roster(rngs["structure"], students, period)
    flags = true_flags(rngs["flags"], roster)
    latent = draw_latent(rngs["latent"], roster, flags, period, stable)
    willing = consenting(rngs["consent"], roster)
    away = draw_suspensions(rngs["away"], roster, latent, period)

    concealed = concealing(rngs["sheets"], latent, period)
    everyone = np.arange(roster.n)
    waves = []
    for wave, end in enumerate(period.wave_ends):
        there = willing & ~away.covers(everyone, np.full(roster.n, end), roster.n)
        waves.append(fill_in(rngs["sheets"], roster, latent, there, concealed[:, wave], period, wave))

    silent = int(rngs["leaves"].integers(len(roster.school_ids)))
    leaves = draw_leaves(rngs["leaves"], roster, latent, away, silent, period)
    found = crises(rngs["reports"], roster, latent, away, period)
    reports = draw_concerns(rngs["reports"], roster, latent, found, away, period)
    talks = pick(rngs["talks"], roster, waves, willing, leaves, reports, found, away, period)
    slept = sleep_survey(rngs["sleep"], roster, latent, willing, away, period)
    outcomes = outcomes_table(rngs["outcomes"], roster, latent, talks, found, away, period)
    after = aftermath_reports(rngs["aftermath"], roster, found, talks_by_place(roster, outcomes), away, period)
    home = discharges(rngs["aftermath"], roster, found, away, silent, period)
    tables = {
        "students": students_table(rngs["structure"], roster, period),
        "leaves": leaves_table(roster, pd.concat([leaves, home], ignore_index=True), period),
        "family": family_table(rngs["flags"], roster, flags, period),
        "concerns": concerns_table(roster, pd.concat([reports, slept, after], ignore_index=True)),
        "contacts": contacts_table(rngs["contacts"], roster, leaves, period),
        "outcomes": outcomes,
        "feeds": feeds_table(roster, silent, period),
    }
    born = tables["students"]["birth_date"]
    tables["consents"] = consents_table(rngs["consent"], roster, born, willing, period)
    sheets = [sheets for wave in waves for sheets in wave]
    used = sorted({one.code for one in sheets})
    responses = {
        code: response_table(rngs["sheets"], roster, [one for one in sheets if one.code == code]) for code in used
    }
    tables["outcomes"] = with_second_talks(
        rngs["second_talks"], roster, latent, outcomes, responses, tables["concerns"], after, away, period
    )
    instruments = packaged_instruments()
    known = tables["students"]["student_id"]
    responses = {
        code: with_mistakes(rngs["clerical"], frame, instruments[code], known, period)
        for code, frame in responses.items()
    }
    dataset = Dataset(
        description=_description(students, seed, period),
        tables={name: conform(frame, table_of(name, instruments)) for name, frame in tables.items()},
        responses={
            code: conform(frame, table_of(f"responses/{code}", instruments)) for code, frame in responses.items()
        },
    )
    return City(
        dataset, names_table(rngs["names"], roster), truth_table(roster, flags, latent, found, concealed, period)
    )


def write_city(city: City, out: Path) -> tuple[Path, Path]:
    """Write the dataset to `out`, and `out`.names.csv and `out`.truth.csv beside it, never inside.

    Returns the two paths. Raises `UserError` where `out` already holds something; the files beside it are replaced.
    """
    write_dataset(city.dataset, out)
    place = out.resolve()
    names, truth = (place.with_name(f"{place.name}.{kind}.csv") for kind in ("names", "truth"))
    plain_frame(city.names).to_csv(names, index=False, encoding="utf-8")
    plain_frame(city.truth).to_csv(truth, index=False, encoding="utf-8")
    return names, truth


def _description(students: int, seed: int, period: Period) -> Description:
    return Description(
        name=f"合成数据 synthetic city of {students} students",
        synthetic=True,
        origin="synthetic",
        mode="longitudinal",
        as_of=period.as_of,
        index_dates=period.index_dates,
        label=NEED_90D,
        seed=seed,
    )
