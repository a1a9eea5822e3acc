# Needs python3 (3.11 or later) with pip; everything else is installed into .venv from hash-locked
# lists. `make` alone prints what there is.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PIP    := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --no-deps --require-hashes
# Two processes, a file to each: servers that a file's tests start are started once.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile

export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help demo up doctor test check format bench clean-demo clean install install-dev peers venv

help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name about; do \
		printf '  make %-12s %s\n' "$$name" "$$about"; done
	@echo '  make demo ONCE=1               end after the cycle'
	@echo '  make demo MATERIAL=<file|url>  run the cycle on your own text, Markdown, HTML, PDF, DOCX or page'

demo: install ## Run one whole cycle on the demo agency, then serve it on 127.0.0.1:8000
	@$(MANAGE) demo $(if $(ONCE),--once) $(if $(MATERIAL),--material "$(MATERIAL)")

up: install ## Run Warren with your own data; the first visit creates the owner account
	@$(MANAGE) up

doctor: install ## Say what is missing or wrong, and how to mend it
	@$(MANAGE) doctor

test: install-dev ## Run all tests (ARGS="tests/config -x" for some)
	@if command -v g++ >/dev/null; then $(MAKE) --no-print-directory peers; else \
		echo 'No g++ here: tests against real servers are skipped (apt-get install g++).'; fi
	$(PYTEST) $(ARGS)

check: install-dev ## Everything that CI runs: format, lint, types, layers, templates, settings, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	WARREN_START_SERVICES=no $(BIN)/mypy .
	WARREN_START_SERVICES=no $(BIN)/lint-imports
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	$(MANAGE) makemigrations --check --dry-run
	sh deploy/check-production.sh $(BIN)/python
	$(MAKE) test

peers: install-dev ## Install the servers of `-m peer` tests and axe (once, 2 minutes, needs g++)
	@$(BIN)/python tests/peers/install.py
	@$(BIN)/python tests/browser/install.py

format: install-dev ## Put code and templates into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: install ## Measure pages, deliveries and look-ups on a large installation (takes long)
	@$(MANAGE) bench $(ARGS)

clean-demo: install ## Remove the demo agency and all it made
	@$(MANAGE) demo --remove

clean: ## Remove everything that Warren made, data included
	@rm -rf var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# A list is installed when it differs from the one that was installed last.
install: venv
	@cmp -s requirements/base.lock $(VENV)/base.lock || { \
		echo 'Installing what Warren needs (once)…'; \
		$(PIP) -r requirements/base.lock && cp requirements/base.lock $(VENV)/base.lock; }

install-dev: venv
	@cmp -s requirements/dev.lock $(VENV)/dev.lock || { \
		echo 'Installing what the tests need (once)…'; \
		$(PIP) -r requirements/dev.lock && cp requirements/dev.lock $(VENV)/dev.lock \
		&& cp requirements/base.lock $(VENV)/base.lock; }

# Debian keeps ensurepip in a package of its own; where it is missing, the system's pip fills in.
venv:
	@test -x $(BIN)/python || { \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
			echo 'Warren needs Python 3.11 or later: make PYTHON=/path/to/python3.11'; exit 1; }; \
		$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV); }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 \
		|| $(PYTHON) -m pip --python $(BIN)/python install --quiet pip
