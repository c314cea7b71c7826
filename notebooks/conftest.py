"""Makes ``pytest --nbval`` strict: closes the gaps through which nbval 0.11 lets a wrong or empty notebook pass.

What nbval cannot see at all, pictures and what stands inside widgets, strict.py compares in the same run.
A learner runs it who solves each exercise on the way: after the untouched exercise and its check the folded
solution is run, and the check again. What is compared below it shows that nothing depends on the exercise.
"""

import functools
import re
import tempfile

import nbval.kernel
import pytest
import strict
from build import VIEW, kernel_environment
from nbval.plugin import IPyNbCell, IPyNbFile

# With --doctest-modules pytest would import, and so run, the lessons' text.
collect_ignore_glob = ["*.py", "src/*", "_build/*", "graded/*"]
PICTURE = re.compile(r"data:image/\w+;base64,[\w+/=]*")
MEND = "run `python notebooks/build.py`"


def pytest_configure(config):
    """Start the kernels in the same environment as build.py does."""
    profile = tempfile.TemporaryDirectory()
    config.add_cleanup(profile.cleanup)
    start = nbval.kernel.start_new_kernel

    @functools.wraps(start)
    def start_new_kernel(**options):
        return start(env=kernel_environment(profile.name), **options)

    nbval.kernel.start_new_kernel = start_new_kernel
    config.add_cleanup(lambda: setattr(nbval.kernel, "start_new_kernel", start))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the cells as pieces of a lesson."""
    for item in items:
        if isinstance(item, IPyNbCell):
            item.add_marker(pytest.mark.lesson)


def setup(file, original=IPyNbFile.setup):
    """Start the kernel, and have somebody listen to it."""
    original(file)
    file.witness = strict.Witness(file.nb)
    file.exercises = strict.exercises(file.nb)


def execute_cell_input(kernel, code, allow_stdin=None):
    """Execute with a history: without one IPython does not see the semicolon that silences a value."""
    kernel.asked = kernel.kc.execute(code, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)
    return kernel.asked


def get_kernel_message(file, timeout=None, stream="iopub", original=IPyNbFile.get_kernel_message):
    """Let the witness hear what the cell that runs has the kernel say."""
    message = original(file, timeout=timeout, stream=stream)
    if message["parent_header"].get("msg_id") == file.kernel.asked:
        file.witness.hear(message)
    return message


def runtest(cell, original=IPyNbCell.runtest):
    """Refuse what nbval would pass without comparing anything, and compare what it does not see."""
    widget = any(VIEW in output.get("data", {}) for output in cell.cell.outputs)
    if cell.cell.execution_count is None:
        cell.raise_cell_error(f"Nothing is stored to compare with; {MEND}")
    if cell.options["skip"] or not (cell.options["check"] or widget):
        cell.raise_cell_error("Only a cell that shows a widget may leave its output unchecked")
    cell.output_timeout = cell.config.option.nbval_cell_timeout  # nbval's own 5 seconds are few on a busy machine
    number = next(n for n, each in enumerate(cell.parent.nb.cells, 1) if each is cell.cell)
    cell.parent.witness.begin(number)
    original(cell)
    if difference := cell.parent.witness.difference():
        cell.raise_cell_error(f"Cell outputs differ: {difference}")
    if number in cell.parent.exercises:
        solve(cell, *cell.parent.exercises[number])


def solve(cell, solution, checks):
    """Run the solution of the exercise that ends with a cell, and what checks it once more."""
    on_the_way(cell, solution)
    for check in (cell.parent.nb.cells[n - 1] for n in checks):
        if lack := strict.unsolved(check, on_the_way(cell, check.source)):
            cell.raise_cell_error(f"After it, of {check.source!r}: {lack}")


def on_the_way(cell, source):
    """Run a cell that the notebook does not have, in the same kernel, and return it."""
    file = cell.parent
    asked = file.kernel.execute_cell_input(source, allow_stdin=False)
    file.witness.begin_another(source)
    file.kernel.await_reply(asked, timeout=cell.config.option.nbval_cell_timeout)
    while True:
        message = file.get_kernel_message(timeout=cell.output_timeout)
        if message["parent_header"].get("msg_id") == asked and message["content"].get("execution_state") == "idle":
            return file.witness.cell()


def sanitize(cell, text, original=IPyNbCell.sanitize):
    """Leave the pictures inside HTML to the other layer: drawn on another machine, their bytes differ."""
    text = original(cell, text)
    return PICTURE.sub("picture", text) if isinstance(text, str) else text


nbval.kernel.RunningKernel.execute_cell_input = execute_cell_input
IPyNbFile.setup, IPyNbFile.get_kernel_message = setup, get_kernel_message
IPyNbCell.runtest, IPyNbCell.sanitize = runtest, sanitize
