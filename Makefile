# What a developer does with Forum. `make` alone lists it.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done || true)
BIN := .venv/bin
PORT ?= 8000
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
PLACES := pyproject.toml uv.lock hatch_build.py .ci/prepare.py
CODE := forum tests benchmarks .ci hatch_build.py

# Where Python may not keep what it compiled, each process a test starts compiles all of it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test soak lint format migrate translate assets bench shots python

help: ## list what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

run: .venv/.for-run assets ## set everything up and start the sample forum (PORT=8000)
	@$(BIN)/forum demo --port $(PORT)

test: .venv/.for-development ## set everything up and run all tests (ARGS="-k seats")
	@$(PYTHON) .ci/prepare.py servers
	@$(BIN)/python -m forum.assets.build --development
	@$(BIN)/python -m forum.translations.catalogues --compile
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not alone" $(ARGS)
	$(BIN)/pytest -m alone $(ARGS) || test $$? -eq 5

soak: .venv/.for-development ## the full figures: many seeds, many kills, big tables
	@$(PYTHON) .ci/prepare.py servers
	@$(BIN)/python -m forum.assets.build --development
	FORUM_TEST_FULL=1 $(BIN)/pytest -m soak --timeout 3600 $(ARGS)

lint: .venv/.for-development ## check style, types, storeys and templates
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --severity-level medium --configfile pyproject.toml --recursive forum
	$(BIN)/djlint --lint --quiet templates
	@$(BIN)/python -m forum.assets.build --development
	@$(BIN)/python -m forum.assets.build --check-types

format: .venv/.for-development ## bring the code into shape
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

migrate: .venv/.for-development ## draft a migration from the models (MESSAGE="add venues")
	@test -n "$(MESSAGE)" || { echo 'Say what it does: make migrate MESSAGE="add venues"' >&2; exit 1; }
	@rm -rf .venv/drafting
	FORUM_INSTANCE=.venv/drafting $(BIN)/flask --app forum.server:application db upgrade
	FORUM_INSTANCE=.venv/drafting $(BIN)/flask --app forum.server:application db migrate -m "$(MESSAGE)"

translate: .venv/.for-development ## bring the catalogues up to date and list what they lack
	$(BIN)/python -m forum.translations.catalogues

assets: .venv/.for-run ## build styles, scripts and catalogues
	@$(BIN)/python -m forum.assets.build
	@$(BIN)/python -m forum.translations.catalogues --compile

bench: .venv/.for-development ## measure, and print one table of ratios
	$(BIN)/python -m benchmarks

shots: .venv/.for-development ## take the pictures of the README
	$(BIN)/python -m tests.shots

python:
	@test -n "$(PYTHON)" || { echo "Forum needs Python 3.11 or later." >&2; exit 1; }

.venv/.for-run: $(PLACES) | python
	@echo "Setting up .venv"
	@$(PYTHON) .ci/prepare.py environment
	@touch $@

.venv/.for-development: $(PLACES) | python
	@echo "Setting up .venv for development"
	@$(PYTHON) .ci/prepare.py environment --development
	@touch .venv/.for-run $@
