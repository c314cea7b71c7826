"""The exercises of Train on a sine wave: loss, Adam and the loop, which are kept; and three on judging honestly.

    check_loss(my_loss), check_adam(my_adam), check_train(my_train)
    check_slope(keep_the_slope), check_listening(listening_rule), check_report(report)

Each prints whether an attempt is right, and names the slip where it knows it.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from lstm_lib import data, lstm, model
from lstm_lib.functional import mean_squared_error
from lstm_lib.lesson import mine
from lstm_lib.lesson.checks import check

# --- the loss ----------------------------------------------------------------------------------------------------


def _loss(Y_hat, Y):
    e = Y_hat - Y
    return {"the loss": np.mean(e**2), "dY_hat": 2 * e / e.size}


def _other_losses(Y_hat, Y):
    e = Y_hat - Y
    value, slope, of_signs = np.mean(e**2), 2 * e / e.size, np.sign(e) / e.size
    size, root, T, B = np.mean(np.abs(e)), np.sqrt(value), len(e), e.shape[-1]

    def pair(loss, dY_hat):
        return {"the loss": loss, "dY_hat": dY_hat}

    return {
        "That is the sum; the mean divides by all numbers there are, steps times outputs times sequences.": (
            pair(np.sum(e**2), 2 * e)
        ),
        "The loss is a sum; it should be a mean.": pair(np.sum(e**2), slope),
        "The gradient of the sum is there; the mean divides it by Y.size.": pair(value, 2 * e),
        "The gradient lacks its 2 and the division by Y.size, which the mean brings.": pair(value, e),
        "The 2 is missing in the gradient: the slope of a square e² is 2e.": pair(value, e / e.size),
        "The sign of the gradient is turned round: it is Y_hat − Y.": pair(value, -slope),
        "Half of the mean square is another loss: no ½ here.": pair(value / 2, slope / 2),
        "That is the root of it; want the mean square itself.": pair(root, slope),
        "That is the mean of the absolute errors; want that of their squares.": pair(size, slope),
        "The errors are not squared: positive and negative ones cancel.": pair(np.mean(e), slope),
        "It is divided by the number of steps only: np.mean takes all numbers there are.": (
            pair(np.sum(e**2) / T, 2 * e / T)
        ),
        "The gradient is divided by the number of steps; the mean is over Y.size numbers.": pair(value, 2 * e / T),
        "The gradient is divided by the number of sequences; the mean is over Y.size numbers.": pair(
            value, 2 * e / B
        ),
        "Both are those of the root; want the mean square itself and its gradient.": pair(
            root, slope / (2 * root)
        ),
        "Both are those of the absolute errors; want the mean of the squares and its gradient.": pair(
            size, of_signs
        ),
        "The gradient is that of the absolute error; want 2 (Y_hat − Y) / Y.size.": pair(value, of_signs),
        "The gradient is squared; the slope of a square is 2 times what is squared.": pair(value, slope * e),
    }


def check_loss(attempt):
    """Check the mean squared error and its gradient, and keep it as the piece ``loss``.

    Parameters
    ----------
    attempt : function
        Takes Y_hat and Y, gives back the pair (loss, dY_hat).

    Examples
    --------
    >>> check_loss(...)
    ○ your loss: not written yet.
    >>> check_loss(lambda Y_hat, Y: (np.mean((Y_hat - Y) ** 2), (Y_hat - Y) / Y.size))  # doctest: +ELLIPSIS
    ✗ your loss: dY_hat differs: ... The 2 is missing in the gradient: the slope of a square e² is 2e.
    """
    rng = np.random.default_rng(4)
    cases = [tuple(rng.normal(size=(2, *shape))) for shape in ((4, 2, 3), (7, 1, 5))]
    check("your loss", attempt, _loss, given=cases, known=_other_losses, keep={"loss": attempt})


# --- Adam --------------------------------------------------------------------------------------------------------


def _adam(
    sign=-1, root=True, corrected=True, mean=True, divided=True, counts=True, swapped=False, square=True, rate=None
):
    """Return an Adam, the right one or one with a slip in it."""
    beta1, beta2 = (0.999, 0.9) if swapped else (0.9, 0.999)

    def adam(params, grads, state, lr):
        state["t"] = t = state.get("t", 0) + 1 if counts else 1
        for name, g in grads.items():
            square_or_size = g**2 if square else np.abs(g)
            m = state["m", name] = beta1 * state.get(("m", name), 0) + (1 - beta1) * g
            v = state["v", name] = beta2 * state.get(("v", name), 0) + (1 - beta2) * square_or_size
            m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if corrected else (m, v)
            size = (np.sqrt(v_hat) if root else v_hat) if divided else 1
            params[name] += sign * (rate or lr) * (m_hat if mean else g) / (size + 1e-8)

    return adam


def _three_steps(adam):
    """Return a function that lets an Adam take three steps, and gives back the parameters after each."""

    def steps(lr):
        rng = np.random.default_rng(3)
        params, state, found = {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=(2, 1))}, {}, {}
        for n in (1, 2, 3):
            adam(params, {name: rng.normal(size=p.shape) for name, p in params.items()}, state, lr)
            found |= {f"{name} after step {n}": np.array(p) for name, p in params.items()}
        return found

    return steps


def _forgetful(params, grads, state, lr):
    """Take a step of an Adam that begins with an empty memory every time."""
    _adam()(params, grads, {}, lr)


def _shared(params, grads, state, lr):
    """Take a step of an Adam that counts a step for every name."""
    for name in grads:
        t = state["t"] = state.get("t", 0) + 1
        m = state["m", name] = 0.9 * state.get(("m", name), 0) + 0.1 * grads[name]
        v = state["v", name] = 0.999 * state.get(("v", name), 0) + 0.001 * grads[name] ** 2
        params[name] -= lr * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


ADAM_SLIPS = {
    "The parameters are as they were: change them in place, params[name] = … or -= …, for each name.": (
        lambda params, grads, state, lr: None
    ),
    "It goes up the slope: the step is taken off, params[name] − lr · …": _adam(sign=1),
    "The root is missing: divide by √v̂, not by v̂.": _adam(root=False),
    "m and v begin at zero, and nothing makes up for it: divide them by 1 − βᵗ.": _adam(corrected=False),
    "That is the gradient over its size; Adam takes the running mean m̂ on top.": _adam(mean=False),
    "That is the running mean alone; Adam divides it by √v̂.": _adam(divided=False),
    "The step count stands still at 1: keep it in state and add 1 at each call.": _adam(counts=False),
    "The two β have changed places: 0.9 is for m, 0.999 for v.": _adam(swapped=True),
    "v is the running mean of g², not of |g|.": _adam(square=False),
    "It remembers nothing from step to step: keep m, v and t in state.": _forgetful,
    "The step count grows with every name; it should grow once a call.": _shared,
    "That is plain gradient descent; Adam divides the mean of the gradients by their size.": (
        _adam(mean=False, divided=False)
    ),
    "The learning rate that is handed over is not used.": _adam(rate=0.01),
    "The learning rate that is handed over is not used: yours is always 0.001.": _adam(rate=0.001),
}


def check_adam(attempt):
    """Check a step of Adam, three times in a row, and keep it as the piece ``adam``.

    Parameters
    ----------
    attempt : function
        Takes params, grads, state and lr; changes params in place, and remembers what it needs in state.

    Examples
    --------
    >>> check_adam(...)
    ○ your Adam: not written yet.
    >>> check_adam(lambda params, grads, state, lr: None)  # doctest: +ELLIPSIS
    ✗ your Adam: ... The parameters are as they were: change them in place, ...
    """
    tried = _three_steps(attempt) if callable(attempt) else attempt
    slips = {words: _three_steps(slip) for words, slip in ADAM_SLIPS.items()}
    keep, right, cases = {"adam": attempt}, _three_steps(_adam()), [(0.1,), (0.02,)]
    check("your Adam", tried, right, given=cases, known=slips, tol=1e-6, keep=keep)


# --- the loop ----------------------------------------------------------------------------------------------------


_loss_and_grads = partial(model.loss_and_grads, lstm, loss=mean_squared_error)


def _train(extra=0, before=True, fresh=False, rate=None, moves=True, forgets=False, sums=False):
    """Return a training loop, the right one or one with a slip in it."""

    def train(params, X, Y, n_steps, lr):
        losses, state, before_it = [], {}, {name: p.copy() for name, p in params.items()}
        total = dict.fromkeys(params, 0)
        for _ in range(n_steps + extra):
            if forgets:
                params.update({name: p.copy() for name, p in before_it.items()})
            loss, grads = _loss_and_grads(params, X, Y)
            total = {name: total[name] + g for name, g in grads.items()}
            if moves:
                mine.adam(params, total if sums else grads, {} if fresh else state, rate or lr)
            losses.append(loss if before else _loss_and_grads(params, X, Y)[0])
        return losses

    return train


def _trained(train, form=None):
    """Return a function that trains a small network, and gives back the losses and one array of the parameters."""

    def run(n_steps, lr):
        params, X, Y = mine.small_task(np.random.default_rng(6))
        losses = train(params, X, Y, n_steps, lr)
        if losses is None:
            return None
        if isinstance(losses, Iterator):
            losses = list(losses)  # only now it trains
        losses = losses if form is None else form(losses)
        return {"the losses": losses, "W_f afterwards": params["W_f"]}

    return run


TRAIN_SLIPS = {
    "Each loss is taken after its step; want the loss before it, which is there already.": _train(before=False),
    "It makes one step too many.": _train(extra=1),
    "It makes one step too few.": _train(extra=-1),
    "The loss does not fall: no step changes the parameters. Call adam in the loop.": _train(moves=False),
    "Adam's memory is emptied at every step: make it once, before the loop.": _train(fresh=True),
    "The learning rate lr is not handed on to adam.": _train(rate=0.01),
    "The parameters are set back at every step.": _train(forgets=True),
    "The gradients of earlier steps are added up; each step takes its own.": _train(sums=True),
}
FORM_SLIPS = {
    "That is the last loss; want all of them, in a list.": lambda losses: losses[-1],
    "That is the first loss: the return stands inside the loop.": lambda losses: losses[0],
    "The losses come in the wrong order: the first one first.": lambda losses: losses[::-1],
    "That is the mean of the losses; want all of them, in a list.": np.mean,
}


def check_train(attempt):
    """Check a training loop on a small network, and keep it as the piece ``train``.

    Parameters
    ----------
    attempt : function
        Takes params, X, Y, n_steps and lr; changes params in place and gives back the loss before each step.

    Examples
    --------
    >>> check_train(...)
    ○ your training: not written yet.
    >>> check_train(_train(moves=False))  # doctest: +ELLIPSIS
    ✗ your training: ... The loss does not fall: no step changes the parameters. Call adam in the loop.
    """
    slips = {words: _trained(slip) for words, slip in TRAIN_SLIPS.items()}
    slips |= {words: _trained(_train(), form) for words, form in FORM_SLIPS.items()}
    tried = _trained(attempt) if callable(attempt) else attempt
    cases = [(4, 0.05), (3, 0.02)]
    check("your training", tried, _trained(_train()), given=cases, known=slips, keep={"train": attempt})


# --- baselines ---------------------------------------------------------------------------------------------------


def _slope_kept(X):
    return 2 * X[1:] - X[:-1]


def _other_rules(X):
    this, last = X[1:], X[:-1]
    return {
        "That keeps the value: persistence.": this,
        "The slope has the wrong sign: it is this value minus the last one.": last,
        "That is the slope alone; it has to be added to this value.": this - last,
        "The slope is taken twice.": 3 * this - 2 * last,
        "Only half of the slope is added; want the whole slope.": 1.5 * this - 0.5 * last,
        "That is the mean of the two; the line goes on beyond them.": (this + last) / 2,
        "The two values are added; add their difference, this one minus the last.": this + last,
        "Twice this value, and the last value is not taken off: minus X[:-1].": 2 * this,
        "The line is followed backwards: that is the value one step before the last.": 2 * last - this,
        "np.gradient takes the value that comes next into the slope; nobody knows it yet.": (
            this + np.gradient(X, axis=0)[1:]
        ),
        "That is the two-lag rule, which is told ω; here nobody knows it.": 2 * np.cos(0.2) * this - last,
        "The first value has none before it, so there is no prediction for it: leave it out.": (
            2 * X - np.roll(X, 1, axis=0)
        ),
        "The last prediction is missing: X[1:] are the values from step 2 on.": (2 * this - last)[:-1],
    }


def check_slope(attempt):
    """Check the rule that keeps the last slope.

    Parameters
    ----------
    attempt : function
        Takes X of shape (T, 1, B), gives back T − 1 predictions.

    Examples
    --------
    >>> check_slope(lambda X: 2 * X[1:] - X[:-1])
    ✓ the predictions: right.
    """
    waves = np.random.default_rng(3).normal(size=(20, 1, 4)).cumsum(axis=0)
    check("the predictions", attempt, _slope_kept, given=(waves,), known=_other_rules)


# --- a rule that listens -----------------------------------------------------------------------------------------


def _listening(X):
    """Return the predictions with 2 cos ω by least squares, from what has been read so far."""
    middle, sides = X[1:-1], X[2:] + X[:-2]
    return np.cumsum(middle * sides, axis=0) / np.cumsum(middle**2, axis=0) * X[2:] - X[1:-1]


def _other_listeners(X):
    before, middle, after = X[:-2], X[1:-1], X[2:]
    sides, products, squares = before + after, middle * (before + after), middle**2
    above, below = np.cumsum(products, axis=0), np.cumsum(squares, axis=0)
    c, n = above / below, np.arange(1, len(X) - 1)[:, None, None]

    def with_cosine(c):
        return c * after - middle

    return {
        "It is one step early: after step t it should predict step t + 1.": c * middle - before,
        "A sign is wrong: x_{t+1} = c x_t − x_{t−1}.": c * after + middle,
        "x_{t−1} is missing: x_{t+1} = c x_t − x_{t−1}.": c * after,
        "c is made of all numbers, also of those that come later: sum up to t only.": (
            with_cosine(products.sum(axis=0) / squares.sum(axis=0))
        ),
        "c is made of the last three numbers only: add up all that were read.": with_cosine(sides / middle),
        "That is the mean of the quotients; least squares divides one sum by another.": (
            with_cosine(np.cumsum(sides / middle, axis=0) / n)
        ),
        "Sums over plain values cancel; least squares has x_t (x_{t+1} + x_{t−1}) above and x_t² below.": (
            with_cosine(np.cumsum(sides, axis=0) / np.cumsum(middle, axis=0))
        ),
        "The values at the sides are subtracted; want the sum of the two, x_{t+1} + x_{t−1}.": (
            with_cosine(np.cumsum(middle * (after - before), axis=0) / below)
        ),
        "c is taken twice: it is 2 cos ω already.": with_cosine(2 * c),
        "Half of c is taken: it is 2 cos ω, not cos ω.": with_cosine(c / 2),
        "That is the last value again, persistence.": after,
        "That keeps the slope, as if c = 2: estimate c from what was read.": with_cosine(2.0),
        "That is the rule for ω = 0.2: estimate c for each wave.": with_cosine(2 * np.cos(0.2)),
        "That is c itself; want the predictions made with it.": c,
        "c is upside down.": with_cosine(1 / c),
        "Each wave has a c of its own: add up over time, not over the waves.": (
            with_cosine(above.sum(axis=2, keepdims=True) / below.sum(axis=2, keepdims=True))
        ),
    }


def check_listening(attempt):
    """Check the rule that estimates 2 cos ω for each wave, without noise and with it.

    Parameters
    ----------
    attempt : function
        Takes X of shape (T, 1, B), gives back T − 2 predictions.

    Examples
    --------
    >>> check_listening(_listening)
    ✓ the predictions, without noise and with it: right.
    """
    draw = np.random.default_rng(8)
    clean, _ = data.sine_waves(50, 8, draw)
    noisy = clean[:, :, :5] + draw.normal(0, 0.1, (50, 1, 5))
    name, cases = "the predictions, without noise and with it", [(clean,), (noisy,)]
    check(name, attempt, _listening, given=cases, known=_other_listeners)


# --- a report ----------------------------------------------------------------------------------------------------


def _test_waves():
    """Return what is read and what comes next, on the test waves of the lesson."""
    return data.sine_waves(100, 16, np.random.default_rng(2), omega=0.2)


def _score(Y_hat):
    X, Y = _test_waves()
    return np.mean((Y_hat - Y)[20:] ** 2) / np.mean((X - Y)[20:] ** 2)


def _other_scores(Y_hat):
    X, Y = _test_waves()
    late, late_echo = (Y_hat - Y)[20:], (X - Y)[20:]
    error, echo, from_read = np.mean(late**2), np.mean(late_echo**2), np.mean((Y_hat - X)[20:] ** 2)
    share = error / echo
    return {
        "It compares with what has been read; want what comes next.": from_read / echo,
        "It compares with what has been read, and divides by nothing.": from_read,
        "That is the error itself; divide it by that of persistence.": error,
        "That is upside down: small should be good.": 1 / share,
        "That is 1 − the share, what is better than persistence; want what is left of the error.": 1 - share,
        "That is the difference of the two errors; divide to get a share.": error - echo,
        "That is the share of the roots; want that of the mean squares.": share**0.5,
        "The first 20 steps count, too; this half of the lesson counts from step 21 on.": (
            np.mean((Y_hat - Y) ** 2) / np.mean((X - Y) ** 2)
        ),
        "Persistence is judged with its first 20 steps, the prediction without.": error / np.mean((X - Y) ** 2),
        "That is the share of the absolute errors; want that of their squares.": (
            np.mean(np.abs(late)) / np.mean(np.abs(late_echo))
        ),
        "The errors are not squared: positive and negative ones cancel.": np.mean(late) / np.mean(late_echo),
        "That is a share of the wave's mean square; want that of persistence's error.": error
        / np.mean(Y[20:] ** 2),
        "That is a share of the wave's variance; want that of persistence's error.": error / Y[20:].var(),
    }


def check_report(attempt):
    """Check the error of a prediction as a share of the error of persistence.

    Parameters
    ----------
    attempt : function
        Takes Y_hat of the shape of the lesson's Y_test, gives back a number.

    Examples
    --------
    >>> check_report(_score)
    ✓ the error as a share of persistence's: right.
    """
    X, Y = _test_waves()
    noise = np.random.default_rng(5).normal(0, 0.1, Y.shape)
    cases = [(X,), (Y + noise,), (-Y,)]
    check("the error as a share of persistence's", attempt, _score, given=cases, known=_other_scores)
