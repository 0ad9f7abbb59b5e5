# The commands of POC Lens. `make demo` and `make test` work on a fresh machine with
# Python 3.11 to 3.13, venv and make; nothing else is needed.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8050
SERVE ?= 1
# Three on two cores: tests of servers and browsers wait more than they compute.
WORKERS ?= 3
POCLENS_HOME ?= workspace
POCLENS_SHARED ?= ../shared
export POCLENS_HOME POCLENS_SHARED
export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := False
BIN := .venv/bin

.PHONY: demo test soak bench check docs install format clean

demo: .venv/installed
	@$(BIN)/poclens demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: .venv/installed
	@$(BIN)/python -m pytest -m "not soak" --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

soak: .venv/installed
	@$(BIN)/python -m pytest -m soak

bench: .venv/installed
	@$(BIN)/python -m tests.benchmarks

check: .venv/installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/poclens catalogue check
	@$(BIN)/python -m tests.faults.check

docs: .venv/installed
	@$(BIN)/python -m pipelines.documents.pages
	@echo "build/docs/indicators/en/README.md, build/docs/data_dictionary/en/README.md (French: fr)"

format: .venv/installed
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

install: .venv/installed

# One environment from one hash-locked file; made again when the lock changes.
.venv/installed: requirements.txt pyproject.toml
	@$(PYTHON) .ci/check_python.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked requirements (about two minutes the first time) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/installed

clean:
	rm -rf .venv workspace build
