# One line a command. All of them make .venv first, with the exact versions of requirements-lock.txt.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
LOCK   := requirements-lock.txt
CHROME := $(firstword $(shell command -v chromium chromium-browser google-chrome 2>/dev/null))
comma  := ,
ALL    := course-test-grading-site-takeaway$(if $(CHROME),-browser-lite)
# `make course VENV=.venv-oldest RESOLUTION=lowest-direct` tries other versions than the locked ones
CHOICE := $(if $(RESOLUTION),--resolution $(RESOLUTION),-c $(LOCK) --build-constraint $(LOCK))
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)
# No question about news at the first start; links that find their heading, which they pass by where cells out of sight
# have a guessed height; and what a widget shows is saved with its notebook.
SETTINGS := {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}, \
  "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}, \
  "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": true}}
# Each group of tests goes to the next free core as a whole; the groups that take longest come first (tests/conftest.py).
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadgroup --no-loadscope-reorder
# One worker more than there are cores: whoever waits for a browser or a kernel leaves its core to the others.
MORE   := -n $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')
WHICH  := $(if $(WEEKLY),,-m "not weekly")
NBVAL  := --nbval --nbval-current-env --nbval-cell-timeout 1200 --nbval-kernel-startup-timeout 600
ROOM   := --ignore=tests/doors --ignore=tests/graded
QUICK  := not (lesson or browser or graded or slow)
# Where it is set, each of some hundred processes would compile its packages anew: that doubles the time of the tests.
course ways quick: export PYTHONDONTWRITEBYTECODE :=
# All cores are at work; threads of a worker would only wait for one another.
course ways quick: export OPENBLAS_NUM_THREADS := 1
# In a hurry, the times that lessons tell are read from their table.
quick: export LSTM_TIMES := stored

.PHONY: help env lab test test-ways announce lint style course ways quick test-rosetta notebooks slides handouts pages site takeaway book lite grade bench lock clean
help:             ## what there is to type
	@sed -n 's/^\([a-z-]*\):[^#]*## /make \1	/p' Makefile

lab: $(VENV)/ready-course  ## open the course in JupyterLab
	$(BIN)/python -m jupyterlab $(ROOT) $(LAB_OPTIONS) notebooks/00_start_here.ipynb

env: $(VENV)/ready-$(ALL)  ## make .venv with everything in it

test: announce lint course  ## the course: library, references, every lesson run and compared, three of them in a browser

test-ways: announce ways  ## what leads to the course: marker, hub, decks, site, JupyterLite, paper; CI runs it, too

announce:
	@echo "On two cores make quick takes about a minute, make test some eight minutes, make test-ways some eleven."

lint: style       ## style, and whether each notebook fits its text
	$(BIN)/python notebooks/build.py --check

style: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

course: env       # WEEKLY=1, for both: and every lesson, deck and page in a browser
	$(PYTEST) $(MORE) $(WHICH) $(NBVAL) $(ROOM) lstm_lib tests notebooks

ways: env
	$(PYTEST) $(MORE) $(WHICH) tests/doors tests/graded

quick: style      ## style, library and references, while you work: no lesson, no browser
	$(PYTEST) -m "$(QUICK)" $(ROOM) lstm_lib tests

test-rosetta:     ## rosetta against the frameworks themselves, which it installs first: PyTorch, Keras, JAX, ONNX
	$(MAKE) env ALL=$(ALL)-rosetta
	$(BIN)/python -m pytest -q -W default tests/against_frameworks.py

notebooks: env    ## text -> executed notebooks
	$(BIN)/python notebooks/build.py
	$(BIN)/python notebooks/front/pictures.py

slides: env       ## decks by lecture and by lesson, into _build/slides; they need no network, npm gives reveal.js and MathJax once
	$(BIN)/python notebooks/slides.py
	$(BIN)/python notebooks/lectures.py

handouts: slides  ## the decks on paper: a slide a page, two and six on a sheet; Chromium prints them
	$(BIN)/python notebooks/handouts.py

pages: env        ## every lesson as a page to hand out or to print, folded as it is, into _build/pages
	$(BIN)/python notebooks/takeaway pages

takeaway: env     ## a spreadsheet, cards for Anki, the ledgers and the whole course as PDF, into _build/takeaway
	$(BIN)/python notebooks/takeaway

book: env         ## the whole course as one PDF, into _build/takeaway; Chromium prints it
	$(BIN)/python notebooks/takeaway book

lite: $(VENV)/ready-course-test-lite  ## the course in a browser, nothing to install, into _build/site/lite; npm gives Python for it
	$(BIN)/python notebooks/lite.py

site: env         ## lessons, guides and library as pages that open from disk or from any host, into _build/site
	$(BIN)/python notebooks/site/make_site.py

grade: env        ## mark what was handed in: `make grade SET=ps1_forward COURSE=folder`, notebooks/graded/INSTRUCTORS.md
	$(BIN)/python notebooks/graded/grade.py $(SET) $(if $(COURSE),--course $(COURSE)) $(if $(STUDENT),--student "$(STUDENT)") $(GRADE_OPTIONS)

# Threads are told by the environment, once for all libraries; PyTorch and JAX take part where .venv has them.
BENCH  := -m pytest tests/bench_layers.py -q --benchmark-max-time=0.25 --benchmark-min-rounds=3 --benchmark-disable-gc \
  --benchmark-quiet --benchmark-storage=file://./_build/benchmarks
ONE    := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 \
  XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
bench:            ## what the layers cost, on one thread and on all, and how fast sliders answer: into _build
	$(MAKE) env ALL=$(ALL)-bench
	$(ONE) $(BIN)/python $(BENCH)
	$(BIN)/python $(BENCH)
	PYTHONPATH=notebooks $(BIN)/python tests/bench_widgets.py

lock: env         ## bring the exact versions up to date: with hashes, without addresses
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --quiet \
	  --no-emit-index-url --generate-hashes --no-annotate --no-header -o $(LOCK)

clean:            ## remove what can be made again
	rm -rf $(VENV) _build .pytest_cache .ruff_cache .hypothesis

# One stamp for each choice of extras: ready-course, ready-course-test-… What a larger one has is there for a smaller one.
# uv comes by pip, with the hashes of the lock, and everything else by uv, in seconds; learners need not keep it.
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check
$(VENV)/ready-%: pyproject.toml $(LOCK) Makefile | $(VENV)/pyvenv.cfg
	@sed -n '/^uv==/,/[^\\]$$/p' $(LOCK) > $(VENV)/uv.txt
	$(PIP) install --require-hashes --no-deps --no-compile -r $(VENV)/uv.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet $(CHOICE) -e ".[$(subst -,$(comma),$*)]"
	$(if $(findstring test,$*),,$(PIP) uninstall --yes uv)
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@echo '$(SETTINGS)' > $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $@ $(VENV)/ready-course

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
