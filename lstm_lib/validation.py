"""What may come in at the door: each argument is looked at once, and a bad one is named.

Every message says the argument, what it got and what it wants. Wrong kinds (text, complex numbers, a string
where a function is due) are a TypeError; wrong shapes, sizes and values are a ValueError. The equations behind
the door (``lstm.step`` and its kin) check nothing and stay equations.
"""

from inspect import signature
from math import isfinite
from numbers import Integral, Real

import numpy as np

FLOATS = (np.dtype(np.float64), np.dtype(np.float32))


def array(name, value, dims, sizes, dtype=None, finite=True):
    """Return `value` as a float array of shape `dims`, or say what is wrong with it.

    Parameters
    ----------
    name : str
        What the caller called it; the message starts with it.
    value : array_like
        Whole numbers are converted; float64 and float32 are taken as they are.
    dims : str or None
        The letters of the shape, such as ``"T D B"``; a figure stands for itself, as in ``"H 1"``; ``""`` is a
        single number. None takes any shape.
    sizes : dict
        Sizes known so far, by letter. A letter met for the first time is written into it.
    dtype : dtype, optional
        The precision that the result must have.
    finite : bool, default True
        Refuse NaN and infinity. False is for what a model computed, where a blow-up is the training's to report.

    Returns
    -------
    ndarray
        `value` itself where nothing had to be converted.

    Raises
    ------
    TypeError
        Text, complex numbers, a mixture of float32 and float64.
    ValueError
        Another shape, an empty axis, NaN or infinity.

    Examples
    --------
    >>> sizes = {"D": 2}
    >>> array("X", [[[1], [2]]], "T D B", sizes).shape, sizes
    ((1, 2, 1), {'D': 2, 'T': 1, 'B': 1})
    """
    values = _numbers(name, value, dtype)
    letters = [str(n) for n in values.shape] if dims is None else dims.split()
    known = [int(d) if d.isdigit() else sizes.get(d) for d in letters]
    fits = values.ndim == len(letters) and all(
        n > 0 and (k is None or n == k) for n, k in zip(values.shape, known, strict=True)
    )
    if dims is not None and not fits:
        raise ValueError(f"{name} has shape {values.shape}; want {_wanted(letters, known)}")
    sizes.update(zip((d for d in letters if not d.isdigit()), _free(values.shape, letters), strict=True))
    if finite and not np.isfinite(values).all():
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"{name} holds {values[where]} at index {where}; want finite numbers only")
    return values


def _numbers(name, value, dtype):
    try:
        values = np.asarray(value)
    except ValueError:  # NumPy's own words for a ragged list name no argument
        raise ValueError(f"{name} is a ragged list; want rows of one length") from None
    if values.dtype.kind in "iub":
        return values.astype(dtype or np.float64)
    if values.dtype not in FLOATS:
        raise TypeError(f"{name} is {_kind(value, values)}; want real numbers in float64 or float32")
    if dtype is not None and values.dtype != dtype:
        raise TypeError(f"{name} is {values.dtype}; want {dtype} like the other arrays: {name}.astype('{dtype}')")
    return values


def _kind(value, values):
    if value is None:
        return "None"
    kinds = {"U": "text", "S": "text", "c": "complex numbers", "O": f"a {type(value).__name__}"}
    return f"{kinds.get(values.dtype.kind, 'an array')} (dtype {values.dtype})"


def _free(shape, letters):
    return [n for n, d in zip(shape, letters, strict=True) if not d.isdigit()]


def _wanted(letters, known):
    """Spell the shape twice, in letters and in figures: (T, D, B) = (T, 2, B)."""
    if not letters:
        return "(), a single number"
    spell = "({},)" if len(letters) == 1 else "({})"
    in_letters = spell.format(", ".join(letters))
    in_figures = spell.format(", ".join(str(k or d) for d, k in zip(letters, known, strict=True)))
    same = in_letters == in_figures
    return (in_letters if same else f"{in_letters} = {in_figures}") + ", every size at least 1"


def size(name, value, least=1):
    """Return `value` as an int that is at least `least`.

    Raises
    ------
    TypeError
        Not a whole number: 2.5, "three", True.
    ValueError
        A whole number below `least`.

    Examples
    --------
    >>> size("H", 4)
    4
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} is {value!r} ({type(value).__name__}); want a whole number of at least {least}")
    if value < least:
        raise ValueError(f"{name} is {value}; want a whole number of at least {least}")
    return int(value)


def number(name, value, least=-np.inf, below=np.inf, above=-np.inf):
    """Return `value` as a finite float with above < value, least <= value and value < below.

    Raises
    ------
    TypeError
        Not a real number.
    ValueError
        NaN, infinity, or outside the range.

    Examples
    --------
    >>> number("lr", 0.01, above=0)
    0.01
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} is {value!r} ({type(value).__name__}); want a real number")
    if not (isfinite(value) and value >= least and above < value < below):
        limits = {"above": above, "at least": least, "below": below}
        wanted = [f"{word} {limit:.4g}" for word, limit in limits.items() if isfinite(limit)]
        raise ValueError(f"{name} is {value}; want a finite number {' and '.join(wanted)}".rstrip())
    return float(value)


def generator(name, value):
    """Return `value` if it is a NumPy random generator.

    Raises
    ------
    TypeError
        A seed, None, or the old ``np.random.RandomState``.

    Examples
    --------
    >>> generator("rng", np.random.default_rng(0))
    Generator(PCG64) at ...
    """
    if not isinstance(value, np.random.Generator):
        raise TypeError(
            f"{name} is {value!r} ({type(value).__name__}); want a generator, such as np.random.default_rng(0)"
        )
    return value


def function(name, value, example):
    """Return `value` if it can be called.

    Raises
    ------
    TypeError
        Anything that cannot be called; the message shows `example`.

    Examples
    --------
    >>> function("loss", abs, "mean_squared_error") is abs
    True
    """
    if not callable(value):
        raise TypeError(f"{name} is {value!r} ({type(value).__name__}); want a function, such as {example}")
    return value


def options(given, function):
    """Refuse an option that `function` does not have as a keyword.

    Raises
    ------
    TypeError
        The message names the unknown option and those that exist.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> options({"forget_bias": 3.0}, lstm.init_params)
    """
    keywords = [p.name for p in signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    for name in given:
        if name not in keywords:
            home = f"{function.__module__}.{function.__name__}"
            raise TypeError(f"{name} is no option of {home}; want {' or '.join(keywords) or 'no options'}")


def parameters(params, names, sizes=None, dtype=None):
    """Look at the arrays called `names` in the dict `params`, one by one, and return the sizes they agree on.

    Parameters
    ----------
    params : dict of ndarray
        May hold more than is asked for: the read-out's W_y lies beside the cell's W_f.
    names : dict of str to str
        The shape of each array, in the letters of `array`: ``{"W_f": "H H+D", "b_f": "H 1"}``.
    sizes : dict, optional
        Sizes known so far; H, H+D and D are added.
    dtype : dtype, optional
        The precision that they must have; by default that of the first.

    Returns
    -------
    dict of int
        `sizes`, with what the shapes told.

    Raises
    ------
    TypeError
        `params` is not a dict, or one of its values is not an array of float64 or float32.
    ValueError
        An array is missing or has another shape.

    Examples
    --------
    >>> parameters({"b_h": np.zeros((3, 1))}, {"b_h": "H 1"})
    {'H': 3}
    """
    sizes = {} if sizes is None else sizes
    if not isinstance(params, dict):
        raise TypeError(f"params is a {type(params).__name__}; want a dict with {', '.join(names)}")
    missing = [name for name in names if name not in params]
    if missing:
        raise ValueError(
            f"params has no {', '.join(missing)}; got {', '.join(map(str, params))}; want {', '.join(names)}"
        )
    for name, dims in names.items():
        dtype = array(f"params[{name!r}]", params[name], dims, sizes, dtype).dtype
        _changeable(f"params[{name!r}]", params[name])
        if "H+D" in dims:
            sizes["D"] = sizes["H+D"] - sizes["H"]
            if sizes["D"] < 1:
                shape = params[name].shape
                raise ValueError(f"params[{name!r}] has shape {shape}; want (H, H+D) with D at least 1")
    return sizes


def arrays(name, value):
    """Return `value` if it is a dict of arrays that can be changed in place.

    Raises
    ------
    TypeError
        Not a dict; a list, a number or an array of whole numbers in it.

    Examples
    --------
    >>> arrays("grads", {"w": np.zeros(2)})
    {'w': array([0., 0.])}
    """
    if not isinstance(value, dict):
        raise TypeError(f"{name} is a {type(value).__name__}; want a dict of arrays")
    for key, entry in value.items():
        _changeable(f"{name}[{key!r}]", entry)
    return value


def _changeable(name, value):
    if type(value) is not np.ndarray or value.dtype not in FLOATS:
        of = f" of {value.dtype}" if hasattr(value, "dtype") else ""
        raise TypeError(f"{name} is a {type(value).__name__}{of}; want an array of float64 or float32")


def pair(name, value, members):
    """Return `value` if it is a pair.

    Raises
    ------
    TypeError
        The message says what the two are, with the words in `members`.

    Examples
    --------
    >>> pair("loss(Y_hat, Y)", (0.0, None), "(loss, dY_hat)")
    (0.0, None)
    """
    if not isinstance(value, tuple | list) or len(value) != 2:
        of = f" of {len(value)}" if isinstance(value, tuple | list) else ""
        raise TypeError(f"{name} is a {type(value).__name__}{of}; want a pair {members}")
    return value


def steps(value, kind):
    """Return `value` if it is a list of `kind` with at least one entry.

    Raises
    ------
    TypeError
        Not a list, or a list of something else, such as the steps of another cell.
    ValueError
        The list is empty.

    Examples
    --------
    >>> steps([1, 2], int)
    [1, 2]
    """
    home = f"{kind.__module__}.{kind.__name__}"
    if not isinstance(value, list):
        raise TypeError(f"steps is a {type(value).__name__}; want the list of {home} that forward returned")
    for s in value:
        if not isinstance(s, kind):
            got = f"{type(s).__module__}.{type(s).__name__}"
            raise TypeError(f"steps has a {got}; want the list of {home} that forward returned")
    if not value:
        raise ValueError(f"steps is empty; want the list of {home} that forward returned")
    return value
