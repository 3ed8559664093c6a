"""Screening: assess everyone of a dataset as of a day, and put the result in force."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd

from data_schemas.calendar import date_to_day
from data_schemas.codes import ConsentScope, Tier
from data_schemas.coding import check_coding
from data_schemas.dataset import Dataset
from data_schemas.school_days import Calendars
from models import Artifact, Assessment, ModelStatus, Policy, Records, assess, look_around, may_score, records_of
from models.changes import Earlier, changes
from models.flag_rates import flag_rates
from models.triage import ZONE
from runxin.errors import UserError, bad_data, usage
from serving.replay import code_fingerprint, run_inputs
from serving.screening.outcomes import outcomes_of, with_sent
from serving.store import (
    Feed,
    Filing,
    NewContact,
    Published,
    RunFacts,
    Store,
    Student,
    Withdrawal,
    earlier_margins,
    make_run,
    newest_run,
    publish_run,
    sent_outcomes,
)

SCORE = ConsentScope.MODEL_SCORE.code


@dataclass(frozen=True)
class Screening:
    """What a screening found, in counts. `published` is false where the same screening was in the store before."""

    run_id: str
    published: bool
    as_of: date
    students: int
    schools: int
    tiers: dict[str, int]
    floors: dict[str, int]  # students per rule
    flooding: dict[str, float]  # share of the newest wave, for floors that flag more of it than the policy's limit
    miscoded: dict[str, int]  # items that run against the others, for questionnaires that look wrongly coded
    not_screened: int
    retest: int
    opened: int
    strangers: int  # whom the roster could not place
    in_force: bool  # at every school of it
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
) -> Screening:
    """Assess all enrolled students of the dataset, or of `schools`, and publish the list, whole or not at all. Evidence
    about anybody else in it is filed all the same, for a person to find out who it is.

    `status` says why there is no artifact: `none` or `unavailable`. A dataset without a calendar of its own goes by
    `calendars`. Raises `UserError` for a day that has not come, an unknown
    school, nobody enrolled, and a model that may not rank these students.
    """
    if not dataset.fingerprint:
        raise ValueError("only a dataset that was read from a folder can be published")
    if artifact is not None and not may_rank(artifact.manifest.data_origin, dataset.description.origin):
        raise bad_data(f"a {artifact.manifest.data_origin} model may not rank {dataset.description.origin} students")
    if as_of > now.astimezone(ZONE).date():
        raise usage(f"{as_of.isoformat()} has not come yet", fix="screen as of today or of a day before")
    its_own, dataset = dataset, with_sent(dataset, sent_outcomes(store), as_of)
    records = records_of(dataset, calendars)
    records = replace(records, around=look_around(records, date_to_day(as_of), policy.response_quality))
    found, model = _assess(records, as_of, artifact, policy, status)
    students = _students(dataset, found, schools)
    found = [assessment for assessment in found if assessment.student_id in students]
    if not found:
        raise bad_data(f"nobody is enrolled on {as_of.isoformat()}", fix="choose another --as-of")
    here = sorted({student.school_id for student in students.values()})
    earlier = earlier_margins(store, here, as_of) if artifact is not None else {}
    if artifact is not None:
        found = _with_changes(found, records, as_of, artifact, earlier)
    asked, why_not = (artifact, None) if model.status == "ok" else (None, model.status)
    margins = {one.student_id: earlier[one.student_id].margin for one in found if one.change is not None}
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
    facts = RunFacts(
        filings=[Filing(one.student_id, students[one.student_id].school_id, one.proven) for one in found],
        outcomes=outcomes_of(its_own, here),
        contacts=_contacts(its_own, students),
        withdrawals=_withdrawals(dataset, records, as_of, students.keys()),
        feeds=_feeds(dataset, here),
    )
    inputs = run_inputs(dataset, records, as_of, asked, why_not, policy, calendars, found, here, margins)
    published = publish_run(store, run, list(students.values()), found, facts, actor, inputs)
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
        all(one is not None and one.run_id == run.run_id for one in standing),
    )


def _assess(
    records: Records, as_of: date, artifact: Artifact | None, policy: Policy, status: str
) -> tuple[list[Assessment], ModelStatus]:
    if artifact is not None:
        manifest = artifact.manifest
        try:
            found = assess(records, as_of, artifact, policy)
            return found, ModelStatus(manifest.name, manifest.version, policy.name, manifest.data_origin, "ok")
        except UserError:
            status = "unavailable"  # the model does not fit the data; if the data are at fault, the rules say so too
    return assess(records, as_of, None, policy, status=status), ModelStatus(None, None, policy.name, None, status)


def _with_changes(
    found: Sequence[Assessment], records: Records, as_of: date, artifact: Artifact, earlier: Mapping[str, Earlier]
) -> list[Assessment]:
    """With what changed since the screening before, for those whom a model ranked then and ranks now."""
    ranked = {one.student_id for one in found if one.margin is not None}
    moved = changes(records, as_of, artifact, {who: then for who, then in earlier.items() if who in ranked})
    return [replace(assessment, change=moved.get(assessment.student_id)) for assessment in found]


def _students(dataset: Dataset, found: Sequence[Assessment], schools: Sequence[str] | None) -> dict[str, Student]:
    frame = dataset.students
    if schools is not None:
        unknown = sorted(set(schools) - set(frame["school_id"]))
        if unknown:
            raise usage(f"there is no school {unknown[0]!r} in the dataset")
        frame = frame[frame["school_id"].isin(schools)]
    wanted = {assessment.student_id for assessment in found}
    names = ("student_id", "school_id", "class_id", "stage", "grade", "sex", "birth_date")
    rows = zip(*(frame[name].astype(object) for name in names), strict=True)
    return {
        student_id: Student(
            student_id,
            school_id,
            _text(class_id),
            stage,
            None if pd.isna(grade) else int(grade),
            sex=_text(sex),
            birth_date=None if pd.isna(born) else born.date(),
        )
        for student_id, school_id, class_id, stage, grade, sex, born in rows
        if student_id in wanted
    }


def _contacts(dataset: Dataset, students: Mapping[str, Student]) -> list[NewContact]:
    frame = dataset.tables.get("contacts")
    if frame is None:
        return []
    names = ("student_id", "contacted_on", "whom", "recorded_on")
    rows = zip(*(frame[name].astype(object) for name in names), strict=True)
    return [
        NewContact(who, students[who].school_id, on.date(), _text(whom), None if pd.isna(recorded) else recorded.date())
        for who, on, whom, recorded in rows
        if who in students and isinstance(whom, str)  # a row that says nobody was reached is an attempt
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _withdrawals(dataset: Dataset, records: Records, as_of: date, ids: Collection[str]) -> list[Withdrawal]:
    """What is not consented to. Who never gave consent to a model score is kept like who took it back, so that no
    other way in scores them either."""
    frame = dataset.tables.get("consents")
    if frame is None:
        return []
    gone = frame[frame["withdrawn_on"] <= pd.Timestamp(as_of)].sort_values("withdrawn_on")
    rows = zip(gone["student_id"], gone["scope"], gone["withdrawn_on"], strict=True)
    refused = records.ids[~may_score(records, date_to_day(as_of))]
    found = {(str(s), SCORE): Withdrawal(str(s), SCORE, as_of) for s in refused}
    found |= {(student, scope): Withdrawal(student, scope, on.date()) for student, scope, on in rows}
    return [withdrawal for (student, _), withdrawal in found.items() if student in ids]


def _feeds(dataset: Dataset, schools: Sequence[str]) -> list[Feed]:
    """The newest stretch of each school's table."""
    frame = dataset.tables.get("feeds")
    if frame is None:
        return []
    here = frame[frame["school_id"].isin(schools)].sort_values("covered_to")
    rows = zip(*(here[name] for name in ("school_id", "table", "covered_from", "covered_to")), strict=True)
    return list({(s, t): Feed(s, t, start.date(), end.date()) for s, t, start, end in rows}.values())


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
    found: Sequence[Assessment],
    flooding: dict[str, float],
    miscoded: dict[str, int],
    schools: int,
    model: ModelStatus,
    synthetic: bool,
    in_force: bool,
) -> Screening:
    tiers = Counter(assessment.tier for assessment in found)
    floors = Counter(rule for assessment in found for rule in {floor.id for floor in assessment.floors})
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
        retest=sum(bool(assessment.data_quality.retest) for assessment in found),
        opened=published.opened,
        strangers=0,
        in_force=in_force,
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
    dataset = with_sent(dataset, sent_outcomes(store), as_of)
    version = artifact.manifest.version if artifact is not None else None
    wanted = (dataset.fingerprint, as_of, _made_by(calendars), version, policy.name)
    found = set()
    for school in dataset.students["school_id"].unique():
        run = newest_run(store, str(school), as_of)
        if run is None or (run.fingerprint, run.as_of, run.code, run.model.version, run.model.policy) != wanted:
            return None
        found.add(run.run_id)
    return found.pop() if len(found) == 1 else None
