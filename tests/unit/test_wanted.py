"""Which questionnaires a student should have: those used together with what was answered."""

from dataclasses import replace

import pytest

from models import Artifact, read_policy
from models.policy import Questionnaires
from models.quality import wanted
from models.spline_model import SplineModel
from tests.students import assessed as assess_all
from tests.students import phq9, sheet, student
from tests.trained import trained_artifact

MODEL = ("phq9", "gad7", "mht", "cesd")
SETS = (("phq9", "gad7"), ("mht", "sdq_self"))


@pytest.mark.parametrize(
    ("answered", "found"),
    [
        ((), ["phq9", "gad7", "mht", "cesd"]),
        (("phq9",), ["phq9", "gad7"]),
        (("phq9", "gad7"), ["phq9", "gad7"]),
        (("cesd",), ["cesd"]),
        (("mht",), ["mht"]),
        (("phq9", "cesd"), ["phq9", "gad7", "cesd"]),
        (("isi",), ["phq9", "gad7", "mht", "cesd"]),
    ],
    ids=["none", "one of a set", "the whole set", "alone", "a set the model reads in part", "two sets", "another"],
)
def test_what_stands_in_one_set_with_what_was_answered_is_expected(answered: tuple[str, ...], found: list[str]) -> None:
    assert wanted(answered, MODEL, SETS) == found


def test_half_a_set_is_missing_and_no_sheet_at_all_is_everything() -> None:
    one = student(responses=[phq9()])
    both = student(responses=[phq9(), sheet("gad7", [0] * 7)])
    none = student()
    said = [assess_all([who], trained_artifact("logistic"))[0].data_quality for who in (one, both, none)]
    assert [set(quality.missing) & {"phq9", "gad7"} for quality in said] == [{"gad7"}, set(), {"phq9", "gad7"}]
    assert [quality.confidence for quality in said] == ["low", "ok", "low"]


def test_that_another_schools_questionnaire_is_missing_is_no_reason() -> None:
    """The invented model reads gad7 beside phq9; in schools that use them apart its absence says nothing."""
    apart = read_policy().model_copy(update={"questionnaires": Questionnaires(together=())})
    artifact = trained_artifact("logistic")
    weighty = replace(artifact, model=replace(artifact.model, scorer=_missing_weighs(artifact)))
    one = student(responses=[phq9()])
    together, alone = (
        {reason.feature for reason in assess_all([one], weighty, policy)[0].reasons}
        for policy in (read_policy(), apart)
    )
    assert "gad7_missing" in together
    assert "gad7_missing" not in alone


def _missing_weighs(artifact: Artifact) -> SplineModel:
    """The regression, with a curve under which a questionnaire's absence is the strongest reason there is."""
    scorer = artifact.model.scorer
    assert isinstance(scorer, SplineModel)
    place = [feature.name for feature in artifact.features].index("gad7_missing")
    knots, heights = list(scorer.knots), list(scorer.heights)
    knots[place], heights[place] = (0.0, 1.0), (-1.0, 5.0)
    return replace(scorer, knots=tuple(knots), heights=tuple(heights))
