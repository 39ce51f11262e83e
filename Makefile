# ResNet Lab. `make run` starts the app, `make test` checks it, `make help` lists the rest.

PORT ?= 8501
VENV ?= .venv
# PYTHON names the interpreter to build on; without it, the first of these from 3.11 to 3.13 is taken.
CANDIDATES = $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
RUN = $(VENV)/bin/python -m
SHARED = -n 2 --dist loadfile
# exec, so that Ctrl-C and a termination signal reach the server itself.
SERVE = $(RUN) resnet.address "$(PORT)" && exec $(RUN) streamlit run app.py --server.port "$(PORT)" --server.headless true

.PHONY: run dev test lint types imports browser unit pages e2e format clean help
.DELETE_ON_ERROR:

run: $(VENV)/.app
	@$(SERVE)

dev: $(VENV)/.app
	@$(SERVE) --server.fileWatcherType auto --server.runOnSave true \
	  --client.showErrorDetails full --client.toolbarMode developer

# What needs no browser first, its files shared by two processes. The browser's tests then have the machine to themselves: each starts
# servers and trainings of its own, and two at once starve each other.
test: browser lint types imports
	@browser=$$($(VENV)/bin/python tests/browser.py) || exit; failed=0; \
	$(RUN) pytest $(SHARED) tests/unit tests/pages || failed=$$?; \
	RESNET_BROWSER="$$browser" $(RUN) pytest tests/e2e || failed=$$?; \
	exit $$failed

lint: $(VENV)/.dev
	$(RUN) ruff check
	$(RUN) ruff format --check

types: $(VENV)/.dev
	$(RUN) mypy

imports: $(VENV)/.dev
	$(VENV)/bin/lint-imports

browser: $(VENV)/.dev
	@$(VENV)/bin/python tests/browser.py

unit pages: $(VENV)/.dev
	$(RUN) pytest $(SHARED) tests/$@

e2e: browser
	@browser=$$($(VENV)/bin/python tests/browser.py) && RESNET_BROWSER="$$browser" exec $(RUN) pytest tests/e2e

format: $(VENV)/.dev
	$(RUN) ruff check --fix --exit-zero --quiet
	$(RUN) ruff format

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

help:
	@echo "make run [PORT=8501]   start the app (make dev: reload on save, full tracebacks)"
	@echo "make test              everything below, then the counts"
	@echo "make lint types imports browser unit pages e2e    one of them"
	@echo "make format            put the code in order"
	@echo "make clean             remove the virtual environment and the caches"

# What is installed follows the requirements files: a newer file means another pip run, an unchanged one none.
$(VENV)/.app: requirements.txt | $(VENV)/bin/python
	$(RUN) pip install -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(RUN) pip install -r requirements-dev.txt
	@touch $(VENV)/.app $@

$(VENV)/bin/python:
	@for python in $(CANDIDATES); do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    echo "Making a virtual environment in $(VENV) with $$("$$python" --version)"; \
	    exec "$$python" -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "No usable Python among: $(CANDIDATES)" >&2; \
	echo "ResNet Lab runs on Python 3.11, 3.12 and 3.13, with venv and pip (Debian, Ubuntu: apt-get install python3-venv)." >&2; \
	echo "Install one, or name yours: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; \
	exit 1
