"""The pictures of the course: one colour, one marker and one name for each quantity, everywhere.

    fig, ax = figure()              a figure in the course's style, with no pyplot state behind it
    show(fig, "what it shows")      puts it into the notebook, with words for those who cannot see it

Every function that draws takes an Axes and gives it back, so that a lesson can add to it. A reader's own settings
of matplotlib change nothing: each figure begins from matplotlib's defaults and the course's style.
"""

import base64
import contextlib
import html
import io
import re
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

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

# What is drawn on white paper has the class lstm-paper. In JupyterLab's dark theme paper and ink change places,
# and each colour keeps its hue: tests/test_plotting.py computes how well. Elsewhere the paper stays white.
DARK = "invert(0.93) hue-rotate(180deg) saturate(1.3)"
IN_THE_DARK = f'<style>[data-jp-theme-light="false"] .lstm-paper{{filter:{DARK}}}</style>'

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
    style.use(["default", STYLE])  # the lesson goes on drawing into this figure, so the style has to stay
    size = validation.number("width", width, above=0), validation.number("height", height, above=0)
    fig = Figure(figsize=size)
    return fig, fig.subplots(**subplots)


@contextlib.contextmanager
def _in_style():
    """Take the course's style for a while, whatever the settings are: some are looked up when pixels are made."""
    with mpl.rc_context():
        style.use(["default", STYLE])
        yield


def show(fig, words, title=None):
    """Put a figure into the notebook, with its title for a screen reader and a description that unfolds below it.

    The picture goes out as HTML: JupyterLab drops the text that belongs to a plain picture output, but keeps the
    ``alt`` of an ``<img>``, and so do GitHub and exported pages.

    Parameters
    ----------
    fig : matplotlib.figure.Figure or Kept
        What to show.
    words : str
        What there is to see, in a few sentences: the axes, the curves, and what they tell.
    title : str, optional
        What the picture is, in a clause: its ``alt``. None takes the first sentence of the words.

    Raises
    ------
    TypeError, ValueError
        The words or the title are not text, or empty.

    Examples
    --------
    >>> fig, ax = figure()
    >>> show(fig, "An empty pair of axes.")  # in a notebook: the picture
    Figure: An empty pair of axes.
    """
    from IPython.display import display  # here, so that drawing needs no IPython

    display(Picture.of(fig, words, title))


class Picture(NamedTuple):
    """A figure as it goes into a notebook: title, words and pixels. Where there is no notebook, it is its words.

    Examples
    --------
    >>> Picture.of(figure()[0], "A pair of axes. They are empty.").title
    'A pair of axes.'
    """

    title: str
    words: str
    pixels: str
    width: int

    @classmethod
    def of(cls, fig, words, title=None):
        """Draw `fig`; see `show` for the arguments and what they must be."""
        words = _one_line("words", words)
        if title is None:
            title = re.split(r"(?<=[.!?]) (?=[A-Z])", words)[0]
        pixels = base64.b64encode(png(fig)).decode()
        return cls(_one_line("title", title), words, pixels, round(fig.get_figwidth() * 100))

    @property
    def source(self):
        """The pixels, as the address of an image."""
        return f"data:image/png;base64,{self.pixels}"

    def _repr_html_(self):
        more = ""
        if self.words != self.title:
            more = f"<details><summary>In words</summary>{html.escape(self.words)}</details>"
        return (
            f'{IN_THE_DARK}<figure style="margin:0.5em 0"><img class="lstm-paper" '
            f'alt="{html.escape(self.title)}" width="{self.width}" '
            f'style="max-width:100%;height:auto;background:white" src="{self.source}">{more}</figure>'
        )

    def __repr__(self):
        return f"Figure: {self.words}"


def _one_line(name, text):
    if not isinstance(text, str):
        raise TypeError(f"{name} is {text!r} ({type(text).__name__}); want text")
    if not text.strip():
        raise ValueError(f"{name} is empty; want a sentence that says what there is to see")
    return " ".join(text.split())


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

    def __init__(self, fig, moving):
        if not all(isinstance(artist, Artist) for artist in moving):
            raise TypeError("moving has something that is no matplotlib artist; want lines, bars, texts …")
        self.fig, self.moving = fig, list(moving)
        fig.set(dpi=120, facecolor="white")  # fewer dots than elsewhere, because each takes its time
        self.canvas = FigureCanvasAgg(fig)
        with _in_style():
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
    with _in_style():
        if isinstance(fig, Kept):
            fig.write(buffer)
        else:
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
    T = _n_steps(trace, unit, sequence)
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
    T = _n_steps(trace, unit, sequence)
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
    ax.use_sticky_edges = False  # bars keep no room above them, and a title stands there
    ax.autoscale_view()
    ax.set(xlabel="step t", xlim=(0.5, T + 0.5))
    return ax


def _n_steps(trace, unit, sequence):
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
