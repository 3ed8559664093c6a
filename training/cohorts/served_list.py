"""Whom a school speaks with first, by an order of its students: the list that serving makes (`models.triage`), for
every order with the same evidence, words, places and lots."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import day_to_date
from data_schemas.codes import Tier
from data_schemas.school_days import Calendars
from models import Policy, Records
from models.columns import NO_DAY
from models.floors import floors_of, leads
from models.quality import newest_evidence
from models.triage import ZONE, Present, StudentFacts, by_deadline, day_start, in_order, plan_week, present_of
from models.triage.from_records import pieces_of_records, words_of_records
from models.triage.order import strengths_of

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
THOUSAND = 1000
HORIZONS = (10, 40, 80, 160)  # interviews a thousand students: a week's, a month's, half a term's and a term's
WEEK_MONTH_TERM = (10, 40, 160)
TIERS = tuple(Tier)


@dataclass(frozen=True)
class DayOfStudents:
    """n students at the end of one day, by evidence and words alone: what every order has in common."""

    facts: tuple[StudentFacts, ...]
    at: datetime
    policy: Policy
    calendars: Calendars

    @cached_property
    def evidence(self) -> Bools:
        """Who has open evidence (n,)."""
        return np.array([bool(self.present(row, 0.0, Tier.ROUTINE).open) for row in range(len(self.facts))], dtype=bool)

    @cached_property
    def _worked_out(self) -> dict[tuple[int, Tier], Present]:
        return {}

    def present(self, row: int, margin: float, tier: Tier) -> Present:
        """The student of a row as an order has it; of the order itself only the tier changes what is due."""
        facts = replace(self.facts[row], margin=margin, model_tier=tier)
        if (row, tier) not in self._worked_out:
            self._worked_out[row, tier] = present_of([facts], self.policy, self.calendars.of(facts.school_id))[0]
        return replace(self._worked_out[row, tier], facts=facts)


def standing_of(records: Records, place: Ints, day: int, policy: Policy, calendars: Calendars) -> DayOfStudents:
    """The students at `place` (n,) among the records at the end of a day, by what was on record then."""
    floors, told, words = floors_of(records, day, policy), leads(records, day, policy), words_of_records(records, day)
    ids, schools, changed = records.ids, records.students["school_id"], newest_evidence(records, day)
    facts = tuple(
        StudentFacts(
            str(ids[row]),
            str(schools[row]),
            model_since=day_start(day_to_date(day if changed[row] == NO_DAY else int(changed[row]))),
            pieces=pieces_of_records([*floors[row], *told[row]]),
            words=words[row],
            screened=True,
        )
        for row in place.tolist()
    )
    return DayOfStudents(facts, datetime.combine(day_to_date(day), time(23, 59), ZONE), policy, calendars)


def found_within(
    standing: DayOfStudents,
    score: Floats,
    tier: Ints,
    inside: Mapping[str, Bools],
    horizons: Sequence[int] = HORIZONS,
) -> dict[str, dict[int, Bools]]:
    """By name of whom the list is filled from (`inside`, (n,) each) and by horizon, who is spoken with (n,) where a
    school holds so many interviews a thousand of them, in the order of `score` (n,) with the tiers (n,) that it gives:
    immediate checks first, then the week's line for so many places, concerns and lots among them, then everyone else
    in order, those last with whom somebody has spoken since their newest evidence."""
    everyone = [
        (row, standing.present(row, float(margin), TIERS[int(of)]))
        for row, (margin, of) in enumerate(zip(score, tier, strict=True))
    ]
    found: dict[str, dict[int, Bools]] = {}
    for name, some in inside.items():
        taken = {horizon: np.zeros(len(everyone), dtype=bool) for horizon in horizons}
        by_school = sorted((pair for pair in everyone if some[pair[0]]), key=_school)
        for school, group in groupby(by_school, key=_school):
            pairs = list(group)
            row_of, mine = {one.student_id: row for row, one in pairs}, [one for _, one in pairs]
            interviews = [round(horizon * len(mine) / THOUSAND) for horizon in horizons]
            for horizon, spoken in zip(horizons, _spoken_with(school, mine, interviews, standing), strict=True):
                taken[horizon][[row_of[one.student_id] for one in spoken]] = True
        found[name] = taken
    return found


def tiers_by_share(score: Floats, policy: Policy) -> Ints:
    """Tiers (n,) as an order gives them that may place the policy's shares of students in each."""
    shares = policy.capacity
    priority = np.quantile(score, 1 - shares.priority_share)
    watch = np.quantile(score, 1 - shares.priority_share - shares.watch_share)
    found: Ints = np.select([score > priority, score > watch], [Tier.PRIORITY.ord, Tier.WATCH.ord], Tier.ROUTINE.ord)
    return found


def _school(pair: tuple[int, Present]) -> str:
    return pair[1].facts.school_id


def _spoken_with(
    school: str, mine: Sequence[Present], interviews: Sequence[int], standing: DayOfStudents
) -> Iterator[list[Present]]:
    """For each number of interviews the first so many, each once."""
    checks, strength = by_deadline(one for one in mine if one.urgent), strengths_of(mine)
    ordered = sorted(in_order(mine, strength, standing.at), key=_spoken_since)
    for number in interviews:
        places = max(number - len(checks), 0)
        line = plan_week(mine, strength, school, places, True, standing.policy, standing.at).line if places else ()
        given = {one.student_id: one for one in [*checks, *(one for one, _ in line)]}
        if len(given) < number:
            given |= {one.student_id: one for one in ordered if one.student_id not in given}
        yield list(given.values())[:number]


def _spoken_since(one: Present) -> bool:
    """Whether somebody has spoken with the student since the newest sheet, leave or report."""
    since = one.facts.model_since
    return one.seen_on is not None and (since is None or one.seen_on >= since.date())


def taken_by_orders(
    standing: DayOfStudents, orders: Mapping[str, tuple[Floats, Ints]], horizons: Sequence[int]
) -> tuple[dict[str, dict[str, dict[int, Bools]]], dict[str, Bools]]:
    """Of everyone and of those outside open evidence: by order (score and tiers, (n,)) and horizon who is spoken with,
    and who belongs there."""
    inside = {"everyone": np.ones(len(standing.facts), dtype=bool), "outside": ~standing.evidence}
    by_order = {name: found_within(standing, *order, inside, horizons) for name, order in orders.items()}
    return {block: {name: of[block] for name, of in by_order.items()} for block in inside}, inside
