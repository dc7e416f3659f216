# `make run` and `make test` are all that a fresh machine with Python 3.11 or newer needs; `make help` lists the rest.
# A Python of your choice:  make setup PYTHON=/path/to/python3

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run kiosk test change check bench soak setup lock messages snapshots pictures golden clean
.SUFFIXES:

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOG := .setup.log
PACKAGES := hall receipts clerk_tui central
PYTEST := $(BIN)/python -m pytest --no-header
PYTHON ?=
UV ?= uv

# A venv remembers where it stands: one that was moved or copied is made anew.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

# step LABEL COMMAND...: one calm line a step; the command's own words go to the log and are shown only on failure.
define STEP
step() { \
  label=$$1; shift; from=$$(date +%s); echo "== $$label" >>$(LOG); \
  "$$@" >>$(LOG) 2>&1 </dev/null & pid=$$!; \
  if [ -t 1 ]; then \
    turn=-; while kill -0 $$pid 2>/dev/null; do \
      case $$turn in -) turn='/';; /) turn='|';; '|') turn=+;; *) turn=-;; esac; \
      printf '\r  %-36s %3d s  %s ' "$$label" $$(( $$(date +%s) - from )) "$$turn"; sleep 0.2 2>/dev/null || sleep 1; \
    done; printf '\r'; \
  fi; \
  if wait $$pid; then printf '  %-36s %3d s, done\n' "$$label" $$(( $$(date +%s) - from )); \
  else \
    printf '  %-36s failed\n\n' "$$label"; tail -n 15 $(LOG) | sed 's/^/    /'; \
    printf '\n  The whole story is in $(LOG). If packages could not be fetched, check the network or the\n'; \
    printf '  package mirror (pip config list), then run the same command again: it goes on where it stopped.\n\n'; \
    exit 1; \
  fi; \
}
endef

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## the counter, on a sample hall with a centre beside it
	@exec $(BIN)/clerk demo

kiosk: setup ## the supervisor's board, on the same sample hall (beside `make run`)
	@exec $(BIN)/clerk board --demo

# The tests start the program hundreds of times: what was edited since the setup is compiled once.
test: setup ## the whole test suite
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@$(PYTEST) -n 3 --dist worksteal

change: setup ## what every change has to pass besides: a thousand seeds, a thousand kills
	@$(PYTEST) -n 2 --dist worksteal -m change

check: setup ## lint, format, types, and the house's import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(PYTEST) -q tests/test_imports.py tests/test_structure.py

bench: setup ## how quick it is, as ratios against a yardstick taken in the same run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
	  -r requirements-bench.lock >>$(LOG) 2>&1 </dev/null \
	  || echo "  Some tools to measure against could not be installed (see $(LOG)); what is left out is said below."
	@$(BIN)/python -m tests.bench

soak: setup ## long runs with many seeds; their figures go to docs/reliability.md
	@rm -f .figures
	@HYPOTHESIS_PROFILE=soak RELIABILITY_FIGURES=$(CURDIR)/.figures $(PYTEST) -n 2 -m soak; result=$$?; \
	[ ! -s .figures ] || $(BIN)/python -m tests.reliability.figures .figures; exit $$result

setup: $(READY) ## the environment, the locked packages and the fonts (run and test do this first)
	@$(BIN)/clerk setup

$(READY): requirements.lock pyproject.toml
	@$(STEP); \
	good='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'; \
	if [ ! -x $(BIN)/python ] || ! $(BIN)/python -c "$$good" 2>/dev/null || ! $(BIN)/python -m pip --version >/dev/null 2>&1 \
	  || [ "$$(cat $(READY) 2>/dev/null || echo "$(CURDIR)")" != "$(CURDIR)" ]; then \
	  found=; \
	  for python in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python); do \
	    if "$$python" -c "$$good" >/dev/null 2>&1; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    printf '%s\n' '' '  No Python 3.11 or newer with venv was found$(if $(PYTHON), as $(PYTHON)).' \
	      '  On Debian and its kin: apt install python3 python3-venv' \
	      '  If it is there under another name: make setup PYTHON=/path/to/python3' '' >&2; \
	    exit 1; \
	  fi; \
	  : >$(LOG) || exit 1; rm -f $(READY); \
	  step "Making a virtual environment" "$$found" -m venv --clear $(VENV); \
	fi; \
	step "Installing locked packages" $(BIN)/python -m pip install --disable-pip-version-check --no-input \
	  --require-hashes -r requirements.lock; \
	step "Installing clerk" $(BIN)/python -m pip install --disable-pip-version-check --no-input \
	  --no-deps --no-build-isolation -e .; \
	step "Compiling" $(BIN)/python -m compileall -q $(PACKAGES); \
	printf '%s' "$(CURDIR)" >$(READY)

lock: ## the lock files, anew from pyproject.toml (needs uv)
	@$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --all-extras --quiet --upgrade pyproject.toml -o requirements.lock
	@$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --quiet --upgrade --constraint requirements.lock requirements-bench.in -o requirements-bench.lock

messages: setup ## the translation template, from the texts in the code
	@$(BIN)/python -m tests.i18n_extract

snapshots: setup ## the screens' reference pictures, anew
	@$(PYTEST) -n 2 --snapshot-update -m "not soak and not change" tests/clerk_tui

golden: setup ## the papers' reference hashes, anew (look at the papers first: clerk paper preview)
	@$(BIN)/python -m tests.receipts.golden

pictures: setup ## the pictures in docs/, from the real screens (needs chromium and fonts-noto-cjk)
	@$(BIN)/python -m tests.pictures

clean: ## everything that was made
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .setup.log snapshot_report.html
	@find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
