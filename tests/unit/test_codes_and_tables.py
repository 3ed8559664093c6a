"""The vocabulary is whole: every code has both names, every column a guard, every questionnaire its sources."""

import unicodedata

import pytest

from data_schemas import codes
from data_schemas.cells import value_of
from data_schemas.codes import Code
from data_schemas.instruments import Instrument, instrument_toml, packaged_instruments, parse_instrument
from data_schemas.instruments.definition import sources_named
from data_schemas.tables import RESPONSE_COLUMNS, TABLES, CellKind, Column, Sensitivity, response_table, schema
from models.features import catalogue
from runxin.errors import UserError

VOCABULARIES = [one for one in vars(codes).values() if isinstance(one, type) and issubclass(one, Code)]
VOCABULARIES.remove(Code)
COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.columns]
COLUMNS += [("responses", column) for column in RESPONSE_COLUMNS]
INSTRUMENTS = list(packaged_instruments().values())
OPEN = ("student_id", "source_event_id", "coding_variant")


def chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda one: one.__name__)
def test_every_code_has_a_chinese_and_an_english_name(vocabulary: type[Code]) -> None:
    members = list(vocabulary)
    assert len({member.code for member in members}) == len(members), "a code stands twice"
    for member in members:
        assert member.code == member.code.lower()
        assert member.code.isascii(), f"{member.code} is no code"
        assert chinese(member.zh), f"{vocabulary.__name__}.{member.code} has no Chinese name"
        assert member.en, f"{vocabulary.__name__}.{member.code} has no English name"
        assert not chinese(member.en), f"{vocabulary.__name__}.{member.code} has no English name"
        assert vocabulary.of(member.code) is member
    with pytest.raises(KeyError):
        vocabulary.of("no_such_code")


def test_every_code_can_be_written_in_chinese_as_a_file_is_read() -> None:
    """Cells are read with plain brackets: the names have wide ones."""
    for _, column in COLUMNS:
        for member in column.codes or ():
            for text in (member.code, member.zh, unicodedata.normalize("NFKC", member.zh)):
                assert value_of(text, column) == member.code, (column.name, text)


def test_no_name_is_a_diagnosis() -> None:
    words = [text for one in VOCABULARIES for member in one for text in (member.zh, member.en)]
    sets = [bands for one in INSTRUMENTS for score in one.scores for bands in score.bands]
    words += [text for bands in sets for band in bands.bands for text in (band.zh, band.en)]
    words += [text for one in catalogue(INSTRUMENTS) for text in (one.text.zh, one.text.en)]
    for word in words:
        assert not any(bad in word.lower() for bad in ("抑郁症", "患者", "精神病", "depressive disorder", "patient "))


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda one: one if isinstance(one, str) else one.name)
def test_every_column_is_guarded_and_named(table: str, column: Column) -> None:
    assert isinstance(column.sensitivity, Sensitivity)
    assert chinese(column.zh)
    assert (column.kind is CellKind.CODE) == (column.codes is not None), "a code column without its codes"
    if column.name == "student_id":
        assert column.sensitivity is Sensitivity.PERSONAL
        assert column.required
    if table in ("responses", "scores", "leaves", "family") and column.name not in OPEN:
        assert column.sensitivity in (Sensitivity.SENSITIVE, Sensitivity.PROTECTED), "health and family data"


def test_safety_reports_are_for_the_fewest_eyes() -> None:
    assert {c.sensitivity for c in TABLES["concerns"].columns if c.name != "student_id"} == {Sensitivity.PROTECTED}


def test_no_table_of_students_has_a_name_of_a_person() -> None:
    named = {(table, c.name) for table, c in COLUMNS if c.name in ("name", "phone", "id_card", "address")}
    assert named == {("schools", "name"), ("duty", "phone")}, "a school's name, and how its staff are reached"


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda one: one.code)
def test_every_definition_names_its_sources_and_direction(instrument: Instrument) -> None:
    named = set(sources_named(instrument.model_dump(exclude={"sources"})))
    assert named == set(instrument.sources), "a source that nothing refers to, or the other way round"
    assert instrument.licence.text
    assert {score.polarity for score in instrument.scores} <= {"adverse", "protective", "neutral"}
    assert instrument.recall.days > 0
    assert chinese(instrument.name.zh)
    assert parse_instrument(instrument_toml(instrument), "again.toml") == instrument


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("items = 7", "items = 501", "items"),
        ('code = "gad7"', 'code = "GAD 7"', "code"),
        ("low = 0", 'low = "none"', "codings.0.low"),
        ("suicidality_covered = false", "", "suicidality_covered"),
        ('\nfamily = "', '\ncolour = "red"\nfamily = "', "colour"),
    ],
)
def test_a_faulty_definition_names_its_field(old: str, new: str, column: str) -> None:
    text = instrument_toml(packaged_instruments()["gad7"])
    assert old in text
    with pytest.raises(UserError) as refused:
        parse_instrument(text.replace(old, new, 1), "mine.toml")
    assert ("mine.toml", column) in {(p.file, p.column) for p in refused.value.problems}


def test_a_definition_that_contradicts_itself_is_refused() -> None:
    text = instrument_toml(packaged_instruments()["phq9"])
    with pytest.raises(UserError) as beyond:
        parse_instrument(text.replace("items = 9", "items = 8"), "mine.toml")
    assert "items [9] are named, but there are only 8" in str(beyond.value.problems[0])
    with pytest.raises(UserError, match="not TOML"):
        parse_instrument("= =", "mine.toml")


def test_the_schema_of_a_table_holds_codes_and_ranges() -> None:
    table = response_table("phq9", 9, 0, 3)
    assert [c.name for c in table.columns][-9:] == [f"item_{n}" for n in range(1, 10)]
    assert schema(table).columns["item_9"].checks, "answers have no range"
    assert table.column("item_1").high == 3
    with pytest.raises(KeyError):
        table.column("item_10")


def test_every_feature_has_a_sentence_in_both_languages() -> None:
    features = catalogue(INSTRUMENTS)
    names = [feature.name for feature in features]
    assert len(names) == len(set(names))
    for feature in features:
        assert feature.direction in (0, 1)
        assert feature.missing is None or feature.missing in names
        for text in (feature.text.zh, feature.text.en):
            shown = text.format(value=1.0, date="2026-04-03", band_zh="", band_en="")
            assert shown.strip(), feature.name
            assert "{" not in shown, feature.name
