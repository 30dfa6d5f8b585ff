# The two commands a newcomer needs are `make demo` and `make test`; both set everything up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NOTHING_SKIPPED ?=

.PHONY: test lint demo bench clean

test: $(READY)
	$(BIN)/python -m pytest -q $(if $(NOTHING_SKIPPED),--nothing-skipped)

lint: $(READY)
	$(BIN)/ruff check src tests demo
	$(BIN)/mypy --strict src/adieu
	$(BIN)/lint-imports --no-logo

demo: $(READY)
	$(BIN)/python -m demo.run

bench: $(READY)
	$(BIN)/python -m bench.run

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

clean:
	rm -rf $(VENV) build demo/build
