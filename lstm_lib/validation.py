"""What may come in at the door: each argument is looked at once, and a bad one is named.

Every message says the argument, what it got and what it wants. Wrong kinds (text, complex numbers, a string
where a function is due) are a TypeError; wrong shapes, sizes and values are a ValueError. The equations behind
the door (``lstm.step`` and its kin) check nothing and stay equations.

What is right is accepted fast: one cheap look at type, precision, shape and the sum of squares. Only what does
not pass it is looked at closely, and then either taken all the same or told what is wrong with it.
"""

import re
from functools import cache
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
    if dims is not None and _is_well(value, dims, sizes, dtype, finite):
        return value
    values = _numbers(name, value, dtype)
    letters = [str(n) for n in values.shape] if dims is None else dims.split()
    known = [int(d) if d.isdigit() else sizes.get(d) for d in letters]
    fits = values.ndim == len(letters) and all(
        n > 0 and (k is None or n == k) for n, k in zip(values.shape, known, strict=True)
    )
    if dims is not None and not fits:
        raise ValueError(f"{name} has shape {values.shape}; want {_spelt(letters, known)}")
    sizes.update((d, n) for d, n in zip(letters, values.shape, strict=True) if not d.isdigit())
    if finite and not np.isfinite(values).all():
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"{name} holds {values[where]} at index {where}; want finite numbers only")
    return values


def _is_well(value, dims, sizes, dtype, finite):
    """Whether one cheap look finds nothing wrong. If not, nothing is decided yet."""
    if type(value) is not np.ndarray or value.dtype not in (FLOATS if dtype is None else (dtype,)):
        return False
    letters, found = _letters(dims), {}
    if len(value.shape) != len(letters):
        return False
    for letter, n in zip(letters, value.shape, strict=True):
        known = letter if type(letter) is int else sizes.get(letter) or found.setdefault(letter, n)
        if n != known or n == 0:
            return False
    if finite and not isfinite(np.vdot(value, value)):  # no temporary array; huge numbers overflow, and look wrong
        return False
    sizes.update(found)
    return True


def _is_like(value, other):
    return type(value) is np.ndarray and value.shape == other.shape and value.dtype is other.dtype


@cache
def _letters(dims):
    return tuple(int(d) if d.isdigit() else d for d in dims.split())


def _plain(name, value):
    """Return an array of any content, without a mask."""
    if _has_a_mask(value):
        raise TypeError(f"{name} is a masked array; want one without a mask, such as {name}.filled(0)")
    try:
        return np.asarray(value)
    except ValueError:  # NumPy's own words for a ragged list name no argument
        raise ValueError(f"{name} is a ragged list; want rows of one length") from None


def _numbers(name, value, dtype):
    values = _plain(name, value)
    if values.dtype.kind in "iub":
        return values.astype(dtype or np.float64)
    native = values.dtype.newbyteorder("=")
    if native not in FLOATS:
        raise TypeError(f"{name} is {_content(value, values)}; want real numbers in float64 or float32")
    if dtype is not None and native != dtype:
        raise TypeError(f"{name} is {native}; want {dtype} like the other arrays: {name}.astype('{dtype}')")
    return values.astype(native, copy=False)  # files from elsewhere may have the other order of bytes


def _has_a_mask(value):
    """Whether np.asarray would drop a mask, and with it the word that some numbers are not to be used."""
    if not isinstance(value, list | tuple):
        return isinstance(value, np.ma.MaskedArray)
    kinds = set(map(type, value))
    inside = any(issubclass(kind, np.ma.MaskedArray | list | tuple) for kind in kinds)
    return inside and any(map(_has_a_mask, value))


def _content(value, values):
    kinds = {"U": "text", "S": "text", "c": "complex numbers"}
    if values.dtype.kind == "O":
        return kind_of(value)
    return f"{kinds.get(values.dtype.kind, 'an array')} (dtype {values.dtype})"


def _spelt(letters, known):
    """Spell the shape twice, in letters and in figures: (T, D, B) = (T, 2, B)."""
    if not letters:
        return "(), a single number"
    spell = "({},)" if len(letters) == 1 else "({})"
    in_letters = spell.format(", ".join(letters))
    in_figures = spell.format(", ".join(str(k or d) for d, k in zip(letters, known, strict=True)))
    same = in_letters == in_figures
    return (in_letters if same else f"{in_letters} = {in_figures}") + ", every size at least 1"


def kind_of(value):
    """Name what something is without showing it, as a noun with its article.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        Lists and tuples with their length, dicts with their names, arrays with shape and precision.

    Examples
    --------
    >>> print(kind_of(3), kind_of("ab"), kind_of([1, 2]), kind_of({"h": 0, "C": 0}), kind_of(None), sep=", ")
    an int, a str, a list of 2, a dict with h, C, None
    >>> kind_of(np.zeros((2, 3)))
    'an ndarray of float64, shape (2, 3)'
    """
    if value is None:
        return "None"
    name = type(value).__name__
    article = "an" if re.match("[aeioAEIO]|nd|[FHLMNRSX][A-Z]", name) else "a"  # an int, an ndarray, an LSTM
    more = ""
    if type(value) in (list, tuple):
        more = f" of {len(value)}"
    elif isinstance(value, dict) and value:
        more = f" with {_names(value)}"
    elif isinstance(value, np.ndarray):
        more = f" of {value.dtype}, shape {value.shape}"
    return f"{article} {name}{more}"


def _names(names):
    return ", ".join(map(str, names)) or "nothing"


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


def misfit(function, n, **named):
    """Return the signature of a function that cannot be called with n arguments; None where it can, or may.

    Parameters
    ----------
    function : function
        Some functions written in C tell no signature: the call will tell.
    n : int
        How many arguments are handed over by position.
    **named
        What is handed over by name.

    Returns
    -------
    inspect.Signature or None

    Examples
    --------
    >>> print(misfit(lambda A, eps: A, 1), misfit(lambda A, eps=1: A, 1))
    (A, eps) None
    """
    try:
        takes = signature(function)
    except (TypeError, ValueError):
        return None
    try:
        takes.bind(*n * [None], **named)
    except TypeError:
        return takes
    return None


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
    entries("params", params, names)
    well = {}  # of each shape one that was found well
    for name, dims in names.items():
        value = params[name]
        if dims in well and _is_like(value, well[dims]) and isfinite(np.vdot(value, value)):
            continue
        if not _is_well(value, dims, sizes, dtype, finite=True):
            array(f"params[{name!r}]", value, dims, sizes, dtype)
            _changeable(f"params[{name!r}]", value)
        dtype = dtype or _native(value)
        well[dims] = value
        if dims == "H H+D":
            sizes["D"] = sizes["H+D"] - sizes["H"]
            if sizes["D"] < 1:
                raise ValueError(f"params[{name!r}] has shape {value.shape}; want (H, H+D) with D at least 1")
    return sizes


def entries(name, value, wanted):
    """Return `value` if it is a dict that has every name in `wanted`.

    Parameters
    ----------
    name, value
        What the caller called it, and what it is.
    wanted : iterable of str
        The names that must be there; others may be.

    Raises
    ------
    TypeError
        Not a dict.
    ValueError
        A name is missing; the message tells those that are there and those that are wanted.

    Examples
    --------
    >>> entries("grads", {"dW": 1.0}, ["W"])
    Traceback (most recent call last):
    ValueError: grads has no W; got dW; want W
    """
    if not isinstance(value, dict):
        raise TypeError(f"{name} is {kind_of(value)}; want a dict with {_names(wanted)}")
    missing = [key for key in wanted if key not in value]
    if missing:
        raise ValueError(f"{name} has no {_names(missing)}; got {_names(value)}; want {_names(wanted)}")
    return value


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
        raise TypeError(f"{name} is {kind_of(value)}; want a dict of arrays")
    for key, entry in value.items():
        _changeable(f"{name}[{key!r}]", entry)
    return value


def _changeable(name, value):
    if type(value) is not np.ndarray or _native(value) not in FLOATS:
        raise TypeError(f"{name} is {kind_of(value)}; want an array of float64 or float32")


def _native(value):
    return value.dtype.newbyteorder("=")


def classes(name, value, sizes, dtype=None):
    """Return class numbers, from class numbers or from columns with a single 1.

    Parameters
    ----------
    name : str
        What the caller called it; the message starts with it.
    value : array_like of int of shape (T, B), or array_like of shape (T, K, B)
        Numbers from 0 to K − 1, and −1 where nothing is asked; or one column for each step and sequence, with a 1
        at the class, or zero where nothing is asked.
    sizes : dict
        T, K and B.
    dtype : dtype, optional
        The precision that columns must have.

    Returns
    -------
    ndarray of int of shape (T, B)
        The number of each class, −1 where nothing is asked.

    Raises
    ------
    TypeError
        Class numbers that are not whole numbers; columns that are not real numbers.
    ValueError
        Another shape; a number that is no class; a column that is neither one class nor zero; nothing asked.

    Examples
    --------
    >>> classes("Y", [[0, 2, -1]], {"T": 1, "K": 3, "B": 3})
    array([[ 0,  2, -1]])
    >>> classes("Y", [[[1, 0, 0], [0, 0, 0], [0, 1, 0]]], {"T": 1, "K": 3, "B": 3})
    array([[ 0,  2, -1]])
    """
    values, (T, K, B) = _plain(name, value), (sizes[letter] for letter in "TKB")
    if values.dtype.kind in "iubf" and values.shape not in ((T, K, B), (T, B)):
        wanted = f"(T, K, B) = {T, K, B}, or whole numbers of shape (T, B) = {T, B}"
        raise ValueError(f"{name} has shape {values.shape}; want {wanted}")
    if values.ndim == 2:
        numbers = _class_numbers(name, value, values, K)
    else:
        columns = array(name, value, "T K B", sizes, dtype)
        asked = columns.any(axis=1)
        one_class = ((columns == 0) | (columns == 1)).all() and (columns.sum(axis=1)[asked] == 1).all()
        if not one_class:
            raise ValueError(f"{name} has a column that is neither zero nor a single 1; want one class, or none")
        numbers = np.where(asked, columns.argmax(axis=1), -1)
    if (numbers == -1).all():
        raise ValueError(f"{name} is {'-1' if values.ndim == 2 else 'zero'} everywhere; want at least one class")
    return numbers


def _class_numbers(name, value, values, K):
    if values.dtype.kind not in "iu":
        wanted = f"want class numbers as whole numbers, such as {name}.astype(int)"
        raise TypeError(f"{name} is {_content(value, values)}; {wanted}")
    wrong = np.argwhere((values < -1) | (values >= K))
    if len(wrong):
        where = tuple(map(int, wrong[0]))
        wanted = f"want classes from 0 to {K - 1}, or -1 where nothing is asked"
        raise ValueError(f"{name} holds {values[where]} at index {where}; {wanted}")
    return values.astype(int)


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
        raise TypeError(f"{name} is {kind_of(value)}; want a pair {members}")
    return value


# --- a cell: its parameters, a sequence, a state, and the way back -----------------------------------------------


def cell(value, needs=("init_params", "forward", "backward"), such_as="a module such as lstm_lib.lstm"):
    """Return `value` if it has every function in `needs`.

    Parameters
    ----------
    value : module
        What is handed in as `cell`.
    needs : tuple of str
        Names of functions.
    such_as : str
        What to ask for.

    Raises
    ------
    TypeError
        One of the functions is missing.

    Examples
    --------
    >>> from lstm_lib import rnn
    >>> cell(rnn) is rnn
    True
    """
    if not all(callable(getattr(value, name, None)) for name in needs):
        raise TypeError(f"cell is {value!r} ({type(value).__name__}); want {such_as}")
    return value


def sequence(params, shapes, X, state, members):
    """Look at everything that goes into a cell's `forward`.

    Parameters
    ----------
    params : dict of ndarray
        As in `parameters`.
    shapes : dict of str to str
        The shape of each array in `params`.
    X : array_like of shape (T, D, B)
        The sequences, in the precision of the parameters.
    state : None, array_like of shape (H, B), or a pair of them
        What comes before the first step; None means zeros.
    members : tuple of str
        The names of the one or two parts of the state.

    Returns
    -------
    X : ndarray of shape (T, D, B)
        The sequences.
    state : tuple of ndarray of shape (H, B)
        One array for each name in `members`, a copy of what was handed in.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision.

    Examples
    --------
    >>> params = {"W_h": np.zeros((3, 5)), "b_h": np.zeros((3, 1))}
    >>> X, (h_0,) = sequence(params, {"W_h": "H H+D", "b_h": "H 1"}, np.zeros((4, 2, 1)), None, ("h_0",))
    >>> h_0.shape
    (3, 1)
    """
    sizes = parameters(params, shapes)
    dtype = _native(params[next(iter(shapes))])
    X = array("X", X, "T D B", sizes, dtype)
    return X, _state("state", members, state, sizes, dtype)


def gradients(params, shapes, dhs, steps, dstate, members, kind, *, stacked=False):
    """Look at everything that goes into a cell's `backward`.

    Parameters
    ----------
    params, shapes
        As in `sequence`.
    dhs : array_like of shape (T, H, B)
        The gradients that arrive at each h_t.
    steps : list of `kind`, or one stacked `kind`
        What ``forward`` returned.
    dstate : None, array_like of shape (H, B), or a pair of them
        What arrives at the last state from beyond it; None means zeros.
    members : tuple of str
        As in `sequence`: the gradient of h_0 and C_0 is dh_T and dC_T.
    kind : class
        The cell's Step.
    stacked : bool, default False
        Whether `steps` is to be one stacked Step, called trace.

    Returns
    -------
    dhs : ndarray of shape (T, H, B)
        The gradients.
    dstate : tuple of ndarray of shape (H, B)
        One array for each name in `members`, a copy of what was handed in.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision; no steps.

    Examples
    --------
    >>> from lstm_lib import rnn
    >>> params = rnn.init_params(2, 3, np.random.default_rng(0))
    >>> hs, steps = rnn.forward(params, np.zeros((4, 2, 1)))
    >>> dhs, (dh_T,) = gradients(params, rnn.SHAPES, np.ones_like(hs), steps, None, ("h_0",), rnn.Step)
    >>> dh_T.shape
    (3, 1)
    """
    sizes, dtype = _sizes_of_trace(steps, kind) if stacked else _sizes_of_steps(steps, kind)
    parameters(params, shapes, sizes, dtype)
    dhs = array("dhs", dhs, "T H B", sizes, dtype)
    return dhs, _state("dstate", [f"d{member[0]}_T" for member in members], dstate, sizes, dtype)


def _state(name, members, state, sizes, dtype):
    if state is None:
        return tuple(np.zeros((sizes["H"], sizes["B"]), dtype) for _ in members)
    parts = (state,) if len(members) == 1 else pair(name, state, f"({', '.join(members)}), each (H, B)")
    return tuple(
        array(f"{name} ({member})", part, "H B", sizes, dtype).copy()  # a step may keep it, or add to it
        for member, part in zip(members, parts, strict=True)
    )


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
    wanted = f"want the list of {_home(kind)} that forward returned"
    if not isinstance(value, list):
        raise TypeError(f"steps is {kind_of(value)}{convention(value)}; {wanted}")
    for t, s in enumerate(value):
        if not isinstance(s, kind):
            got = f"of another kind, {_home(type(s))}" if type(s).__name__ == kind.__name__ else kind_of(s)
            raise TypeError(f"steps[{t}] is {got}; {wanted}")
    if not value:
        raise ValueError(f"steps is empty; {wanted}")
    return value


def convention(value):
    """Say which of the usual answers of a recurrent layer a value looks like, or nothing.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        Words that begin with a comma and a space, or an empty string.

    Examples
    --------
    >>> convention((np.zeros((5, 3, 4)), (np.zeros((3, 4)), np.zeros((3, 4)))))
    ', as (hs, (h_T, C_T)) in PyTorch'
    >>> convention(3)
    ''
    """
    if not _is_pair(value):
        return ""
    first, second = value
    if _is_pair(second) and all(hasattr(part, "shape") for part in (first, *second)):
        return ", as (hs, (h_T, C_T)) in PyTorch"
    if hasattr(first, "shape") and hasattr(second, "shape"):
        return ", as (h_T, C_T) in PyTorch"
    if hasattr(first, "shape") and (isinstance(second, list) or hasattr(second, "h_t")):
        return ", as (hs, steps) from forward"
    return ""


def _is_pair(value):
    return type(value) in (tuple, list) and len(value) == 2


def _sizes_of_steps(value, kind):
    """Return the sizes and the precision that the steps agree on."""
    first = steps(value, kind)[0]
    sizes, dtype = _sizes_of("steps[0]", first, "H B")
    shapes = [np.shape(field) for field in first]
    for t, s in enumerate(value):
        if [np.shape(field) for field in s] != shapes:
            _sizes_of(f"steps[{t}]", s, "H B", sizes)
    return sizes | {"T": len(value)}, dtype


def _sizes_of_trace(value, kind):
    if not isinstance(value, kind) or np.ndim(value.h_t) != 3:
        wanted = f"want the stacked {_home(kind)} that forward returned"
        raise TypeError(f"trace is {kind_of(value)}{convention(value)}; {wanted}")
    return _sizes_of("trace", value, "T H B")


def _sizes_of(name, step, dims, sizes=None):
    sizes = {} if sizes is None else sizes
    h_t = array(f"{name}.h_t", step.h_t, dims, sizes, finite=False)
    for field, value in zip(step._fields, step, strict=True):
        if not _is_like(value, h_t):
            wanted = dims.replace("H", "H+D") if field == "z_t" else dims
            array(f"{name}.{field}", value, wanted, sizes, h_t.dtype, finite=False)
    return sizes, h_t.dtype


def _home(kind):
    return f"{kind.__module__}.{kind.__name__}"
