"""What answers the exercises of Why memory fades: a factor, a text in two pieces, and two pasts with one state."""

import numpy as np

from lstm_lib import flow, rnn
from lstm_lib.lesson.checks import check


def check_factor(attempt):
    """Exercise 1: the w that leaves a given share of a 1 after n steps."""
    check(
        "the share is left",
        attempt,
        lambda left, n: left ** (1 / n),
        given=[(0.1, 100), (0.5, 20), (0.02, 7)],
        then=lambda w, left, n: w**n,
        tol=1e-5,
        known=_other_factors,
        says="your w = {answer:.6g} leaves {got:.3g}, and {want:.3g} was asked for",
    )


def _other_factors(left, n):
    return {
        "Each step would take away the same amount; but each *multiplies* what is left.": 1 - (1 - left) / n,
        "The amount that goes is no n-th part either: a step multiplies.": 1 - left / n,
        "`left` is divided by n (so it is in left ** 1 / n); n factors w, multiplied, must make `left`.": left / n,
        "That is the n-th power of `left`; its n-th root is wanted.": left**n,
        "That is `left` itself, what all n steps together leave.": left,
        "That is the square root; n steps take the n-th root.": left**0.5,
        "That root is turned upside down: with a w above 1 it grows.": left ** (-1 / n),
        "1 and n stand in each other's place: left ** (1 / n).": (1 / n) ** left,
        "That is the logarithm of w; w itself is np.exp of it.": np.log(left) / n,
        "The root is of what has gone; `left` is what stays.": (1 - left) ** (1 / n),
        "There are n factors, not n − 1: one for every step after the 1.": left ** (1 / (n - 1)),
        "There are n factors, not n + 1: one for every step after the 1.": left ** (1 / (n + 1)),
    }


def check_last_state(attempt):
    """Exercise 2: the state goes on from the first piece to the second."""

    def last(params, first, second):
        return _in_pieces(params, first, second)[-1]

    given = [_pieces(0, 50), _pieces(1, 97)]
    check("the last state", attempt, last, given=given, known=_other_states)


def _other_states(params, first, second):
    of_first, alone = (rnn.forward(params, piece)[0] for piece in (first, second))
    of_second = _in_pieces(params, first, second)
    return {
        "The second piece still begins with a state of zero.": alone[-1],
        "That is the state at the cut: the second piece has to be read, too.": of_first[-1],
        "The second piece begins with the first state of the first; it goes on from its last.": (
            rnn.forward(params, second, of_first[0])[0][-1]
        ),
        "Those are all states of the second piece; the last one is asked for.": of_second,
        "That is the first state of the second piece; the last one is asked for.": of_second[0],
        "The pieces have changed places: `first` is read first.": _in_pieces(params, second, first)[-1],
        "A step is left out: the second piece begins with second[0].": _in_pieces(params, first, second[1:])[-1],
        "A step is left out: the first piece ends with first[-1].": _in_pieces(params, first[:-1], second)[-1],
        "The first piece is read twice.": _in_pieces(params, first, np.concatenate([first, second]))[-1],
        "The second piece is read twice.": _in_pieces(params, np.concatenate([first, second]), second)[-1],
    }


def _in_pieces(params, first, second):
    """Return all states of the second piece, which goes on where the first one ends."""
    return rnn.forward(params, second, rnn.forward(params, first)[0][-1])[0]


def _pieces(seed, cut):
    """Return the weights of an RNN that forgets little, and a hundred steps of noise in two pieces."""
    rng = np.random.default_rng(seed)
    params = rnn.init_params(1, 32, rng)
    params["W_h"][:, :32] = flow.orthogonal(32, rng)
    return params, *np.split(rng.normal(size=(100, 1, 1)), [cut])


def check_other_past(attempt):
    """Exercise 3: the x that leaves the same state as a 1 one step before."""
    check(
        "both pasts leave the same state",
        attempt,
        lambda w, w_in: w * np.tanh(w_in) / w_in,
        given=[(1.5, 0.5), (-0.7, 2.0)],
        then=lambda x, w, w_in: np.tanh(w_in * x),  # the first step leaves the state at 0
        known=_other_pasts,
        says="your x = {answer:.4g} leaves {got:.4g}, and the 1 leaves {want:.4g}",
    )


def _other_pasts(w, w_in):
    shown = np.tanh(w_in)  # the state that the 1 leaves, one step later
    return {
        "Your x is what the last tanh sees; on its way there x is multiplied by w_in.": w * shown,
        "The 1 goes through a tanh of its own, at step 1, before w takes it on.": w,
        "At step 2 the state of step 1 is multiplied by w.": shown / w_in,
        "x is multiplied by w_in on its way in, not by w.": shown,
        "That is the state itself; x is what has to come in.": np.tanh(w * shown),
        "There is one tanh too many: both sides end with the same tanh, which cancels.": np.tanh(w * shown) / w_in,
        "That is turned upside down.": w_in / (w * shown),
        "w and w_in have changed places.": w_in * shown / w,
        "To undo a product, divide: w_in · x is to be equal to w · tanh(w_in).": w_in * w * shown,
        "To undo a product, divide, do not subtract.": w * shown - w_in,
        "The 1 has gone through w and a tanh when step 2 comes, so (0, 1) does not leave the same.": 1.0,
        "To undo w one would multiply; here w has to be done to x, too, and the tanh of step 1.": 1 / w,
    }
