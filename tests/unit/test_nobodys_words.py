"""What stands in rows without an id."""

from data_schemas.roster import NAMELESS
from serving.screening.strangers import _of_nobody
from tests.factories import word


def test_a_row_without_an_id_may_raise_and_answers_for_nobody() -> None:
    """It may be about anybody: else one school's talk would close what another import brought without an id."""
    said = word(NAMELESS, level=0, second_interviewer="staff-2")
    assert (_of_nobody(said, NAMELESS).interviewer, _of_nobody(said, NAMELESS).second_interviewer) == (None, None)
    assert _of_nobody(said, NAMELESS).level == said.level
    assert _of_nobody(said, "S-1") is said
