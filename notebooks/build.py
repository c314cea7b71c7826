"""Turn the lessons' text into executed notebooks: ``python notebooks/build.py [names...]``.

A lesson is edited in ``src/NN_name.py`` and nowhere else. This program makes the learner's view (``view.py``),
runs it and writes ``NN_name.ipynb`` in a normal form, the same bytes each time. ``--check`` runs nothing: it says
which notebooks are stale.
"""

import argparse
import copy
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import doors
import nbformat
import view
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.output_widget import OutputWidget

HERE = Path(__file__).resolve().parent
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
REFERENCE = re.compile(r'(IPY_MODEL_|"model_id": ")([\w-]+)')  # how JSON text names a widget
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {  # without a version, which would make a notebook stale on the next machine
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
# What jupytext notes for its own way back to text, and what a front end notes about one run.
PASSING_METADATA = {"cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker", "execution"}


class BuildError(Exception):
    """A notebook that cannot be built; the message says where and why."""


class SilentOutput(OutputWidget):
    """An Output widget that does not tell the kernel what it shows.

    nbclient's own does, on the socket where it awaits the kernel's answer, and at times misses that answer by it:
    the cell then seems to run until the timeout.
    """

    def sync_state(self):
        """Send nothing."""


def read_source(path):
    """Return the learner's notebook that the text at `path` describes."""
    notebook = read_text(path)
    notebook.cells = view.learners(notebook.cells)
    doors.open_up(
        notebook.cells, path.relative_to(path.parents[path.parent.name == "further"]).with_suffix("").as_posix()
    )
    return notebook


def read_text(path):
    """Return all that the text at `path` describes, for every view, with ids that depend on the text alone."""
    import jupytext  # who runs the lessons, with nbval, need not have it

    notebook = jupytext.read(path, fmt="py:percent")
    notebook.metadata, notebook.nbformat, notebook.nbformat_minor = nbformat.from_dict(METADATA), 4, 5
    seen = Counter()
    for number, cell in enumerate(notebook.cells, 1):
        if not cell.source.strip():
            raise BuildError(f"{path.stem}: cell {number} is empty; remove its marker from the text")
        seen[cell.cell_type, cell.source] += 1
        cell.id = cell_id(path.stem, cell, seen[cell.cell_type, cell.source])
        drop_passing_metadata(cell)
    return notebook


def cell_id(name, cell, occurrence):
    """Return an id that only the cell's own text changes: a new cell above leaves all others as they are."""
    text = "\n".join([name, cell.cell_type, str(occurrence), cell.source])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def drop_passing_metadata(cell):
    """Remove what is true of one run or one editor only."""
    for key in PASSING_METADATA & cell.metadata.keys():
        del cell.metadata[key]


def place(number, cell):
    """Name a cell as readers do: counted from 1, with its first line."""
    first_line = (cell.source.strip().splitlines() or ["empty"])[0]
    return f"cell {number} ({first_line[:60]})"


def execute(notebook, folder, name="notebook", on_cell=lambda number: None, timeout=1200):
    """Run `notebook` in a fresh kernel that stands in `folder`, and store the outputs in it.

    `on_cell` is called with the number of each cell before it runs. Raises BuildError when a cell fails, and when
    one writes to stderr: a warning in a lesson is a defect.
    """
    number = 1

    def on_cell_start(cell, cell_index):
        nonlocal number
        number = cell_index + 1
        on_cell(number)

    client = listener(
        notebook,
        km=AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[])),  # the kernel of this Python
        resources={"metadata": {"path": str(folder)}},
        timeout=timeout,
        startup_timeout=600,  # of the kernel: a machine may have twenty other things to do
        on_cell_start=on_cell_start,
    )
    try:
        run(client)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise BuildError(f"{name}: {place(number, notebook.cells[number - 1])}: {reason(error)}") from None
    refuse_noise(notebook, name)
    return notebook


def listener(notebook, **options):
    """Return what makes outputs of `notebook` out of the messages of a kernel."""
    # to coalesce streams would move lines printed after a figure above it
    client = NotebookClient(notebook, coalesce_streams=False, record_timing=False, **options)
    client.widget_registry["@jupyter-widgets/output"]["OutputModel"] = SilentOutput
    return client


def run(client):
    """Execute, quietly: the kernel's own stderr holds start-up notes, that of the cells comes back as output."""
    with tempfile.TemporaryDirectory() as profile:
        client.execute(env=kernel_environment(profile), stderr=subprocess.DEVNULL, cleanup_kc=True)


def kernel_environment(profile):
    """Return the environment of a kernel whose outputs do not depend on who runs it, or on how fast."""
    import matplotlib.font_manager  # noqa: F401  its first import on a machine makes a cache, and warns of the wait

    # for live readers are: progress bars and times, never the same twice; guesses; and own functions
    live = {"TQDM_DISABLE": "1", "LSTM_GUESSES": "", "LSTM_MINE": "", "LSTM_TIMES": "stored"}
    threads = {"OPENBLAS_NUM_THREADS": "1"}  # two tests side by side do not fight for the cores
    return {**threads, **os.environ, "IPYTHONDIR": str(profile), "PYTHONHASHSEED": "0", **live}


def reason(error):
    """Say what went wrong in one line."""
    if isinstance(error, CellExecutionError):
        return f"{error.ename}: {error.evalue}"
    return str(error).splitlines()[0]


def refuse_noise(notebook, name):
    """Raise BuildError at the first cell that wrote to stderr, or that failed unseen inside a widget."""
    for number, cell in enumerate(notebook.cells, 1):
        failure_expected = "raises-exception" in cell.metadata.get("tags", [])
        for output in every_output(cell, widget_models(notebook)):
            if output.get("name") == "stderr":
                raise BuildError(f"{name}: {place(number, cell)} writes to stderr: {output['text'].strip()}")
            if output["output_type"] == "error" and not failure_expected:
                raise BuildError(f"{name}: {place(number, cell)}: {output['ename']}: {output['evalue']}")


def widget_models(notebook):
    """Return the stored widget models by id."""
    return notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})


def references(value):
    """Return the ids of the widgets that a piece of state or output names, in reading order."""
    return [model for _, model in REFERENCE.findall(json.dumps(value, sort_keys=True))]


def reachable(value, models, met=()):
    """Return the ids of all widgets that `value` leads to, depth first, each once."""
    met = list(met)
    for model in references(value):
        if model in models and model not in met:
            met = reachable(models[model]["state"], models, [*met, model])
    return met


def every_output(cell, models):
    """Return the outputs of a cell and those inside its widgets."""
    outputs = cell.get("outputs", [])
    inside = [models[model]["state"].get("outputs", []) for model in reachable(outputs, models)]
    return [output for group in [outputs, *inside] for output in group]


def links(models, shown):
    """Return the ids of the links between shown widgets: nothing names them, yet they work without a kernel."""
    ends = {
        key: references([model["state"].get("source"), model["state"].get("target")])
        for key, model in models.items()
    }
    return [key for key in models if key not in shown and ends[key] and set(ends[key]) <= set(shown)]


def rename_widgets(notebook):
    """Number widgets in the order in which cells show them, instead of by chance; drop those never shown."""
    outputs = [cell.get("outputs", []) for cell in notebook.cells]
    models = widget_models(notebook)
    shown = reachable(outputs, models)

    def renamed(value):
        text = json.dumps(value, sort_keys=True)
        return REFERENCE.sub(lambda match: match[1] + names.get(match[2], "gone"), text)

    names = {old: f"{number:032x}" for number, old in enumerate(shown, 1)}
    shown += sorted(links(models, shown), key=lambda link: renamed(models[link]))
    names = {old: f"{number:032x}" for number, old in enumerate(shown, 1)}
    for cell, own in zip(notebook.cells, json.loads(renamed(outputs)), strict=True):
        if cell.cell_type == "code":
            cell.outputs = own
    return {names[old]: json.loads(renamed(models[old])) for old in shown}


def normalise(notebook):
    """Return a copy of `notebook` that holds nothing of one machine or one run."""
    notebook = copy.deepcopy(notebook)
    models = rename_widgets(notebook)
    for cell in notebook.cells:
        drop_passing_metadata(cell)
        if cell.cell_type == "code":
            cell.outputs = tidy(cell.outputs)
    for state in (model["state"] for model in models.values() if "outputs" in model["state"]):
        state.update(outputs=tidy(state["outputs"]), msg_id="")  # the id of a message in one run
    widgets = {"widgets": {STATE: {"state": models, "version_major": 2, "version_minor": 0}}} if models else {}
    notebook.metadata = METADATA | widgets
    return nbformat.from_dict(notebook)


def tidy(outputs):
    """Join consecutive pieces of one stream: where a stream is cut depends on the clock."""
    joined = []
    for output in outputs:
        if joined and output["output_type"] == "stream" and joined[-1].get("name") == output["name"]:
            joined[-1]["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def as_bytes(notebook):
    """Return what stands in the file."""
    return (nbformat.v4.writes(notebook) + "\n").encode()


def read(path):
    """Return the notebook in the file as it is: nothing mended, nothing checked."""
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def write(notebook, path):
    """Write the normal form of `notebook`, whole or not at all."""
    notebook = normalise(notebook)
    nbformat.validate(notebook)
    half_written = path.with_name(path.name + ".new")
    try:
        half_written.write_bytes(as_bytes(notebook))
        half_written.replace(path)
    finally:
        half_written.unlink(missing_ok=True)


def differences(source, notebook):
    """Say what `notebook` has other than `source`, the notebook that its text gives, or lacks: a list of lines."""
    found = []
    for number, (want, have) in enumerate(zip(source.cells, notebook.cells, strict=False), 1):
        for part in ("cell_type", "source", "metadata", "id"):
            if want.get(part) != have.get(part):
                found.append(f"{place(number, want)}: its {part.replace('_', ' ')} is not that of the text")
    if len(source.cells) != len(notebook.cells):
        found.append(f"{len(notebook.cells)} cells, where the text has {len(source.cells)}")
    return found or not_executed(notebook)


def not_executed(notebook):
    """Say which code cells have not run, or not in order: a list of lines."""
    code = [(number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    return [
        f"{place(number, cell)}: execution count {cell.get('execution_count')} instead of {count}"
        for count, (number, cell) in enumerate(code, 1)
        if cell.get("execution_count") != count
    ]


def staleness(name, folder):
    """Say why the notebook `name` in `folder` is not what its text gives: one line, empty when all is well."""
    source, path = folder / "src" / f"{name}.py", folder / f"{name}.ipynb"
    if not source.exists():
        return f"there is no text src/{name}.py; if this is a copy of your own, keep it in another folder"
    if not path.exists():
        return f"never built; run: python notebooks/build.py {name}"
    try:
        found = differences(read_source(source), read(path))
        if not found and not in_normal_form(path):
            found = ["not in normal form: edited by hand, or saved by JupyterLab"]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        found = [f"not a notebook: {error!r}"]
    return f"{found[0]}; run: python notebooks/build.py {name}" if found else ""


def keep_what_a_person_wrote(path):
    """Copy a notebook that a person has saved, before it is written over: it may hold answers. Return the copy."""
    if not path.exists() or in_normal_form(path):
        return None
    taken = len(list(path.parent.glob(f"_build/{path.stem}-*.ipynb")))
    kept = path.parent / "_build" / f"{path.stem}-{taken + 1}.ipynb"
    kept.parent.mkdir(exist_ok=True)
    shutil.copy(path, kept)
    return kept.relative_to(path.parent)


def in_normal_form(path):
    """Say whether the file is as this program writes it; no front end saves a notebook so."""
    try:
        return as_bytes(normalise(read(path))) == path.read_bytes()
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def build(name, folder):
    """Text to notebook. A failure leaves the old notebook as it is."""
    start, terminal = time.perf_counter(), sys.stdout.isatty()
    notebook = read_source(folder / "src" / f"{name}.py")
    total = len(notebook.cells)

    def on_cell(number):
        if terminal:
            print(f"\r{name}  cell {number}/{total}", end=" ", flush=True)

    target = folder / f"{name}.ipynb"
    target.parent.mkdir(exist_ok=True)
    execute(notebook, target.parent, name, on_cell)
    if kept := keep_what_a_person_wrote(target):
        print(f"{name}  was changed in JupyterLab; what it held is kept in {kept}")
    write(notebook, target)
    done = f"{name}  {total} cells, {time.perf_counter() - start:.1f} s"
    print("\r" * terminal + done, flush=True)


def check(names, folder):
    """Print one line for each stale notebook; return 1 when there is one, or no lesson at all."""
    stale = [f"{name}: {why}" for name in names if (why := staleness(name, folder))]
    for line in stale or ([] if names else [f"there is no lesson in {folder}"]):
        print(line)
    return int(bool(stale) or not names)


def chosen(wanted, folder):
    """Return the names of the lessons that begin with one of the `wanted` ones; all when nothing is asked for.

    A lesson beyond the core path has its folder in its name: further/11_text.
    """
    texts = {path.relative_to(folder / "src").with_suffix("").as_posix() for path in folder.glob("src/**/*.py")}
    built = [path for place in ("*.ipynb", "further/*.ipynb") for path in folder.glob(place)]
    names = sorted(texts | {path.relative_to(folder).with_suffix("").as_posix() for path in built})

    def begins(name, beginnings):
        return name.startswith(beginnings) or Path(name).name.startswith(beginnings)

    for name in wanted:
        if not any(begins(known, name) for known in names):
            raise BuildError(f"no lesson begins with {name!r}; there are: {', '.join(names) or 'none'}")
    return [known for known in names if not wanted or begins(known, tuple(wanted))]


def main(arguments=None, folder=HERE):
    """Build or check; return the exit code."""
    parser = argparse.ArgumentParser(description="Turn the lessons' text into executed notebooks.")
    parser.add_argument("names", nargs="*", help="lessons to build, by number or name; all by default")
    parser.add_argument("--check", action="store_true", help="run nothing; say which notebooks are stale")
    options = parser.parse_args(arguments)
    try:
        names = chosen(options.names, folder)
        if options.check:
            return check(names, folder)
        for name in names:
            build(name, folder)
    except BuildError as error:
        print("\n" * sys.stdout.isatty() + str(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
