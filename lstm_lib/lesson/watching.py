"""A network watched while it learns: it hears a wave and goes on alone, again and again.

    watch = FreeRun(cell, wave)     watch(params) before each step of training: a picture every fifty steps
    watch.runs                      the runs before, and after 20, 100 and 600 steps

The picture is one, and is exchanged. Where TQDM_DISABLE is set, as in builds and tests, none is shown.
"""

import os

import numpy as np

from lstm_lib import model, validation
from lstm_lib.plotting import INK, PURPLE, QUIET, Picture, figure, legend


class FreeRun:
    """Lets a network run free from time to time, keeps some of the runs and shows all of them in one picture.

    Parameters
    ----------
    cell : module
        As in `model.predict`.
    wave : ndarray of shape (T, 1, B)
        Its first `heard` steps of the first sequence are read; the rest is what the network should say.
    heard : int, default 40
        Steps.
    every : int, default 50
        After how many steps of training there is another picture.
    keep : tuple of int, default (0, 20, 100, 600)
        After how many steps a run is kept.

    Attributes
    ----------
    runs : dict of ndarray
        Steps of training → what the network said alone.

    Raises
    ------
    TypeError, ValueError
        A wave that is not longer than what is heard of it.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> params = model.init_params(lstm, 1, 2, 1, np.random.default_rng(0))
    >>> os.environ["TQDM_DISABLE"] = "1"
    >>> watch = FreeRun(lstm, np.sin(np.arange(50.0)).reshape(50, 1, 1), keep=(0, 2))
    >>> for _ in range(3):
    ...     watch(params)
    >>> {n: run.shape for n, run in watch.runs.items()}
    {0: (10,), 2: (10,)}
    """

    def __init__(self, cell, wave, *, heard=40, every=50, keep=(0, 20, 100, 600)):
        sizes = {}
        wave = validation.array("wave", wave, "T 1 B", sizes)
        if sizes["T"] <= validation.size("heard", heard):
            raise ValueError(f"wave has {sizes['T']} steps; want more than the {heard} that are heard")
        self.cell, self.wave, self.heard, self.every = cell, wave[:, :, :1], heard, every
        self.keep, self.n, self.runs, self.shown = keep, 0, {}, None

    def __call__(self, params):
        """Look, if it is time for it; then count one step more."""
        live = self.n % self.every == 0 and os.environ.get("TQDM_DISABLE") != "1"
        if live or self.n in self.keep:
            run = model.generate(self.cell, params, self.wave[: self.heard], len(self.wave) - self.heard)[:, 0, 0]
            if self.n in self.keep:
                self.runs[self.n] = run
            if live:
                self._show(run)
        self.n += 1

    def _show(self, run):
        from IPython.display import display  # here, so that training needs no notebook

        fig, ax = figure(height=2.6)
        draw(ax, self.wave, self.heard, run)
        ax.set(title=f"After {self.n} steps of training", xlabel="step t")
        legend(ax)
        off = np.sqrt(np.mean((run - self.wave[self.heard :, 0, 0]) ** 2))
        words = f"After {self.n} steps of training the run that the network makes alone is {off:.2f} off the wave."
        picture = Picture.of(fig, words)
        if self.shown is None:
            self.shown = display(picture, display_id=True)
        else:
            self.shown.update(picture)


def draw(ax, wave, heard, run):
    """Draw a wave, what was heard of it, and how the network went on.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        To draw into.
    wave : ndarray of shape (T, 1, 1)
        The whole wave.
    heard : int
        How many steps of it were read.
    run : ndarray of shape (T - heard,)
        What the network said after them.

    Returns
    -------
    matplotlib.axes.Axes
        The one handed in.

    Examples
    --------
    >>> ax = draw(figure()[1], np.zeros((5, 1, 1)), 3, np.zeros(2))
    """
    t = np.arange(1, len(wave) + 1)
    ax.plot(t, wave[:, 0, 0], color=QUIET, lw=4, label="the wave")
    ax.plot(t[heard:], run, color=PURPLE, label="the network, alone")
    ax.axvline(heard + 0.5, color=INK, ls=":")
    ax.set(xlim=(0, len(wave) + 1), ylim=(-1.5, 1.5))
    return ax
