"""The synthetic city as a dataset: whole, repeatable, labelled selectively, and apart from its truth."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import read_dataset
from data_schemas.instruments import score_sheets
from data_schemas.synthetic import City, Period, make_city, write_city
from runxin.errors import Kind, UserError

SAFETY = ("self_harm", "self_harm_serious", "suicide_attempt", "suicide_intent", "suicide_means", "bullying_serious")


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(4_000, seed=5)


@pytest.fixture(scope="module")
def city_of_ten() -> City:
    """The demo's own city: ten schools."""
    return make_city(10_000, seed=7)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_city(make_city(600, seed=3), tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "two"), "two runs with one seed differ"
    for kind in ("names", "truth"):
        one, two = ((tmp_path / f"{name}.{kind}.csv").read_bytes() for name in ("one", "two"))
        assert one == two, f"the {kind} of two runs with one seed differ"


def test_another_seed_gives_another_city() -> None:
    one, two = make_city(600, seed=3), make_city(600, seed=4)
    assert not one.dataset.students["student_id"].equals(two.dataset.students["student_id"])


@pytest.mark.parametrize("students", [50, 300, 2_500])
def test_a_city_of_any_size_passes_the_check(students: int) -> None:
    report = check_dataset(make_city(students, seed=1).dataset)
    assert report.ok, f"a city of {students} students: {report.problems[:3]}"


def test_too_small_a_city_is_refused() -> None:
    with pytest.raises(UserError, match="at least 50 students") as caught:
        make_city(10, seed=1)
    assert caught.value.kind is Kind.USAGE


def test_it_says_that_it_is_synthetic(city: City) -> None:
    description = city.dataset.description
    assert (description.synthetic, description.origin, description.mode) == (True, "synthetic", "longitudinal")
    assert "合成数据" in description.name
    assert description.seed == 5


def test_schools_and_classes_have_the_planned_shape(city: City) -> None:
    students = city.dataset.students
    assert len(students) == 4_000
    assert students["school_id"].nunique() == 4
    assert students.groupby("school_id")["stage"].nunique().max() == 1
    sizes = students.groupby(["school_id", "class_id"]).size()
    assert sizes.between(38, 52).all(), f"classes of {sizes.min()} to {sizes.max()} students"
    assert (students["student_id"].str.fullmatch(r"S-\d{5,}")).all()


def test_a_city_has_at_least_two_schools() -> None:
    assert make_city(100, seed=1).dataset.students["school_id"].nunique() == 2


def test_nothing_is_known_before_it_happens_or_after_the_as_of_date(city: City) -> None:
    as_of = pd.Timestamp(city.dataset.description.as_of)
    pairs = {"leaves": "start_on", "concerns": "reported_on", "outcomes": "observed_on", "family": "valid_from"}
    for table, happened in pairs.items():
        frame = city.dataset.tables[table]
        assert (frame["recorded_on"] >= frame[happened]).all(), f"{table}: recorded before it happened"
        assert (frame["recorded_on"] <= as_of).all(), f"{table}: recorded after the as-of date"
    for code, frame in city.dataset.responses.items():
        sent = frame[frame["submitted_at"].notna()]  # a sheet on paper, keyed in later, has no such moment
        assert (sent["received_at"] > sent["submitted_at"]).all(), f"{code}: received before it was sent"
        assert (sent["received_at"].dt.normalize() == sent["administered_on"]).all(), f"{code}: received another day"


def test_waves_end_before_their_index_dates(city: City) -> None:
    ends = pd.DatetimeIndex([*city.dataset.description.index_dates, city.dataset.description.as_of])
    sheets = city.dataset.responses["phq9"]
    days = sheets.loc[sheets["submitted_at"].notna(), "administered_on"]  # late ones are keyed in after their wave
    wave = np.searchsorted(ends, days)
    assert set(wave) == {0, 1, 2, 3}
    before = ends[wave] - pd.DatetimeIndex(days)
    assert before.days.min() >= 2
    assert before.days.max() <= 16, "a wave lasts longer than eight school days and a holiday"


def test_labels_exist_mainly_for_those_who_were_picked(city: City) -> None:
    outcomes = city.dataset.tables["outcomes"]
    talks = outcomes[outcomes["kind"] == "interview"]
    assert talks["student_id"].nunique() < 0.5 * len(city.dataset.students)
    assert set(talks["selection_reason"]) == {"floor", "ranked", "concern", "audit"}
    assert talks["selection_prob"].between(0.02, 1).all()
    assert not talks.loc[talks["selection_reason"] == "audit", "saw_score"].any(), "an audit is blind to the score"
    severe = talks[talks["level"] == 3].drop_duplicates("student_id")
    assert (severe["second_interviewer"].notna() & (severe["second_interviewer"] != severe["interviewer"])).all()


def test_safety_evidence_of_past_waves_was_assessed_and_some_of_this_one_waits(city: City) -> None:
    outcomes = city.dataset.tables["outcomes"]
    last_talk = outcomes[outcomes["kind"] == "interview"].groupby("student_id")["observed_on"].max()
    sheets = city.dataset.responses["phq9"]
    positive = sheets[sheets["item_9"].fillna(1) >= 1]
    assessed = positive["student_id"].map(last_talk) >= positive["administered_on"]
    present = positive["administered_on"] > pd.Timestamp("2026-03-01")
    assert assessed[~present].mean() > 0.97, "safety evidence of past waves stays open"
    assert 0.80 < assessed[present].mean() < 0.95, f"{assessed[present].mean():.2f} of the present checks are done"
    concerns = city.dataset.tables["concerns"]
    reports = concerns[concerns["kind"].isin(SAFETY)]
    answered = reports["student_id"].map(last_talk) >= reports["reported_on"]
    assert answered[reports["reported_on"] < pd.Timestamp("2026-03-01")].mean() > 0.95


def test_one_school_s_attendance_feed_fell_silent(city: City) -> None:
    feeds = city.dataset.tables["feeds"]
    as_of = pd.Timestamp(city.dataset.description.as_of)
    quiet = feeds[feeds["covered_to"] < as_of]
    assert list(quiet["table"]) == ["leaves"]
    assert (as_of - quiet["covered_to"].iloc[0]).days >= 21
    students = city.dataset.students
    members = students.loc[students["school_id"] == quiet["school_id"].iloc[0], "student_id"]
    leaves = city.dataset.tables["leaves"]
    known = leaves.loc[leaves["student_id"].isin(members), "recorded_on"]
    assert known.max() <= quiet["covered_to"].iloc[0]


def test_some_never_consented_and_some_withdrew(city: City) -> None:
    consents = city.dataset.tables["consents"]
    silent = set(city.dataset.students["student_id"]) - set(consents["student_id"])
    assert 10 < len(silent) < 90
    assert not silent & set(city.dataset.responses["phq9"]["student_id"]), "a sheet without consent"
    withdrawn = consents[consents["withdrawn_on"].notna()]
    by_scope = withdrawn["scope"].value_counts()
    assert set(by_scope.index) == {"model_score", "research"}
    assert 5 < by_scope["model_score"] < 45
    asked = consents.groupby("scope")["student_id"].nunique()
    assert 0.9 < asked["research"] / asked["screening"] < 0.98, "some agree to all but training"


def test_roster_errors_are_there(city: City) -> None:
    values = city.dataset.tables["family"]["value"].value_counts(normalize=True)
    assert 0.04 < values["unknown"] < 0.06
    assert city.dataset.tables["family"]["verified_by"].isna().mean() < 0.08


def test_schools_use_different_questionnaires_and_most_of_them_phq9(city_of_ten: City) -> None:
    school = city_of_ten.dataset.students.set_index("student_id")["school_id"]
    used: dict[str, set[str]] = {}
    for code, frame in city_of_ten.dataset.responses.items():
        for place in frame["student_id"].map(school).dropna().unique():
            used.setdefault(place, set()).add(code)
    sets = sorted(tuple(sorted(codes)) for codes in used.values())
    assert set(sets) == {("gad7", "phq9"), ("mht",), ("mssmhs",), ("cesd",)}
    assert sets.count(("gad7", "phq9")) == 7
    largest = school.value_counts().index[0]
    assert used[largest] == {"phq9", "gad7"}, "the demo opens the largest school"


def test_sheets_of_other_questionnaires_hold_what_their_keys_ask(city_of_ten: City) -> None:
    instruments = city_of_ten.dataset.instruments
    for code, reversed_less in (("cesd", 1.0), ("mssmhs", None), ("mht", None)):
        frame = city_of_ten.dataset.responses[code]
        answers = frame.filter(regex=r"^item_\d+$").to_numpy(dtype=float, na_value=np.nan)
        coding = instruments[code].coding
        assert np.nanmin(answers) == coding.low
        assert np.nanmax(answers) == coding.high
        scores = score_sheets(instruments[code], answers)
        assert scores.valid.mean() > 0.93
        if reversed_less is not None:
            turned = np.array(instruments[code].turned) - 1
            plain = np.setdiff1d(np.arange(answers.shape[1]), turned)
            assert np.nanmean(answers[:, turned]) > np.nanmean(answers[:, plain]) + reversed_less / 2
    mht = city_of_ten.dataset.responses["mht"]
    answers = mht.filter(regex=r"^item_\d+$").to_numpy(dtype=float, na_value=np.nan)
    assert 0.005 < score_sheets(instruments["mht"], answers).void.mean() < 0.05, "the validity scale voids some sheets"


def test_everyone_says_once_a_year_whether_sleep_is_short(city: City) -> None:
    concerns = city.dataset.tables["concerns"]
    asked = concerns[(concerns["kind"] == "sleep_short") & (concerns["source"] == "student")]
    assert set(asked["value"]) == {"yes", "no"}
    assert set(asked["reported_on"].dt.year) == {2024, 2025}
    assert not asked.assign(year=asked["reported_on"].dt.year).duplicated(["student_id", "year"]).any()


def test_ordinary_talks_are_entered_late_and_safety_checks_promptly(city: City) -> None:
    outcomes = city.dataset.tables["outcomes"]
    talks = outcomes[(outcomes["kind"] == "interview") & (outcomes["observed_on"] < pd.Timestamp("2026-01-01"))]
    late = (talks["recorded_on"] - talks["observed_on"]).dt.days
    ordinary = talks["selection_reason"].isin(["ranked", "audit"])
    assert 8 <= late[ordinary].median() <= 10
    assert late[ordinary].quantile(0.9) > 15
    assert late[talks["second_interviewer"].notna() & (talks["selection_reason"] == "floor")].median() <= 1


def test_truth_and_names_stay_outside_the_dataset(city: City, tmp_path: Path) -> None:
    names, truth = write_city(city, tmp_path / "city")
    assert names == (tmp_path / "city.names.csv").resolve()
    assert truth == (tmp_path / "city.truth.csv").resolve()
    hidden = {*city.truth.columns, "name"} - {"student_id", "level"}
    read = read_dataset(tmp_path / "city")
    for name, frame in {**read.tables, **read.responses}.items():
        assert not hidden & set(frame.columns), f"{name} holds what nobody can know"
    assert not [path for path in files(tmp_path / "city") if "truth" in path or "names" in path]
    assert set(pd.read_csv(names).columns) == {"student_id", "name"}


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path, city: City) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "mine.txt").write_text("keep", "utf-8")
    with pytest.raises(UserError, match="not empty"):
        write_city(city, tmp_path / "city")
    assert not (tmp_path / "city.truth.csv").exists()


def test_waves_can_be_chosen() -> None:
    city = make_city(300, 1, Period(index_dates=(date(2025, 11, 7),)))
    assert list(city.truth["index_date"].unique()) == ["2025-11-07", "2026-04-03"]
