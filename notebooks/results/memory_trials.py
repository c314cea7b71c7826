"""Training runs on tests of memory, many of them: which cell, start and learning rate solve what, and how soon.

One run is a `Setting`; what came of it is a `Result`. ``python notebooks/results/memory_trials.py`` runs all of
`SWEEP` and writes beside itself a table of both, and one trained network; lesson 10 reads them. What has been run
is noted line by line: stopped, the same command goes on where it was. ``--workers 2`` says how many processes work
at a time, and ``--scheduler tcp://…`` hands the runs to the machines of a Dask cluster instead.
"""

import argparse
import json
import platform
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from lstm_lib import data, fused, model, rnn, rosetta, training
from lstm_lib.functional import accuracy, at_last_step, cross_entropy, mean_squared_error

COMMAND = "OPENBLAS_NUM_THREADS=1 .venv/bin/python notebooks/results/memory_trials.py"
TABLE = Path(__file__).with_suffix(".json")
CELLS = {"LSTM": fused, "RNN": rnn}
BATCH = 32
FRESH = 2000  # sequences on which a run is judged
EVERY = 50  # steps between two looks at whether the task is solved


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
    longest: int


def _minus_error(Y_hat, Y):
    return -mean_squared_error(Y_hat[-1:], Y[-1:])[0]


RIGHT = {"solved": 0.99, "enough": 0.995}
last_error = at_last_step(mean_squared_error)
TASKS = {
    "temporal order, T = 100": Task(
        partial(data.temporal_order, 100), cross_entropy, accuracy, longest=110, **RIGHT
    ),
    "temporal order, T = 20": Task(partial(data.temporal_order, 20), cross_entropy, accuracy, longest=22, **RIGHT),
    "adding, T = 100": Task(partial(data.adding_problem, 100), last_error, _minus_error, -0.005, -0.004, 100),
    "latch, T = 100": Task(partial(data.latch, 100), cross_entropy, accuracy, longest=110, **RIGHT),
    "latch, always 100": Task(
        partial(data.latch, 100, longest=100), cross_entropy, accuracy, longest=100, **RIGHT
    ),
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
    H : int
        Units.
    budget : int
        After how many steps to give up.

    Examples
    --------
    >>> Setting("adding, T = 100", "RNN", "orthogonal", 0.001).budget
    1000
    """

    task: str
    cell: str
    start: str
    lr: float
    clip: bool = True
    seed: int = 0
    H: int = 32
    budget: int = 1000


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
    losses : list of float
        The mean loss of every `EVERY` steps.

    Examples
    --------
    >>> Result(True, 100, 0.998, [0.6, 0.1]).solved
    True
    """

    solved: bool
    steps: int
    score: float
    losses: list


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
    (np.float32(3.0), (32, 33))
    """
    task = _known("task", setting.task, TASKS)
    cell = _known("cell", setting.cell, CELLS)
    D, K = (A.shape[1] for A in task.draw(1, np.random.default_rng(0)))
    params = model.init_params(cell, D, setting.H, K, rng)
    if setting.cell == "LSTM" and setting.start.startswith("b_f = "):
        params["b_f"] = np.full_like(params["b_f"], float(setting.start[6:]))
    elif setting.cell == "LSTM":
        _known("start", setting.start, ("b_f = 1", "chrono"))
        params = training.chrono(params, task.longest, rng)
    elif _known("start", setting.start, {"uniform": False, "orthogonal": True}):
        params = training.orthogonal(params, rng)
    return {name: p.astype(np.float32) for name, p in params.items()}


def train(setting):
    """Train until the task is solved or the steps are used up.

    Parameters
    ----------
    setting : Setting
        What to run.

    Returns
    -------
    params : dict of ndarray
        As they are at the end.
    losses : list of float
        The loss before each step.

    Raises
    ------
    ValueError
        A task, cell or start that is not known.
    FloatingPointError
        Training broke off.

    Examples
    --------
    >>> params, losses = train(Setting("latch, T = 100", "RNN", "uniform", 0.001, H=4, budget=2))
    >>> len(losses), params["W_h"].shape
    (2, (4, 5))
    """
    rng = np.random.default_rng(setting.seed)
    params, task, cell = begin(setting, rng), TASKS[setting.task], CELLS[setting.cell]

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(cell, params, X, Y, task.loss)

    batches = (_float32(task.draw(BATCH, rng)) for _ in range(setting.budget))
    batches = training.until(lambda: _score(setting, params, 1000, 1) > task.enough, batches, every=EVERY)
    options = {"max_norm": 1.0 if setting.clip else None, "progress": False}
    return params, training.fit(loss_and_grads, params, batches, training.Adam(setting.lr), **options)


def run(setting):
    """Train, and judge on fresh sequences.

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
    >>> run(Setting("latch, always 100", "RNN", "orthogonal", 0.001, H=16)).solved
    True
    """
    try:
        params, losses = train(setting)
    except FloatingPointError:
        return Result(False, setting.budget, -np.inf, [])
    fresh = _score(setting, params, FRESH, 2)
    means = [float(f"{np.mean(losses[n : n + EVERY]):.3g}") for n in range(0, len(losses), EVERY)]
    return Result(fresh > TASKS[setting.task].solved, len(losses), float(f"{fresh:.4g}"), means)


def _score(setting, params, B, stream):
    """Score B sequences; which ones, seed and stream decide."""
    task = TASKS[setting.task]
    X, Y = _float32(task.draw(B, np.random.default_rng((setting.seed, stream))))
    return float(task.score(model.predict(CELLS[setting.cell], params, X)[0], Y))


def _float32(arrays):
    return tuple(A.astype(np.float32) for A in arrays)


def _known(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; want one of {', '.join(map(repr, choices))}")
    return choices[value] if isinstance(choices, dict) else value


# --- the sweep ---------------------------------------------------------------------------------------------------

SEEDS = range(5)
RATES = (1e-3, 1e-2)  # the same for both networks, on every task
STARTS = (
    ("LSTM", "b_f = 1"),
    ("LSTM", "b_f = 3"),
    ("LSTM", "chrono"),
    ("RNN", "uniform"),
    ("RNN", "orthogonal"),
)


def _settings(task, starts=STARTS, rates=RATES, *, seeds, **options):
    """Return the settings of a task: every start with every learning rate from every seed."""
    return [Setting(task, *start, lr, seed=n, **options) for start, lr, n in product(starts, rates, seeds)]


ORDER = "temporal order, T = 100"


def _grid_and_controls(seeds):
    """Return the settings of all tasks, and of some controls on temporal order."""
    of = partial(_settings, seeds=seeds)
    return [
        *of(ORDER),
        *of("latch, always 100", H=16),
        *of("temporal order, T = 20"),
        *of("latch, T = 100", H=16),
        *of("adding, T = 100"),
        *of(ORDER, STARTS[4:], H=68),  # as many numbers as the LSTM of 32 units: 5236, and 5248
        *of(ORDER, STARTS[4:], (1e-3,), budget=4000),
        *of(ORDER, STARTS[2:3], (1e-3,), clip=False),
    ]


TEN_MORE = range(5, 15)  # is what five runs say luck?
SWEEP = [*_grid_and_controls(SEEDS), *_grid_and_controls(TEN_MORE)]
SHOWN = Setting(ORDER, "LSTM", "chrono", 1e-2, seed=2)  # whose memory the lesson looks at


def sweep(settings, executor, keep=lambda setting, result: None):
    """Run many settings, side by side.

    Parameters
    ----------
    settings : list of Setting
        What to run.
    executor : concurrent.futures.Executor
        Who runs it: a pool of processes, or what ``Client(…).get_executor()`` of Dask gives.
    keep : function, optional
        Called with each setting and its result as soon as it is there.

    Returns
    -------
    list of Result
        In the order of the settings.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(1) as executor:
    ...     sweep([Setting("latch, T = 100", "RNN", "uniform", 0.001, budget=1)], executor)[0].steps
    1
    """
    futures = {executor.submit(run, setting): setting for setting in settings}
    results = {}
    for future in tqdm(as_completed(futures), total=len(futures), unit="run"):
        results[futures[future]] = future.result()
        keep(futures[future], future.result())
    return [results[setting] for setting in settings]


# --- what is written ---------------------------------------------------------------------------------------------


def resume(settings, executor, notes):
    """Run what a file of notes does not hold yet, and note each run as soon as it is done.

    Parameters
    ----------
    settings : list of Setting
        What is to be run in the end.
    executor : concurrent.futures.Executor
        Who runs it.
    notes : Path
        A row of JSON for each run; it need not exist.

    Returns
    -------
    list of Result
        In the order of the settings.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> setting = Setting("latch, T = 100", "RNN", "uniform", 0.001, budget=1)
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     first = resume([setting], executor, Path(folder) / "notes")
    ...     resume([setting], None, Path(folder) / "notes") == first  # nothing is left to run
    True
    """
    rows = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
    known = dict(_from_row(json.loads(row)) for row in rows if row.endswith("]"))  # the last may be cut off

    def keep(setting, result):
        known[setting] = result
        with notes.open("a", encoding="utf-8") as file:
            file.write(_row(setting, result) + "\n")

    if rows and not rows[-1].endswith("]"):
        notes.write_text("".join(_row(*pair) + "\n" for pair in known.items()), encoding="utf-8")
    sweep([setting for setting in settings if setting not in known], executor, keep)
    return [known[setting] for setting in settings]


def _row(setting, result):
    return json.dumps([*setting, *result])


def _from_row(row):
    n = len(Setting._fields)
    return Setting(*row[:n]), Result(*row[n:])


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
    >>> json.loads(as_table([setting], [Result(False, 50, -0.1, [0.2])]))["rows"]
    [['adding, T = 100', 'RNN', 'orthogonal', 0.001, True, 0, 32, 1000, False, 50, -0.1, [0.2]]]
    """
    head = {"command": COMMAND, "python": platform.python_version(), "numpy": np.__version__}
    head |= {"sequences a step": BATCH, "fresh sequences": FRESH, "columns": Setting._fields + Result._fields}
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    rows = [_row(*pair) for pair in zip(settings, results, strict=True)]
    return "{" + ",\n ".join([*lines, '"rows": [\n  ' + ",\n  ".join(rows) + "\n ]"]) + "}\n"


def executor(workers=None, scheduler=None):
    """Return who runs the settings: a pool of processes, one a core if not told otherwise, or a Dask cluster.

    Parameters
    ----------
    workers : int, optional
        How many processes.
    scheduler : str, optional
        The address of a Dask scheduler; it needs the package ``distributed``.

    Returns
    -------
    concurrent.futures.Executor

    Examples
    --------
    >>> with executor(1) as one:
    ...     one.submit(abs, -2).result()
    2
    """
    if scheduler is None:
        return ProcessPoolExecutor(workers)
    from distributed import Client  # an extra that one machine does not need

    return Client(scheduler).get_executor()


def main(arguments=None):
    """Run what is left of the sweep, and write the table and the network that the lesson looks at."""
    parser = argparse.ArgumentParser(description="Run every training run of lesson 10's table.")
    parser.add_argument("--file", type=Path, default=TABLE, help="where to write the table")
    parser.add_argument("--workers", type=int, help="processes at a time; one a core if left out")
    parser.add_argument("--scheduler", help="the address of a Dask scheduler, tcp://…, in place of processes here")
    asked = parser.parse_args(arguments)
    notes = asked.file.with_suffix(".notes")
    with executor(asked.workers, asked.scheduler) as who:
        results = resume(SWEEP, who, notes)
    asked.file.write_text(as_table(SWEEP, results), encoding="utf-8")
    rosetta.save(asked.file.with_suffix(".safetensors"), train(SHOWN)[0])
    notes.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
