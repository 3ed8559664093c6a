"""Contributions add up to the margin; reasons are few, honest and readable."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.codes import FamilyFlag
from models import Artifact, Assessment
from models.explanation import MOST_REASONS
from models.risk_model import contributions, margins
from tests.examples import examples
from tests.strategies import students
from tests.students import Request, assessed, flag
from tests.trained import FEATURES

MANY = settings(max_examples=examples(30))
FAMILY = np.array([feature.group == "family" for feature in FEATURES])


def scored(requests: list[Request], artifact: Artifact) -> list[Assessment]:
    return assessed(requests, artifact)


@given(st.lists(students(consent=False), min_size=1, max_size=4), st.lists(st.sampled_from(FamilyFlag.codes())))
@MANY
def test_group_contributions_and_base_are_the_margin(
    artifact: Artifact, requests: list[Request], flags: list[str]
) -> None:
    """Also where the family flags together reach the cap."""
    burdened = [{**one, "family": [*(one["family"] or []), *map(flag, flags)]} for one in requests]
    for said in scored(burdened, artifact):
        assert said.group_contributions is not None
        assert said.base_value is not None
        assert sum(said.group_contributions.values()) + said.base_value == pytest.approx(said.margin, abs=1e-9)
        capped = [reason for reason in said.reasons if reason.group == "family" and "封顶" in reason.text.zh]
        assert said.family_capped is not None
        assert said.family_capped > 0 or not capped, "a cap is spoken of that took nothing"
        assert not said.family_capped or [r for r in said.reasons if r.group == "family"] == capped


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=examples(40))
def test_contributions_family_cap_and_margin_on_any_matrix(artifact: Artifact, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 7, (60, len(FEATURES))) / 2.0
    values[:, FAMILY] = rng.choice([0.0, 0.1, 1.0], (60, int(FAMILY.sum())), p=[0.2, 0.2, 0.6])
    margin = margins(artifact.model, values)
    phi = contributions(artifact.model, values, margin)
    assert np.abs(phi.values.sum(axis=1) + phi.base - margin.value).max() < 1e-9
    excess = margin.value - margin.without_family
    assert excess.max() <= artifact.model.family_cap + 1e-12, "family circumstances count for more than the cap"
    assert (margin.overflow >= 0).all()
    none = values.copy()
    none[:, FAMILY] = 0.0
    assert np.array_equal(margins(artifact.model, none).value, margin.without_family)


def test_the_cap_is_felt(artifact: Artifact) -> None:
    """With every flag at yes both models here would add more than the cap."""
    values = np.zeros((1, len(FEATURES)))
    values[:, FAMILY] = 1.0
    found = margins(artifact.model, values)
    assert found.overflow[0] > 0.1
    assert found.value[0] - found.without_family[0] == pytest.approx(artifact.model.family_cap)


@given(st.lists(students(consent=False), min_size=1, max_size=4))
@settings(max_examples=examples(50))
def test_reasons(artifact: Artifact, requests: list[Request]) -> None:
    for said, request in zip(scored(requests, artifact), requests, strict=True):
        assert len(said.reasons) <= MOST_REASONS == 5
        order = [(reason.contribution < 0, -abs(reason.contribution)) for reason in said.reasons]
        assert order == sorted(order), "what raises stands first, then what eases, the strongest first of each"
        for reason in said.reasons:
            for text in (reason.text.zh, reason.text.en):
                assert text.strip()
                assert "{" not in text
                assert "nan" not in text.lower()
                assert "（）" not in text
                assert "()" not in text
        easing = [reason for reason in said.reasons if reason.contribution < 0]
        assert not (said.floors and easing), "ease is shown while a floor is open"
        _none_from_missing(said, request, easing)


def _none_from_missing(said: Assessment, request: Request, easing: list[object]) -> None:
    features = {getattr(reason, "feature", "") for reason in easing}
    assert not {name for name in features if name.endswith("_missing")}, "absence gives ease"
    for code in ("phq9", "gad7"):
        mine = {name for name in features if name.startswith(code)}
        result = {one.code: one for one in said.instruments}.get(code)
        if result is None or not result.current:
            assert not mine, f"ease from {code}, which has no current sheet"
        earlier = [row for row in request["responses"] or [] if row["instrument"] == code]
        earlier += [row for row in request["scores"] or [] if row["instrument"] == code]
        if len(earlier) < 2:
            assert f"{code}_earlier_max" not in features, "ease from an earlier sheet that was never filled in"
    if request["leaves"] is None:
        named = {name for name in features if name.startswith("leave_") or name.endswith(("_365", "_60"))}
        assert named <= {"leave_days_365"}, f"ease from leave that was not collected: {named}"
        if not request["leave_totals"]:
            assert not named
    if request["concerns"] is None:
        assert not {name for name in features if name.startswith("concern_")}, "ease from reports not collected"


@given(students(consent=False, collected=True))
@MANY
def test_what_is_missing_is_said_only_where_it_is(artifact: Artifact, request: Request) -> None:
    for reason in assessed([{**request, "feeds": []}], artifact)[0].reasons:
        assert reason.feature not in ("leave_missing", "concern_missing"), "both were collected"
