"""Answers in blocks of a mapping: absent items, codings, patterns, own questionnaires, totals scored elsewhere."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from data_schemas.dataset import read_dataset
from runxin.cli.main import run
from tests.command_line import told

Rows = Sequence[Sequence[object]]
MAPPING = """
[dataset]
name = "a"
origin = "local"
mode = "longitudinal"
as_of = 2026-11-26
[student_id]
column = "学号"
[[blocks]]
table = "students"
[blocks.columns]
school_id = { constant = "s" }
stage = { constant = "junior" }
sex = { constant = "unknown" }
[[blocks]]
table = "responses/%s"
[blocks.items]
%s
[blocks.columns]
administered_on = { constant = 2026-11-03 }
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def write(tmp_path: Path, code: str, items: str, head: Sequence[str], rows: Rows) -> tuple[str, ...]:
    (tmp_path / "m.toml").write_text(MAPPING % (code, items), "utf-8")
    lines = [",".join(["学号", *head]), *(",".join(map(str, [n, *row])) for n, row in enumerate(rows))]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    return "--mapping", str(tmp_path / "m.toml"), str(tmp_path / "a.csv")


def test_an_item_that_the_file_does_not_have_is_unknown_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Platforms leave the question about suicide out: that is not an answer of never."""
    head = [f"第{n}题" for n in range(1, 9)]
    arguments = write(tmp_path, "phq9", 'columns = "第{n}题"\nabsent = [9]', head, [[0] * 8, [3] * 8])
    answers = told(capsys, "import", *arguments, "--preview")["blocks"][1]["answers"]
    assert (answers["absent"], answers["absent_critical"]) == ([9], [9])
    assert run(["import", *arguments, "--preview"]) == 0
    assert "unknown for everyone, never negative" in capsys.readouterr().out
    told(capsys, "import", *arguments, "--out", str(tmp_path / "out"))
    sheets = read_dataset(tmp_path / "out").responses["phq9"]
    assert sheets["item_9"].isna().all()


def test_an_answer_is_held_to_the_coding_of_its_block(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = [f"Q{n}" for n in range(1, 91)]
    rows = [[0] * 90, [4] * 89 + [5]]
    arguments = write(tmp_path, "scl90", 'columns = "Q{n}"\ncoding = "0-4"', head, rows)
    seen = told(capsys, "import", *arguments, "--preview", code=3)
    assert [(p["row"], p["column"], p["what"]) for p in seen["problems"]] == [(3, "Q90", "outside the range 0 to 4")]
    told(capsys, "import", *arguments, "--out", str(tmp_path / "out"), "--set-aside")
    assert read_dataset(tmp_path / "out").responses["scl90"]["coding_variant"].tolist() == ["0-4"]


def test_a_column_may_say_how_each_sheet_is_coded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = ["编码", *(f"Q{n}" for n in range(1, 91))]
    rows = [["0-4", *[0] * 90], ["1-5", *[1] * 90], ["1-5", *[0] * 90], ["9-9", *[1] * 90]]
    arguments = write(tmp_path, "scl90", 'columns = "Q{n}"', head, rows)
    mapping = tmp_path / "m.toml"
    mapping.write_text(mapping.read_text("utf-8") + 'coding_variant = "编码"\n', "utf-8")
    seen = told(capsys, "import", *arguments, "--preview", code=3)
    named = {(p["row"], p["column"], tuple(p["columns"])) for p in seen["problems"]}
    assert named == {(4, "Q1", tuple(f"Q{n}" for n in range(1, 91))), (5, "编码", ())}, "one cause, not 90"


@pytest.mark.parametrize(
    ("code", "items", "said"),
    [
        ("dsrsc", 'columns = "Q{n}"', "add coding = one of none0, often0"),
        ("phq9", 'columns = "Q{n}"\ncoding = "1-4"', "phq9 has no coding '1-4': add coding = one of 0-3"),
        ("phq9", 'columns = "Q{n}"\nabsent = [10]', "absent names item 10, and phq9 has 9"),
        ("sdq_self", 'columns = "Q{n}"', 'give its totals in a block with table = "scores": total'),
    ],
)
def test_a_block_that_cannot_be_read_rightly_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, items: str, said: str
) -> None:
    arguments = write(tmp_path, code, items, [f"Q{n}" for n in range(1, 26)], [[0] * 25])
    assert run(["import", *arguments, "--preview"]) == 3
    assert said in capsys.readouterr().err.replace("\n", " ")


def test_a_pattern_finds_one_header_or_says_that_it_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = [*(f"{n}、题面" for n in range(1, 8)), "7、又一题"]
    arguments = write(tmp_path, "gad7", 'columns = "{n}、*"', head, [[0] * 8])
    found = told(capsys, "import", *arguments, "--preview", code=3)["problems"]
    assert [(p["column"], p["what"]) for p in found] == [("7、*", "2 columns fit this pattern")]
    arguments = write(tmp_path, "gad7", 'columns = "{n}.*"', head, [[0] * 8])
    found = told(capsys, "import", *arguments, "--preview", code=3)["problems"]
    assert {p["what"] for p in found} == {"this column is absent"}
    assert len(found) == 7


def test_a_batch_that_runs_against_itself_is_refused_under_its_headers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CES-D whose four positive items the platform had turned already."""
    rows = [[n % 4] * 20 for n in range(60)]
    arguments = write(tmp_path, "cesd", 'columns = "Q{n}"', [f"Q{n}" for n in range(1, 21)], rows)
    out = str(tmp_path / "out")
    (found,) = told(capsys, "import", *arguments, "--out", out, code=3)["problems"]
    assert found["what"] == (
        "cesd: its reversed items (Q4, Q8, Q12, Q16) run against the others: they look turned already"
    )
    assert (found["file"], found["fix"]) == (
        "a.csv",
        "write turned = true into its items, where the platform has turned them",
    )
    told(capsys, "import", *arguments, "--out", out, "--set-aside")
    assert len(read_dataset(Path(out)).responses["cesd"]) == 60, "nobody's sheet is lost; the screening says it again"


def test_a_school_s_own_questionnaire_goes_with_the_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = str(tmp_path / "q.xlsx")
    told(capsys, "instrument", "template", "--out", template)
    told(capsys, "instrument", "new", "--from", template)
    arguments = write(tmp_path, "example", 'columns = "Q{n}"', [f"Q{n}" for n in range(1, 7)], [["总是"] * 6])
    told(capsys, "import", *arguments, "--out", str(tmp_path / "out"))
    dataset = read_dataset(tmp_path / "out")
    assert dataset.own_instruments["example"].items == 6
    assert dataset.responses["example"].iloc[0]["item_1"] == 3


def test_totals_scored_elsewhere_are_held_to_their_scales(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = MAPPING.split("[[blocks]]")
    scores = """
table = "scores"
[blocks.columns]
instrument = { constant = "sdq_self" }
administered_on = { constant = 2026-11-03 }
[blocks.long]
total = "困难总分"
emotional = "情绪"
"""
    (tmp_path / "m.toml").write_text("[[blocks]]".join([*text[:2], scores]), "utf-8")
    (tmp_path / "a.csv").write_text("学号,困难总分,情绪\n1,20,5\n2,41,5\n", "utf-8")
    arguments = ("--mapping", str(tmp_path / "m.toml"), str(tmp_path / "a.csv"))
    found = told(capsys, "import", *arguments, "--preview", code=3)["problems"]
    assert [(p["row"], p["column"]) for p in found] == [(3, "困难总分")]
    assert found[0]["what"] == "total of sdq_self lies from 0 to 40"
