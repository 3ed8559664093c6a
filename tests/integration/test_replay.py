"""`runxin replay`: what was said once is said again, though model, policy and data have moved on."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from data_schemas.dataset import Dataset
from models import Artifact, save_artifact
from runxin.cli.main import run
from runxin.settings import Settings, read_settings
from serving.store import audit_rows, erase_record, open_store
from serving.store.contents import content_of
from serving.store.tables import contents, inputs
from tests.api_state import days_ago, make_api, promote, record
from tests.factories import NOW
from tests.replayable import replayable_city, with_later_rows

Say = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The city on a day, and with what came in during the month after."""
    folder = tmp_path_factory.mktemp("cities")
    first: Dataset = replayable_city(folder / "first", 120)
    with_later_rows(first, folder / "later")
    return folder / "first", folder / "later"


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a verb with --json: its exit code and the last line of stdout."""
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))

    def call(*arguments: str) -> tuple[int, dict[str, Any]]:
        code = run([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return call


@pytest.fixture
def settings(say: Say) -> Settings:
    return read_settings()


def put_champion(settings: Settings, artifact: Artifact) -> None:
    shutil.rmtree(settings.champion, ignore_errors=True)
    save_artifact(artifact, settings.champion)


def listed(say: Say) -> dict[str, str]:
    """Students of every list's queues with the ids of their assessments."""
    lists = say("list")[1]["lists"]
    lines = [line for one in lists for queue in one["queues"] for line in queue["entries"]]
    return {line["student_id"]: line["assessment_id"] for line in lines if line["assessment_id"] is not None}


def test_an_old_assessment_is_the_same_after_all_has_changed(
    say: Say, settings: Settings, city: tuple[Path, Path], booster: Artifact, splines: Artifact
) -> None:
    put_champion(settings, booster)
    assert say("screen", str(city[0]), "--as-of", "2026-03-06")[0] == 0
    old = listed(say)
    put_champion(settings, splines)
    settings.policy_file.write_text("[floors]\nR01 = false\n[leave]\nlong_days = 3.0\n", "utf-8")
    assert say("screen", str(city[1]), "--as-of", "2026-04-03")[0] == 0
    new = listed(say)
    assert len(old) > 10
    assert not set(old.values()) & set(new.values())
    models = set()
    for student in sorted(old)[:6]:
        code, done = say("replay", old[student])
        assert (code, done["outcome"], done["differences"]) == (0, "identical", [])
        assert (done["as_of"], done["same_code"]) == ("2026-03-06", True)
        models.add((done["model"], done["policy"]))
    for student in sorted(new)[:6]:
        code, done = say("replay", new[student], "--purpose", "rights_request")
        assert (code, done["outcome"]) == (0, "identical")
        models.add((done["model"], done["policy"]))
    assert len(models) == 2, "each by the model and the policy of its own day"
    assert {folder.name for folder in settings.models.iterdir()} == {model for model, _ in models}
    with open_store(settings) as store:
        newest = audit_rows(store, 1)[0]
    assert (newest.action, newest.purpose, newest.object_id) == (
        "assessment.replayed",
        "rights_request",
        sorted(new)[5],
    )


def test_a_missing_or_changed_model_is_named(
    say: Say, settings: Settings, city: tuple[Path, Path], splines: Artifact
) -> None:
    put_champion(settings, splines)
    say("screen", str(city[0]), "--as-of", "2026-03-06")
    assessment_id = next(iter(listed(say).values()))
    (folder,) = settings.models.iterdir()
    file = folder / "calibration.json"
    file.write_text(file.read_text("utf-8").replace("slope", "slopf"), "utf-8")
    code, told = say("replay", assessment_id)
    assert code == 3
    assert told["error"]["message"] == "the archived model was changed"
    assert [problem["file"] for problem in told["problems"]] == ["calibration.json"]
    shutil.rmtree(folder)
    code, told = say("replay", assessment_id)
    assert code == 3
    assert told["error"]["message"] == "the model is not in the archive"
    assert [problem["file"] for problem in told["problems"]] == [f"models/{folder.name}"]
    assert "backup" in told["error"]["fix"]


def test_changed_and_missing_inputs_are_named(say: Say, settings: Settings, city: tuple[Path, Path]) -> None:
    say("screen", str(city[0]), "--as-of", "2026-03-06")
    student, assessment_id = next(iter(listed(say).items()))
    mine = inputs.c.student_id == student
    with open_store(settings) as store:
        with store.writing() as connection:
            kept = connection.execute(inputs.select().where(mine)).one()
            forged = content_of("inputs", {"rows": {}}).stored
            connection.execute(inputs.update().where(mine).values(content=forged))
        code, told = say("replay", assessment_id)
        assert (code, told["error"]["message"]) == (3, "what is stored for a replay was changed")
        assert [problem["what"] for problem in told["problems"]] == [f"inputs {kept.sha256}: its SHA-256 differs"]
        with store.writing() as connection:
            connection.execute(inputs.delete().where(mine))
        code, told = say("replay", assessment_id)
        assert (code, told["error"]["message"]) == (3, f"the stored inputs {kept.sha256} are missing")
        other = next(one for who, one in listed(say).items() if who != student)
        with store.writing() as connection:
            policy = connection.scalar(sa.select(contents.c.sha256).where(contents.c.kind == "policy"))
            connection.execute(contents.delete().where(contents.c.sha256 == policy))
        code, told = say("replay", other)
        assert (code, told["error"]["message"]) == (3, "what is stored for a replay is incomplete")
        assert [problem["what"] for problem in told["problems"]] == [f"no content {policy}"]


def test_an_assessment_that_was_changed_differs_by_field(
    say: Say, settings: Settings, city: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    from serving.store.payload import pack, unpack
    from serving.store.tables import assessments

    say("screen", str(city[0]), "--as-of", "2026-03-06")
    assessment_id = next(iter(listed(say).values()))
    mine = assessments.c.assessment_id == assessment_id
    with open_store(settings) as store, store.writing() as connection:
        said = unpack(connection.scalar(sa.select(assessments.c.payload).where(mine)) or b"")
        severity = said["severity"]
        forged = {**said, "severity": severity + 0.25, "floors": [], "tier": "routine"}
        connection.execute(assessments.update().where(mine).values(payload=pack(forged)))
    code, done = say("replay", assessment_id)
    assert (code, done["outcome"]) == (4, "different")
    found = {one["field"]: (one["stored"], one["replayed"]) for one in done["differences"]}
    assert found["severity"] == (severity + 0.25, severity)
    if said["tier"] != "routine":
        assert found["tier"] == ("routine", said["tier"])
    assert run(["replay", assessment_id]) == 4
    assert f"severity: stored {severity + 0.25}, replayed {severity}" in capsys.readouterr().out


def test_other_code_is_said_beside_the_result(
    say: Say, city: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    say("screen", str(city[0]), "--as-of", "2026-03-06")
    assessment_id = next(iter(listed(say).values()))
    monkeypatch.setattr("serving.replay.replay.code_fingerprint", lambda: "0123456789abcdef")
    code, done = say("replay", assessment_id)
    assert (code, done["outcome"], done["same_code"]) == (0, "identical", False)
    assert done["replayed_by"]["code"] == "0123456789abcdef" != done["made_by"]["code"]
    assert run(["replay", assessment_id]) == 0
    assert "replayed by other code than it was made by: code " in capsys.readouterr().out


def test_entries_of_the_api_are_replayed(say: Say, settings: Settings) -> None:
    api = make_api(settings.home)
    promote(api)
    plain = api.post("/score", record()).json()
    declined = record("S-2", consents=[{"scope": "model_score", "given_on": days_ago(9), "withdrawn_on": days_ago(2)}])
    told = api.post("/score_batch", {"records": [declined, record("S-3", leaves=[])]}).json()
    ids = [one["entry_id"] for one in (plain, *told["results"])]
    assert len(set(ids)) == 3
    shutil.copytree(settings.champion, settings.models / champion_of(api.state.champion.now().artifact))
    shutil.rmtree(settings.champion)
    promote(api, "2")
    later = api.post("/score", record()).json()
    for entry_id, version in zip([*ids, later["entry_id"]], ("1", "1", "1", "2"), strict=True):
        code, done = say("replay", entry_id)
        if version == "2":
            assert (code, done["error"]["kind"]) == (3, "bad-data"), "nobody archived this one"
        else:
            assert (code, done["outcome"]) == (0, "identical")


def champion_of(artifact: Artifact | None) -> str:
    assert artifact is not None
    return artifact.sha256


def test_an_erased_one_says_so_and_no_more(say: Say, settings: Settings, city: tuple[Path, Path]) -> None:
    say("screen", str(city[0]), "--as-of", "2026-03-06")
    (student, assessment_id), (_, other) = list(listed(say).items())[:2]
    with open_store(settings) as store:
        assert erase_record(store, student, NOW, "cli") == 1
        assert say("replay", assessment_id) == (0, {"outcome": "erased"})
        newest = audit_rows(store, 1)[0]
    assert (newest.action, newest.object_id, newest.detail) == ("assessment.replayed", None, "erased")
    assert assessment_id not in listed(say).values()
    assert say("replay", other)[0] == 0
    code, told = say("replay", "no-such-id")
    assert (code, told["error"]["kind"]) == (2, "not-found")
