"""Evidence that a gradient is right: move one number a little, and see whether the loss moves as promised.

Two ways to differentiate without knowing how:

    central difference   (L(p + ε) − L(p − ε)) / 2ε   error: about ε² from the formula and 10⁻¹⁶ / ε from rounding
    complex step         Im L(p + iε) / ε             nothing is subtracted, so ε may be 10⁻³⁰ and no digit is lost

A check that can be trusted uses double precision; every parameter, and X, h_0 and C_0 too; T ≥ 3 and sizes that
all differ; weights that all differ; once with the loss at every step, once at the last step only. And it knows its
own uncertainty: what is left of a gradient after two hundred steps may be smaller than the rounding of the loss,
and then a difference of losses says nothing about it. `rounding` measures that, `slope` tells how far to trust it.
"""

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


def slope(f, eps=1e-5, rounding=0.0):
    """Return f′(0) by a central difference, and how far from the truth it may be.

    Parameters
    ----------
    f : function
        Takes a number s and returns a number, or an array of numbers that are differentiated side by side, such as
        several losses at p + s · v, where v is a direction in which all of a parameter is moved at once.
    eps : float, default 1e-5
        Step size.
    rounding : float or ndarray, default 0.0
        What `rounding` found for f.

    Returns
    -------
    slope, uncertainty : ndarray, float64
        In the shape of what f gives. The uncertainty is thirty times the error of the formula, of which the
        difference from ε to 2ε is three times as large, and the rounding of f, divided by ε. A promised slope that
        is farther off is wrong.

    Raises
    ------
    TypeError, ValueError
        `f` is no function; `eps` is not above 0.

    Examples
    --------
    >>> near, uncertainty = slope(lambda s: np.array([np.sin(1 + s), (1 + s) ** 3]), eps=1e-3)
    >>> near.round(5), (np.abs(near - [np.cos(1), 3]) < uncertainty).all()
    (array([0.5403, 3.    ]), np.True_)
    """
    validation.function("f", f, "lambda s: loss(p + s * v)")
    eps = validation.number("eps", eps, above=0)
    near, far = ((np.asarray(f(e)) - np.asarray(f(-e))) / (2 * e) for e in (eps, 2 * eps))
    return near, 10 * np.abs(near - far) + rounding / eps


def rounding(f, eps=1e-5):
    """Return how far the values of f near 0 are blurred by rounding.

    Thirteen values, ε apart, are compared with the polynomials of third order through their neighbours. What a
    smooth function keeps from them is about ε⁴; the rest is rounding, and the largest of it is the answer.

    Parameters
    ----------
    f : function
        As in `slope`; best along a direction in which everything moves a little.
    eps : float, default 1e-5
        Step size.

    Returns
    -------
    ndarray, float64
        In the shape of what f gives; about fifteen times the standard deviation of the rounding of one value.

    Raises
    ------
    TypeError, ValueError
        `f` is no function; `eps` is not above 0.

    Notes
    -----
    Hamming, "Introduction to Applied Numerical Analysis", 1971: the noise of a table is seen in its higher
    differences. Moré & Wild, "Estimating computational noise", SIAM Journal on Scientific Computing 33(3), 2011.

    Examples
    --------
    >>> exact, blurred = (lambda s: np.sin(1 + s)), (lambda s: np.float32(np.sin(1 + s)))
    >>> float(rounding(exact)) < 1e-14, float(rounding(blurred)) > 1e-8
    (True, True)
    """
    validation.function("f", f, "lambda s: loss(p + s * v)")
    eps = validation.number("eps", eps, above=0)
    values = np.array([f(eps * k) for k in range(-6, 7)], np.float64)
    with np.errstate(invalid="ignore"):  # ∞ − ∞: NaN, and no answer
        return np.abs(np.diff(values, 4, axis=0)).max(axis=0)


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
    return _worst(a, b, floor * np.maximum(np.abs(a), np.abs(b)).max(initial=0))


def check_gradients(loss_and_grads, params, *, n_entries=None, rng=None, eps=1e-5):
    """Compare every gradient with central differences, and return the worst relative error by name.

    An error is counted as far as it is larger than the rounding of the loss explains. That is never more than a
    millionth of the largest gradient: where a loss is rounded more coarsely, in float32 or by chance, no gradient
    passes.

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
        For each name in `params` the relative error of the worst entry, as in `relative_error`, the worst name
        first. What counts as small is measured by the largest entry of the whole gradient, whichever are checked.

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
        raise TypeError(f"params is {validation.kind_of(params)}; want a dict of arrays")
    params = {name: _arguments(loss_and_grads, p, eps, f"params[{name!r}]") for name, p in params.items()}
    grads = _gradients(loss_and_grads, params)
    blur = _rounding_of_slopes(loss_and_grads, params, grads, eps)
    errors = {}
    for name, A in params.items():
        chosen = range(A.size) if n_entries is None else rng.permutation(A.size)[:n_entries]
        f = _loss_as_function_of(name, loss_and_grads, params)
        numerical = np.array([_central_difference(f, A, np.unravel_index(k, A.shape), eps) for k in chosen])
        largest = np.abs(grads[name]).max(initial=np.abs(numerical).max(initial=0))
        errors[name] = _worst(np.ravel(grads[name])[list(chosen)], numerical, 1e-3 * largest, blur)
    return dict(sorted(errors.items(), key=lambda item: -item[1]))


def _gradients(loss_and_grads, params):
    """Return the gradients that are to be checked, in float64."""
    _, grads = _answer(loss_and_grads, params)
    validation.entries("grads", grads, params)
    for name, A in params.items():
        if np.shape(grads[name]) != A.shape:
            raise ValueError(
                f"grads[{name!r}] has shape {np.shape(grads[name])}; want {A.shape} like params[{name!r}]"
            )
    return {
        name: validation.array(f"grads[{name!r}]", grads[name], None, {}, finite=False).astype(np.float64)
        for name in params
    }


def _rounding_of_slopes(loss_and_grads, params, grads, eps):
    """Return how far a difference quotient of the loss may be off by rounding, within reason."""
    rng = np.random.default_rng(0)
    direction = {name: rng.normal(size=A.shape) for name, A in params.items()}
    length = np.sqrt(sum((v**2).sum() for v in direction.values())) or 1.0  # 1: of no numbers at all

    def loss(s):
        return _value(_answer(loss_and_grads, {n: A + s / length * direction[n] for n, A in params.items()})[0])

    largest = max((np.abs(g[np.isfinite(g)]).max(initial=0) for g in grads.values()), default=0)
    return np.fmin(rounding(loss, eps) / eps, 1e-6 * largest)  # fmin: a loss that is not finite blurs nothing


def _worst(a, b, least, blur=0.0):
    """Return the largest of |a − b| beyond `blur`, over the larger of |a|, |b| and `least`."""
    size = np.maximum(np.abs(a), np.abs(b))
    if not (np.isfinite(size).all() and np.isfinite(least)):
        return np.inf
    error = np.maximum(np.abs(a - b) - blur, 0)
    return float(np.divide(error, np.maximum(size, least), out=np.zeros(a.shape), where=error > 0).max(initial=0))


def _arguments(f, A, eps, name="A"):
    validation.function("f", f, "lambda A: (A**2).sum()")
    _takes_one("f", f, "A")
    validation.number("eps", eps, above=0)
    return validation.array(name, A, None, {}).astype(np.float64)


def _takes_one(name, function, argument):
    if takes := validation.misfit(function, 1):
        raise TypeError(f"{name} takes {takes}; want one argument, {argument}")


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
