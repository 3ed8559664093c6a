"""One sheet that a platform delivers twice is one piece of evidence."""

from itertools import permutations

from tests.students import by_rules, days_before, phq9, student


def test_of_one_answer_delivered_twice_the_first_delivery_counts() -> None:
    """Clocks run from when it was first known, in whatever order the rows come."""
    sheets = [phq9(item9=1, on=days_before(10), received=days_before(when)) for when in (10, 2)]
    for order in permutations(sheets):
        floors = by_rules(student(responses=list(order))).floors
        assert [(floor.id, floor.known_on) for floor in floors] == [("R01", days_before(10))]
