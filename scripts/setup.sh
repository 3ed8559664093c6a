#!/bin/sh
# Install everything into .venv: locked versions, checked hashes, prebuilt packages only.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

python=""
for candidate in python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "Runxin needs Python 3.11, and none was found. On Debian 12: apt-get install python3 python3-venv"
    exit 5
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "Python is there, but it cannot make a virtual environment. On Debian: apt-get install python3-venv"
    exit 5
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
say "installing locked dependencies into .venv (about 1.2 GB; a minute or two the first time)"
bin=.venv/bin
if [ -n "${RUNXIN_WHEELHOUSE:-}" ]; then # what `make wheelhouse` made elsewhere; no network is asked
    $bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-index \
        --find-links "$RUNXIN_WHEELHOUSE" -r requirements-setup.lock -r requirements.lock || {
        say "The packages could not be installed from $RUNXIN_WHEELHOUSE. Was it made from this requirements.lock?"
        exit 5
    }
elif $bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    -r requirements-setup.lock && $bin/uv pip install --quiet --python $bin/python --require-hashes \
    --only-binary :all: -r requirements.lock; then
    :
else
    say "the fast installer did not get through; trying again with pip"
    $bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
        -r requirements.lock || {
        say "The packages could not be installed. Is a package index within reach, and is there 2 GB of room?"
        exit 5
    }
fi
$bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
touch .venv/.ready
say "ready"
