"""Draft, preview and import files that were damaged at random. Every one is read or refused in a sentence: a traceback
is a fault of ours, and the file that made it is kept.

    PYTHONPATH=. python scripts/fuzz.py --files 10000 --seed 1
"""

import argparse
import random
import shutil
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from datetime import date
from pathlib import Path

from rich.progress import track

from data_schemas.instruments import packaged_instruments
from data_schemas.mapping import draft_mapping, import_files
from runxin.errors import UserError
from tests.damaged_files import DAMAGES, whole_files

KNOWN = packaged_instruments()
KEPT = Path("fuzz")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    warnings.simplefilter("error")
    whole, counts = whole_files(), Counter[tuple[str, str]]()
    with tempfile.TemporaryDirectory() as folder:
        for number in track(range(given.files), "damaged files"):
            rng = random.Random(given.seed * 1_000_003 + number)  # noqa: S311 -- damage, not secrets
            name = rng.choice(sorted(whole))
            damage = rng.choice(sorted(DAMAGES))
            file = Path(folder) / name
            file.write_bytes(DAMAGES[damage](rng, whole[name]))
            end = outcome(file, Path(folder))
            counts[name, end] += 1
            if end not in ("read", "refused"):
                KEPT.mkdir(exist_ok=True)
                shutil.copy(file, KEPT / f"{given.seed}-{number}-{damage}-{name}")
    for (name, end), count in sorted(counts.items()):
        print(f"{name}: {count} {end}")
    return int(any(end not in ("read", "refused") for _, end in counts))


def outcome(file: Path, folder: Path) -> str:
    """What becomes of a file: "read", "refused", or where a traceback came from."""
    mapping, out = folder / "m.toml", folder / "out"
    mapping.unlink(missing_ok=True)
    shutil.rmtree(out, ignore_errors=True)
    try:
        draft_mapping([file], mapping, (), KNOWN, as_of=None, today=date(2026, 4, 3))
        import_files(mapping, [file], out, set_aside=True, known=KNOWN)
    except UserError:
        return "refused"
    except BaseException as error:  # the panics of a reader in Rust are no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"TRACEBACK {type(error).__name__} in {Path(last.filename).name} {last.name}: {str(error)[:60]!r}"
    return "read"


if __name__ == "__main__":
    sys.exit(main())
