# One line a command. All of them make .venv first, with the exact versions of requirements-lock.txt.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
LOCK   := requirements-lock.txt
CHROME := $(firstword $(shell command -v chromium chromium-browser google-chrome 2>/dev/null))
comma  := ,
EXTRAS := test,grading$(if $(CHROME),$(comma)browser)
# `make pytest VENV=.venv-oldest RESOLUTION=lowest-direct` tries other versions than the locked ones
CHOICE := $(if $(RESOLUTION),--resolution $(RESOLUTION),-c $(LOCK) --build-constraint $(LOCK))
READY  := $(VENV)/ready-$(subst $(comma),-,$(EXTRAS))
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help env lab test lint pytest notebooks slides grade bench lock clean
help:             ## what there is to type
	@sed -n 's/^\([a-z]*\):[^#]*## /make \1	/p' Makefile

env: $(READY)     ## make .venv with everything in it

lab: env          ## open the course in JupyterLab
	$(BIN)/python -m jupyterlab --LabApp.news_url=None $(ROOT) $(LAB_OPTIONS) notebooks/00_start_here.ipynb

test: lint pytest ## check all of it

lint: env         ## style, and whether each notebook fits its text
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python notebooks/build.py --check

pytest: env       ## library, references, and every lesson run and compared
	$(BIN)/python -m pytest -n 2 --dist loadfile --nbval --nbval-current-env --nbval-cell-timeout 120 lstm_lib tests notebooks

notebooks: env    ## text -> executed notebooks
	$(BIN)/python notebooks/build.py
	$(BIN)/python -c "from lstm_lib.plotting import draw_cell, png; open('notebooks/cell.png', 'wb').write(png(draw_cell().figure))"

slides: env       ## decks that need no network, into _build/slides; npm gives reveal.js and MathJax once
	$(BIN)/python notebooks/slides.py

grade: env        ## mark what was handed in: `make grade SET=ps1_forward COURSE=folder`, notebooks/graded/INSTRUCTORS.md
	$(BIN)/python notebooks/graded/grade.py $(SET) $(if $(COURSE),--course $(COURSE)) $(if $(STUDENT),--student "$(STUDENT)") $(GRADE_OPTIONS)

# Threads are told by the environment, once for all libraries; PyTorch and JAX take part where .venv has them.
BENCH  := -m pytest tests/bench_layers.py -q --benchmark-max-time=0.25 --benchmark-min-rounds=3 --benchmark-disable-gc \
  --benchmark-quiet --benchmark-storage=file://./_build/benchmarks
ONE    := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 \
  XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
bench:            ## what the layers cost, on one thread and on all, and how fast sliders answer: into _build
	$(MAKE) env EXTRAS=$(EXTRAS)$(comma)bench
	$(ONE) $(BIN)/python $(BENCH)
	$(BIN)/python $(BENCH)
	PYTHONPATH=notebooks $(BIN)/python tests/bench_widgets.py

lock: env         ## bring the exact versions up to date: with hashes, without addresses
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --quiet \
	  --no-emit-index-url --generate-hashes --no-annotate --no-header -o $(LOCK)

clean:            ## remove what can be made again
	rm -rf $(VENV) _build .pytest_cache .ruff_cache .hypothesis

# uv itself comes by pip, with the hashes of the lock; everything else comes by uv, which takes seconds.
$(READY): pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	sed -n '/^uv==/,/[^\\]$$/p' $(LOCK) > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet $(CHOICE) -e ".[$(EXTRAS)]"
	@touch $@
