"""Totals that were worked out elsewhere: their unit is stated or asked for, and they are held against the answers."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, read_dataset
from models import assess, read_policy, records_of
from models.assessment import InstrumentResult
from tests.api_state import Api, make_api, record
from tests.command_line import told

MAPPING = """
[dataset]
name = "totals"
origin = "local"
mode = "longitudinal"
as_of = 2026-03-31
[student_id]
column = "学号"
[[blocks]]
table = "students"
[blocks.columns]
school_id = {{ constant = "school-1" }}
stage = {{ constant = "junior" }}
sex = "性别"
[[blocks]]
table = "scores"
[blocks.columns]
instrument = {{ constant = "{code}" }}
administered_on = "测评日期"
{stated}
[blocks.long]
{scales}
"""
RAW, ZERO = 'unit = { constant = "raw" }', 'coding_variant = { constant = "0-4" }'
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


class School:
    """A file of totals and its mapping."""

    def __init__(self, folder: Path, capsys: Capsys, code: str, scales: Sequence[str], rows: Sequence[Sequence[float]]):
        self.folder, self.capsys, self.code, self.scales = folder, capsys, code, scales
        lines = [",".join(["学号", "性别", "测评日期", *scales])]
        lines += [
            ",".join([f"{9100 + n}", "女", "2026-03-30", *(f"{value:g}" for value in row)])
            for n, row in enumerate(rows)
        ]
        (folder / "t.csv").write_text("\n".join(lines), "utf-8")

    def imported(self, *options: str, stated: str = "", code: int = 0) -> dict[str, Any]:
        named = "\n".join(f'{scale} = "{scale}"' for scale in self.scales)
        text = MAPPING.format(code=self.code, stated=stated, scales=named)
        (self.folder / "m.toml").write_text(text, "utf-8")
        files = (str(self.folder / "t.csv"), "--out", str(self.folder / "out"))
        return told(self.capsys, "import", "--mapping", str(self.folder / "m.toml"), *files, *options, code=code)

    def results(self) -> list[InstrumentResult]:
        dataset = read_dataset(self.folder / "out")
        assert check_dataset(dataset).ok
        return results(dataset)


def results(dataset: Dataset) -> list[InstrumentResult]:
    said = assess(records_of(dataset), date(2026, 3, 31), None, read_policy())
    assert all(one.screened for one in said), "who gave a total or scales was screened"
    return [one.instruments[0] for one in said]


@pytest.mark.parametrize(
    ("code", "values", "stated", "totals"),
    [
        ("sds", [41, 63, 70], RAW, [51, 78, 87]),
        ("sds", [41, 63, 70], 'unit = { constant = "own" }', [41, 63, 70]),
        ("mssmhs", [75, 120, 180], RAW, [1.25, 2, 3]),
        ("scl90", [95, 110, 300], ZERO, [185, 200, 390]),
        ("phq9", [4, 9, 20], "", [4, 9, 20]),
    ],
)
def test_a_total_comes_to_the_definitions_own_by_what_it_states(
    tmp_path: Path, capsys: Capsys, code: str, values: list[float], stated: str, totals: list[float]
) -> None:
    school = School(tmp_path, capsys, code, ["total"], [[value] for value in values])
    school.imported(stated=stated)
    assert [one.total for one in school.results()] == totals


@pytest.mark.parametrize(
    ("code", "values", "fix"),
    [
        ("sds", [41, 63, 70], 'unit = { constant = "own" } or unit = { constant = "raw" }'),
        ("scl90", [95, 110, 300], 'unit = { constant = "own" } or unit = { constant = "own" }, coding_variant'),
    ],
)
def test_a_total_that_may_be_in_two_units_is_asked_about_once(
    tmp_path: Path, capsys: Capsys, code: str, values: list[float], fix: str
) -> None:
    school = School(tmp_path, capsys, code, ["total"], [[value] for value in values])
    (problem,) = school.imported(code=3)["problems"]
    assert problem["what"].startswith(f"in which unit and coding are the figures of {code} total?")
    assert problem["what"].endswith("(3 rows)")
    assert fix in problem["fix"]


@pytest.mark.parametrize("aside", [(), ("--set-aside",)])
@pytest.mark.parametrize(
    ("code", "scales", "rows", "count"),
    [
        ("dass21", ["depression", "anxiety", "stress"], [[21, 17, 19], [15, 11, 9], [7, 5, 3], [2, 2, 1]], 4),
        ("mssmhs", ["total"], [[75], [120]], 2),
        ("sds", ["total"], [[59], [31], [62], [99]], 2),
    ],
)
def test_totals_in_another_unit_are_one_problem_for_which_no_row_is_set_aside(
    tmp_path: Path,
    capsys: Capsys,
    code: str,
    scales: list[str],
    rows: list[list[float]],
    count: int,
    aside: tuple[str, ...],
) -> None:
    school = School(tmp_path, capsys, code, scales, rows)
    (problem,) = school.imported(*aside, code=3)["problems"]
    assert problem["what"].startswith(f"{code} looks given in another unit than is stated")
    assert all(scale in problem["what"] for scale in scales)
    assert (problem["count"], problem["column"], problem["row"]) == (count, None, 2)
    assert problem["fix"].startswith(f"write {RAW} into the block's columns")
    assert not (school.folder / "out").exists(), "the severest rows would have been left out"


def test_several_scales_whose_unit_is_open_are_asked_about_once(tmp_path: Path, capsys: Capsys) -> None:
    scales = ["depression", "anxiety"]
    (problem,) = School(tmp_path, capsys, "dass21", scales, [[10, 8], [14, 2]]).imported(code=3)["problems"]
    assert problem["what"].startswith("in which unit and coding are the figures of dass21 anxiety, depression?")


def test_setting_aside_is_not_offered_for_a_severe_total_and_names_it(tmp_path: Path, capsys: Capsys) -> None:
    school = School(tmp_path, capsys, "phq9", ["total"], [[4], [9], [72]])
    refused = school.imported(code=3)
    assert [one["what"] for one in refused["problems"]] == ["total of phq9 lies from 0 to 27"]
    assert refused["error"]["fix"].startswith("mend the cells: with --set-aside 1 row with safety evidence")
    aside = school.imported("--set-aside")
    assert [(one["row"], one["student_id"], one["positive"], one["kept"]) for one in aside["safety"]] == [
        (4, "9102", False, False)
    ]


def test_scales_without_a_total_count_as_screened(tmp_path: Path, capsys: Capsys) -> None:
    school = School(tmp_path, capsys, "dass21", ["depression", "anxiety", "stress"], [[7, 5, 3], [21, 17, 19]])
    school.imported(stated=RAW)
    first, second = school.results()
    assert (first.total, first.scales_only, second.scales_only) == (None, True, True)
    assert {score.code: score.value for score in first.scores if score.value is not None} == {
        "depression": 14,
        "anxiety": 10,
        "stress": 6,
    }


def test_a_standard_score_follows_from_the_raw_one(tmp_path: Path, capsys: Capsys) -> None:
    school = School(tmp_path, capsys, "sds", ["raw"], [[41], [70]])
    school.imported()
    assert [one.total for one in school.results()] == [51, 87]


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return make_api(tmp_path / "api")


def score(api: Api, **row: object) -> Any:
    one = {"instrument": "sds", "scale": "total", "value": 41, "administered_on": "2026-11-18", **row}
    return api.post("/score", record(scores=[one]), api.key())


def test_a_platform_states_the_unit_too(api: Api) -> None:
    answer = score(api, unit="raw")
    assert answer.status_code == 200, answer.text
    totals = {one["code"]: one["total"] for one in answer.json()["instruments"]}
    assert totals["sds"] == 51


@pytest.mark.parametrize(
    ("row", "what", "fix"),
    [
        ({"value": 59}, "a total of sds is a figure that no answers come to", '"unit": "raw"'),
        ({"value": 19}, "a total of sds lies from 25 to 100", None),
        ({"unit": "raw", "coding_variant": "0-3"}, "sds has no coding 0-3", "state another unit"),
        ({"instrument": "dass21", "scale": "stress", "value": 19}, "the score stress of dass21", '"unit": "raw"'),
    ],
)
def test_a_figure_that_cannot_be_is_answered_with_the_units_in_which_it_can(
    api: Api, row: dict[str, object], what: str, fix: str | None
) -> None:
    answer = score(api, **row)
    assert answer.status_code == 422, answer.text
    (problem,) = answer.json()["errors"]
    assert what in json_text(problem)
    assert fix is None or fix in str(problem["fix"])


def json_text(problem: dict[str, Any]) -> str:
    return " ".join(str(value) for value in problem.values())


def test_a_platforms_total_is_held_against_the_answers(tmp_path: Path, capsys: Capsys) -> None:
    head = "学号,性别,年级,测评日期," + ",".join(f"PHQ{n}" for n in range(1, 10)) + ",PHQ9总分,等级"
    rows = [f"900{n},女,初二,2026-03-30,0,2,1,1,1,1,1,1,1,{18 if n < 4 else 9},中度" for n in range(6)]
    rows.append("9009,女,初二,2026-03-30,1,1,1,1,1,1,1,1,,8,中度")
    (tmp_path / "p.csv").write_text("\n".join([head, *rows]), "utf-8")
    source, mapping, out = str(tmp_path / "p.csv"), str(tmp_path / "m.toml"), str(tmp_path / "out")
    assert told(capsys, "import", "--draft", mapping, source)["unread"] == {"p.csv": ["等级"]}
    (problem,) = told(capsys, "import", "--mapping", mapping, source, "--out", out, code=3)["problems"]
    assert problem["column"] == "PHQ9总分"
    assert problem["what"] == (
        "phq9: 4 of 6 totals are not those of the answers (row 2: 18, the answers 9; row 3: 18, the answers 9; "
        "row 4: 18, the answers 9; and 1 more)"
    )
    told(capsys, "import", "--mapping", mapping, source, "--out", out, "--set-aside")
    assert len(read_dataset(Path(out)).responses["phq9"]) == 7, "the answers count: nobody's sheet is set aside"


SDQ = ["total", "emotional", "conduct", "hyperactivity", "peer"]


def test_an_imported_total_that_is_not_its_scales_is_listed_and_no_row_is_lost(tmp_path: Path, capsys: Capsys) -> None:
    school = School(tmp_path, capsys, "sdq_self", SDQ, [[30, 2, 2, 2, 2], [8, 2, 2, 2, 2], [9, 2, 2, 2, 2]])
    (problem,) = school.imported(code=3)["problems"]
    assert problem["what"] == (
        "total of sdq_self is not the sum of emotional, conduct, hyperactivity, peer "
        "(the first: 30, its parts come to 8)"
    )
    assert (problem["count"], problem["rows"], problem["column"]) == (2, [2, 4], "total")
    done = school.imported("--set-aside")
    assert (done["rows_set_aside"], done["rows_unsettled"], done["tables"]["scores"]) == (0, 0, 15)
    dataset = read_dataset(school.folder / "out")
    asked = [one.row for one in check_dataset(dataset).questions if one.what.startswith("total of sdq_self is not")]
    assert asked == [2, 4], "and asked about again by check"
    assert [one.suspect for one in results(dataset)] == [("parts",), (), ("parts",)]


def test_a_platforms_total_that_is_not_its_scales_is_filed_and_in_doubt(api: Api) -> None:
    rows = [
        {"instrument": "sdq_self", "scale": scale, "value": value, "administered_on": "2026-11-18"}
        for scale, value in zip(SDQ, [30, 2, 2, 2, 2], strict=True)
    ]
    answer = api.post("/score", record(responses=[], scores=rows), api.key()).json()
    assert answer["recorded"]
    assert [one["suspect"] for one in answer["instruments"]] == [["parts"]]
    assert {"suspect", "safety_question"} <= {one["why"] for one in answer["data_quality"]["retest"]}


@pytest.mark.parametrize(("code", "scale", "value"), [("sds", "total", 87), ("dass21", "depression", 42)])
def test_a_severe_total_of_a_platform_is_asked_about_in_person(api: Api, code: str, scale: str, value: float) -> None:
    """No floor was proposed for these; a person asks about safety, by a day, and the tier stays."""
    row = {"instrument": code, "scale": scale, "value": value, "administered_on": "2026-11-18"}
    answer = api.post("/score", record(responses=[], scores=[row]), api.key()).json()
    assert answer["tier"]["code"] == "routine"
    assert [one["why"] for one in answer["data_quality"]["retest"]] == ["safety_question"]
    assert answer["due"]["what"]["zh"] == "10 个上学日内当面询问"


def test_a_total_beside_the_items_is_held_against_them_where_the_mapping_does_not_name_it(
    tmp_path: Path, capsys: Capsys
) -> None:
    head = "学号,性别,年级,测评日期," + ",".join(f"PHQ{n}" for n in range(1, 10)) + ",PHQ9总分"
    rows = [f"900{n},女,初二,2026-03-30,0,2,1,1,1,1,1,1,1,{18 if n < 4 else 9}" for n in range(6)]
    (tmp_path / "p.csv").write_text("\n".join([head, *rows]), "utf-8")
    source, mapping, out = str(tmp_path / "p.csv"), str(tmp_path / "m.toml"), str(tmp_path / "out")
    told(capsys, "import", "--draft", mapping, source)
    text = [line for line in (tmp_path / "m.toml").read_text("utf-8").splitlines() if not line.startswith("total =")]
    (tmp_path / "m.toml").write_text("\n".join(text), "utf-8")
    (problem,) = told(capsys, "import", "--mapping", mapping, source, "--out", out, code=3)["problems"]
    assert problem["what"].startswith("phq9: 4 of 6 totals are not those of the answers")
    done = told(capsys, "import", "--mapping", mapping, source, "--out", out, "--set-aside")
    assert (done["rows_set_aside"], done["tables"]["responses/phq9"]) == (0, 6)
