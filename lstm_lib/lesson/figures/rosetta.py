"""The pictures of Rosetta: gates in the weights, how two runs part, steps joined, and memories that read bits.

    blocks(2, 3)                one LSTM as some programs store it, to scale
    gate(trace), drift(…)       the forget gates of a model; how far two runs are apart
    scan(8)                     how neighbouring steps are joined
    paths(path), parity(…)      memories over time; one unit and the number of ones so far

Each function shows its picture in the notebook, and describes it for those who cannot see it.
"""

import numpy as np
from matplotlib.patches import Rectangle

from lstm_lib import lstm, plotting, rosetta
from lstm_lib.lesson.translations import IN_TEXT, SEVEN

FIELDS = {"f": "f_t", "i": "i_t", "C": "C_tilde", "o": "o_t"}
ROUNDING = 1e-10  # below it lies what differs from one processor to the next


def blocks(D, H, layouts=("primer", "torch", "keras", "onnx")):
    """Draw where each gate lies in the arrays of some notations, to scale, in the gates' colours.

    Parameters
    ----------
    D, H : int
        Inputs and units.
    layouts : sequence of str
        Some of `translations.SEVEN`.

    Examples
    --------
    >>> blocks(2, 3, ["primer", "keras"])  # in a notebook: the picture
    Figure: Where the gates lie in the weights, to scale. The primer: f, i, C̃, o, in rows. Keras: i, f, C̃, ...
    """
    fig, axes = plotting.figure(height=2.3, ncols=len(layouts))
    told = []
    for ax, layout in zip(axes, layouts, strict=True):
        form, name = rosetta.LAYOUTS[layout], SEVEN[layout]
        for k, x, y, width, height in _rectangles(form, D, H):
            look = plotting.LOOKS[FIELDS[k]]
            ax.add_patch(Rectangle((x, y), width, height, facecolor=look.colour, edgecolor="white"))
            at = x + width / 2, y + height / 2
            ax.text(*at, look.symbol.replace("_t", ""), color="white", ha="center", va="center", fontsize=10)
        for part, x, y in _names_of_matrices(form, D, H):
            ax.text(x, y, f"${', '.join(part)}$", ha="center", va="center", fontsize=10)
        ax.set(title=name, aspect="equal", xlim=(-1.2, 4 * H + 1), ylim=(4 * H + 2, -1.2))
        ax.axis("off")
        order, side = ", ".join(IN_TEXT[k] for k in form.order), "side by side" if form.columns else "in rows"
        told.append(f"{name[0].upper()}{name[1:]}: {order}, {side}.")
    plotting.show(fig, f"Where the gates lie in the weights, to scale. {' '.join(told)}")


def _rectangles(form, D, H):
    """Yield each gate's block in each matrix of a layout: gate, x, y, width, height."""
    start = 0
    for part, names in form.weights.items():
        across = {"h": H, "x": D}.get(part, H + D)
        gap = 0.5 * (len(names.split()) > 1)  # arrays of their own stand apart
        for place, k in enumerate(form.order):
            along = place * (H + gap)
            yield (k, along, start, H, across) if form.columns else (k, start, along, across, H)
        start += across + 0.5


def _names_of_matrices(form, D, H):
    """Yield what each matrix of a layout is multiplied with, and where to write it: x, y."""
    start = 0
    for part in form.weights:
        across = {"h": H, "x": D}.get(part, H + D)
        middle = start + across / 2
        yield (part, -0.7, middle) if form.columns else (part, middle, -0.6)
        start += across + 0.5


def gate(trace, name="f_t"):
    """Draw one gate of all units over time, for the first sequence.

    Parameters
    ----------
    trace : Step of ndarray of shape (T, H, B)
        What ``lstm.stack`` returns.
    name : str, default "f_t"
        The field of the trace.

    Examples
    --------
    >>> hs, steps = lstm.forward(lstm.init_params(2, 3, np.random.default_rng(0)), np.zeros((5, 2, 1)))
    >>> gate(lstm.stack(steps))  # in a notebook: the picture
    Figure: The forget gate of each of 3 units over 5 steps, between 0.73 and 0.73. The dashed line is at 0.5.
    """
    values, look = getattr(trace, name)[:, :, 0], plotting.LOOKS[name]
    fig, ax = plotting.figure(height=2.6)
    ax.plot(range(1, len(values) + 1), values, color=look.colour, marker=look.marker, ms=3, lw=1)
    ax.axhline(0.5, color=plotting.QUIET, ls="--")
    ax.set(ylim=(0, 1), xlabel="step t", title=f"{look.word} of each unit")
    T, H = values.shape
    span = f"between {values.min():.2f} and {values.max():.2f}"
    plotting.show(fig, f"The {look.word} of each of {H} units over {T} steps, {span}. The dashed line is at 0.5.")


def drift(curves, title):
    """Draw how far two runs are apart, step by step, on a logarithmic scale.

    Parameters
    ----------
    curves : dict of array_like
        What was done → the differences; three at most.
    title : str
        What is compared.

    Examples
    --------
    >>> drift({"as it is": [1e-16, 1e-3]}, "Losses")  # in a notebook: the picture
    Figure: Losses: how far they are apart after each training step. As it is: at most 1e-03.
    """
    fig, ax = plotting.figure(height=2.8)
    told = []
    # one may hide another
    looks = [("o-", 4, "#A8A8A8"), ("s--", 1.2, plotting.INK), ("^:", 1.2, plotting.PURPLE)]
    for (words, values), (style, lw, colour) in zip(curves.items(), looks[: len(curves)], strict=True):
        apart = np.maximum(np.abs(values), ROUNDING)  # equal to the last digit has no place on such a scale
        ax.semilogy(range(1, len(apart) + 1), apart, style, color=colour, ms=4, lw=lw, label=words)
        most = f"at most {apart.max():.0e}" if apart.max() > ROUNDING else "equal to rounding"
        told.append(f"{words[0].upper()}{words[1:]}: {most}.")
    ax.set(xlabel="training step", ylabel="difference", title=title, ylim=(ROUNDING / 3, 1))
    plotting.legend(ax)
    plotting.show(fig, f"{title}: how far they are apart after each training step. {' '.join(told)}")


def scan(T):
    """Draw how neighbouring steps are joined, round by round; full circles hold all steps from the first.

    Parameters
    ----------
    T : int
        How many steps.

    Examples
    --------
    >>> scan(8)  # in a notebook: the picture
    Figure: 8 steps are joined in 3 rounds: after them a sum holds up to 2, 4, 8 steps.
    """
    fig, ax = plotting.figure(height=2.5)
    n, rounds = 1, 0
    while n < T:
        for t in range(T):
            for start in [t, t - n] if t >= n else [t]:
                ax.plot([start, t], [rounds, rounds + 1], color=plotting.QUIET, lw=1.2, zorder=1)
        n, rounds = 2 * n, rounds + 1
    for row in range(rounds + 1):
        faces = [plotting.INK if t < 2**row else "white" for t in range(T)]
        ax.scatter(range(T), [row] * T, s=90, c=faces, edgecolors=plotting.INK, linewidths=1.4, zorder=2)
    ax.set(xticks=range(T), xticklabels=range(1, T + 1), xlabel="step t", ylim=(rounds + 0.4, -0.4))
    ax.set_yticks(range(rounds + 1), ["at first", *(f"round {row}" for row in range(1, rounds + 1))])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    held = ", ".join(str(2**row) for row in range(1, rounds + 1))
    plotting.show(fig, f"{T} steps are joined in {rounds} rounds: after them a sum holds up to {held} steps.")


def paths(path):
    """Draw memories over time, each as a part of its largest value.

    Parameters
    ----------
    path : ndarray of shape (T, n)
        What `translations.reading_ones` returns.

    Examples
    --------
    >>> paths(np.array([[1.0, -1.0], [2.0, -4.0]]))  # in a notebook: the picture
    Figure: 2 memories over 2 steps, each as a part of its largest value: 2 go one way only.
    """
    fig, ax = plotting.figure(height=2.3)
    ax.plot(range(1, len(path) + 1), path / np.abs(path).max(axis=0), color=plotting.INK, lw=0.8, alpha=0.6)
    ax.set(xlabel="steps, at each of which a one is read", ylabel="memory / its largest", ylim=(-1.1, 1.1))
    ax.set_xticks(range(1, len(path) + 1, 3))
    steps = np.round(np.diff(path, axis=0), 12)
    one_way = ((steps >= 0).all(axis=0) | (steps <= 0).all(axis=0)).sum()
    said = f"{path.shape[1]} memories over {len(path)} steps, each as a part of its largest value"
    plotting.show(fig, f"{said}: {one_way} go one way only.")


def parity(params, bits):
    """Draw what one unit shows that begins at C = −1; grey is where the number of ones so far is odd.

    Parameters
    ----------
    params : dict of array_like
        Of `lstm`, with one input and one unit.
    bits : sequence of int
        What it reads, 0 or 1.

    Examples
    --------
    >>> silent = {f"{p}_{k}": np.zeros((1, 2 if p == "W" else 1)) for p in "Wb" for k in "ifCo"}
    >>> parity(silent, [1, 0])  # in a notebook: the picture
    Figure: A unit reads 1 0. Odd so far: 1 1. What it shows is above 0: 0 0.
    """
    params = {name: np.array(p, float) for name, p in params.items()}
    start = np.array([[np.tanh(-1)]]), np.array([[-1.0]])
    hs, _ = lstm.forward(params, np.reshape(bits, (-1, 1, 1)), start)
    shown, odd = hs[:, 0, 0], np.cumsum(bits) % 2
    fig, ax = plotting.figure(height=2.3)
    for t in np.flatnonzero(odd):
        ax.axvspan(t - 0.5, t + 0.5, color="#E8E8E8", lw=0)
    look = plotting.LOOKS["h_t"]
    ax.step(range(len(bits)), shown, where="mid", color=look.colour, lw=1)
    ax.plot(range(len(bits)), shown, look.marker, color=look.colour)
    ax.set(xticks=range(len(bits)), xticklabels=bits, ylim=(-1, 1), ylabel="h", title="Grey: odd so far")
    ax.set(xlabel="the bit that is read")
    said = [" ".join(map(str, row)) for row in (bits, odd, (shown > 0).astype(int))]
    plotting.show(fig, f"A unit reads {said[0]}. Odd so far: {said[1]}. What it shows is above 0: {said[2]}.")
