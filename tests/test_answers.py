"""Hundreds of answers that learners give, each with the verdict and the words that are due: tests/answers.

A file of answers belongs to a lesson (its name without the number), a table in it to an exercise, named by the
function that is to be written. The first key of an answer is its kind, and the text of it stands in place of the
line that raises NotImplementedError, or is the whole cell. CONTRIBUTING.md says what the kinds are.
"""

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import player
import pytest

from lstm_lib.lesson import attempts, paper, stopwatch

ANSWERS = Path(__file__).with_name("answers")
GUIDE = Path(__file__).parents[1] / "CONTRIBUTING.md"
KINDS = ("right", "slip", "luck", "nonsense", "in_place", "unfinished", "endless")
SAYS = {"in_place": "writes into", "endless": "still running"}  # whatever else is to be said
BETWEEN = (
    "<!-- answers: `PYTHONPATH=notebooks python tests/test_answers.py` prints this table -->\n\n",
    "\n<!-- end of answers -->",
)
TWICE = ("in_place", "endless", "luck")  # checked twice each; of the other kinds the first
AGAIN = "tried again once its cell"  # is said instead of waiting once more
SHORT = 0.1  # seconds for an answer that never ends


class Answer(NamedTuple):
    """An answer, and what is due to it.

    `marks` is one sign for every line that the checks print, or None where the kind says enough. Of `words` one
    must be said, of `never` none. `open`: something of this is due, and is not so yet; the test fails once it is.
    """

    kind: str
    text: str
    marks: str | None = None
    words: tuple = ()
    never: tuple = ()
    open: bool = False


def _answer(table):
    (kind, text), *rest = table.items()
    given = dict(rest)
    for key in {"words", "never"} & given.keys():
        given[key] = tuple([given[key]] if isinstance(given[key], str) else given[key])
    return Answer(kind, text, **given)


def _load():
    found = {}
    for path in sorted(ANSWERS.glob("*.toml")):
        for name, tables in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[path.stem, name] = [_answer(table) for table in tables]
    return found


EXERCISES = _load()
each_exercise = pytest.mark.parametrize(("slug", "name"), EXERCISES, ids=map("-".join, EXERCISES))


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No guesses and no functions of a learner are kept or read, and nothing is drawn on a screen."""
    for variable, value in {"LSTM_GUESSES": "", "LSTM_MINE": "", "MPLBACKEND": "Agg", "TQDM_DISABLE": "1"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(paper, "_tried", {})  # who tries the same paper in a later test begins anew
    monkeypatch.setattr(stopwatch, "QUICKLY", 0)  # how fast an answer is does not matter here


# --- what is heard -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@each_exercise
def test_every_answer_gets_its_verdict_and_its_words(slug, name, monkeypatch):
    found = list(faults(slug, name, monkeypatch))
    if found:
        pytest.fail("\n".join(["", *found]), pytrace=False)


def faults(slug, name, monkeypatch):
    """Play an exercise with all its answers, and yield what is not as it should be."""
    answers, heard = EXERCISES[slug, name], set()
    lesson = player.home(name, slug)
    number = [*EXERCISES].index((slug, name))
    ways = [[*kind][number % len(kind)] for kind in (LATER_WRONG, HARMLESS)]  # the next exercise has the next
    remembering = _remembering(lesson, name, ways)
    play = player.Play(lesson, name, [*(answer.text for answer in answers), *remembering.values()])
    for answer in answers:
        twice = answer.kind in TWICE or answer.kind not in heard
        heard.add(answer.kind)
        label = f"{answer.kind}: {' ⏎ '.join(answer.text.strip().splitlines())}"
        with monkeypatch.context() as patch:
            if answer.kind == "endless":
                patch.setitem(attempts.run.__kwdefaults__, "limit", SHORT)
            play.answer(answer.text)
            first = play.check()
            second = play.check() if twice else first
        wrong = "; ".join(_wrong_with(answer, first, second))
        if answer.open:
            wrong = "" if wrong else "it is as it should be: no longer open"
        if wrong:
            yield "\n        ".join([f"{label}\n    {wrong}", *first.lines])
        if answer.kind == "in_place":
            yield from _spoilt(play, f"after {label}")
    yield from _forgotten(play, remembering)
    yield from _spoilt(play, "after all answers")
    later = play.rest()
    if later.error or "✗" in later.marks or "○" in later.marks:
        yield f"after all answers, in later exercises\n    {later.error} {' | '.join(later.lines)}"


def _wrong_with(answer, first, second):
    text = " ".join(line.partition(": ")[2] for line in first.lines).lower()  # without the names of the checks
    words = [word for word in answer.words if word.lower() in text]
    if first.error or second.error:
        yield f"the check raised {first.error or second.error}"
    elif not _marked(answer, first.marks):
        yield f"got {first.marks or 'no line'}, want {answer.marks or answer.kind}"
    if (first.marks, first.error) != (second.marks, second.error):
        yield f"the second run says {second.marks} {' | '.join(second.lines)} {second.error}"
    if answer.kind in SAYS and SAYS[answer.kind] not in text:
        yield f"nothing says {SAYS[answer.kind]!r}"
    waited = [line for line in (*first.lines, *second.lines) if "was stopped" in line and AGAIN not in line]
    if answer.kind == "endless" and len(waited) > 1:
        yield f"it is waited for {len(waited)} times"
    if answer.words and not words:
        yield f"nothing says {' or '.join(map(repr, answer.words))}"
    yield from (f"it says {word!r}" for word in answer.never if word.lower() in text)


def _marked(answer, marks):
    if answer.marks is not None:
        return marks == answer.marks
    wanted = {"right": {"✓"}, "unfinished": {"○"}}.get(answer.kind)
    if wanted:
        return set(marks) == wanted
    return bool(marks) and "○" not in marks and ("✗" in marks or answer.kind == "in_place")


def _spoilt(play, when):
    play.solve()
    heard = play.check()
    if heard.error or set(heard.marks) != {"✓"}:
        yield f"{when}: the solution gets {heard.marks} {heard.error} {' | '.join(heard.lines)}"


# --- what is kept between calls ----------------------------------------------------------------------------------

SPOIL = """
def spoilt(answer):
    if isinstance(answer, (tuple, list)):
        parts = [spoilt(each) for each in answer]
        return type(answer)(*parts) if hasattr(answer, "_fields") else type(answer)(parts)
    if isinstance(answer, dict):
        return {name: spoilt(each) for name, each in answer.items()}
    return answer[:-1] if isinstance(answer, str) else not answer if isinstance(answer, bool) else -1 - answer
"""
LATER_WRONG = {  # right at the first call, and wrong from then on; how that is remembered
    "a global": """
calls = 0
def {name}({takes}):
    global calls
    calls += 1
    return solved({hands}) if calls == 1 else spoilt(solved({hands}))
""",
    "a list": """
seen = []
def {name}({takes}):
    seen.append(len(seen))
    return spoilt(solved({hands})) if len(seen) > 1 else solved({hands})
""",
    "an attribute": """
def {name}({takes}):
    {name}.calls = getattr({name}, "calls", 0) + 1
    return solved({hands}) if {name}.calls == 1 else spoilt(solved({hands}))
""",
    "a default": """
def {name}({takes}{comma}kept=[]):
    kept.append(1)
    return solved({hands}) if len(kept) == 1 else spoilt(solved({hands}))
""",
    "nonlocal": """
def made():
    calls = 0
    def {name}({takes}):
        nonlocal calls
        calls += 1
        return solved({hands}) if calls == 1 else spoilt(solved({hands}))
    return {name}
{name} = made()
""",
    "an object": """
class Learner:
    calls = 0
    def __call__(self, {takes}):
        self.calls += 1
        return solved({hands}) if self.calls == 1 else spoilt(solved({hands}))
{name} = Learner()
""",
}
HARMLESS = {  # right at every call
    "it counts": """
calls = 0
def {name}({takes}):
    global calls
    calls += 1
    return solved({hands})
""",
    "it keeps a record": """
def {name}({takes}{comma}seen=[]):
    seen.append(1)
    return solved({hands})
""",
}


@pytest.mark.weekly
@pytest.mark.slow
@each_exercise
def test_what_is_kept_from_call_to_call_is_found_however_it_is_kept(slug, name):
    lesson = player.home(name, slug)
    remembering = _remembering(lesson, name, LATER_WRONG | HARMLESS)
    found = list(_forgotten(player.Play(lesson, name, remembering.values()), remembering))
    assert not found, "\n".join(found)


def _remembering(lesson, name, ways):
    """Return the folded solution of an exercise, called by a function that remembers: a text for each way."""
    source = lesson.solutions[player.gaps(lesson)[name]]
    takes = next(node for node in ast.parse(source).body if getattr(node, "name", "") == name).args
    every = [*takes.posonlyargs, *takes.args]
    hands = [each.arg for each in every] + [f"{each.arg}={each.arg}" for each in takes.kwonlyargs]
    takes = ast.unparse(takes)
    comma = ", " if "*" in takes else ", *, " if takes else ""
    source = re.sub(rf"\b{name}\b", "solved", source)
    words = {"name": name, "takes": takes, "hands": ", ".join(hands), "comma": comma}
    return {how: f"{source}\n{SPOIL}{(LATER_WRONG | HARMLESS)[how].format(**words)}" for how in ways}


def _forgotten(play, remembering):
    """Yield what is kept from call to call and yet called right, or does no harm and is accused."""
    for how, text in remembering.items():
        play.answer(text)
        first, second = play.check(), play.check()
        if first.error or first != second or ("✗" in first.marks) != (how in LATER_WRONG):
            yield f"kept from call to call, {how}\n    {first.error} {' | '.join((*first.lines, *second.lines))}"


# --- the data ----------------------------------------------------------------------------------------------------


def test_every_exercise_has_its_answers():
    asked = {(lesson.slug, name) for lesson in player.lessons() for name in player.gaps(lesson)}
    assert {(player.home(name, slug).slug, name) for slug, name in EXERCISES} == asked
    assert sum(map(len, EXERCISES.values())) >= 800


@each_exercise
def test_there_are_enough_answers_of_all_kinds(slug, name):
    answers = EXERCISES[slug, name]
    assert len(answers) >= 15
    assert {answer.kind for answer in answers} <= {*KINDS}
    assert {"right", "slip", "nonsense", "unfinished"} <= {answer.kind for answer in answers}


@each_exercise
def test_no_two_answers_are_alike_and_all_are_programs(slug, name):
    lesson = player.home(name, slug)
    cells = [ast.dump(ast.parse(player.cell(lesson, name, answer.text))) for answer in EXERCISES[slug, name]]
    alike = [EXERCISES[slug, name][n].text for n, cell in enumerate(cells) if cell in cells[:n]]
    assert not alike


@each_exercise
def test_every_slip_has_words(slug, name):
    answers = EXERCISES[slug, name]
    assert not [answer.text for answer in answers if answer.kind == "slip" and not answer.words]


# --- how many get their own words --------------------------------------------------------------------------------


def table():
    """Return, lesson by lesson, how many of the slips get their own words, as a table in Markdown."""
    rows, totals = [], [0, 0, 0]
    by_lesson = {lesson.slug: [] for lesson in player.lessons()}
    for (slug, name), answers in EXERCISES.items():
        by_lesson[player.home(name, slug).slug] += answers
    for slug, answers in by_lesson.items():
        slips = [answer for answer in answers if answer.kind == "slip"]
        counts = len(answers), len(slips), sum(not answer.open for answer in slips)
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
        rows.append((slug.replace("_", " "), *counts))
    rows.append(("**together**", *totals))
    lines = ["| lesson | answers | slips | told in their own words | share |", "|---|---|---|---|---|"]
    lines += [f"| {slug} | {n} | {slips} | {told} | {told / max(slips, 1):.0%} |" for slug, n, slips, told in rows]
    return "\n".join(lines) + "\n"


def test_the_table_in_the_guide_is_true():
    guide = GUIDE.read_text(encoding="utf-8")
    assert re.search(f"{re.escape(BETWEEN[0])}(.*?){re.escape(BETWEEN[1])}", guide, re.DOTALL)[1] == table()


if __name__ == "__main__":
    sys.stdout.write(table())
