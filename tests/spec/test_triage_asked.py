"""Who has asked what was to be asked: whoever could have seen the sheet."""

import pytest

from models.assessment import DataQuality, Retest
from models.came import Came
from models.triage.clocks import retest_clocks
from tests.factories import assessment, words
from tests.triage_facts import POLICY, SCHOOL, at, day, talk

DUE = POLICY.due


@pytest.mark.parametrize(
    ("file", "asked"),
    [
        ("S-1 (A)", [True, True, True]),  # the file that the sheet was put into
        ("S-1", [False, True, True]),  # the student's, once a roster had joined the two
        ("S-1 (B)", [False, False, False]),  # one in which it never stood
    ],
)
def test_a_talk_has_asked_what_stood_in_its_own_file_when_it_came_in(file: str, asked: list[bool]) -> None:
    said = Retest("phq9", "critical_blank", words("复测", "repeat"), day(0), Came(at(0), "S-1 (A)", at(2), "S-1"))
    told = assessment("S-1", data_quality=DataQuality("low", (said,)), instruments=())
    talks = [talk(1, file=file, received_at=moment) for moment in (at(1), at(2), at(3))]
    assert [not list(retest_clocks(told, [one], DUE, SCHOOL)) for one in talks] == asked
