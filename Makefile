# Every target sets up what it needs. `make help` lists them.
PYTHON ?= python3
VENV := .venv
PEER := .venv-peer
BIN := $(VENV)/bin
CONSTRAINTS := requirements/constraints.txt

.PHONY: help demo test test-long lint bench docs clean peer setup

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.ready: pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[dev]'
	touch $@

$(PEER)/.ready: requirements/peer.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/peer.txt
	touch $@

setup: $(VENV)/.ready ## the environment with all tools
peer: $(PEER)/.ready ## the released signac, in an environment of its own

demo: setup ## the main job: a Lennard-Jones study, its table and its plot
	$(BIN)/python examples/lennard_jones/study.py
	$(BIN)/python examples/lennard_jones/analyse.py

test: setup peer ## what must pass before every commit
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long"

test-long: setup peer ## many kills, many processes, long random runs
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long

lint: setup ## style, types and layers
	$(BIN)/ruff check src tests examples benchmarks docs
	$(BIN)/ruff format --check src tests examples benchmarks docs
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup peer ## ratios to the released signac, in one run
	$(BIN)/python benchmarks/compare.py

clean: ## remove the environments
	rm -rf $(VENV) $(PEER)
