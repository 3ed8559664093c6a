"""Screening: assess everyone of a dataset as of a day, and put the result in force."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from data_schemas.calendar import date_to_day
from data_schemas.codes import Tier
from data_schemas.coding import check_coding
from data_schemas.dataset import Dataset
from data_schemas.excerpt import came_later
from data_schemas.roster import settle_roster
from data_schemas.school_days import Calendars
from models import Artifact, ModelStatus, Policy, enrolled, look_around, records_of
from models.flag_rates import flag_rates
from models.triage import ZONE
from runxin.errors import bad_data, usage
from serving.replay import code_fingerprint, run_inputs
from serving.screening.corrections import as_it_may_be_read
from serving.screening.outcomes import outcomes_of, with_sent
from serving.screening.parts import Progress, assessed
from serving.screening.rows import consents_given, contacts_of, feeds_of, keep_staff, students_of, withdrawals_of
from serving.screening.strangers import clashing, on_no_roster
from serving.store import (
    Filing,
    Packed,
    Published,
    RunFacts,
    Store,
    clashes,
    earlier_margins,
    make_run,
    newest_run,
    publish_run,
    sent_outcomes,
    whose_consents_were_sent,
)


@dataclass(frozen=True)
class Screening:
    """What a screening found, in counts. `published` is false where the same screening was in the store before."""

    run_id: str
    published: bool
    as_of: date
    students: int
    schools: int
    tiers: dict[str, int]  # as assessed from the records; what people found since stands on the list
    floors: dict[str, int]  # students per rule
    flooding: dict[str, float]  # share of the newest wave, for floors that flag more of it than the policy's limit
    miscoded: dict[str, int]  # items that run against the others, for questionnaires that look wrongly coded
    not_screened: int
    retest: int
    opened: int
    strangers: int  # whom the roster could not place
    later: dict[str, int]  # rows of each table that came in after the day: the screening of a later day reads them
    in_force: bool  # at every school of it
    behind: list[str]  # schools at which another list goes before it
    model: ModelStatus
    synthetic: bool


def may_rank(artifact_origin: str, dataset_origin: str) -> bool:
    """Whether a model may rank these students: one trained on local data ranks local students; beside that only a
    demonstration on data of the model's own kind, never real students by a foreign or a synthetic model."""
    return artifact_origin == dataset_origin


def publish_screening(
    store: Store,
    dataset: Dataset,
    as_of: date,
    artifact: Artifact | None,
    policy: Policy,
    now: datetime,
    *,
    status: str = "none",
    schools: Sequence[str] | None = None,
    actor: str = "cli",
    calendars: Calendars | None = None,
    progress: Progress = lambda _done, _of: None,
) -> Screening:
    """Assess all enrolled students of the dataset, or of `schools`, and publish the list, whole or not at all. Evidence
    about anybody else in it is filed all the same, for a person to find out who it is. What became known after the day,
    evidence, words and contacts alike, is kept by the screening of a later day.

    `status` says why there is no artifact: `none` or `unavailable`. `progress` hears how many students have been
    assessed, and of how many; publishing comes after that. A dataset without a calendar of its own goes by
    `calendars`. Raises `UserError` for a day that has not come, an unknown
    school, nobody enrolled, and a model that may not rank these students.
    """
    if not dataset.fingerprint:
        raise ValueError("only a dataset that was read from a folder can be published")
    if artifact is not None and not may_rank(artifact.manifest.data_origin, dataset.description.origin):
        raise bad_data(f"a {artifact.manifest.data_origin} model may not rank {dataset.description.origin} students")
    if as_of > now.astimezone(ZONE).date():
        raise usage(f"{as_of.isoformat()} has not come yet", fix="screen as of today or of a day before")
    dataset = as_it_may_be_read(store, dataset, policy.consent.by_age)
    settled = settle_roster(dataset, as_of)
    given, its_own, dataset = dataset, settled.enrolled, with_sent(settled.enrolled, sent_outcomes(store), as_of)
    records = records_of(dataset, calendars)
    records = replace(records, around=look_around(records, date_to_day(as_of), policy.response_quality))
    at_school = enrolled(records, date_to_day(as_of))
    everyone = students_of(dataset, set(records.ids[at_school]), schools)
    apart = clashes(store, list(everyone.values()), {one.school_id for one in everyone.values()})
    students = {one: who for one, who in everyone.items() if one not in apart}
    if not students:
        raise bad_data(f"nobody is enrolled on {as_of.isoformat()}", fix="choose another --as-of")
    here = sorted({student.school_id for student in students.values()})
    earlier = earlier_margins(store, here, as_of) if artifact is not None else {}
    earlier = {who: then for who, then in earlier.items() if who in students}
    rows = np.array([row for row in np.flatnonzero(at_school) if records.ids[row] in everyone], dtype=np.intp)
    told, model = assessed(records, rows, as_of, artifact, policy, status, earlier, progress)
    unplaced = clashing(told, apart, everyone, its_own, as_of)
    found = [one for one in told if one.student_id in students]
    asked, why_not = (artifact, None) if model.status == "ok" else (None, model.status)
    margins = {one.student_id: earlier[one.student_id].margin for one in found if one.changed}
    run = make_run(
        fingerprint=dataset.fingerprint,
        as_of=as_of,
        code=_made_by(calendars),
        synthetic=dataset.description.synthetic,
        data_origin=dataset.description.origin,
        model=model,
        schools=here,
        published_at=now,
    )
    unplaced = unplaced.joined(on_no_roster(store, given, settled, as_of, policy, calendars, here, now, schools))
    words = [
        (word, school)
        for word, school in outcomes_of(its_own, here)
        if word.student_id in students and word.known_on <= as_of
    ]
    facts = RunFacts(
        strangers=unplaced.strangers,
        filings=[
            *(Filing(one.student_id, students[one.student_id].school_id, one.proven) for one in found),
            *unplaced.filings,
        ],
        outcomes=[*words, *unplaced.outcomes],
        contacts=contacts_of(its_own, students, as_of),
        withdrawals=withdrawals_of(store, dataset, records, as_of, students.keys()),
        consents=consents_given(dataset, whose_consents_were_sent(store), students.keys(), as_of) | unplaced.consents,
        feeds=feeds_of(dataset, here),
        asked=unplaced.asked,
        named=frozenset(given.students["student_id"]),
    )
    ids = [one.student_id for one in found]
    inputs = run_inputs(dataset, records, as_of, asked, why_not, policy, calendars, ids, here, margins)
    published = publish_run(store, run, list(students.values()), found, facts, actor, inputs)
    if published.new:
        keep_staff(store, dataset, here, actor, now)
    flooding = {
        rate.floor: rate.overall.value
        for rate in flag_rates(records, policy, until=date_to_day(as_of))
        if rate.switched_on and rate.too_many
    }
    today = now.astimezone(ZONE).date()
    standing = [newest_run(store, school, today) for school in here]
    return _summary(
        published,
        as_of,
        found,
        flooding,
        _miscoded(dataset),
        len(here),
        model,
        dataset.description.synthetic,
        len(unplaced.filings),
        came_later(given, as_of),
        [school for school, one in zip(here, standing, strict=True) if one is None or one.run_id != published.run_id],
    )


def _miscoded(dataset: Dataset) -> dict[str, int]:
    """Faults of a coding as a whole have no row."""
    found = {
        code: sum(problem.row is None for problem in check_coding(dataset.instruments[code], sheets)[0])
        for code, sheets in dataset.responses.items()
    }
    return {code: items for code, items in found.items() if items}


def _summary(
    published: Published,
    as_of: date,
    found: Sequence[Packed],
    flooding: dict[str, float],
    miscoded: dict[str, int],
    schools: int,
    model: ModelStatus,
    synthetic: bool,
    strangers: int,
    later: dict[str, int],
    behind: list[str],
) -> Screening:
    tiers = Counter(assessment.tier for assessment in found)
    floors = Counter(rule for assessment in found for rule in assessment.rules)
    return Screening(
        run_id=published.run_id,
        published=published.new,
        as_of=as_of,
        students=len(found),
        schools=schools,
        tiers={tier.code: tiers[tier] for tier in Tier},
        floors=dict(sorted(floors.items())),
        flooding=flooding,
        miscoded=miscoded,
        not_screened=sum(not assessment.screened for assessment in found),
        retest=sum(assessment.retest for assessment in found),
        opened=published.opened,
        strangers=strangers,
        later=later,
        in_force=not behind,
        behind=behind,
        model=model,
        synthetic=synthetic,
    )


def _made_by(calendars: Calendars | None) -> str:
    """What a run was made by beside its data, model and policy: the code, and the operator's calendars."""
    return hashlib.sha256(f"{code_fingerprint()} {(calendars or Calendars()).digest}".encode()).hexdigest()[:16]


def in_force(
    store: Store,
    dataset: Dataset,
    as_of: date,
    artifact: Artifact | None,
    policy: Policy,
    calendars: Calendars | None = None,
) -> str | None:
    """The run that already says what this screening would say, for every school of the dataset; None where not."""
    dataset = with_sent(as_it_may_be_read(store, dataset, policy.consent.by_age), sent_outcomes(store), as_of)
    version = artifact.manifest.version if artifact is not None else None
    wanted = (dataset.fingerprint, as_of, _made_by(calendars), version, policy.name)
    found = set()
    for school in dataset.students["school_id"].unique():
        run = newest_run(store, str(school), as_of)
        if run is None or (run.fingerprint, run.as_of, run.code, run.model.version, run.model.policy) != wanted:
            return None
        found.add(run.run_id)
    return found.pop() if len(found) == 1 else None
