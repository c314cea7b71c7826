"""The pictures of Memory in practice: which runs solved a task, how they learned, and what a trained unit keeps.

    solved(rows, title)                  a circle for each run, filled where it solved its task
    learning(groups, guess)              the loss of many runs, step by step
    telling(C, group)                    the unit that best tells a group of strings from the others
    kept(C, at, groups)                  one memory in many strings, around the letter that matters
    opening(results)                     the same of the network that was kept from the long runs
    compatible(intervals)                how little a count of five says
    beside_the_baseline(rows, base)      errors of many runs, each divided by its own baseline

Each function shows its picture in the notebook, and describes it for those who cannot see it.
"""

import numpy as np

from lstm_lib import data, fused, rosetta
from lstm_lib.plotting import INK, LOOKS, QUIET, figure, legend, plot_runs, show


def solved(rows, title):
    """Show which runs solved a task: a row for each network and start, a column for each learning rate.

    Parameters
    ----------
    rows : list of dict
        Runs of one task, with the columns of the table.
    title : str
        The task.

    Examples
    --------
    >>> row = {"cell": "RNN", "start": "uniform", "lr": 0.001, "solved": True, "steps": 90}
    >>> solved([row, row | {"solved": False}], "Latch")
    Figure: Latch: which of the runs solved it, and in how many steps? RNN, uniform: 1 of 2 at a learning rate of \
0.001, in 90 steps.
    """
    rates = list(dict.fromkeys(row["lr"] for row in rows))
    names = list(dict.fromkeys((row["cell"], row["start"]) for row in rows))
    fig, axes = figure(height=0.85 + 0.32 * len(names), ncols=len(rates), squeeze=False)
    told = {f"{cell}, {start}": [] for cell, start in names}
    for n, (lr, ax) in enumerate(zip(rates, axes[0], strict=True)):
        runs = {f"{cell}, {start}": _runs(rows, cell, start, lr) for cell, start in names}
        plot_runs({name: [row["solved"] for row in own] for name, own in runs.items()}, ax)
        ax.set_title(f"learning rate {lr:g}")
        if n:
            ax.set_yticklabels([])
        right = ax.get_xlim()[1]
        for y, (name, own) in enumerate(runs.items()):
            steps = [row["steps"] for row in own if row["solved"]]
            took = " to ".join(dict.fromkeys(str(end(steps)) for end in (min, max) if steps))
            ax.text(right + 1.1, y, took, va="center")
            count = f"{len(steps)} of {len(own)} at a learning rate of {lr:g}"
            told[name].append(f"{count}, in {took} steps" if steps else count)
        ax.text(right + 1.1, -0.9, "steps", va="center")
        ax.set_xlim(right=right + 4)
    words = "; ".join(f"{name}: {' and '.join(counts)}" for name, counts in told.items())
    show(fig, f"{title}: which of the runs solved it, and in how many steps? {words}.")


def _runs(rows, cell, start, lr):
    return [row for row in rows if (row["cell"], row["start"], row["lr"]) == (cell, start, lr)]


def learning(groups, guess, every=50):
    """Show how the loss of many runs goes on, one colour for each group.

    Parameters
    ----------
    groups : dict of list
        What they have in common → for each run its mean loss of so many steps each.
    guess : float
        The loss of somebody who guesses.
    every : int, default 50
        Over how many steps the losses were averaged.

    Examples
    --------
    >>> learning({"chrono": [[1.4, 0.1]]}, 1.39)
    Figure: The loss of 1 runs, the mean of every 50 steps. Chrono: 1 of 1 end below half of a guess.
    """
    fig, ax = figure(height=3.2)
    styles = [(LOOKS["f_t"].colour, "o"), (LOOKS["o_t"].colour, "s"), (LOOKS["i_t"].colour, "^")]
    told = []
    for (name, runs), (colour, marker) in zip(groups.items(), styles, strict=False):
        for n, losses in enumerate(runs):
            steps = every * (np.arange(len(losses)) + 0.5)
            label = name if n == 0 else None
            ax.plot(steps, losses, color=colour, marker=marker, ms=3, lw=1, label=label)
        low = sum(losses[-1] < guess / 2 for losses in runs)
        told.append(f"{name[0].upper()}{name[1:]}: {low} of {len(runs)} end below half of a guess.")
    ax.axhline(guess, color=INK, ls="--", lw=1)
    ax.text(0, guess + 0.03, "a guess", color=INK, va="bottom")
    ax.set(xlabel="training step", ylabel="loss", ylim=(0, 1.2 * guess))
    legend(ax)
    n = sum(map(len, groups.values()))
    show(fig, f"The loss of {n} runs, the mean of every {every} steps. {' '.join(told)}")


def telling(C, group):
    """Return the number of the unit that best tells a group from the others, at each of some steps.

    Its two means lie far apart at the step where they are closest, compared with the spread of both.

    Parameters
    ----------
    C : ndarray of shape (T, H, B)
        The memories.
    group : ndarray of shape (B,)
        Which strings belong to the group, True or False.

    Examples
    --------
    >>> C = np.array([[[0, 1, 0, 1], [5, 6, 0, 1]]])
    >>> telling(C, np.array([True, True, False, False]))
    1
    """
    apart = abs(C[:, :, group].mean(axis=2) - C[:, :, ~group].mean(axis=2))
    spread = C[:, :, group].std(axis=2) + C[:, :, ~group].std(axis=2)
    return int((apart / spread).min(axis=0).argmax())


def kept(C, at, groups, before=8, after=80, drawn=60):
    """Show one memory in many strings, from a little before the letter that matters to long after it.

    Parameters
    ----------
    C : ndarray of shape (T, B)
        The memory of one unit in each string.
    at : ndarray of shape (B,)
        Where that letter stands in each.
    groups : dict of ndarray of shape (B,)
        The letter → in which strings it is this one, True or False; two letters.
    before, after : int
        How many steps to show on either side.
    drawn : int
        How many strings at most.

    Examples
    --------
    >>> C, at = np.array([[0, 0], [1, -1], [1, -1.0]]), np.array([1, 1])
    >>> kept(C, at, {"X": np.array([True, False]), "Y": np.array([False, True])}, before=1, after=1)
    Figure: The memory of one unit in 2 strings, around the first X or Y. Where it is X, the mean is 1.00 at the \
letter, and 1.00 to 1.00 after 1 steps. Where it is Y, the mean is -1.00 at the letter, and -1.00 to -1.00 after \
1 steps.
    """
    fig, ax = figure(height=3.3)
    steps, told, C, at = np.arange(-before, after + 1), [], C[:, :drawn], at[:drawn]
    for (letter, chosen), (colour, style) in zip(groups.items(), [(INK, "-"), ("#9A9A9A", "--")], strict=True):
        lines = np.array([C[t - before : t + after + 1, b] for b, t in enumerate(at) if chosen[b]])
        ax.plot(steps, lines.T, color=colour, ls=style, lw=0.7)
        ax.text(after + 1, lines[:, -1].mean(), f"first {letter}", va="center", color=INK)
        low, high = lines[:, -1].min(), lines[:, -1].max()
        told.append(
            f"Where it is {letter}, the mean is {lines[:, before].mean():.2f} at the letter, and {low:.2f} to "
            f"{high:.2f} after {after} steps."
        )
    ax.axvline(0, color=QUIET, zorder=0)
    ax.set(xlabel="steps since the first X or Y", ylabel="$C_t$ of one unit", xlim=(-before, after + 12))
    show(fig, f"The memory of one unit in {len(at)} strings, around the first X or Y. {' '.join(told)}")


def opening(results):
    """Show what the network that was kept remembers of 60 new strings; `results` is a folder.

    Examples
    --------
    >>> from lstm_lib.lesson import course
    >>> opening(course.place("notebooks/results"))  # doctest: +ELLIPSIS
    Figure: The memory of one unit in 60 strings, around the first X or Y. Where it is X, ...
    """
    X = data.temporal_order(100, 400, np.random.default_rng(7))[0].astype(np.float32)
    first = (X[:, 6] + X[:, 7]).argmax(axis=0)  # where the first X or Y stands
    was_X = X[first, 6, np.arange(400)] == 1
    C = fused.forward(rosetta.load(results / "memory_trials.safetensors"), X)[1].C_t
    unit = telling(C[25:], was_X)
    kept(C[:, unit], first, {"X": was_X, "Y": ~was_X})


def compatible(intervals):
    """Show which true rates are compatible with a count of runs that solved a task.

    Parameters
    ----------
    intervals : dict of tuple
        How many of five solved it → the smallest and the largest rate.

    Examples
    --------
    >>> compatible({0: (0.0, 0.52), 5: (0.48, 1.0)})
    Figure: What a count of five runs is compatible with: 0 of 5 with 0 to 52 %, 5 of 5 with 48 to 100 %.
    """
    fig, ax = figure(height=0.75 + 0.26 * len(intervals))
    told = []
    for k, (low, high) in intervals.items():
        ax.plot([100 * low, 100 * high], [k, k], color=INK, lw=4, solid_capstyle="butt")
        told.append(f"{k} of 5 with {100 * low:.0f} to {100 * high:.0f} %")
    ax.set_yticks(list(intervals), [f"{k} of 5" for k in intervals])
    ax.set(xlim=(0, 100), xlabel="true rate in per cent", ylim=(-0.6, max(intervals) + 0.6))
    show(fig, f"What a count of five runs is compatible with: {', '.join(told)}.")


def beside_the_baseline(rows, base, solved_below):
    """Show errors of many runs, each divided by what the baseline has on the sequences of that run.

    Parameters
    ----------
    rows : list of dict
        Runs of one task, with the columns of the table; the score is minus the error.
    base : dict of float
        Seed → error of the baseline on its sequences.
    solved_below : float
        The error below which a run counts as solved.

    Examples
    --------
    >>> row = {"cell": "RNN", "start": "uniform", "lr": 0.001, "seed": 0, "score": -0.16}
    >>> beside_the_baseline([row], {0: 0.16}, 0.005)
    Figure: The error of each run as a part of the baseline's on the same sequences. RNN, uniform, rate \
0.001: 1 to 1.
    """
    groups = {}
    for row in rows:
        name = f"{row['cell']}, {row['start']}, rate {row['lr']:g}"
        groups.setdefault(name, []).append(-row["score"] / base[row["seed"]])
    fig, ax = figure(height=0.9 + 0.3 * len(groups))
    told = []
    for n, (name, ratios) in enumerate(groups.items()):
        ax.semilogx(ratios, [n] * len(ratios), "o", color=INK, mfc="none", ms=7)
        told.append(f"{name}: {min(ratios):.2g} to {max(ratios):.2g}.")
    for x, words in ((1, "baseline"), (solved_below / np.mean(list(base.values())), "solved")):
        ax.axvline(x, color=QUIET, ls="--", zorder=0)
        ax.text(x, -0.7, words, ha="center", va="bottom", color=INK)
    ax.set_yticks(range(len(groups)), groups)
    ax.set(
        xlim=(0.008, 2),
        xticks=(0.01, 0.1, 1),
        xticklabels=("0.01", "0.1", "1"),
        ylim=(len(groups) - 0.4, -0.7),
        xlabel="error / error of always saying 1, on the same sequences",
    )
    show(fig, f"The error of each run as a part of the baseline's on the same sequences. {' '.join(told)}")
