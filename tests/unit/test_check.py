"""What a look over a dataset finds."""

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from data_schemas.check import CheckReport, check_dataset
from data_schemas.dataset import Dataset, Description, Label, conform, table_of

AS_OF = date(2026, 3, 31)
IDS = [f"s{n}" for n in range(60)]


def students() -> pd.DataFrame:
    return pd.DataFrame({"student_id": IDS, "school_id": "a", "stage": "junior", "sex": "female", "grade": 7})


def sheets(reverse: int | None = None) -> pd.DataFrame:
    """Sheets whose items all follow one latent value, except `reverse`, which runs against it."""
    level = np.arange(60) % 4
    items = {f"item_{n}": 3 - level if n == reverse else level for n in range(1, 10)}
    return pd.DataFrame({"student_id": IDS, "administered_on": pd.Timestamp("2026-03-01"), **items})


def dataset(
    mode: Literal["longitudinal", "concurrent"] = "longitudinal",
    synthetic: bool = False,
    label: Label | None = None,
    phq9: pd.DataFrame | None = None,
    **tables: pd.DataFrame,
) -> Dataset:
    told = Description(name="t", synthetic=synthetic, origin="local", mode=mode, as_of=AS_OF, label=label)
    made = Dataset(told, {}, {})
    frames = {
        name: conform(frame, table_of(name, made.instruments))
        for name, frame in {"students": students(), **tables}.items()
    }
    responses = {} if phq9 is None else {"phq9": conform(phq9, table_of("responses/phq9", made.instruments))}
    return Dataset(told, frames, responses)


def said(report: CheckReport) -> list[tuple[str | None, int | None, str | None]]:
    return [(problem.file, problem.row, problem.column) for problem in report.problems]


def test_a_sound_dataset_has_no_problems_and_counts_its_rows() -> None:
    report = check_dataset(dataset(phq9=sheets()))
    assert report.ok, report.problems
    assert report.counts == {"students": 60, "responses/phq9": 60}


def test_cells_outside_codes_and_ranges_and_blank_required_cells_are_named() -> None:
    people = students()
    people.loc[3, "sex"] = "girl"
    people.loc[4, "grade"] = 14
    people["school_id"] = people["school_id"].mask(people.index == 5)
    assert said(check_dataset(dataset(students=people))) == [
        ("students", 5, "sex"),
        ("students", 6, "grade"),
        ("students", 7, "school_id"),
    ]


def test_answers_outside_the_coding_are_problems_and_do_not_stop_the_check() -> None:
    answers = sheets()
    answers.loc[0, "item_2"] = 4
    report = check_dataset(dataset(phq9=answers))
    assert said(report) == [("responses/phq9", 2, "item_2")]
    assert "0 to 3" in report.problems[0].what


def test_an_item_that_runs_against_the_others_says_wrong_coding() -> None:
    report = check_dataset(dataset(phq9=sheets(reverse=4)))
    assert said(report) == [("responses/phq9", None, "item_4")]
    assert "wrong coding declared?" in str(report.problems[0].fix)
    some = check_dataset(dataset(phq9=sheets(reverse=4).head(20)))
    assert said(some) == [("responses/phq9", None, "item_4")]
    assert any("with 20 sheets only an item that runs against the others by -0.45" in note for note in some.notes)
    few = check_dataset(dataset(phq9=sheets(reverse=4).head(19)))
    assert few.ok
    assert any("too few to see" in note for note in few.notes)


def test_of_items_that_say_nothing_no_share_is_reckoned() -> None:
    blank = sheets().assign(**{f"item_{n}": None for n in range(2, 10)})
    notes = check_dataset(dataset(phq9=blank)).notes
    assert not any("runs against the others by" in note for note in notes)


def test_an_item_without_variance_is_a_note() -> None:
    answers = sheets().assign(item_9=0)
    report = check_dataset(dataset(phq9=answers))
    assert report.ok
    assert any("item 9 does not vary" in note for note in report.notes)


def test_contradictions_and_dates_out_of_order_are_problems_and_strangers_are_questions() -> None:
    people = pd.concat([students(), students().head(1).assign(school_id="b")], ignore_index=True)
    leave = {"student_id": ["s1", "nobody"], "type": "sick", "recorded_on": ["2026-03-02", "2026-04-02"]}
    dates = {"start_on": ["2026-03-02", "2026-03-02"], "end_on": ["2026-03-01", "2026-03-02"]}
    report = check_dataset(dataset(students=people, leaves=pd.DataFrame({**leave, **dates})))
    assert said(report) == [
        ("leaves", 2, "end_on"),
        ("leaves", 3, "recorded_on"),
        ("students", 2, "student_id"),
        ("students", 62, "student_id"),
    ]
    assert [(one.file, one.row, one.column) for one in report.questions] == [("leaves", 3, "student_id")]
    assert "身份待核" in str(report.questions[0].fix), "the row is not lost"
    assert check_dataset(dataset(leaves=pd.DataFrame({**leave, **dates}).tail(1).assign(recorded_on="2026-03-02"))).ok


def test_rows_that_say_the_same_are_told_and_count_once() -> None:
    row = {"student_id": "s1", "type": "sick", "start_on": "2026-03-02", "end_on": "2026-03-02", "half_days": 1}
    leaves = pd.DataFrame([row, row, {**row, "type": "personal"}]).assign(recorded_on="2026-03-02")
    flags = pd.DataFrame({"student_id": "s1", "flag": "left_behind", "value": ["yes"] * 2, "source": "school"})
    report = check_dataset(dataset(leaves=leaves, family=flags))
    assert report.ok, "the same row twice is no contradiction"
    assert "leaves: 1 row already said by another row, counted once (rows 3)" in report.notes
    assert "family: 1 row already said by another row, counted once (rows 3)" in report.notes


def test_leave_that_overlaps_is_named_by_row_and_is_no_problem() -> None:
    away = pd.DataFrame(
        {
            "student_id": [IDS[0], IDS[1], IDS[0], IDS[0], IDS[1], IDS[1]],
            "type": ["sick", "sick", "sick", "personal", "sick", "late"],
            "start_on": pd.to_datetime(
                ["2026-03-02", "2026-03-02", "2026-03-02", "2026-03-04", "2026-03-09", "2026-03-09"]
            ),
            "end_on": pd.to_datetime(
                ["2026-03-05", "2026-03-03", "2026-03-05", "2026-03-06", "2026-03-09", "2026-03-09"]
            ),
            "recorded_on": pd.Timestamp("2026-03-10"),
        }
    )
    report = check_dataset(dataset(leaves=away))
    assert report.ok
    assert [note for note in report.notes if note.startswith("leaves, row")] == [
        "leaves, row 4: this leave is there twice; each day counts once",
        "leaves, row 5: this leave overlaps with an earlier one of the student, or changes it; each day counts once",
    ]


def test_a_flag_that_is_yes_and_no_at_once_is_a_problem() -> None:
    flags = pd.DataFrame({"student_id": "s1", "flag": "left_behind", "value": ["yes", "no"], "source": "school"})
    assert said(check_dataset(dataset(family=flags))) == [("family", 3, "student_id")]


def outcomes(day: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"student_id": IDS[:10], "observed_on": day, "kind": "interview", "level": [2] * 3 + [0] * 7},
    ).assign(selection_reason=["ranked"] * 9 + [None])


def test_the_label_is_told_with_its_base_rate_and_who_was_picked() -> None:
    label = Label(name="need", kinds=("interview",), level=2, horizon_days=90)
    report = check_dataset(dataset(label=label, outcomes=outcomes("2026-04-20")))
    assert report.ok, "in a longitudinal dataset an outcome may lie after the as-of date"
    assert report.label is not None
    assert report.label["base_rate"] == pytest.approx(0.3)
    assert report.label["selection"] == {"ranked": 9}
    notes = " ".join(report.notes)
    for word in ("3 of 10 (30.0%)", "50 students without an outcome: unlabelled", "1 outcome without the reason why"):
        assert word in notes
    assert "10 outcomes after the as-of date" in notes
    assert "outcomes end on 2026-04-20, before the horizon is over" in notes
    assert "10 of 10 outcomes of picked students have no chance of having been picked on record" in notes
    assert "no interview by lot (audit) is among the outcomes" in notes
    assert (report.label["without_selection"], report.label["without_probability"]) == (1, 10)
    assert not check_dataset(dataset(mode="concurrent", label=label, outcomes=outcomes("2026-04-20"))).ok


def test_picking_that_is_on_record_is_not_complained_of() -> None:
    label = Label(name="need", kinds=("interview",), level=2, horizon_days=90)
    picked = outcomes("2026-03-20").assign(selection_reason=["ranked"] * 9 + ["audit"], selection_prob=0.3)
    everyone = outcomes("2026-03-20").assign(selection_reason="all")
    for frame in (picked, everyone):
        notes = " ".join(check_dataset(dataset(label=label, outcomes=frame)).notes)
        for word in ("do not say why", "selection probability", "by lot"):
            assert word not in notes


def test_synthetic_data_say_so() -> None:
    assert any("合成数据" in note for note in check_dataset(dataset(synthetic=True)).notes)
    assert not any("合成数据" in note for note in check_dataset(dataset()).notes)


def test_a_silent_feed_is_not_perfect_attendance() -> None:
    leaves = pd.DataFrame(
        {"student_id": ["s1"], "type": "sick", "start_on": "2026-03-02", "end_on": "2026-03-02"}
    ).assign(recorded_on="2026-03-02")
    assert any("no feeds table" in note for note in check_dataset(dataset(leaves=leaves)).notes)
    feeds = pd.DataFrame(
        {"school_id": ["a"], "table": ["leaves"], "covered_from": "2025-09-01", "covered_to": "2026-02-01"}
    )
    notes = check_dataset(dataset(leaves=leaves, feeds=feeds)).notes
    assert "leaves: the feed of 1 school ends before the as-of date" in notes
    elsewhere = feeds.assign(school_id="b")
    assert any(
        "1 of 1 school without coverage" in n for n in check_dataset(dataset(leaves=leaves, feeds=elsewhere)).notes
    )


D, LATER = "2026-03-02", "2026-03-09"


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ([(D, D)], [2]),
        ([(D, None), (D, D)], [2, 3]),
        ([("2026-02-02", D), (D, None)], [3]),
        ([("2026-02-02", D), (D, None), (LATER, None)], []),
        ([(D, LATER)], []),
        ([(D, None), ("2026-02-02", "2026-02-09")], []),
        ([(D, None)], []),
    ],
)
def test_a_consent_given_and_withdrawn_on_one_day_is_asked_about(
    rows: list[tuple[str, str | None]], asked: list[int]
) -> None:
    """It counts as withdrawn, and nobody can tell from days which came last."""
    given = [{"student_id": "s1", "scope": "model_score", "given_on": on, "withdrawn_on": off} for on, off in rows]
    other = {"student_id": "s2", "scope": "model_score", "given_on": D, "withdrawn_on": None}
    frame = pd.DataFrame([*given, other, {**other, "student_id": "s1", "scope": "screening"}])
    found = [one for one in check_dataset(dataset(consents=frame)).questions if one.file == "consents"]
    assert [one.row for one in found] == asked
    assert {one.what for one in found} <= {"given and withdrawn on one day: which came last? It counts as withdrawn"}
