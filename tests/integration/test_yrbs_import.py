"""The Youth Risk Behavior Survey through its two mappings: numbers that shift, nothing that gives the outcome away."""

import os
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, read_dataset
from data_schemas.mapping import Imported, import_files
from data_schemas.mapping.cell import Cell
from data_schemas.mapping.definition import Mapping, read_mapping
from data_schemas.own_features import read_own_features
from runxin.errors import UserError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "yrbs"
FOLDER = Path(os.environ.get("RUNXIN_REAL_DATA", ROOT.parent / "shared" / "data"))
DICTIONARY = FOLDER / "yrbs_dictionary_2015_2023.csv"
YEARS = (2019, 2021)
LEAKING = [f"{form}{number}" for form in ("Q", "QN") for number in (26, 27, 28, 29)]  # ideation, plan, attempt, injury
DESIGN = {"year", "psu"}  # the survey's own columns, which are no questions
# What the dictionary says of the question that fills each of our columns; two texts where the years word it otherwise.
WORDING: dict[str, tuple[str, str] | str] = {
    "students.age_years": "How old are you",
    "students.sex": "What is your sex",
    "students.grade": "In what grade are you",
    "concerns.mood_abnormal": "Felt sad or hopeless",
    "concerns.bullying": "Were bullied on school property",
    "concerns.value": "Were electronically bullied",
    "features.days_missed_unsafe": "Safety concerns at school",
    "features.fights": ("Physical fighting", "Times in fight past 12 months"),
    "features.difficulty_concentrating": "have serious difficulty concentrating, remembering, or making decisions",
    "features.cigarette_ever": "Ever tried cigarette smoking",
    "features.cigarette_now": "Currently smoked cigarettes",
    "features.vaping_now": "Currently used an electronic vapor product",
    "features.alcohol_before_13": "Had their first drink of alcohol before age 13 years",
    "features.alcohol_now": "Currently drank alcohol",
    "features.ten_drinks": "Reported that the largest number of drinks they had in a row was 10 or more",
    "features.cannabis_times": "Ever marijuana use",
    "features.cannabis_before_13": "tried marijuana for the first time before age 13 years",
    "features.cannabis_now": "Currently used marijuana",
    "features.pain_medicine_times": "Ever prescription pain medicine use",
    "features.cocaine_ever": "Ever used cocaine",
    "features.inhalant_ever": "Ever used inhalants",
    "features.heroin_ever": "Ever used heroin",
    "features.methamphetamine_ever": "Ever used methamphetamines",
    "features.ecstasy_ever": "Ever used ecstasy",
    "features.school_night_sleep": "Hours of sleep on school night",
    "features.active_days": "Physical activity >= 5 days",
    "features.weight_view": "Perception of weight",
    "features.losing_weight": "Were trying to lose weight",
    "outcomes.level": "Attempted suicide",
}
SHIFTED = {"days_missed_unsafe", "fights", "school_night_sleep", "active_days", "weight_view", "losing_weight"}
YES_NO = ["1", "2", ""]
# Invented answers of three students: codes, labels as CDC's format program writes them, and nothing.
INVENTED = {
    "students.age_years": ["4", "18 years old or older", ""],
    "students.sex": ["1", "Male", "."],
    "students.grade": ["1", "12th grade", "Ungraded or other grade"],
    "features.days_missed_unsafe": ["3", "0 days", ""],
    "features.fights": ["8", "2 or 3 times", "."],
    "features.cannabis_times": ["1", "100 or more times", ""],
    "features.pain_medicine_times": ["6", "1 or 2 times", ""],
    "features.school_night_sleep": ["1", "10 or more hours", ""],
    "features.active_days": ["8", "0 days", ""],
    "features.weight_view": ["5", "About the right weight", ""],
}


def mapping_of(year: int) -> Mapping:
    return read_mapping(EXAMPLE / f"mapping-{year}.toml")[0]


def cells_of(mapping: Mapping) -> list[tuple[str, Cell]]:
    """Every cell that a block fills, as `table.column`; a cell of `long` by its code."""
    return [
        (f"{block.table}.{target}", cell)
        for block in mapping.blocks
        for target, cell in (*block.columns.items(), *block.long.items())
    ]


def questions(mapping: Mapping) -> dict[str, str]:
    """Each of our columns that a question of the survey fills → the variable."""
    read = [(target, column) for target, cell in cells_of(mapping) for column in cell.columns if column not in DESIGN]
    found = dict(read)
    assert len(found) == len(read), "a column of ours is filled by two questions: the test would look at one"
    return found


def misread(mapping: Mapping, worded: "pd.Series[str]", year: int) -> dict[str, str]:
    """Our columns whose variable is not the question that it should be in that year → what it asks."""
    expected = {target: text if isinstance(text, str) else text[YEARS.index(year)] for target, text in WORDING.items()}
    asked = {target: worded.get(variable, "nothing") for target, variable in questions(mapping).items()}
    return {target: text for target, text in asked.items() if text != expected.get(target)}


def written(folder: Path, year: int) -> Path:
    """The invented file of a year, under that year's numbers."""
    columns = {variable: INVENTED.get(target, YES_NO) for target, variable in questions(mapping_of(year)).items()}
    frame = pd.DataFrame({"year": [str(year)] * 3, "psu": ["11", "11", "12.0"], **columns})
    file = folder / f"yrbs_{year}.csv"
    frame.to_csv(file, index=False)
    return file


@pytest.fixture(scope="module")
def worded() -> pd.DataFrame:
    if not DICTIONARY.is_file():
        pytest.skip(f"CDC's wording is not there: put {DICTIONARY.name} into the folder that RUNXIN_REAL_DATA names")
    return pd.read_csv(DICTIONARY).set_index("variable")


@pytest.fixture(scope="module", params=YEARS)
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    year: int = request.param
    file = FOLDER / f"yrbs_{year}.parquet"
    if not file.is_file():
        pytest.skip(f"the public file is not there: put {file.name} into the folder that RUNXIN_REAL_DATA names")
    return import_files(EXAMPLE / f"mapping-{year}.toml", [file], tmp_path_factory.mktemp("yrbs") / "out")


@pytest.fixture(params=YEARS)
def invented(request: pytest.FixtureRequest, tmp_path: Path) -> Dataset:
    year: int = request.param
    import_files(EXAMPLE / f"mapping-{year}.toml", [written(tmp_path, year)], tmp_path / "out")
    return read_dataset(tmp_path / "out")


@pytest.mark.parametrize("year", YEARS)
def test_every_number_is_the_question_that_it_should_be(worded: pd.DataFrame, year: int) -> None:
    mapping = mapping_of(year)
    assert set(questions(mapping)) == set(WORDING), "each question that is read has its wording here"
    assert misread(mapping, worded[str(year)], year) == {}


def test_a_shifted_number_is_found(worded: pd.DataFrame) -> None:
    """The mapping of 2019 held against the questionnaire of 2021: numbers that moved, and no others."""
    assert set(misread(mapping_of(2019), worded["2021"], 2021)) == {f"features.{name}" for name in SHIFTED}


def test_the_words_of_the_outcome_are_declared_leaking(worded: pd.DataFrame) -> None:
    for year in YEARS:
        texts = worded[str(year)].dropna()
        asking = [variable for variable, text in texts.items() if "suicide" in text.lower()]
        assert set(asking) <= set(LEAKING)
        assert set(LEAKING) == set(mapping_of(year).leaking)


@pytest.mark.parametrize("year", YEARS)
def test_no_question_on_violence_or_sexuality_is_read(worded: pd.DataFrame, year: int) -> None:
    texts = worded[str(year)].loc[list(questions(mapping_of(year)).values())]
    words = ("sexual", "violence", "forced", "attacked", "dating", "gay", "race", "weapon")
    assert [text for text in texts if any(word in text.lower() for word in words)] == []


@pytest.mark.parametrize("year", YEARS)
def test_no_mapping_names_ideation_plan_or_injury_as_an_input(year: int) -> None:
    mapping = mapping_of(year)
    read = {target: variable for target, variable in questions(mapping).items() if variable.upper() in LEAKING}
    assert read == {"outcomes.level": "QN28"}
    conditions = [*mapping.where, *(condition for block in mapping.blocks for condition in block.where)]
    assert [condition.column for condition in conditions] == ["year"]


def test_the_two_years_are_alike_in_name_coding_and_range() -> None:
    """A model of 2019 reads 2021: only the numbers of questions and the year itself differ."""

    def form(year: int) -> tuple[object, ...]:
        mapping = mapping_of(year)
        shape = [
            (
                target,
                cell.model_copy(update={"column": None, "constant": str(cell.constant).replace(str(year), "year")}),
            )
            for target, cell in cells_of(mapping)
        ]
        return shape, mapping.values, mapping.missing, mapping.leaking, mapping.dataset.label, mapping.dataset.mode

    assert form(2019) == form(2021)
    assert mapping_of(2019).features == mapping_of(2021).features == "features.toml"
    moved = [
        target
        for target, variable in questions(mapping_of(2019)).items()
        if questions(mapping_of(2021))[target] != variable
    ]
    assert set(moved) == {f"features.{name}" for name in SHIFTED}


def test_every_declared_feature_is_filled_and_has_a_direction_but_two() -> None:
    own = read_own_features(EXAMPLE / "features.toml")
    assert {f"features.{feature.name}" for feature in own} == {name for name in WORDING if name.startswith("features.")}
    assert {feature.name for feature in own if feature.adverse == "none"} == {"school_night_sleep", "weight_view"}


def test_an_invented_file_of_either_year_imports_cleanly(invented: Dataset) -> None:
    year = invented.description.as_of.year
    assert list(invented.students["student_id"]) == [f"yrbs-{year}-{row}" for row in (2, 3, 4)]
    assert list(invented.students["school_id"]) == ["psu-11", "psu-11", "psu-12"]
    assert invented.students["age_years"].tolist()[:2] == [15, 18]
    assert list(invented.students["sex"]) == ["female", "male", "unknown"]
    assert invented.students["grade"].isna().tolist() == [False, False, True]
    assert invented.tables["outcomes"]["level"].tolist() == [1, 0], "a blank is no outcome"
    assert (invented.description.mode, invented.description.origin) == ("concurrent", "foreign")
    report = check_dataset(invented)
    assert report.ok, report.problems


def test_a_blank_answer_is_unknown_and_never_no(invented: Dataset) -> None:
    concerns = invented.tables["concerns"].groupby("student_id")["value"].agg(list)
    assert list(concerns) == [["yes"] * 3, ["no"] * 3, ["unknown"] * 3]
    features = invented.tables["features"].drop(columns=["student_id", "observed_on", "recorded_on"])
    assert features.iloc[2].isna().all()
    first, second = features.iloc[0], features.iloc[1]
    assert (first["days_missed_unsafe"], first["fights"], first["active_days"]) == (2.5, 12, 7)
    assert (second["fights"], second["cannabis_times"], second["pain_medicine_times"]) == (2.5, 100, 1.5)
    assert (first["school_night_sleep"], second["school_night_sleep"]) == (4, 10)
    assert (first["heroin_ever"], second["heroin_ever"]) == (1, 0)


def test_a_file_of_another_year_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, 2021)
    of_2019 = {variable: "1" for variable in questions(mapping_of(2019)).values()}
    pd.read_csv(file, dtype="str").assign(**of_2019).to_csv(file, index=False)
    with pytest.raises(UserError) as refused:
        import_files(EXAMPLE / "mapping-2019.toml", [file], tmp_path / "out")
    assert any("column year: an unknown code (known are 2019" in str(problem) for problem in refused.value.problems)


@pytest.mark.parametrize("column", ["QN26", "qn27", "Q28", "QN29"])
def test_the_mapping_refuses_an_input_that_leaks(tmp_path: Path, column: str) -> None:
    text = (EXAMPLE / "mapping-2021.toml").read_text("utf-8").replace('column = "QN25"', f'column = "{column}"')
    (tmp_path / "features.toml").write_text((EXAMPLE / "features.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "mapping.toml").write_text(text, "utf-8")
    with pytest.raises(UserError) as refused:
        import_files(tmp_path / "mapping.toml", [written(tmp_path, 2021)], tmp_path / "out")
    assert any(f"reads {column}, which is declared leaking" in str(problem) for problem in refused.value.problems)


def test_rows_and_base_rate_are_those_of_the_file(done: Imported) -> None:
    description = done.dataset.description
    provenance = description.provenance
    assert provenance is not None
    rows, answered, rate = {2019: (13_677, 10_520, 0.1014), 2021: (17_232, 15_573, 0.1126)}[description.as_of.year]
    assert (provenance.rows_read, provenance.rows_filtered, provenance.rows_set_aside) == (rows, 0, 0)
    outcomes = done.dataset.tables["outcomes"]
    assert len(outcomes) == answered
    assert outcomes["level"].mean() == pytest.approx(rate, abs=0.0001)
    report = check_dataset(done.dataset)
    assert report.ok, report.problems[:5]


def test_the_imported_inputs_hold_nothing_of_the_outcome(done: Imported) -> None:
    provenance = done.dataset.description.provenance
    assert provenance is not None
    inputs = [column.upper() for column in provenance.input_columns]
    assert len(inputs) > 20
    assert [column for column in inputs if any(fnmatchcase(column, pattern) for pattern in LEAKING)] == []
    assert set(provenance.outcome_columns) == {"QN28", "year"}


def test_values_follow_the_answers_of_the_file(done: Imported) -> None:
    year = done.dataset.description.as_of.year
    raw = pd.read_parquet(FOLDER / f"yrbs_{year}.parquet")
    features = done.dataset.tables["features"]
    asked = questions(mapping_of(year))
    for name in ("days_missed_unsafe", "fights", "school_night_sleep", "difficulty_concentrating"):
        source = raw[asked[f"features.{name}"]]
        assert features[name].isna().to_numpy().tolist() == source.isna().tolist(), "unknown is not no"
    unsafe = raw[asked["features.days_missed_unsafe"]]
    assert (features["days_missed_unsafe"].eq(4.5).to_numpy() == unsafe.eq("4 or 5 days").to_numpy()).all()
    # The yes-or-no form of each question is CDC's own: it has to agree with what the mapping makes of the answers.
    told = raw["QN" + asked["features.days_missed_unsafe"][1:]]
    assert (features["days_missed_unsafe"].gt(0).to_numpy() == told.eq(1).to_numpy()).all()
    concerns = done.dataset.tables["concerns"]
    bullied = concerns[(concerns["kind"] == "bullying") & (concerns["value"] == "yes")]
    assert len(bullied) == int(raw["QN23"].eq(1).sum() + raw["QN24"].eq(1).sum())
