"""The lessons in a real JupyterLab, in a real browser. Left out where there is no Chromium.

What was seen is kept in _build/screenshots.
"""

import ast
import json
import re
import shutil
import urllib.request

import build
import lab
import nbformat
import pytest
import sight

from lstm_lib.lesson.explorer import PRESETS, CellExplorer

pytest.importorskip("playwright.sync_api", reason="the extra [browser] is installed where Chromium is")
if lab.CHROMIUM is None:
    pytest.skip("there is no Chromium on this machine", allow_module_level=True)

LESSONS = [f"{name}.ipynb" for name in build.chosen([], lab.NOTEBOOKS)]
EACH_PUSH = (
    "00_start_here.ipynb",
    "07_how_far_a_gradient_reaches.ipynb",
    "further/13_rosetta.ipynb",
)  # between them they hold every kind of control; the others are opened once a week
ERROR = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']"
CONTROLS = [
    "from lstm_lib.lesson.explorer import CellExplorer\ncell = CellExplorer()\ncell",
    "from lstm_lib.lesson import scenes\nfrom lstm_lib.lesson.explorer import PRESETS",
    "from lstm_lib.lesson.widgets import explore, slider",
    "X = [[[x]] for x in (0.0, 1.0, 0.0, 1.0, 1.0, 0.0)]",
    "draw = scenes.stepper(CellExplorer(**PRESETS['a counter']).params, X)",
    "explore(draw, t=slider(1, 1, 6, 'step t', step=1))",
    "def fail(x):\n    if x:\n        1 / 0\n    return draw(1)",
    "explore(fail, x=slider(0, 0, 1, 'danger', step=1))",
    "print('moved to', cell.x_t, cell.step().C_t.item())",
]
GUESS = [
    "from lstm_lib.lesson.predictions import predict, reveal, summary",
    "predict('99.gates', 'How many gates has a cell?', ['two', 'three', 'four'], limits=[2, 3])",
    "reveal('99.gates', 3)",
    "summary()",
]
KEYS = [
    "from lstm_lib.lesson import CellExplorer, explore, predict, reveal, scenes, slider",
    "predict('98.gates', 'How many gates has a cell?', ['two', 'three', 'four'])",
    "reveal('98.gates', 1)",
    "predict('98.weights', 'How many numbers has a cell?', unit='numbers')",
    "reveal('98.weights', 12)",
    "explore(scenes.gradient_flow(T=5), b_f=slider(1, -2, 6, 'forget bias'))",
    "print('the sliders are done')",
    "CellExplorer()",
    "print('the cell is done')",
]
SAVED = [*KEYS[:6], "CellExplorer()", "from lstm_lib.lesson import figures\nfigures.start_here.squashers()"]
QUESTIONS = {
    "How many gates has a cell?": "You guessed (b) three, and so it is.",
    "How many numbers has a cell?": "You guessed 12, and so it is.",
}
OWN = {"controls.ipynb": CONTROLS, "guess.ipynb": GUESS, "keys.ipynb": KEYS, "saved.ipynb": SAVED}
THEMES = ("JupyterLab Light", "JupyterLab Dark")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab on a copy of the lessons, and on notebooks with controls of each kind."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "further").mkdir()
    for name in LESSONS:
        shutil.copy(lab.NOTEBOOKS / name, folder / name)
    for name, codes in OWN.items():
        cells = [nbformat.v4.new_code_cell(code) for code in codes]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=build.METADATA), folder / name)
    with lab.jupyterlab(folder) as address:
        yield address


@pytest.fixture
def page(browser, server, request):
    """A fresh tab; what it shows at the end is kept as a picture."""
    page = lab.new_page(browser, server)
    yield page
    keep(page, request.node.name)
    lab.end_sessions(server)


def keep(page, name):
    """Keep what a page shows at its end as a picture, and close it."""
    lab.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=lab.SCREENSHOTS / (re.sub(r"\W+", "_", name) + ".png"))
    page.context.close()


def open_from_the_file_browser(page, server, name):
    """Do what a reader does: double-click on the file."""
    page.goto(f"{server}/lab?reset")
    for part in name.split("/"):
        page.locator(".jp-DirListing-item", has_text=part).dblclick()
    return lab.wait_for_cells(page)


def shown_in_outputs(name, *, folded):
    """Count a lesson's pictures, those of them that stand in for a live figure, and the live figures."""
    cells = build.read(lab.NOTEBOOKS / name).cells
    open_cells = [cell for cell in cells if folded or not cell.metadata.get("jupyter", {}).get("outputs_hidden")]
    outputs = [output for cell in open_cells for output in cell.get("outputs", [])]
    live = [output for output in outputs if build.VIEW in output.get("data", {})]
    return json.dumps(outputs).count("<img "), json.dumps(live).count("<img "), len(live)


def kinds_of_controls(name):
    """Return the live things in a lesson, each by what shows it; a guess is a choice or a number."""
    code = "\n".join(cell.source for cell in build.read(lab.NOTEBOOKS / name).cells if cell.cell_type == "code")
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    named = [(node.func.id, len(node.args)) for node in calls if isinstance(node.func, ast.Name)]
    guesses = {"a choice" if arguments > 2 else "a number" for called, arguments in named if called == "predict"}
    return guesses | {called for called, _ in named} & {"explore", "CellExplorer"}


def test_the_lessons_of_each_push_hold_every_kind_of_control():
    found = {name: kinds_of_controls(name) for name in LESSONS}
    chosen = [kinds for name, kinds in found.items() if name in EACH_PUSH]
    assert len(chosen) == 3
    assert set().union(*chosen) == set().union(*found.values())
    assert set().union(*chosen) == {"a choice", "a number", "explore", "CellExplorer"}


def chosen(names, each_push):
    """Return the names for a fixture: some are tried on each push, and the others once a week."""
    return [pytest.param(n, marks=() if n in each_push else pytest.mark.weekly, id=n.split(".")[0]) for n in names]


@pytest.fixture(scope="module", params=chosen(LESSONS, EACH_PUSH))
def lesson(browser, server, request):
    """A lesson that a reader has opened, by its name and the page that shows it."""
    page = lab.new_page(browser, server)
    open_from_the_file_browser(page, server, request.param)
    lab.wait_until_settled(page)
    yield request.param, page
    keep(page, request.param)
    lab.end_sessions(server)


def readable(page):
    """Make sure that whatever is said on the page can be read on white and on black."""
    for theme in THEMES:
        lab.wear(page, theme)
        assert sight.faint(page) == [], theme


def test_the_subject_has_most_of_the_page(lesson):
    _, page = lesson
    shares = sight.shares(page)
    assert shares["code"] <= 0.20, shares
    assert shares["bars"] <= 0.08, shares
    assert shares["prose"] >= 0.35, shares
    assert sight.screens(page) <= 22


def test_a_lesson_reads_well_before_it_is_run(lesson):
    name, page = lesson
    pictures, _, _ = shown_in_outputs(name, folded=False)
    notebook = page.locator(".jp-Notebook")
    names = [image.get_attribute("alt") for image in notebook.get_by_role("img").all()]
    assert len(names) == pictures  # a picture without a description has no role at all
    folded = "all => all.map(figure => figure.querySelector('img').alt + figure.textContent)"
    assert all(len(words) > 40 for words in notebook.locator("figure").evaluate_all(folded))
    sizes = "() => [...document.querySelectorAll('.jp-Notebook img')].map(i => [i.naturalWidth, i.clientWidth])"
    assert all(natural > shown > 300 for natural, shown in page.evaluate(sizes))  # loaded, and sharp
    readable(page)


def test_a_lesson_runs_without_an_error_and_reads_well_then(lesson, server):
    name, page = lesson
    lab.run_all(page, server, name)  # what was folded opens when it is run
    pictures, still, live = shown_in_outputs(name, folded=True)
    alive = "document.querySelectorAll('.lstm-cell, .lstm-explore').length"
    drawn = "document.querySelectorAll('.jp-OutputArea-output img:not(.lstm-explore img)').length"
    # more than are stored: what is drawn while a network trains is for who runs it
    page.wait_for_function(f"() => {alive} === {live} && {drawn} >= {pictures - still}")
    assert page.locator(ERROR).count() == 0
    readable(page)
    turned = "all => all.map(paper => getComputedStyle(paper).filter.includes('invert'))"
    assert {True} == {*page.locator(".lstm-paper").evaluate_all(turned)}  # the last theme was the dark one
    assert page.outside == []
    assert page.failures == []


def test_formulas_are_typeset(page, server):
    lab.open_notebook(page, server, "03_the_formulas.ipynb")
    page.wait_for_selector(".jp-OutputArea mjx-container")
    page.wait_for_function("() => !document.querySelector('.jp-Notebook').innerText.includes('\\\\displaystyle')")
    assert page.locator(".jp-Notebook mjx-merror").count() == 0


@pytest.mark.browser
def test_nobody_is_asked_about_news_all_cells_are_there_and_what_widgets_show_is_saved(server):
    def setting(plugin, name):
        answer = json.load(urllib.request.urlopen(f"{server}/lab/api/settings/{plugin}"))
        return (answer["schema"]["properties"][name]["default"], answer["settings"])

    assert setting("@jupyterlab/apputils-extension:notification", "fetchNews") == ("false", {})
    assert setting("@jupyterlab/notebook-extension:tracker", "windowingMode") == ("none", {})
    assert setting("@jupyter-widgets/jupyterlab-manager:plugin", "saveState") == (True, {})


def test_a_link_to_a_heading_leads_to_it(page, server):
    page.set_viewport_size({"width": 1280, "height": 900})
    notebook = lab.open_notebook(page, server, LESSONS[0])
    notebook.get_by_role("link", name="Crouch and others 2004").click()
    inside = """heading => {
      const [at, of] = [heading, heading.closest('.jp-WindowedPanel-outer')].map(e => e.getBoundingClientRect());
      return of.top <= at.top && at.bottom <= of.bottom;
    }"""
    page.wait_for_function(inside, arg=notebook.locator("h2", has_text="References").element_handle())


# --- controls ----------------------------------------------------------------------------------------------------


def drag(page, slider, share):
    """Take a slider's handle with the mouse and pull it to a share of its way."""
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * share, middle, steps=8)
    page.mouse.up()


def run_cell(page, number):
    """Run one cell again, and wait until it has."""
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").nth(number)
    before = prompt.inner_text()
    page.locator(".jp-CodeCell .jp-InputArea-editor").nth(number).click()
    page.keyboard.press("Control+Enter")
    done = r"([n, before]) => { const t = document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[n].innerText;"
    page.wait_for_function(done + r" return t !== before && /\[\d+\]/.test(t) }", arg=[number, before])


def test_every_kind_of_control_answers_the_mouse_and_the_keyboard(page, server):
    notebook = lab.open_notebook(page, server, "controls.ipynb")
    lab.run_all(page, server, "controls.ipynb")
    page.wait_for_function("() => document.querySelectorAll('.lstm-cell, .lstm-explore').length === 3")

    # the cell itself: computed in the page, known to Python
    value = "Number(document.querySelector('[data-name=C_t]').dataset.value)"
    slider = notebook.get_by_role("slider", name="input x", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    expected = CellExplorer(x_t=0.6).step().C_t.item()
    page.wait_for_function(f"() => Math.abs({value} - {expected}) < 1e-12")
    drag(page, slider, 1.2)
    expected = CellExplorer(x_t=2.0).step().C_t.item()
    page.wait_for_function(f"() => Math.abs({value} - {expected}) < 1e-12")
    run_cell(page, len(CONTROLS) - 1)
    notebook.get_by_text(f"moved to 2 {expected}").or_(notebook.get_by_text(f"moved to 2.0 {expected}")).wait_for()

    # sliders and a picture: computed by the kernel
    slider = notebook.get_by_role("slider", name="step t", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    stepper = notebook.get_by_role("group", name="Sliders: step t")
    image = stepper.get_by_role("img")
    before = image.get_attribute("src")
    stepper.get_by_role("img", name="Step 2 of 6: x = +1.00 comes in").wait_for()
    drag(page, slider, 1.2)
    stepper.get_by_role("img", name="Step 6 of 6: x = +0.00 comes in").wait_for()
    assert image.get_attribute("src") != before
    counted = CellExplorer(**PRESETS["a counter"]).step().C_tilde.item() * 3
    assert float(re.search(r"memory is now \+(\d\.\d+)", image.get_attribute("alt"))[1]) == pytest.approx(
        counted, abs=0.1
    )
    page.keyboard.press("Home")
    stepper.get_by_role("img", name="Step 1 of 6").wait_for()

    # what goes wrong in the kernel is said under the slider
    notebook.get_by_role("slider", name="danger").focus()
    page.keyboard.press("ArrowRight")
    notebook.get_by_text("ZeroDivisionError: division by zero").wait_for()
    assert page.failures == []


# --- a guess is asked for ----------------------------------------------------------------------------------------


def test_a_guess_is_taken_by_mouse_and_keyboard_and_compared_with_the_answer(page, server):
    notebook = lab.open_notebook(page, server, "guess.ipynb")
    lab.run_all(page, server, "guess.ipynb")
    question = notebook.get_by_role("group", name="How many gates has a cell?")
    question.get_by_text("No guess yet. Choose, and it is compared at once.").wait_for()
    question.get_by_label("(c) four").check()
    question.get_by_text("You guessed (c) four; it is (b) three.").wait_for()
    assert question.get_by_label("(a) two").is_disabled()
    assert page.evaluate(
        "document.activeElement.matches('.jp-Cell.jp-mod-active')"
    )  # where Shift + Enter is heard

    # a second visit: one click
    run_cell(page, 1)
    question.get_by_text("Last time you guessed (c) four. Choose, and you guess anew.").wait_for()
    question.get_by_label("(a) two").check()
    question.get_by_text("Your guess: (a) two").wait_for()
    page.keyboard.press("ArrowDown")
    question.get_by_text("Your guess: (b) three").wait_for()
    run_cell(page, 2)
    notebook.get_by_text("You guessed (b) three, and so it is.").first.wait_for()
    run_cell(page, 3)
    notebook.get_by_text("1 guess, 1 right").wait_for()
    assert notebook.locator(ERROR).count() == 0

    # after a restart of the kernel nothing is said to be kept
    run_cell(page, 1)
    (session,) = lab.sessions(server)
    address = f"{server}/api/kernels/{session['kernel']['id']}/restart"
    urllib.request.urlopen(urllib.request.Request(address, method="POST"))
    question.get_by_label("(c) four").check()
    question.get_by_text("Not kept: no kernel answers.").wait_for()


# --- Shift + Enter reads on --------------------------------------------------------------------------------------


def read_on(page, number):
    """Press Shift + Enter; the cell of this number, and no other, has to run, and the next one to be active."""
    cells = page.locator(".jp-CodeCell")
    before = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    page.keyboard.press("Shift+Enter")
    done = r"n => /\[\d+\]/.test(document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[n].innerText)"
    page.wait_for_function(done, arg=number)
    after = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert [n for n, prompt in enumerate(before) if after[n] != prompt] == [number]
    assert "jp-mod-active" in cells.nth(number + 1).get_attribute("class")


READ = [name for name in LESSONS if name.startswith(("00", "04"))]


@pytest.mark.parametrize("name", chosen(READ, READ[:1]))
def test_a_lesson_is_read_to_its_end_with_shift_and_enter_alone(browser, server, name):
    page = lab.new_page(browser, server, height=900)
    notebook = lab.open_notebook(page, server, name)
    lab.wait_for_kernel(page, server, name)
    cells = build.read(lab.NOTEBOOKS / name).cells
    active = "document.querySelector('.jp-Notebook .jp-Cell.jp-mod-active')"
    where = f"[...document.querySelectorAll('.jp-Notebook .jp-Cell')].indexOf({active})"
    notebook.locator(".jp-Cell").first.locator("h1").click()
    for number in range(len(cells) - 1):
        assert page.evaluate(f"() => {where}") == number
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(f"n => {where} === n + 1", arg=number)
        seen = f"() => {{ const at = {active}.getBoundingClientRect();"
        page.wait_for_function(seen + " return at.top < innerHeight && at.bottom > 0 }")
    lab.wait_until_all_has_run(page, server, name)
    assert page.locator(".jp-OutputPlaceholder").count() == 0  # each answer has opened, as its cell was run
    assert notebook.locator(".jp-Cell").count() == len(cells)
    assert notebook.locator(ERROR).count() == 0
    keep(page, f"read_{name}")
    lab.end_sessions(server)


def test_shift_and_enter_go_on_after_a_click_on_any_control(page, server):
    notebook = lab.open_notebook(page, server, "keys.ipynb")
    lab.wait_for_kernel(page, server, "keys.ipynb")
    page.locator(".jp-CodeCell .jp-InputArea-editor").first.click()
    read_on(page, 0)
    read_on(page, 1)
    question = notebook.get_by_role("group", name="How many gates has a cell?")
    question.get_by_label("(a) two").click()
    page.keyboard.press("ArrowDown")
    question.get_by_text("Your guess: (b) three").wait_for()
    read_on(page, 2)
    notebook.get_by_text("You guessed (b) three, and so it is.").first.wait_for()

    read_on(page, 3)
    question = notebook.get_by_role("group", name="How many numbers has a cell?")
    question.get_by_role("textbox").click()
    page.keyboard.type("dad")  # shortcuts, elsewhere
    page.keyboard.press("Enter")
    question.get_by_text("“dad” is no number that I understand").wait_for()
    for key in ["Home", "ArrowRight", "Backspace", "Delete", "Delete", "2", ",", "5"]:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    question.get_by_text("Your guess: 2.5.").wait_for()
    read_on(page, 4)
    notebook.get_by_text("You guessed 2.5; it is 12.").first.wait_for()

    read_on(page, 5)
    slider = notebook.get_by_role("slider", name="forget bias")
    slider.click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "5.9"
    read_on(page, 6)
    assert slider.input_value() == "5.9"  # what has been set stays

    read_on(page, 7)
    slider = notebook.get_by_role("slider", name="input x", exact=True)
    for control in (slider, notebook.get_by_role("button", name="a latch")):
        control.click()
    slider.click()
    page.keyboard.press("Home")
    assert slider.input_value() == "-2"
    number = notebook.get_by_label("input x, as a number")
    number.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("1.25")
    assert number.input_value() == "1.25"
    assert page.locator(".jp-Cell").count() == len(KEYS)  # no key has made or deleted a cell
    page.keyboard.press("Shift+Enter")
    notebook.get_by_text("the cell is done", exact=True).wait_for()
    assert page.failures == []


# --- come back tomorrow ------------------------------------------------------------------------------------------


def test_a_copy_that_was_saved_shows_question_figure_and_words_when_it_is_opened_again(page, browser, server):
    name = "saved.ipynb"
    notebook = lab.open_notebook(page, server, name)
    lab.run_all(page, server, name)
    choice, number = (notebook.get_by_role("group", name=question) for question in QUESTIONS)
    choice.get_by_label("(b) three").check()
    number.get_by_role("textbox").fill("12")
    page.keyboard.press("Enter")
    for question, verdict in QUESTIONS.items():
        notebook.get_by_role("group", name=question).get_by_text(verdict).wait_for()
    notebook.get_by_role("slider", name="forget bias").focus()
    page.keyboard.press("End")
    notebook.get_by_text("Forget bias 6.0").first.wait_for()
    page.keyboard.press("Control+s")
    page.wait_for_function(
        "() => !document.querySelector('.jp-Document .jp-mod-dirty, .lm-TabBar-tab.jp-mod-dirty')"
    )
    lab.end_sessions(server)
    tomorrow = lab.new_page(browser, server)
    notebook = lab.open_notebook(tomorrow, server, name)
    alive = ".lstm-guess", ".lstm-explore img", ".lstm-cell svg"
    for kind in alive:
        notebook.locator(kind).first.wait_for()
    for question, verdict in QUESTIONS.items():
        group = notebook.get_by_role("group", name=question)
        group.get_by_text(verdict).wait_for()
    sliders = notebook.get_by_role("group", name="Sliders: forget bias")
    assert sliders.get_by_role("slider").input_value() == "6"
    sliders.get_by_text("Forget bias 6.0").first.wait_for()
    figure = notebook.locator("figure", has=tomorrow.get_by_role("img", name="Two curves over a sum"))
    figure.get_by_text("In words").wait_for()
    for lost in ("Error displaying widget", "Loading widget"):
        assert lost not in notebook.inner_text()
    tomorrow.context.close()


# --- an exercise answers -----------------------------------------------------------------------------------------


def write_into(page, number, code):
    """Type over what stands in a cell."""
    page.locator(".jp-CodeCell").nth(number).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


def test_a_check_answers_a_wrong_answer_and_then_a_right_one(page, server):
    name = "00_start_here.ipynb"
    code = [cell.source for cell in build.read(lab.NOTEBOOKS / name).cells if cell.cell_type == "code"]
    (stub,) = [n for n, source in enumerate(code) if source.startswith("def half_life")]
    asked = next(n for n in range(stub, len(code)) if "check_half_life(" in code[n])
    lab.open_notebook(page, server, name)
    lab.run_all(page, server, name)
    answer = page.locator(".jp-CodeCell").nth(asked).locator(".jp-OutputArea")
    answer.get_by_text("not written yet").first.wait_for()
    for body, sign in [("0.5 / (1 - sigmoid(b_f))", "✗"), ("np.log(0.5) / np.log(sigmoid(b_f))", "✓")]:
        write_into(page, stub, f"def half_life(b_f):\n    return {body}")
        page.keyboard.press("Shift+Enter")
        page.keyboard.press("Shift+Enter")  # on the bar below, that of the check
        answer.get_by_text(sign).first.wait_for()
    assert answer.get_by_text("✗").count() == 0
