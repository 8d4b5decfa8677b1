# make site | serve | check | test | audit | bench | fuzz | lock | clean. Python 3.11 or newer and make are all that is needed.

PYTHON ?= python3
FORMAT ?= text
VENV   := .venv
BIN    := $(VENV)/bin
SOURCES := requirements.txt requirements-dev.txt pyproject.toml hooks/environment.py

.PHONY: site serve check test audit bench fuzz lint lock fonts pictures clean help

help:
	@echo "make site    build the site into site/"
	@echo "make serve   preview with live reload"
	@echo "make check   run the gate alone"
	@echo "make test    run every test, browser tests included"
	@echo "make audit   measure the site against its bars; also needs Node and Java (PARTS=\"weights axe\" does not)"
	@echo "make bench   measure the gate beside a stock build (minutes; PAGES=\"100 1000\" for less)"
	@echo "make fuzz    feed the gate with hostile inputs (10,000, or INPUTS=500)"
	@echo "make lock    pin the dependencies of pyproject.toml with hashes"
	@echo "make fonts   cut the fonts anew (SOURCE=folder of the npm package source-serif)"
	@echo "make pictures draw the icons and the card of the site anew"
	@echo "make clean   remove what was built (not $(VENV))"

site: $(VENV)/.site
	@$(BIN)/mkdocs build
	@echo "The site is in site/. To read it: make serve, then open http://127.0.0.1:8000/"

serve: $(VENV)/.site
	@$(BIN)/mkdocs serve

check: $(VENV)/.site
	@$(BIN)/kb check --format $(FORMAT)

test: lint
	@echo "Running the tests"
	@$(BIN)/python -m pytest -n auto --dist loadfile

audit: $(VENV)/.dev
	@cd tests && ../$(BIN)/python -m audit $(PARTS)

bench: $(VENV)/.dev
	@cd tests && ../$(BIN)/python -m bench $(PAGES)

fuzz: $(VENV)/.dev
	@$(BIN)/python tests/fuzz.py $(INPUTS)

lint: $(VENV)/.dev
	@echo "Checking form and types"
	@$(BIN)/ruff check --quiet hooks tests
	@$(BIN)/ruff format --quiet --check hooks tests || { echo "Run: $(BIN)/ruff format hooks tests"; exit 1; }
	@$(BIN)/mypy --no-error-summary

lock: $(VENV)/.dev
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		--custom-compile-command "make lock" pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		--custom-compile-command "make lock" --extra dev pyproject.toml -c requirements.txt -o requirements-dev.txt
	@echo "Pinned requirements.txt and requirements-dev.txt"

fonts: $(VENV)/.dev
	@$(BIN)/uv run --quiet --no-project tools/subset_fonts.py $(SOURCE)

pictures: $(VENV)/.dev
	@$(BIN)/python tools/draw_pictures.py

clean:
	@rm -rf site .cache
	@echo "Removed site/ and .cache/"

$(VENV)/.site: $(SOURCES)
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Python is missing: install Python 3.11 or newer, or run make PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) hooks/environment.py requirements.txt $@

$(VENV)/.dev: $(SOURCES)
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Python is missing: install Python 3.11 or newer, or run make PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) hooks/environment.py requirements-dev.txt $@
