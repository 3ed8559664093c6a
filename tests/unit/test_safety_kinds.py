"""The reports that an import names as safety evidence are those on which rules of danger open evidence."""

from data_schemas.codes import SAFETY, Concern
from models.floors.concerns import CONCERN_RULES


def test_every_kind_that_opens_evidence_is_named_by_an_import() -> None:
    assert set(CONCERN_RULES) - {Concern.MANUAL} == SAFETY
