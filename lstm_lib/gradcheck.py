"""Proof that a gradient is right: move one number a little, and see whether the loss moves as promised.

Two ways to differentiate without knowing how:

    central difference   (L(p + ε) − L(p − ε)) / 2ε   error: about ε² from the formula and 10⁻¹⁶ / ε from rounding
    complex step         Im L(p + iε) / ε             nothing is subtracted, so ε may be 10⁻³⁰ and no digit is lost

A check that can be trusted uses double precision; every parameter, and X, h_0 and C_0 too; T ≥ 3 and sizes that
all differ; weights that all differ; once with the loss at every step, once at the last step only.
"""

import inspect
import traceback

import numpy as np

from lstm_lib import validation


def numerical_gradient(f, A, eps=1e-5):
    """Return the gradient of f at A by central differences, one entry after the other.

    Parameters
    ----------
    f : function
        Takes an array like A, returns a number.
    A : ndarray of any shape
        Where to differentiate; left unchanged. Taken as float64.
    eps : float, default 1e-5
        Step size.

    Returns
    -------
    ndarray, float64
        ∂f/∂A in the shape of A.

    Raises
    ------
    TypeError, ValueError
        `f` is no function; A is not numbers; `eps` is not above 0.

    Examples
    --------
    >>> numerical_gradient(lambda A: (A**3).sum(), np.array([1.0, 2.0])).round(6)
    array([ 3., 12.])
    """
    A = _arguments(f, A, eps)
    return _entry_by_entry(lambda k: _central_difference(f, A, k, eps), A)


def complex_step_gradient(f, A, eps=1e-30):
    """Return the gradient of f at A by complex steps: exact to rounding, for f that accept complex numbers.

    Parameters
    ----------
    f : function
        Takes a complex array like A, returns a complex number. ``lstm.step`` can be differentiated so;
        ``lstm.forward`` refuses complex numbers at the door, so write the loop over ``step`` yourself. Absolute
        values and comparisons in f would break it.
    A : ndarray of any shape
        Where to differentiate; left unchanged. Taken as float64.
    eps : float, default 1e-30
        Step size.

    Returns
    -------
    ndarray, float64
        ∂f/∂A in the shape of A.

    Raises
    ------
    TypeError, ValueError
        `f` is no function or gave back a real number; A is not numbers; `eps` is not above 0.

    Notes
    -----
    Squire & Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40(1), 1998.

    Examples
    --------
    >>> complex_step_gradient(lambda A: (A**3).sum(), np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    A = _arguments(f, A, eps)
    return _entry_by_entry(lambda k: _complex_step(f, A, k, eps), A)


def relative_error(a, b, floor=1e-3):
    """Return the largest |a − b| / max(|a|, |b|), entry by entry.

    Where both entries are smaller than `floor` times the largest entry of a and b, that product is the
    denominator: next to a gradient of size 1, the rounding noise of an entry of size 10⁻⁹ is not an error.

    Parameters
    ----------
    a, b : ndarray of one shape
        Two versions of the same thing.
    floor : float, default 1e-3
        See above; 0 compares every entry by its own size.

    Returns
    -------
    float
        0 where a and b are equal, 2 at the most; NaN anywhere gives infinity.

    Raises
    ------
    TypeError, ValueError
        Not real numbers; two shapes.

    Notes
    -----
    With central differences in float64 expect less than 1e-5; above 1e-3 something is wrong.

    Examples
    --------
    >>> relative_error(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    0.2
    """
    a, b = (
        validation.array(name, value, None, {}, finite=False).astype(np.float64)
        for name, value in (("a", a), ("b", b))
    )
    if a.shape != b.shape:
        raise ValueError(f"b has shape {b.shape}; want {a.shape} like a")
    size = np.maximum(np.abs(a), np.abs(b))
    if not np.isfinite(size).all():
        return np.inf
    size = np.maximum(size, floor * size.max(initial=0))
    error = np.abs(a - b)
    return float(np.divide(error, size, out=np.zeros(a.shape), where=error > 0).max(initial=0))


def check_gradients(loss_and_grads, params, *, n_entries=None, rng=None, eps=1e-5):
    """Compare every gradient with central differences, and return the worst relative error by name.

    Parameters
    ----------
    loss_and_grads : function
        Takes a dict of arrays, returns (loss, grads). Whatever lies in the dict is checked: put X, h_0 and C_0
        into it beside the weights, and let the function take them out again.
    params : dict of ndarray
        Where to check; left unchanged. Taken as float64.
    n_entries : int, optional
        Check so many entries of each array, drawn by `rng`; None checks them all.
    rng : numpy.random.Generator, optional
        Needed where `n_entries` is given.
    eps : float, default 1e-5
        Step size.

    Returns
    -------
    dict of float
        `relative_error` for each name in `params`, the worst first.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind; a gradient that is missing or has another shape than its parameter.

    Examples
    --------
    >>> wrong = lambda p: (float((p["w"] ** 2).sum()), {"w": p["w"]})  # the 2 is forgotten
    >>> errors = check_gradients(wrong, {"w": np.array([1.0, 3.0])})
    >>> round(errors["w"], 6)
    0.5
    """
    validation.function("loss_and_grads", loss_and_grads, "lambda params: (loss, grads)")
    _takes_one("loss_and_grads", loss_and_grads, "params")
    if n_entries is not None:
        validation.size("n_entries", n_entries), validation.generator("rng", rng)
    if not isinstance(params, dict):
        raise TypeError(f"params is a {type(params).__name__}; want a dict of arrays")
    params = {name: _arguments(loss_and_grads, p, eps, f"params[{name!r}]") for name, p in params.items()}
    _, grads = _answer(loss_and_grads, params)
    if not isinstance(grads, dict):
        raise TypeError(f"grads is a {type(grads).__name__}; want a dict of arrays")
    errors = {}
    for name, A in params.items():
        if name not in grads or np.shape(grads[name]) != A.shape:
            got = f"shape {np.shape(grads[name])}" if name in grads else "nothing"
            raise ValueError(f"grads[{name!r}] is {got}; want shape {A.shape} like params[{name!r}]")
        chosen = range(A.size) if n_entries is None else rng.permutation(A.size)[:n_entries]
        f = _loss_as_function_of(name, loss_and_grads, params)
        numerical = [_central_difference(f, A, np.unravel_index(k, A.shape), eps) for k in chosen]
        errors[name] = relative_error(np.ravel(grads[name])[list(chosen)], np.array(numerical))
    return dict(sorted(errors.items(), key=lambda item: -item[1]))


def _arguments(f, A, eps, name="A"):
    validation.function("f", f, "lambda A: (A**2).sum()")
    _takes_one("f", f, "A")
    validation.number("eps", eps, above=0)
    return validation.array(name, A, None, {}).astype(np.float64)


def _takes_one(name, function, argument):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C have none; the call will tell
        return
    try:
        signature.bind(None)
    except TypeError:
        raise TypeError(f"{name} takes {signature}; want one argument, {argument}") from None


def _loss_as_function_of(name, loss_and_grads, params):
    return lambda A: _answer(loss_and_grads, params | {name: A})[0]


def _answer(loss_and_grads, params):
    return validation.pair("loss_and_grads(params)", _call(loss_and_grads, params), "(loss, grads)")


def _call(function, argument):
    """Call the function that is checked; whatever goes wrong in it is said in one sentence, with the place."""
    try:
        return function(argument)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    name = getattr(function, "__name__", type(function).__name__)
    raise ValueError(f"{name} stopped with {words} (line {place.lineno}, in {place.name})")


def _entry_by_entry(derivative, A):
    return np.array([derivative(k) for k in np.ndindex(A.shape)]).reshape(A.shape)


def _central_difference(f, A, k, eps):
    up, down = A.copy(), A.copy()
    up[k] += eps
    down[k] -= eps
    taken = up[k] - down[k]  # the step after rounding
    return (_value(_call(f, up)) - _value(_call(f, down))) / taken


def _value(value):
    return float(validation.array("the value of f", value, "", {}, finite=False))


def _complex_step(f, A, k, eps):
    shifted = A.astype(complex)
    shifted[k] += 1j * eps
    value = _call(f, shifted)
    if not np.iscomplexobj(value) or np.ndim(value):
        raise TypeError(f"f gave back {value!r} ({type(value).__name__}); want the complex number it computed")
    return float(np.imag(value)) / eps
