"""Small files that ask for much, at every door that takes one: each is refused in a sentence, in little memory.
The last line is one JSON object (docs/reliability.md).

    PYTHONPATH=. python scripts/bombs.py
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from data_schemas.dataset import write_dataset
from data_schemas.synthetic import make_city
from tests.bombs import BOMBS

MEMORY = 6 * 2**30  # bytes of address space, most of which the libraries reserve and do not use
REFUSED = (2, 3)
MAIN = "from runxin.cli.main import main; main()"


def doors(file: Path, folder: Path) -> dict[str, list[str]]:
    """Every command that reads a file of somebody else's, by its name."""
    city = folder / f"{file.stem}-city"
    write_dataset(make_city(50, 1).dataset, city)
    name = f"leaves{file.suffix}"
    for old in city.glob("leaves.*"):
        old.unlink()
    (city / name).write_bytes(file.read_bytes())
    mapping = folder / f"{file.stem}.toml"
    found = {
        "names": ["names", str(file)],
        "duty": ["duty", "import", str(file)],
        "school": ["school", "import", str(file)],
        "import": ["import", str(file), "--draft", str(mapping)],
        "check": ["check", str(city)],
    }
    if file.suffix == ".xlsx":
        found["instrument"] = ["instrument", "new", "--from", str(file), "--out", str(folder / "own.toml")]
    if file.suffix == ".ods":
        del found["check"]
    return found


def ended(arguments: list[str], home: Path) -> tuple[int, float, int, str]:
    """Exit code, seconds, megabytes at most, and what was said."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", MAIN, *arguments],
            env=os.environ | {"RUNXIN_HOME": str(home)},
            stdout=said,
            stderr=said,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    return process.returncode, time.perf_counter() - begun, used.ru_maxrss // 1024, text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(BOMBS), action="append")
    given = parser.parse_args()
    tried, faults, longest, most = 0, [], 0.0, 0
    with tempfile.TemporaryDirectory() as place:
        for bomb in given.only or BOMBS:
            suffix, make = BOMBS[bomb]
            file = Path(place) / f"{bomb}{suffix}"
            file.write_bytes(make())
            for door, arguments in doors(file, Path(place)).items():
                code, seconds, megabytes, text = ended(arguments, Path(place) / "home")
                print(f"{bomb} at {door}: {code}, {seconds:.1f} s, {megabytes} MB", file=sys.stderr)
                tried, longest, most = tried + 1, max(longest, seconds), max(most, megabytes)
                if code not in REFUSED or "Traceback" in text:
                    faults.append(f"{bomb} at {door}: {code} {text[-200:]}")
            file.unlink()
    said = {"tried": tried, "faults": faults, "longest_seconds": round(longest, 1), "most_megabytes": most}
    print(json.dumps({"fault": "bombs", **said}))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
