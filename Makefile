# make demo: analyse the example picture on a fresh machine.
# make test: every check and test on a fresh machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check system browser

demo: system $(VENV)/core
	$(BIN)/facebehavior analyze examples
	$(BIN)/facebehavior analyze examples -o demo/faces.parquet --overlay demo

test: system browser $(VENV)/all
	$(MAKE) check

# What `make test` runs, on an installation that is already there.
check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

system:
	sh tools/system_libraries.sh

browser:
	sh tools/browser.sh

$(VENV)/made:
	$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv --clear $(VENV)
	touch $@

$(VENV)/core: $(VENV)/made pyproject.toml constraints.txt
	$(INSTALL) -e .
	touch $@

$(VENV)/all: $(VENV)/made pyproject.toml constraints.txt file_packages.txt
	$(INSTALL) -e ".[all]"
	$(INSTALL) --no-deps -r file_packages.txt
	touch $@
