# Everything a person or CI runs. `make help` lists it. Nothing but Python 3.11+, git, make and the package registries is needed.
PYTHON ?= python3
BIN := .venv/bin
export WATCHFLOOR_DATA ?= ../shared/data
# Some containers forbid compiled files: each of the hundred processes of a test run would then compile 2,000 modules anew.
export PYTHONDONTWRITEBYTECODE =
# Tests make and remove a hundred thousand small files (databases of their own): in memory, where there is room for them.
SHM := $(shell df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 6000 {print "/dev/shm"}')
IN_MEMORY := $(if $(TMPDIR),,$(if $(SHM),TMPDIR=$(SHM)))

.DEFAULT_GOAL := help
.PHONY: help setup assets demo demo-full test wide unit integration e2e crash lint format types layers docs bench lock release clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.venv/.ready: pyproject.toml frontend/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (once; a few minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --group dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable .
	@touch $@

setup: .venv/.ready ## Make .venv with everything that demo and test need

assets: setup ## Build the console's scripts, styles and catalogues (locked npm packages, Node from a wheel)
	@$(BIN)/python frontend/build.py
	@$(BIN)/python -m i18n_tools compile

demo: setup ## Replay a fortnight on a small platform made of real content and open the console
	@$(BIN)/watchfloor demo

demo-full: setup ## As demo, with the comments, titles and posts of WATCHFLOOR_DATA added
	@$(BIN)/watchfloor demo --full

ONLY := $(if $(WIDE),,-m "not wide")
IN_BROWSER := tests/crash tests/e2e
# A person at a screen waits for it to settle, a script may be too quick for a busy machine: what failed there is tried once more,
# by itself and with servers of its own. It is printed both times: a test that needs this is to be mended.
ONCE_MORE = { echo "Once more, by themselves, the browser and kill tests that failed:"; \
  $(IN_MEMORY) $(BIN)/python -m pytest --last-failed --last-failed-no-failures none --tb short $(ONLY) $(IN_BROWSER); }

test: setup ## Unit, property, integration tests and the first journeys in the browser
	@$(IN_MEMORY) $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ONLY) tests/unit tests/property tests/integration tests/conformance
	@$(IN_MEMORY) $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ONLY) $(IN_BROWSER) || $(ONCE_MORE)  # much of it waits for others; a browser test sees no other's settings

wide: ## The same, and every journey, others' clients, every page, role and death; CI runs this with half of the looks
	@$(MAKE) --no-print-directory test WIDE=1

unit: setup ## Pure tests only
	@$(BIN)/python -m pytest tests/unit tests/property

integration: setup ## Tests on the embedded PostgreSQL
	@$(BIN)/python -m pytest tests/integration tests/conformance

e2e: setup ## Browser tests
	@$(BIN)/python -m pytest tests/e2e

crash: setup ## kill -9 tests (WATCHFLOOR_KILLS=200 for the long run)
	@$(BIN)/python -m pytest tests/crash

lint: setup ## ruff, import-linter, translations, mypy
	@$(BIN)/ruff check src tests benchmarks i18n_tools release_tools
	@$(BIN)/ruff format --check src tests benchmarks i18n_tools release_tools
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m i18n_tools check
	@$(BIN)/mypy

format: setup ## Put the code into its shape
	@$(BIN)/ruff check --fix src tests benchmarks i18n_tools
	@$(BIN)/ruff format src tests benchmarks i18n_tools

docs: setup ## Build the documentation into site/
	@$(BIN)/python -m docs_tools.reference docs/reference
	@$(BIN)/mkdocs build --strict --quiet

bench: setup ## Run the benchmarks and print their table
	@$(BIN)/python -m benchmarks

lock: setup ## Lock every package with its checksums into requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet pyproject.toml --universal --generate-hashes --python-version 3.11 --upgrade -o requirements.lock

release: setup assets ## Wheel, source, lock, bill of materials, checksums; signed with RELEASE_KEY=~/.ssh/key
	@rm -rf dist && mkdir dist
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@git archive --format=tar.gz --prefix=watchfloor/ -o dist/watchfloor-source.tar.gz HEAD
	@cp requirements.lock dist/ && $(BIN)/watchfloor sbom --out dist/bom.json
	@$(BIN)/python -m release_tools.files dist $(if $(RELEASE_KEY),--key $(RELEASE_KEY))

clean: ## Remove what the targets above made (not your data folder)
	rm -rf .venv site dist build src/watchfloor/console/static/console/dist frontend/node_modules
