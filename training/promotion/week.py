"""Who stands on each school's list for a week, in the order of the follow-up list that serving makes."""

from collections.abc import Sequence

from data_schemas.codes import Tier
from models import Assessment, Floor
from models.order import Key, rank_key, strengths

OWN_CONCERN = "R20"  # has a clock of days, not of minutes: it waits on the week's line


def week_of(school: Sequence[Assessment], places: int) -> set[str]:
    """The pseudonymous ids of the students of one school who fill the week's `places`.

    Immediate checks stand above the line and are the same with any model. Where no model ranks, the highest
    questionnaires fill what rules leave free. Of the serving list's order only how overdue something is has no part
    here: it follows the clock, not the model.
    """
    urgent = {one.student_id for one in school if any(_urgent(floor) for floor in one.floors)}
    line = [one for one in school if one.tier is not Tier.ROUTINE and one.student_id not in urgent and not _old(one)]
    strength = strengths({one.student_id: (one.margin, one.severity) for one in school})

    def key(one: Assessment) -> Key:
        evidence = max((floor.severity for floor in one.floors if not floor.history), default=0)
        return rank_key(one, evidence, strength[one.student_id])

    listed = [one.student_id for one in sorted(line, key=key)]
    if all(one.margin is None for one in school):
        taken = urgent | set(listed)
        free = [one for one in school if one.student_id not in taken and one.severity > 0]
        listed += [one.student_id for one in sorted(free, key=lambda one: (-one.severity, one.student_id))]
    return set(listed[:places])


def _urgent(floor: Floor) -> bool:
    return not floor.history and (floor.tier is Tier.CRISIS or (floor.severity > 0 and floor.id != OWN_CONCERN))


def _old(one: Assessment) -> bool:
    """Whether there is nothing but sheets older than their recall window."""
    return bool(one.floors) and all(floor.history for floor in one.floors) and one.own_tier is Tier.ROUTINE
