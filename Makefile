# The two commands a newcomer needs are `make demo` and `make test`; both set everything up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NOTHING_SKIPPED ?=

# What tests need of the machine itself; without root it is named, and its tests are reported as not run.
DEBIAN := mariadb-server chromium

.PHONY: packages test lint demo bench bench-engines bench-archives archive-walk bulk mutation clean

packages:
	@for package in $(DEBIAN); do \
	  if dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed'; then continue; fi; \
	  if [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$package >/dev/null; then continue; fi; \
	  echo "not installed, so its tests do not run (root: apt-get install $$package): $$package"; \
	done

test: $(READY) packages
	$(BIN)/python -m pytest -q $(if $(NOTHING_SKIPPED),--nothing-skipped)

lint: $(READY)
	$(BIN)/ruff check src tests demo
	$(BIN)/mypy --strict src/adieu
	$(BIN)/lint-imports --no-logo

demo: $(READY)
	$(BIN)/python -m demo.run

bench: $(READY)
	$(BIN)/python -m bench.run

bench-engines: $(READY) packages
	$(BIN)/python -m bench.engines

bench-archives: $(READY)
	$(BIN)/python -m bench.archives

# By hand: archives of the demo shop opened in Chromium from disk; pictures into build/archive-walk.
archive-walk: $(READY) packages
	$(BIN)/python -m tests.demo.archive_walk

BULK ?=

bulk: $(READY)
	$(BIN)/python -m bench.bulk $(BULK)

# By hand, one room at a time (docs/mutation.md): make mutation ROOM=law. Works on a copy, with one process.
ROOM ?= planning
FILES ?= src/adieu/$(ROOM)*
COPY := build/mutation

mutation: $(READY)
	rm -rf $(COPY) && mkdir -p $(COPY)
	cp -R src tests docs demo maps pyproject.toml README.md $(COPY)
	printf '[mutmut]\nsource_paths=src\nonly_mutate=$(FILES)\nalso_copy=\n docs\n demo\n maps\n' > $(COPY)/setup.cfg
	printf 'pytest_add_cli_args_test_selection=tests/unit/$(ROOM)\nuse_git_change_detection=false\n' >> $(COPY)/setup.cfg
	printf 'do_not_mutate=src/adieu/$(ROOM)/checks/*\n' >> $(COPY)/setup.cfg  # a room of its own: ROOM=datamap/checks
	cd $(COPY) && nice -n 19 ../../$(BIN)/mutmut run --max-children 1 && ../../$(BIN)/mutmut results
	cd $(COPY) && ../../$(BIN)/mutmut export-cicd-stats && cat mutants/mutmut-cicd-stats.json

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

clean:
	rm -rf $(VENV) build demo/build
