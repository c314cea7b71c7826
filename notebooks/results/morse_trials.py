"""Who reads Morse code how well: networks trained for equally many steps, and rules tuned for each noise.

One run is a `Setting`; what came of it is a `Result`. ``python notebooks/results/morse_trials.py`` runs all of
`SWEEP`, in about a quarter of an hour on two cores, and writes a table of both beside itself after every run;
started again, it goes on where it was left. The weights of the first LSTM are kept, too. Lesson 12 reads both.
"""

import argparse
import json
import os
import platform
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from lstm_lib import fused, model, morse, rnn, rosetta, training
from lstm_lib.functional import cross_entropy

COMMAND = "OPENBLAS_NUM_THREADS=1 .venv/bin/python notebooks/results/morse_trials.py"
TABLE = Path(__file__).with_suffix(".json")
WEIGHTS = Path(__file__).with_suffix(".safetensors")
CELLS = {"LSTM": fused, "RNN": rnn}
T, BATCH, H = 220, 24, 64
NOISES = (0.10, 0.25, 0.35)
FRESH = 512  # messages on which a reader is judged, at each noise
WINDOW = 64  # frames that a network without a memory sees: about a second
KEPT = 25  # of so many steps together the mean loss is kept
JUDGED = 1_000_000  # the seed of the fresh messages, which no training uses


class Setting(NamedTuple):
    """One training run, all that decides it.

    Attributes
    ----------
    reader : str
        "LSTM", "RNN", or "window": a softmax on the last frames, without a memory.
    lr : float
        Learning rate of Adam, at the beginning.
    seed : int
        Decides the start and the messages.
    steps : int
        How many steps of training.

    Examples
    --------
    >>> Setting("LSTM", 0.01).steps
    1200
    """

    reader: str
    lr: float
    seed: int = 0
    steps: int = 1200


class Result(NamedTuple):
    """What came of a run.

    Attributes
    ----------
    errors : list of float
        The letter error rate at each of `NOISES`.
    losses : list of float
        The mean loss of each 25 steps, to four digits.

    Examples
    --------
    >>> Result([0.01, 0.1, 0.6], [3.3]).errors[0]
    0.01
    """

    errors: list
    losses: list


def begin(setting, rng):
    """Return fresh parameters for a setting, in float32.

    Parameters
    ----------
    setting : Setting
        Which reader.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    dict of ndarray

    Raises
    ------
    ValueError
        A reader that is not known.

    Examples
    --------
    >>> params = begin(Setting("LSTM", 0.01), np.random.default_rng(0))
    >>> params["W_f"].shape, params["W_y"].shape
    ((64, 65), (27, 64))
    """
    if setting.reader == "LSTM":
        params = training.chrono(model.init_params(fused, 1, H, morse.K, rng), 30, rng)
    elif setting.reader == "RNN":
        params = training.orthogonal(model.init_params(rnn, 1, H, morse.K, rng), rng)
    elif setting.reader == "window":
        params = {"W_y": np.zeros((morse.K, WINDOW)), "b_y": np.zeros((morse.K, 1))}
    else:
        raise ValueError(f"reader is {setting.reader!r}; want one of 'LSTM', 'RNN', 'window'")
    return {name: p.astype(np.float32) for name, p in params.items()}


def messages(B, rng, noise):
    """Return messages as networks get them: twice the amplitude minus 1, in float32; the places; the texts."""
    X, Y, sent = morse.messages(T, B, rng, noise=noise)
    return (2 * X - 1).astype(np.float32), Y, sent


def batches(steps, rng):
    """Give the messages of each step of training, at noises between 0.15 and 0.33."""
    for _ in range(steps):
        yield messages(BATCH, rng, rng.uniform(0.15, 0.33))[:2]


def predict(reader, params, X):
    """Return the log-odds of each place in each frame, of shape (T, K, B)."""
    if reader in CELLS:
        return model.predict(CELLS[reader], params, X)[0]
    return params["W_y"] @ _windows(X) + params["b_y"]


def loss_and_grads(reader, params, X, Y):
    """Return the cross-entropy and its gradient for every parameter."""
    if reader in CELLS:
        return model.loss_and_grads(CELLS[reader], params, X, Y, cross_entropy)
    windows = _windows(X)
    loss, dY_hat = cross_entropy(params["W_y"] @ windows + params["b_y"], Y)
    return loss, {
        "W_y": np.tensordot(dY_hat, windows, axes=((0, 2), (0, 2))),
        "b_y": dY_hat.sum(axis=(0, 2))[:, None],
    }


def _windows(X):
    """Return the last frames at each step, of shape (T, WINDOW, B); before the beginning it is silent."""
    padded = np.pad(X[:, 0], ((WINDOW - 1, 0), (0, 0)), constant_values=-1)
    seen = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=0).swapaxes(1, 2)
    return np.ascontiguousarray(seen)  # matrix products want it so


def errors(read):
    """Return the letter error rate of a reader at each of `NOISES`, on fresh messages.

    Parameters
    ----------
    read : function
        Takes X of shape (T, 1, B), returns B texts.

    Returns
    -------
    list of float
    """
    found = []
    for noise in NOISES:
        X, _, sent = messages(FRESH, np.random.default_rng(JUDGED), noise)
        found.append(morse.letter_error_rate(read(X), sent))
    return found


def train(setting, stop=None):
    """Train a reader as its setting says.

    Parameters
    ----------
    setting : Setting
        What to run.
    stop : int, optional
        After how many steps to break off; None means at the end.

    Returns
    -------
    params : dict of ndarray
    losses : list of float
        The mean loss of each 25 steps.

    Examples
    --------
    >>> params, losses = train(Setting("window", 0.01), stop=25)
    >>> len(losses), losses[0] < np.log(morse.K)
    (1, True)
    """
    rng = np.random.default_rng(setting.seed)
    params = begin(setting, rng)
    adam = training.Adam(setting.lr)

    def step(params, X, Y):
        return loss_and_grads(setting.reader, params, X, Y)

    def slower_and_slower():
        for n, batch in enumerate(batches(stop or setting.steps, rng)):
            adam.lr = setting.lr * (0.01 + 0.99 * np.cos(np.pi / 2 * n / setting.steps) ** 2)
            yield batch

    losses = training.fit(step, params, slower_and_slower(), adam, max_norm=1.0, progress=False)
    return params, [float(np.mean(losses[n : n + KEPT])) for n in range(0, len(losses), KEPT)]


def run(setting):
    """Train a reader and judge it on fresh messages.

    Parameters
    ----------
    setting : Setting
        What to run.

    Returns
    -------
    params : dict of ndarray
    Result

    Examples
    --------
    >>> params, result = run(Setting("window", 0.01, steps=25))
    >>> len(result.errors) == len(NOISES)
    True
    """
    params, losses = train(setting)
    return params, Result(errors(lambda X: texts(setting.reader, params, X)), losses)


def texts(reader, params, X):
    """Return what a network reads from messages."""
    return [morse.read(places) for places in predict(reader, params, X).argmax(axis=1).T]


def rules():
    """Return the letter error rates of three readers that need no training, by name.

    Returns
    -------
    dict of list of float
        A threshold of ½ with the unit of the middle speed; the same with the unit found in each message; and the
        best rule for each noise, chosen on other messages of that noise.
    """
    middle = morse.Rule(unit=float(np.sqrt(morse.SLOW * morse.FAST)))
    found = {"one speed": errors(_reader(middle)), "own speed": errors(_reader(morse.Rule())), "tuned": []}
    for n, noise in enumerate(NOISES):
        X, _, sent = messages(256, np.random.default_rng(JUDGED + 1), noise)
        found["tuned"].append(errors(_reader(morse.tuned((X + 1) / 2, sent)))[n])
    return found


def _reader(rule):
    return lambda X: [rule.read((x + 1) / 2) for x in X[:, 0].T]


# --- the sweep ---------------------------------------------------------------------------------------------------

SEEDS = range(3)
READERS = [("LSTM", 0.01), ("RNN", 0.003), ("RNN", 0.01), ("window", 0.01)]
SWEEP = [Setting(reader, lr, seed) for reader, lr in READERS for seed in SEEDS]


def as_table(rows, ruled):
    """Return what is written: the command and the versions that made it, and a row for each run, as JSON text.

    Parameters
    ----------
    rows : list of (Setting, Result)
        What has been run.
    ruled : dict of list of float
        From `rules`.

    Returns
    -------
    str

    Examples
    --------
    >>> table = as_table([(Setting("RNN", 0.003), Result([0.1, 0.2, 0.9], [3.0]))], {})
    >>> json.loads(table)["rows"]
    [['RNN', 0.003, 0, 1200, [0.1, 0.2, 0.9], [3.0]]]
    """
    head = {"command": COMMAND, "python": platform.python_version(), "numpy": np.__version__}
    head |= {"messages a step": BATCH, "fresh messages": FRESH, "noises": NOISES, "rules": _rounded(ruled)}
    head["columns"] = Setting._fields + Result._fields
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    runs = [json.dumps([*s, *map(_rounded, r)]) for s, r in rows]
    return "{" + ",\n ".join([*lines, '"rows": [\n  ' + ",\n  ".join(runs) + "\n ]"]) + "}\n"


def _rounded(value):
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [float(f"{number:.4g}") for number in value]


def load(file=TABLE):
    """Return the table: the rules' error rates, and a Result for each Setting.

    Parameters
    ----------
    file : Path
        Where it is; nothing has been run if it is not there.

    Returns
    -------
    rules : dict of list of float
    results : dict
        Setting → Result.

    Examples
    --------
    >>> ruled, results = load()
    >>> {setting.steps for setting in results}
    {1200}
    """
    if not file.exists():
        return {}, {}
    table = json.loads(file.read_text(encoding="utf-8"))
    width = len(Setting._fields)
    return table["rules"], {Setting(*row[:width]): Result(*row[width:]) for row in table["rows"]}


def main(arguments=None):
    """Run what the table does not hold yet, and write it down after each run."""
    parser = argparse.ArgumentParser(description="Train every reader of lesson 12's table.")
    parser.add_argument("--file", type=Path, default=TABLE, help="where to write the table")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes; one a core")
    given = parser.parse_args(arguments)
    ruled, results = load(given.file)
    with ProcessPoolExecutor(given.workers) as pool:
        running = {pool.submit(run, setting): setting for setting in SWEEP if setting not in results}
        ruled = ruled or rules()
        for one in tqdm(as_completed(running), total=len(running), unit="run"):
            params, results[running[one]] = one.result()
            if running[one] == SWEEP[0]:
                rosetta.save(given.file.with_suffix(WEIGHTS.suffix), params)
            done = [(setting, results[setting]) for setting in SWEEP if setting in results]
            given.file.write_text(as_table(done, ruled), encoding="utf-8")


if __name__ == "__main__":
    main()
