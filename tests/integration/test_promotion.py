"""A local model on its way to students: gates, a preview, two people, and what stops it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models import read_policy
from models.champions import read_moves
from runxin.cli.main import run
from runxin.errors import UserError
from tests.gate_figures import Figures
from tests.promotions import ANNA, BEN, OPEN, REASON, WANG, Desk, register
from training.promotion.candidate import candidate_of
from training.promotion.promotion import check_unchanged
from training.promotion.request import read_request

# MLflow's own tables and SHAP's own plot use what SQLAlchemy and matplotlib are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning"),
]


def test_two_people_bring_a_model_to_the_students(desk: Desk) -> None:
    asked = desk.asks()
    assert (asked["status"], asked["by"], sorted(asked["waivers"])) == ("requested", ANNA, sorted(OPEN))
    assert desk.serving() is None, "nothing serves on one person's word"
    signed = desk.signs()
    assert (signed["status"], signed["version"], signed["by"], signed["signed_by"]) == ("champion", "1", ANNA, BEN)
    assert (signed["before"], signed["demo"], signed["alias_moved"]) == (None, False, True)
    champion = desk.champion()
    assert champion is not None
    assert champion.manifest.data_origin == "local"
    (move,) = read_moves(desk.settings.history)
    assert move.champion is not None
    assert (move.champion.sha256, move.by, move.signed_by) == (champion.sha256, ANNA, BEN)
    assert move.waivers == dict.fromkeys(OPEN, REASON)
    assert move.request == asked["request"]
    kept = list(desk.settings.promotions.glob("signed-1-*.json"))
    assert len(kept) == 1, "what was seen and signed is kept"
    assert str(desk.client.get_model_version_by_alias("runxin", "champion").version) == "1"
    tags = desk.client.get_model_version("runxin", "1").tags
    (told,) = [json.loads(value) for key, value in tags.items() if key.startswith("champion.")]
    assert (told["by"], told["signed_by"], told["waived"]) == (ANNA, BEN, sorted(OPEN))
    for action, who in (("promotion.requested", ANNA), ("promotion.signed", BEN)):
        (event,) = desk.trail(action)
        assert (event.actor, event.object_id, event.detail) == (who, "model/1", asked["request"])
    assert "nobody has asked" in desk.signs(code=2)["error"]["message"]


def test_who_asks_does_not_sign(desk: Desk) -> None:
    desk.asks()
    assert "does not sign it off" in desk.signs(by=ANNA, code=4)["error"]["message"]
    assert desk.serving() is None


@pytest.mark.parametrize("step", ["asks", "signs"])
def test_only_who_may_and_knows_the_password_decides(desk: Desk, step: str) -> None:
    if step == "signs":
        desk.asks()
    decides = getattr(desk, step)
    assert "only an administrator may decide" in decides(by=WANG, code=4)["error"]["message"]
    wrong = decides(by=BEN, code=4, password="another one entirely")["error"]
    assert (wrong["kind"], wrong["message"]) == ("unauthenticated", "the name or the password is wrong")
    assert "runxin user password" in wrong["fix"]
    assert decides(by="nobody", code=4)["error"]["message"] == wrong["message"]
    assert desk.serving() is None
    assert len(desk.trail("promotion.requested")) == (1 if step == "signs" else 0)


def test_a_password_comes_from_a_terminal_or_a_named_pipe(desk: Desk) -> None:
    waived = [part for name in OPEN for part in ("--waive", f"{name}={REASON}")]
    assert run(["promote", "1", "--data", str(desk.data), "--by", ANNA, *waived]) == 2
    assert "--password-stdin" in desk.capsys.readouterr().err


def test_every_reason_is_told_before_anybody_is_asked(desk: Desk) -> None:
    said = desk.says("promote", "1", "--data", desk.data, "--by", ANNA, code=4)
    assert {gate["id"]: gate["status"] for gate in said["gates"]} == {
        **dict.fromkeys(
            ("in_sample", "leakage", "calibration_slope", "chances", "floors_then_sum", "rule_sum"), "pass"
        ),
        **dict.fromkeys(("floors", "data_origin", "pia_id"), "pass"),
        **dict.fromkeys(OPEN, "waiver"),
    }
    assert said["problem_count"] == len(OPEN)
    assert [problem["fix"] for problem in said["problems"]] == [f"--waive {name}='why'" for name in OPEN]
    assert said["preview"]["all"]["students"] == 300
    plain = desk.says("promote", "1", code=4)
    assert {gate["id"] for gate in plain["gates"] if gate["status"] == "refuse"} == {"floors"}
    assert plain["preview"] is None
    assert "--sign-off --by OTHER" in plain["error"]["fix"]
    waived = [part for name in OPEN for part in ("--waive", f"{name}={REASON}")]
    nobody = desk.says("promote", "1", "--data", desk.data, *waived, code=4)
    assert nobody["error"]["message"] == "version 1 is not promoted: all gates hold, and a person has to ask"


def leaky(report: Figures) -> Figures:
    return report | {"auroc": {"value": 0.97, "low": 0.95, "high": 0.98}}


def test_what_was_found_bad_is_refused_and_cannot_be_waived(desk: Desk) -> None:
    version = register(desk.settings, leaky)
    said = desk.asks(version, code=4)
    (problem,) = said["problems"]
    assert problem["what"].startswith("leakage: AUROC 0.970 (0.950–0.980) is above 0.93")
    assert "泄漏" in problem["what"]
    waived = desk.says("promote", version, "--waive", "leakage=we trust it", code=4)
    assert waived["error"]["message"] == "leakage cannot be waived: what was found bad stays bad"
    desk.settings.policy_file.write_text("", "utf-8")
    assert {p["what"].partition(":")[0] for p in desk.asks(version, code=4)["problems"]} == {"leakage", "pia_id"}


@pytest.mark.parametrize(
    ("waiver", "code", "words"),
    [
        ("rule_sum=why", 2, "rule_sum passes and needs no waiver"),
        ("nonsense=why", 2, "there is no gate 'nonsense'"),
        ("outcomes=  ", 2, "needs a reason"),
        ("outcomes", 2, "has no reason"),
    ],
)
def test_a_waiver_is_of_an_open_gate_and_has_a_reason(desk: Desk, waiver: str, code: int, words: str) -> None:
    assert words in desk.says("promote", "1", "--waive", waiver, code=code)["error"]["message"]


def test_without_a_report_a_version_is_to_be_trained_again(desk: Desk) -> None:
    version = register(desk.settings, lambda report: None)
    refusing = [gate for gate in desk.says("promote", version, code=4)["gates"] if gate["status"] == "refuse"]
    assert [gate["id"] for gate in refusing] == ["report", "floors"]
    assert "train again" in refusing[0]["en"]


@pytest.mark.parametrize("origin", ["synthetic", "foreign"])
def test_other_students_data_never_reach_local_ones(desk: Desk, origin: str) -> None:
    version = register(desk.settings, data_origin=origin)
    said = desk.says("promote", version, "--data", desk.data, code=4)
    assert said["error"]["message"] == f"a {origin} model may not rank the local students of this dataset"
    without = desk.says("promote", version, code=4)
    assert "data_origin" in {problem["what"].partition(":")[0] for problem in without["problems"]}
    assert ("--demo" in without["error"]["fix"]) is (origin == "synthetic")


@contextmanager
def spoilt(file: Path, old: bytes, new: bytes) -> Iterator[None]:
    kept = file.read_bytes()
    assert old in kept
    try:
        file.write_bytes(kept.replace(old, new, 1))
        yield
    finally:
        file.write_bytes(kept)


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "words"),
    [
        ("model/artifacts/runxin/calibration.json", b"slope", b"slopf", 3, "the model artifact was changed"),
        ("model/artifacts/runxin/manifest.json", b'"runxin"', b'"runxim"', 4, "not the artifact that was registered"),
        ("report/report.json", b'"positives": 86', b'"positives": 860', 4, "not the one that was registered"),
    ],
)
def test_what_was_changed_between_request_and_sign_off_is_refused(
    desk: Desk, file: str, old: bytes, new: bytes, code: int, words: str
) -> None:
    desk.asks()
    with spoilt(desk.files_of("1") / file, old, new):
        assert words in desk.signs(code=code)["error"]["message"]
    assert desk.serving() is None
    desk.signs()
    assert desk.serving() == "1", "whole again, it is what was asked for"


def another_policy(desk: Desk) -> None:
    desk.settings.policy_file.write_text('[promotion]\npia_id = "PIA-2026-03"\n[list]\nweekly_slots = 8\n', "utf-8")


def another_champion(desk: Desk) -> None:
    desk.promotes(register(desk.settings))


@pytest.mark.parametrize(
    ("change", "words"), [(another_policy, "the policy"), (another_champion, "the champion that it would follow")]
)
def test_what_was_asked_for_is_asked_again_where_its_grounds_moved(
    desk: Desk, change: Callable[[Desk], None], words: str
) -> None:
    desk.asks()
    change(desk)
    said = desk.signs(code=4)["error"]
    assert said["message"] == f"since the request these have changed: {words}"
    assert said["fix"] == "ask for the promotion again"


def test_a_request_that_was_rewritten_is_not_the_one_in_the_trail(desk: Desk) -> None:
    desk.asks()
    with spoilt(desk.settings.promotions / "request-1.json", ANNA.encode(), BEN.encode()):
        said = desk.signs(by=ANNA, code=4)
    assert said["error"]["message"] == "this is not the request that stands in the trail"
    assert desk.serving() is None


def test_a_request_does_not_wait_for_ever(desk: Desk) -> None:
    desk.asks()
    request, _ = read_request(desk.settings, "1")
    policy = read_policy(desk.settings.policy_file)
    later = datetime.now(UTC) + timedelta(days=policy.promotion.request_days, minutes=1)
    with (
        candidate_of(desk.settings, "1") as candidate,
        pytest.raises(UserError, match="the request is older than 14 days"),
    ):
        check_unchanged(desk.settings, request, candidate, policy, later)


def test_the_demo_is_for_synthetic_data_alone(desk: Desk) -> None:
    said = desk.says("promote", "1", "--demo", code=4)["error"]
    assert said["message"] == "--demo is for models of synthetic data; this one is of local data"
    foreign = desk.says("promote", register(desk.settings, data_origin="foreign"), "--demo", code=4)["error"]
    assert foreign["message"] == "--demo is for models of synthetic data; this one is of foreign data"
    assert desk.serving() is None


def test_a_demonstration_does_not_take_a_local_champions_place(desk: Desk) -> None:
    desk.promotes()
    said = desk.says("promote", register(desk.settings, data_origin="synthetic"), "--demo", code=4)["error"]
    assert "a demonstration would leave them to rules alone" in said["message"]
    assert desk.serving() == "1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--demo", "--by", ANNA), "--demo asks nobody"),
        (("--demo", "--waive", "outcomes=why"), "--demo asks nobody"),
        (("--sign-off",), "who signs off?"),
        (("--sign-off", "--by", BEN, "--waive", "outcomes=why"), "no --waive with --sign-off"),
    ],
)
def test_ways_are_not_mixed(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    assert words in desk.says("promote", "1", *arguments, code=2)["error"]["message"]
