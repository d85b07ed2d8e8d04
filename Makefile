# One command for each thing a contributor does. Needs Python >= 3.10, git and make; the rest is fetched into .venv.

PYTHON ?= python3
VENV   ?= .venv
# One more than there are cores: some tests wait for locks that nobody opens.
JOBS   ?= $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1)
GITPROV_BROWSER ?= chromium
BIN    := $(VENV)/bin
STAMPS := $(VENV)/stamps
FORMATTERS := build/formatters
LIVE := build/live
AGENTS := build/agents
SDKS := build/sdks
SERVERS := build/servers
DATADOG := $(VENV)/datadog

.DEFAULT_GOAL := help
.PHONY: help test test-web test-live test-agents test-sdks test-slow demo-report demo-drift drift-seeds quick lint format types layers docs pytest coverage survival test-formatters hostile fuzz fuzz-payloads demo bench house build clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: lint types layers docs pytest coverage  ## everything that has to hold before a merge

quick: $(STAMPS)/dev  ## the tests without the slow ones
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow and not wide"

lint: $(STAMPS)/dev  ## style, and formatting without changing it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMPS)/dev  ## mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(STAMPS)/dev  ## mypy --strict over product, tests and tools
	$(BIN)/mypy

layers: $(STAMPS)/dev  ## imports run downwards only
	$(BIN)/lint-imports

docs: $(STAMPS)/dev  ## links, changelog fragments, decisions
	$(BIN)/python tools/check_docs.py
	$(BIN)/python tools/survival.py
	$(BIN)/python tools/completions.py

pytest: $(STAMPS)/dev $(STAMPS)/wheelhouse $(DATADOG)/installed  ## all tests, with coverage
	GITPROV_WHEELHOUSE="$(CURDIR)/$(VENV)/wheelhouse" \
	  $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not wide" --cov --cov-report= $(PYTEST_ARGS)

coverage: pytest  ## the pure rooms: at least 95% of lines and of branches
	$(BIN)/coverage report
	$(BIN)/coverage json -q -o coverage.json
	$(BIN)/python tools/check_pure_coverage.py coverage.json

survival: $(STAMPS)/dev  ## every operation on every route (docs/survival.md); `make test` tries all natively, some of each kind otherwise
	$(BIN)/python -m pytest -n $(JOBS) tests/survival

test-formatters: $(STAMPS)/dev $(FORMATTERS)/installed  ## the snippets of tests/formatters/ through the formatters themselves
	GITPROV_FORMATTERS="$(CURDIR)/$(FORMATTERS)" $(BIN)/python -m pytest -rs tests/formatters

test-web: $(STAMPS)/dev  ## the report in a browser: Debian's chromium, or GITPROV_BROWSER="name of another"
	command -v "$(GITPROV_BROWSER)" >/dev/null || apt-get install -y chromium
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'playwright>=1.45,<2' 'pillow>=10,<13'
	if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix build/web axe-core@4 vnu-jar@26; fi
	GITPROV_AXE="$(CURDIR)/build/web/node_modules/axe-core/axe.min.js" GITPROV_BROWSER="$(GITPROV_BROWSER)" \
	  GITPROV_VNU="$(CURDIR)/build/web/node_modules/vnu-jar/build/dist/vnu.jar" $(BIN)/python -m pytest -rs tests/web

test-live: $(STAMPS)/dev $(LIVE)/installed  ## real semgrep, bandit, uv audit, actionlint (Go) and GitHub's rules for SARIF (npm)
	GITPROV_LIVE="$(CURDIR)/$(LIVE)" $(BIN)/python -m pytest -rs tests/live

test-agents: $(STAMPS)/dev $(AGENTS)/installed  ## real Codex, Gemini CLI and Claude Code (npm, 1 GB) with a scripted model server
	GITPROV_AGENTS="$(CURDIR)/$(AGENTS)" $(BIN)/python -m pytest -rs tests/agents/real

test-sdks: $(STAMPS)/dev $(SDKS)/installed  ## libraries of LangSmith, Langfuse, Phoenix and Weave against a server on loopback
	GITPROV_SDKS="$(CURDIR)/$(SDKS)" $(BIN)/python -m pytest -rs tests/sdks

test-slow: $(STAMPS)/dev $(DATADOG)/installed $(SERVERS)/installed  ## a real MLflow server (1 GB) and Datadog's test agent, which read what is pushed
	GITPROV_SERVERS="$(CURDIR)/$(SERVERS)" $(BIN)/python -m pytest -rs tests/servers

hostile: $(STAMPS)/dev  ## every hostile note of ten megabytes through every command, and 100,000 traces; `make test` tries some
	$(BIN)/python -m pytest -n $(JOBS) tests/flow/test_hostile_notes.py tests/flow/test_hostile_remote.py tests/index/test_bad_input.py

fuzz: $(STAMPS)/dev  ## 10,000 random histories against a model; FUZZ="--seed mine --histories 500" for others
	$(BIN)/python -m pytest -n $(JOBS) tests/fuzz tests/behaviour/test_separation.py
	$(BIN)/python -m tests.fuzz --histories 10000 --seed "$$(date -u +%Y%m%d%H%M%S)" --workers $(JOBS) --progress $(FUZZ)

fuzz-payloads: $(STAMPS)/dev  ## 10,000 mutated payloads for the adapter of each agent
	GITPROV_FUZZ_PAYLOADS=10000 $(BIN)/python -m pytest -n $(JOBS) tests/agents/test_payloads.py -k mutated

demo: $(STAMPS)/run demo-report  ## a throw-away repository, a recorded agent session, what gitprov answers, and a report to open
	PATH="$(CURDIR)/$(BIN):$$PATH" demo/run
	@echo "a report on a year of five agents: $(CURDIR)/build/year-report/index.html"

demo-drift: $(STAMPS)/dev  ## three edits of prompts that move what generated code does: the alarm, and the edit by name
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python demo/drift.py

drift-seeds: $(STAMPS)/dev  ## drift in 100 of 100 seeds, and at most one alarm in 100 where only words changed
	$(BIN)/python -m pytest -n $(JOBS) tests/flow/test_drift_seeds.py

demo-report: $(STAMPS)/report  ## a report on a generated year of five agents: build/year-report/index.html
	rm -rf build/year build/year-report
	$(BIN)/python demo/year.py build/year --contents
	cd build/year && PATH="$(CURDIR)/$(BIN):$$PATH" gitprov report --html ../year-report

bench: $(STAMPS)/run  ## the speed budgets, as ratios measured now
	PATH="$(CURDIR)/$(BIN):$$PATH" benchmarks/run

house: $(STAMPS)/dev  ## circles, sizes of rooms, names, and how far a commit walks through the files
	$(BIN)/python tools/house.py

build: $(STAMPS)/dev  ## sdist and wheel into dist/
	$(BIN)/python -m hatchling build

clean:  ## back to what git has
	rm -rf $(VENV) dist build coverage.json .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made anew when the Python asked for is another one than it was made with.
$(STAMPS)/python-$(subst /,_,$(PYTHON)):
	$(PYTHON) -m venv --clear $(VENV)
	mkdir -p $(STAMPS)
	touch $@

$(STAMPS)/run: $(STAMPS)/python-$(subst /,_,$(PYTHON)) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(STAMPS)/report: $(STAMPS)/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[report,checks]'
	touch $@

$(STAMPS)/dev: $(STAMPS)/python-$(subst /,_,$(PYTHON)) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@ $(STAMPS)/run $(STAMPS)/report

# Formatters keep to environments of their own: what they need is nothing that gitprov needs. Without npm the tests of its
# formatters are skipped; gofmt and rustfmt come with their compilers, and are taken from PATH.
$(FORMATTERS)/installed: tests/formatters/requirements.txt tests/formatters/package.json
	$(PYTHON) -m venv $(FORMATTERS)/venv
	$(FORMATTERS)/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/formatters/requirements.txt
	mkdir -p $(FORMATTERS)/node
	cp tests/formatters/package.json $(FORMATTERS)/node/
	if command -v npm >/dev/null; then cd $(FORMATTERS)/node && npm install --silent --no-audit --no-fund; \
	  else echo "npm is not installed: prettier, eslint and sort-package-json will be skipped"; fi
	touch $@

# What these libraries need is nothing that gitprov needs.
$(SDKS)/installed: tests/sdks/requirements.txt
	$(PYTHON) -m venv $(SDKS)/venv
	$(SDKS)/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/sdks/requirements.txt
	touch $@

# Real servers need other versions of what gitprov needs, so each has an environment of its own. Where pip has no test agent for
# this Python, its tests are skipped, and the next run tries again.
$(DATADOG)/installed: $(STAMPS)/python-$(subst /,_,$(PYTHON)) tests/servers/datadog.txt
	$(PYTHON) -m venv $(DATADOG)
	if $(DATADOG)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/servers/datadog.txt; then touch $@; \
	  else echo "ddapm-test-agent cannot be installed: tests with it will be skipped"; fi

$(SERVERS)/installed: tests/servers/mlflow.txt
	$(PYTHON) -m venv $(SERVERS)/venv
	$(SERVERS)/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/servers/mlflow.txt
	touch $@

# Each that cannot be had here is said, and its tests are skipped.
$(LIVE)/installed: Makefile
	$(PYTHON) -m venv $(LIVE)/venv
	$(LIVE)/venv/bin/python -m pip install --quiet --disable-pip-version-check semgrep bandit uv || echo "no semgrep"
	if command -v go >/dev/null; then \
	  GOBIN="$(CURDIR)/$(LIVE)/bin" go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 || echo "no actionlint"; \
	  else echo "go is not installed: no actionlint"; fi
	if command -v npm >/dev/null; then \
	  npm install --prefix $(LIVE) --silent --no-audit --no-fund @microsoft/sarif-multitool-linux@5 || echo "no multitool"; \
	  else echo "npm is not installed: no SARIF multitool"; fi
	touch $@

# The versions are those of gitprov/agents/payloads/table.py; a test compares them.
$(AGENTS)/installed: Makefile
	npm install --prefix $(AGENTS) --silent --no-audit --no-fund \
	  @openai/codex@0.171.0 @google/gemini-cli@0.61.0 @anthropic-ai/claude-code@2.1.332
	touch $@

$(STAMPS)/wheelhouse: $(STAMPS)/dev tools/wheelhouse.py
	rm -rf $(VENV)/wheelhouse
	$(BIN)/python tools/wheelhouse.py $(VENV)/wheelhouse
	touch $@
