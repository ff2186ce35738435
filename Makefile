# The project's commands. `make` alone lists them.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST_ARGS ?=
# A file's tests share servers, so they stay together; in their order, since files of few tests take the longest.
WORKERS := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-desk install setup test-packages test test-long pictures check fast-tests lint types mutation soak fuzz bench score format messages lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: $(VENV)/.runtime ## install and show a whole desk at work on sample mail, then end
	@$(BIN)/optout-daemon demo

demo-desk: $(VENV)/.runtime ## the same, and keep it running until Ctrl-C
	@$(BIN)/optout-daemon demo --serve

install: $(VENV)/.runtime ## install what the program needs into .venv

setup: $(VENV)/.dev ## install what working on it needs into .venv

test-packages: # the servers that the tests start; as root or through sudo
	@scripts/install-test-packages

test: test-packages $(VENV)/.dev ## all tests, with everything that they need installed first
	@$(BIN)/python -m pytest -m "not long" $(WORKERS) $(PYTEST_ARGS)
	@echo "Left out: the long tests of faults, soak and floods; make test-long runs them."

test-long: test-packages $(VENV)/.dev ## the tests that break servers, disks and clocks, some twenty minutes
	@$(BIN)/python -m pytest -m long tests/flow $(PYTEST_ARGS)

pictures: test-packages $(VENV)/.dev ## draw each page of the review desk, Japanese and English, into docs/images
	@mkdir -p docs/images
	@PICTURES=docs/images $(BIN)/python -m pytest -q tests/browser/test_pages.py

check: lint types fast-tests ## what a change has to pass first: format, lint, types, fast tests

fast-tests: $(VENV)/.dev
	@$(BIN)/python -m pytest -m "not slow and not long" $(WORKERS) $(PYTEST_ARGS)

lint: $(VENV)/.dev ## format and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.dev ## types
	@$(BIN)/mypy

mutation: $(VENV)/.dev ## change decision, gate and matching line by line, and list what no test notices
	@mkdir -p build && $(BIN)/mutmut run > build/mutation.log 2>&1; $(BIN)/mutmut results

soak: test-packages $(VENV)/.dev ## 1,000 mails while the daemon is killed 200 times: what was lost or done twice; SEED=n repeats one
	@$(BIN)/python -m tests.soak $(if $(SEED),--seed $(SEED))

fuzz: $(VENV)/.dev ## mails of the corpora put together wrongly, for SECONDS=60; finds go to build/fuzz
	@$(BIN)/python -m tests.fuzz_reader --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/.dev ## time against a floor of the same run, as ratios; CUSTOMERS=100000 for a smaller master
	@$(BIN)/python -m benchmarks.reading
	@$(BIN)/python -m benchmarks.candidates $(if $(CUSTOMERS),--customers $(CUSTOMERS))
	@$(BIN)/python -m benchmarks.list
	@$(BIN)/python -m benchmarks.sinks
	@$(BIN)/python -m benchmarks.queue
	@$(BIN)/python -m benchmarks.api

score: $(VENV)/.dev ## compare with a careful clerk, mail by mail
	@$(BIN)/python -m tests.clerk --show

format: $(VENV)/.dev ## bring every file into the format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

messages: $(VENV)/.dev ## bring the catalogues of the pages' texts up to date
	@$(BIN)/python scripts/messages.py

lock: $(VENV)/.dev ## write requirements/*.txt anew from pyproject.toml; UPGRADE=1 takes newer versions
	@$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements/dev.txt --extra dev pyproject.toml
	@$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements/runtime.txt pyproject.toml
	@$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements/build.txt requirements/build.in

clean: ## remove the environment and what was built
	rm -rf $(VENV) build dist mutants .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@python=$$(scripts/find-python) && $$python -m venv $(VENV)

# The stamps make a second run start at once; they are older than the lock files after a change.
$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) ..." >&2
	@$(PIP) --require-hashes -r requirements/runtime.txt
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing the tools into $(VENV) ..." >&2
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@
