"""The pictures of Train on a sine wave: what is to be learned, how it is learned, and how far it carries.

    the_task(X), while_it_learned(runs, wave), far_ahead(wave, free)     one wave
    two_waves(X, Y), rivals(by_step, level), alone(omegas, errors)       many waves
    two_series(series)                                                   series of one's own

Each function shows its picture in the notebook, and describes it for those who cannot see it.
"""

import numpy as np

from lstm_lib.lesson.watching import draw
from lstm_lib.plotting import INK, LOOKS, PURPLE, QUIET, figure, legend, show

GREY = LOOKS["x_t"].colour


def the_task(X, at=40):
    """Show a piece of the wave as it is read, and the number that is asked for.

    Parameters
    ----------
    X : ndarray of shape (T, 1, B)
        The first sequence is drawn.
    at : int, default 40
        How much of it has been read.

    Examples
    --------
    >>> the_task(np.sin(0.2 * np.arange(60.0)).reshape(60, 1, 1))  # doctest: +ELLIPSIS
    Figure: ...
    """
    t, x = np.arange(1, len(X) + 1), X[:, 0, 0]
    fig, ax = figure(height=2.5)
    ax.plot(t, x, color=QUIET, lw=3, zorder=1)
    ax.plot(t[:at], x[:at], "o", color=GREY, ms=4, label="read so far")
    ax.plot(t[at], x[at], "o", color=PURPLE, ms=9, mfc="white", mew=2, label="what is asked for")
    ax.set(xlabel="step t", ylim=(-1.4, 1.4), title="One wave, read number by number")
    legend(ax)
    show(
        fig,
        f"A sine wave between -1 and 1 over {len(X)} steps. The first {at} numbers are dots that have been read; "
        "a ring marks the next one, which is asked for.",
    )


def while_it_learned(runs, wave, heard=40):
    """Show how a network went on alone, at several moments of its training.

    Parameters
    ----------
    runs : dict of ndarray
        Steps of training → what it said alone, as `watching.FreeRun` keeps it.
    wave : ndarray of shape (T, 1, B)
        What it heard, and what it should have said.
    heard : int, default 40
        How many steps it heard.

    Examples
    --------
    >>> while_it_learned({0: np.zeros(10), 20: np.ones(10)}, np.zeros((50, 1, 1)))  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, axes = figure(height=1.35 * len(runs) + 0.4, nrows=len(runs), sharex=True)
    told = []
    for ax, (n, run) in zip(np.atleast_1d(axes), runs.items(), strict=True):
        draw(ax, wave, heard, run)
        off = np.sqrt(np.mean((run - wave[heard:, 0, 0]) ** 2))
        ax.set(title="before training" if n == 0 else f"after {n} steps", yticks=(-1, 0, 1))
        told.append(f"{'before training' if n == 0 else f'after {n} steps'} {off:.2f}")
    np.atleast_1d(axes)[-1].set(xlabel="step t")
    legend(np.atleast_1d(axes)[0])
    show(
        fig,
        f"The same wave {len(runs)} times, one below the other. Up to the dotted line the network hears it, then "
        f"it goes on alone. How far it is off the wave on average: {', '.join(told)}.",
    )


def far_ahead(wave, free, heard=40, window=150):
    """Show the beginning and the end of a long free run.

    Parameters
    ----------
    wave : ndarray of shape (T, 1, B)
        The wave, all of it.
    free : ndarray of shape (T - heard, 1, B)
        What the network said after what it heard.
    heard, window : int, default 40 and 150
        Steps that it heard, and steps in a panel.

    Examples
    --------
    >>> far_ahead(np.zeros((400, 1, 1)), np.zeros((360, 1, 1)))  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, axes = figure(height=3.1, nrows=2)
    for ax, first in zip(axes, (1, len(wave) - window + 1), strict=True):
        draw(ax, wave[:, :, :1], heard, free[:, 0, 0])
        ax.set(xlim=(first, first + window - 1), yticks=(-1, 0, 1))
    axes[0].set(title="Told the truth up to the dotted line, then alone")
    axes[1].set(xlabel="step t", title=f"The same run, {len(wave) - window} steps later")
    legend(axes[0])
    far = [
        np.sqrt(np.mean((free - wave[heard:])[part, 0, 0] ** 2)) for part in (slice(window), slice(-window, None))
    ]
    show(
        fig,
        f"Two windows of {window} steps on the same free run. In the first the run of the network lies on the "
        f"wave, off by {far[0]:.2f} on average. In the second, hundreds of steps later, it has the shape and "
        f"about the height of the wave, and is off by {far[1]:.2f}.",
    )


def two_waves(X, Y):
    """Show a slow and a fast one of many waves, each with what is read of it.

    Parameters
    ----------
    X, Y : ndarray of shape (T, 1, B)
        As from `data.sine_waves`.

    Examples
    --------
    >>> from lstm_lib import data
    >>> two_waves(*data.sine_waves(40, 9, np.random.default_rng(0), noise=0.1))  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, axes = figure(height=3.2, nrows=2, sharex=True)
    by_speed = np.argsort(np.abs(np.diff(Y[:, 0], axis=0)).mean(axis=0))
    for ax, b in zip(axes, by_speed[[len(by_speed) // 8, -len(by_speed) // 8]], strict=True):
        ax.plot(range(2, len(Y) + 2), Y[:, 0, b], color=QUIET, lw=4, label="the wave")
        ax.plot(range(1, len(X) + 1), X[:, 0, b], ".", color=INK, label="what is read")
        ax.set(ylim=(-1.5, 1.5), yticks=(-1, 0, 1))
    axes[0].set(title="A slow wave and a fast one")
    axes[1].set(xlabel="step t")
    legend(axes[0])
    show(
        fig,
        f"Two examples over {len(X)} steps, a slow wave above and a fast one below. The clean wave is a thick "
        "grey line; the numbers that are read are dots scattered around it.",
    )


def rivals(errors, level):
    """Show how the errors of the rivals fall with the numbers that they have read.

    Parameters
    ----------
    errors : dict of ndarray
        Rival → its squared error after each number, shape (T,).
    level : (str, float)
        A rule that is drawn as a level line, and its late error.

    Examples
    --------
    >>> rivals({"LSTM": np.ones(5), "is told ω": np.ones(5)}, ("linear", 0.1))  # doctest: +ELLIPSIS
    Figure: ...
    """
    looks = {"persistence": (GREY, ":"), "searches for ω": (INK, "--"), "is told ω": (INK, "-.")}
    fig, ax = figure(height=3.4)
    for name, by_step in errors.items():
        colour, style = looks.get(name, (PURPLE, "-"))
        ax.semilogy(range(1, len(by_step) + 1), by_step, color=colour, ls=style, label=name)
    ax.axhline(level[1], color=GREY, lw=1, label=level[0])
    ax.set(xlabel="numbers read so far", ylabel="squared error", title="They learn what it is while they listen")
    legend(ax)
    ends = ", ".join(f"{name} {by_step[-20:].mean():.1e}" for name, by_step in errors.items())
    show(
        fig,
        "Squared error, logarithmic, against how many numbers have been read. Persistence stays where it is. "
        "The network falls steeply at first, and is level from about 40 numbers on. The rules that look for a "
        f"wave go on falling. Over the last twenty numbers: {ends}.",
    )


def alone(omegas, errors, trained=(0.1, 1.0)):
    """Show how far a network is off the wave when it goes on alone, by frequency.

    Parameters
    ----------
    omegas : ndarray of shape (N,)
        Frequencies.
    errors : dict of ndarray
        Network → root mean squared error at each frequency.
    trained : pair of float, default (0.1, 1.0)
        The frequencies that it was trained on.

    Examples
    --------
    >>> alone(np.array([0.1, 0.5]), {"many waves": np.array([0.1, 0.2])})  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, ax = figure(height=2.9)
    for (name, off), style in zip(errors.items(), ("-", ":"), strict=False):
        ax.plot(omegas, off, color=PURPLE, ls=style, marker="o" if style == "-" else "", ms=4, label=name)
    ax.axhline(np.sqrt(0.5), color=GREY, lw=1, label="always saying 0")
    ax.set(xlabel="frequency ω", ylabel="off the wave, RMSE", ylim=(0, None), xlim=trained)
    ax.set(title="Forty noisy numbers heard, sixty made alone")
    legend(ax)
    many = next(iter(errors.values()))
    show(
        fig,
        "How far the network is off the wave when it goes on alone, against the frequency. Trained on many waves "
        f"it is best at {omegas[many.argmin()]:.2f}, with {many.min():.2f}, and worst at "
        f"{omegas[many.argmax()]:.2f}, with {many.max():.2f}. Whoever always says 0 has 0.71.",
    )


def two_series(series):
    """Show the last hundred numbers of some series.

    Parameters
    ----------
    series : dict of ndarray
        Name → numbers.

    Examples
    --------
    >>> two_series({"noise": np.random.default_rng(0).normal(size=120)})  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, axes = figure(height=1.7 * len(series), nrows=len(series))
    for ax, (name, numbers) in zip(np.atleast_1d(axes), series.items(), strict=True):
        ax.plot(numbers[-100:], ".-", color=GREY, lw=1)
        ax.set(title=name)
    ax.set(xlabel="step")
    ends = ", ".join(f"{name} between {v.min():.1f} and {v.max():.1f}" for name, v in series.items())
    show(fig, f"The last hundred numbers of each series, as dots joined by a line: {ends}.")
