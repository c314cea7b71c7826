"""The pictures of How far a gradient reaches: sizes of gradients against steps back, on logarithmic axes.

    bounds(reach)                     plain RNNs, measured, and what bounds them
    loudness(reach)                   one plain RNN that reads louder and louder noise
    both_parts(b_f, weight, X)        what the next picture shows of a unit
    four_units(parts)                 along the memory, through h, and both together
    along_and_whole(direct, whole, plain)    the forget gates alone, and all paths

Each picture is shown in the notebook, and described for those who cannot see it.
"""

import numpy as np

from lstm_lib import flow, lstm
from lstm_lib.functional import tanh_grad
from lstm_lib.plotting import INK, LOOKS, curve, figure, show

OCHRES = ["#CC9A2E", "#A06F00", "#5C4000"]  # shades of the colour of h
BLUES = ["#62A6D6", "#2F86C0", "#0067A6", "#003A5E"]  # shades of the colour of f


def bounds(reach):
    """Show what is left of a gradient in three RNNs, each with the bound that its scale gives.

    Parameters
    ----------
    reach : dict of ndarray
        scale → `flow.norms`, for three scales.

    Examples
    --------
    >>> bounds({s: 0.9 * s ** np.arange(11) for s in (0.8, 1.0, 1.5)})  # doctest: +ELLIPSIS
    Figure: Three ...
    """
    fig, ax = figure(height=3.1)
    T = len(next(iter(reach.values()))) - 1
    lags = np.arange(T + 1)
    for (s, norms), colour in zip(reach.items(), OCHRES, strict=True):
        ax.semilogy(lags, s**lags, color=colour, ls="--", lw=1.2)
        ax.semilogy(lags, norms, color=colour)
        ax.text(1.02 * T, norms[-1], f"s = {s}", color=INK, va="center")
    largest = max(reach)
    ax.text(1.02 * T, float(largest) ** T, f"bound for {largest}", color=INK, va="center", fontsize=9)
    ax.set(xlim=(0, T), ylim=(1e-12, 1e20), yticks=[1e-10, 1, 1e10, 1e20], xlabel="steps back k")
    ax.set(ylabel=r"$\|J_k\|$", title="Three tanh RNNs, measured (solid), and their bounds (dashed)")
    ax.minorticks_off()
    ends = "; ".join(
        f"for s = {s} it ends at {norms[-1]:.0e} and its bound at {float(s) ** T:.0e}"
        for s, norms in reach.items()
    )
    show(
        fig, f"Three tanh RNNs: the norm of the gradient against steps back, with dashed bounds. After {T} {ends}."
    )


def loudness(reach):
    """Show what is left of a gradient in one RNN, for three inputs.

    Parameters
    ----------
    reach : dict of ndarray
        size of the noise → `flow.norms`, for three sizes.

    Examples
    --------
    >>> loudness({size: np.ones(11) / size for size in (0.1, 1, 10)})  # doctest: +ELLIPSIS
    Figure: One ...
    """
    fig, ax = figure(height=3.1)
    T = len(next(iter(reach.values()))) - 1
    for (size, norms), colour, style in zip(reach.items(), OCHRES, ["-", "--", "-."], strict=True):
        ax.semilogy(range(T + 1), norms, color=colour, ls=style)
        ax.text(1.02 * T, norms[-1], f"noise × {size}", color=INK, va="center")
    ax.set(xlim=(0, T), ylim=(1e-6, 1e6), yticks=[1e-6, 1e-3, 1, 1e3, 1e6], xlabel="steps back k")
    ax.set(ylabel=r"$\|J_k\|$", title="One set of weights, three loudnesses")
    ax.minorticks_off()
    ends = ", ".join(f"{norms[-1]:.0e} with noise of size {size}" for size, norms in reach.items())
    show(
        fig,
        f"One set of weights, three loudnesses: the norm of the gradient against steps back. It ends at {ends}.",
    )


def both_parts(b_f, weight, X):
    """Return ∂C_T/∂C_{T−k} of one unit, for k = 0 … T − 1: along the memory, and through h.

    Parameters
    ----------
    b_f, weight : float
        The bias of its forget gate, and the weight with which its candidate sees h. It sees x with 0.5 everywhere.
    X : ndarray of shape (T, 1, 1)
        What it reads.

    Examples
    --------
    >>> along, through = both_parts(0.0, 0.0, np.zeros((3, 1, 1)))  # every gate stays at ½
    >>> along, through
    (array([1.  , 0.5 , 0.25]), array([0., 0., 0.]))
    """
    params = {f"W_{k}": np.array([[0.0, 0.5]]) for k in "fiCo"} | {f"b_{k}": np.zeros((1, 1)) for k in "fiCo"}
    params |= {"b_f": np.array([[b_f]]), "W_C": np.array([[weight, 0.5]])}
    _, steps = lstm.forward(params, X)
    J = flow.jacobians(lstm, params, X)[:-1]  # (h_T, C_T) by (h, C), k steps earlier
    trace = lstm.stack(steps[::-1])
    shown = trace.o_t * tanh_grad(np.tanh(trace.C_t))  # h by C, in the same step
    whole = J[:, 1, 1] + J[:, 1, 0] * shown[:, 0, 0]
    along = flow.direct(steps)[:-1, 0, 0]
    return along, whole - along


def four_units(parts):
    """Show the two parts of ∂C_T/∂C_{T−k}, and both together, for four units.

    Parameters
    ----------
    parts : dict of pairs of ndarray
        what the unit is → along the memory and through h, for k = 0 … T − 1.

    Examples
    --------
    >>> four_units({f"unit {n}": (np.ones(9), -np.ones(9) / 2) for n in range(4)})  # doctest: +ELLIPSIS
    Figure: Four ...
    """
    fig, axes = figure(height=3.15, nrows=2, ncols=2, sharex=True)
    lines = {}
    for ax, (words, (along, through)) in zip(axes.flat, parts.items(), strict=True):
        lags = np.arange(len(along))
        sizes = {"both together": abs(along + through), "along the memory": abs(along), "through h": abs(through)}
        for (name, size), look in zip(sizes.items(), ("x_t", "f_t", "h_t"), strict=True):
            wide = {"lw": 5, "marker": "", "alpha": 0.5} if name == "both together" else {}
            shown = size > 0  # nothing at all has no place on a logarithmic axis
            if shown.any():
                lines[name] = curve(ax, lags[shown], size[shown], look, **wide)
        ax.set(yscale="log", title=words.replace("b_f", "$b_f$"), xlim=(0, lags[-1]))
        if abs(along + through).max() < 10:
            ax.set(ylim=(1e-6, 2))
    fig.supxlabel("steps back k", fontsize="medium")
    fig.supylabel(r"size of $\partial C_T / \partial C_{T-k}$", fontsize="medium")
    fig.legend([*lines.values()], [*lines], loc="outside upper center", ncols=3, frameon=False)
    ends = ". ".join(
        f"{words}: along the memory {abs(along[-1]):.0e}, through h {abs(through[-1]):.0e}, "
        f"together {abs(along[-1] + through[-1]):.0e}"
        for words, (along, through) in parts.items()
    )
    show(
        fig,
        "Four units: the size of the derivative of the last memory by the memory k steps before, along the "
        f"memory, through h and both together. At the right end, {ends}.",
    )


def along_and_whole(direct, whole, plain):
    """Show what the forget gates alone leave of a gradient, and beside it the whole gradient, for four biases.

    Parameters
    ----------
    direct, whole : dict of ndarray
        b_f → what is left after k steps.
    plain : ndarray
        The same of a plain RNN.

    Examples
    --------
    >>> one = {b_f: np.full(11, 0.1) for b_f in (0.0, 1.0, 3.0, 5.0)}
    >>> along_and_whole(one, one, np.full(11, 0.01))  # doctest: +ELLIPSIS
    Figure: Along ...
    """
    fig, (left, right) = figure(height=3.1, ncols=2, sharey=True)
    T = len(plain) - 1
    for ax, each in [(left, direct), (right, whole)]:
        for (b_f, norms), colour in zip(each.items(), BLUES, strict=True):
            ax.semilogy(range(T + 1), norms, color=colour)
            ax.text(1.02 * T, norms[-1], f"{b_f:.0f}", color=INK, va="top" if b_f == 3 else "center")
    right.semilogy(range(T + 1), plain, color=LOOKS["h_t"].colour, ls="--")
    right.text(0.62 * T, 1e-20, "plain RNN", color=LOOKS["h_t"].colour, ha="center")
    left.set(title="Along the memory", xlabel="steps back k", ylabel="size of gradient", xlim=(0, T))
    right.set(title="All paths together", xlabel="steps back k", xlim=(0, T))
    left.set(ylim=(1e-32, 1e8), yticks=[1e-30, 1e-20, 1e-10, 1])
    left.text(1.02 * T, 1e5, "$b_f$", color=BLUES[2], va="center")
    right.text(1.02 * T, 3e6, "$b_f$", color=BLUES[2], va="center")
    left.minorticks_off()
    ends = "; ".join(
        f"bias {b_f:.0f}: {direct[b_f][-1]:.0e} along the memory, {whole[b_f][-1]:.0e} together" for b_f in direct
    )
    show(
        fig,
        "Along the memory, and all paths together: the size of the gradient against steps back, for four forget "
        f"biases. After {T} steps, {ends}. A plain RNN, dashed, has come to {plain[-1]:.0e}.",
    )
