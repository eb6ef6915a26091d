# The commands of a day. `make help` lists them.
SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TESTS ?=
# Most tests wait for something: three processes keep two cores busy. A file's tests stay together, because they share what they stand on.
TOGETHER := -n 3 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test test-long check format bench doubles pictures lock wheel clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/installed  ## install everything that Hilo needs into .venv and build the console
	@$(BIN)/python hatch_build.py

setup-test: $(VENV)/installed-test
	@$(BIN)/python hatch_build.py

run: setup  ## start a small lively company to try: http://127.0.0.1:8080
	@exec $(BIN)/hilo demo

test: setup-test  ## run every test (at most ten minutes on two cores); TESTS=tests/routing runs some
	@.ci/system-packages
	@$(BIN)/python -m pytest $(if $(TESTS),,$(TOGETHER)) $(TESTS)

test-long: setup-test  ## run every test, the fault rigs with their full counts (at most an hour)
	@.ci/system-packages
	@HILO_RIG=long $(BIN)/python -m pytest $(TESTS)

check: setup-test  ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py check

format: setup-test  ## put the Python code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup  ## print each figure beside its limit, one JSON object a line
	@$(BIN)/python -m benchmarks

doubles: setup-test  ## hold the pretend providers against what the real ones publish (takes packages from npm)
	@$(BIN)/python -m tests.doubles

pictures: setup-test  ## draw the pictures of the documentation anew, from the demo in Chromium
	@$(BIN)/python -m tests.pictures

wheel: setup-test  ## build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation

UV = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE)

lock:  ## write requirements/*.txt anew from pyproject.toml (needs uv; UPGRADE=--upgrade takes the newest)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH: pip install uv" >&2; exit 2; }
	$(UV) pyproject.toml -o requirements/run.txt
	$(UV) -c requirements/run.txt --group build -o requirements/build.txt
	$(UV) -c requirements/run.txt -c requirements/build.txt pyproject.toml --group build --group test --group check -o requirements/test.txt

clean:  ## remove what was installed and built; your data under var/ stays
	rm -rf $(VENV) build dist agent_ui/dist agent_ui/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Hilo needs Python 3.11 or newer, and there is no '$(PYTHON)' here. Name one: make setup PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hilo needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make setup PYTHON=python3.12" >&2; exit 2; }
	@echo "[1/4] Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make a virtual environment; on Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 2; }

$(VENV)/installed: requirements/run.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo "[2/4] Installing $$(grep -c '==' requirements/run.txt) packages, each checked against its hash (about a minute the first time) ..."
	@$(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-test: requirements/test.txt $(VENV)/installed
	@echo "[2/4] Installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@
