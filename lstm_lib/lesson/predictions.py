"""A guess before the answer: asked for in a lesson, kept on the learner's own disk, compared with the answer.

`predict` asks, `reveal` answers, `summary` shows where intuition was wrong, and `reset` forgets. The guesses are a
small JSON file, ``.lstm_by_hand/guesses.json`` in the home folder, or the file that the environment variable
LSTM_GUESSES names. Nothing is sent anywhere, and without a guess there is no file. Where LSTM_GUESSES is empty, as
when the lessons are built and tested, and outside of Jupyter, no guess is asked for or kept: a question is then
shown as text.
"""

import html
import json
import numbers
import os
import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import anywidget
import traitlets
from IPython import get_ipython
from IPython.display import display

from lstm_lib import validation

_VARIABLE = "LSTM_GUESSES"
_PATIENCE, _STALE = 2.0, 10.0  # seconds for which one kernel waits for another, or takes it for dead
_SHOWN = ("question", "choices", "unit", "guess")
_asked = {}  # the question under each key that this kernel has asked last, with its control


# --- asking and answering ----------------------------------------------------------------------------------------


class Question(NamedTuple):
    """What is asked, and what has become of it.

    Attributes
    ----------
    question : str
        The words.
    choices : list of str or None
        What there is to choose from; None asks for a number.
    unit : str
        What is counted, where a number is asked for.
    guess, answer : int, float or None
        The place of a choice, from 0, or a number; None where there is none yet.
    within : float
        How far off a guessed number may be and still count as right, as a part of the answer.

    Examples
    --------
    >>> asked = Question("How much is left?", ["nothing", "half"], guess=0, answer=1)
    >>> asked.right, asked.said(asked.guess)
    (False, '“nothing”')
    >>> Question("How many?", unit="steps", guess=14, answer=14.3).right
    True
    """

    question: str
    choices: list | None = None
    unit: str = ""
    guess: float | None = None
    answer: float | None = None
    within: float = 0.1

    @property
    def right(self):
        """Whether the guess is the answer, or a number close to it."""
        if self.choices:
            return self.guess == self.answer
        return abs(self.guess - self.answer) <= self.within * abs(self.answer)

    def said(self, value):
        """Return a guess or an answer in words."""
        return f"“{self.choices[value]}”" if self.choices else f"{value:.4g} {self.unit}".strip()

    def verdict(self):
        """Return what there is to say now that the answer is there."""
        it_is = f"it is {self.said(self.answer)}"
        if self.guess is None:
            return f"I{it_is[1:]}."
        if self.choices and self.right:
            return f"You guessed {self.said(self.guess)}, and so it is."
        return f"You guessed {self.said(self.guess)}; {it_is}{': close.' if self.right else '.'}"


def predict(key, question, choices=None, *, unit=""):
    """Ask for a guess: one of some choices, or a number.

    Parameters
    ----------
    key : str
        The number of the lesson and a word, such as "00.half": the name of the question, to be used by `reveal`.
    question : str
        What is asked, in plain text.
    choices : list of str, optional
        What there is to choose from; None asks for a number.
    unit : str, default ""
        What is counted, where a number is asked for.

    Raises
    ------
    TypeError, ValueError
        A key, question or choice that is no text; a key of another form; fewer than two choices, or two that are
        equal: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> predict("00.half", "How much is left?", ["nothing", "half"])  # in a notebook: two radio buttons
    How much is left? – nothing – half
    >>> predict("00.steps", "After how many is half of it gone?", unit="steps")  # in a notebook: a field
    After how many is half of it gone? (a number, in steps)
    """
    question = _question(key, question, choices, unit)
    before, complaint = _update()
    if before.get(key, question)[:3] == question[:3]:  # the lesson may have been changed since
        question = before.get(key, question)
    control = None if _path() is None else _control(key, question)
    _asked[key] = question, control
    display(_Asked(question, control))
    if complaint:
        print(complaint)


def reveal(key, answer, *, within=0.1):
    """Say what was guessed and what it is; from now on the guess stays as it is.

    Parameters
    ----------
    key : str
        As in `predict`.
    answer : int or float
        The place of the right choice, from 0, or the number, as the lesson has computed it.
    within : float, default 0.1
        How far off a guessed number may be and still count as right, as a part of the answer.

    Raises
    ------
    TypeError, ValueError
        A key that is no text; an answer that is no number, or not the place of a choice: mistakes of the lesson.

    Examples
    --------
    >>> predict("00.half", "How much is left?", ["nothing", "half"])
    How much is left? – nothing – half
    >>> reveal("00.half", 1)
    It is “half”.
    """
    _is_key(key)
    if key not in _asked:
        print(f"Run the cell that asks first: nothing has been asked under {key} since the kernel started.")
        return
    question, control = _asked[key]
    question = _answered(question, answer, within)

    def settle(records):
        kept = records.get(key)
        if kept is None or kept[:3] != question[:3]:
            return records
        return records | {key: kept._replace(answer=question.answer, within=question.within)}

    records, complaint = _update(settle)
    kept = records.get(key)
    if kept is not None and kept[:3] == question[:3]:
        question = kept
    print(question.verdict())
    if complaint:
        print(complaint)
    _asked[key] = question, control
    if control is not None:
        again = "" if question.guess is not None else " To guess all the same, run this cell again."
        control.closed, control.note = True, question.verdict() + again


def summary():
    """Return a table of the questions where intuition was wrong, with the lesson of each.

    Returns
    -------
    Summary
        Shown as a table in a notebook; empty of lines where no guess was wrong.

    Examples
    --------
    >>> summary()
    No guesses yet. Wherever a lesson asks you to predict, choose before you run on.
    """
    records, complaint = _update()
    return Summary(records, complaint)


def reset(key=None):
    """Forget the guess of one question, or all of them; nothing is kept.

    Parameters
    ----------
    key : str, optional
        As in `predict`; None forgets every guess.

    Raises
    ------
    TypeError, ValueError
        A key of another form.

    Examples
    --------
    >>> reset()
    There was no guess to forget.
    """
    if key is not None:
        _is_key(key)
    gone = {}

    def forget(records):
        gone.update(records if key is None else {key: records[key]} if key in records else {})
        return {each: kept for each, kept in records.items() if each not in gone}

    _, complaint = _update(forget)
    n = len(gone)
    print(complaint or (f"Forgotten: {n} guess{'es' * (n > 1)}." if n else "There was no guess to forget."))


class Summary:
    """What became of all guesses; in a notebook a table.

    Parameters
    ----------
    records : dict of Question
        By key.
    complaint : str, default ""
        What was wrong with the file.

    Examples
    --------
    >>> wrong = Question("How much is left?", ["nothing", "half"], guess=0, answer=1)
    >>> print(Summary({"00.half": wrong}))
    1 guess, 0 right. Where your intuition was wrong:
    lesson 00: How much is left? You guessed “nothing”; it is “half”.
    """

    def __init__(self, records, complaint=""):
        settled = {key: each for key, each in sorted(records.items()) if each.answer is not None}
        self.wrong = {key: each for key, each in settled.items() if not each.right}
        self.words = _counted(len(records), len(settled), len(self.wrong))
        self.complaint = complaint

    def __repr__(self):
        lines = [f"lesson {key[:2]}: {each.question} {each.verdict()}" for key, each in self.wrong.items()]
        return "\n".join(filter(None, [self.words, *lines, self.complaint]))

    def _repr_html_(self):
        cells = [
            (f"lesson {key[:2]}", each.question, each.said(each.guess), each.said(each.answer))
            for key, each in self.wrong.items()
        ]
        left = 'style="text-align: left"'
        rows = "".join(
            f"<tr>{''.join(f'<td {left}>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in cells
        )
        head = "".join(
            f'<th scope="col" {left}>{name}</th>' for name in ("where", "question", "your guess", "it is")
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
        notes = "".join(f"<p>{html.escape(text)}</p>" for text in (self.words, self.complaint) if text)
        return notes + table


def _counted(n, settled, wrong):
    if not n:
        return "No guesses yet. Wherever a lesson asks you to predict, choose before you run on."
    waiting = f" {n - settled} still without an answer: run on in the lesson." if n > settled else ""
    end = " Where your intuition was wrong:" if wrong else ""
    return f"{n} guess{'es' * (n > 1)}, {settled - wrong} right.{waiting}{end}"


# --- what a lesson may ask ---------------------------------------------------------------------------------------


def _is_key(key):
    if not isinstance(key, str):
        raise TypeError(f"key is {key!r} ({type(key).__name__}); want text")
    if not re.fullmatch(r"\d\d\.\w+", key):
        raise ValueError(f'key is {key!r}; want the number of the lesson and a word, such as "00.half"')


def _question(key, question, choices, unit):
    _is_key(key)
    for name, text in {"question": question, "unit": unit}.items():
        if not isinstance(text, str):
            raise TypeError(f"{name} is {text!r} ({type(text).__name__}); want text")
    if choices is not None:
        if not isinstance(choices, list) or not all(isinstance(choice, str) for choice in choices):
            raise TypeError(f"choices is {choices!r}; want a list of texts")
        if len(set(choices)) < max(2, len(choices)):
            raise ValueError(f"choices is {choices!r}; want at least two, and no two that are equal")
    return Question(question, choices and list(choices), unit)


def _answered(question, answer, within):
    """Return the question with its answer, or complain of an answer that cannot be one."""
    if question.choices:
        if not isinstance(answer, numbers.Integral) or not 0 <= answer < len(question.choices):
            raise ValueError(f"answer is {answer!r}; want the place of a choice, 0 … {len(question.choices) - 1}")
        return question._replace(answer=int(answer))
    answer, within = validation.number("answer", answer), validation.number("within", within, least=0)
    return question._replace(answer=float(answer), within=float(within))


# --- the file ----------------------------------------------------------------------------------------------------


def _path():
    """Return where the guesses are kept, or None where none are."""
    if (named := os.environ.get(_VARIABLE)) is not None:
        return Path(named) if named else None
    in_jupyter = getattr(get_ipython(), "kernel", None) is not None
    return Path.home() / ".lstm_by_hand" / "guesses.json" if in_jupyter else None


def _update(change=lambda records: records):
    """Read the guesses, change them and write them, one kernel at a time.

    Return them, and what went wrong in a sentence; nothing is raised.
    """
    try:
        path = _path()
        if path is None or (not path.exists() and change({}) == {}):
            return {}, ""
        with _alone(path):
            before, complaint = _read(path)
            after = change(before)
            if after != before or complaint:
                _write(path, after)
            return after, complaint
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home folder
        return {}, f"Your guesses could not be kept or read ({type(error).__name__}: {error})."


@contextmanager
def _alone(path):
    """Hold a lock beside the file; one that a dead kernel has left is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock, deadline = path.with_name(path.name + ".lock"), time.monotonic() + _PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            if _age(lock) > _STALE:
                lock.unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _age(path):
    try:
        return time.time() - path.stat().st_mtime
    except OSError:  # it has gone in between
        return 0.0


def _read(path):
    """Return the guesses in the file; one that is damaged is set aside, and what can be read of it is used."""
    if not path.exists():
        return {}, ""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        stored = None
    records = {key: record for key, value in _items(stored) if (record := _record(key, value)) is not None}
    if isinstance(stored, dict) and len(records) == len(stored):
        return records, ""
    n = 1
    while (aside := path.with_name(f"{path.stem}-damaged-{n}{path.suffix}")).exists():
        n += 1
    os.replace(path, aside)
    return records, f"The file with your guesses is damaged; it is kept as {aside.name}, beside a new one."


def _items(stored):
    return stored.items() if isinstance(stored, dict) else ()


def _record(key, value):
    """Return the Question that a piece of the file describes, or None where it describes none."""
    try:
        asked = Question(**value)
        fresh = _question(key, *asked[:3])
        "".join([*fresh.question, *(fresh.choices or []), fresh.unit]).encode()  # half a character cannot be shown
        guessed = _answered(fresh, asked.guess, asked.within)
        answer = None if asked.answer is None else _answered(fresh, asked.answer, asked.within).answer
        return guessed._replace(guess=guessed.answer, answer=answer)
    except (TypeError, ValueError, OverflowError):
        return None


def _write(path, records):
    """Put a whole new file in place of the old one; no guesses, no file."""
    if not records:
        path.unlink(missing_ok=True)
        return
    new = path.with_name(path.name + ".new")
    text = json.dumps({key: each._asdict() for key, each in records.items()}, ensure_ascii=False, indent=1)
    new.write_text(text + "\n", encoding="utf-8")
    os.replace(new, path)


# --- what is seen ------------------------------------------------------------------------------------------------


class _Asked:
    """The control where guesses are kept, and the question as text for a page without a kernel."""

    def __init__(self, question, control):
        self.question, self.control = question, control

    def __repr__(self):
        choices, unit = self.question.choices, self.question.unit
        kind = "".join(f" – {choice}" for choice in choices) if choices else f" (a number{unit and ', in '}{unit})"
        return self.question.question + kind

    def _html(self):
        question, choices, unit = self.question[:3]
        listed = "".join(f"<li>{html.escape(choice)}</li>" for choice in choices or [])
        kind = (
            f'<ol type="a">{listed}</ol>' if choices else f"<p>A number{unit and ', in '}{html.escape(unit)}.</p>"
        )
        hint = "Run this cell to give your guess here, before you go on. It stays on your computer."
        return f"<p><strong>{html.escape(question)}</strong></p>{kind}<p class='asleep'><em>{hint}</em></p>"

    def _repr_mimebundle_(self, **kwargs):
        bundle = {} if self.control is None else self.control._repr_mimebundle_(**kwargs)
        bundle = bundle[0] if isinstance(bundle, tuple) else bundle
        return bundle | {"text/html": self._html(), "text/plain": repr(self)}


def _control(key, question):
    """Return the control of a question, which keeps what is chosen at once."""
    closed = question.answer is not None
    control = _Control(closed=closed, **{name: getattr(question, name) for name in _SHOWN})
    if question.guess is not None:
        control.note = (
            f'{question.verdict()} To guess anew: reset("{key}")' if closed else _kept(question, question.guess)
        )

    def keep(change):
        if control.closed or change.new is None:
            return
        record = _record(key, question._replace(guess=change.new)._asdict())
        if record is None:
            control.note = "That is no number."
            return
        _, complaint = _update(lambda records: records | {key: record})
        control.note = complaint or _kept(question, record.guess)

    control.observe(keep, "guess")
    return control


def _kept(question, guess):
    return f"Your guess: {question.said(guess)}. It is kept on this computer. Now run on."


class _Control(anywidget.AnyWidget):
    """Radio buttons or a number field. ipywidgets has none whose buttons are one group under the question."""

    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode(), allow_none=True).tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    guess = traitlets.Any().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    closed = traitlets.Bool(False).tag(sync=True)
    _css = """
    .lstm-guess { border: 1px solid var(--jp-border-color1, #767676); border-radius: 4px; padding: 4px 12px 8px; }
    .lstm-guess legend { font-weight: 600; padding: 0 4px; }
    .lstm-guess label { display: block; line-height: 1.8; width: fit-content; }
    .lstm-guess input { margin-right: 6px; }
    .lstm-guess input[type=number] { width: 8em; margin-left: 6px; }
    .lstm-guess p { margin: 4px 0 0; min-height: 1.4em; }
    """
    _esm = """
    function render({ model, el }) {
      const box = document.createElement("fieldset");
      const legend = document.createElement("legend");
      const status = document.createElement("p");
      const choices = model.get("choices");
      const group = "guess-" + Math.random();  // one name makes the buttons one group for the arrow keys
      box.className = "lstm-guess";
      legend.textContent = model.get("question");
      status.setAttribute("role", "status");
      box.append(legend);
      const inputs = (choices ?? [""]).map((words, place) => {
        const label = document.createElement("label");
        const input = document.createElement("input");
        input.type = choices ? "radio" : "number";
        input.dataset.lmSuppressShortcuts = "true";  // or JupyterLab takes the arrow keys to move between cells
        if (choices) {
          input.name = group;
          label.append(input, words);
        } else {
          input.step = "any";
          label.append("Your guess", input, model.get("unit"));
        }
        input.addEventListener("change", () => {
          const number = choices ? place : input.valueAsNumber;
          if (!Number.isFinite(number)) return;
          model.set("guess", number);
          model.save_changes();
        });
        box.append(label);
        return input;
      });
      const update = () => {
        const guess = model.get("guess");
        inputs.forEach((input, place) => {
          input.disabled = model.get("closed");
          if (choices) input.checked = guess === place;
          else if (guess !== null) input.value = guess;
        });
        status.textContent = model.get("note");
      };
      update();
      model.on("change", update);
      box.append(status);
      el.append(box);
      return () => model.off("change", update);
    }
    export default { render };
    """
