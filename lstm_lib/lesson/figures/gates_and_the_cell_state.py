"""The pictures of Gates and the cell state: parts of the circuit, soft switches, what a programmed unit does.

    cell_part("C_t", "f_t")           the circuit, with some quantities in colour
    soft_switches()                   what the weight of a gate changes, and what its bias
    run_of(X, trace, inputs, names)   what comes in, what the boxes say, what becomes of the memory
    half_lives(biases)                what is left of a memory after n steps

Each function shows its picture in the notebook, and describes it for those who cannot see it.
"""

import numpy as np

from lstm_lib.functional import sigmoid
from lstm_lib.lesson.diagrams import draw_cell
from lstm_lib.plotting import INK, LOOKS, figure, legend, plot_memory, plot_trace, show

PARTS = {
    "z_t": "the line z at the bottom, which joins h(t-1) and x(t) and runs below all four boxes",
    "C_t": "the memory, a line straight across the top from C(t-1) to C(t)",
    "f_t": "the forget gate, a box with sigma whose output multiplies the memory",
    "i_t": "the input gate, a box with sigma",
    "C_tilde": "the candidate, a box with tanh; its product with the input gate is added to the memory",
    "o_t": "the output gate, a box with sigma",
    "h_t": "the way out: the memory, down through tanh, times the output gate, leaves as h(t)",
}


def cell_part(*names):
    """Show the circuit of the cell with some quantities in colour and the rest in grey.

    Parameters
    ----------
    *names : str
        As in `diagrams.draw_cell`.

    Examples
    --------
    >>> cell_part("i_t")
    Figure: The circuit of the cell in grey. In colour: the input gate, a box with sigma.
    """
    in_colour = "; ".join(PARTS[name] for name in names)
    title = f"The circuit of the cell, with {', '.join(names)} in colour."
    show(draw_cell(names).figure, f"The circuit of the cell in grey. In colour: {in_colour}.", title)


def soft_switches():
    """Show what the weight of a gate changes, and what its bias.

    Examples
    --------
    >>> soft_switches()  # doctest: +ELLIPSIS
    Figure: ...
    """
    x = np.linspace(-3, 3, 301)
    fig, (left, right) = figure(height=2.9, ncols=2, sharey=True)
    for w, style in [(1, ":"), (4, "--"), (40, "-")]:
        left.plot(x, sigmoid(w * x), style, color=INK, label=f"w = {w}")
    for b, style in [(4, ":"), (0, "--"), (-4, "-")]:
        right.plot(x, sigmoid(4 * x + b), style, color=INK, label=f"b = {b}".replace("-", "−"))
    left.set(title="The weight: σ(w · x)", xlabel="x", ylabel="how far open")
    right.set(title="The bias: σ(4 · x + b)", xlabel="x")
    for ax in (left, right):
        ax.legend(loc="lower right", handlelength=1.6)
    show(
        fig,
        "Gates as soft switches, in two panels with S-shaped curves from 0 to 1. Left: with weight 1 the curve "
        "rises slowly, with 4 faster, with 40 it is nearly a step at x = 0. Right: three equal curves, half open "
        "at x = -1, 0 and 1 for biases 4, 0 and -4.",
    )


def run_of(X, trace, inputs, names):
    """Show three panels over time: what comes in, what some boxes say, and what each step does to the memory.

    Parameters
    ----------
    X : ndarray of shape (T, D, B)
        Of the sequences the first is drawn.
    trace : Step
        Its steps, stacked; of the units the first is drawn.
    inputs : list of str
        What the D inputs are called.
    names : list of str
        Which boxes, as in `plotting.plot_trace`.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> X = np.ones((4, 1, 1))
    >>> run_of(X, lstm.stack(lstm.forward(lstm.init_params(1, 1, np.random.default_rng(0)), X)[1]), ["x"], ["f_t"])
    ... # doctest: +ELLIPSIS
    Figure: A run of 4 steps in three panels. ...
    """
    T, D = X.shape[:2]
    fig, (top, middle, below) = figure(height=3.4, nrows=3, sharex=True, height_ratios=[0.4 + 0.4 * D, 1.7, 3])
    for k in range(D):
        top.bar(range(1, T + 1), 0.7 * X[:, k, 0], bottom=-k, color=LOOKS["x_t"].colour)
    top.set_yticks([-k for k in range(D)], inputs)
    top.set(title="What comes in")
    low = -1.15 if "C_tilde" in names else -0.15
    plot_trace(trace, names, ax=middle).set(xlabel="", ylim=(low, 1.15), title="What the boxes say")
    plot_memory(trace, ax=below).set_title("What becomes of the memory")
    for ax in (middle, below):
        legend(ax)
    show(fig, f"A run of {T} steps in three panels. {_what_happens(X, trace, inputs, names)}")


def _what_happens(X, trace, inputs, names):
    """Return in words when an input comes, between which values each box moves, and where the memory goes."""
    words = []
    if set(np.unique(X[:, :, 0])) <= {0, 1}:
        for k, name in enumerate(inputs):
            words.append(f"{name} comes at {_some(np.flatnonzero(X[:, k, 0]) + 1)}.")
    for name in names:
        values = getattr(trace, name)[:, 0, 0].round(2) + 0.0
        low, high = values.min(), values.max()
        moves = f"stays at {low:.2f}" if low == high else f"moves between {low:.2f} and {high:.2f}"
        words.append(f"The {LOOKS[name].word} {moves}.")
    C = trace.C_t[:, 0, 0].round(2) + 0.0
    bends = np.flatnonzero(np.diff(C, 2).round(2)) + 1
    path = ", ".join(f"{C[t]:g} after step {t + 1}" for t in [0, *bends, len(C) - 1])
    words.append(f"The memory is {path}, and changes evenly in between.")
    return " ".join(words)


def _some(steps):
    return "no step" if len(steps) == 0 else f"step{'s' * (len(steps) > 1)} {', '.join(map(str, steps))}"


def half_lives(biases):
    """Show what is left of a memory after n steps, for some biases of the forget gate; a dot marks the half.

    Parameters
    ----------
    biases : sequence of float
        Four at most.

    Examples
    --------
    >>> half_lives([0, 1])  # doctest: +ELLIPSIS
    Figure: What is left ...
    """
    fig, ax = figure(width=5.5, height=3.2)
    ticks = [1, 2, 5, 10, 20, 50, 100, 200]
    ax.set_xscale("log")
    ax.set_xticks(ticks, ticks)
    ax.set(xlim=(1, 300), ylim=(0, 1.05), xlabel="steps n", ylabel="share left")
    ax.set_title("What is left after n steps; a dot marks the half-life")
    n, look, words = np.geomspace(1, 300, 200), LOOKS["f_t"], []
    for b_f, style in zip(biases, [":", "-.", "--", "-"], strict=False):
        half_life = np.log(0.5) / np.log(sigmoid(b_f))
        ax.plot(n, sigmoid(b_f) ** n, style, color=look.colour, label=f"$b_f$ = {b_f}")
        ax.plot(half_life, 0.5, look.marker, color=look.colour, ms=8, clip_on=False)
        words.append(f"for a bias of {b_f} after {half_life:.1f} steps")
    legend(ax)
    show(
        fig,
        "What is left of a memory against the number of steps, on a logarithmic axis. Falling curves, which reach "
        f"one half {', '.join(words)}.",
    )
