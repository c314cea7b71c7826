"""Pictures of texts and of those who guess them: bits by order, by training, by distance, and a text in colours.

    by_order(…)       how many bits a character needs, for counts of more and more characters
    by_training(…)    the same while networks train
    by_distance(…)    how often the right closer is foreseen
    coloured(…)       a text in the colours of a unit's memory

Each returns a figure and its words; `show` puts them into the notebook.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from lstm_lib import plotting, text
from lstm_lib.plotting import INK, LOOKS, PURPLE, figure

MEMORY = LinearSegmentedColormap.from_list("memory", ["#6FAEE2", "white", "#F3A55C"])
GREY = "#767676"
COLUMNS = 60  # characters of a text in a line


def show(drawn, title=None):
    """Put what one of the functions below has drawn into the notebook.

    Examples
    --------
    >>> show(by_order({"counts": [3.7, 3.6]}, 3.4))  # doctest: +ELLIPSIS
    Figure: Bits a character ...
    """
    fig, words = drawn
    plotting.show(fig, words, title)


def by_order(guessers, floor=None):
    """Draw bits over the order of the counts, with the floor as a line.

    Parameters
    ----------
    guessers : dict of list of float
        What each is called → its bits for the orders 1, 2, …
    floor : float, optional
        The least that is possible, where it is known.

    Returns
    -------
    (Figure, str)

    Examples
    --------
    >>> fig, words = by_order({"counts": [3.7, 3.6]}, 3.4)
    >>> words
    'Bits a character over the order of the counts, from 1 to 2. The curve counts goes from 3.70 to 3.60; the floor is 3.40.'
    """
    fig, ax = figure(height=2.8)
    said = []
    for (name, bits), style in zip(guessers.items(), ("o-", "s--"), strict=False):
        ax.plot(range(1, len(bits) + 1), bits, style, color=INK, label=name)
        said.append(f"The curve {name} goes from {bits[0]:.2f} to {bits[-1]:.2f}")
    longest = max(map(len, guessers.values()))
    if floor is not None:
        ax.axhline(floor, color=LOOKS["f_t"].colour, ls=":", label="the floor")
        said.append(f"the floor is {floor:.2f}")
    ax.set(
        xlabel="characters in a row that are counted, n", ylabel="bits a character", xticks=range(1, longest + 1)
    )
    plotting.legend(ax)
    return fig, f"Bits a character over the order of the counts, from 1 to {longest}. {'; '.join(said)}."


def by_training(curves, lines):
    """Draw bits over the steps of training, one curve for each seed, and horizontal lines to compare with.

    Parameters
    ----------
    curves : list of list of (step, bits)
        As in the stored tables.
    lines : dict of float
        What each line is called → its height; the last is the floor.

    Returns
    -------
    (Figure, str)

    Examples
    --------
    >>> fig, words = by_training([[(0, 4.0), (100, 3.5)]], {"n-gram": 3.7, "floor": 3.4})
    >>> words
    'Bits a character over steps of training, for 1 seeds: from 4.00 to 3.50. Lines: n-gram 3.70, floor 3.40.'
    """
    fig, ax = figure(height=3.0)
    for n, curve in enumerate(curves):
        steps, bits = zip(*curve, strict=True)
        ax.plot(steps, bits, color=PURPLE, lw=1.2, label="LSTM" if n == 0 else None)
    looks = ((INK, "--"), (GREY, "-."), (LOOKS["f_t"].colour, ":"))[-len(lines) :]
    for (name, height), (colour, style) in zip(lines.items(), looks, strict=False):
        ax.axhline(height, color=colour, ls=style, label=name)
    every = [bits for curve in curves for _, bits in curve]
    low = min([*lines.values(), *every])
    ax.set(xlabel="steps of training", ylabel="bits a character", ylim=(low - 0.03 * (max(every) - low), None))
    plotting.legend(ax)
    ends = sorted({f"{curve[-1][1]:.2f}" for curve in curves})
    said = ", ".join(f"{name} {height:.2f}" for name, height in lines.items())
    return fig, (
        f"Bits a character over steps of training, for {len(curves)} seeds: from {every[0]:.2f} to {' and '.join(ends)}. "
        f"Lines: {said}."
    )


def by_distance(guessers):
    """Draw how often each guesser foresees the right closer, over the distance to its opener.

    Parameters
    ----------
    guessers : dict of dict of float
        What each is called → the shares, as from `text.right_closers`.

    Returns
    -------
    (Figure, str)

    Examples
    --------
    >>> shares = dict.fromkeys(text.FAR, 0.5)
    >>> by_distance({"a coin": shares})[1].split(". ")[-1]
    'a coin: 1–3 0.50, 4–7 0.50, 8–15 0.50, 16–31 0.50, 32–63 0.50, 64 and more 0.50.'
    """
    fig, ax = figure(height=2.8)
    looks = ((PURPLE, "o-"), (INK, "s--"), (GREY, "^:"))
    for (name, shares), (colour, style) in zip(guessers.items(), looks, strict=False):
        ax.plot(range(len(shares)), list(shares.values()), style, color=colour, label=name)
    ax.axhline(1 / 3, color=GREY, lw=1, ls="-.", label="chance")
    ax.set(xlabel="characters since the bracket was opened", ylabel="right closer", ylim=(0, 1.05))
    ax.set_xticks(range(len(text.FAR)), ["64+" if "more" in far else far for far in text.FAR])
    plotting.legend(ax)
    said = " ".join(
        f"{name}: {', '.join(f'{far} {share:.2f}' for far, share in shares.items())}."
        for name, shares in guessers.items()
    )
    return fig, f"The share of right closers over the distance to the opener; chance is one third. {said}"


def coloured(written, C, unit, below=None):
    """Draw a text, each character on the colour of a unit's memory, and under it how many brackets are open.

    Parameters
    ----------
    written : str
        The text.
    C : ndarray of shape (T,)
        What the unit remembers after each character.
    unit : int
        Its number.
    below : sequence of int, optional
        What is written under the characters; None is the depth in brackets.

    Returns
    -------
    (Figure, str)

    Examples
    --------
    >>> fig, words = coloured("(a)", np.array([1.0, 1.0, 0.0]), 5)
    >>> words
    'A text of 3 characters, coloured by the memory of unit 5, from 0.0 (blue) to 1.0 (orange). Text and depth: (a) 110.'
    """
    n_lines = -(-len(written) // COLUMNS)
    fig, ax = figure(height=0.35 + 0.42 * n_lines)
    below = depths(written) if below is None else below
    low, high = float(np.min(C)), float(np.max(C))
    for t, (character, value) in enumerate(zip(written, C, strict=True)):
        row, column = divmod(t, COLUMNS)
        shade = MEMORY((value - low) / max(high - low, 1e-9))
        ax.add_patch(_box(column, row, shade))
        ax.text(
            column + 0.5, row + 0.3, character.replace("\n", "¶"), ha="center", va="center", family="monospace"
        )
        if below != "":
            ax.text(column + 0.5, row + 0.74, below[t], ha="center", va="center", fontsize=6.5, color="#404040")
    ax.set(xlim=(0, COLUMNS), ylim=(n_lines, 0))
    ax.axis("off")
    tail = f" Text and depth: {written} {''.join(map(str, below))}." if below != "" else ""
    return fig, (
        f"A text of {len(written)} characters, coloured by the memory of unit {unit}, from {low:.1f} (blue) to {high:.1f} "
        f"(orange).{tail}"
    )


def depths(written):
    """Return how many brackets are open after each character.

    Examples
    --------
    >>> depths("(a[])").tolist()
    [1, 1, 2, 1, 0]
    """
    change = [(one in text.OPENERS) - (one in text.CLOSERS) for one in written]
    return np.cumsum(change)


def _box(column, row, shade):
    return Rectangle((column, row + 0.02), 1, 0.56, color=shade, lw=0)
