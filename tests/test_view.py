"""The learner's view: what is folded, what is told, and what only the lecturer sees."""

import build
import nbformat
import page
import pytest
import view

TEXT = """# %% [markdown] slideshow={"slide_type": "slide"}
# # A lesson

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# (b) is right.
#
# </details>

# %%
# Setup: what this lesson needs
import numpy as np

from lstm_lib.lesson import predict, reveal

# %%
x = np.array([1.0, 2.0])
x

# %% [markdown]
# **Predict.** Is it more than two?

# %%
# Your guess: the sum
predict("01.sum", "x_1 + x_2?", ["less than 2", "more"], limits=[2])

# %%
# Figure: both numbers
plotting.show(figure, "Two numbers.")

# %%
# Answer: the sum, computed
reveal("01.sum", x.sum())

# %% [markdown]
# It is three.

# %% [markdown]
# And on it goes.

# %%
# Proof: what this section claims
assert x.sum() == 3
assert len(x) == 2
"""


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "01_lesson.py"
    path.write_text(TEXT, encoding="utf-8")
    return build.read_source(path)


def folds(cell):
    """Return whether source and output are folded, as JupyterLab reads it."""
    jupyter = cell.metadata.get("jupyter", {})
    return bool(jupyter.get("source_hidden")), bool(jupyter.get("outputs_hidden"))


def test_plumbing_is_folded_and_what_is_asked_is_folded_on_both_sides(lesson):
    assert [folds(cell) for cell in lesson.cells if cell.cell_type == "code"] == [
        (True, False),  # setup
        (False, False),
        (True, False),  # the question
        (True, True),  # a figure before the answer
        (True, True),
        (True, False),  # the proof
    ]


def test_what_jupyterlab_adds_at_the_first_save_is_there_already(lesson):
    for cell in lesson.cells:
        assert bool(cell.metadata.get("collapsed")) == folds(cell)[1]


def test_the_label_is_the_prompt_on_the_site(lesson):
    labels = [cell.metadata.mystnb.code_prompt_show for cell in lesson.cells if folds(cell)[0]]
    assert labels[0] == "what this lesson needs"
    assert len(labels) == 5


def test_the_lecturers_notes_are_left_to_the_decks(lesson, tmp_path):
    assert "lecturer" not in "".join(cell.source for cell in lesson.cells)
    whole = build.read_text(tmp_path / "01_lesson.py")
    assert "(b) is right" in whole.cells[1].source
    assert {cell.id for cell in lesson.cells} < {cell.id for cell in whole.cells}


def test_the_first_prose_after_an_answer_is_folded_and_the_next_is_not(lesson):
    prose = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    assert prose[-2].startswith("<details><summary>What came out, and why</summary>\n\nIt is three.")
    assert prose[-1] == "And on it goes."


def test_the_answer_to_a_question_in_words_is_folded(tmp_path):
    path = tmp_path / "01_lesson.py"
    cells = [
        "**Predict.** And twice?",
        "Twice as much.",
        "So it goes on.",
        "# A title",
        "No question came before.",
    ]
    path.write_text("".join(f"# %% [markdown]\n# {cell}\n\n" for cell in cells), encoding="utf-8")
    shown = [cell.source for cell in build.read_source(path).cells]
    assert [source for source in shown if "<details>" in source] == [view.WHY.format("Twice as much.")]


def test_what_is_said_to_the_formatter_is_not_shown(tmp_path):
    path = tmp_path / "01_lesson.py"
    path.write_text("# %%\nx = [\n    1,  2,\n]  # fmt: skip\n", encoding="utf-8")
    assert build.read_source(path).cells[0].source == "x = [\n    1,  2,\n]"


def test_a_question_that_is_not_answered_in_its_section_folds_nothing_beyond_it(tmp_path):
    path = tmp_path / "01_lesson.py"
    path.write_text(
        TEXT.replace("# %%\n# Answer", "# %% [markdown]\n# ## Next\n\n# %%\n# Answer"), encoding="utf-8"
    )
    cells = {view.label(cell): folds(cell) for cell in build.read_source(path).cells if cell.cell_type == "code"}
    assert cells["Figure", "both numbers"] == (True, True)
    assert cells["Answer", "the sum, computed"] == (True, False)


KINDS = {
    "import numpy as np": "Setup",
    "from lstm_lib import lstm": "Setup",
    'predict("01.a", "?")': "Your guess",
    'print(1)\nreveal("01.a", 2)': "Answer",
    'check("a", f, 2)': "Check",
    'for n in (1, 2):\n    check_function("a", f, like="step")': "Check",
    "exercises.start_here.check_half_life(f)": "Check",
    "gradcheck.check_gradients(f, params)": None,
    "figures.start_here.squashers()": "Figure",
    "explore(draw, x=slider(0, 1, 0, 'x'))": "Live",
    "assert a\nassert b": "Proof",
    "assert a": None,
    "x = lstm.forward(params, X)": None,
    "def step(x):\n    raise NotImplementedError": None,
}


@pytest.mark.parametrize("source", KINDS)
def test_the_kind_of_a_cell_is_in_its_syntax(source):
    cell = nbformat.v4.new_code_cell(source)
    assert view.kind(cell) == KINDS[source]


BROKEN = {
    "comes from nowhere": ("x = np.array([1.0, 2.0])\nx", "y = 2\nprint(folded)"),
    "labelled Figure, and by its syntax Your guess": ("# Your guess: the sum", "# Figure: the sum"),
    "open, and by its syntax Proof": ("# Proof: what this section claims\n", ""),
    "two bars are labelled": ("# Figure: both numbers", "# Answer: the sum, computed"),
    "a label of": ("# Proof: what", "# Proof: " + 60 * "x"),
    "its label repeats a heading": ("what this section claims", "A lesson"),
    "prose between": ("# %%\n# Figure", "# %% [markdown]\n# It is three.\n\n# %%\n# Figure"),
    "words that touch a fold": (
        "And on it goes.",
        "<details><summary>Why</summary>\n#\n# So.\n#\n# </details>\n#\n# And on it goes.",
    ),
    "b_f is no formula": ("And on it goes.", "And `b_f` and $b_f$ go on, but b_f does not."),
    "a letter in the open": ("And on it goes.", "That makes (b) right."),
    "code below a fold": ("# %% [markdown]\n# And on it goes.", "# %%\ny = x"),
    "a link beyond the top": ("And on it goes.", "It is in [lesson 02](02_lesson.ipynb#The-map)."),
    "13 lines": ("x = np.array([1.0, 2.0])\nx", "\n".join(f"x{n} = {n}" for n in range(13))),
    "a line of 101": ("x = np.array([1.0, 2.0])\nx", "x = " + 97 * "1"),
    "LaTeX": ("x = np.array([1.0, 2.0])\nx", r'x = r"\frac{1}{2}"'),
    "9 folded lines": ("assert len(x) == 2\n", 8 * "assert x\n"),
    "an exercise, folded": ("# Proof: what this section claims", "# Proof: what\nraise NotImplementedError"),
}


@pytest.mark.parametrize("complaint", BROKEN)
def test_a_broken_rule_of_the_page_is_found(complaint, tmp_path):
    path = tmp_path / "01_lesson.py"
    path.write_text(TEXT.replace("# Setup: what this lesson needs\n", "# Setup: what it needs\nfolded = 1\n"))
    assert [fault for fault in page.faults(build.read_source(path)) if complaint in fault] == []
    old, new = BROKEN[complaint]
    text = path.read_text()
    if complaint == "comes from nowhere":
        text = text.replace("folded = 1\n", "").replace("assert len", "folded = 1\nassert len", 1)
        cells = text.split("# %%\nx = np")
        proof = "# %%\n# Table: made behind a fold\nfolded = 1\n\n"
        text = proof.join([cells[0], "# %%\nx = np" + cells[1]])
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert any(complaint in fault for fault in page.faults(build.read_source(path)))


@pytest.mark.parametrize(("letters", "wrong"), [("bbb", 1), ("bba", 0), ("bb", 0)])
def test_right_answers_that_all_stand_in_one_place_are_found(lesson, letters, wrong):
    (answer,) = [cell for cell in lesson.cells if (view.label(cell) or [""])[0] == "Answer"]
    answer.outputs = [nbformat.v4.new_output("stream", text=f"It is ({letter}) more.\n") for letter in letters]
    assert sum("right answers" in fault for fault in page.faults(lesson)) == wrong


@pytest.mark.parametrize("wrong", [0, 1])
def test_printed_lines_that_the_page_would_break_are_found(lesson, wrong):
    text = "short\n" + (page.PRINTED + wrong) * "x"
    page.code(lesson)[0].outputs = [
        nbformat.v4.new_output("stream", text=text),
        nbformat.v4.new_output("display_data", {"text/html": "<table>", "text/plain": 2 * text}),
    ]
    assert sum("a printed line of" in fault for fault in page.faults(lesson)) == wrong


@pytest.mark.parametrize(("names", "wrong"), [("aa", 1), ("ab", 0)])
def test_pictures_of_one_name_are_found(lesson, names, wrong):
    cell = page.code(lesson)[0]
    pictures = "".join(f'<figure><img src="x" alt="{name}"></figure>' for name in names)
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": pictures})]
    assert sum("two pictures are named" in fault for fault in page.faults(lesson)) == wrong
