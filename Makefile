# One line a command. All of them make .venv first, from the exact versions in requirements-lock.txt.
PYTHON ?= python3
BIN    := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
CHROME := $(firstword $(shell command -v chromium chromium-browser google-chrome 2>/dev/null))
comma  := ,
EXTRAS := test$(if $(CHROME),$(comma)browser)
READY  := .venv/ready-$(subst $(comma),-,$(EXTRAS))
LOCK   := requirements-lock.txt

.PHONY: help env lab test notebooks lock clean
help:       ## what there is to type
	@grep -E '^[a-z]+: .*##' Makefile | sed 's/:[^#]*##/\t/'

env: $(READY)  ## make .venv with everything in it

lab: env    ## open the course in JupyterLab
	$(BIN)/python -m jupyterlab notebooks/00_start_here.ipynb $(LAB_OPTIONS)

test: env   ## prove that all of it is right
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python notebooks/build.py --check
	$(BIN)/python -m pytest -n 2 --dist loadfile lstm_lib tests notebooks --nbval --nbval-current-env --nbval-cell-timeout 120

notebooks: env  ## text -> executed notebooks
	$(BIN)/python notebooks/build.py

lock: env   ## write requirements-lock.txt anew: exact versions with hashes, no addresses
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --quiet \
	  --no-emit-index-url --generate-hashes --no-annotate --no-header -o $(LOCK)

clean:      ## remove what can be made again
	rm -rf .venv _build .pytest_cache .ruff_cache .hypothesis

# uv itself comes by pip, with the hashes of the lock; everything else comes by uv, which takes seconds.
$(READY): pyproject.toml $(LOCK)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	sed -n '/^uv==/,/[^\\]$$/p' $(LOCK) > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet -c $(LOCK) --build-constraint $(LOCK) -e ".[$(EXTRAS)]"
	touch $@
