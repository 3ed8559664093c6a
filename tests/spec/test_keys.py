"""Scoring keys as they were published: which items make which scale, which are reversed, which are critical.

Written down from the publications and not from the definitions, so that a slip of the pen in one is found.
"""

import pytest

from data_schemas.instruments import packaged_instruments

KNOWN = packaged_instruments()


def numbers(text: str) -> tuple[int, ...]:
    """`1-3 7` is 1, 2, 3 and 7."""
    found: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


SCALES = {
    "mht": {
        "learning_anxiety": "1-15",
        "social_anxiety": "16-25",
        "loneliness": "26-35",
        "self_blame": "36-45",
        "over_sensitivity": "46-55",
        "somatic": "56-70",
        "phobia": "71-80",
        "impulsivity": "81 83 85 87 89 91 93 95 97 99",
        "validity": "82 84 86 88 90 92 94 96 98 100",
    },
    "mssmhs": {
        "obsessive": "3 10 12 22 23 48",
        "paranoid": "11 20 24 26 47 49",
        "hostile": "19 21 25 50 52 58",
        "interpersonal": "4 17 18 45 51 59",
        "depression": "5 13 14 16 44 57",
        "anxiety": "6 15 34 43 46 56",
        "study_pressure": "31 33 36 38 40 55",
        "maladaptation": "1 8 9 29 39 41",
        "emotional_instability": "2 7 27 32 35 53",
        "psychological_imbalance": "28 30 37 42 54 60",
    },
    "scl90": {
        "somatic": "1 4 12 27 40 42 48 49 52 53 56 58",
        "obsessive": "3 9 10 28 38 45 46 51 55 65",
        "interpersonal": "6 21 34 36 37 41 61 69 73",
        "depression": "5 14 15 20 22 26 29 30 31 32 54 71 79",
        "anxiety": "2 17 23 33 39 57 72 78 80 86",
        "hostility": "11 24 63 67 74 81",
        "phobia": "13 25 47 50 70 75 82",
        "paranoid": "8 18 43 68 76 83",
        "unusual_experiences": "7 16 35 62 77 84 85 87 88 90",
        "other": "19 44 59 60 64 66 89",
    },
    "dass21": {
        "depression": "3 5 10 13 16 17 21",
        "anxiety": "2 4 7 9 15 19 20",
        "stress": "1 6 8 11 12 14 18",
    },
}
REVERSED = {
    "cesd": "4 8 12 16",
    "cesdc": "4 8 12 16",
    "dsrsc": "1 2 4 7 8 9 11 12 13 16",
    "cdi": "2 5 7 8 10 11 13 15 16 18 21 24 25",
    "sds": "2 5 6 11 12 14 16 17 18 20",
    "pss10": "4 5 7 8",
    "pss14": "4 5 6 7 9 10 13",
    "ucla": "1 5 6 9 10 15 16 19 20",
}
# item → from which answer it is positive
CRITICAL = {
    "phq9": {9: 1},
    "mht": {85: 1, 97: 1},
    "mssmhs": {57: 2, 52: 3},
    "scl90": {15: 2, 59: 3, 63: 3},
    "cdi": {9: 1},
    "cssrs": dict.fromkeys(range(1, 8), 1),
}
SOFT = {"mht": (83, 89), "dsrsc": (5, 10), "sds": (19,), "dass21": (10, 21)}
# items, lowest and highest answer, lowest and highest total
SHAPES = {
    "phq9": (9, 0, 3, 0, 27),
    "gad7": (7, 0, 3, 0, 21),
    "mht": (100, 0, 1, 0, 90),
    "mssmhs": (60, 1, 5, 1, 5),
    "scl90": (90, 1, 5, 90, 450),
    "cesd": (20, 0, 3, 0, 60),
    "cesdc": (20, 0, 3, 0, 60),
    "dsrsc": (18, 0, 2, 0, 36),
    "cdi": (27, 0, 2, 0, 54),
    "sds": (20, 1, 4, 25, 100),
    "dass21": (21, 0, 3, 0, 126),
    "isi": (7, 0, 4, 0, 28),
    "ais": (8, 0, 3, 0, 24),
    "pss10": (10, 0, 4, 0, 40),
    "pss14": (14, 0, 4, 0, 56),
    "ucla": (20, 1, 4, 20, 80),
    "cssrs": (7, 0, 1, 0, 3),
    "iat": (20, 1, 5, 20, 100),
    "k10": (10, 1, 5, 10, 50),
}
SCORE_ONLY = {
    **{f"sdq_{who}": (0, 40) for who in ("self", "parent", "teacher")},
    **{"cdrisc25": (0, 100), "cdrisc10": (0, 40), "cesd8": (0, 24), "cesd10": (0, 30)},
    **{f"kidscreen{items}": (0, 100) for items in (52, 27, 10)},
}


def test_there_is_a_definition_for_each_scale_and_no_other() -> None:
    assert set(KNOWN) == set(SHAPES) | set(SCORE_ONLY)


@pytest.mark.parametrize("code", SHAPES)
def test_items_codings_and_ranges(code: str) -> None:
    one = KNOWN[code]
    assert (one.items, one.coding.low, one.coding.high, *one.range_of("total")) == SHAPES[code]
    assert one.form == "items"


@pytest.mark.parametrize("code", SCORE_ONLY)
def test_scales_that_are_scored_elsewhere_have_no_items(code: str) -> None:
    one = KNOWN[code]
    assert (one.form, one.items, one.codings, one.item_texts) == ("scores", 0, (), {})
    assert one.range_of("total") == SCORE_ONLY[code]


@pytest.mark.parametrize("code", SCALES)
def test_subscales_are_made_of_the_published_items(code: str) -> None:
    one = KNOWN[code]
    published = {score: numbers(items) for score, items in SCALES[code].items()}
    assert {score.code: score.items for score in one.scores if score.code in published} == published
    taken = sorted(item for items in published.values() for item in items)
    assert taken == list(range(1, one.items + 1)), "each item stands in one subscale"


def test_the_validity_scale_is_no_part_of_the_total() -> None:
    mht = KNOWN["mht"]
    assert set(mht.items_of(mht.total)) | set(mht.score("validity").items) == set(range(1, 101))
    assert not set(mht.items_of(mht.total)) & set(mht.score("validity").items)


@pytest.mark.parametrize("code", KNOWN)
def test_reversed_items(code: str) -> None:
    assert KNOWN[code].turned == numbers(REVERSED.get(code, ""))


def test_pss10_is_fourteen_s_items_1_to_3_6_to_11_and_14() -> None:
    """The ten items keep their direction in the short form."""
    kept = numbers("1-3 6-11 14")
    turned = {place for place, item in enumerate(kept, start=1) if item in KNOWN["pss14"].turned}
    assert turned == set(KNOWN["pss10"].turned)


@pytest.mark.parametrize("code", KNOWN)
def test_critical_and_soft_items(code: str) -> None:
    one = KNOWN[code]
    assert {critical.item: critical.at_least for critical in one.critical} == CRITICAL.get(code, {})
    assert tuple(sorted(soft.item for soft in one.soft)) == SOFT.get(code, ())
    assert one.suicidality_covered == any(critical.topic == "suicidality" for critical in one.critical)
    assert all(critical.item not in one.turned for critical in one.critical), "a yes is a yes in the answer itself"


def test_codings_that_are_brought_to_the_definition_s_own() -> None:
    several = {code: [coding.variant for coding in one.codings] for code, one in KNOWN.items() if one.codings[1:]}
    assert several == {"scl90": ["1-5", "0-4"], "dsrsc": ["none0", "often0"], "iat": ["1-5", "0-5"]}
    assert KNOWN["scl90"].codings[1].shift == 1
    assert KNOWN["dsrsc"].codings[1].flipped
    assert [code for code, one in KNOWN.items() if one.must_declare_coding] == ["dsrsc"]
    # Read the other way round, the items of the other direction are the reversed ones.
    other = set(range(1, 19)) - set(KNOWN["dsrsc"].turned)
    assert other == set(numbers("3 5 6 10 14 15 17 18"))
