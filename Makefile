# Every target sets up what it needs. `make help` lists them.
PYTHON ?= python3
VENV := .venv
PEER := .venv-peer
DOWNSTREAM := .venv-downstream
BIN := $(VENV)/bin
CONSTRAINTS := requirements/constraints.txt
SOAK_SECONDS ?= 600
KILLS ?= 10000
FUZZ_SECONDS ?= 190
# One interpreter for each version of Python that is supported, as far as it is here.
PYTHONS ?= $(foreach v,3.11 3.12 3.13,$(or $(lastword $(sort $(wildcard $(HOME)/.pyenv/versions/$(v).*/bin/python))),$(shell command -v python$(v))))
FORKING := tests/crash tests/concurrency tests/damage tests/powercut tests/soak

.PHONY: help demo test test-long test-wheel soak nightly lint bench bench-reliability docs clean peer setup downstream test-downstream dist test-release lock

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.ready: pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=$(abspath $(CONSTRAINTS)) PIP_BUILD_CONSTRAINT=$(abspath $(CONSTRAINTS)) \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

$(PEER)/.ready: requirements/peer.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/peer.txt
	touch $@

# Our version satisfies what the clients ask for, so pip keeps it; `pip check` proves that.
$(DOWNSTREAM)/.ready: requirements/downstream.txt pyproject.toml
	$(PYTHON) -m venv $(DOWNSTREAM)
	$(DOWNSTREAM)/bin/python -m pip install --quiet --disable-pip-version-check -e . -r requirements/downstream.txt
	$(DOWNSTREAM)/bin/python -m pip check
	touch $@

setup: $(VENV)/.ready ## the environment with all tools
peer: $(PEER)/.ready ## the released signac, in an environment of its own

downstream: $(DOWNSTREAM)/.ready ## signac-flow and signac-dashboard on this package, in an environment of their own

demo: setup ## the main job: a Lennard-Jones study, its table and its plot
	$(BIN)/python examples/lennard_jones/study.py
	$(BIN)/python examples/lennard_jones/analyse.py

# Tests that make thousands of processes run on their own: a small test process forks fast.
test: setup peer ## what must pass before every commit
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not long and not release" $(addprefix --ignore=,$(FORKING))
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not long" $(FORKING)

test-long: setup peer ## many kills, many processes, long random runs
	$(BIN)/python -m pytest -n 3 --dist worksteal -m long

test-downstream: downstream ## that signac-flow and signac-dashboard run unmodified on this package
	$(DOWNSTREAM)/bin/python -m pytest -n 2 --dist worksteal tests/downstream

test-wheel: setup ## the quick part of test-release: wheel and sdist, built, installed and tried
	$(BIN)/python -m pytest -m release tests/release \
		-k "not all_else_works and not everything_works and not oldest_versions"

test-release: setup ## wheel and sdist: built, and tested in clean environments of each Python
	SIGNAC_PYTHONS="$(PYTHONS)" $(BIN)/python -m pytest -m release tests/release

soak: setup ## everything at once, with kills and full disks: ten minutes, then five with lock files
	SIGNAC_SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/python -m pytest tests/soak

nightly: soak ## soak, 10,000 kills, 32 processes at once, an hour of fuzzing
	SIGNAC_KILLS=$(KILLS) $(BIN)/python -m pytest tests/crash/test_random_kills.py tests/crash/test_transfer_kills.py
	SIGNAC_PROCESSES=32 $(BIN)/python -m pytest tests/concurrency/test_documents.py
	SIGNAC_PROCESSES=32 $(BIN)/python -m pytest tests/concurrency -m "not long" --ignore tests/concurrency/test_documents.py
	SIGNAC_FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m pytest tests/fuzz
	SIGNAC_EVERY_FAULT=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/crash/test_search_faults.py

lint: setup ## style, types and layers
	$(BIN)/ruff check src tests examples benchmarks docs
	$(BIN)/ruff format --check src tests examples benchmarks docs
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: setup ## the manual as a site, in docs/_build; a warning is an error
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --builder html docs docs/_build
	@echo "docs/_build/index.html"

bench: setup peer ## ratios to the released signac, in one run
	$(BIN)/python benchmarks/compare.py
bench-reliability: setup peer ## what is lost by both programs, small sizes; see benchmarks/reliability
	$(BIN)/python benchmarks/reliability/measure.py

# The same tree gives the same bytes: times are those of the last commit.
dist: setup ## wheel and sdist, in dist/
	@test -z "$$(git status --porcelain 2>/dev/null)" || echo "with what is not committed"
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2>/dev/null || echo 1767225600) $(BIN)/python -m hatchling build -d dist

lock: ## pin what development needs, for each Python; UPGRADE=--upgrade takes the newest
	$(PYTHON) requirements/lock.py $(UPGRADE) $(PYTHONS)

clean: ## remove the environments and the built manual
	rm -rf $(VENV) $(PEER) docs/_build $(DOWNSTREAM)
