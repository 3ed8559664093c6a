# Runxin 润心: everyday commands. `make setup` is what run, test, lint and bench share.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
HOME_OF_STATE := $(or $(RUNXIN_HOME),$(CURDIR)/.runxin)
export MLFLOW_DISABLE_TELEMETRY := true
export BENTOML_DO_NOT_TRACK := True

# Tests run side by side; a library that shares one sum out among threads as well only waits for itself.
WORKERS ?= 2
# WHOLE=1: also what takes minutes (each notebook, the tutorial), and every example of each property.
WHOLE ?=
# Packages are installed without bytecode: kept from the first import on, or each process of a test compiles MLflow anew.
# A file stays on one worker, so that what it makes for all its tests is made once; the longest (docs) come first.
TESTS := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: help setup browser run test lint mutants fuzz soak bench mlflow lock wheelhouse clean

help: ## list these commands
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 10

setup: .venv/.ready ## install everything into .venv

.venv/.ready: requirements.lock requirements-setup.lock pyproject.toml scripts/setup.sh
	@scripts/setup.sh

browser: ## find or install a browser for the tests
	@scripts/browser.sh >/dev/null

run: setup ## make, train, screen and serve the demo city (ARGS="--students 2000 --port 4000")
	@exec $(BIN)/runxin demo $(ARGS)

test: setup browser ## lint, and run the tests (ARGS="tests/unit -k leave", WORKERS=4; WHOLE=1 as CI does)
	@unset PYTHONDONTWRITEBYTECODE; RUNXIN_CHROMIUM="$$(scripts/browser.sh)" RUNXIN_TEST_WHOLE="$(WHOLE)" OMP_NUM_THREADS=1 scripts/beside.sh "$(MAKE) -s lint" $(TESTS) $(ARGS)

lint: setup ## ruff, mypy, the import contracts, and dependencies by hash and licence (writes build/sbom.cdx.json)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports
	@$(BIN)/python scripts/dependencies.py

mutants: setup ## break the safety rooms line by line; 9 of 10 must be noticed (ARGS="--sample 50")
	@OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python scripts/mutants.py $(ARGS)

fuzz: setup ## import 10,000 damaged files; a traceback fails (ARGS="--files 500 --seed 7")
	@OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python scripts/fuzz.py $(ARGS)

soak: setup ## an hour of faults: 10,000 odd requests, archives that lie, 100 kills, ten minutes of load (docs/reliability.md)
	@set -e; for line in "fuzz_requests --requests 10000" "bombs" "faults kill --times 100" "killed_rings" "service_faults soak --seconds 600"; do \
		set -- $$line; file=$$1; shift; echo "scripts/$$file.py $$*"; PYTHONPATH=. OMP_NUM_THREADS=1 $(BIN)/python "scripts/$$file.py" "$$@"; done

bench: setup ## run the benchmarks; each ends with its ratios as JSON
	@for file in benchmarks/*.py; do echo "$$file"; PYTHONPATH=. $(BIN)/python "$$file" || exit 1; done

mlflow: setup ## open MLflow's page on http://127.0.0.1:5000
	@exec $(BIN)/mlflow ui --host 127.0.0.1 --port 5000 \
		--backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///$(HOME_OF_STATE)/mlflow.db}"

lock: setup ## renew the locked dependencies
	@$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --python-version 3.11 \
		--no-header --no-annotate --quiet --upgrade --output-file requirements.lock

wheelhouse: setup ## download every package into wheelhouse/, to install where there is no network
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements-setup.lock -r requirements.lock --dest wheelhouse
	@echo "wheelhouse: $$(ls wheelhouse | wc -l) files; there: RUNXIN_WHEELHOUSE=wheelhouse make setup"

clean: ## remove .venv and caches; the state under RUNXIN_HOME stays
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants fuzz
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "removed .venv and caches; $(HOME_OF_STATE) was left alone"
