"""Pictures of texts and of those who guess them: bits by order, by training, by distance, and a text in colours.

by_order(…)       how many bits a character needs, for counts of more and more characters in a row
by_training(…)    the same while networks train
by_distance(…)    how often the right closer is foreseen
coloured(…)       a text in the colours of a unit's memory, shown; draw_coloured(…) gives the figure and its words
as_a_counter(…)   what a unit does at openers, closers and letters, and its memory at each depth
"""

import json

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from lstm_lib import fused, text
from lstm_lib.lesson.tables import Table
from lstm_lib.plotting import INK, LOOKS, PURPLE, figure, legend, show

MEMORY = LinearSegmentedColormap.from_list("memory", ["#6FAEE2", "white", "#F3A55C"])
GREY, FLOOR = "#767676", LOOKS["f_t"].colour
KINDS = {"an opener": text.OPENERS, "a closer": text.CLOSERS, "any letter": text.SYMBOLS[6:]}
COLUMNS = 60  # characters of a text in a line


def by_order(bits, floor=None, network=None):
    """Show bits (a list, for orders 1, 2, …) over the order; the floor and a network's bits as lines.

    Examples
    --------
    >>> by_order([3.7, 3.6], 3.4)  # doctest: +ELLIPSIS
    Figure: Bits a character over how many ... in a row are counted, from 1 to 2: 3.70, 3.60. The floor is 3.40.
    """
    fig, ax = figure(height=2.8)
    ax.plot(range(1, len(bits) + 1), bits, "s--", color=INK, label="counting")
    lines = {"The floor": (floor, FLOOR, ":"), "The network": (network, PURPLE, "-")}
    lines = {name: line for name, line in lines.items() if line[0] is not None}
    for name, (height, colour, style) in lines.items():
        ax.axhline(height, color=colour, ls=style, label=name.lower())
    ax.set(xlabel="characters in a row that are counted", ylabel="bits a character")
    ax.set_xticks(range(1, len(bits) + 1))
    legend(ax)
    said = f"Bits a character over how many characters in a row are counted, from 1 to {len(bits)}"
    heights = " ".join(f"{name} is {line[0]:.2f}." for name, line in lines.items())
    show(fig, f"{said}: {', '.join(f'{b:.2f}' for b in bits)}. {heights}")


def by_training(curves, lines):
    """Show bits over steps, a curve of (step, bits) for each seed, and lines to compare with, the floor last.

    Examples
    --------
    >>> by_training([[(0, 4.0), (9, 3.5)]], {"counting": 3.7, "the floor": 3.4})  # doctest: +ELLIPSIS
    Figure: Bits a character over steps ..., 1 seed: from 4.00 to 3.50. Lines: counting 3.70, the floor 3.40.
    """
    fig, ax = figure(height=3.0)
    for n, curve in enumerate(curves):
        ax.plot(*zip(*curve, strict=True), color=PURPLE, lw=1.2, label="LSTM" if n == 0 else None)
    for (name, height), (colour, style) in zip(lines.items(), ((INK, "--"), (FLOOR, ":")), strict=True):
        ax.axhline(height, color=colour, ls=style, label=name)
    ax.set(xlabel="steps of training", ylabel="bits a character")
    legend(ax)
    ends = " and ".join(sorted({f"{curve[-1][1]:.2f}" for curve in curves}))
    said = ", ".join(f"{name} {height:.2f}" for name, height in lines.items())
    seeds = f"{len(curves)} seed{'s' if len(curves) > 1 else ''}"
    start = f"from {curves[0][0][1]:.2f} to {ends}"
    show(fig, f"Bits a character over steps of training, {seeds}: {start}. Lines: {said}.")


def by_distance(guessers):
    """Show for each guesser the shares of right closers that `text.right_closers` gives.

    Examples
    --------
    >>> by_distance({"a coin": dict.fromkeys(text.FAR, 0.5)})  # doctest: +ELLIPSIS
    Figure: The share of right closers over the distance to the opener. ... A coin: 1–3 0.50, 4–7 0.50, ...
    """
    fig, ax = figure(height=2.8)
    for (name, shares), (colour, style) in zip(guessers.items(), ((PURPLE, "o-"), (INK, "s--")), strict=False):
        ax.plot(range(len(shares)), list(shares.values()), style, color=colour, label=name)
    ax.axhline(1 / 3, color=GREY, lw=1, ls="-.", label="chance")
    ax.set(xlabel="characters since the bracket was opened", ylabel="right closers", ylim=(0, 1.05))
    ax.set_xticks(range(len(text.FAR)), [far.replace(" and more", "+") for far in text.FAR])
    legend(ax)
    said = (", ".join(f"{far} {share:.2f}" for far, share in shares.items()) for shares in guessers.values())
    said = " ".join(f"{name[0].upper()}{name[1:]}: {each}." for name, each in zip(guessers, said, strict=True))
    show(fig, f"The share of right closers over the distance to the opener. Chance is one third. {said}")


def coloured(written, C, unit, below):
    """Show a text, each character on the colour of a unit's memory C, and `below` it a row of numbers.

    Examples
    --------
    >>> coloured("(a)", np.array([1.0, 1.0, 0.0]), 5, depths("(a)"))  # doctest: +ELLIPSIS
    Figure: A text of 3 characters, coloured by the memory of unit 5, from 0.0 (blue) to 1.0 (orange). ...
    """
    show(*draw_coloured(written, C, unit, below))


def opening(results):
    """Show two lines of brackets in the colours of the kept network's counting unit; `results` is a folder.

    Examples
    --------
    >>> from lstm_lib.lesson import course
    >>> opening(course.place("notebooks/results"))  # doctest: +ELLIPSIS
    Figure: A text of 120 characters, coloured by the memory of unit ...
    """
    net = {name: p.astype(float) for name, p in np.load(results / "11_brackets.npz").items()}
    table = json.loads((results / "11_brackets.json").read_text(encoding="utf-8"))
    unit = table["runs"][0]["depth"]["unit"]
    written = text.brackets(2 * COLUMNS, 1, np.random.default_rng(12))
    _, trace = fused.forward(net, text.one_hot(written.codes, len(text.SYMBOLS), float))
    coloured(text.decode(written.codes[:, 0]), trace.C_t[:, unit, 0], unit, written.depth[:, 0])


def as_a_counter(trace, unit, written, depth):
    """Return a table: a unit's gates f and i and how its memory changes, at each kind of character.

    Parameters
    ----------
    trace : Step
        A stacked trace for one text.
    unit : int
        Which unit.
    written : str
        The text, T characters.
    depth : ndarray of shape (T, 1)
        How many brackets are open after each.

    Returns
    -------
    Table
        A row for openers, closers and letters; the caption says what C is at each depth.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> f, i, C = np.ones((3, 1, 1)), np.ones((3, 1, 1)), np.array([1.0, 1.0, 0.0]).reshape(3, 1, 1)
    >>> trace = SimpleNamespace(f_t=f, i_t=i, C_t=C, C_prev=np.array([0.0, 1.0, 1.0]).reshape(3, 1, 1))
    >>> as_a_counter(trace, 0, "(a)", np.array([[1], [1], [0]]))
    Unit 0: C is 0.0 with 0 open, 1.0 with 1
                f     i     change of C
    an opener   1.00  1.00  +1.00
    a closer    1.00  1.00  −1.00
    any letter  1.00  1.00  +0.00
    """
    f, i, C, before = (each[:, unit, 0] for each in (trace.f_t, trace.i_t, trace.C_t, trace.C_prev))
    rows = []
    for name, group in KINDS.items():
        at = [one in group for one in written]
        change = f"{(C - before)[at].mean():+.2f}".replace("-", "−")
        rows.append([name, f"{f[at].mean():.2f}", f"{i[at].mean():.2f}", change])
    by_depth = [f"{C[depth[:, 0] == n].mean():.1f}".replace("-", "−") for n in range(depth.max() + 1)]
    first, *others = (f"{height} with {n}" for n, height in enumerate(by_depth))
    caption = ", ".join([f"Unit {unit}: C is {first} open", *others])
    return Table(caption, ["", "f", "i", "change of C"], rows)


def draw_coloured(written, C, unit, below):
    """Return the figure of `coloured`, and its words.

    Examples
    --------
    >>> draw_coloured("(a)", np.array([1.0, 1.0, 0.0]), 5, depths("(a)"))[1][-33:]
    'The text: (a). Below it: 1, 1, 0.'
    """
    n_lines = max(1, -(-len(written) // COLUMNS))
    fig, ax = figure(height=0.2 + 0.42 * n_lines)
    low, high = (float(np.min(C)), float(np.max(C))) if len(written) else (0.0, 0.0)
    for t, (character, value, number) in enumerate(zip(written, C, below, strict=True)):
        row, column = divmod(t, COLUMNS)
        shade = MEMORY((value - low) / max(high - low, 1e-9))
        ax.add_patch(Rectangle((column, row + 0.02), 1, 0.56, color=shade, lw=0))
        ax.text(column + 0.5, row + 0.31, character, ha="center", va="center", family="monospace")
        ax.text(column + 0.5, row + 0.76, number, ha="center", va="center", fontsize=8, color="#404040")
    ax.set(xlim=(0, COLUMNS), ylim=(n_lines, 0))
    ax.axis("off")
    said = f"A text of {len(written)} characters, coloured by the memory of unit {unit}, from {low:.1f} (blue) to "
    return fig, f"{said}{high:.1f} (orange). The text: {written}. Below it: {', '.join(map(str, below))}."


def depths(written):
    """Return how many brackets are open after each character.

    Examples
    --------
    >>> depths("(a[])").tolist()
    [1, 1, 2, 1, 0]
    """
    return np.cumsum([(one in text.OPENERS) - (one in text.CLOSERS) for one in written]).astype(int)
