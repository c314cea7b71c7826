"""What answers the exercises of Memory in practice: a bias, a baseline, an honest comparison, an unfair summary.

check_bias_for(bias_for)                    which b_f has a half-life of n steps?
check_baseline_of_1997(baseline_of_1997)    the error of always saying ½
check_order_of_a_comparison(order)          what comes before what
check_success(success)                      the share of runs that solved a task
"""

import numpy as np

from lstm_lib.lesson.checks import check, check_order, check_paper, table
from lstm_lib.lesson.exercises.gates_and_the_cell_state import check_bias


def check_bias_for(attempt):
    """Say whether a bias leaves a half after n steps: an exercise of lesson 02, once more.

    Examples
    --------
    >>> check_bias_for(lambda n: 0.5 ** (1 / n))
    ✗ half of it is left after n steps: with n = 5: your bias 0.8706 leaves 0.174 of it, a half was asked for. \
That is the forget gate f itself; its bias is what σ turns into f.
    """
    check_bias(attempt)


def check_baseline_of_1997(attempt):
    """Say whether a mean squared error is that of always saying ½ in the adding problem of 1997.

    Examples
    --------
    >>> check_baseline_of_1997(lambda: 1 / 6)
    ✗ the error of always saying ½: too large. Perhaps: A factor of ¼ in the target is ¼ squared in its \
variance. Return the variance of X₁, that of X₁ + X₂, the error, and the first that is wrong is named.
    """
    steps = {"the variance of X₁": 1 / 3, "that of X₁ + X₂": 2 / 3, "the error": 1 / 24}
    known = {
        "That is the variance of X₁ + X₂; the target has a quarter of the sum.": 2 / 3,
        "A factor of ¼ in the target is ¼ squared in its variance.": 1 / 6,
        "That counts one of the two numbers; there are two.": 1 / 48,
        "That takes the variance of numbers in [0, 1]; here they spread twice as far.": 1 / 96,
        "That is the variance of one number in [−1, 1].": 1 / 3,
        "That is the variance of one number in [0, 1]; here there are two, in [−1, 1], and a factor of ¼.": 1 / 12,
        "That is the standard deviation; its square is the error.": (1 / 24) ** 0.5,
        "That is the mean of the target, the answer itself: how far from it do targets lie?": 1 / 2,
        "That is ½ squared; the error is the mean of (target − ½) squared.": 1 / 4,
    }
    hint = "A uniform number in [−1, 1] has a variance of 2²/12; a factor c in front is c² in the variance."
    check_paper("the error of always saying ½", attempt, steps, known=known, hint=hint)


def check_order_of_a_comparison(attempt):
    """Say whether the steps of an honest comparison stand in an order that works.

    Examples
    --------
    >>> check_order_of_a_comparison("BEDAG")
    ✗ an honest comparison: E comes too early, D must stand before it. A budget that is chosen after the runs can \
be chosen to suit one of them.
    """
    check_order("an honest comparison", attempt, **table("orders")["comparison"])


def check_success(attempt):
    """Say whether a function gives the share of clipped runs that solved a task, on four tables.

    Examples
    --------
    >>> check_success(lambda rows, task, cell: max(row["solved"] for row in _kept(rows, task, cell)))
    ✗ the share of runs that solved it: got 1, want 0.230769. Yours is too large by 0.7692. \
That is the best run, not the share of runs.
    """
    tables = [_table(seed) for seed in (4, 5)]
    cases = [(rows, task, cell) for rows in tables for task, cell in (("latch", "LSTM"), ("order", "RNN"))]
    check("the share of runs that solved it", attempt, _share, given=cases, known=_other_shares)


def _kept(rows, task, cell, clip=(True,), keys=("task", "cell")):
    """Return the runs that are to be counted, or others if something goes wrong."""
    asked = {"task": task, "cell": cell}
    return [row for row in rows if all(row[key] == asked[key] for key in keys) and row["clip"] in clip]


def _share(*given, **others):
    return np.mean([row["solved"] for row in _kept(*given, **others)])


def _other_shares(rows, task, cell):
    given, runs = (rows, task, cell), _kept(rows, task, cell)
    solved = [row["solved"] for row in runs]
    loose = [row["solved"] for row in rows if row["task"] == task or (row["cell"] == cell and row["clip"])]
    begun = [[row["solved"] for row in runs if row["start"] == start] for start in {row["start"] for row in runs}]
    return {
        "That counts the runs without clipping, too.": _share(*given, clip=(True, False)),
        "Those are the runs without clipping.": _share(*given, clip=(False,)),
        "That is the best run, not the share of runs.": max(solved),
        "That is the worst run, not the share of runs.": min(solved),
        "That is the median of 0 and 1: their mean is the share.": np.median(solved),
        "That is the number of runs that solved it; divide it by the number of runs.": sum(solved),
        "That is the number of runs; the share of those that solved the task is asked for.": len(solved),
        "That is the share of the runs that failed.": 1 - np.mean(solved),
        "That is the mean score; the column `solved` says who is done.": np.mean([row["score"] for row in runs]),
        "Those are the runs one by one, each solved or not; their mean is the share.": np.array(solved),
        "That is divided by all rows of the table, other tasks and cells among them.": sum(solved) / len(rows),
        "That mixes all tasks.": _share(*given, keys=("cell",)),
        "That mixes both cells.": _share(*given, keys=("task",)),
        "That keeps rows of other tasks: `and` binds more tightly than `or`.": np.mean(loose),
        "That is the share of starts with a run that solved it; every run counts.": np.mean(
            [max(b) for b in begun]
        ),
    }


def _table(seed):
    """Return runs of two tasks and two cells, as the table of the lesson has them."""
    rng = np.random.default_rng(seed)
    pairs = {"task": ("latch", "order"), "cell": ("LSTM", "RNN"), "start": "abcd", "lr": (0.001, 0.01)}
    rows = []
    for _ in range(100):
        row = {name: values[rng.integers(len(values))] for name, values in pairs.items()}
        row |= {"clip": bool(rng.random() < 0.7), "seed": int(rng.integers(5)), "H": 32, "budget": 1000}
        rows.append(row | {"solved": bool(rng.random() < 0.3), "steps": 1000, "score": float(rng.random())})
    return rows
