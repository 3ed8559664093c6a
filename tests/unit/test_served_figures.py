"""What a list of a week, a month and a term finds, and how much of it is known."""

from tests.judged import invented_lists, population


def test_the_served_list_stands_beside_the_orders_by_hand() -> None:
    people = population()
    found = invented_lists(people)
    month = found["everyone"]["40"]
    assert month["interviews"] == 120
    assert 0 < month["labelled"] < 120
    assert month["share_labelled"] == month["labelled"] / 120
    gain = month["orders"]["sum_score"]["gain_of_model"]["cases_per_interview"]
    assert gain["low"] > 0, "the model's own order is the better one"
    assert "gain_of_model" not in month["orders"]["served"]
    assert found["outside"]["10"]["interviews"] == 30
