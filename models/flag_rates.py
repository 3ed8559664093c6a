"""What share of a screening wave each floor of a questionnaire flags: to be looked at before it is switched on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import day_to_date
from data_schemas.codes import Sex, Stage
from data_schemas.instruments import meets
from data_schemas.instruments.parts import Expected
from models.floors.answers import is_on, own_rule
from models.floors.blanks import BLANK_RULE, BLANK_TIER, left_blank
from models.floors.totals import floor_id
from models.policy import Policy
from models.records import Records
from models.sheets import Bools, Sheets

WAVE_SHARE = 0.10  # fewer of the students are no wave: a questionnaire for those who are indicated flags most of them
DAYS_BETWEEN_WAVES = 45  # a longer time without a sheet of the questionnaire parts two waves


@dataclass(frozen=True)
class Share:
    """Of `screened` students with a sheet, `flagged` are met by the floor."""

    flagged: int
    screened: int

    @property
    def value(self) -> float:
        return self.flagged / self.screened if self.screened else 0.0


@dataclass(frozen=True)
class FlagRate:
    """One floor in one wave, by a sheet's own answers; what other records add (to R02) is not counted. `groups` go by
    stage and sex, and hold only groups with a sheet. `too_many` says that the floor flags more than the policy's limit
    of a wave."""

    floor: str
    instrument: str
    tier: str
    switched_on: bool
    wave_from: str
    wave_to: str
    overall: Share
    groups: dict[tuple[str, str], Share]
    expected: tuple[Expected, ...]
    too_many: bool


def flag_rates(
    records: Records, policy: Policy, *, every_wave: bool = False, until: int | None = None
) -> list[FlagRate]:
    """Every floor of every questionnaire that was answered, for its newest wave or for all; the most flagging first.

    `until` leaves out sheets that were filled in or received after that day.
    """
    found = []
    for whole in records.sheets.values():
        sheets = whole if until is None else whole.take(np.flatnonzero(whole.known(until)))
        waves = _waves(sheets.day)
        for start, end in waves if every_wave else waves[-1:]:
            rows = (sheets.day >= start) & (sheets.day <= end)
            for name, tier, on, met, expected in _floors(sheets, policy):
                found.append(_rate(records, sheets, name, tier, on, met & rows, rows, expected, (start, end), policy))
    return sorted(found, key=lambda rate: (-rate.overall.value, rate.floor, rate.wave_from))


def _floors(sheets: Sheets, policy: Policy) -> Iterator[tuple[str, str, bool, Bools, tuple[Expected, ...]]]:
    """Name, tier, whether it is on, which sheets it meets, and what was expected."""
    instrument, answers = sheets.instrument, sheets.scores.answers
    everything = np.ones(len(sheets.day), dtype=bool)
    for floor in instrument.floors:
        on = policy.floors.instruments and floor_id(instrument, floor) not in policy.floors.off
        yield floor_id(instrument, floor), floor.tier, on, meets(sheets.scores, floor), floor.expected
    by_rule: dict[tuple[str, str], Bools] = {}
    for critical in instrument.critical:
        for level in critical.levels:
            key = level.rule or own_rule(instrument), level.tier
            met = answers[:, critical.item - 1] >= level.at_least
            by_rule[key] = by_rule[key] | met if key in by_rule else met
    for (rule, tier), met in by_rule.items():
        yield rule, tier, is_on(rule, policy), met, ()
    if instrument.critical:
        yield BLANK_RULE, BLANK_TIER.code, is_on(BLANK_RULE, policy), left_blank(sheets, everything), ()


def _rate(
    records: Records,
    sheets: Sheets,
    name: str,
    tier: str,
    on: bool,
    met: Bools,
    rows: Bools,
    expected: tuple[Expected, ...],
    wave: tuple[int, int],
    policy: Policy,
) -> FlagRate:
    n = len(records)
    screened, flagged = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    screened[sheets.student[rows]] = True
    flagged[sheets.student[met]] = True
    stage, sex = records.students["stage"], records.students["sex"]
    groups = {}
    for one in Stage:
        for other in Sex:
            mine = (stage == one.place) & (sex == other.place)
            if (screened & mine).any():
                groups[one.code, other.code] = _share(flagged & mine, screened & mine)
    overall = _share(flagged, screened)
    return FlagRate(
        floor=name,
        instrument=sheets.instrument.code,
        tier=tier,
        switched_on=on,
        wave_from=day_to_date(wave[0]).isoformat(),
        wave_to=day_to_date(wave[1]).isoformat(),
        overall=overall,
        groups=groups,
        expected=expected,
        too_many=overall.value > policy.floors.flag_rate_limit and overall.screened >= WAVE_SHARE * n,
    )


def _share(flagged: Bools, screened: Bools) -> Share:
    return Share(int(flagged.sum()), int(screened.sum()))


def _waves(days: NDArray[np.int64]) -> list[tuple[int, int]]:
    """First and last day of each wave."""
    ordered = np.unique(days)
    if not len(ordered):
        return []
    breaks = np.flatnonzero(np.diff(ordered) > DAYS_BETWEEN_WAVES)
    starts, ends = np.append(0, breaks + 1), np.append(breaks, len(ordered) - 1)
    return [(int(ordered[start]), int(ordered[end])) for start, end in zip(starts, ends, strict=True)]
