"""The operator's policy: the packaged one, their own over it key by key, and mistakes named by their key."""

from pathlib import Path

import pytest

from models import read_policy
from models.policy import Policy, Thresholds, parse_policy
from runxin.errors import UserError


def own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")
    return file


def test_the_packaged_policy_has_every_floor_on() -> None:
    policy = read_policy()
    rules = {name: on for name, on in policy.floors.model_dump().items() if name.startswith("R")}
    assert len(rules) == 20
    assert all(rules.values()), "a safety rule is off by default"
    assert policy.floors.instruments
    assert policy.floors.off == ()
    assert policy.family.cap == 1.1
    assert policy.thresholds is None
    assert read_policy(Path("/nowhere/policy.toml")) == policy


def test_the_operators_file_goes_over_it_key_by_key(tmp_path: Path) -> None:
    mine = read_policy(own(tmp_path, 'version = "mine"\n[capacity]\npriority_share = 0.04\n[floors]\nR19 = false\n'))
    plain = read_policy()
    assert (mine.version, mine.capacity.priority_share, mine.floors.R19) == ("mine", 0.04, False)
    assert mine.capacity.watch_share == plain.capacity.watch_share, "a key left out must keep its default"
    assert mine.floors.R02


def test_the_name_tells_two_policies_apart_and_not_their_thresholds(tmp_path: Path) -> None:
    plain, changed = read_policy(), read_policy(own(tmp_path, "[family]\ncap = 0.5\n"))
    assert plain.name != changed.name
    assert plain.name.startswith(f"{plain.version}+")
    promoted = plain.model_copy(update={"thresholds": Thresholds(watch=0.1, priority=0.2)})
    assert promoted.name == plain.name


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[capacity]\npriority_share = 0.9\n", "capacity.priority_share"),
        ('[capacity]\npriority_share = "many"\n', "capacity.priority_share"),
        ("[floors]\nR01 = 3\n", "floors.R01"),
        ("[floors]\nR99 = true\n", "floors.R99"),
        ("[colours]\nred = 1\n", "colours"),
        ("family = 2\n", "family"),
        ("[thresholds]\nwatch = 0.1\n", "thresholds.priority"),
        ("[family]\ncap = -1\n", "family.cap"),
    ],
)
def test_a_mistake_is_named_by_its_key(tmp_path: Path, text: str, key: str) -> None:
    file = own(tmp_path, text)
    with pytest.raises(UserError, match="the policy is at fault") as refused:
        read_policy(file)
    assert key in {problem.column for problem in refused.value.problems}
    assert {problem.file for problem in refused.value.problems} == {str(file)}


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not TOML"):
        read_policy(own(tmp_path, "= = ="))


def test_a_policy_survives_its_own_toml() -> None:
    import tomllib

    import tomli_w

    policy = read_policy().model_copy(update={"thresholds": Thresholds(watch=0.1, priority=0.2)})
    text = tomli_w.dumps(policy.model_dump(mode="json", exclude_none=True))
    again: Policy = parse_policy(tomllib.loads(text), "policy.toml")
    assert again == policy
