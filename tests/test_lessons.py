"""The lessons as lessons: exercises that can be solved, one form for all, maps that lead somewhere."""

import ast
import itertools
import re
import symtable
from pathlib import Path

import build
import nbformat
import page
import pytest
import slicing
import strict

NOTEBOOKS = Path(build.__file__).parent
LESSONS = sorted([*NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"), *NOTEBOOKS.glob("further/*.ipynb")], key=lambda p: p.stem)


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    return nbformat.read(request.param, as_version=4)


def lessons(names):
    """Parametrize a test with some of the lessons."""
    return pytest.mark.parametrize("lesson", names, ids=[path.stem for path in names], indirect=True)


def markdown(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def stubs(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code" and strict.STUB in cell.source]


def solutions(notebook):
    return [found for cell in notebook.cells if (found := strict.solution_of(cell))]


def made(source):
    """Return the names that a cell makes."""
    names = symtable.symtable(source, "a cell", "exec").get_symbols()
    return {name.get_name() for name in names if name.is_assigned() or name.is_imported()}


def test_there_are_lessons():
    assert len(LESSONS) >= 6


def test_every_exercise_is_untouched_and_has_a_solution(lesson):
    names = [re.findall(r"^def (\w+\(.*?\))", source, re.MULTILINE) for source in solutions(lesson)]
    asked = [re.findall(r"^def (\w+\(.*?\))", source, re.MULTILINE) for source in stubs(lesson)]
    assert asked == names
    assert 3 <= len(asked) <= 6
    assert {line[0] for cell in lesson.cells for line in strict.said(cell)} == {"○"}


def test_every_answer_that_is_asked_for_is_tried_with_the_solution(lesson):
    on_the_way = strict.exercises(lesson)
    assert [solution for solution, _ in on_the_way.values()] == solutions(lesson)
    tried = {number for _, checks in on_the_way.values() for number in checks}
    assert tried == {number for number, cell in enumerate(lesson.cells, 1) if strict.said(cell)}


def test_only_what_answers_an_exercise_stands_on_what_is_written_in_it(lesson):
    # so the run in which each is solved on the way shows what one shows in which all are left as they are
    home, latest = {}, 0
    for number, cell in enumerate(lesson.cells, 1):
        if cell.cell_type == "code":
            names = slicing.names(ast.parse(cell.source).body)
            stub = strict.STUB in cell.source
            allowed = {latest} if strict.said(cell) and not stub else set()
            assert {home[name] for name in (names.reads | names.later) & home.keys()} <= allowed, cell.source
            if stub:
                latest = number
                home |= dict.fromkeys(made(cell.source), number)


def test_a_solution_makes_all_that_the_cell_makes_in_whose_place_it_goes(lesson):
    for stub, solution in zip(stubs(lesson), solutions(lesson), strict=True):
        assert made(stub) <= made(solution)


def test_a_lesson_opens_and_closes_as_it_should(lesson):
    text = markdown(lesson)
    for promise in (
        "**What you will be able to do.**",
        "**What you need.**",
        "**How long it takes.**",
        "**Predict.**",
    ):
        assert promise in text
    for heading in ("## What we found", "## Exercises", "## Five questions to see what stayed", "## References"):
        assert text.count(heading) == 1
    assert text.index("## What we found") < text.index("## Exercises") < text.index("## References")
    assert questions_and_answers(text, "## Five questions to see what stayed") == (5, 5)


def questions_and_answers(text, heading):
    """Return how many numbered questions stand below a heading, and how many folded answers to them."""
    section = re.split(r"^## ", text[text.index(heading) + 3 :], flags=re.MULTILINE)[0]
    asked, folded = re.split("<summary>(?:The three answers|Answers)</summary>", section)
    return tuple(len(re.findall(r"^\d\. ", part, re.MULTILINE)) for part in (asked, folded.split("</details>")[0]))


@lessons(LESSONS[1:])
def test_a_lesson_asks_three_questions_from_before(lesson):
    text = markdown(lesson)
    assert text.count("## Three questions from before") == 1
    assert questions_and_answers(text, "## Three questions from before") == (3, 3)
    assert text.index("**How long it takes.**") < text.index("## Three questions from before")
    assert text.index("## Three questions from before") < text.index("**Predict.**")


def test_an_exercise_gives_a_nudge_and_a_step_before_the_solution(lesson):
    for cell in lesson.cells:
        if strict.solution_of(cell):
            folds = re.findall(r"<summary>(.*?)</summary>", cell.source)
            hints = folds[: folds.index("Solution")]
            assert hints[:2] == ["Hint 1, a nudge", "Hint 2, a step further"], cell.source[:200]
            assert [hint[:8] for hint in hints[2:]] in ([], ["Hint 3, "])


def calls(lesson, name):
    """Return the keys, and the numbers of the cells, with which `predict` or `reveal` is called."""
    found = []
    for number, cell in enumerate(lesson.cells):
        if cell.cell_type == "code":
            nodes = ast.walk(ast.parse(cell.source))
            found += [(node.args[0].value, number) for node in nodes if is_call(node, name)]
    return found


def is_call(node, name):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def test_every_guess_is_asked_for_before_its_answer(lesson, request):
    number = request.node.callspec.id[:2]
    asked, answered = dict(calls(lesson, "predict")), dict(calls(lesson, "reveal"))
    assert len(asked) == len(calls(lesson, "predict"))
    assert asked.keys() == answered.keys()
    for key in asked:
        assert key.startswith(f"{number}.")
        assert asked[key] < answered[key]  # another cell, so that there is time to guess


def test_no_two_lessons_share_the_key_of_a_guess():
    notebooks = [nbformat.read(path, as_version=4) for path in LESSONS]
    keys = [key for notebook in notebooks for key, _ in calls(notebook, "predict")]
    assert len(set(keys)) == len(keys)


def test_no_line_of_prose_turns_into_a_list_by_accident(lesson):
    # "… between −1 and", then a line that begins with "1. At the end": Markdown reads the second as a list.
    # So it does with a year, "  2001.", at the end of a reference.
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            for above, line in itertools.pairwise(cell.source.splitlines()):
                if re.match(r"(\d+[.)]|[-+*]) ", line):
                    assert re.match(r"$|(\d+[.)]|[-+*]) |  ", above), f"{above!r}, then {line!r}"
                assert not re.match(r"\s*\d\d+[.)]( |$)", line), f"a list that begins with {line!r}"


def test_every_cell_knows_its_place_on_the_slides(lesson):
    kinds = {cell.metadata.get("slideshow", {}).get("slide_type") for cell in lesson.cells}
    assert kinds <= {"slide", "subslide", "fragment", "-", "skip", "notes"}
    assert {"slide", "skip"} <= kinds


def test_there_is_more_prose_than_code(lesson):
    code = [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    lines = sum(1 for source in code for line in source.splitlines() if line.strip())
    words = sum(len(cell.source.split()) for cell in lesson.cells if cell.cell_type == "markdown")
    assert words > 5 * lines


@pytest.mark.parametrize("name", ["03_the_formulas", "05_the_gradients", "06_check_the_gradient"])
def test_every_formula_displayed_comes_from_sympy(name):
    lesson = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    markdown = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    assert not any("$$" in source or re.search(r"\$[^$\n]*=[^$\n]*\$", source) for source in markdown)
    for cell in lesson.cells:
        if cell.cell_type == "code":  # nor does a string in the code hold a piece of a formula
            strings = [node.value for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Constant)]
            assert not any(
                isinstance(s, str) and re.search(r"\\(frac|sigma|cdot|tanh|mathrm|left)", s) for s in strings
            )


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_page_keeps_the_rules_of_the_page(path):
    notebook = build.read(path)
    assert page.faults(notebook) == []
    counted = page.counts(notebook)
    assert counted["bars"] <= counted["open cells"]
    assert [counted[name] for name in ("names from nowhere", "labels twice", "notes", "answers told")] == [
        0,
        0,
        0,
        0,
    ]
    assert 0 < counted["keys to the first guess"] <= 10


def minutes(path):
    """Return the minutes that a lesson says it takes: to read, and for its exercises."""
    said = re.search(
        r"\*\*How long it takes\.\*\*(.*?)\n\n", markdown(nbformat.read(path, as_version=4)) + "\n\n", re.S
    )
    return [int(number) for number in re.findall(r"\d+", said[1])[:2]]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_takes_no_longer_than_it_may_and_the_maps_say_so(path):
    reading, exercises = minutes(path)
    words = page.counts(build.read(path))["words"]
    assert words / 200 < reading <= 60
    assert 0 < exercises <= 45
    for place in (NOTEBOOKS / "src" / "00_start_here.py", NOTEBOOKS.parent / "README.md"):
        (row,) = [
            line
            for line in place.read_text(encoding="utf-8").splitlines()
            if re.search(rf"\| (\*\*)?\[?{path.stem[:2]} ", line)
        ]
        assert row.rstrip().endswith(f"| {reading} + {exercises} |")


def test_every_lesson_is_on_the_map():
    start = (NOTEBOOKS / "src" / "00_start_here.py").read_text(encoding="utf-8")
    readme = (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8")
    for path in LESSONS[1:]:
        link = path.relative_to(NOTEBOOKS).as_posix()
        assert f"]({link})" in start
        assert f"](notebooks/{link})" in readme
