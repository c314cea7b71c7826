"""Morse by ear: a hand that keys letters, the noise around them, and how what was heard is read.

    key        text → Message       the share of each frame in which the tone is on, and what is to be said of it
    sound      on → audio           the tone in white noise, to be listened to
    amplitude  audio → x            one number a frame: how strong the tone is
    hear       on → x               both at once, without the audio: the same numbers by law
    Rule       x → text             a threshold and the lengths of tones and pauses
    read       places → text        what a network says in each frame, read off

Every beginning of a letter is a letter: ``.-`` A begins as ``.`` E does. So the letters are the places of a tree,
numbered level by level from the root, place 0, which stands for the pause between two letters. A network is asked
in each frame for the place that has been reached; a letter is read off where it falls back to the root.
"""

from itertools import product
from typing import NamedTuple

import numpy as np

from lstm_lib import validation

CODES = {
    **{"E": ".", "T": "-"},
    **{"I": "..", "A": ".-", "N": "-.", "M": "--"},
    **{"S": "...", "U": "..-", "R": ".-.", "W": ".--", "D": "-..", "K": "-.-", "G": "--.", "O": "---"},
    **{"H": "....", "V": "...-", "F": "..-.", "L": ".-..", "P": ".--.", "J": ".---"},
    **{"B": "-...", "X": "-..-", "C": "-.-.", "Y": "-.--", "Z": "--..", "Q": "--.-"},
}
BY_CODE = {code: letter for letter, code in CODES.items()}
LETTERS = "".join(CODES)  # the letter of place n is LETTERS[n - 1]
PLACES = {"": 0} | {code: n for n, code in enumerate(CODES.values(), 1)}
K = len(PLACES)

RATE, PITCH, SAMPLES = 4000, 625, 64  # samples a second, hertz, samples a frame: ten whole waves in each frame
SLOW, FAST = 4.5, 2.0  # frames a dot: 17 and 38 words a minute
OFF = 0.3  # how far a length may be off, relative to it: a long one never becomes shorter than two units
LATE = 2  # units of silence after which a letter is over: the pause within a letter is 1, that after it 3


class Message(NamedTuple):
    """A message as it was keyed.

    Attributes
    ----------
    on : ndarray of shape (T,)
        The share of each frame in which the tone is on.
    places : ndarray of int of shape (T,)
        The place in the tree that has been reached at the end of each frame.
    text : str
        The letters that are over by then, without the blanks between words.

    Examples
    --------
    >>> Message(np.zeros(3), np.zeros(3, int), "").text
    ''
    """

    on: np.ndarray
    places: np.ndarray
    text: str


def key(text, rng, *, unit=3.0, jitter=0.12, drift=0.05, T=None):
    """Return a text in Morse code, as a hand keys it.

    A dot lasts a unit, a dash three; there is silence for one unit within a letter, three after it, seven after a
    word. A hand does not keep to it: each of these is longer or shorter by chance, by 30 % at most, and the speed
    drifts from one letter to the next.

    Parameters
    ----------
    text : str
        Letters and blanks.
    rng : numpy.random.Generator
        Where the unsteadiness of the hand comes from.
    unit : float, default 3.0
        Frames a dot, at the beginning.
    jitter : float, default 0.12
        Standard deviation of each length, relative to it.
    drift : float, default 0.05
        Standard deviation of the logarithm of the change in speed after a letter.
    T : int, optional
        Frames to return; a letter that is not over by then is left out. None means all.

    Returns
    -------
    Message

    Raises
    ------
    TypeError, ValueError
        A text with anything but letters; numbers out of range; an `rng` that is no generator.

    Examples
    --------
    >>> sos = key("SOS", np.random.default_rng(0), unit=1, jitter=0, drift=0)
    >>> "".join(" ▄"[int(on)] for on in sos.on)
    '   ▄ ▄ ▄   ▄▄▄ ▄▄▄ ▄▄▄   ▄ ▄ ▄       '
    >>> "".join((" " + LETTERS)[n] for n in sos.places)
    '    EEIISS    TTTTMMMMOO  EEIISS     '
    """
    rng = validation.generator("rng", rng)
    unit = validation.number("unit", unit, above=0)
    jitter, drift = validation.number("jitter", jitter, least=0), validation.number("drift", drift, least=0)
    units, places, letter = _spelt(_words("text", text))
    unit = unit * np.exp(np.cumsum(drift * rng.normal(size=letter[-1] + 1)))[letter]
    edges = np.cumsum(unit * units * (1 + np.clip(jitter * rng.normal(size=len(units)), -OFF, OFF)))
    T = int(np.ceil(edges[-1])) if T is None else validation.size("T", T)
    tone = np.arange(len(units)) % 2  # a pause comes first
    ends = tone == 1
    over = ends & (np.roll(units, -1) > 1)  # a letter, with its last tone
    when = np.ceil([0, *edges[ends], *(edges + LATE * unit)[over]])
    where = np.array([0, *places[ends], *np.zeros(over.sum(), int)])
    order = np.argsort(when, kind="stable")
    when, where = when[order], where[order]
    frames = np.arange(T)
    last = when[(where == 0) & (when < T)][-1]
    reached = where[np.searchsorted(when, frames, side="right") - 1]
    letters = "".join(LETTERS[n - 1] for n in places[over][np.ceil(edges + LATE * unit)[over] < T])
    return Message(_cut([0, *edges], T) * (frames < last), reached * (frames < last), letters)


def recorded(taps, unit=3.0):
    """Return tones that somebody has keyed, cut into frames so that a dot has the length that is asked for.

    Parameters
    ----------
    taps : list of pair of float
        When each tone began and ended, in seconds, in their order.
    unit : float, default 3.0
        Frames a dot.

    Returns
    -------
    on : ndarray of shape (T,)
        The share of each frame in which the tone is on.
    dot : float
        The length of a dot in seconds, as `Rule` finds it.

    Raises
    ------
    ValueError
        No tones, or tones that are not one after the other.

    Examples
    --------
    >>> on, dot = recorded([(0, 0.1), (0.2, 0.5)])
    >>> round(dot, 6), Rule().read(on)
    (0.1, 'A')
    """
    edges = np.ravel(np.asarray(taps, float))
    if not edges.size or edges.size % 2 or (np.diff(edges) <= 0).any():
        raise ValueError(f"taps is {taps!r}; want pairs (began, ended), one after the other")
    dot = _unit(edges[1::2] - edges[::2])
    edges = (edges - edges[0]) * unit / dot + 3 * unit
    T = int(np.ceil(edges[-1] + 7 * unit))
    return _cut([0, *edges, T], T), dot


def _cut(edges, T):
    """Return the share of each frame in which the tone is on, from where pauses and tones begin in turn."""
    tone = np.arange(len(edges) - 1) % 2
    return np.diff(np.interp(np.arange(T + 1), edges, [0, *np.cumsum(tone * np.diff(edges))]))


def _words(name, text):
    """Return the words of a text in capitals, if it is made of letters."""
    if not isinstance(text, str):
        raise TypeError(f"{name} is {text!r} ({type(text).__name__}); want text")
    words = text.upper().split()
    if strange := sorted({*"".join(words)} - {*LETTERS}):
        raise ValueError(f"{name} has {', '.join(map(repr, strange))}; want the letters A to Z and blanks")
    if not words:
        raise ValueError(f"{name} is empty; want a letter at least")
    return words


def _spelt(words):
    """Return pauses and tones in turn: their units, the place after each tone, and the letter each belongs to."""
    units, places, letter = [3], [0], [0]
    for word in words:
        for sign in word:
            code = CODES[sign]
            for n, mark in enumerate(code, 1):
                units += [1 if mark == "." else 3, 1]
                places += [PLACES[code[:n]], 0]
            letter += [letter[-1] + (len(units) > 3)] * (2 * len(code))
            units[-1] = 3
        units[-1] = 7
    return np.array(units), np.array(places), np.array(letter)


def messages(T, B, rng, *, noise=0.25, unit=(FAST, SLOW)):
    """Return B messages of random letters as they are heard, the place for each frame, and what was sent.

    Parameters
    ----------
    T, B : int
        Frames and messages; T at least 80, so that every letter fits.
    rng : numpy.random.Generator
        Where letters, speeds, hands and noise come from.
    noise : float, default 0.25
        As in `hear`.
    unit : pair of float, default (2.0, 4.5)
        The range of speeds in frames a dot; one number gives every message that speed.

    Returns
    -------
    X : ndarray of shape (T, 1, B)
        The amplitude of the tone in each frame.
    Y : ndarray of int of shape (T, B)
        The place in the tree: numbers of classes, as `functional.cross_entropy` takes them.
    texts : list of str
        The letters that are over at the end.

    Raises
    ------
    TypeError, ValueError
        Sizes that are no sizes or too small; numbers out of range; an `rng` that is no generator.

    Examples
    --------
    >>> X, Y, texts = messages(220, 8, np.random.default_rng(0))
    >>> X.shape, Y.shape, texts[0]
    ((220, 1, 8), (220, 8), 'FHHZU')
    >>> texts == [read(places, 1) for places in Y.T]
    True
    """
    T, B, rng = validation.size("T", T, 80), validation.size("B", B), validation.generator("rng", rng)
    slowest = validation.number("unit", np.max(unit), above=0)
    fastest = validation.number("unit", np.min(unit), above=0)
    sent = []
    for speed in np.exp(rng.uniform(np.log(fastest), np.log(slowest), B)):
        letters = rng.choice([*LETTERS], size=1 + int(T / (4 * speed)))
        blanks = np.where(rng.random(len(letters)) < 0.15, " ", "")
        sent.append(key("".join(np.char.add(letters, blanks)), rng, unit=speed, T=T))
    on, places = (np.array([getattr(message, name) for message in sent]).T for name in ("on", "places"))
    return hear(on, noise, rng)[:, None], places, [message.text for message in sent]


# --- what is heard -----------------------------------------------------------------------------------------------


def hear(on, noise, rng):
    """Return the amplitude of the tone in each frame, with noise in it.

    Parameters
    ----------
    on : ndarray
        The share of each frame in which the tone is on, in any shape.
    noise : float
        Standard deviation of each of the two parts of the noise, in phase with the tone and a quarter of a wave
        later; the tone has amplitude 1.
    rng : numpy.random.Generator
        Where the noise comes from.

    Returns
    -------
    ndarray
        |on + noise · (u + i v)| with u and v normal: by law what `amplitude` makes of `sound`.

    Raises
    ------
    TypeError, ValueError
        A noise that is no number of at least 0; an `rng` that is no generator.

    Notes
    -----
    Without a tone the amplitude follows Rayleigh's law, with one that of Rice, "Mathematical analysis of random
    noise", Bell System Technical Journal 24(1), 1945.

    Examples
    --------
    >>> hear(np.array([0.0, 1.0]), 0.25, np.random.default_rng(0)).round(2)
    array([0.16, 0.97])
    """
    noise, rng = validation.number("noise", noise, least=0), validation.generator("rng", rng)
    u, v = rng.normal(size=(2, *np.shape(on)))
    return np.hypot(on + noise * u, noise * v)


def sound(on, noise, rng):
    """Return the tone in white noise, to be listened to.

    Parameters
    ----------
    on : ndarray of shape (T,)
        The share of each frame in which the tone is on.
    noise : float
        What `amplitude` shall find: white noise of standard deviation noise · √(SAMPLES/2) in each sample.
    rng : numpy.random.Generator
        Where the noise comes from.

    Returns
    -------
    ndarray of shape (T · SAMPLES,)
        `RATE` samples a second; the tone has amplitude 1.

    Raises
    ------
    TypeError, ValueError
        As `hear`.

    Examples
    --------
    >>> samples = sound(np.array([0.0, 1.0]), 0, np.random.default_rng(0))
    >>> samples.shape, amplitude(samples).round(3)
    ((128,), array([0., 1.]))
    """
    noise, rng = validation.number("noise", noise, least=0), validation.generator("rng", rng)
    n = np.arange(len(on) * SAMPLES)
    tone = np.repeat(on, SAMPLES) * np.cos(2 * np.pi * PITCH / RATE * n)
    return tone + noise * np.sqrt(SAMPLES / 2) * rng.normal(size=n.size)


def amplitude(samples):
    """Return how strong the tone is in each frame of a sound.

    Parameters
    ----------
    samples : ndarray of shape (T · SAMPLES,)
        `RATE` samples a second.

    Returns
    -------
    ndarray of shape (T,)
        Twice the mean of the samples times e^{−iωn}, without its phase. A frame holds ten whole waves, so that
        white noise goes into the two parts of it alike, and independently.

    Raises
    ------
    ValueError
        No whole number of frames.

    Examples
    --------
    >>> amplitude(3 * np.cos(2 * np.pi * PITCH / RATE * np.arange(SAMPLES))).round(6)
    array([3.])
    """
    samples = np.asarray(samples)
    if samples.ndim != 1 or not samples.size or samples.size % SAMPLES:
        raise ValueError(f"samples has shape {samples.shape}; want (T · {SAMPLES},): whole frames")
    wave = np.exp(-2j * np.pi * PITCH / RATE * np.arange(SAMPLES))
    return np.abs(2 * (samples.reshape(-1, SAMPLES) * wave).mean(axis=1))


# --- reading -----------------------------------------------------------------------------------------------------


def read(places, width=3):
    """Return the letters that are read off where the place falls back to the root.

    Parameters
    ----------
    places : ndarray of int of shape (T,)
        A place in the tree for each frame.
    width : int, default 3
        The place that counts is that of most of so many frames, so that one odd frame is no letter; 1 takes each
        as it is.

    Returns
    -------
    str

    Raises
    ------
    TypeError, ValueError
        A width that is no whole number of at least 1.

    Examples
    --------
    >>> read(np.array([0, 1, 1, 4, 4, 4, 0, 0, 2, 2, 0]))
    'AT'
    """
    width = validation.size("width", width)
    padded = np.pad(places, ((width - 1) // 2, width // 2), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    text, before = "", 0
    for window in windows:
        here = int(np.bincount(window, minlength=K).argmax())
        if before and not here:
            text += LETTERS[before - 1]
        before = here
    return text


def runs(on):
    """Return how long it is silent and how long the tone is on, in turn.

    Parameters
    ----------
    on : array_like of bool of shape (T,)
        Whether the tone is on in each frame.

    Returns
    -------
    list of (bool, int)
        On or off, and for how many frames.

    Examples
    --------
    >>> runs([False, True, True, True, False])
    [(False, 1), (True, 3), (False, 1)]
    """
    on = np.asarray(on, bool)
    edges = np.flatnonzero(np.diff(on)) + 1
    return [(bool(piece[0]), len(piece)) for piece in np.split(on, edges) if len(piece)]


class Rule(NamedTuple):
    """How to read without a network: smooth, cut at a level, mend, and compare lengths with a unit.

    Attributes
    ----------
    level : float, default 0.5
        Above it the tone is on.
    width : int, default 1
        The amplitude is averaged over so many frames first.
    shortest : int, default 1
        What lasts less than so many frames belongs to what was before it.
    unit : float, optional
        Frames a dot; None finds it in the message: the lengths of the tones fall into two groups.

    Examples
    --------
    >>> message = key("MORSE", np.random.default_rng(0))
    >>> Rule().read(message.on), Rule(unit=9.0).read(message.on)
    ('MORSE', '')
    """

    level: float = 0.5
    width: int = 1
    shortest: int = 1
    unit: float | None = None

    def read(self, x):
        """Return the text that the rule reads from an amplitude x of shape (T,)."""
        padded = np.pad(x, ((self.width - 1) // 2, self.width // 2), mode="edge")
        on = np.convolve(padded, np.full(self.width, 1 / self.width), "valid") > self.level
        pieces = self._mended(runs(on))
        unit = self.unit or _unit([n for is_on, n in pieces if is_on])
        text, code = "", ""
        for is_on, n in pieces:
            if is_on:
                code += "." if n < 2 * unit else "-"
            elif n > 2 * unit:
                text, code = text + BY_CODE.get(code, ""), ""
        return text

    def _mended(self, pieces):
        mended = pieces[:1]
        for is_on, n in pieces[1:]:
            if n < self.shortest or is_on == mended[-1][0]:
                mended[-1] = mended[-1][0], mended[-1][1] + n
            else:
                mended.append((is_on, n))
        return mended


def _unit(lengths):
    """Return frames a dot: dots and dashes are two groups of lengths, about the means of their logarithms."""
    if not len(lengths):
        return 1.0
    logs = np.log(lengths)
    dot, dash = logs.min(), logs.max()
    for _ in range(20):
        longer = logs > (dot + dash) / 2
        if longer.all() or not longer.any():
            break
        dot, dash = logs[~longer].mean(), logs[longer].mean()
    return float(np.exp((dot + dash - np.log(3)) / 2))


LEVELS, WIDTHS, SHORTEST = (0.4, 0.5, 0.6, 0.7, 0.8), (1, 2, 3, 4), (1, 2, 3)


def tuned(X, texts):
    """Return the rule that reads messages best, out of all with the levels, widths and shortest lengths on offer.

    Parameters
    ----------
    X : ndarray of shape (T, 1, B)
        Messages as they are heard.
    texts : list of str
        What was sent.

    Returns
    -------
    Rule
        Its unit is found in each message, or is in the middle of all speeds, whichever is better.

    Examples
    --------
    >>> X, _, texts = messages(220, 4, np.random.default_rng(0), noise=0.0)
    >>> tuned(X, texts)
    Rule(level=0.5, width=1, shortest=1, unit=None)
    """
    units = (None, float(np.sqrt(SLOW * FAST)))
    rules = [Rule(*settings) for settings in product(LEVELS, WIDTHS, SHORTEST, units)]
    return min(rules, key=lambda rule: letter_error_rate([rule.read(x) for x in X[:, 0].T], texts))


def edit_distance(got, sent):
    """Return how many letters have to be put in, left out or changed to make one text of the other.

    Parameters
    ----------
    got, sent : str

    Returns
    -------
    int

    Notes
    -----
    Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", Soviet Physics Doklady
    10(8), 1966.

    Examples
    --------
    >>> edit_distance("MOSE", "MORSE"), edit_distance("", "SOS")
    (1, 3)
    """
    row = np.arange(len(sent) + 1)
    for n, letter in enumerate(got, 1):
        above, row[0] = row.copy(), n
        for m, other in enumerate(sent, 1):
            row[m] = min(above[m] + 1, row[m - 1] + 1, above[m - 1] + (letter != other))
    return int(row[-1])


def letter_error_rate(got, sent):
    """Return the edit distance of all texts together, as a share of the letters that were sent.

    Parameters
    ----------
    got, sent : list of str
        What was read, and what was sent.

    Returns
    -------
    float
        0 where all is right; 1 for who reads nothing; more than 1 for who reads more than there is.

    Raises
    ------
    ValueError
        Unequally many texts, or no letter sent.

    Examples
    --------
    >>> letter_error_rate(["SOS", "HELO"], ["SOS", "HELLO"])
    0.125
    """
    if len(got) != len(sent) or not any(sent):
        raise ValueError(f"got has {len(got)} texts, sent has {len(sent)}; want one for one, with letters in them")
    return sum(map(edit_distance, got, sent)) / sum(map(len, sent))
