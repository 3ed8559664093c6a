"""One step for the worse never lowers the margin: an answer, a day of leave, a flag, a report."""

from datetime import date, timedelta

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data_schemas.codes import LeaveReason
from models import Artifact
from models.features.catalogue import MODEL_CONCERNS
from models.features.leave_days import ABSENCE
from models.risk_model import margins
from tests.examples import examples
from tests.strategies import ADVERSE_FLAGS, days, students
from tests.students import AS_OF, Request, assessed, concern, flag, leave, student
from tests.trained import FEATURES

MANY = settings(max_examples=examples(40))


def margin(artifact: Artifact, request: Request) -> float:
    found = assessed([request], artifact)[0].margin
    assert found is not None
    return found


@given(students(consent=False, collected=True), st.data())
@MANY
def test_a_higher_answer(artifact: Artifact, request: Request, data: st.DataObject) -> None:
    steps = [
        (place, item)
        for place, row in enumerate(request["responses"])
        for item, answer in enumerate(row["answers"])
        if answer is not None and answer < 3
    ]
    assume(steps)
    place, item = data.draw(st.sampled_from(steps))
    rows = [{**row, "answers": list(row["answers"])} for row in request["responses"]]
    rows[place]["answers"][item] += 1
    assert margin(artifact, {**request, "responses": rows}) >= margin(artifact, request)


@given(
    students(consent=False, collected=True),
    days(0, 380),
    st.sampled_from([kind.code for kind in ABSENCE]),
    st.one_of(st.none(), st.sampled_from(LeaveReason.codes())),
    st.sampled_from([None, 1]),
)
@MANY
def test_one_more_day_of_leave(
    artifact: Artifact, request: Request, day: date, kind: str, reason: str | None, halves: int | None
) -> None:
    more = [*request["leaves"], leave(day, day, kind, reason_code=reason, half_days=halves)]
    assert margin(artifact, {**request, "leaves": more}) >= margin(artifact, request)


@given(students(consent=False), st.sampled_from(ADVERSE_FLAGS), days(0, 300))
@MANY
def test_a_flag_from_no_to_unknown_to_yes(artifact: Artifact, request: Request, name: str, since: date) -> None:
    others = [row for row in request["family"] or [] if row["flag"] != name]
    steps = [
        margin(artifact, {**request, "family": [*others, flag(name, value, since)]})
        for value in ("no", "unknown", "yes")
    ]
    assert steps == sorted(steps), f"{name}: {steps}"


@given(students(consent=False, collected=True), st.sampled_from(MODEL_CONCERNS), days(0, 380))
@MANY
def test_one_more_concern(artifact: Artifact, request: Request, kind: object, on: date) -> None:
    more = [*request["concerns"], concern(getattr(kind, "code", ""), on)]
    assert margin(artifact, {**request, "concerns": more}) >= margin(artifact, request)


@given(students(consent=False, collected=True), st.sampled_from(MODEL_CONCERNS))
@MANY
def test_asked_and_unknown_is_between_no_and_yes(artifact: Artifact, request: Request, kind: object) -> None:
    code = getattr(kind, "code", "")
    others = [row for row in request["concerns"] if row["kind"] != code]
    steps = [
        margin(artifact, {**request, "concerns": [*others, concern(code, value=value)]})
        for value in ("no", "unknown", "yes")
    ]
    assert steps == sorted(steps), f"{code}: {steps}"


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=examples(40))
def test_every_adverse_feature_one_by_one(artifact: Artifact, seed: int) -> None:
    """On the matrix itself, also for combinations that records do not give: raised by any amount, never lower."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 28, (40, len(FEATURES))) / rng.choice([1, 2, 9])
    adverse = [place for place, feature in enumerate(FEATURES) if feature.direction == 1]
    raised = values.copy()
    place = rng.choice(adverse, len(values))
    raised[np.arange(len(values)), place] += rng.choice([0.5, 1, 3, 20])
    before, after = margins(artifact.model, values).value, margins(artifact.model, raised).value
    worst = int(np.argmin(after - before))
    assert (after >= before).all(), f"raising {FEATURES[place[worst]].name} lowered the margin"


def test_the_step_of_a_flag_is_felt(artifact: Artifact) -> None:
    """The models here do react, so that the properties above mean something."""
    none = [flag(name, "no") for name in ADVERSE_FLAGS]
    plain = student(family=none)
    assert margin(artifact, {**plain, "family": [*none[:-1], flag(ADVERSE_FLAGS[-1])]}) > margin(artifact, plain)
    much = [leave(AS_OF - timedelta(days=7 * week)) for week in range(8)]
    assert margin(artifact, {**plain, "leaves": much}) > margin(artifact, plain)
    assert margin(artifact, {**plain, "concerns": [concern("bullying")]}) > margin(artifact, plain)
