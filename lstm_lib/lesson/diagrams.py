"""Drawings that need no data: the cell as a circuit, and the ways that a gradient takes back through two steps.

    draw_cell(["f_t"])      the circuit, all of it or with some quantities in colour
    circuit()               the same as lists of numbers, for those who draw it with other tools
    draw_way_back()         two steps, and += wherever two ways meet

Like all that draws, they take an Axes and give it back. Where the parts of the circuit lie, ``circuit.toml`` says.
"""

import tomllib
from pathlib import Path

from matplotlib.patches import Circle, FancyBboxPatch

from lstm_lib.plotting import INK, LOOKS, QUIET, figure

# --- the cell as a circuit ---

CIRCUIT = tomllib.loads(Path(__file__).with_name("circuit.toml").read_text(encoding="utf-8"))
_LOOKS = LOOKS | {"z_t": LOOKS["x_t"]._replace(symbol="$z_t$", word="h and x, joined")}
DRAWN = ("z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t")


def draw_cell(highlight=DRAWN, ax=None):
    """Draw the LSTM cell as a circuit, all of it or with some quantities in colour and the rest in grey.

    Parameters
    ----------
    highlight : sequence of str, optional
        Which of z_t, f_t, i_t, C_tilde, C_t, o_t, h_t to draw in colour; all of them, if nothing is said.
    ax : Axes, optional
        Where to draw; None makes a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        `highlight` names a quantity that is not in the picture.

    Examples
    --------
    >>> draw_cell(["f_t"]).get_title()
    ''
    """
    highlight = list(highlight)
    for name in highlight:
        if name not in DRAWN:
            raise ValueError(f"highlight has {name!r}; want some of {', '.join(DRAWN)}")
    colours = {name: _LOOKS[name].colour if name in highlight else QUIET for name in DRAWN}
    # what is quiet can still be read
    inks = {name: _LOOKS[name if name in highlight else "x_t"].colour for name in DRAWN}
    ax = figure(height=3.9)[1] if ax is None else ax
    for name, *corners in CIRCUIT["wires"]:
        _wire(ax, corners, colours[name])
    for name, x, y, squash, filled in CIRCUIT["boxes"]:
        face, ink = (colours[name], "white") if filled and name in highlight else ("white", inks[name])
        outline = {"fc": face, "ec": colours[name], "lw": 2, "zorder": 2}
        ax.add_patch(FancyBboxPatch((x - 0.5, y - 0.35), 1, 0.7, "round,pad=0.1", **outline))
        _word(ax, x, y, squash, ink, fontsize=13, weight="bold")
    for name, x, y, sign in CIRCUIT["nodes"]:
        ax.add_patch(Circle((x, y), 0.25, fc="white", ec=colours[name], lw=2, zorder=2))
        _word(ax, x, y - 0.02, sign, inks[name], fontsize=14, weight="bold")
    for name, x, y, symbol, align in CIRCUIT["labels"]:
        _word(ax, x, y, symbol, inks[name], fontsize=14, ha=align)
    ax.set(xlim=(-0.9, 11.1), ylim=(-0.25, 5.75), aspect="equal")
    ax.axis("off")
    return ax


def _wire(ax, corners, colour):
    line = {"color": colour, "lw": 2, "zorder": 1}
    if corners[-1] not in CIRCUIT["joins"]:  # the last piece is an arrow
        *corners, end = corners
        arrow = {"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 13}
        ax.annotate("", end, corners[-1], arrowprops=arrow, zorder=1)
    ax.plot(*zip(*corners, strict=True), solid_capstyle="butt", **line)


def _word(ax, x, y, word, colour, **options):
    ax.text(x, y, word, **{"color": colour, "ha": "center", "va": "center", "zorder": 3} | options)


def circuit():
    """Return what `draw_cell` draws as lists, for those who draw it with other tools.

    Returns
    -------
    dict
        What stands in ``circuit.toml``, and looks: by name the symbol, word, colour and marker.

    Examples
    --------
    >>> circuit()["boxes"][0], circuit()["looks"]["f_t"]["marker"]
    (['f_t', 2.0, 2.2, 'σ', True], 'o')
    """
    return CIRCUIT | {"looks": {name: look._asdict() for name, look in _LOOKS.items()}}


# --- the way back ---

# Two steps, laid out from left to right: the memory on top, what is shown below, the weights at the bottom.
PLACES = {  # x, y, how it is written, whose look it has
    **{f"C_{t}": (4.4 * t, 3.0, f"$C_{t}$", "C_t") for t in range(3)},
    **{f"h_{t}": (4.4 * t, 1.0, f"$h_{t}$", "h_t") for t in range(3)},
    **{f"gates {t}": (4.4 * t - 2.2, 1.85, f"gates {t}", "x_t") for t in (1, 2)},
    "W": (4.4, -1.4, "$W$", "x_t"),
}
WAYS = [
    *[("h_2", "C_2"), ("h_2", "gates 2"), ("C_2", "gates 2"), ("C_2", "C_1"), ("gates 2", "h_1"), ("h_1", "C_1")],
    *[("h_1", "gates 1"), ("C_1", "gates 1"), ("C_1", "C_0"), ("gates 1", "h_0")],
    *[("gates 1", "W"), ("gates 2", "W")],
]
MEETINGS = [(4.88, 2.45), (3.88, 0.72), (4.4, -0.76)]


def draw_way_back(ax=None):
    """Draw two steps of one unit with the ways that a gradient takes backwards, and += where ways meet.

    Parameters
    ----------
    ax : Axes, optional
        Where to draw; None makes a new figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> sum(text.get_text() == "+=" for text in draw_way_back().texts)
    3
    """
    ax = figure(height=4.0)[1] if ax is None else ax
    arrow = {"arrowstyle": "-|>", "lw": 1.8}
    for start, end in WAYS:
        along_memory = start[0] == end[0] == "C"
        colour = LOOKS["f_t" if along_memory else "x_t"].colour
        # a flat arrow meets the wide box of the gates early
        before_the_end = {("h", "g"): 36, ("C", "g"): 26}.get((start[0], end[0]), 19)
        way = {"color": colour, "shrinkA": 17, "shrinkB": before_the_end, "mutation_scale": 14}
        ax.annotate("", PLACES[end][:2], PLACES[start][:2], arrowprops=arrow | way)
    for x, y, label, look in PLACES.values():
        box = {"boxstyle": "round,pad=0.35", "fc": "white", "ec": LOOKS[look].colour, "lw": 1.8}
        _word(ax, x, y, label, LOOKS[look].colour, fontsize=13, bbox=box)
    for x, y in MEETINGS:
        spot = {"boxstyle": "circle,pad=0.15", "fc": INK, "ec": INK}
        _word(ax, x, y, "+=", "white", fontsize=11, weight="bold", bbox=spot)
    for x, gate in ((2.2, "f_1"), (6.6, "f_2")):
        _word(ax, x, 3.28, rf"$\times {gate}$", LOOKS["f_t"].colour, fontsize=13, va="baseline")
    for x, line in ((4.4, "--"), (8.8, "-")):  # dashed: if the loss looks at h_1, too
        _word(ax, x, -0.2, "loss", INK, fontsize=13)
        ax.annotate("", (x, 0.64), (x, 0.0), arrowprops=arrow | {"color": INK, "linestyle": line})
    ax.set(xlim=(-0.7, 9.5), ylim=(-1.75, 3.7))
    ax.axis("off")
    return ax
