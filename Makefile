# Everything a person runs. Each target installs what it needs into .venv and nothing elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUPPLY := $(VENV)/supply
# Two cores are enough: the suite is written to run side by side.
WORKERS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: help demo test browser-tests check format lint types contracts dependencies benchmarks real-shops lock pins shopify-schemas audit sbom licenses docs build package-tests screenshots site release-check clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("portside needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Portside into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing the test tools into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run  ## a fake shop, Portside and ShipStation's part, end to end (ONCE=1 ends by itself)
	@$(BIN)/portside demo $(if $(ONCE),--once)

test: $(VENV)/.dev  ## the whole test suite, but for the browser's part and the packages'
	@$(BIN)/python -m pytest -n $(WORKERS) --ignore=tests/browser --ignore=tests/packages $(ARGS)
	@echo "Left out: make browser-tests (a real browser), make package-tests (the packages, installed)"

# Playwright would bring a browser of its own from elsewhere; Debian's is kept up with the system.
browser-tests: $(VENV)/.dev  ## the operator's page in a real browser (as root it installs Debian's chromium where there is none)
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } > /dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium fonts-dejavu-core; } > /dev/null || { echo "The browser tests need Chromium: apt install chromium" >&2; exit 1; }
	@$(BIN)/python -m pytest tests/browser

check: format lint types contracts dependencies test browser-tests package-tests  ## all that must be green before a commit

format: $(VENV)/.dev
	@$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	@$(BIN)/ruff check .

types: $(VENV)/.dev
	@$(BIN)/mypy

contracts: $(VENV)/.dev
	@$(BIN)/lint-imports

dependencies: $(VENV)/.dev
	@$(BIN)/deptry . --no-ansi

benchmarks: $(VENV)/.dev  ## the measured claims, printed
	@$(BIN)/python -m tests.benchmarks

real-shops: $(VENV)/.dev  ## Portside in front of a real Medusa and a real Vendure (npm, network, some minutes; SHOPS=vendure for one)
	@for shop in $(or $(SHOPS),medusa vendure); do $(BIN)/python -m tests.real_shops $$shop $(ARGS) || exit; done

lock: $(VENV)/.dev  ## resolve the newest versions into both lock files
	@$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --extra build pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --extra build --extra dev --extra tracing pyproject.toml --output-file requirements-dev.lock

	@$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --group pyproject.toml:supply --output-file requirements-supply.lock
	@$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --group pyproject.toml:site --output-file requirements-site.lock

pins: lock  ## the newest versions in the lock files, and the newest image in the Dockerfile
	@$(BIN)/python -m tests.supply image

shopify-schemas: $(VENV)/.dev  ## Shopify's newest schemas, which our GraphQL documents are held to (npm, network)
	@$(BIN)/python -m tests.supply shopify-schemas

# In a place of their own, so that they are not taken for what Portside runs with.
$(SUPPLY)/.tools: requirements-supply.lock $(VENV)/.dev
	@echo "Installing the tools that look at our packages into $(SUPPLY) ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(SUPPLY)/tools
	@$(BIN)/uv pip install --quiet --python $(SUPPLY)/tools --require-hashes -r requirements-supply.lock
	@touch $@

audit: $(SUPPLY)/.tools  ## known weaknesses of the packages in the lock files
	@$(BIN)/python -m tests.supply audit $(SUPPLY)/tools/bin/pip-audit requirements.lock requirements-dev.lock

# What is looked at holds what Portside runs with and nothing else, as the image does.
$(SUPPLY)/.looked-at: requirements.lock pyproject.toml $(VENV)/.dev
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(SUPPLY)/looked-at
	@$(BIN)/uv pip install --quiet --python $(SUPPLY)/looked-at --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(SUPPLY)/looked-at --no-deps --no-build-isolation .
	@touch $@

sbom: $(SUPPLY)/.tools $(SUPPLY)/.looked-at  ## what Portside is made of, as CycloneDX, into dist/
	@mkdir -p dist
	@$(SUPPLY)/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file dist/portside.cdx.json $(SUPPLY)/looked-at
	@echo "dist/portside.cdx.json"

# All may be passed on beside MIT, LGPL because pycountry is installed as it is and can be replaced; a package under any other license ends the run.
ALLOWED := Apache;BSD;ISC;LGPL;MIT;MPL-2.0;MPL 2.0;PSF-2.0;Python Software Foundation
licenses: $(SUPPLY)/.tools $(SUPPLY)/.looked-at  ## the licenses of all that Portside runs with
	@$(SUPPLY)/tools/bin/pip-licenses --python $(SUPPLY)/looked-at/bin/python --partial-match --allow-only "$(ALLOWED)"

docs: $(VENV)/.dev  ## write docs/settings.md from the models
	@$(BIN)/portside schema --markdown > docs/settings.md

screenshots: $(VENV)/.dev  ## the pictures of the operator's page in docs/images, taken of the demo (Chromium)
	@$(BIN)/python -m tests.browser

build: $(VENV)/.run  ## the wheel and the source distribution, into dist/
	@rm -f dist/portside-*
	@$(BIN)/python -m hatchling build --directory dist

package-tests: $(VENV)/.dev  ## both packages, installed and run as a user would
	@$(BIN)/python -m pytest tests/packages

$(SUPPLY)/.site: requirements-site.lock $(VENV)/.dev
	@echo "Installing the tools that write the site into $(SUPPLY) ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(SUPPLY)/site
	@$(BIN)/uv pip install --quiet --python $(SUPPLY)/site --require-hashes -r requirements-site.lock
	@touch $@

site: $(SUPPLY)/.site  ## the documentation as a site, into dist/site; a link that leads nowhere ends it
	@NO_MKDOCS_2_WARNING=1 $(SUPPLY)/site/bin/mkdocs build --strict
	@echo "dist/site/index.html"

release-check: $(VENV)/.dev package-tests build site audit sbom licenses  ## what must be true before a release, beside `make check`
	@$(BIN)/python -m tests.supply release

clean:
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
