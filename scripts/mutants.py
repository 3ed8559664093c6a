"""Break the safety rooms line by line and see whether a test notices: `make mutants`.

Mutmut makes the mutants, chooses the tests that reach each one, and runs them. What is here is what it leaves open:
which kinds of breakage count (a rule that decides otherwise, not a message that reads otherwise), and the verdict.
Exits with 1 where fewer than `LEAST` of the mutants are killed or accepted in `docs/mutants.md`, each with its reason.
"""

import argparse
import random
import re
import shutil
import sys
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import libcst as cst
from mutmut.__main__ import _run
from mutmut.configuration import config
from mutmut.mutation import mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name

LEAST = 0.9
ROOT = Path(__file__).parent.parent
ACCEPTED = ROOT / "docs" / "mutants.md"
NOTICED = ("killed", "timeout", "segfault")
# A row of the table of accepted survivors: | `models/floors/item9.py` `_modifiers` | `a > b` | `a >= b` | why |
ROW = re.compile(
    r"^\| `(?P<place>[^`]+)` \| `(?P<was>[^`]+)` \| `(?P<now>[^`]+)` \| (?P<why>[^|]+\S) \|$", re.MULTILINE
)
Survivor = tuple[str, str, str]  # module and function, the line as it is, the line as it was broken


def deleted(line: cst.SimpleStatementLine) -> Iterable[cst.SimpleStatementLine]:
    """A statement that does something is left out: a call, a raise, a change of what is there already."""
    (said,) = line.body if len(line.body) == 1 else (None,)
    does = isinstance(said, (cst.Raise, cst.AugAssign)) or (
        isinstance(said, cst.Expr) and not isinstance(said.value, (cst.SimpleString, cst.ConcatenatedString, cst.Yield))
    )
    kept = isinstance(said, cst.Assign) and not isinstance(said.targets[0].target, (cst.Name, cst.Tuple))
    if does or kept:
        yield line.with_changes(body=[cst.Pass()])


def returned(said: cst.Return) -> Iterable[cst.Return]:
    """Nothing is returned."""
    if said.value is not None and not (isinstance(said.value, cst.Name) and said.value.value == "None"):
        yield said.with_changes(value=cst.Name("None"))


# Comparisons, booleans, arithmetic, returns, deleted statements. No strings, no arguments, no names.
OPERATORS: list[tuple[type, Any]] = [
    (cst.BaseNumber, mutators.operator_number),
    (cst.Name, mutators.operator_name),
    (cst.UnaryOperation, mutators.operator_remove_unary_ops),
    (cst.CSTNode, mutators.operator_keywords),
    (cst.CSTNode, mutators.operator_swap_op),
    (cst.IfExp, mutators.operator_if_exp),
    (cst.Match, mutators.operator_match),
    (cst.Return, returned),
    (cst.SimpleStatementLine, deleted),
]


def main(patterns: list[str], sample: int | None, seed: int) -> int:
    """Run all mutants, or those whose names fit one of `patterns`, such as `models.floors.item9*`, or a sample."""
    mutators.mutation_operators[:] = OPERATORS  # type: ignore[index]
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    names = patterns
    if sample is not None:
        fitting = [name for name in every_mutant() if not patterns or any(fnmatch(name, one) for one in patterns)]
        names = sorted(random.Random(seed).sample(fitting, min(sample, len(fitting))))  # noqa: S311 - a lot, not a secret
        print(f"{len(names)} of {len(fitting)} mutants, drawn with seed {seed}")
    _run(names, None)
    return verdict(names)


def every_mutant() -> list[str]:
    """The names of all mutants of the rooms."""
    files = sorted({file for pattern in config().only_mutate for file in ROOT.glob(pattern)})
    found = []
    for file in files:
        path = file.relative_to(ROOT)
        made = mutate_file_contents(str(path), file.read_text("utf-8"))
        found += [get_mutant_name(path, name) for name in made.mutant_names]
    return found


def verdict(names: list[str]) -> int:
    """Print what was killed and what survived; 0 where that is enough."""
    killed, survivors = 0, []
    for path in sorted(Path("mutants").rglob("*.py.meta")):
        data = SourceFileMutationData(path=path.relative_to("mutants").with_suffix(""))
        data.load()
        for name, code in data.exit_code_by_key.items():
            if code is None:
                continue
            if status_by_exit_code[code] in NOTICED:
                killed += 1
            else:
                survivors.append((*survivor(str(data.path), name), status_by_exit_code[code]))
    accepted = {(row["place"], row["was"], row["now"]): row["why"] for row in ROW.finditer(ACCEPTED.read_text("utf-8"))}
    left = [one for one in survivors if one[:3] not in accepted]
    for place, was, now, status in left:
        print(f"{status}: {place}\n  - {was}\n  + {now}")
    total = killed + len(survivors)
    share = (total - len(left)) / total if total else 0.0
    print(
        f"{total} mutants: {killed} killed, {len(survivors) - len(left)} accepted, {len(left)} survived; "
        f"{killed / max(total, 1):.1%} killed, {share:.1%} with the accepted (at least {LEAST:.0%} is asked for)"
    )
    gone = [] if names else sorted(set(accepted) - {one[:3] for one in survivors})
    for place, was, now in gone:
        print(f"{ACCEPTED.name} accepts what does not survive any more: {place}: {was} → {now}")
    return 0 if share >= LEAST and not gone else 1


def survivor(path: str, name: str) -> Survivor:
    """Where a mutant is and what it changes, in words that outlast a change elsewhere in the file."""
    lines = get_diff_for_mutant(name, path=path).splitlines()
    was = [line[1:].strip() for line in lines if line.startswith("-") and not line.startswith("---")]
    now = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
    function = name.rpartition(".")[2].rpartition("__mutmut_")[0].removeprefix("x_").replace("xǁ", "").replace("ǁ", ".")
    return f"{path} {function}", " ".join(was), " ".join(now)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Break the safety rooms line by line.")
    options.add_argument("patterns", nargs="*", help="names of mutants, such as 'models.floors.item9*'; all by default")
    options.add_argument("--sample", type=int, help="only so many, drawn by lot")
    options.add_argument("--seed", type=int, default=7, help="seed of the lot")
    given = options.parse_args()
    sys.exit(main(given.patterns, given.sample, given.seed))
