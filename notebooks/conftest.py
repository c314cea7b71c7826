"""Makes ``pytest --nbval`` strict: closes the gaps through which nbval 0.11 lets a wrong or empty notebook pass.

What nbval cannot see at all (pictures, what stands inside widgets) is compared by tests/test_notebooks.py.
"""

import functools
import re
import tempfile

import nbval.kernel
import pytest
from build import VIEW, kernel_environment
from nbval.plugin import IPyNbCell

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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    """Refuse cells that nbval would pass without comparing anything."""
    if not isinstance(item, IPyNbCell):
        return
    widget = any(VIEW in output.get("data", {}) for output in item.cell.outputs)
    if item.cell.execution_count is None:
        item.raise_cell_error(f"Nothing is stored to compare with; {MEND}")
    if item.options["skip"] or not (item.options["check"] or widget):
        item.raise_cell_error("Only a cell that shows a widget may leave its output unchecked")


def execute_cell_input(kernel, code, allow_stdin=None):
    """Execute with a history: without one IPython does not see the semicolon that silences a value."""
    return kernel.kc.execute(code, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)


def sanitize(cell, text, original=IPyNbCell.sanitize):
    """Leave the pictures inside HTML to the other layer: drawn on another machine, their bytes differ."""
    text = original(cell, text)
    return PICTURE.sub("picture", text) if isinstance(text, str) else text


nbval.kernel.RunningKernel.execute_cell_input = execute_cell_input
IPyNbCell.sanitize = sanitize
