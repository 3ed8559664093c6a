"""One sheet that a platform delivers twice is one piece of evidence."""

from itertools import permutations

from data_schemas.calendar import date_to_day
from data_schemas.codes import Tier
from models import records_of_requests
from models.floors import floors_of
from tests.students import AS_OF, POLICY, by_rules, concern, days_before, phq9, student


def test_of_one_answer_delivered_twice_the_first_delivery_counts() -> None:
    """Clocks run from when it was first known, in whatever order the rows come."""
    sheets = [phq9(item9=1, on=days_before(10), received=days_before(when)) for when in (10, 2)]
    for order in permutations(sheets):
        floors = by_rules(student(responses=list(order))).floors
        assert [(floor.id, floor.known_on) for floor in floors] == [("R01", days_before(10))]


def test_of_one_answer_delivered_twice_without_its_time_one_stands() -> None:
    """The same report in two exports, of which neither says when it came in."""
    rows = [concern("suicide_means", days_before(10), recorded_on=days_before(when)) for when in (10, 9)]
    for order in permutations(rows):
        (floor,) = by_rules(student(concerns=list(order))).floors
        assert (floor.known_on, floor.received_at) == (days_before(10), None)


def test_of_one_answer_delivered_in_time_and_again_too_late_the_delivery_in_time_counts() -> None:
    """Beyond its two weeks a sheet is history, and history never stands in the place of what is answered promptly."""
    sheets = [phq9(item9=1, on=days_before(20), received=days_before(when)) for when in (18, 2)]
    for order in permutations(sheets):
        (floor,) = by_rules(student(responses=list(order))).floors
        assert (floor.known_on, floor.history) == (days_before(18), False)


def test_what_the_records_prove_stands_by_tier_then_severity_then_name() -> None:
    kinds = ("manual", "medical_evaluation", "threat_to_others", "suicide_means", "suicide_attempt", "abuse_suspected")
    order = ["R11", "R10", "R12", "R14", "R15", "R20"]
    for rows in (kinds, kinds[::-1]):
        records = records_of_requests([student(concerns=[concern(kind) for kind in rows])])
        (floors,) = floors_of(records, date_to_day(AS_OF), POLICY)
        assert [floor.id for floor in floors] == order
    assert [floor.tier for floor in floors] == [Tier.CRISIS] * 3 + [Tier.PRIORITY] * 2 + [Tier.WATCH]
