"""The comparison of notebooks has no gap: each way to break a stored notebook is reported, at the right cell."""

import base64
import copy
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import build
import numpy as np
import pytest
import strict
from nbformat.v4 import new_output
from PIL import Image

from lstm_lib import plotting

pytestmark = pytest.mark.slow  # kernels are started
ROOT = Path(__file__).resolve().parents[1]
TEXT = """# %% [markdown]
# # A small lesson

# %%
import ipywidgets as widgets
import numpy as np
import sympy
from IPython.display import HTML, clear_output, display
from lstm_lib import plotting

# %%
print("worst error", 0.25)

# %%
sympy.Integral(sympy.Symbol("x"), sympy.Symbol("x"))

# %%
fig, ax = plotting.figure()
ax.plot(np.sin(np.linspace(0, 6)), label="forget gate")
ax.legend()
plotting.show(fig, "A sine wave.")

# %% tags=["nbval-ignore-output"]
@widgets.interact(steps=(1, 5))
def memory(steps=2):
    print("memory after", steps, "steps")

# %% tags=["nbval-ignore-output"]
@widgets.interact(steps=(1, 5))
def curve(steps=2):
    fig, ax = plotting.figure()
    ax.plot([0, steps, 1])
    plotting.show(fig, "A corner.")

# %%
fig.get_dpi();

# %%
print("a draft")
clear_output()
print("the final text")

# %%
handle = display(HTML("<b>old</b>"), display_id=True)
handle.update(HTML("<b>new</b>"))

# %%
silent = 1

# %%
print("above")
display(HTML("<i>between</i>"))
print("below")

# %%
a, b = widgets.FloatSlider(value=1), widgets.FloatText(value=1)
link = widgets.jslink((a, "value"), (b, "value"))
display(widgets.HBox([a, b]))

"""
EXERCISE = """# %%
def half(x):
    raise NotImplementedError

# %%
wanted = 2.0

# %%
from lstm_lib.lesson.checks import check
check("half of 4", lambda: half(4.0), wanted)
check("half of 3", lambda: half(3.0), 1.5)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def half(x):
#     return x / 2
# ```
#
# </details>

# %%
print("after the exercise")

"""
CHECK, AFTER = 2, 3
EXERCISES = {  # name: what is other than in the text above, and which of its four cells fails then
    "solved": ("", "", []),
    "wrong": ("x / 2", "x - 2", [CHECK]),
    "stopped": ("x / 2", "x / 0", [CHECK]),
    "left open": ("x / 2", "...", [CHECK]),
    "no function": ("def half(x):\n#     return x / 2", "1 / 0", [CHECK]),
    "depended on": ('print("after the exercise")', "print(half.__code__.co_consts)", [AFTER]),
}
NUMBER, FORMULA, FIGURE, TEXT_INSIDE, FIGURE_INSIDE, UPDATED, SILENT, ORDER, LINKED = 3, 4, 5, 6, 7, 10, 11, 12, 13


def built(folder, text):
    """Return the notebook of a text, with its outputs."""
    (folder / "small.py").write_text(text, encoding="utf-8")
    return build.normalise(build.execute(build.read_source(folder / "small.py"), folder))


@pytest.fixture(scope="session")
def lesson(tmp_path_factory):
    """A stored notebook and a fresh run of it."""
    folder = tmp_path_factory.mktemp("lesson")
    build.write(built(folder, TEXT), folder / "small.ipynb")
    return strict.run_again(folder / "small.ipynb")


@pytest.fixture
def stored(lesson):
    """A copy of the stored notebook, to be broken."""
    return copy.deepcopy(lesson[0])


@pytest.fixture
def broken(stored, lesson):
    """The numbers of the cells that the comparison reports."""
    return lambda: sorted(strict.compare(stored, lesson[1]))


def outputs(notebook, number):
    return notebook.cells[number - 1].outputs


def widget(notebook, kind):
    """The state of each stored widget of one kind."""
    return [model.state for model in build.widget_models(notebook).values() if model.model_name == f"{kind}Model"]


def draw(data=None, *, label="forget gate", **line):
    """The picture of two curves, as bytes."""
    fig, ax = plotting.figure()
    time = np.linspace(0, 10)
    ax.plot(
        time, np.sin(time) if data is None else data, **({"linewidth": 1.5, "color": "C0"} | line), label=label
    )
    ax.plot(time, np.cos(time), "--", color="C1", label="input gate")
    ax.set_xlabel("time step t")
    ax.legend(loc="upper right")
    return plotting.png(fig)


def nudged(index, amount):
    """The data of the curve with one point moved."""
    data = np.sin(np.linspace(0, 10))
    data[index] += amount
    return data


def noisy(picture, levels, *, only_edges=False):
    """The picture with each value up to so many of 255 levels off."""
    values = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    noise = np.random.default_rng(0).integers(-levels, levels + 1, values.shape)
    if only_edges:
        noise *= (values > 16) & (values < 239)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(values + noise, 0, 255).astype("uint8")).save(buffer, "png")
    return buffer.getvalue()


def as_html(picture):
    return f'<img alt="A sine wave." src="data:image/png;base64,{base64.b64encode(picture).decode()}">'


# --- an honest notebook passes -----------------------------------------------------------------------------------


def test_unbroken_notebook_passes(broken):
    assert broken() == []


def test_lesson_holds_what_is_to_be_broken(stored):
    assert outputs(stored, FORMULA)[0].data["text/latex"]
    assert "data:image/png" in outputs(stored, FIGURE)[0].data["text/html"]
    assert [state.outputs[0].output_type for state in widget(stored, "Output")] == ["stream", "display_data"]
    assert outputs(stored, UPDATED)[0].data["text/html"] == "<b>new</b>"
    assert [outputs(stored, number) for number in (8, SILENT)] == [[], []]
    assert len(widget(stored, "Link")) == 1


def test_ids_of_widgets_do_not_matter(stored, broken):
    models = build.widget_models(stored)
    old, new = "0" * 31 + "1", "f" * 32
    models[new] = models.pop(old)
    outputs(stored, TEXT_INSIDE)[0].data[build.VIEW]["model_id"] = new
    assert broken() == []


# --- a broken one does not ---------------------------------------------------------------------------------------


def test_changed_number(stored, broken):
    outputs(stored, NUMBER)[0].text = "worst error 0.26\n"
    assert broken() == [NUMBER]


def test_message_names_cell_and_both_values(stored, lesson):
    outputs(stored, NUMBER)[0].text = "worst error 0.26\n"
    message = strict.compare(stored, lesson[1])[NUMBER]
    assert message == (
        "cell 3 (print(\"worst error\", 0.25)): output 1, stdout stored 'worst error 0.26\\n', "
        "now 'worst error 0.25\\n'"
    )


def test_changed_formula(stored, broken):
    data = outputs(stored, FORMULA)[0].data
    data["text/latex"] = data["text/latex"].replace("x", "y", 1)
    assert broken() == [FORMULA]


@pytest.mark.parametrize("amount", [1.0, 0.05])
def test_changed_figure(stored, lesson, amount):
    outputs(stored, FIGURE)[0].data["text/html"] = as_html(draw())
    fresh = copy.deepcopy(lesson[1])
    outputs(fresh, FIGURE)[0].data["text/html"] = as_html(noisy(draw(), 1))
    assert strict.compare(stored, fresh) == {}
    outputs(fresh, FIGURE)[0].data["text/html"] = as_html(draw(nudged(25, amount)))
    assert sorted(strict.compare(stored, fresh)) == [FIGURE]


def test_changed_description_of_a_figure(stored, broken):
    data = outputs(stored, FIGURE)[0].data
    data["text/html"] = data["text/html"].replace("A sine wave.", "A cosine.")
    assert broken() == [FIGURE]


def test_changed_text_inside_a_widget(stored, broken):
    widget(stored, "Output")[0].outputs[0].text = "memory after 3 steps\n"
    assert broken() == [TEXT_INSIDE]


def test_changed_figure_inside_a_widget(stored, broken):
    widget(stored, "Output")[1].outputs[0].data["text/html"] = outputs(stored, FIGURE)[0].data["text/html"]
    assert broken() == [FIGURE_INSIDE]


def test_nothing_left_inside_a_widget(stored, broken):
    widget(stored, "Output")[0].outputs = []
    assert broken() == [TEXT_INSIDE]


@pytest.mark.parametrize(("key", "value"), [("value", 3), ("max", 6), ("description", "T"), ("disabled", True)])
def test_changed_slider(stored, broken, key, value):
    widget(stored, "IntSlider")[0][key] = value
    assert broken() == [TEXT_INSIDE]


def test_changed_layout_of_a_widget(stored, broken):
    widget(stored, "Layout")[0].width = "10em"
    assert broken() == [TEXT_INSIDE]


def test_changed_link(stored, broken):
    widget(stored, "Link")[0].target[1] = "max"
    assert broken() == [LINKED]


def test_missing_link(stored, broken):
    models = build.widget_models(stored)
    del models[max(models)]
    assert broken() == [LINKED]


def test_missing_widget_state(stored, broken):
    del stored.metadata["widgets"]
    assert broken() == [TEXT_INSIDE, FIGURE_INSIDE, LINKED]


def test_all_outputs_stripped(stored, lesson):
    emptied = strict.emptied(stored)
    found = strict.compare(emptied, lesson[1])
    assert sorted(found) == [number for number, cell in enumerate(emptied.cells, 1) if cell.cell_type == "code"]
    assert all("nothing is stored to compare with" in message for message in found.values())


@pytest.mark.parametrize("number", [NUMBER, FORMULA, FIGURE, TEXT_INSIDE, UPDATED])
def test_one_cell_stripped(stored, broken, number):
    stored.cells[number - 1].outputs = []
    assert broken() == [number]


def test_missing_execution_count(stored, broken):
    stored.cells[SILENT - 1].execution_count = None
    assert broken() == [SILENT]


@pytest.mark.parametrize("number", [NUMBER, TEXT_INSIDE, SILENT])
def test_extra_output(stored, broken, number):
    outputs(stored, number).append(new_output("stream", name="stdout", text="more\n"))
    assert broken() == [number]


def test_other_order(stored, broken):
    outputs(stored, ORDER).reverse()
    assert broken() == [ORDER]


def test_other_stream(stored, broken):
    outputs(stored, NUMBER)[0].name = "stderr"
    assert broken() == [NUMBER]


def test_other_kind_of_output(stored, broken):
    result = outputs(stored, FORMULA)[0]
    result.output_type = "display_data"
    del result["execution_count"]
    assert broken() == [FORMULA]


def test_missing_representation(stored, broken):
    del outputs(stored, FORMULA)[0].data["text/latex"]
    assert broken() == [FORMULA]


def test_error_stored(stored, broken):
    stored.cells[SILENT - 1].outputs = [new_output("error", ename="NameError", evalue="x", traceback=[])]
    assert broken() == [SILENT]


# --- pictures ----------------------------------------------------------------------------------------------------

SAME = {
    "the same": lambda: draw(),
    "another machine's rounding": lambda: draw(np.sin(np.linspace(0, 10)) + 1e-7),
    "noise of 1 level": lambda: noisy(draw(), 1),
    "noise of 3 levels": lambda: noisy(draw(), 3),
    "edges off by 16 levels": lambda: noisy(draw(), 16, only_edges=True),
}
OTHER = {
    "a point": lambda: draw(nudged(25, 0.002)),
    "a letter": lambda: draw(label="forgct gate"),
    "a thinner line": lambda: draw(linewidth=1.4),
    "another colour": lambda: draw(color="C9"),
    "a shade of blue": lambda: draw(color="#1f77c4"),
    "a dash": lambda: draw(linestyle="-."),
    "a marker": lambda: draw(marker="."),
    "a fainter line": lambda: draw(alpha=0.95),
}


def error(picture):
    old, new = (strict.pixels(strict.Picture(data)) for data in (draw(), picture))
    return strict.largest_error(old, new)[0]


@pytest.mark.parametrize("name", SAME)
def test_equal_pictures(name):
    assert error(SAME[name]()) < strict.TOLERANCE


@pytest.mark.parametrize("name", OTHER)
def test_different_pictures(name):
    assert error(OTHER[name]()) > 1.3 * strict.TOLERANCE


def test_pictures_of_other_size():
    picture = Image.open(io.BytesIO(draw()))
    buffer = io.BytesIO()
    picture.crop((0, 0, picture.width - 1, picture.height)).save(buffer, "png")
    assert "rows and columns" in strict.picture_difference(*map(strict.Picture, (draw(), buffer.getvalue())), "")


# --- nbval, as conftest.py makes it ------------------------------------------------------------------------------

SMALL = """# %%
import os
print(os.environ["TQDM_DISABLE"], os.environ["PYTHONHASHSEED"])

# %%
from IPython.display import HTML
HTML("PICTURE")

# %%
"silenced";

# %% tags=["nbval-ignore-output"]
import ipywidgets
ipywidgets.interact(lambda x: print(x), x=3);
"""
PRINTED, DRAWN, SILENCED, MOVABLE = range(4)
BREAKS = {  # name: the cell, what is done to it, and what nbval has to say then
    "other text": (PRINTED, lambda cell: cell.outputs[0].update(text="1 1\n"), "FAILED"),
    "no outputs": (PRINTED, lambda cell: cell.update(outputs=[]), "FAILED"),
    "stripped": (PRINTED, lambda cell: cell.update(outputs=[], execution_count=None), "FAILED"),
    "stripped, without outputs before": (SILENCED, lambda cell: cell.update(execution_count=None), "FAILED"),
    "tagged": (PRINTED, lambda cell: cell.metadata.update(tags=["nbval-ignore-output"]), "FAILED"),
    "skipped": (SILENCED, lambda cell: cell.metadata.update(tags=["nbval-skip"]), "FAILED"),
    "tagged widget that lost its view": (MOVABLE, lambda cell: cell.update(outputs=[]), "FAILED"),
    "other description": (DRAWN, lambda cell: edit(cell, "A sine", "A cosine"), "FAILED"),
    "other picture": (DRAWN, lambda cell: redraw(cell, draw(label="forgct gate")), "FAILED"),
    "other bytes of a picture": (DRAWN, lambda cell: redraw(cell, noisy(draw(), 1)), "PASSED"),
}


def edit(cell, old, new):
    data = cell.outputs[0].data
    data["text/html"] = data["text/html"].replace(old, new)


def redraw(cell, picture):
    edit(cell, base64.b64encode(draw()).decode(), base64.b64encode(picture).decode())


def broken_in_each_way(honest):
    """A notebook with one broken cell for each entry of BREAKS, in order."""
    notebook = copy.deepcopy(honest)
    notebook.cells = [copy.deepcopy(honest.cells[cell]) for cell, _, _ in BREAKS.values()]
    for number, (_, damage, _) in enumerate(BREAKS.values()):
        notebook.cells[number].id = f"cell-{number}"
        damage(notebook.cells[number])
    return notebook


@pytest.fixture(scope="session")
def nbval(tmp_path_factory):
    """What nbval says of each cell: {(name, cell): "PASSED" or "FAILED"}."""
    folder = tmp_path_factory.mktemp("nbval")
    shutil.copy(ROOT / "notebooks" / "conftest.py", folder)
    (folder / "src").mkdir()
    (folder / "src" / "small.py").write_text("raise SystemExit('the text of a lesson was imported')")
    honest = built(folder, SMALL.replace("PICTURE", as_html(draw()).replace('"', "'")))
    inside = copy.deepcopy(honest)
    widget(inside, "Output")[0].outputs[0].text = "4\n"
    notebooks = {"honest": honest, "inside": inside, "broken": broken_in_each_way(honest)}
    notebooks["exercises"] = built(folder, "".join(EXERCISE.replace(*change) for *change, _ in EXERCISES.values()))
    for name, notebook in notebooks.items():
        (folder / f"{name}.ipynb").write_bytes(build.as_bytes(notebook))
    return verdicts(folder)


def verdicts(folder):
    """Run nbval in `folder` with the project's settings."""
    command = f"-m pytest -c {ROOT / 'pyproject.toml'} --rootdir . -rA --color no -p no:cacheprovider --nbval"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    run = [sys.executable, *command.split(), "--nbval-current-env", "--nbval-cell-timeout", "600", "."]
    report = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, timeout=1200).stdout
    found = re.findall(r"^(PASSED|FAILED|ERROR) (?:.*/)?(\w+)\.(?:ipynb|py)::(?:Cell (\d+))?", report, flags=re.M)
    return {(name, int(cell or -1)): verdict for verdict, name, cell in found}


def failed(nbval, notebook):
    """The cells of a notebook that failed, counted from 0."""
    return [cell for name, cell in nbval if name == notebook and nbval[name, cell] != "PASSED"]


def test_nbval_passes_an_honest_notebook(nbval):
    assert [nbval["honest", cell] for cell in (PRINTED, DRAWN, SILENCED, MOVABLE)] == ["PASSED"] * 4


def test_nbval_sees_a_change_inside_a_widget(nbval):
    assert failed(nbval, "inside") == [MOVABLE]


@pytest.mark.parametrize("name", EXERCISES)
def test_nbval_solves_an_exercise_and_checks_it_again(nbval, name):
    first = 4 * list(EXERCISES).index(name)
    assert {*failed(nbval, "exercises")} & {*range(first, first + 4)} == {first + n for n in EXERCISES[name][2]}


@pytest.mark.parametrize("name", BREAKS)
def test_nbval_on_a_broken_cell(nbval, name):
    assert nbval["broken", list(BREAKS).index(name)] == BREAKS[name][2]


def test_nbval_leaves_the_text_of_lessons_alone(nbval):
    assert {name for name, _ in nbval} == {"honest", "inside", "broken", "exercises"}
