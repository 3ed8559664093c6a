"""Leads 线索: what a person reports that opens no tier, and waits until somebody has looked."""

from collections.abc import Iterator

from data_schemas.codes import Tier
from models.assessment import AnswerTime, Floor
from models.floors.concerns import KINDS, known_concerns, report_words, source_of
from models.floors.floor import make_floor
from models.policy import Policy
from models.records import Records

LEAD = "lead"


def leads(records: Records, as_of: int, policy: Policy) -> list[list[Floor]]:
    """The leads of each student that became known within the policy's window before the end of the day, newest first.

    A report is named by its kind and day, and told from another one by who said so: exported again it is the same lead.
    The sentence is that of the row which was known first.
    """
    found: list[dict[tuple[str, str | None], Floor]] = [{} for _ in range(len(records))]
    for student, floor in _leads(records, as_of, policy):
        held = found[student].get((floor.evidence, floor.record))
        if held is None or (floor.known_on, floor.text.zh) < (held.known_on, held.text.zh):
            found[student][floor.evidence, floor.record] = floor
    return [sorted(mine.values(), key=_newest) for mine in found]


def _newest(floor: Floor) -> tuple[int, str, str]:
    return -floor.evidence_on.toordinal(), floor.evidence, floor.record or ""


def _leads(records: Records, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    concerns = known_concerns(records, as_of)
    recent = concerns.where(concerns["known_on"] > as_of - policy.floor_windows.lead_days)
    for row, place in enumerate(recent["kind"].tolist()):
        kind = KINDS[place]
        if policy.concerns[kind.code] == LEAD:
            day, known = int(recent["reported_on"][row]), int(recent["known_on"][row])
            said, by = report_words(recent, row), source_of(recent, row)
            floor = make_floor(
                LEAD, Tier.ROUTINE, kind.code, day, known, 0, said, answer=AnswerTime.TIER, lead=True, record=by
            )
            yield int(recent.student[row]), floor
