"""What answers to the exercises of Read Morse by ear.

    check_on_the_way(attempt)   the letters that a code passes in the tree
    check_read_off(attempt)     places to text
    check_by_rule(attempt)      tones and pauses to text
    check_power(attempt)        how many times as powerful as the tone the noise is

Each prints one line, as `checks.check` does.
"""

import numpy as np

from lstm_lib import morse
from lstm_lib.lesson.checks import check

LONGEST = 80  # letters


def check_on_the_way(attempt):
    """Try a function that takes a code and returns the letters on the way to it, its own last.

    Parameters
    ----------
    attempt : function

    Examples
    --------
    >>> check_on_the_way(lambda code: morse.BY_CODE[code])  # doctest: +ELLIPSIS
    ✗ the letters on the way: got 'K': its letter 1 is K, want T. That is the letter itself; ...
    """

    def way(code):
        return "".join(morse.LETTERS[morse.PLACES[code[:n]] - 1] for n in range(1, len(code) + 1))

    def of_each_sign(code):
        return "".join("E" if sign == "." else "T" for sign in code)

    def of_endings(code):
        return "".join(morse.BY_CODE.get(code[n:], "") for n in range(len(code)))

    known = {
        "These are read from the end of the code; the tree is walked from its beginning.": of_endings,
        "That is the letter itself; those on the way to it are asked for, too.": lambda code: way(code)[-1],
        "The letter itself is missing at the end.": lambda code: way(code)[:-1],
        "These are the right ones, but the way begins at the root.": lambda code: way(code)[::-1],
        "Each sign was looked up alone; a place is reached by all the signs up to it.": of_each_sign,
    }
    _check_text("the letters on the way", attempt, way, [(code,) for code in ("-.-", "..", ".--.", "--.-")], known)


def check_read_off(attempt):
    """Try a function that takes a place for each frame and returns the letters.

    Parameters
    ----------
    attempt : function

    Examples
    --------
    >>> check_read_off(lambda places: morse.read(places, width=1))
    ✓ the letters read off: right.
    """

    def plain(places):
        return morse.read(np.array(places), width=1)

    def every_change(places):
        changed = [n for before, n in zip([0, *places], places, strict=False) if n != before and n]
        return "".join(morse.LETTERS[n - 1] for n in changed)

    def every_frame(places):
        return "".join(morse.LETTERS[n - 1] for n in places if n)

    def first_of_each(places):
        begun = [n for before, n in zip([0, *places], places, strict=False) if n and not before]
        return "".join(morse.LETTERS[n - 1] for n in begun)

    def off_by_one(places):
        return "".join((morse.LETTERS + "E")[morse.LETTERS.index(letter) + 1] for letter in plain(places))

    def at_each_root(places):
        before = [0, *places[:-1]]
        return "".join(morse.LETTERS[b - 1] for b, n in zip(before, places, strict=True) if not n)

    known = {
        "At that frame the place is the root itself; the letter is that of the frame before.": (
            lambda places: morse.LETTERS[-1] * len(plain(places))
        ),
        "A letter was read in each frame at the root; it is read where the place falls back to it.": at_each_root,
        "Every place on the way was read as a letter; only the last one before the root is.": every_change,
        "A place lasts for many frames, and is one letter at most.": every_frame,
        "That is the first place after each root; the letter is the last one before the next root.": first_of_each,
        "Place 0 is the root, so that the letter of place n is LETTERS[n - 1].": off_by_one,
    }
    rng = np.random.default_rng(12)
    given = [(morse.key(text, rng, unit=unit).places,) for text, unit in (("ET", 2), ("MORSE", 3), ("WAVES", 4))]
    _check_text("the letters read off", attempt, plain, given, known)


def check_by_rule(attempt):
    """Try a function that takes runs of tone and silence, and the frames a dot, and returns the text.

    Parameters
    ----------
    attempt : function

    Examples
    --------
    >>> check_by_rule(lambda pieces, unit: morse.LETTERS)  # doctest: +ELLIPSIS
    ✗ the rule: got 'ETIANMSURWDKGOHVFLPJBXCYZQ': its letter 1 is E, want ...
    """
    right = _rule()
    known = {
        "Dots and dashes have changed places.": _rule(long=".", short="-"),
        "The cut between dot and dash lies at the unit itself; half of all dots are longer.": _rule(tone=1),
        "A pause of one unit lies within a letter, one of three ends it: the cut lies at two.": _rule(pause=0),
        "A pause of a unit lies within a letter, and half of those are longer; cut at two.": _rule(pause=1),
        "Half of all dashes are shorter than three units; the cut lies at two, not at three units.": _rule(tone=3),
        "The cut is the same number at each speed: it has to grow with the unit.": _rule(fixed=True),
        "The code was not emptied after a letter.": _rule(emptied=False),
        "Letters end after a word only: the cut for pauses lies at two units.": _rule(pause=5),
    }
    rng, given = np.random.default_rng(12), []
    for text, unit in (("MORSE", 3.0), ("WE LISTEN", 5.0), ("QUICK FOX", 8.0)):
        message = morse.key(text, rng, unit=unit, drift=0)
        given.append((morse.runs(message.on > 0.5), unit))
    _check_text("the rule", attempt, right, given, known)


def _rule(short=".", long="-", tone=2, pause=2, fixed=False, emptied=True):
    """Return the rule of the lesson, or with a change one of those that are often written."""

    def by_rule(pieces, unit):
        unit, text, code = (3.0 if fixed else unit), "", ""
        for is_on, n in pieces:
            if is_on:
                code += long if n > tone * unit else short
            elif n > pause * unit:
                text, code = text + morse.BY_CODE.get(code, ""), "" if emptied else code
        return text

    return by_rule


def check_power(attempt):
    """Try a function that takes the noise and the samples a frame, and returns the power of noise over tone.

    Parameters
    ----------
    attempt : function

    Examples
    --------
    >>> check_power(lambda noise, samples: noise**2 * samples)
    ✓ the power of the noise: right.
    """
    cases = [(0.25, 64), (0.1, 64), (0.25, 128)]
    check("the power of the noise", attempt, _power, given=cases, known=_other_powers)


def _power(noise, samples):
    return noise**2 * samples


def _other_powers(noise, samples):
    power = _power(noise, samples)
    return {
        "The power of the tone is ½, not 1: divide by it.": power / 2,
        "The tone's power of ½ was multiplied by it; divide.": power / 4,
        "That is the standard deviation of the noise; its power is the square, over ½.": noise
        * (samples / 2) ** 0.5,
        "That is a ratio of standard deviations; powers are their squares.": power**0.5,
        "The noise counts squared.": noise * samples,
        "That is the tone over the noise, the other way round.": 1 / power,
        "More samples in a frame hide more noise, so that the ratio grows with them.": noise**2 / samples,
    }


# --- texts -------------------------------------------------------------------------------------------------------


def _check_text(name, attempt, right, given, known):
    """Check texts letter by letter."""
    check(name, attempt, right, given=given, then=_places, known=known, says=_said)


_WITH_NOTHING = " " + morse.LETTERS


def _places(text, *given):
    """Return the place of each letter among all letters, from 1, and 0 where the text is over."""
    letters = "".join(text) if isinstance(text, list | tuple) and all(isinstance(n, str) for n in text) else text
    if not isinstance(letters, str):
        raise ValueError("want text")
    letters = letters.replace(" ", "").upper()
    if strange := sorted({*letters} - {*morse.LETTERS}):
        raise ValueError(f"{letters[:40]!r} has {strange[0]!r}, which is no letter")
    return [_WITH_NOTHING.index(letter) for letter in letters[:LONGEST].ljust(LONGEST)]


def _said(answer, got, want, at):
    have, due = (_WITH_NOTHING[int(n)].replace(" ", "nothing") for n in (got, want))
    return f"got {''.join(answer)[:40]!r}: its letter {at[0] + 1} is {have}, want {due}"
