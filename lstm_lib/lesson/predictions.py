"""A guess before the answer: asked for in a lesson, kept on the learner's own disk, compared with the answer.

`predict` asks, `reveal` answers, and `summary` shows where intuition was wrong. Each guess is a small file of its
own, ``.lstm_by_hand/guesses/00.half.json`` in the home folder, or in the folder that the environment variable
LSTM_GUESSES names. Nothing is sent anywhere, and without a guess there is no file. Where LSTM_GUESSES is empty, as
when the lessons are built and tested, and outside of Jupyter, no guess is asked for or kept: a question is then
shown as text. The live question stands in ``guess.js`` and ``guess.css`` beside this file.
"""

import html
import json
import math
import os
import re
from numbers import Integral
from pathlib import Path
from typing import NamedTuple

import numpy as np
import traitlets
from IPython import get_ipython
from IPython.display import display

from lstm_lib import validation
from lstm_lib.lesson.asleep import Live, source
from lstm_lib.lesson.tables import Table

_asked = {}  # by key: the question that this kernel has asked last, and its control


# --- asking and answering ---


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
    limits : list of float or None
        Where the number line is cut into the choices.
    guess, answer : int, float or None
        The place of a choice, from 0, or a number; None where there is none yet.
    within : float
        How far off a guessed number may be and still count as right, as a part of the answer.

    Examples
    --------
    >>> asked = Question("How much is left?", ["nothing", "half"], guess=0, answer=1)
    >>> asked.right, asked.said(asked.guess)
    (False, '(a) nothing')
    >>> Question("How many?", unit="steps", guess=14, answer=14.3).right
    True
    """

    question: str
    choices: list | None = None
    unit: str = ""
    limits: list | None = None
    guess: float | None = None
    answer: float | None = None
    within: float = 0.1

    @property
    def right(self):
        """Whether the guess is the answer, or a number close to it."""
        if self.choices:
            return self.guess == self.answer
        return abs(self.guess - self.answer) <= self.within * abs(self.answer)

    @property
    def options(self):
        """What may be answered: the choices with their letters, or one line about the number."""
        if self.choices:
            return [f"({chr(ord('a') + n)}) {choice}" for n, choice in enumerate(self.choices)]
        return [f"A number, in {self.unit}." if self.unit else "A number."]

    def said(self, value):
        """Return a guess or an answer in words."""
        return self.options[value] if self.choices else f"{value:.4g} {self.unit}".strip()

    def verdict(self):
        """Return what there is to say now that the answer is there."""
        if self.guess is None:
            return f"It is {self.said(self.answer)}."
        if self.right and self.said(self.guess) == self.said(self.answer):
            return f"You guessed {self.said(self.guess)}, and so it is."
        end = ": close." if self.right else "."
        return f"You guessed {self.said(self.guess)}; it is {self.said(self.answer)}{end}"


def predict(key, question, choices=None, *, limits=None, unit=""):
    """Ask for a guess: one of some choices, or a number.

    Parameters
    ----------
    key : str
        The number of the lesson and a word, such as "00.half": the name of the question, to be used by `reveal`.
    question : str
        What is asked, in plain text.
    choices : list of str, optional
        What there is to choose from; None asks for a number.
    limits : list of float, optional
        Where the number line is cut into the choices, from below: one limit less than choices. A limit itself
        belongs to the choice below it. `reveal` then takes the number.
    unit : str, default ""
        What is counted, where a number is asked for.

    Raises
    ------
    TypeError, ValueError
        A key, question or choice that is no text; a key of another form; fewer than two choices, or two that are
        equal; limits that do not rise, or do not fit the choices: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> predict("00.half", "How much is left?", ["little", "much"], limits=[0.5])  # in a notebook: two buttons
    How much is left? (a) little (b) much
    >>> predict("00.steps", "After how many is half of it gone?", unit="steps")  # in a notebook: a field
    After how many is half of it gone? A number, in steps.
    """
    _check_key(key)
    asked = _checked(Question(question, choices, unit, limits))
    _asked[key] = _Question(asked) if _folder() is None else _Control(key, asked)
    display(_asked[key])


def reveal(key, answer, *, within=0.1):
    """Say what was guessed and what it is; from now on the guess stays as it is.

    Parameters
    ----------
    key : str
        As in `predict`.
    answer : int or float
        The place of the right choice, from 0, or the number, as the lesson has computed it; where the question has
        limits, the number.
    within : float, default 0.1
        How far off a guessed number may be and still count as right, as a part of the answer.

    Raises
    ------
    TypeError, ValueError
        A key that is no text; an answer that is no number, or not the place of a choice: mistakes of the lesson.

    Examples
    --------
    >>> predict("00.half", "How much is left?", ["little", "much"], limits=[0.5])
    How much is left? (a) little (b) much
    >>> reveal("00.half", 0.73)
    It is (b) much.
    """
    _check_key(key)
    if key not in _asked:
        print(f"Run the cell that asks first: nothing has been asked under {key} since the kernel started.")
        return
    print(_asked[key].settle(answer, within))


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
    return Summary(_kept_guesses())


class Summary:
    """What became of all guesses; in a notebook a table.

    Parameters
    ----------
    guesses : dict of Question
        By key.

    Examples
    --------
    >>> wrong = Question("How much is left?", ["nothing", "half"], guess=0, answer=1)
    >>> print(Summary({"00.half": wrong}))
    1 guess, 0 right. Where your intuition was wrong:
    lesson 00: How much is left? You guessed (a) nothing; it is (b) half.
    """

    def __init__(self, guesses):
        settled = {key: each for key, each in sorted(guesses.items()) if each.answer is not None}
        self.wrong = {key: each for key, each in settled.items() if not each.right}
        self.words = f"{_count(len(guesses))}, {len(settled) - len(self.wrong)} right."
        if not guesses:
            self.words = "No guesses yet. Wherever a lesson asks you to predict, choose before you run on."
        if len(guesses) > len(settled):
            self.words += f" {len(guesses) - len(settled)} still without an answer: run on in the lesson."
        if self.wrong:
            self.words += " Where your intuition was wrong:"

    def __repr__(self):
        lines = [f"lesson {key[:2]}: {each.question} {each.verdict()}" for key, each in self.wrong.items()]
        return "\n".join([self.words, *lines])

    def _repr_html_(self):
        if not self.wrong:
            return f"<p>{self.words}</p>"
        rows = [
            (f"lesson {key[:2]}", each.question, each.said(each.guess), each.said(each.answer))
            for key, each in self.wrong.items()
        ]
        return Table(self.words, ["where", "question", "your guess", "it is"], rows)._repr_html_()


def _count(n):
    return "1 guess" if n == 1 else f"{n} guesses"


# --- what may be asked, guessed and answered ---


def _check_key(key):
    if not isinstance(key, str):
        raise TypeError(f"key is {key!r} ({type(key).__name__}); want text")
    if not re.fullmatch(r"[0-9][0-9]\.\w+", key):
        raise ValueError(f'key is {key!r}; want the number of the lesson and a word, such as "00.half"')


def _checked(asked):
    """Return the question, or complain of one that cannot be asked."""
    for name in ("question", "unit"):
        text = getattr(asked, name)
        if not isinstance(text, str):
            raise TypeError(f"{name} is {text!r} ({type(text).__name__}); want text")
    choices, limits = asked.choices, asked.limits
    if choices is not None:
        if not isinstance(choices, list) or not all(isinstance(choice, str) for choice in choices):
            raise TypeError(f"choices is {choices!r}; want a list of texts")
        if len(set(choices)) < max(2, len(choices)):
            raise ValueError(f"choices is {choices!r}; want at least two, and no two that are equal")
    if limits is not None:
        if not isinstance(limits, list):
            raise TypeError(f"limits is {limits!r}; want a list of numbers")
        limits = [validation.number(f"limits[{n}]", limit) for n, limit in enumerate(limits)]
        if sorted(set(limits)) != limits or len(limits) != len(choices or ()) - 1:
            raise ValueError(f"limits is {limits}; want numbers that rise, one less than choices")
    return asked._replace(choices=choices and list(choices), limits=limits)


def _place_or_number(asked, name, value):
    """Return a guess or an answer as it is kept, or complain of one that cannot be."""
    if not asked.choices:
        return validation.number(name, value)
    if not isinstance(value, Integral) or not 0 <= value < len(asked.choices):
        raise ValueError(f"{name} is {value!r}; want the place of a choice, 0 … {len(asked.choices) - 1}")
    return int(value)


def _number_in(text, unit):
    """Return the number that a learner has typed: 2.5, 2,5, 1/2, 14 steps; complain in words of what is none."""
    text = str(text).strip().removesuffix(unit).strip().replace("−", "-")
    if re.search(r"\b[1-9]\d{0,2}(,\d{3})+\b", text):
        raise ValueError(f"Does the comma in {text} mark thousands or decimals? Write it without a comma.")
    try:
        over, *under = [float(part) for part in text.replace(",", ".").split("/")]
        number = over / math.prod(under) if len(under) < 2 else math.nan
    except (ValueError, ZeroDivisionError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"“{text}” is no number that I understand: write it as 14, 2.5 or 1/2.")
    return number


# --- the files ---


def _folder():
    """Return where the guesses are kept, or None where none are."""
    named = os.environ.get("LSTM_GUESSES")
    if named is not None:
        return Path(named) if named else None
    if getattr(get_ipython(), "kernel", None) is None:
        return None
    try:
        return Path.home() / ".lstm_by_hand" / "guesses"
    except RuntimeError:  # there is no home folder
        return None


def _file(key):
    return _folder() / f"{key}.json"


def _kept_guesses():
    """Return all guesses that can be read, by key."""
    files = [] if _folder() is None else _folder().glob("*.json")
    found = {file.stem: _kept(file.stem) for file in files}
    return {key: each for key, each in found.items() if each is not None}


def _kept(key):
    """Return the question of a file with its guess, or None."""
    try:
        _check_key(key)
        stored = json.loads(_file(key).read_text(encoding="utf-8"))
        asked = _checked(Question(**{name: stored[name] for name in Question._fields if name in stored}))
        " ".join([asked.question, *asked.options]).encode()  # half a character cannot be shown
        validation.number("within", asked.within, least=0)
        if asked.answer is not None:
            asked = asked._replace(answer=_place_or_number(asked, "answer", asked.answer))
        return asked._replace(guess=_place_or_number(asked, "guess", asked.guess))
    except Exception:  # whatever stands there: it is no guess
        return None


def _keep(key, asked):
    """Write the file of a question whole; return what went wrong in a sentence, or nothing."""
    try:
        file = _file(key)
        new = file.with_name(f"{file.name}.{os.getpid()}.new")
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            new.write_text(json.dumps(asked._asdict(), ensure_ascii=False) + "\n", encoding="utf-8")
            os.replace(new, file)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        return f"Your guess could not be kept ({type(error).__name__}: {error})."
    return ""


# --- what is seen ---


class _Question:
    """A question as text: where no guess is taken, and in a page without a kernel."""

    def __init__(self, asked):
        self.asked = asked

    def __repr__(self):
        return " ".join([self.asked.question, *self.asked.options])

    def _repr_html_(self):
        hint = "Run this cell to give your guess here, before you go on. It stays on your computer."
        return (
            f"<p><strong>{html.escape(self.asked.question)}</strong></p>"
            f"<p>{'<br/>'.join(map(html.escape, self.asked.options))}</p><p class='asleep'><em>{hint}</em></p>"
        )

    def settle(self, answer, within):
        """Take the answer; return the verdict."""
        return _answered(self.asked, answer, within).verdict()


def _answered(asked, answer, within):
    within = validation.number("within", within, least=0)
    if asked.limits:
        answer = int(np.searchsorted(asked.limits, validation.number("answer", answer)))
    return asked._replace(answer=_place_or_number(asked, "answer", answer), within=within)


class _Control(_Question, Live):
    """A question with radio buttons or a field: ipywidgets has no buttons that are one group under a question."""

    _esm = source("controls.js", "guess.js")
    _css = source("guess.css")
    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    given = traitlets.Any().tag(sync=True)  # what the page sends: the place of a choice, or what was typed
    guess = traitlets.Any().tag(sync=True)  # what it is taken for
    note = traitlets.Unicode().tag(sync=True)
    closed = traitlets.Bool(False).tag(sync=True)
    sent = traitlets.Int().tag(sync=True)  # the page counts what it sends, and waits until it is taken
    taken = traitlets.Int().tag(sync=True)

    def __init__(self, key, asked):
        self.key, self.asked, self.last_time = key, asked, None
        options = asked.options if asked.choices else []
        Live.__init__(self, question=asked.question, choices=options, unit=asked.unit)
        kept = _kept(key)
        if kept is not None and kept[:4] == asked[:4]:  # the lesson may have been changed since
            if kept.answer is None:
                self.asked, self.guess, self.note = kept, kept.guess, _thanks(kept)
            else:
                self.last_time = kept.guess
                self.note = f"Last time you guessed {kept.said(kept.guess)}. Choose, and you guess anew."
        self.observe(self._take, "sent")

    def _take(self, _):
        with self.hold_sync():  # one message: what it is taken for, and that this is about the last one sent
            self.taken = self.sent
            if self.closed:
                return
            try:
                value = self.given if self.asked.choices else _number_in(self.given, self.asked.unit)
                self.guess = _place_or_number(self.asked, "guess", value)
            except (TypeError, ValueError) as error:
                self.note = str(error)
                return
            self.asked = self.asked._replace(guess=self.guess)
            self.closed = self.asked.answer is not None
            self.note = _keep(self.key, self.asked) or _thanks(self.asked)

    def settle(self, answer, within):
        """Take the answer, keep it with the guess, and return the verdict."""
        self.asked = _answered(self.asked, answer, within)
        if self.asked.guess is None and self.last_time is None:
            self.note = "No guess yet. Choose, and it is compared at once."
            return self.asked.verdict()
        settled = self.asked
        if settled.guess is None:
            settled = settled._replace(guess=self.last_time)
        else:
            self.closed, self.note = True, settled.verdict()
        return f"{settled.verdict()}\n{_keep(self.key, settled)}".strip()


def _thanks(asked):
    if asked.answer is not None:
        return asked.verdict()
    return f"Your guess: {asked.said(asked.guess)}. It is kept on this computer. Now run on."
