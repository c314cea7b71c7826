"""Text for a network: characters as numbers, and a language of which it is known how well it can be foreseen.

encode, decode, one_hot      characters, their numbers, and columns with a single 1
chances, brackets            a language of brackets and letters: its rule, and texts written by it
exact_bits                   how much each character of such a text tells, to the last digit
softmax, sample              probabilities from log-odds, and texts from a trained network
"""

from typing import NamedTuple

import numpy as np

from lstm_lib import model, validation
from lstm_lib.functional import cross_entropy

OPENERS, CLOSERS, LETTERS = "([{", ")]}", "abcdefgh"
SYMBOLS = OPENERS + CLOSERS + LETTERS
DEEPEST, P_OPEN, P_CLOSE = 6, 0.18, 0.18
FAR = {
    "1–3": (1, 3),
    "4–7": (4, 7),
    "8–15": (8, 15),
    "16–31": (16, 31),
    "32–63": (32, 63),
    "64 and more": (64, np.inf),
}


class Written(NamedTuple):
    """Texts in the language of brackets, and what their writer knew.

    Attributes
    ----------
    codes : ndarray of int of shape (T, B)
        The characters, as places in `SYMBOLS`.
    bits : ndarray of shape (T, B)
        −log₂ of the probability with which each was written.
    depth : ndarray of int of shape (T, B)
        How many brackets are open after it.
    distance : ndarray of int of shape (T, B)
        For a closer, how many characters ago its bracket was opened; −1 for all else.

    Examples
    --------
    >>> brackets(9, 2, np.random.default_rng(0)).depth.shape
    (9, 2)
    """

    codes: np.ndarray
    bits: np.ndarray
    depth: np.ndarray
    distance: np.ndarray


# --- characters and numbers --------------------------------------------------------------------------------------


def encode(text, symbols=SYMBOLS):
    """Return the place of each character among the symbols.

    Parameters
    ----------
    text : str
        What is to be written as numbers.
    symbols : str
        The alphabet, each character once.

    Returns
    -------
    ndarray of int of shape (T,)

    Raises
    ------
    TypeError, ValueError
        Not text; a symbol twice; a character that is no symbol.

    Examples
    --------
    >>> encode("(a)")
    array([0, 6, 3])
    """
    for name, value in (("text", text), ("symbols", symbols)):
        if not isinstance(value, str):
            raise TypeError(f"{name} is {value!r} ({type(value).__name__}); want text")
    place = {symbol: k for k, symbol in enumerate(symbols)}
    if len(place) != len(symbols):
        raise ValueError(f"symbols is {symbols!r}; want each character once")
    if strange := sorted(set(text) - place.keys()):
        raise ValueError(f"text has {strange[0]!r}; want characters of {symbols!r}")
    return np.array([place[character] for character in text], dtype=int)


def decode(codes, symbols=SYMBOLS):
    """Return the text that a row of numbers stands for.

    Parameters
    ----------
    codes : array_like of int of shape (T,)
        Places among the symbols.
    symbols : str
        The alphabet.

    Returns
    -------
    str

    Raises
    ------
    TypeError, ValueError
        No whole numbers in a row; a number that is no place.

    Examples
    --------
    >>> decode([0, 6, 3])
    '(a)'
    """
    codes = _codes(codes, len(symbols))
    if codes.ndim != 1:
        raise ValueError(f"codes has shape {codes.shape}; want (T,), one text")
    return "".join(symbols[k] for k in codes)


def one_hot(codes, V, dtype=np.float32):
    """Return each character as a column of V numbers: a 1 in its place, and zeros.

    Parameters
    ----------
    codes : array_like of int of shape (T, B)
        Places among V symbols.
    V : int
        How many symbols there are.
    dtype : dtype, default float32
        The precision of the columns; that of the parameters.

    Returns
    -------
    ndarray of shape (T, V, B)

    Raises
    ------
    TypeError, ValueError
        No whole numbers; another shape; a number that is no place.

    Examples
    --------
    >>> one_hot([[0], [2]], 3)[..., 0]
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    codes = _codes(codes, validation.size("V", V))
    if codes.ndim != 2:
        raise ValueError(f"codes has shape {codes.shape}; want (T, B)")
    return np.ascontiguousarray(np.eye(V, dtype=dtype)[codes].swapaxes(1, 2))


def _codes(codes, V):
    codes = np.asarray(codes)
    if codes.dtype.kind not in "iu":
        raise TypeError(f"codes has dtype {codes.dtype}; want whole numbers")
    if codes.size and not 0 <= codes.min() <= codes.max() < V:
        raise ValueError(f"codes goes from {codes.min()} to {codes.max()}; want 0 to {V - 1}")
    return codes


# --- a language whose rule is known ------------------------------------------------------------------------------


def chances(opened):
    """Return the probability of each symbol after a text in which these brackets are still open.

    A bracket opens with 0.18, each kind alike, unless 6 are open; the innermost closes with 0.18, unless none is
    open; the rest is shared by 8 letters.

    Parameters
    ----------
    opened : str
        The open brackets, the innermost last.

    Returns
    -------
    ndarray of shape (14,)
        In the order of `SYMBOLS`; the sum is 1.

    Raises
    ------
    ValueError
        Something else than at most 6 opening brackets.

    Examples
    --------
    >>> dict(zip(SYMBOLS, chances("([").round(3).tolist()))["]"]
    0.18
    """
    if len(opened) > DEEPEST or not set(opened) <= set(OPENERS):
        raise ValueError(f"opened is {opened!r}; want at most {DEEPEST} of {' '.join(OPENERS)}")
    p = np.zeros(len(SYMBOLS))
    if len(opened) < DEEPEST:
        p[:3] = P_OPEN / 3
    if opened:
        p[3 + OPENERS.index(opened[-1])] = P_CLOSE
    p[6:] = (1 - p.sum()) / len(LETTERS)
    return p


def exact_bits(text):
    """Return −log₂ of the probability that `chances` gives to each character of a text.

    Their mean is the least that any guesser can need in the long run: Shannon, "A mathematical theory of
    communication", Bell System Technical Journal 27, 1948.

    Parameters
    ----------
    text : str
        Written by the rule.

    Returns
    -------
    ndarray of shape (T,)

    Raises
    ------
    ValueError
        A character that the rule cannot write in its place.

    Examples
    --------
    >>> exact_bits("(a)").round(2)
    array([4.06, 3.64, 2.47])
    """
    opened, bits = "", []
    for t, k in enumerate(encode(text)):
        p = chances(opened)[k]
        if p == 0:
            raise ValueError(
                f"text has {text[t]!r} at place {t}; want what the rule can write after {text[:t][-9:]!r}"
            )
        bits.append(-np.log2(p))
        if text[t] in OPENERS:
            opened += text[t]
        elif text[t] in CLOSERS:
            opened = opened[:-1]
    return np.array(bits)


def brackets(T, B, rng):
    """Write B texts of T characters by the rule of `chances`, all at once.

    Parameters
    ----------
    T, B : int
        How many characters, how many texts.
    rng : numpy.random.Generator
        Where the choices come from.

    Returns
    -------
    Written
        Its four fields have the shape (T, B).

    Raises
    ------
    TypeError, ValueError
        A size that is no whole number of at least 1; no generator.

    Notes
    -----
    With no limit to the depth, no finite number of states can read such a language: it takes a stack. That an LSTM
    learns languages of this kind: Gers & Schmidhuber, "LSTM recurrent networks learn simple context-free and
    context-sensitive languages", IEEE Transactions on Neural Networks 12(6), 2001.

    Examples
    --------
    >>> written = brackets(40, 1, np.random.default_rng(1))
    >>> decode(written.codes[:, 0])
    'h{}daegd[]chfc{agh[agceg{g}]gd}fcfh[dahh'
    >>> bool(np.allclose(written.bits[:, 0], exact_bits(decode(written.codes[:, 0]))))
    True
    """
    T, B = validation.size("T", T), validation.size("B", B)
    validation.generator("rng", rng)
    p_open = np.where(np.arange(DEEPEST + 1) < DEEPEST, P_OPEN, 0.0)  # at each depth
    p_close = np.where(np.arange(DEEPEST + 1) > 0, P_CLOSE, 0.0)
    u, which = rng.random((T, 2, B)).swapaxes(0, 1)  # the one decides whether to open or to close, the other what
    depths = np.zeros((T + 1, B), dtype=int)
    opens, turns = np.empty((2, T, B), dtype=bool)
    for t, depth in enumerate(depths[:-1]):
        opens[t], turns[t] = u[t] < p_open[depth], u[t] < (p_open + p_close)[depth]
        depths[t + 1] = depth + 2 * opens[t] - turns[t]
    closes, before = turns & ~opens, depths[:-1]
    opener, letter = (which * len(OPENERS)).astype(int), (which * len(LETTERS)).astype(int)
    opened_at = _last_opened(opens, before)
    closer = len(OPENERS) + np.take_along_axis(opener, opened_at, axis=0)
    codes = np.where(opens, opener, np.where(closes, closer, len(OPENERS + CLOSERS) + letter))
    p_letter = (1 - p_open - p_close) / len(LETTERS)
    p = np.where(opens, (p_open / len(OPENERS))[before], np.where(closes, p_close[before], p_letter[before]))
    distance = np.where(closes, np.arange(T)[:, None] - opened_at, -1)
    return Written(codes, -np.log2(p), depths[1:], distance)


def _last_opened(opens, before):
    """Return when the innermost bracket that is open before each character was opened; 0 where none is."""
    times, opened_at = np.arange(len(opens))[:, None], np.zeros(opens.shape, dtype=int)
    for depth in range(DEEPEST):
        last = np.maximum.accumulate(np.where(opens & (before == depth), times, 0), axis=0)
        opened_at = np.where(before == depth + 1, last, opened_at)
    return opened_at


def right_closers(P, codes, distance):
    """Return how often the likeliest of the three closers is the right one, by the distance to its opener.

    Parameters
    ----------
    P : array_like of shape (T, 14, B)
        What a guesser foresaw for each place.
    codes, distance : ndarray of int of shape (T, B)
        What stands there, and for a closer how far back its bracket was opened, as in `Written`.

    Returns
    -------
    dict of float
        The share for each entry of `FAR`; NaN where no closer is that far from its opener.

    Raises
    ------
    ValueError
        Shapes that do not fit.

    Examples
    --------
    >>> written = brackets(1000, 1, np.random.default_rng(0))
    >>> always_round = np.zeros((1000, 14, 1))
    >>> always_round[:, 3] = 1
    >>> 0.2 < right_closers(always_round, written.codes, written.distance)["1–3"] < 0.5
    True
    """
    P = validation.array("P", P, "T K B", {"K": len(SYMBOLS)})
    wanted = P.shape[0], P.shape[2]
    for name, value in (("codes", codes), ("distance", distance)):
        if np.shape(value) != wanted:
            raise ValueError(f"{name} has shape {np.shape(value)}; want (T, B) = {wanted}, like P")
    right = P[:, 3:6].argmax(axis=1) + 3 == codes
    shares = {}
    for name, (low, high) in FAR.items():
        among = (low <= distance) & (distance <= high)
        shares[name] = float(right[among].mean()) if among.any() else float("nan")
    return shares


# --- what a network says, and writes -----------------------------------------------------------------------------


def foreseen(cell, params, codes):
    """Return what a network makes of texts: log-odds of the character after each one, and the trace of the cell.

    Parameters
    ----------
    cell : module
        `lstm_lib.lstm`, `lstm_lib.fused` or `lstm_lib.rnn`.
    params : dict of ndarray
        As made by `model.init_params`, with D = K = the number of symbols.
    codes : array_like of int of shape (T, B)
        The texts.

    Returns
    -------
    Y_hat : ndarray of shape (T, K, B)
    trace
        The second thing that ``cell.forward`` returns.

    Examples
    --------
    >>> from lstm_lib import fused
    >>> params = model.init_params(fused, 14, 8, 14, np.random.default_rng(0))
    >>> foreseen(fused, params, [[0], [6]])[0].shape
    (2, 14, 1)
    """
    K, dtype = len(params["W_y"]), params["W_y"].dtype
    return model.predict(cell, params, one_hot(codes, K, dtype))


def bits(cell, params, codes):
    """Return the bits that a network needs for each character on the average, the first of each text apart.

    Parameters
    ----------
    cell, params, codes
        As for `foreseen`.

    Returns
    -------
    float

    Examples
    --------
    >>> from lstm_lib import fused
    >>> params = model.init_params(fused, 14, 8, 14, np.random.default_rng(0))
    >>> params["W_y"][:] = 0  # it expects all 14 alike
    >>> round(bits(fused, params, [[0], [6], [3]]), 4)  # log₂ 14
    3.8074
    """
    codes = np.asarray(codes)
    return cross_entropy(foreseen(cell, params, codes[:-1])[0], codes[1:])[0] / float(np.log(2))


def correlations(C, y):
    """Return for each unit the correlation of its memory with something that is known of each step.

    Parameters
    ----------
    C : ndarray of shape (T, H, B)
        The memories.
    y : ndarray of shape (T, B)
        What is known, such as the depth.

    Returns
    -------
    ndarray of shape (H,)
        r, from −1 to 1.

    Examples
    --------
    >>> y = np.arange(5.0)[:, None]
    >>> correlations(np.stack([2 * y, -y], axis=1), y).round(6)
    array([ 1., -1.])
    """
    validation.array("C", C, "T H B", sizes := {})
    y = validation.array("y", np.asarray(y, dtype=float), "T B", sizes).ravel()
    return np.array([np.corrcoef(C[:, j].ravel(), y)[0, 1] for j in range(C.shape[1])])


def in_line(codes, symbols):
    """Return two things that are known of each character of a real text, by name.

    Parameters
    ----------
    codes : ndarray of int of shape (T, B)
        The texts.
    symbols : str
        Their alphabet, with a line end and a quotation mark.

    Returns
    -------
    dict of ndarray of shape (T, B)
        Its place in the line, and 1 inside of quotation marks, counted from the beginning of the line.

    Examples
    --------
    >>> in_line(np.array([[0, 1, 0, 2, 0]]).T, 'a"' + chr(10))["inside quotes"][:, 0]
    array([0, 1, 1, 0, 0])
    """
    ends, marks = codes == symbols.index("\n"), codes == symbols.index('"')
    place, inside = np.zeros((2, *codes.shape), dtype=int)
    inside[0] = marks[0]
    for t in range(1, len(codes)):
        place[t] = np.where(ends[t], 0, place[t - 1] + 1)
        inside[t] = np.where(ends[t], 0, inside[t - 1] ^ marks[t])
    return {"place in the line": place, "inside quotes": inside}


def softmax(Y_hat, temperature=1.0):
    """Return probabilities from log-odds, over axis 1.

    Parameters
    ----------
    Y_hat : array_like of shape (T, K, B)
        Log-odds, the read-out of a network.
    temperature : float, default 1.0
        What they are divided by: below 1 the probable becomes more so, above 1 all come nearer to each other.

    Returns
    -------
    ndarray of shape (T, K, B)
        Each column adds up to 1.

    Raises
    ------
    TypeError, ValueError
        Another shape; NaN; a temperature that is not above 0.

    Examples
    --------
    >>> softmax([[[0.0], [np.log(3)]]])[0, :, 0]
    array([0.25, 0.75])
    >>> softmax([[[0.0], [np.log(3)]]], temperature=0.5)[0, :, 0]
    array([0.1, 0.9])
    """
    Y_hat = validation.array("Y_hat", Y_hat, "T K B", {})
    a = Y_hat / validation.number("temperature", temperature, above=0)
    e = np.exp(a - a.max(axis=1, keepdims=True))  # the same probabilities, and exp cannot overflow
    return e / e.sum(axis=1, keepdims=True)


def sample(cell, params, codes, n, rng, temperature=1.0):
    """Let a trained network write: read a beginning, then draw each character from what is foreseen.

    Parameters
    ----------
    cell : module
        `lstm_lib.lstm`, `lstm_lib.fused` or `lstm_lib.rnn`.
    params : dict of ndarray
        As made by `model.init_params`, with D = K = the number of symbols.
    codes : array_like of int of shape (T,)
        The beginning.
    n : int
        How many characters to write.
    rng : numpy.random.Generator
        Where the choices come from.
    temperature : float, default 1.0
        As for `softmax`.

    Returns
    -------
    ndarray of int of shape (n,)

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision.

    Examples
    --------
    >>> from lstm_lib import fused
    >>> rng = np.random.default_rng(0)
    >>> params = model.init_params(fused, 14, 8, 14, rng)
    >>> sample(fused, params, encode("(a"), 5, rng).shape
    (5,)
    """
    validation.generator("rng", rng)
    n, (K, _) = validation.size("n", n), np.shape(params["W_y"])
    columns = one_hot(np.asarray(codes)[:, None], K, params["W_y"].dtype)
    Y_hat, trace = model.predict(cell, params, columns)
    written = []
    while True:
        p = softmax(Y_hat[-1:].astype(float), temperature)[0, :, 0]
        written.append(rng.choice(K, p=p))
        if len(written) == n:
            return np.array(written)
        columns = one_hot([written[-1:]], K, params["W_y"].dtype)
        Y_hat, trace = model.predict(cell, params, columns, model.final_state(trace))
