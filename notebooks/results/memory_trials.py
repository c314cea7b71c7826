"""Training runs on tests of memory, many of them: which cell, start and learning rate solve what, and how soon.

One run is a `Setting`; what came of it is a `Result`. ``python notebooks/results/memory_trials.py`` runs all of
`SWEEP`, in less than an hour on two cores, and writes a table of both beside itself; lesson 10 reads it.
"""

import argparse
import json
import os
import platform
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from lstm_lib import data, fused, model, rnn, training
from lstm_lib.functional import accuracy, at_last_step, cross_entropy, mean_squared_error

COMMAND = "OPENBLAS_NUM_THREADS=1 .venv/bin/python notebooks/results/memory_trials.py"
TABLE = Path(__file__).with_suffix(".json")
CELLS = {"LSTM": fused, "RNN": rnn}
BATCH = 32
FRESH = 2000  # sequences on which a run is judged


class Task(NamedTuple):
    """A test of memory: how to draw it, what is minimised, and when it counts as solved.

    Attributes
    ----------
    draw : function
        Takes (B, rng), returns X and Y.
    loss : function
        What training minimises.
    score : function
        Takes (Y_hat, Y), returns the share of right answers, or minus the mean squared error: more is better.
    solved, enough : float
        The score above which the task counts as solved, and the stricter one at which training ends.
    H : int
        Units.
    longest : int
        Steps between the first thing to remember and the answer, at most.

    Examples
    --------
    >>> TASKS["adding, T = 100"].solved
    -0.005
    """

    draw: object
    loss: object
    score: object
    solved: float
    enough: float
    H: int
    longest: int


def _remembered(Y_hat, Y):
    """Return the accuracy at the symbol before the last."""
    return accuracy(Y_hat[-2:-1], Y[-2:-1])


def _minus_error(Y_hat, Y):
    return -mean_squared_error(Y_hat[-1:], Y[-1:])[0]


RIGHT = {"solved": 0.99, "enough": 0.995}
last_error = at_last_step(mean_squared_error)
TASKS = {
    "temporal order, T = 100": Task(
        partial(data.temporal_order, 100), cross_entropy, accuracy, H=32, longest=110, **RIGHT
    ),
    "temporal order, T = 20": Task(
        partial(data.temporal_order, 20), cross_entropy, accuracy, H=32, longest=22, **RIGHT
    ),
    "adding, T = 100": Task(partial(data.adding_problem, 100), last_error, _minus_error, -0.005, -0.004, 32, 100),
    "latch, T = 100": Task(partial(data.latch, 100), cross_entropy, accuracy, H=16, longest=110, **RIGHT),
    "latch, always 100": Task(
        partial(data.latch, 100, longest=100), cross_entropy, accuracy, H=16, longest=100, **RIGHT
    ),
    "embedded Reber": Task(data.embedded_reber, cross_entropy, _remembered, H=16, longest=40, **RIGHT),
}


class Setting(NamedTuple):
    """One training run, all that decides it.

    Attributes
    ----------
    task : str
        One of `TASKS`.
    cell : str
        "LSTM" or "RNN".
    start : str
        For the LSTM "b_f = 1" (any number) or "chrono"; for the RNN "uniform" or "orthogonal".
    lr : float
        Learning rate of Adam.
    clip : bool
        Whether gradients are clipped to norm 1.
    seed : int
        Decides the start and the batches.
    budget : int
        After how many steps to give up.

    Examples
    --------
    >>> Setting("adding, T = 100", "RNN", "orthogonal", 0.001).budget
    2000
    """

    task: str
    cell: str
    start: str
    lr: float
    clip: bool = True
    seed: int = 0
    budget: int = 2000


class Result(NamedTuple):
    """What came of a run.

    Attributes
    ----------
    solved : bool
        Whether the score is above the task's.
    steps : int
        How many steps of training were made.
    score : float
        On fresh sequences; −∞ where training broke off.

    Examples
    --------
    >>> Result(True, 450, 0.998).solved
    True
    """

    solved: bool
    steps: int
    score: float


def begin(setting, rng):
    """Return fresh parameters for a setting, in float32.

    Parameters
    ----------
    setting : Setting
        Which task, cell and start.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    dict of ndarray
        Cell and read-out.

    Raises
    ------
    ValueError
        A task, cell or start that is not known.

    Examples
    --------
    >>> params = begin(Setting("latch, T = 100", "LSTM", "b_f = 3", 0.005), np.random.default_rng(0))
    >>> params["b_f"].mean(), params["W_f"].shape
    (np.float32(3.0), (16, 17))
    """
    task = _known("task", setting.task, TASKS)
    cell = _known("cell", setting.cell, CELLS)
    D, K = (A.shape[1] for A in task.draw(1, np.random.default_rng(0)))
    params = model.init_params(cell, D, task.H, K, rng)
    if setting.cell == "LSTM" and setting.start.startswith("b_f = "):
        params["b_f"] = np.full_like(params["b_f"], float(setting.start[6:]))
    elif setting.cell == "LSTM":
        _known("start", setting.start, ("b_f = 1", "chrono"))
        params = training.chrono(params, task.longest, rng)
    elif _known("start", setting.start, {"uniform": False, "orthogonal": True}):
        params = training.orthogonal(params, rng)
    return {name: p.astype(np.float32) for name, p in params.items()}


def run(setting):
    """Train until the task is solved or the steps are used up, and judge on fresh sequences.

    Parameters
    ----------
    setting : Setting
        What to run.

    Returns
    -------
    Result
        `solved` and `score` are of `FRESH` sequences that neither training nor its end has seen.

    Raises
    ------
    ValueError
        A task, cell or start that is not known.

    Examples
    --------
    >>> run(Setting("latch, always 100", "RNN", "orthogonal", 0.001)).solved
    True
    """
    rng = np.random.default_rng(setting.seed)
    params, task, cell = begin(setting, rng), TASKS[setting.task], CELLS[setting.cell]

    def score(B, seed):
        X, Y = _float32(task.draw(B, np.random.default_rng(seed)))
        return float(task.score(model.predict(cell, params, X)[0], Y))

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(cell, params, X, Y, task.loss)

    batches = (_float32(task.draw(BATCH, rng)) for _ in range(setting.budget))
    batches = training.until(lambda: score(1000, (setting.seed, 1)) > task.enough, batches)
    max_norm = 1.0 if setting.clip else None
    try:
        losses = training.fit(
            loss_and_grads, params, batches, training.Adam(setting.lr), max_norm=max_norm, progress=False
        )
    except FloatingPointError:
        return Result(False, setting.budget, -np.inf)
    fresh = score(FRESH, (setting.seed, 2))
    return Result(fresh > task.solved, len(losses), fresh)


def _float32(arrays):
    return tuple(A.astype(np.float32) for A in arrays)


def _known(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; want one of {', '.join(map(repr, choices))}")
    return choices[value] if isinstance(choices, dict) else value


# --- the sweep ---------------------------------------------------------------------------------------------------

SEEDS = range(5)


def _settings(task, cell, starts, rates, clip=True):
    return [Setting(task, cell, start, lr, clip, seed) for start, lr, seed in product(starts, rates, SEEDS)]


_BIASES = ["b_f = 0", "b_f = 1", "b_f = 3", "chrono"]
_PLAIN = ["uniform", "orthogonal"]
SWEEP = [
    *_settings("temporal order, T = 100", "LSTM", _BIASES, [5e-3]),
    *_settings("temporal order, T = 100", "RNN", _PLAIN, [3e-4, 1e-3, 5e-3]),
    *_settings("temporal order, T = 100", "LSTM", ["chrono"], [5e-3], clip=False),
    *_settings("temporal order, T = 100", "RNN", _PLAIN, [1e-3], clip=False),
    *_settings("temporal order, T = 20", "LSTM", ["b_f = 1"], [5e-3]),
    *_settings("temporal order, T = 20", "RNN", _PLAIN, [1e-3]),
    *_settings("adding, T = 100", "LSTM", _BIASES, [1e-2]),
    *_settings("adding, T = 100", "RNN", _PLAIN, [3e-4, 1e-3, 5e-3]),
    *_settings("latch, T = 100", "LSTM", _BIASES[1:], [1e-2]),
    *_settings("latch, T = 100", "RNN", _PLAIN, [1e-3]),
    *_settings("latch, always 100", "LSTM", _BIASES[1:], [1e-2]),
    *_settings("latch, always 100", "RNN", _PLAIN, [1e-3]),
    *_settings("embedded Reber", "LSTM", ["b_f = 1"], [1e-2]),
    *_settings("embedded Reber", "RNN", _PLAIN, [5e-3]),
]


def sweep(settings, workers=None):
    """Run many settings, side by side on all cores.

    Parameters
    ----------
    settings : list of Setting
        What to run.
    workers : int, optional
        Processes; None means one a core.

    Returns
    -------
    list of Result
        In the order of the settings.

    Examples
    --------
    >>> sweep([Setting("latch, T = 100", "RNN", "uniform", 0.001, budget=1)], workers=1)[0].steps
    1
    """
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        return list(tqdm(pool.map(run, settings), total=len(settings), unit="run"))


def as_table(settings, results):
    """Return what is written: the command and the versions that made it, and a row for each run, as JSON text.

    Parameters
    ----------
    settings : list of Setting
        What was run.
    results : list of Result
        What came of it.

    Returns
    -------
    str

    Examples
    --------
    >>> setting = Setting("adding, T = 100", "RNN", "orthogonal", 0.001)
    >>> json.loads(as_table([setting], [Result(False, 2000, -0.1)]))["rows"]
    [['adding, T = 100', 'RNN', 'orthogonal', 0.001, True, 0, 2000, False, 2000, -0.1]]
    """
    head = {"command": COMMAND, "python": platform.python_version(), "numpy": np.__version__}
    head |= {"sequences a step": BATCH, "fresh sequences": FRESH, "columns": Setting._fields + Result._fields}
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    rows = [json.dumps([*s, *r[:-1], float(f"{r.score:.4g}")]) for s, r in zip(settings, results, strict=True)]
    return "{" + ",\n ".join([*lines, '"rows": [\n  ' + ",\n  ".join(rows) + "\n ]"]) + "}\n"


def main(arguments=None):
    """Run the sweep and write the table."""
    parser = argparse.ArgumentParser(description="Run every training run of lesson 10's table.")
    parser.add_argument("--file", type=Path, default=TABLE, help="where to write the table")
    file = parser.parse_args(arguments).file
    file.write_text(as_table(SWEEP, sweep(SWEEP)), encoding="utf-8")


if __name__ == "__main__":
    main()
