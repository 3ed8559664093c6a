"""A code that nobody knows stops a screening, as `runxin check` says it would, never read as empty."""

import json
import shutil
from pathlib import Path

import pytest

from data_schemas.dataset import read_dataset
from runxin.settings import read_settings
from serving.store import audit_rows, open_store
from tests.integration.test_cli_screen import Say, city, say

__all__ = ["city", "say"]  # the fixtures


@pytest.mark.parametrize(
    ("table", "header", "row"),
    [
        ("consents", "student_id,scope,given_by,given_on", "{},model_score,grandma,2026-03-01"),
        ("concerns", "student_id,kind,reported_on", "{},self_harms,2026-03-01"),
        ("concerns", "student_id,kind,reported_on,source", "{},self_harm,2026-03-01,tracher"),
    ],
)
def test_a_code_nobody_knows_is_asked_about_by_check_and_by_screen(
    say: Say, city: Path, tmp_path: Path, table: str, header: str, row: str
) -> None:
    """Read as empty, a consent by an unknown giver would count, and a report of an unknown kind be another."""
    shutil.copytree(city, tmp_path / "here")
    who = read_dataset(city).students["student_id"].iloc[0]
    file = next((tmp_path / "here").glob(f"{table}.*"), tmp_path / "here" / f"{table}.csv")
    file.unlink(missing_ok=True)
    (tmp_path / "here" / f"{table}.csv").write_text(f"{header}\n{row.format(who)}\n", "utf-8")
    for verb in (("check",), ("screen", "--as-of", "2026-04-03")):
        code, said = say(verb[0], str(tmp_path / "here"), *verb[1:])
        assert code == 3, verb
        assert f"{table}, row 2" in json.dumps(said) or '"row": 2' in json.dumps(said), said
        assert "an unknown code" in json.dumps(said), said
    with open_store(read_settings()) as store:
        assert "run.published" not in {event.action for event in audit_rows(store)}
