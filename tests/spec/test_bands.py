"""Bands begin where the publications say: the first figure of each band, and the last before it."""

import numpy as np
import pytest

from data_schemas.instruments import band_in, band_of, packaged_instruments

KNOWN = packaged_instruments()
DASS = ("normal", "mild", "moderate", "severe", "extremely_severe")
MEANS = ("none", "mild", "moderate", "marked", "severe")
SDQ = ("average", "borderline", "raised")
SDQ_FOUR = ("close_to_average", "slightly_raised", "high", "very_high")
MHT = ("learning_anxiety", "social_anxiety", "loneliness", "self_blame", "over_sensitivity", "somatic", "phobia")
MSSMHS = (
    *("total", "obsessive", "paranoid", "hostile", "interpersonal", "depression", "anxiety"),
    *("study_pressure", "maladaptation", "emotional_instability", "psychological_imbalance"),
)
FACTORS = ("somatic", "obsessive", "interpersonal", "depression", "anxiety", "hostility", "phobia", "paranoid")

# (questionnaire, score) → where each band starts, written down from the publications and not from the definitions.
STARTS: dict[tuple[str, str], tuple[tuple[str, ...], tuple[float, ...]]] = {
    ("phq9", "total"): (("minimal", "mild", "moderate", "moderately_severe", "severe"), (0, 5, 10, 15, 20)),
    ("phq9", "symptoms"): (("fewer", "two_to_four", "five_or_more"), (0, 2, 5)),
    ("gad7", "total"): (("minimal", "mild", "moderate", "severe"), (0, 5, 10, 15)),
    ("mht", "total"): (("usual", "raised", "marked"), (0, 56, 65)),
    **{("mht", score): (("low", "medium", "high"), (0, 4, 8)) for score in (*MHT, "impulsivity")},
    **{("mssmhs", score): (MEANS, (0, 2, 3, 4, 5)) for score in MSSMHS},
    ("scl90", "total"): (("below_cut", "above_cut"), (0, 161)),
    ("scl90", "positive_items"): (("below_cut", "above_cut"), (0, 44)),
    **{("scl90", score): (("below_cut", "above_cut"), (0, 2)) for score in (*FACTORS, "unusual_experiences")},
    ("cesd", "total"): (("below_cut", "from_16", "from_20"), (0, 16, 20)),
    ("cesdc", "total"): (("below_cut", "above_cut"), (0, 15)),
    ("cesd8", "total"): (("below_cut", "above_cut"), (0, 9)),
    ("cesd10", "total"): (("below_cut", "above_cut"), (0, 10)),
    ("dsrsc", "total"): (("below_cut", "above_cut"), (0, 15)),
    ("cdi", "total"): (("below_cut", "above_cut"), (0, 20)),
    ("sds", "total"): (("none", "mild", "moderate", "severe"), (0, 53, 63, 73)),
    ("dass21", "depression"): (DASS, (0, 10, 14, 21, 28)),
    ("dass21", "anxiety"): (DASS, (0, 8, 10, 15, 20)),
    ("dass21", "stress"): (DASS, (0, 15, 19, 26, 34)),
    ("isi", "total"): (("none", "mild", "moderate", "severe"), (0, 8, 15, 22)),
    ("ais", "total"): (("below_cut", "above_cut"), (0, 7)),
    ("pss10", "total"): (("low", "moderate", "high"), (0, 14, 27)),
    ("ucla", "total"): (("low", "moderate", "high"), (0, 36, 51)),
    ("cssrs", "total"): (("none", "low", "moderate", "high"), (0, 1, 2, 3)),
    ("iat", "total"): (("low", "moderate", "high"), (0, 50, 80)),
    ("k10", "total"): (("low", "mild", "moderate", "severe"), (0, 20, 25, 30)),
    **{
        (f"sdq_{who}", score): (SDQ, starts)
        for who, table in {
            "parent": {"total": (0, 14, 17), "emotional": (0, 4, 5), "conduct": (0, 3, 4), "peer": (0, 3, 4)},
            "teacher": {"total": (0, 12, 16), "emotional": (0, 5, 6), "conduct": (0, 3, 4), "peer": (0, 4, 5)},
            "self": {"total": (0, 16, 20), "emotional": (0, 6, 7), "conduct": (0, 4, 5), "peer": (0, 4, 6)},
        }.items()
        for score, starts in {**table, "hyperactivity": (0, 6, 7), "impact": (0, 1, 2)}.items()
    },
    **{(f"sdq_{who}", "prosocial"): (("lowered", *SDQ[1::-1]), (0, 5, 6)) for who in ("parent", "teacher", "self")},
}
FOUR_BANDS: dict[tuple[str, str], tuple[float, ...]] = {
    ("parent", "total"): (0, 14, 17, 20),
    ("parent", "emotional"): (0, 4, 5, 7),
    ("parent", "conduct"): (0, 3, 4, 6),
    ("parent", "hyperactivity"): (0, 6, 8, 9),
    ("parent", "peer"): (0, 3, 4, 5),
    ("teacher", "total"): (0, 12, 16, 19),
    ("teacher", "emotional"): (0, 4, 5, 6),
    ("teacher", "conduct"): (0, 3, 4, 5),
    ("teacher", "hyperactivity"): (0, 6, 8, 9),
    ("teacher", "peer"): (0, 3, 5, 6),
    ("self", "total"): (0, 15, 18, 20),
    ("self", "emotional"): (0, 5, 6, 7),
    ("self", "conduct"): (0, 4, 5, 6),
    ("self", "hyperactivity"): (0, 6, 7, 8),
    ("self", "peer"): (0, 3, 4, 5),
}
PROSOCIAL_FOUR = {"parent": (0, 6, 7, 8), "teacher": (0, 4, 5, 6), "self": (0, 5, 6, 7)}


@pytest.mark.parametrize(("code", "score"), STARTS, ids="-".join)
def test_each_band_starts_where_it_was_published(code: str, score: str) -> None:
    one = KNOWN[code].score(score)
    codes, starts = STARTS[code, score]
    low, high = KNOWN[code].range_of(score)
    for place, (band, start) in enumerate(zip(codes, starts, strict=True)):
        found = band_of(one, max(start, low))
        assert found is not None
        assert found.code == band
        if place:
            before = band_of(one, float(np.nextafter(start, 0)))
            assert before is not None
            assert before.code == codes[place - 1], f"{score} just below {start}"
    last = band_of(one, high)
    assert last is not None
    assert last.code == codes[-1]


def test_no_band_is_left_unproved() -> None:
    """Every score with bands stands above, and every set with a scheme or an age below."""
    banded = {(code, score.code) for code, one in KNOWN.items() for score in one.scores if score.bands}
    assert banded == set(STARTS)
    sets = {
        (code, score.code, bands.scheme, bands.ages, bands.sex, bands.respondent)
        for code, one in KNOWN.items()
        for score in one.scores
        for bands in score.bands
        if (bands.scheme, bands.ages, bands.sex, bands.respondent) != (None,) * 4
    }
    four = {(f"sdq_{who}", score, "four_band", None, None, None) for who, score in FOUR_BANDS}
    four |= {(f"sdq_{who}", "prosocial", "four_band", None, None, None) for who in PROSOCIAL_FOUR}
    assert sets == {*four, ("isi", "total", None, (12.0, 20.0), None, None)}


@pytest.mark.parametrize(("who", "score"), [*FOUR_BANDS, *((who, "prosocial") for who in PROSOCIAL_FOUR)], ids=str)
def test_the_four_bands_of_the_sdq(who: str, score: str) -> None:
    one = KNOWN[f"sdq_{who}"].score(score)
    if score == "prosocial":
        codes, starts = ("very_low", "low", "slightly_lowered", "close_to_average"), PROSOCIAL_FOUR[who]
    else:
        codes, starts = SDQ_FOUR, FOUR_BANDS[who, score]
    for place, (code, start) in enumerate(zip(codes, starts, strict=True)):
        found = band_in(one, "four_band", start)
        assert found is not None
        assert found.code == code
        before = band_in(one, "four_band", start - 1)
        assert (before.code if before else None) == (codes[place - 1] if place else None)


def test_sleep_is_banded_by_age() -> None:
    """ISI: 9 was the cut among pupils of 12 to 19 in Hong Kong; 8 is that of adults."""
    total = KNOWN["isi"].total
    for value, young, others in ((8, "below_cut", "mild"), (9, "above_cut", "mild"), (7, "below_cut", "none")):
        found = [band_of(total, value, age=age) for age in (12, 19.9, None, 11.9, 20)]
        assert [band.code if band else None for band in found] == [young, young, others, others, others]
    for age in (15, None):
        found = [band_of(total, value, age=age) for value in (14, 15, 21, 22, 28)]
        assert [band.code if band else None for band in found][1:] == ["moderate", "moderate", "severe", "severe"]


@pytest.mark.parametrize("code", KNOWN)
def test_bands_reach_from_the_lowest_figure_to_the_highest(code: str) -> None:
    one = KNOWN[code]
    for score in one.scores:
        for bands in score.bands:
            low, high = one.range_of(score.code)
            starts = [band.at_least for band in bands.bands]
            assert starts[0] <= low
            assert starts[-1] <= high, "a band that nobody can reach"
            assert len({band.code for band in bands.bands}) == len(starts)
