"""Look over what is installed, without a network: every locked dependency has hashes, is installed in that version and
has a licence that goes with ours; and write down what there is (CycloneDX 1.6) to `build/sbom.cdx.json`.

Known weaknesses are not looked for: that takes a list from elsewhere (`pip-audit -r requirements.lock` where there is a
network).
"""

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK, OUT = ROOT / "requirements.lock", ROOT / "build" / "sbom.cdx.json"
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
# What an application under Apache-2.0 may be shipped beside; the words are those that packages use.
FINE = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|MPL|Mozilla|0BSD|Unlicense|CC0|zlib|HPND|LGPL|Artistic)",
    re.I,
)

# Packages whose metadata say too little: read in the licence file that they bring.
READ = {"huey": "MIT", "skops": "MIT"}


def locked() -> dict[str, tuple[str, int]]:
    """By name: version and how many hashes."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in LOCK.read_text("utf-8").splitlines():
        if match := LOCKED.match(line):
            name = match[1]
            found[name] = (match[2], 0)
        elif name and HASH.search(line):
            found[name] = (found[name][0], found[name][1] + 1)
    return found


def licence_of(name: str) -> str:
    """What a package says of its licence: the expression, the field, or its classifiers."""
    if name in READ:
        return READ[name]
    about = distribution(name).metadata
    said = about.get("License-Expression") or ""
    classes = [one.rpartition("::")[2].strip() for one in about.get_all("Classifier") or [] if "License ::" in one]
    return said or "; ".join(classes) or (about.get("License") or "").strip().partition("\n")[0][:80]


def main() -> int:
    faults, parts = [], []
    for name, (version, hashes) in locked().items():
        if not hashes:
            faults.append(f"{name} has no hash in {LOCK.name}")
        try:
            there = distribution(name).version
        except PackageNotFoundError:
            continue  # of another platform
        if there != version:
            faults.append(f"{name} is {there}, and locked as {version}")
        licence = licence_of(name)
        if not FINE.search(licence):
            faults.append(f"{name} has a licence that nobody has looked at: {licence or 'none said'}")
        part = {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name.lower()}@{version}"}
        parts.append(part | {"licenses": [{"license": {"name": licence}}]})
    OUT.parent.mkdir(exist_ok=True)
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": parts}
    OUT.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print("\n".join(faults) or f"{len(parts)} dependencies looked over: {OUT.relative_to(ROOT)}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
