"""Turns an executed lesson into the notebook that Sphinx makes a page of.

Its plumbing is folded under the labels that it has in JupyterLab, proofs stay out, and what waits for a kernel is
handed to ``page.js``: live figures with all that they hold, questions with their answers.
"""

import ast
import html
import json
import re

import build
import doors
import nbformat
import view

LIVE = (
    '<div class="lstm-live" data-program="{program}">{still}<script type="application/json">{state}</script></div>'
)
STILL = re.compile(r"<figure.*?</figure>", re.DOTALL)


class PageError(Exception):
    """A lesson that no page can be made of; the message says why."""


def anchor(heading):
    """Return the name that JupyterLab gives to a heading: the lessons link to it."""
    return heading.replace(" ", "-")


def page(name, notebook, programs, made):
    """Return the notebook of a page.

    `programs` collects the scripts and styles of live figures by name; `made` is what
    `frames.py` has made for this lesson, by the id of the cell.
    """
    notebook = nbformat.from_dict(notebook)
    models = build.widget_models(notebook)
    notebook.cells = [cell for cell in notebook.cells if (view.label(cell) or "-")[0] != "Proof"]
    answers = answered(notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = for_a_page(cell.source)
            continue
        settle(cell, answers)
        for output in cell.outputs:
            if build.VIEW in output.get("data", {}):
                (model,) = [models[key]["state"] for key in build.references(output)]
                still = output.data["text/html"]
                output.data = {"text/html": live(model, still, programs, made.get(cell.id, {}))}
        cell.source = doors.without_guard(cell.source)
        fold(cell)
    notebook.metadata.pop("widgets", None)
    title, _, rest = notebook.cells[0].source.partition("\n")
    notebook.cells[0].source = f"{title}\n\n{ways(name)}\n\n{rest.lstrip()}"
    return notebook


def ways(name):
    """Return the line under a title: the same lesson in other forms."""
    up = "../" * name.count("/")
    short = name.rpartition("/")[2]
    return (
        f'<p class="ways">The lesson as a page: what moves, moves here. To write and run its code, '
        f'<a href="{up}index.html#start">get the course</a>. Also: '
        f'<a href="{up}take/{short}.ipynb" download>notebook</a>, '
        f'<a href="{up}slides/{short}.html">slides</a>.</p>'
    )


def for_a_page(text):
    """Return prose with marks where the page has something to do."""
    return text.replace(
        "<details><summary>What came out, and why</summary>",
        '<details class="why"><summary>What came out, and why</summary>',
    )


def fold(cell):
    """Put a folded cell behind one bar with its label; where its output would tell an answer, that as well."""
    if not (found := view.label(cell)):
        return
    label = ": ".join(found)
    tags = [tag for tag in cell.metadata.get("tags", []) if not tag.startswith("hide-")]
    whole = cell.metadata.jupyter.get("outputs_hidden", False)
    cell.metadata["tags"] = [*tags, "hide-cell" if whole else "hide-input"]
    cell.metadata["mystnb"] = {"code_prompt_show": label, "code_prompt_hide": label}
    cell.source = cell.source.partition("\n")[2].strip() or cell.source


# --- questions and answers ---


def calls(cell, name):
    """Return the calls of a function by its own name in a cell."""
    tree = ast.parse(cell.source)
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == name]


def asked(cell):
    """Return the key, the question, its choices and its unit from a cell that asks; None for another one."""
    found = calls(cell, "predict")
    if not found:
        return None
    text = next(o.data["text/html"] for o in cell.outputs if "asleep" in o.get("data", {}).get("text/html", ""))
    question, options = re.match(r"<p><strong>(.*?)</strong></p><p>(.*?)</p>", text, re.DOTALL).groups()
    options = html.unescape(options).split("<br/>")
    has_choices = options[0].startswith("(a) ")
    unit = "" if has_choices else re.fullmatch(r"A number(?: of (.*))?\.", options[0])[1] or ""
    return {
        "key": ast.literal_eval(found[0].args[0]),
        "question": html.unescape(question),
        "choices": options if has_choices else [],
        "unit": unit,
    }


def answered(cells):
    """Return what `reveal` said of each question: the place of the choice or the number, and how near counts."""
    found = {}
    for cell in cells:
        for call in calls(cell, "reveal") if cell.cell_type == "code" else ():
            key = ast.literal_eval(call.args[0])
            said = "".join(output.get("text", "") for output in cell.outputs)
            answer = re.search(r"It is \((\w)\) |It is (-?[\d.]+(?:e[-+]?\d+)?)\b", said)
            if answer is None:
                raise PageError(f"{key}: no answer in {said!r}")
            within = {word.arg: ast.literal_eval(word.value) for word in call.keywords}.get("within", 0.1)
            letter, number = answer.groups()
            found[key] = {"answer": ord(letter) - ord("a") if letter else float(number), "within": within}
    return found


def settle(cell, answers):
    """Let the page ask, answer and sum up, where a cell does."""
    if question := asked(cell):
        state = (
            question
            | answers[question["key"]]
            | {"guess": None, "note": "", "closed": False, "sent": 0, "taken": 0}
        )
        still = next(o for o in cell.outputs if "asleep" in o.get("data", {}).get("text/html", ""))
        words = re.sub(r"<p class='asleep'>.*?</p>", "", still.data["text/html"])
        still.data = {"text/html": LIVE.format(program="guess", still=words, state=as_json(state))}
    for call in calls(cell, "reveal"):
        mark = f'<span class="lstm-answer" data-key="{ast.literal_eval(call.args[0])}"></span>'
        cell.outputs.insert(0, nbformat.v4.new_output("display_data", data={"text/html": mark}))
    if calls(cell, "summary"):
        words = "Wherever a lesson asks, choose; your guesses are summed up here."
        cell.outputs = [
            nbformat.v4.new_output("display_data", data={"text/html": f'<div class="lstm-summary">{words}</div>'})
        ]


# --- live figures ---


def live(model, still, programs, more):
    """Return the HTML of a live figure: a still picture, and all that its script asks for.

    `model` is the state of a widget of anywidget, which has its script and its style in it.
    """
    name = model["_anywidget_id"].rpartition(".")[2]
    programs[name] = model["_esm"], model.get("_css", "")
    state = {key: value for key, value in model.items() if not key.startswith("_")} | more
    for unused in ("layout", "tabbable", "tooltip"):
        state.pop(unused)
    picture = STILL.search(still)
    return LIVE.format(program=name, still=picture[0] if picture else "", state=as_json(state))


def script(programs):
    """Return one plain script with all programs: a page opened from disk may not load modules."""
    parts = ["window.lstmPrograms = {};"]
    for name, (esm, _) in programs.items():
        plain = re.sub(
            r"^export default \{ render \};$",
            f"window.lstmPrograms[{json.dumps(name)}] = {{ render }};",
            esm,
            flags=re.MULTILINE,
        )
        plain = re.sub(r"^export (?=function|const)", "", plain, flags=re.MULTILINE)
        if plain == esm or re.search(r"^(import|export) ", plain, flags=re.MULTILINE):
            raise PageError(f"{name}: its script is not made as those of the course are")
        parts.append(f"(() => {{\n{plain}\n}})();")
    return "\n".join(parts)


def style(programs):
    """Return the styles of all programs."""
    return "\n".join(css for _, css in programs.values())


def as_json(state):
    """Return a state as it may stand in a page."""
    return json.dumps(state, ensure_ascii=False).replace("<", "\\u003c")
