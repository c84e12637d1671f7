# Two commands set up everything: `make verify` and `make test`. They need make, and Python 3.11 or later or uv.
# PYTHON=python3.13 names an interpreter, UV= asks for pip where uv is there: requirements/install.sh reads both.

VENV := .venv
BIN := $(VENV)/bin
# More workers than a small machine has cores: many tests wait for processes and sockets.
PYTEST_OPTIONS ?= -n 4 --dist worksteal
# Compiled modules are kept, whatever the shell says: tests and measurements start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help verify test covered test-all-pythons lint types serve bench prove mutants fuzz soak cost audit lock docs pictures clients clean

help: ## Say what there is.
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 26

verify: $(VENV)/runtime ## Judge the embedded mock; nothing leaves this machine.
	env -u SCALINGO_API_URL -u CONTRACTS_TARGET $(BIN)/contracts verify --mock

test: ## Lint, types, all tests, and the branches that they cover.
	$(MAKE) --no-print-directory --jobs=2 lint clients
	$(MAKE) --no-print-directory --jobs=2 types covered

# A target of its own, because the tests need not wait for the types.
covered: $(VENV)/dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(PYTEST_OPTIONS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

test-all-pythons: $(VENV)/dev ## The tests on every Python from 3.11 to 3.15, and bundles from one to the other.
	rm -rf build/bundles
	$(BIN)/nox

lint: $(VENV)/dev ## Style, formatting and dead ignores.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev ## mypy, strict.
	$(BIN)/mypy

serve: $(VENV)/runtime ## Run the mock in the foreground.
	$(BIN)/contracts serve

prove: $(VENV)/runtime ## Show that every clause can fail.
	$(BIN)/contracts prove

bench: $(VENV)/dev ## Measure what users wait for, and write bench/RESULTS.md. Some minutes.
	$(BIN)/python -m bench

# Each part in a clone: a mutant is a changed file, and nobody should meet one in the checkout.
# cr-rate counts those left out, too: 3 % of all are 5 % of those tried.
MUTANTS := build/mutants
PARTS := $(patsubst tests/mutants/%.toml,mutants-%,$(wildcard tests/mutants/*.toml))
mutants: $(PARTS) ## Change the code, one spot at a time; the tests have to notice. An hour or more; try --jobs=2.

.PHONY: $(PARTS)
$(PARTS): mutants-%: $(MUTANTS)/tool/bin/cosmic-ray
	rm -rf $(MUTANTS)/$*
	git clone --quiet . $(MUTANTS)/$*
	cd $(MUTANTS)/$* && export PATH="$(CURDIR)/$(BIN):$(CURDIR)/$(MUTANTS)/tool/bin:$$PATH" \
	  HYPOTHESIS_PROFILE=ci PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1 && \
	  { python tests/mutants/warm.py serve warm.socket & trap "kill $$!" EXIT; } && \
	  cat tests/mutants/$*.toml tests/mutants/every/part.toml > mutants.toml && \
	  cosmic-ray init mutants.toml session.sqlite && cr-filter-operators session.sqlite mutants.toml && \
	  cosmic-ray baseline mutants.toml && cosmic-ray exec mutants.toml session.sqlite && \
	  cr-report --surviving-only --show-diff session.sqlite && cr-rate --fail-over 3 session.sqlite

$(MUTANTS)/tool/bin/cosmic-ray: $(VENV)/dev
	$(BIN)/uv venv --quiet --clear $(MUTANTS)/tool
	$(BIN)/uv pip install --quiet --python $(MUTANTS)/tool cosmic-ray==8.7.0

lock: $(VENV)/dev ## Resolve the locks anew; they name no package host.
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --python-version 3.11 --group build pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --python-version 3.11 --all-extras --group dev pyproject.toml -o requirements/dev.txt

SECONDS ?= 300
RUNS ?= 5000
SIZE ?= 4194304
fuzz: $(VENV)/dev ## Feed every reader what nobody would write, for SECONDS (300).
	$(BIN)/python tests/endurance/fuzz.py $(SECONDS)

soak: $(VENV)/dev ## Make RUNS (5000) runs in one process; they must leave nothing behind.
	$(BIN)/python tests/endurance/soak.py $(RUNS)

cost: $(VENV)/dev ## Tell what hostile bodies of SIZE bytes (4 MiB) cost.
	PYTHONPATH=tests/suite/support $(BIN)/python tests/endurance/cost.py $(SIZE) --max-body $(SIZE)

# In an environment of its own: it is no part of the suite. Where no advisory service can be reached, it says so.
audit: $(VENV)/dev ## Look the locked dependencies up in a service for advisories.
	$(BIN)/uvx --quiet pip-audit@2.9.0 --strict --require-hashes --disable-pip -r requirements/runtime.txt || \
	  { echo "the audit found something above, or could not reach its service: nothing is proven" >&2; exit 1; }

docs: $(VENV)/dev ## Write the parts of the README that are made from the code.
	$(BIN)/python tests/suite/support/generated.py

pictures: $(VENV)/dev ## Make the pictures of the README: a violating run at a terminal, and its page.
	$(BIN)/python docs/pictures.py

clients: node_modules/.stamp ## The programs of others that tests run, from npm; skipped where npm is missing.

clean: ## Remove everything that make has made.
	rm -rf $(VENV) node_modules build dist *.egg-info

# The runtime set is a part of the dev set: what is newer than either is not installed again.
$(VENV)/runtime: requirements/runtime.txt requirements/install.sh pyproject.toml
	sh requirements/install.sh $(VENV) runtime
	touch $@

$(VENV)/dev: requirements/dev.txt requirements/install.sh pyproject.toml
	sh requirements/install.sh $(VENV) dev
	touch $(VENV)/runtime $@

# Not forced upon a desk without npm: the tests that need these packages then say so. CI has to have it.
node_modules/.stamp: package.json package-lock.json .npmrc
	@test -w "$$HOME" || export npm_config_cache="$(CURDIR)/build/npm"; \
	if command -v npm >/dev/null; then echo npm ci; npm ci --loglevel=error >/dev/null && touch $@; \
	elif test -n "$$CI"; then echo "npm is missing, and CI runs every test" >&2; exit 1; \
	else echo "npm is missing: tests of OpenAPI, of other implementations and of the HTML report are skipped"; fi
