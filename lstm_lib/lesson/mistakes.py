"""Every known mistake of an LSTM, once: the change to ``lstm.py`` that makes it, and what there is to say of it.

The catalogue is ``mistakes.toml`` beside this file. A mistake that you meet is added there, and nowhere else: the
museum shows those that have a title, and the checks recognise all of them by their numbers.
"""

import difflib
import functools
import inspect
import linecache
import re
import tomllib
import types
from pathlib import Path
from typing import NamedTuple

from lstm_lib import lstm


class Mistake(NamedTuple):
    """One known mistake.

    Attributes
    ----------
    name : str
        A word.
    words : str
        How it comes about, to be read after "You get this if".
    changes : tuple of pairs of str
        (healthy, broken) pieces of the text of ``lstm.py``; each healthy piece stands there exactly once.
    caught_by : str
        The check of the museum that finds it, or that it stops: "equations", "gradients" or "start".
    loss_falls : bool
        Whether training works all the same, in the sense of `museum.falls`.
    title, mistake, note : str
        For an exhibit of the museum: a line; what is wrong; where such a mistake has been met.
    twins : tuple of pairs of str
        (name, reason) of the exhibits in which the same is wrong.

    Examples
    --------
    >>> print(CATALOGUE["tanh_twice"].diff())
    step_backward
    -         "C": dC_t * s.i_t * tanh_grad(s.C_tilde),
    +         "C": dC_t * s.i_t * tanh_grad(np.tanh(s.C_tilde)),
    >>> CATALOGUE["tanh_twice"].cell().GATES
    ('f', 'i', 'C', 'o')
    """

    name: str
    words: str
    changes: tuple
    caught_by: str
    loss_falls: bool
    title: str = ""
    mistake: str = ""
    note: str = ""
    twins: tuple = ()

    def cell(self):
        """Return the broken cell: a module to be used in place of `lstm_lib.lstm`; made once."""
        return cell_with(self.name, self.changes)

    def diff(self):
        """Return the lines that differ, - healthy and + broken, below the name of the function they stand in."""
        old, new = (inspect.getsource(cell).splitlines() for cell in (lstm, self.cell()))
        shown = {}
        for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                lines = shown.setdefault(_function_around(old, a), [])
                lines += [f"- {line}" for line in old[a:b]] + [f"+ {line}" for line in new[c:d]]
        return "\n".join(line.rstrip() for home, lines in shown.items() for line in (home, *lines))


def _function_around(lines, number):
    """Return the name of the function in which the line of that number stands."""
    above = (re.match(r"def (\w+)", line) for line in reversed(lines[: number + 1]))
    return next((found[1] for found in above if found), "lstm")


@functools.cache
def cell_with(name, changes):
    """Return a cell made from the text of ``lstm.py`` with pieces of it exchanged.

    Parameters
    ----------
    name : str
        What it is to be called in error messages.
    changes : tuple of pairs of str
        (healthy, broken) pieces of the text.

    Returns
    -------
    module
        Like `lstm_lib.lstm`; made once for each name and changes.

    Raises
    ------
    ValueError
        A healthy piece does not stand in ``lstm.py`` exactly once.

    Examples
    --------
    >>> cell_with("another order", (('("f", "i", "C", "o")', '("i", "f", "C", "o")'),)).GATES
    ('i', 'f', 'C', 'o')
    """
    source = healthy = inspect.getsource(lstm)
    for old, new in changes:
        if not healthy.count(old) == source.count(old) == 1:
            raise ValueError(f"{name}: {old!r} stands {healthy.count(old)} times in lstm.py; want exactly once")
        source = source.replace(old, new)
    cell = types.ModuleType("cell")  # a name that gives nothing away
    cell.__file__ = f"<museum: {name}>"
    linecache.cache[cell.__file__] = len(source), None, source.splitlines(True), cell.__file__  # for getsource
    exec(compile(source, cell.__file__, "exec"), cell.__dict__)
    return cell


def _mistake(name, entry):
    given = {key: value.strip() if isinstance(value, str) else value for key, value in entry.items()}
    given["changes"] = tuple(map(tuple, entry["changes"]))
    given["twins"] = tuple(entry.get("twins", {}).items())
    return Mistake(name, **given)


_ENTRIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
CATALOGUE = {name: _mistake(name, entry) for name, entry in _ENTRIES.items()}
