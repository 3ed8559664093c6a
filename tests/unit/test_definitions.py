"""Definitions are whole: a source and a direction for every figure, and none that cannot be so is read."""

import re
import tomllib
from typing import Any

import pytest
import tomli_w

from data_schemas.instruments import Instrument, instrument_toml, packaged_instruments, parse_instrument
from data_schemas.instruments.definition import sources_named
from data_schemas.instruments.library import PACKAGED
from runxin.errors import UserError
from tests.docs.test_docs import FORBIDDEN

KNOWN = packaged_instruments()
# Parts of a definition that hold numbers, each of which says where they are from.
SOURCED = ("licence", "recall", "age", "missing", "reversed")
LISTED = (
    "high",
    *("codings", "scores", "validity", "branches", "critical", "soft", "contradictions"),
    *("floors", "cuts", "reliability"),
)


@pytest.mark.parametrize("code", KNOWN)
def test_every_figure_names_a_source_that_is_there(code: str) -> None:
    one = KNOWN[code]
    parts: list[Any] = [part for name in SOURCED if (part := getattr(one, name)) is not None]
    parts += [part for name in LISTED for part in getattr(one, name)]
    parts += [bands for score in one.scores for bands in score.bands]
    parts += [expected for floor in one.floors for expected in floor.expected]
    for part in parts:
        assert part.source in one.sources, f"{type(part).__name__} of {code} names no source"
    used = set(sources_named(one.model_dump(exclude={"sources"})))
    assert used == set(one.sources), "a source that nothing names has no place"
    for source in one.sources.values():
        assert len(source.text) > 20


@pytest.mark.parametrize("code", KNOWN)
def test_every_score_has_a_direction_and_names_in_both_languages(code: str) -> None:
    for score in KNOWN[code].scores:
        assert score.polarity in ("adverse", "protective", "neutral")
        assert re.search(r"[\u4e00-\u9fff]", score.zh), score.code
        assert score.en.strip()
        low, high = KNOWN[code].range_of(score.code)
        assert low < high
        for bands in score.bands:
            assert score.polarity != "neutral", "a band says that more is worse, or better"
            assert all(band.zh and band.en for band in bands.bands)
    assert KNOWN[code].total.polarity != "neutral"


@pytest.mark.parametrize("code", KNOWN)
def test_floors_or_the_reason_for_none_and_safety_where_nobody_asked(code: str) -> None:
    one = KNOWN[code]
    assert bool(one.floors) != bool(one.no_floor)
    if not one.suicidality_covered and one.total.polarity == "adverse":
        assert one.high, "a high total brings a question about safety"
        for from_on in one.high:
            low, high = one.range_of(from_on.score)
            assert low < from_on.at_least <= high


@pytest.mark.parametrize("code", KNOWN)
def test_wording_is_here_only_where_it_is_free(code: str) -> None:
    one = KNOWN[code]
    assert bool(one.item_texts) == (code in ("phq9", "gad7"))
    if one.item_texts:
        assert one.licence.status == "free"
        assert sorted(one.item_texts) == list(range(1, one.items + 1))


@pytest.mark.parametrize("code", KNOWN)
def test_a_definition_reads_back_as_itself_and_holds_no_diagnosis(code: str) -> None:
    one = KNOWN[code]
    assert parse_instrument(instrument_toml(one), "again.toml") == one
    shown = [one.no_floor or "", *(band.zh for score in one.scores for bands in score.bands for band in bands.bands)]
    shown += [band.en for score in one.scores for bands in score.bands for band in bands.bands]
    for word in FORBIDDEN:
        assert word.casefold() not in " ".join(shown).casefold()


def changed(code: str, change: Any) -> str:
    """Why a definition is refused after `change` was done to its content."""
    content = tomllib.loads((PACKAGED / f"{code}.toml").read_text("utf-8"))
    change(content)
    with pytest.raises(UserError) as refused:
        parse_instrument(tomli_w.dumps(content), "changed.toml")
    assert all(problem.file == "changed.toml" for problem in refused.value.problems)
    return "; ".join(f"{problem.column}: {problem.what}" for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("code", "change", "said"),
    [
        ("gad7", lambda d: d["scores"][0].pop("source"), "scores.0.source: Field required"),
        ("gad7", lambda d: d["scores"][0].pop("polarity"), "scores.0.polarity: Field required"),
        ("gad7", lambda d: d["recall"].update(source="memory"), "there is no source memory"),
        ("gad7", lambda d: d.pop("high"), "says in high from where safety is asked in person"),
        ("gad7", lambda d: d.update(no_floor="none"), "name floors, or say in no_floor why there is none"),
        ("gad7", lambda d: d.update(suicidality_covered=True), "suicidality is covered exactly where a critical item"),
        ("gad7", lambda d: d["scores"][0].update(items=[1, 8]), "items [8] are named, but there are only 7"),
        ("gad7", lambda d: d["scores"][0].update(items=[1, 2]), "the score total needs most_missing"),
        ("gad7", lambda d: d["scores"][0].update(code="stale"), "a score with the code total is needed"),
        ("gad7", lambda d: d["codings"][0].update(low=3), "low must be below high"),
        ("gad7", lambda d: d["codings"][0]["words"].update({"偶尔": 7}), "stand for codes outside 0 to 3"),
        ("gad7", lambda d: d["scores"][0]["bands"][0]["bands"].reverse(), "bands must start at rising values"),
        ("mht", lambda d: d["scores"][1].update(code="validity"), "two scores share a code"),
        (
            "mht",
            lambda d: d.update(item_texts={"85": {"zh": "题面", "en": "wording"}}),
            "only where the licence is free",
        ),
        ("sdq_self", lambda d: d.update(items=25), "has given scores only, and neither items nor codings"),
        ("sdq_self", lambda d: d["scores"][0].update(kind="sum"), "range belongs to the kinds that need it"),
        ("phq9", lambda d: d["critical"][0]["levels"].reverse(), "levels must start at rising answers"),
        ("phq9", lambda d: d.update(colour="red"), "colour: Extra inputs are not permitted"),
    ],
)
def test_what_a_definition_may_not_be(code: str, change: Any, said: str) -> None:
    assert said in changed(code, change)


def test_definitions_are_instruments() -> None:
    assert all(isinstance(one, Instrument) and one.code == code for code, one in KNOWN.items())
