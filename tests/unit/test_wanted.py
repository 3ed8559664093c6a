"""Which questionnaires a student should have: those used together with what was answered."""

import pytest

from models.quality import wanted
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
