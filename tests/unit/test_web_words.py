"""The catalogue: whole in both languages, used, and careful about people."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from serving.platform.render import HERE, SLICES, unbroken
from serving.platform.words import LANGUAGES, catalogue, pick, say, word_files

TEMPLATES = sorted(SLICES.glob("*/templates/*.html"))
FOLDERS = {file.parent for file in word_files()}
CODE = [*TEMPLATES, *sorted(file for folder in FOLDERS for file in folder.glob("*.py"))]
# Words that diagnose, blame, or promise safety.
FORBIDDEN = (
    *("抑郁症", "焦虑症", "患者", "病人", "精神病", "病情", "确诊", "问题学生", "高危分子", "高危学生", "AI诊断"),
    *("低风险", "无风险", "风险低", "没有风险", "low risk", "low-risk", "no risk"),
    *("at-risk student", "patient", "disorder", "diagnosed"),
)

FORBIDDEN_OF_PEOPLE = FORBIDDEN[:11]
ROOT = SLICES.parent
FOR_ADMINISTRATORS = {"runs_none", "channels_no_worker", "letter_silence"}


def test_each_key_speaks_both_languages() -> None:
    for key, words in catalogue().items():
        assert words.zh.strip(), key
        assert words.en.strip(), key
        fields = [set(re.findall(r"{(\w+)}", pick(words, language))) for language in LANGUAGES]
        assert fields[0] == fields[1], f"{key}: the same values are filled in in both languages"
        assert re.search(r"[一-鿿]", words.en) is None, f"{key}: the English has Chinese characters"


def test_a_key_and_a_template_stand_in_one_slice() -> None:
    keys = [key for file in word_files() for key in tomllib.loads(file.read_text("utf-8"))]
    assert [key for key, n in Counter(keys).items() if n > 1] == []
    assert set(keys) == set(catalogue())
    assert len(word_files()) >= 6
    assert [name for name, n in Counter(file.name for file in TEMPLATES).items() if n > 1] == []


def test_a_key_in_two_slices_is_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for slice_ in ("a", "b"):
        (tmp_path / slice_).mkdir()
        (tmp_path / slice_ / "words.toml").write_text('back = { zh = "回", en = "Back" }', "utf-8")
    monkeypatch.setattr("serving.platform.words.SLICES", tmp_path)
    with pytest.raises(ValueError, match="back is defined twice"):
        catalogue.__wrapped__()


def test_every_word_used_is_there_and_every_word_there_is_used() -> None:
    text = "\n".join(file.read_text("utf-8") for file in CODE)
    named = set(re.findall(r"""(?:\bt|say)\(\s*["']([a-z_0-9]+)["']\s*[,)]""", text))
    assert named <= set(catalogue())
    quoted = set(re.findall(r"""["']([a-z_0-9]+)["']""", text))
    stems = tuple(re.findall(r"""["'f]([a-z_]+_)(?:["'{])""", text))
    unused = {key for key in catalogue() if key not in quoted and not key.startswith(stems)}
    assert not unused


def test_no_page_says_what_is_forbidden() -> None:
    for file in [*CODE, *word_files(), HERE / "static" / "app.js"]:
        text = file.read_text("utf-8").lower()
        said = [forbidden for forbidden in FORBIDDEN if forbidden.lower() in text]
        assert said == [], f"{file.name} says {said}"


def test_what_reaches_a_page_from_elsewhere_says_nothing_forbidden_either() -> None:
    """Sentences of reasons, rules, tasks and queues, and reports, are made outside of the pages. Names of formal things
    that the law has, and what documentation says of them, are no words about a student."""
    rooms = [ROOT / "models", ROOT / "evaluation" / "report", *(ROOT / "serving").glob("*/words.toml")]
    files = [f for room in rooms for f in (sorted(room.rglob("*.py")) if room.is_dir() else [room])]
    assert len(files) > 40
    for file in files:
        said = [one for one in re.findall(r"zh\s*=\s*f?\"([^\"]*)\"", file.read_text("utf-8"))]
        assert [text for text in said if any(word in text for word in FORBIDDEN_OF_PEOPLE)] == [], file.name


def test_no_command_rule_or_log_odds_stands_on_a_counselors_page() -> None:
    for key, words in catalogue().items():
        if key not in FOR_ADMINISTRATORS:
            for text in (words.zh, words.en):
                assert not re.search(r"\brunxin [a-z]|\bR\d\d\b|log-odds|对数几率", text), key


def test_one_thing_has_one_word() -> None:
    for file in [*TEMPLATES, *word_files(), *sorted((ROOT / "models").rglob("*.py"))]:
        assert not re.search("档级|界线附近，由人", file.read_text("utf-8")), file.name


def test_no_script_style_or_handler_stands_in_a_template() -> None:
    for file in TEMPLATES:
        text = file.read_text("utf-8")
        assert not re.search(r"<style|\bstyle=|\bon\w+=|javascript:", text), file.name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), file.name
        assert "http://" not in text, file.name
        assert "https://" not in text, file.name
        assert not re.search(r"\|\s*safe\b", text), f"{file.name}: nothing goes around escaping"


def test_an_unknown_key_is_a_bug_not_a_blank() -> None:
    with pytest.raises(KeyError):
        say("no_such_words", "zh")


@pytest.mark.parametrize(
    ("sentence", "html"),
    [
        ("中度，2026-11-12）", '中度，<span class="whole">2026-11-12</span>）'),
        ("在2026-11-12后", '在<span class="whole">2026-11-12</span>后'),
        ("<b>12026-11-12</b>", "&lt;b&gt;12026-11-12&lt;/b&gt;"),
    ],
)
def test_a_day_in_a_sentence_stays_on_one_line(sentence: str, html: str) -> None:
    assert unbroken(sentence) == html
