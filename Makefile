# The commands of POC Lens. `make demo` and `make test` work on a fresh machine with
# Python 3.11 to 3.13, venv and make; nothing else is needed.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8050
SERVE ?= 1
# Three on two cores: tests of servers and browsers wait more than they compute.
WORKERS ?= 3
POCLENS_HOME ?= workspace
export POCLENS_HOME
export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := False
# What is loaded is compiled once and kept: some images of Python switch that off, which costs each
# command about eight processor seconds.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin

.PHONY: demo test soak spark bench check docs install format clean

demo: .venv/installed
	@$(BIN)/poclens demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: .venv/test-installed
	@$(BIN)/python -m pytest -m "not soak" --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

soak: .venv/test-installed
	@$(BIN)/python -m pytest -m soak --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

# A cluster on loopback, a master and two workers, for as long as its tests run.
spark: .venv/test-installed
	@$(BIN)/python -m pytest -m soak tests/indicators/engine/test_spark_rows.py

bench: .venv/test-installed
	@$(BIN)/python -m tests.benchmarks

check: .venv/test-installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/poclens catalogue check
	@$(BIN)/python -m tests.faults.check

docs: .venv/installed
	@$(BIN)/python -m pipelines.documents.pages
	@echo "build/docs/indicators/en/README.md, build/docs/data_dictionary/en/README.md (French: fr)"

format: .venv/test-installed
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

install: .venv/test-installed

# What is loaded is compiled, once; compiling all of it is a fifth of the installed size.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile

# One environment from hash-locked files: what runs, then what only tests need; made again when a
# lock changes.
.venv/installed: requirements.txt pyproject.toml
	@$(PYTHON) .ci/check_python.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked requirements (about two minutes the first time) …"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python .ci/leave_out.py requirements.txt
	@$(BIN)/python .ci/compile_what_is_loaded.py
	@touch .venv/installed

.venv/test-installed: .venv/installed requirements-test.txt requirements-spark.txt
	@echo "Installing what the tests need …"
	@$(PIP) --require-hashes -r requirements.txt -r requirements-test.txt -r requirements-spark.txt
	@touch .venv/test-installed

clean:
	rm -rf .venv workspace build
