"""notebooks/build.py gives the same bytes each time, notices what is stale, and never leaves half a notebook."""

import re

import build
import nbformat
import pytest

LESSON = """# %% [markdown] slideshow={"slide_type": "slide"}
# # A lesson

# %%
import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import display

# %% tags=["nbval-ignore-output"]
@widgets.interact(x=(0, 3))
def curve(x=1):
    print("x is", x)
    plt.plot([0, x, 1])
    plt.show()

# %%
closed = widgets.Text()
slider, number = widgets.IntSlider(), widgets.IntText()
link = widgets.jslink((slider, "value"), (number, "value"))
display(widgets.HBox([slider, number]))

# %%
print("one", flush=True)
print("two: é")
"""
pytestmark = pytest.mark.slow  # kernels are started
RUN = "run: python notebooks/build.py 01_lesson"


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The bytes that two builds of the same text give."""
    folder = tmp_path_factory.mktemp("built")
    return [build_in(folder, LESSON) for _ in range(2)]


@pytest.fixture
def folder(tmp_path, built):
    """A folder with a text and its up-to-date notebook."""
    write_source(tmp_path, LESSON)
    (tmp_path / "01_lesson.ipynb").write_bytes(built[0])
    return tmp_path


@pytest.fixture
def check(folder, capsys):
    """What --check prints; an empty string when it is content."""

    def run():
        code = build.main(["--check"], folder)
        printed = capsys.readouterr().out
        assert code == bool(printed)
        return printed

    return run


def write_source(folder, text, name="01_lesson"):
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / f"{name}.py").write_text(text, encoding="utf-8")


def build_in(folder, text):
    write_source(folder, text)
    assert build.main(["01"], folder) == 0
    return (folder / "01_lesson.ipynb").read_bytes()


def source(tmp_path, text):
    write_source(tmp_path, text)
    return build.read_source(tmp_path / "src" / "01_lesson.py")


def edit(folder, change):
    """Change the notebook as JupyterLab would, which writes what it is given."""
    path = folder / "01_lesson.ipynb"
    notebook = build.read(path)
    change(notebook)
    path.write_bytes(build.as_bytes(notebook))


# --- what is built -----------------------------------------------------------------------------------------------


def test_same_bytes_twice(built):
    assert built[0] == built[1]


def test_notebook_is_valid_and_complete(folder):
    notebook = nbformat.read(folder / "01_lesson.ipynb", as_version=4)
    assert notebook.cells[0].metadata == {"slideshow": {"slide_type": "slide"}}
    assert notebook.cells[2].metadata == {"tags": ["nbval-ignore-output"]}
    assert [cell.execution_count for cell in notebook.cells[1:]] == [1, 2, 3, 4]
    assert notebook.cells[4].outputs == [{"name": "stdout", "output_type": "stream", "text": "one\ntwo: é\n"}]
    assert set(notebook.metadata) == {"kernelspec", "language_info", "widgets"}


def test_bytes_are_readable(built):
    text = built[0].decode()
    assert "é" in text
    assert text.endswith("}\n")
    assert not re.search(r'"(version|jupytext|execution|iopub.*)": "', text)


def test_only_shown_widgets_are_kept_in_order(folder):
    models = build.widget_models(build.read(folder / "01_lesson.ipynb"))
    assert list(models) == [f"{number:032x}" for number in range(1, len(models) + 1)]
    kinds = [model.model_name for model in models.values()]
    assert kinds[:2] == ["VBoxModel", "IntSliderModel"]
    assert kinds[-1] == "LinkModel"
    assert "TextModel" not in kinds


def test_text_inside_a_widget_is_kept(folder):
    notebook = build.read(folder / "01_lesson.ipynb")
    inside = build.every_output(notebook.cells[2], build.widget_models(notebook))[1:]
    assert inside[0]["text"] == "x is 1\n"
    assert "image/png" in inside[1]["data"]


def test_normal_form_is_stable(folder):
    notebook = build.read(folder / "01_lesson.ipynb")
    assert build.normalise(notebook) == notebook


def test_output_widgets_send_nothing_back(tmp_path):
    # nbclient's own do, and made one full run of the tests in two hang until the timeout of a cell
    text = (
        "# %%\nimport ipywidgets\nout = ipywidgets.Output()\nwith out:\n    print(1)\n\n# %%\nprint(out.outputs)\n"
    )
    notebook = build.execute(source(tmp_path, text), tmp_path)
    assert notebook.cells[1].outputs[0].text == "()\n"


# --- ids ---------------------------------------------------------------------------------------------------------


def test_ids_are_unique_even_for_equal_cells(tmp_path):
    ids = [cell.id for cell in source(tmp_path, "# %%\nx = 1\n\n" * 3).cells]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"[\w-]{1,64}", cell_id) for cell_id in ids)


def test_ids_survive_a_new_cell_above(tmp_path):
    before = [cell.id for cell in source(tmp_path, LESSON).cells]
    after = [cell.id for cell in source(tmp_path, "# %%\nnew = 1\n\n" + LESSON).cells]
    assert after[1:] == before


# --- --check -----------------------------------------------------------------------------------------------------


def test_check_is_content_with_what_was_built(check):
    assert check() == ""


def test_check_notices_changed_text(folder, check):
    write_source(folder, LESSON.replace("two", "three"))
    assert check() == f'01_lesson: cell 5 (print("one", flush=True)): its source is not that of the text; {RUN}\n'


def test_check_notices_changed_metadata_in_the_text(folder, check):
    write_source(folder, LESSON.replace('"slide"', '"skip"'))
    assert "cell 1 (# A lesson): its metadata is not that of the text" in check()


def test_check_notices_a_new_cell(folder, check):
    write_source(folder, LESSON + "\n# %%\n4\n")
    assert "5 cells, where the text has 6" in check()


def set_source(notebook):
    notebook.cells[4].source = "print(1)"


def set_type(notebook):
    notebook.cells[0].cell_type = "raw"


def set_id(notebook):
    notebook.cells[0].id = "other"


def set_tag(notebook):
    notebook.cells[4].metadata.tags = ["nbval-skip"]


def set_count(notebook):
    notebook.cells[4].execution_count = 7


def strip(notebook):
    for cell in notebook.cells[1:]:
        cell.update(outputs=[], execution_count=None)


def add_version(notebook):
    notebook.metadata.language_info.version = "3.11.7"


def add_timing(notebook):
    notebook.cells[4].metadata.execution = {"iopub.status.idle": "now"}


def rename_a_widget(notebook):
    models = build.widget_models(notebook)
    models["f" * 32] = models.pop("0" * 31 + "1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (set_source, "source is not that of the text"),
        (set_type, "cell type is not that of the text"),
        (set_id, "id is not that of the text"),
        (set_tag, "metadata is not that of the text"),
        (add_timing, "metadata is not that of the text"),
        (set_count, "execution count 7 instead of 4"),
        (strip, "execution count None instead of 1"),
        (add_version, "not in normal form"),
        (rename_a_widget, "not in normal form"),
        (lambda notebook: notebook.cells.pop(), "4 cells, where the text has 5"),
    ],
)
def test_check_notices_an_edited_notebook(folder, check, change, words):
    edit(folder, change)
    printed = check()
    assert words in printed
    assert printed.endswith(f"{RUN}\n")
    assert printed.count("\n") == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", "no json", '{"cells": [{}], "metadata": {}}'])
def test_check_notices_what_is_no_notebook(folder, check, content):
    (folder / "01_lesson.ipynb").write_text(content)
    assert RUN in check()


def test_check_notices_other_white_space(folder, check):
    path = folder / "01_lesson.ipynb"
    path.write_bytes(path.read_bytes() + b"\n")
    assert "not in normal form" in check()


def test_check_notices_a_text_without_notebook(folder, check):
    (folder / "01_lesson.ipynb").unlink()
    assert check() == f"01_lesson: never built; {RUN}\n"


def test_check_notices_a_notebook_without_text(folder, check):
    (folder / "02_other.ipynb").write_bytes((folder / "01_lesson.ipynb").read_bytes())
    assert (
        check()
        == "02_other: there is no text src/02_other.py; if this is a copy of your own, keep it in another folder\n"
    )


def test_check_of_nothing_fails(tmp_path, capsys):
    assert build.main(["--check"], tmp_path) == 1
    assert "there is no lesson" in capsys.readouterr().out


# --- failures ----------------------------------------------------------------------------------------------------


def failure(folder, capsys, cell):
    """What building says when the third cell is `cell`; the old notebook must not change by it."""
    path = folder / "01_lesson.ipynb"
    before = path.read_bytes()
    write_source(folder, f"# %% [markdown]\n# # A lesson\n\n# %%\nx = 1\n\n# %%\n{cell}\n")
    assert build.main([], folder) == 1
    assert path.read_bytes() == before
    assert sorted(found.name for found in folder.iterdir()) == ["01_lesson.ipynb", "src"]
    return capsys.readouterr().err.strip()


def test_failing_cell_is_named(folder, capsys):
    assert failure(folder, capsys, "x / 0") == "01_lesson: cell 3 (x / 0): ZeroDivisionError: division by zero"


def test_failure_inside_a_widget_is_named(folder, capsys):
    cell = "import ipywidgets\n@ipywidgets.interact(a=2)\ndef f(a):\n    1 / 0"
    assert failure(folder, capsys, cell).endswith(
        "cell 3 (import ipywidgets): ZeroDivisionError: division by zero"
    )


def test_warning_is_refused(folder, capsys):
    said = failure(folder, capsys, "import warnings\nwarnings.warn('beware')")
    assert said.startswith("01_lesson: cell 3 (import warnings) writes to stderr: ")
    assert "beware" in said


def test_dead_kernel_is_named(folder, capsys):
    assert failure(folder, capsys, "import os\nos._exit(1)") == "01_lesson: cell 3 (import os): Kernel died"


def test_endless_cell_is_named(tmp_path):
    notebook = source(tmp_path, "# %%\nwhile True:\n    pass\n")
    with pytest.raises(build.BuildError, match=r"^lesson: cell 1 \(while True:\): .*timed out"):
        build.execute(notebook, tmp_path, "lesson", timeout=1)


def test_empty_cell_is_refused(folder, capsys):
    assert "cell 3 is empty" in failure(folder, capsys, "\n# %%\n1")


def test_unknown_name_is_refused(folder, capsys):
    assert build.main(["07"], folder) == 1
    assert "no lesson begins with '07'; there are: 01_lesson" in capsys.readouterr().err


def test_answers_that_a_person_saved_are_kept_when_the_notebook_is_built_again(folder, capsys):
    path = folder / "01_lesson.ipynb"
    for number in (1, 2):
        answered = build.read(path)
        answered.cells[-1].source += f"  # answer {number}"
        answered.metadata["saved_by"] = "a front end"
        path.write_text(nbformat.writes(answered), encoding="utf-8")
        assert build.main(["01"], folder) == 0
        assert f"01_lesson-{number}.ipynb" in capsys.readouterr().out
    kept = [build.read(folder / "_build" / f"01_lesson-{number}.ipynb").cells[-1].source for number in (1, 2)]
    assert ["answer 1" in kept[0], "answer 2" in kept[1]] == [True, True]
    assert build.main(["--check"], folder) == 0


def test_a_notebook_as_it_was_built_is_not_kept_twice(folder):
    assert build.main(["01"], folder) == 0
    assert not (folder / "_build").exists()
