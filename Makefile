# make run                               the default comparison and its report
# make run ARGS="people.one_in=1000"     the same with options
# make setup                             what tests, lint and tutorials need, which a run does not
# make bench                             what the model costs, near half an hour; ARGS="--quick" a minute
# make test | make lint | make clean      WORKERS=0 tests in one process, as a debugger needs it
# make sbom                              the packages of .venv and their versions, as CycloneDX: build/sbom.json
# Needs Python 3.11 or newer, make and a package index; nothing else, and no activation.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
WORKERS ?= auto

BIN := $(VENV)/bin
SERIES := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
PINS := $(wildcard constraints/constraints-$(SERIES).txt)
STAMP := $(VENV)/installed-$(SERIES)
TESTING := $(VENV)/installed-test-$(SERIES)
COMPILED := $(VENV)/compiled-$(SERIES)
BENCH := $(VENV)/installed-bench-$(SERIES)
SBOM := $(VENV)/installed-sbom-$(SERIES)
KEPT := PYTHONDONTWRITEBYTECODE=

.PHONY: run test lint bench sbom clean setup
.DELETE_ON_ERROR:

run: $(STAMP)
	@$(KEPT) $(BIN)/python -m sim $(ARGS)

test: $(COMPILED)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(TESTING)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(BENCH)
	@$(BIN)/python -m bench $(ARGS)

sbom: $(SBOM)
	@mkdir -p build
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o build/sbom.json $(BIN)/python

setup: $(TESTING)

# The stamp is the last thing made: an installation that fails is begun again. What a run needs is installed and nothing
# else; it becomes bytecode when it is first imported, a third of what there is.
$(STAMP): pyproject.toml $(PINS)
	@$(PYTHON) -c 'import sys; sys.exit("Vyraj needs Python 3.11 or newer: make PYTHON=..." if sys.version_info < (3, 11) else 0)'
	@test -n "$(PINS)" || echo "No constraints for Python $(SERIES): the newest allowed packages are taken."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile $(PINS:%=-c %) -e .
	@touch $@

$(TESTING): $(STAMP)
	$(BIN)/python -m pip install --quiet --no-compile $(PINS:%=-c %) -e ".[test]"
	@touch $@

# Tests run in many processes: the model is compiled before them, once, while the tests and what they import become
# bytecode, which else each process would make.
$(COMPILED): $(TESTING)
	@echo "Compiling the model, once for all copies of these sources: about a minute"
	@$(KEPT) $(BIN)/python -m pytest -n 0 --collect-only >/dev/null 2>&1 & \
	$(KEPT) $(BIN)/python -m sim task=simulate people.one_in=10000 until=2019-02 results_dir=$(VENV)/first >/dev/null; \
	code=$$?; wait; exit $$code
	@touch $@

# Without its peers the bench says that they are not there, and measures the rest.
$(BENCH): $(STAMP)
	@$(BIN)/python -m pip install --quiet $(PINS:%=-c %) -e ".[bench]" && touch $@ || echo "The bench goes on without its peers."

$(SBOM): $(STAMP)
	$(BIN)/python -m pip install --quiet $(PINS:%=-c %) -e ".[sbom]"
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find sim bench tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
