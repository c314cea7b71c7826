"""The pictures of the course: one colour, one marker and one name for each quantity, everywhere.

    fig, ax = figure()              a figure in the course's style, with no pyplot state behind it
    show(fig, "what it shows")      puts it into the notebook, with words for those who cannot see it

Every function that draws takes an Axes and gives it back, so that a lesson can add to it.
"""

import base64
import html
import io
import json
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.patches import Circle, FancyBboxPatch

from lstm_lib import validation


class Look(NamedTuple):
    """How a quantity is written, called and drawn."""

    symbol: str
    word: str
    colour: str
    marker: str


# The hues are after Okabe & Ito, "Color universal design" (2008). They are darker here, so that a symbol written
# in its colour on white can be read, and unequally dark, so that colour-blind readers can tell them apart:
# tests/test_plotting.py computes both.
LOOKS = {
    "x_t": Look(r"$x_t$", "input", "#767676", "."),
    "f_t": Look(r"$f_t$", "forget gate", "#0072B2", "o"),
    "i_t": Look(r"$i_t$", "input gate", "#006B47", "^"),
    "C_tilde": Look(r"$\tilde{C}_t$", "candidate", "#A23B83", "D"),
    "C_t": Look(r"$C_t$", "cell state", "#1A1A1A", "P"),
    "o_t": Look(r"$o_t$", "output gate", "#C14F00", "s"),
    "h_t": Look(r"$h_t$", "hidden state", "#604A00", "X"),
}
INK, QUIET = "#1A1A1A", "#C8C8C8"
PURPLE = "#6A3D9A"  # for a network's own predictions: a colour that no quantity has

STYLE = {
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#767676",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "legend.frameon": False,
    "mathtext.fontset": "cm",
}


def figure(width=7.2, height=3.0, **subplots):
    """Return a Figure in the course's style and its Axes.

    Parameters
    ----------
    width, height : float, default 7.2 and 3.0
        In inches; a notebook column is about 7 wide.
    **subplots
        Handed on to ``Figure.subplots``: nrows, ncols, sharex …

    Returns
    -------
    fig : matplotlib.figure.Figure
    ax : matplotlib.axes.Axes, or an array of them

    Raises
    ------
    TypeError, ValueError
        A width or height that is not a number above 0.

    Examples
    --------
    >>> fig, axes = figure(height=4, nrows=2)
    >>> len(axes)
    2
    """
    mpl.rcParams.update(STYLE)  # the lesson goes on drawing into this figure, so the style has to stay
    size = validation.number("width", width, above=0), validation.number("height", height, above=0)
    fig = Figure(figsize=size)
    return fig, fig.subplots(**subplots)


def show(fig, description):
    """Put a figure into the notebook, with a description that a screen reader reads out.

    The picture goes out as HTML: JupyterLab drops the text that belongs to a plain picture output, but keeps the
    ``alt`` of an ``<img>``, and so do GitHub and exported pages.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        What to show.
    description : str
        What there is to see, in a sentence or two: the axes, the curves, and what they tell.

    Raises
    ------
    TypeError, ValueError
        The description is not text, or empty.

    Examples
    --------
    >>> fig, ax = figure()
    >>> show(fig, "An empty pair of axes.")  # in a notebook: the picture
    Figure: An empty pair of axes.
    """
    from IPython.display import display  # here, so that drawing needs no IPython

    display(Picture.of(fig, description))


class Picture(NamedTuple):
    """A figure as it goes into a notebook: pixels and words. Where there is no notebook, it is its words.

    Examples
    --------
    >>> Picture.of(figure()[0], "An empty pair of axes.").words
    'An empty pair of axes.'
    """

    words: str
    pixels: str
    width: int

    @classmethod
    def of(cls, fig, description):
        """Draw `fig`; see `show` for the arguments and what they must be."""
        if not isinstance(description, str):
            raise TypeError(f"description is {description!r} ({type(description).__name__}); want text")
        words = " ".join(description.split())
        if not words:
            raise ValueError("description is empty; want a sentence that says what there is to see")
        return cls(words, base64.b64encode(png(fig)).decode(), round(fig.get_figwidth() * 100))

    @property
    def source(self):
        """The pixels, as the address of an image."""
        return f"data:image/png;base64,{self.pixels}"

    def _repr_html_(self):
        return (
            f'<figure style="margin:0.5em 0"><img alt="{html.escape(self.words)}" width="{self.width}" '
            f'style="max-width:100%;height:auto;background:white" '
            f'src="{self.source}"></figure>'
        )

    def __repr__(self):
        return f"Figure: {self.words}"


class Kept:
    """A figure that is drawn once, and over which only what moves is drawn again: for figures that answer at once.

    Most of the time of a drawing goes into what stays as it is, such as axes and numbers beside them. `show`,
    `png` and `widgets.explore` take it where they take a figure.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        With everything in it, in its final place: no room is made for anything afterwards.
    moving : sequence of matplotlib artists
        What will be changed: lines, bars, texts. They are drawn on top, in this order.
    dpi : int, default 120
        Pixels to an inch: fewer than elsewhere, because each pixel takes its time.

    Raises
    ------
    TypeError
        What moves is not a list of artists.

    Examples
    --------
    >>> fig, ax = figure(4, 2)
    >>> (line,) = ax.plot([0, 1], [0, 1])
    >>> kept = Kept(fig, [line])
    >>> before = png(kept)
    >>> line.set_ydata([1, 0])
    >>> before == png(kept)
    False
    """

    def __init__(self, fig, moving, dpi=120):
        if not all(isinstance(artist, Artist) for artist in moving):
            raise TypeError("moving has something that is no matplotlib artist; want lines, bars, texts …")
        self.fig, self.moving = fig, list(moving)
        fig.set(dpi=validation.size("dpi", dpi), facecolor="white")
        self.canvas = FigureCanvasAgg(fig)
        self.canvas.draw()  # with all of it, so that there is room for all of it
        fig.set_layout_engine("none")
        for artist in self.moving:
            artist.set_animated(True)
        self.canvas.draw()
        self.background = self.canvas.copy_from_bbox(fig.bbox)

    def get_figwidth(self):
        """Return the width in inches."""
        return self.fig.get_figwidth()

    def write(self, file):
        """Write the figure as it is now into an open file, as a PNG."""
        self.canvas.restore_region(self.background)
        for artist in self.moving:
            self.fig.draw_artist(artist)
        pixels = np.asarray(self.canvas.buffer_rgba())[..., :3]
        imsave(file, pixels, format="png", metadata={"Software": None}, pil_kwargs={"compress_level": 1})


def png(fig, dpi=150):
    """Return the figure as the bytes of a PNG picture, the same bytes each time.

    Examples
    --------
    >>> fig, ax = figure()
    >>> png(fig) == png(fig), png(fig)[1:4]
    (True, b'PNG')
    """
    buffer = io.BytesIO()
    if isinstance(fig, Kept):
        fig.write(buffer)
        return buffer.getvalue()
    fig.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def plot_trace(trace, names, *, unit=0, sequence=0, ax=None):
    """Draw quantities of a trace over time, each in its own colour and marker.

    Parameters
    ----------
    trace : Step of ndarray of shape (T, H, B)
        What ``lstm.stack`` returns.
    names : sequence of str
        Which fields: f_t, i_t, C_tilde, C_t, o_t, h_t.
    unit, sequence : int, default 0
        Which unit of which sequence.
    ax : Axes, optional
        Where to draw; None makes a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        A trace that is not stacked; a name that it does not have; a unit or a sequence that is not there.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_lib import lstm
    >>> hs, steps = lstm.forward(lstm.init_params(1, 2, np.random.default_rng(0)), np.zeros((20, 1, 1)))
    >>> ax = plot_trace(lstm.stack(steps), ["f_t", "C_t"])
    >>> [line.get_label() for line in ax.lines]
    ['$f_t$  forget gate', '$C_t$  cell state']
    """
    T = _look_up(trace, unit, sequence)
    for name in names:
        if name not in LOOKS or not hasattr(trace, name):
            raise ValueError(
                f"names has {name!r}; want some of {', '.join(n for n in LOOKS if n in trace._fields)}"
            )
    ax = figure()[1] if ax is None else ax
    for name in names:
        curve(ax, range(1, T + 1), getattr(trace, name)[:, unit, sequence], name)
    ax.set(xlabel="step t", xlim=(0.5, T + 0.5))
    return ax


def plot_memory(trace, *, unit=0, sequence=0, ax=None):
    """Draw what each step does to the memory: what is kept of it, what is written on top, and what it then is.

    Each step has two bars. The wide one, coloured as the forget gate, is f_t * C_prev; the narrow one, coloured as
    the input gate, goes on from there by i_t * C_tilde, up or down, and ends at C_t.

    Parameters
    ----------
    trace : Step of ndarray of shape (T, H, B)
        What ``lstm.stack`` returns.
    unit, sequence : int, default 0
        Which unit of which sequence.
    ax : Axes, optional
        Where to draw; None makes a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        A trace that is not stacked or has no gates; a unit or a sequence that is not there.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_lib import lstm
    >>> hs, steps = lstm.forward(lstm.init_params(1, 2, np.random.default_rng(0)), np.ones((9, 1, 1)))
    >>> ax = plot_memory(lstm.stack(steps))
    >>> ax.get_legend_handles_labels()[1]
    ['$C_t$  cell state', 'kept', 'written']
    """
    T = _look_up(trace, unit, sequence)
    if not hasattr(trace, "C_t"):
        raise TypeError(f"trace has {', '.join(trace._fields)}; want that of an LSTM")
    f_t, i_t, C_tilde, C_prev, C_t = (
        getattr(trace, name)[:, unit, sequence] for name in ("f_t", "i_t", "C_tilde", "C_prev", "C_t")
    )
    ax = figure()[1] if ax is None else ax
    t = range(1, T + 1)
    kept, written = f_t * C_prev, i_t * C_tilde
    ax.bar(t, kept, 0.8, color=LOOKS["f_t"].colour, alpha=0.35, lw=0, label="kept")
    ax.bar(t, written, 0.4, bottom=kept, color=LOOKS["i_t"].colour, alpha=0.8, lw=0, label="written")
    curve(ax, t, C_t, "C_t", lw=1)
    ax.set(xlabel="step t", xlim=(0.5, T + 0.5))
    return ax


def _look_up(trace, unit, sequence):
    """Return T of a stacked trace that has such a unit and such a sequence."""
    if getattr(getattr(trace, "h_t", None), "ndim", 0) != 3:
        raise TypeError(f"trace is a {type(trace).__name__}; want one stacked Step: lstm.stack(steps)")
    T, H, B = trace.h_t.shape
    unit, sequence = validation.size("unit", unit, 0), validation.size("sequence", sequence, 0)
    if not (unit < H and sequence < B):
        raise ValueError(f"unit, sequence are {unit}, {sequence}; want them below H = {H} and B = {B}")
    return T


def curve(ax, t, values, name, **options):
    """Draw one quantity in its own look; `options` go to ``ax.plot``.

    Raises
    ------
    ValueError
        A name that has no look.

    Examples
    --------
    >>> fig, ax = figure()
    >>> curve(ax, [1, 2], [0.5, 0.9], "o_t").get_color()
    '#C14F00'
    """
    if name not in LOOKS:
        raise ValueError(f"name is {name!r}; want one of {', '.join(LOOKS)}")
    look = LOOKS[name]
    settings = {
        "color": look.colour,
        "marker": look.marker,
        "markevery": max(1, len(t) // 16),
        "label": f"{look.symbol}  {look.word}",
        "clip_on": False,
    }
    return ax.plot(t, values, **(settings | options))[0]


def legend(ax, **options):
    """Put the legend to the right of the axes, where it hides nothing.

    Examples
    --------
    >>> fig, ax = figure()
    >>> line = curve(ax, [1, 2], [0.5, 0.9], "o_t")
    >>> legend(ax).get_texts()[0].get_text()
    '$o_t$  output gate'
    """
    return ax.legend(**({"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "handlelength": 1.6} | options))


def plot_runs(groups, ax=None):
    """Draw training runs as rows of circles, filled where the run solved its task, with the count beside them.

    Parameters
    ----------
    groups : dict of str to list of bool
        What each row is called, and for each of its runs whether it solved the task.
    ax : Axes, optional
        Where to draw; None makes a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        No groups, or one without runs.

    Examples
    --------
    >>> ax = plot_runs({"b_f = 1": [True, False, False]})
    >>> [text.get_text() for text in ax.texts]
    ['1 of 3']
    """
    if not groups or not all(groups.values()):
        raise ValueError(f"groups is {groups!r}; want at least one group, each with at least one run")
    longest = max(map(len, groups.values()))
    ax = figure(height=0.55 + 0.34 * len(groups))[1] if ax is None else ax
    for row, runs in enumerate(groups.values()):
        faces = [INK if solved else "white" for solved in runs]
        ax.scatter(range(len(runs)), [row] * len(runs), s=110, c=faces, edgecolors=INK, linewidths=1.4, zorder=2)
        ax.text(longest - 0.4, row, f"{sum(runs)} of {len(runs)}", va="center")
    ax.set(xlim=(-0.6, longest + 0.8), ylim=(len(groups) - 0.4, -0.6), xticks=[])
    ax.set_yticks(range(len(groups)), groups)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    return ax


def draw_cell(highlight=None, ax=None):
    """Draw the LSTM cell as a circuit, all of it or with some quantities in colour and the rest in grey.

    Parameters
    ----------
    highlight : sequence of str, optional
        Which of z_t, f_t, i_t, C_tilde, C_t, o_t, h_t to draw in colour; None draws all of them so.
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
    known = ("z_t", *(name for name in LOOKS if name != "x_t"))
    unknown = [name for name in highlight or () if name not in known]
    if unknown:
        raise ValueError(f"highlight has {unknown[0]!r}; want some of {', '.join(known)}")
    ax = figure(height=3.9)[1] if ax is None else ax
    lit = set(known if highlight is None else highlight)
    for name, *path in _WIRES:
        _wire(ax, path, _colour(name, lit), arrow=path[-1] not in _JOINS)
    for name, x, y, squash, filled in _BOXES:
        _box(ax, x, y, squash, _colour(name, lit), filled)
    for name, x, y, sign in _NODES:
        _node(ax, x, y, sign, _colour(name, lit))
    for name, x, y, text, align in _LABELS:
        ax.text(x, y, text, color=_colour(name, lit), ha=align, va="center", fontsize=14)
    ax.set(xlim=(-0.9, 11.1), ylim=(-0.25, 5.75), aspect="equal")
    ax.axis("off")
    return ax


# The circuit, from left to right. A wire belongs to the quantity that it carries, and takes that one's colour.
_INTO_GATES = [(2.0, 1.75), (4.1, 1.75), (5.9, 1.75), (7.3, 1.75)]
_WIRES = [
    ("z_t", (-0.3, 0.9), (7.3, 0.9)),
    ("z_t", (0.7, 0.1), (0.7, 0.9)),
    *(("z_t", (x, 0.9), (x, y)) for x, y in _INTO_GATES),
    ("C_t", (-0.3, 5.0), (1.75, 5.0)),
    ("f_t", (2.0, 2.65), (2.0, 4.75)),
    ("C_t", (2.25, 5.0), (4.75, 5.0)),
    ("i_t", (4.1, 2.65), (4.1, 3.7), (4.75, 3.7)),
    ("C_tilde", (5.9, 2.65), (5.9, 3.7), (5.25, 3.7)),
    ("C_tilde", (5.0, 3.95), (5.0, 4.75)),
    ("C_t", (5.25, 5.0), (10.3, 5.0)),
    ("h_t", (8.7, 5.0), (8.7, 4.4)),
    ("h_t", (8.7, 3.5), (8.7, 3.05)),
    ("o_t", (7.3, 2.65), (7.3, 2.8), (8.45, 2.8)),
    ("h_t", (8.7, 2.55), (8.7, 0.9), (10.3, 0.9)),
]
_JOINS = [(7.3, 0.9), (0.7, 0.9)]  # where a wire of z_t ends on another one: no arrow there
_BOXES = [
    ("f_t", 2.0, 2.2, "σ", True),
    ("i_t", 4.1, 2.2, "σ", True),
    ("C_tilde", 5.9, 2.2, "tanh", True),
    ("o_t", 7.3, 2.2, "σ", True),
    ("h_t", 8.7, 3.95, "tanh", False),
]
_NODES = [("f_t", 2.0, 5.0, "×"), ("i_t", 5.0, 3.7, "×"), ("C_t", 5.0, 5.0, "+"), ("o_t", 8.7, 2.8, "×")]
_LABELS = [
    ("C_t", -0.4, 5.0, r"$C_{t-1}$", "right"),
    ("C_t", 10.4, 5.0, r"$C_t$", "left"),
    ("z_t", -0.4, 0.9, r"$h_{t-1}$", "right"),
    ("h_t", 10.4, 0.9, r"$h_t$", "left"),
    ("z_t", 0.7, -0.15, r"$x_t$", "center"),
    ("z_t", 1.25, 1.2, r"$z_t$", "center"),
    ("f_t", 1.75, 3.3, r"$f_t$", "right"),
    ("i_t", 3.85, 3.3, r"$i_t$", "right"),
    ("C_tilde", 6.1, 3.3, r"$\tilde{C}_t$", "left"),
    ("o_t", 7.1, 3.0, r"$o_t$", "right"),
]


def circuit():
    """Return what `draw_cell` draws, as plain lists, for those who draw it with other tools.

    Returns
    -------
    dict
        wires: [name, [x, y], [x, y] …], with an arrow at the last point unless that is one of the joins;
        boxes: [name, x, y, squash, filled]; nodes: [name, x, y, sign]; labels: [name, x, y, text, align];
        joins: [x, y]; looks: by name the symbol, word, colour and marker. The name is the quantity whose look
        something has.

    Examples
    --------
    >>> circuit()["boxes"][0], circuit()["looks"]["f_t"]["marker"]
    (['f_t', 2.0, 2.2, 'σ', True], 'o')
    """
    parts = {"wires": _WIRES, "boxes": _BOXES, "nodes": _NODES, "labels": _LABELS, "joins": _JOINS}
    looks = {name: look._asdict() for name, look in LOOKS.items()}
    looks["z_t"] = looks["x_t"] | {"symbol": "$z_t$", "word": "h and x, joined"}
    return json.loads(json.dumps(parts)) | {
        "looks": looks
    }  # tuples become lists, as they do on their way to a page


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
    for start, end in _WAYS:
        colour = LOOKS["f_t"].colour if start[0] == end[0] == "C" else LOOKS["x_t"].colour
        wide = {"hg": 36, "Cg": 26}.get(start[0] + end[0], 19)  # a flat arrow meets the wide box early
        ends = {"shrinkA": 17, "shrinkB": wide, "mutation_scale": 14, "lw": 1.8}
        ax.annotate(
            "", _PLACES[end][:2], _PLACES[start][:2], arrowprops={"arrowstyle": "-|>", "color": colour} | ends
        )
    for name, (x, y, look) in _PLACES.items():
        colour = LOOKS[look].colour if look else LOOKS["x_t"].colour
        label = f"${name}$" if len(name) < 4 else f"gates {name[-1]}"
        box = {"boxstyle": "round,pad=0.35", "fc": "white", "ec": colour, "lw": 1.8}
        ax.text(x, y, label, color=colour, ha="center", va="center", fontsize=13, bbox=box, zorder=3)
    for x, y in _MEETINGS:
        box = {"boxstyle": "circle,pad=0.15", "fc": INK, "ec": INK}
        ax.text(x, y, "+=", color="white", fontsize=11, weight="bold", ha="center", va="center", bbox=box)
    for x, where, look in [(2.2, "f_1", "f_t"), (6.6, "f_2", "f_t")]:
        ax.text(x, 3.28, f"$\\times {where}$", color=LOOKS[look].colour, ha="center", fontsize=13)
    for x, style in ((4.4, "--"), (8.8, "-")):  # dashed: if the loss looks at h_1, too
        ax.text(x, -0.2, "loss", color=INK, ha="center", va="center", fontsize=13)
        arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.8, "linestyle": style}
        ax.annotate("", (x, 0.64), (x, 0.0), arrowprops=arrow)
    ax.set(xlim=(-0.7, 9.5), ylim=(-1.75, 3.7))
    ax.axis("off")
    return ax


# Two steps, laid out from left to right: the memory on top, what is shown below, the weights at the bottom.
_PLACES = {
    **{f"C_{t}": (4.4 * t, 3.0, "C_t") for t in range(3)},
    **{f"h_{t}": (4.4 * t, 1.0, "h_t") for t in range(3)},
    **{f"gates{t}": (4.4 * t - 2.2, 1.85, "") for t in (1, 2)},
    "W": (4.4, -1.4, ""),
}
_WAYS = [
    *[("h_2", "C_2"), ("h_2", "gates2"), ("C_2", "gates2"), ("C_2", "C_1"), ("gates2", "h_1"), ("h_1", "C_1")],
    *[("h_1", "gates1"), ("C_1", "gates1"), ("C_1", "C_0"), ("gates1", "h_0"), ("gates1", "W"), ("gates2", "W")],
]
_MEETINGS = [(4.88, 2.45), (3.88, 0.72), (4.4, -0.76)]


def _colour(name, lit):
    if name not in lit:
        return QUIET
    return LOOKS[name].colour if name in LOOKS else LOOKS["x_t"].colour


def _wire(ax, path, colour, arrow):
    ax.plot(
        *zip(*path[: len(path) - arrow or None], strict=True), color=colour, lw=2, solid_capstyle="butt", zorder=1
    )
    if arrow:
        style = {"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 13}
        ax.annotate("", path[-1], path[-2], arrowprops=style, zorder=1)


def _box(ax, x, y, squash, colour, filled=True):
    face, ink = (colour, "white") if filled else ("white", colour)
    ax.add_patch(FancyBboxPatch((x - 0.5, y - 0.35), 1, 0.7, "round,pad=0.1", fc=face, ec=colour, lw=2, zorder=2))
    ax.text(x, y, squash, color=ink, ha="center", va="center", fontsize=13, weight="bold", zorder=3)


def _node(ax, x, y, sign, colour):
    ax.add_patch(Circle((x, y), 0.25, fc="white", ec=colour, lw=2, zorder=2))
    ax.text(x, y - 0.02, sign, color=colour, ha="center", va="center", fontsize=14, weight="bold", zorder=3)
