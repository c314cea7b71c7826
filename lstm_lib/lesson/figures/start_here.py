"""The pictures of Start here: the curves of the cell, and what it remembers through noise.

    squashers()                 σ and tanh, the two curves of the cell
    two_memories(X, trace)      what came in, and what two sequences remember of it

Each function shows its picture in the notebook, and describes it for those who cannot see it.
"""

import numpy as np

from lstm_lib.functional import sigmoid
from lstm_lib.plotting import INK, LOOKS, curve, figure, show


def squashers():
    """Show σ and tanh as curves, from −6 to 6.

    Examples
    --------
    >>> squashers()  # doctest: +ELLIPSIS
    Figure: ...
    """
    a = np.linspace(-6, 6, 241)
    fig, axes = figure(height=2.4, ncols=2)
    kinds = (
        ("σ: a gate, between 0 and 1", sigmoid, "f_t"),
        ("tanh: a candidate, between −1 and 1", np.tanh, "C_tilde"),
    )
    for ax, (title, squash, name) in zip(axes, kinds, strict=True):
        ax.axhline(0, color="#767676", lw=0.8)
        ax.plot(a, squash(a), color=LOOKS[name].colour)
        ax.set(title=title, xlabel="the sum a", xlim=(-6, 6), ylim=(-1.15, 1.15), yticks=(-1, 0, 1))
        ax.grid(True)
    show(
        fig,
        "Two curves over a sum a from -6 to 6. On the left sigma: near 0 for a below -4, one half at 0, near 1 "
        "above 4. On the right tanh: near -1 for a below -2, 0 at 0, near 1 above 2. Both rise all the way and "
        "never pass their limits.",
    )


def two_memories(X, trace):
    """Show the first input of the first sequence, and the memory of the first unit in two sequences.

    Parameters
    ----------
    X : ndarray of shape (T, D, 2)
        Two sequences.
    trace : Step
        Their steps, stacked.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> X = np.zeros((4, 2, 2))
    >>> two_memories(X, lstm.stack(lstm.forward(lstm.init_params(2, 1, np.random.default_rng(0)), X)[1]))
    ... # doctest: +ELLIPSIS
    Figure: ...
    """
    T = len(X)
    fig, (above, below) = figure(height=3.4, nrows=2, sharex=True)
    curve(above, range(1, T + 1), X[:, 0, 0], "x_t", lw=1, marker="")
    above.set(ylabel="value", title="What comes in: one symbol, then noise", xlim=(0, T + 1))
    for b, style in enumerate(["-", "--"]):
        C = trace.C_t[:, 0, b]
        curve(below, range(1, T + 1), C, "C_t", ls=style, marker="")
        below.text(
            T / 2,
            C[T // 2] * 0.6,
            f"first symbol {X[0, 0, b]:+.0f}".replace("-", "−"),
            va="center",
            ha="center",
            color=INK,
        )
    below.set(ylabel="$C_t$", xlabel="step t", title="What is remembered", ylim=(-1.3, 1.3))
    first, second = trace.C_t[0, 0], trace.C_t[-1, 0]
    show(
        fig,
        f"Two panels over {T} steps. Above, the input: the first symbol, then noise that jumps between -1 and 1. "
        f"Below, the memory of two sequences: one goes from {first[0]:.2f} to {second[0]:.2f}, the other from "
        f"{first[1]:.2f} to {second[1]:.2f}, both as flat lines on which the noise leaves no mark.",
    )
