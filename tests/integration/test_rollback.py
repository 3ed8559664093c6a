"""The way back: to a champion of before or to rules alone, at one person's word, and a service that takes it up."""

import io
from collections.abc import Iterator
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from models.champions import read_moves
from runxin.cli.main import run
from tests.api_state import Api, make_api, record
from tests.promotions import ANNA, WANG, Desk, register

# MLflow's own tables use what SQLAlchemy is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")
WHY = ("--by", ANNA, "--reason", "two schools report odd lists")


def alias(desk: Desk) -> str | None:
    found = desk.client.get_registered_model("runxin").aliases.get("champion")
    return None if found is None else str(found)


def without_mlflow(desk: Desk) -> None:
    desk.monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    desk.monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


def test_back_goes_a_step_each_time_and_never_forth_again(desk: Desk) -> None:
    for version in ("1", register(desk.settings), register(desk.settings)):
        desk.promotes(version)
    said = desk.says("rollback", *WHY)
    assert (said["version"], said["before"], said["by"], said["alias_moved"]) == ("2", "3", ANNA, True)
    assert (desk.serving(), alias(desk)) == ("2", "2")
    assert desk.says("rollback", *WHY)["version"] == "1", "not back to 3"
    last = desk.says("rollback", *WHY, code=2)["error"]
    assert last["message"] == "before version 1 rules alone decided"
    assert last["fix"] == "go back to them: --to rules"
    assert desk.says("rollback", "--to", "3", *WHY)["version"] == "3", "by its name it may come back"
    assert desk.says("rollback", "--to", "3", *WHY, code=2)["error"]["message"].startswith("this is what decides now")
    (event, *_) = desk.trail("champion.rolled_back")
    assert (event.actor, event.detail) == (ANNA, "version 1 (local) → version 3 (local)")


def test_rules_alone_are_always_there_to_go_back_to(desk: Desk) -> None:
    desk.promotes()
    desk.settings.history.write_text("unreadable", "utf-8")
    without_mlflow(desk)
    said = desk.says("rollback", "--to", "rules", *WHY)
    assert (said["version"], said["before"], said["alias_moved"]) == (None, "1", False)
    assert not desk.settings.champion.exists()
    assert list(desk.home.glob("champion.*")) == []
    assert "nothing to take back" in desk.says("rollback", "--to", "rules", *WHY, code=2)["error"]["message"]


def test_a_champion_whose_files_were_changed_can_be_taken_back(desk: Desk) -> None:
    desk.promotes()
    desk.promotes(register(desk.settings))
    (desk.settings.champion / "calibration.json").write_text("{}", "utf-8")
    assert desk.says("rollback", *WHY)["version"] == "1"


def test_mlflow_may_be_away(desk: Desk) -> None:
    desk.promotes()
    desk.promotes(register(desk.settings))
    without_mlflow(desk)
    said = desk.says("rollback", *WHY)
    assert (said["version"], said["alias_moved"]) == ("1", False)
    assert desk.serving() == "1"
    desk.monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert run(["rollback", "--to", "2", *WHY, "--password-stdin"]) == 0
    assert "the alias in MLflow was not moved: MLflow did not answer" in desk.capsys.readouterr().out


def test_a_person_answers_for_it_and_says_why(desk: Desk) -> None:
    desk.promotes()
    said = desk.says("rollback", "--to", "rules", code=4)["error"]
    assert (said["message"], said["fix"]) == (
        "a person takes back a model that ranks students",
        "--by USER --reason 'why'",
    )
    assert desk.says("rollback", "--to", "rules", "--by", ANNA, code=2)["error"]["message"] == "why is it taken back?"
    counselor = desk.says("rollback", "--to", "rules", "--by", WANG, "--reason", "odd", code=4)
    assert "only an administrator may decide" in counselor["error"]["message"]
    wrong = desk.says("rollback", "--to", "rules", *WHY, code=4, password="another one entirely")
    assert wrong["error"]["kind"] == "unauthenticated"
    assert desk.serving() == "1"


def test_what_never_was_the_champion_is_no_way_back(desk: Desk) -> None:
    assert "rules alone decide" in desk.says("rollback", *WHY, code=2)["error"]["message"]
    desk.promotes()
    register(desk.settings)
    assert desk.says("rollback", "--to", "2", *WHY, code=2)["error"]["message"] == (
        "version 2 never was the champion here"
    )


def test_an_archived_model_that_was_changed_is_refused(desk: Desk) -> None:
    desk.promotes()
    desk.promotes(register(desk.settings))
    before = read_moves(desk.settings.history)[0].champion
    assert before is not None
    (desk.settings.models / before.sha256 / "calibration.json").write_text("{}", "utf-8")
    said = desk.says("rollback", *WHY, code=3)
    assert said["error"]["message"] == "the archived model was changed"
    assert [problem["file"] for problem in said["problems"]] == ["calibration.json"]
    assert desk.serving() == "2", "what serves stays"


def test_a_demonstration_needs_nobody_and_never_follows_a_local_model(desk: Desk) -> None:
    for version in (register(desk.settings, data_origin="synthetic"), register(desk.settings, data_origin="synthetic")):
        said = desk.says("promote", version, "--demo")
        assert "data_origin" in said["would_refuse"]
    assert desk.says("rollback")["version"] == "2"
    desk.promotes()
    said = desk.says("rollback", *WHY, code=4)["error"]
    assert said["message"] == "version 2 is of synthetic data and may not rank local students"
    assert said["fix"] == "go back to rules alone: --to rules"


def test_the_history_is_there_to_read(desk: Desk) -> None:
    desk.promotes()
    desk.says("rollback", "--to", "rules", *WHY)
    moves = desk.says("rollback", "--list")["moves"]
    assert [(move["action"], move["by"], move["signed_by"]) for move in moves] == [
        ("promote", "anna", "ben"),
        ("rollback", "anna", ""),
    ]
    assert run(["rollback", "--list"]) == 0
    first, second = desk.capsys.readouterr().out.splitlines()
    assert "promote: rules alone → version 1 (local), anna, ben; waived group_gaps, inside_tiers" in first
    assert "rollback: version 1 (local) → rules alone, anna; two schools report odd lists" in second


@pytest.fixture
def served(desk: Desk) -> Iterator[Api]:
    api = make_api(desk.home)
    yield api
    api.state.store.close()


def test_the_running_service_takes_up_what_was_decided_and_says_so(desk: Desk, served: Api) -> None:
    """One process from the first request to the last."""

    def model() -> tuple[str, str | None, str | None]:
        said = served.get("/model").json()
        return said["status"], said["version"], said["promoted_at"]

    def scores() -> tuple[str, str | None]:
        said = served.post("/score", record()).json()["model"]
        return said["status"], said["version"]

    with capture_logs() as lines:
        assert (model(), scores()) == (("none", None, None), ("none", None))
        at = desk.promotes()["at"]
        assert (model(), scores()) == (("ok", "1", at), ("ok", "1"))
        desk.promotes(register(desk.settings))
        assert (model()[:2], scores()) == (("ok", "2"), ("ok", "2"))
        back = desk.says("rollback", *WHY)["at"]
        assert (model(), scores()) == (("ok", "1", back), ("ok", "1"))
        assert datetime.fromisoformat(back).tzinfo is not None
        desk.says("rollback", "--to", "rules", *WHY)
        assert (model(), scores()) == (("none", None, None), ("none", None))
    told = [(line["status"], line["version"]) for line in lines if line["event"] == "champion"]
    assert told == [("none", None), ("ok", "1"), ("ok", "2"), ("ok", "1"), ("none", None)]
