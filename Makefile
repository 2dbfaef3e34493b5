# Two commands do everything on a fresh machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready

.PHONY: demo test coverage engines test-all notebooks keys lab benchmarks pictures style browser rehearsal dist clean lock

demo: $(READY)
	$(BIN)/committee demo

test: $(READY) browser
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test-all: $(READY) browser
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --hypothesis-profile=campaign -m ""

coverage: $(READY) browser
	$(BIN)/python -m coverage erase
	COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml COVERAGE_FILE=$(CURDIR)/.coverage $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder; \
	failed=$$?; $(BIN)/python -m coverage combine --quiet && $(BIN)/python -m coverage report && exit $$failed

notebooks: $(READY)
	$(BIN)/python tests/renew_notebooks.py

keys: $(READY)
	$(BIN)/python -m tests.key_pages

lab: $(READY)
	$(BIN)/committee lab

benchmarks: $(READY)
	$(BIN)/python benchmarks/summary.py

pictures: $(READY) browser
	$(BIN)/python -m tests.pictures

style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy

rehearsal: $(READY) browser
	$(BIN)/python -m pytest -m "" tests/rehearsal

dist: $(READY)
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist

engines: $(READY)
	@sh tests/engines/install.sh $(BIN)/python
	$(BIN)/python -m pytest -m "" tests/engines tests/test_sources.py

browser:
	@sh tests/browser/install.sh

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@echo '首次安装，只做一次，约需一至数分钟，其间没有别的提示。 / Setting up, this once only: one to several minutes in which nothing more is said.'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

lock:
	$(LOCK) pyproject.toml --group dev --output-file requirements.lock
	$(LOCK) --group engines --constraint requirements.lock --output-file requirements-engines.lock

clean:
	rm -rf $(VENV) out dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
