# `make` lists the targets. Everything is installed into .venv and node_modules, everything that runs lives in .local.

PYTHON ?= python3
export PORT ?= 8000
BIN := .venv/bin
UV := uv==0.13.9
INSTALLED := .venv/.installed
# Without a terminal of its own to ask, git or apt must not wait for an answer.
export DEBIAN_FRONTEND := noninteractive

.DEFAULT_GOAL := help
.PHONY: help demo test browser lint format types check bench services stop build messages openapi lock audit clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Everything on http://localhost:8000 with a demo company; Ctrl-C stops it, the data stays
	@$(BIN)/python -m tools.demo

test: build browser ## All tests, on servers of their own
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

browser: $(INSTALLED) # Chromium for tests/browser
	@$(BIN)/python -m tools.browser

lint: $(INSTALLED) ## ruff and bandit
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml --severity-level medium accounts pipeline targets incentives reviews salesops tools

format: $(INSTALLED) ## Put the sources in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(INSTALLED) ## mypy, strict
	$(BIN)/mypy .

check: build ## What .ci/run does after the tests
	.ci/check

bench: build services ## Ratios against baselines measured in the same run (performance.md); informs, never fails
	$(BIN)/python -m benchmarks $(ARGS)

services: $(INSTALLED) ## Leave the embedded PostgreSQL and Valkey running, migrated, for manage.py
	@$(BIN)/python -m tools.services start
	@$(BIN)/python manage.py migrate --verbosity=0

stop: $(INSTALLED) ## End them
	@$(BIN)/python -m tools.services stop

build: $(INSTALLED) ## Front end and translations
	@$(BIN)/python -m tools.build

messages: $(INSTALLED) ## Bring locale/*.po up to the sources' strings (needs gettext)
	$(BIN)/python manage.py makemessages --all --no-obsolete --no-location --ignore=node_modules --ignore=.venv --ignore=tests

openapi: $(INSTALLED) ## Renew openapi.yaml
	$(BIN)/python manage.py spectacular --file openapi.yaml

lock: $(INSTALLED) ## Renew requirements/*.txt from *.in
	for name in base dev; do $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
		--no-header --no-annotate --upgrade --output-file requirements/$$name.txt requirements/$$name.in || exit 1; done

audit: $(INSTALLED) ## Known vulnerabilities in what is locked (needs the network)
	$(BIN)/pip-audit --disable-pip --require-hashes --requirement requirements/dev.txt

clean: ## Remove what was made, but not the data in .local
	rm -rf static/dist staticfiles node_modules .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results

$(INSTALLED): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or later is missing: install it, or name one with make PYTHON=…" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv module is missing (Debian: apt-get install python3-venv)." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the Python packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@
