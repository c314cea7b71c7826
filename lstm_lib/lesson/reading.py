"""What came back, in whatever clothes: a number, arrays in a row or by name, a choice, labels in an order.

A right answer is right as a list or a tuple, as a whole number, a scalar of NumPy or an array of one, in single
precision, in capitals, with commas or arrows between its letters. What cannot be read is said in a sentence.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

_ROW = (list, tuple, np.ndarray)


class Unreadable(Exception):
    """An answer that is not of the kind that is asked for; it says what it is and what is wanted.

    Examples
    --------
    >>> in_the_form_of(0.5, "four")
    Traceback (most recent call last):
    lstm_lib.lesson.reading.Unreadable: got text; want a number
    """


def kind(value):
    """Name what a value is, without showing it.

    Parameters
    ----------
    value : object
        Anything at all.

    Returns
    -------
    str
        Such as "an int", "a list of 2", "an array of shape (3, 5)", "a dict with f, i".

    Examples
    --------
    >>> print(kind(4), kind([1, 2]), kind({"f": 1}), kind("four"), sep=", ")
    an int, a list of 2, a dict with f, text
    """
    name = type(value).__name__
    if value is None or isinstance(value, str):
        return "None" if value is None else "text"
    if isinstance(value, np.ma.MaskedArray):
        return "a masked array"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    article = "an" if name[0] in "aeioAEIO" else "a"
    if isinstance(value, dict):
        some = [key for key in list(value)[:8] if isinstance(key, str)] + ["…"] * (len(value) > 8)
        return f"{article} {name} with {', '.join(some)}" if some else f"{article} {name}"
    counted = isinstance(value, list | tuple) and not hasattr(value, "_fields")  # a named tuple is one thing
    return f"{article} {name} of {len(value)}" if counted else f"{article} {name}"


def numbers(value):
    """Return a value as an array of float64, or None where it is not made of real numbers.

    Parameters
    ----------
    value : object
        Anything at all; a number, an array, nested lists of numbers, whatever can be gone through in order.

    Returns
    -------
    ndarray or None

    Examples
    --------
    >>> numbers([[1, 2], [3, 4]])
    array([[1., 2.],
           [3., 4.]])
    >>> print(numbers("4"), numbers(4 + 1j), numbers([[1], [2, 3]]))
    None None None
    """
    try:
        if isinstance(value, np.ma.MaskedArray):
            return None
        row = None if hasattr(value, "__array__") else in_a_row(value)
        array = np.asarray(value if row is None else row)
        if array.dtype.kind == "c" and (array.imag == 0).all():
            array = array.real
        # NumPy would read "4" as a number and None as NaN, and drop the i from 4 + i
        if array.dtype.kind == "O" and any(each is None or isinstance(each, str | bytes) for each in array.flat):
            return None
        return array.astype(float) if array.dtype.kind in "biufO" else None
    except Exception:  # an object may do anything when it is asked for its number
        return None


def coarsest(value):
    """Return how exact the numbers in a value can be: the largest spacing, beside 1, of what they are kept in.

    Parameters
    ----------
    value : object
        Anything at all.

    Returns
    -------
    float

    Examples
    --------
    >>> coarsest({"a": np.float32(1), "b": 2.0}) > 1e-8 > coarsest([1, 2.0])
    True
    """
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return max(map(coarsest, value), default=0.0)
    dtype = getattr(value, "dtype", None)
    return float(np.finfo(dtype).eps) if isinstance(dtype, np.dtype) and dtype.kind == "f" else 2.0**-52


def in_the_form_of(right, answer):
    """Return an answer as arrays in the form of the right one.

    Parameters
    ----------
    right : dict of array_like, array_like or object
        The right answer: arrays by name, or one; an answer to anything else is returned as it is.
    answer : object
        What came back. Arrays by name may come in any mapping, as attributes, or in a row in the same order.

    Returns
    -------
    dict of ndarray, ndarray, float or object
        A single number as a float.

    Raises
    ------
    Unreadable
        The answer is of another kind, another shape, or without one of the names.

    Examples
    --------
    >>> in_the_form_of({"f": 0.5, "w": [1, 2]}, (1, (3, 4)))
    {'f': 1.0, 'w': array([3., 4.])}
    >>> in_the_form_of(0.5, np.array([[2]]))
    2.0
    """
    if isinstance(right, Mapping):
        found = by_name(answer, list(right))
        return {name: _in_shape(found[name], np.shape(each), f"{name} is ") for name, each in right.items()}
    if isinstance(answer, Iterator):
        answer = list(answer)  # it can be gone through once only
    wanted, row = numbers(right), in_a_row(answer)
    if wanted is not None:
        return _in_shape(answer, wanted.shape)
    return row[0] if row is not None and len(row) == 1 else answer


def _in_shape(answer, shape, lead="got "):
    array = numbers(answer)
    if array is None or (array.shape != shape and not array.size == np.prod(shape) == 1):
        if isinstance(answer, np.matrix) and array.size == np.prod(shape) == max(array.shape):
            return array.reshape(shape)  # it cannot have less than two axes
        got = kind(answer) if array is None or isinstance(answer, _ROW) else _in_words(array.shape)
        if isinstance(answer, list | tuple) and array is not None and array.ndim > 1:
            got = f"{kind(answer)} of shape {array.shape}"
        raise Unreadable(f"{lead}{got}; want {_in_words(shape)}{_comma_or_quotes(answer, shape)}")
    return array.reshape(shape) if shape else array.item()


def _in_words(shape):
    if not shape:
        return "a number"
    return f"{shape[0]} numbers in a row" if len(shape) == 1 else f"an array of shape {shape}"


def _comma_or_quotes(answer, shape):
    """Say what may have happened to a number that is none."""
    n = int(np.prod(shape))
    if isinstance(answer, str):
        comma = re.fullmatch(r"[\s\d.,;−-]*\d,\d[\s\d.,;−-]*", answer)
        quotes = re.fullmatch(r"\s*[-−]?\d*\.?\d+\s*", answer)
        if comma:
            return ". Write a decimal point, not a comma"
        if quotes:
            return ". Leave the quotation marks away"
        return ". A share is a number: 25 % is 0.25" if re.fullmatch(r"\s*\d*\.?\d+\s*%\s*", answer) else ""
    if isinstance(answer, tuple) and len(answer) == 2 * n and all(type(each) is int for each in answer):
        return ". In Python a decimal comma makes two numbers out of one: write a point"
    return ""


def by_name(answer, names, what=""):
    """Return what an answer holds under some names.

    Parameters
    ----------
    answer : object
        A mapping, an object with attributes, or a row of as many things in the same order.
    names : list of str
        What is looked for.
    what : str
        What it is called in an error message, such as "grads".

    Returns
    -------
    dict
        name → what stands there, for each of the names; in a mapping there may be more.

    Raises
    ------
    Unreadable
        It is nothing of the kind, or one of the names is missing.

    Examples
    --------
    >>> by_name([1, 2], ["f", "i"])
    {'f': 1, 'i': 2}
    """
    got = f"{what} is" if what else "got"
    there = [name for name in names if hasattr(answer, name)]
    is_a_row = hasattr(answer, "_fields") and len(there) < len(names)  # a named tuple with names of its own
    if isinstance(answer, Mapping):
        found = dict(answer)
    elif there and not is_a_row:
        found = {name: getattr(answer, name) for name in there}
    elif (row := in_a_row(answer)) is not None:
        if len(row) != len(names):
            comma = _comma_or_quotes(answer, (len(names),))
            wanted = "a pair" if len(names) == 2 else len(names)
            raise Unreadable(f"{got} {kind(answer)}; want {wanted}: {', '.join(names)}{comma}")
        return dict(zip(names, row, strict=True))
    else:
        wanted = "a pair: " if len(names) == 2 else ""
        raise Unreadable(f"{got} {kind(answer)}; want {wanted}{', '.join(names)}")
    missing = [name for name in names if name not in found]
    if missing:
        there = f"; the names in it are {', '.join(map(str, found))}" if found else ""
        is_are = "is" if len(missing) == 1 else "are"
        raise Unreadable(f"{what + ': ' if what else ''}{', '.join(missing)} {is_are} missing{there}")
    return {name: found[name] for name in names}


def in_a_row(value):
    """Return what stands in a row as a list, or None where a value is no row.

    Parameters
    ----------
    value : object
        Lists, tuples, arrays and whatever else can be gone through in order; no text, no mapping, no set.

    Returns
    -------
    list or None

    Examples
    --------
    >>> in_a_row(np.arange(2).tolist()), in_a_row(n for n in "ab"), in_a_row("ab")
    ([0, 1], ['a', 'b'], None)
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return None
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping | set | frozenset):
        try:
            return list(value)
        except Exception:  # an object may do anything when it is gone through
            return None
    return None


def holds_a_gap(answer):
    """Return whether dots stand anywhere in an answer, for what is still to be written.

    Parameters
    ----------
    answer : object
        Also rows and dicts of anything, one in the other.

    Returns
    -------
    bool

    Examples
    --------
    >>> holds_a_gap((1, {"W": ...})), holds_a_gap([1, None])
    (True, False)
    """
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    return answer is ... or (isinstance(answer, list | tuple) and any(map(holds_a_gap, answer)))


def strangers(answer, names):
    """Say which names in an answer are used nowhere.

    Parameters
    ----------
    answer : object
        Only a mapping has names that can be strange.
    names : iterable of str
        Those that are used.

    Returns
    -------
    str
        A sentence, or nothing.

    Examples
    --------
    >>> strangers({"W_c": 1, "W_C": 2}, ["W_C"])
    'The name W_c is used nowhere: did you mean W_C?'
    """
    names = list(names)
    strange = [str(name) for name in answer if name not in names] if isinstance(answer, Mapping) else []
    if not strange:
        return ""
    near = [name for name in names if name.casefold() == strange[0].casefold()]
    near = near or difflib.get_close_matches(strange[0], names, n=1, cutoff=0.5)
    more = f": did you mean {near[0]}?" if near else f"; the names are {', '.join(names)}."
    return f"The name {strange[0]} is used nowhere{more}"


def choice(answer, choices):
    """Return which of the choices an answer is, or None.

    Parameters
    ----------
    answer : object
        Also in capitals, with blanks, brackets or quotation marks around it, as text, in a row of one.
    choices : list of number or str
        All there is to choose from.

    Returns
    -------
    number, str or None

    Examples
    --------
    >>> choice(" (B) ", ["a", "b"]), choice("line 2", [1, 2]), choice(np.array(["cho"]), ["Cho", "Chung"])
    ('b', 2, 'Cho')
    """
    row = in_a_row(answer)
    while row is not None and len(row) == 1:
        answer, row = row[0], in_a_row(row[0])
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer.item()
    if isinstance(answer, bool | np.bool_):
        return None
    if isinstance(answer, str):
        answer = re.sub(
            r"^\W*(line|move|letter|number|no|answer|sentence|choice)\W+(?=\w+\W*$)", "", answer, flags=re.I
        )
    exact = [each for each in choices if str(each) == str(answer).strip()]
    alike = [each for each in choices if _plain(each) == _plain(answer)]
    return exact[0] if exact else alike[0] if len(alike) == 1 else None


def _plain(value):
    """Return what is left of a choice without capitals, blanks and marks; of a number, the whole number."""
    if not isinstance(value, str):
        number = numbers(value)
        whole = (
            number is not None and number.size == 1 and np.isfinite(number).all() and number == np.round(number)
        )
        return str(int(number)) if whole else f"{value}"
    return re.sub(r"^\W+|\W+$", "", re.sub(r"[\s-]+", "_", value.strip().casefold())).strip("_")


def labels(answer, known):
    """Return the labels in an answer as a list, or None where it is no row of labels.

    Parameters
    ----------
    answer : str, int or iterable
        Labels in a row, with or without commas, blanks, dashes and arrows between them.
    known : iterable of str
        The labels that there are, of one character each: "B" is read as "b" where only that is known.

    Returns
    -------
    list of str or None

    Examples
    --------
    >>> labels("B -> a, d", "abcd"), labels(21, "12"), labels(4.5, "12")
    (['b', 'a', 'd'], ['2', '1'], None)
    """
    if isinstance(answer, int | np.integer) and not isinstance(answer, bool):
        answer = str(answer)
    parts = in_a_row(answer)
    if parts is not None:
        if not all(isinstance(part, str | int | np.integer) and not isinstance(part, bool) for part in parts):
            return None
        answer = "".join(map(str, parts))
    if not isinstance(answer, str):
        return None
    other_case = {label.swapcase(): label for label in known if label.swapcase() not in known}
    return [other_case.get(label, label) for label in re.sub(r"[\W_]+", "", answer)]
