"""What the documents say is complete, fresh and careful."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from runxin.cli.main import VERBS
from runxin.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = [file for ending in ("md", "ipynb") for file in (ROOT / "examples").rglob(f"*.{ending}")]
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *EXAMPLES])
ROOMS = ("runxin", "data_schemas", "models", "training", "evaluation", "serving")
SPOKEN = sorted(
    file
    for room in ROOMS
    for file in (ROOT / room).rglob("*")
    if file.suffix in (".html", ".toml", ".js", ".py", ".svg", ".j2")
)
# Words that diagnose or blame.
FORBIDDEN = (
    *("抑郁症", "焦虑症", "患者", "精神病", "问题学生", "高危分子", "AI诊断", "病情"),
    *("at-risk student", "mentally ill student"),
)
NAMED = re.compile(r"<!-- forbidden words -->.*?<!-- end of forbidden words -->", re.DOTALL)
TWINS = (
    ("README.md", "README.zh-CN.md"),
    ("docs/tutorial.md", "docs/tutorial.zh-CN.md"),
    ("docs/model-card.md", "docs/model-card.zh-CN.md"),
)


def text_of(file: Path) -> str:
    return file.read_text("utf-8")


def options_of(verb: str) -> set[str]:
    """Every long option of a verb and of its commands."""
    module, name = VERBS[verb].split(":")
    target = getattr(importlib.import_module(module), name)
    app = typer.Typer(add_completion=False)
    if isinstance(target, typer.Typer):
        app.add_typer(target, name=verb)
    else:
        app.command()(target)
    command = get_command(app)
    group = getattr(command, "commands", {}).get(verb)
    commands = [command] if group is None else group.commands.values()
    found = {text for one in commands for p in one.params for text in (*p.opts, *p.secondary_opts)}
    return {text for text in found if text.startswith("--")} - {"--help", "--json"}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_and_option_is_described(verb: str) -> None:
    lines = [line for line in text_of(DOCS / "commands.md").splitlines() if line.startswith(f"| `runxin {verb}")]
    assert len(lines) == 1, "each verb has one row in docs/commands.md"
    assert {option for option in options_of(verb) if f"`{option}`" not in lines[0]} == set()


def test_each_setting_is_described() -> None:
    sources = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "scripts").glob("*"), ROOT / "Makefile"]
    sources += [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    named = {name for file in sources if file.is_file() for name in re.findall(r"RUNXIN_[A-Z_]+[A-Z]", text_of(file))}
    described = text_of(DOCS / "commands.md")
    assert {name for name in named if f"`{name}`" not in described} == set()
    fields = set(Settings.__dataclass_fields__) - {"home"}
    assert {field for field in fields if f"`{field}`" not in described} == set()


def test_each_make_target_is_described() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", text_of(ROOT / "Makefile"), re.MULTILINE)) - {"help", "browser"}
    described = text_of(DOCS / "commands.md")
    assert {target for target in targets if f"`make {target}`" not in described} == set()


def test_the_glossary_holds_the_codes_as_they_are() -> None:
    command = [sys.executable, "scripts/glossary.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, f"renew it: PYTHONPATH=. python scripts/glossary.py {done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_link_inside_the_project_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)|<img[^>]*\bsrc=\"([^\"]+)\"", text_of(page))
    inside = [a or b for a, b in targets if "://" not in (a or b) and not (a or b).startswith("#")]
    assert [target for target in inside if not (page.parent / target.split("#")[0]).exists()] == []


@pytest.mark.parametrize("file", [*PAGES, *SPOKEN], ids=lambda file: file.relative_to(ROOT).as_posix())
def test_words_about_people_are_careful(file: Path) -> None:
    text = NAMED.sub("", text_of(file)).lower()
    assert [word for word in FORBIDDEN if word.lower() in text] == []


def test_every_questionnaire_has_its_page_as_it_is_defined() -> None:
    command = [sys.executable, "scripts/instrument_pages.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, f"renew them: PYTHONPATH=. python scripts/instrument_pages.py {done.stderr}"


def test_the_model_card_is_what_its_figures_say() -> None:
    command = [sys.executable, "scripts/model_card.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, f"renew it: PYTHONPATH=. python scripts/model_card.py {done.stderr}"


def test_the_glossary_names_the_words_that_are_not_used() -> None:
    block = NAMED.search(text_of(DOCS / "glossary.md"))
    assert block is not None
    assert [word for word in FORBIDDEN if word not in block[0]] == []


@pytest.mark.parametrize(("english", "chinese"), TWINS)
def test_two_languages_have_the_same_parts(english: str, chinese: str) -> None:
    parts = [re.findall(r"^(#+) |^```(\w*)", text_of(ROOT / page), re.MULTILINE) for page in (english, chinese)]
    assert parts[0] == parts[1], "headings and blocks come in the same order"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(file.name[:4]) for file in sorted((DOCS / "decisions").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_each_decision_has_its_title_date_and_status_in_the_table() -> None:
    rows = re.findall(
        r"^\| \[(\d{4} .+?)\]\((.+?)\) \| \d{4}-\d\d-\d\d \| ((?:in force|superseded).*?) \|$",
        text_of(DOCS / "decisions" / "README.md"),
        re.MULTILINE,
    )
    files = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [(title, name) for title, name, _ in rows] == [
        (text_of(file).splitlines()[0].removeprefix("# "), file.name) for file in files
    ]
    assert [name for _, name, status in rows if status.startswith("superseded") and "](" not in status] == []


def test_every_file_that_contributing_names_is_there() -> None:
    named = re.findall(r"`([\w./-]+(?:/[\w.-]+|\.(?:md|toml|yaml)))`", text_of(ROOT / "CONTRIBUTING.md"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_architecture_names_functions_that_are_there_and_draws_the_contract_as_it_is() -> None:
    steps = re.findall(r"\| `([\w/]+\.py)` \| `(\w+)` \|", text_of(DOCS / "architecture.md"))
    assert steps
    missing = [step for step in steps if not re.search(rf"^def {step[1]}\(", text_of(ROOT / step[0]), re.MULTILINE)]
    assert missing == []
    done = subprocess.run([sys.executable, "scripts/import_diagram.py", "--check"], cwd=ROOT)
    assert done.returncode == 0, "renew it: python scripts/import_diagram.py"
