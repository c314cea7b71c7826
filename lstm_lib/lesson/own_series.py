"""A series of one's own: read it, and judge on numbers held back whether an LSTM is worth it.

    read("weather.csv")       the numbers of a file, or of a list
    judge(series)             persistence, autoregression and an LSTM, one number ahead

Two small series are included, made by ``notebooks/results/two_series.py``: INCLUDED / "tide.csv", "flies.csv".
"""

import csv
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstm_lib import baselines, fused, model, training, validation
from lstm_lib.functional import mean_squared_error
from lstm_lib.lesson import course

INCLUDED = course.place("notebooks/results")
SHORTEST = 100
PIECE, BATCH, PATIENCE = 40, 16, 25  # numbers in a piece of training, pieces at once, steps between two looks


def read(source, column=None):
    """Return a series from a CSV file or from numbers.

    Parameters
    ----------
    source : str, Path, or sequence of number
        A file with one row for each step, with or without a header; or the numbers themselves.
    column : int or str, optional
        Which column of the file, by place from 0 or by its name; None takes the last.

    Returns
    -------
    ndarray of shape (N,)

    Raises
    ------
    TypeError, ValueError, OSError
        What cannot be read; a gap; a column that is not there; fewer than 100 numbers.

    Examples
    --------
    >>> read(INCLUDED / "tide.csv").shape
    (600,)
    >>> read([1, 2, 3])
    Traceback (most recent call last):
    ValueError: the series has 3 numbers; want at least 100
    """
    series = _of_file(Path(source), column) if isinstance(source, str | Path) else source
    series = validation.array("the series", np.squeeze(np.asarray(series)), "N", {})
    if len(series) < SHORTEST:
        raise ValueError(f"the series has {len(series)} numbers; want at least {SHORTEST}")
    if np.ptp(series) == 0:
        raise ValueError("the series never changes; there is nothing to predict")
    return series.astype(float)


def _of_file(path, column):
    with path.open(newline="", encoding="utf-8-sig") as file:
        text = file.read()
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if any(map(str.strip, row))]
    if not rows:
        raise ValueError(f"{path.name} is empty; want a number in each row")
    place, names = -1 if column is None else column, [name.strip() for name in rows[0]]
    if isinstance(column, str):
        if column not in names:
            raise ValueError(f"{path.name} has no column {column!r}; it has {', '.join(names)}")
        place = names.index(column)
    if _number(rows[0], place) is None:
        rows = rows[1:]
    series = [_number(row, place) for row in rows]
    if None in series:
        line = series.index(None) + 1
        raise ValueError(f"{path.name}: row {line} of the numbers is {','.join(rows[line - 1])!r}; want a number")
    return series


def _number(row, place):
    try:
        return float(row[place])
    except (ValueError, IndexError):
        return None


class Judgement(NamedTuple):
    """How three rules did on the last fifth of a series, one number ahead.

    Attributes
    ----------
    errors : dict of ndarray
        Rule → squared error of each prediction, as a share of the variance of the series; of the LSTM the mean
        over its seeds.
    seeds : list of float
        The LSTM's mean errors, one for each seed.
    p : int
        How many lags the autoregression has.

    Examples
    --------
    >>> error = np.full(50, 0.1)
    >>> Judgement({"persistence": 9 * error, "AR, 3 lags": error, "LSTM": error / 5}, [0.02], 3).verdict()
    'The LSTM does better than AR, 3 lags, by more than chance: 5.0 times.'
    """

    errors: dict
    seeds: list
    p: int

    def verdict(self):
        """Return a sentence that says whether the LSTM beats the best of the others, or whether one cannot say."""
        means = {name: float(errors.mean()) for name, errors in self.errors.items()}
        rival = min((name for name in means if name != "LSTM"), key=means.get)
        gain = self.errors[rival] - self.errors["LSTM"]
        blocks = np.array([block.mean() for block in np.array_split(gain, 10)])  # neighbours are alike: ten parts
        doubt = 2.3 * blocks.std(ddof=1) / np.sqrt(len(blocks))  # Student's t with 9 degrees of freedom, 95 %
        if abs(gain.mean()) <= doubt:
            return f"Between the LSTM and {rival} these {len(gain)} numbers cannot decide: take the simpler one."
        if gain.mean() > 0:
            times = means[rival] / means["LSTM"]
            return f"The LSTM does better than {rival}, by more than chance: {times:.1f} times."
        times = means["LSTM"] / means[rival]
        return f"{rival} does better than the LSTM, by more than chance: {times:.1f} times. Take it."

    def __repr__(self):
        lines = [f"mean squared error on the last {len(self.errors['LSTM'])} numbers, as a share of the variance"]
        for name, errors in self.errors.items():
            spread = f"   three seeds: {min(self.seeds):.2g} to {max(self.seeds):.2g}" if name == "LSTM" else ""
            lines.append(f"  {name:<12} {errors.mean():.2g}{spread}")
        return "\n".join([*lines, self.verdict()])


def judge(series, *, H=16, n_steps=300, seeds=(0, 1, 2)):
    """Fit an autoregression and an LSTM to the first four fifths of a series, and try them on the last.

    Of the four, the last one decides how many lags the autoregression has and when the LSTM stops learning. The
    last fifth is looked at once.

    Parameters
    ----------
    series : ndarray of shape (N,)
        As from `read`.
    H : int, default 16
        Units.
    n_steps : int, default 300
        Steps of training at most.
    seeds : sequence of int, default (0, 1, 2)
        A training run for each.

    Returns
    -------
    Judgement

    Raises
    ------
    TypeError, ValueError
        As from `read`.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=120)
    >>> list(judge(noise, H=2, n_steps=2).errors)[::2]
    ['persistence', 'LSTM']
    """
    series = read(series)
    N = len(series)
    fit, choose, test = slice(0, 3 * N // 5), slice(3 * N // 5 - 1, 4 * N // 5 - 1), slice(4 * N // 5 - 1, N - 1)
    scaled = ((series - series[fit].mean()) / series[fit].std())[:, None, None]
    X, Y = scaled[:-1], scaled[1:]
    says = {p: _autoregression(X, Y, p, slice(p, fit.stop - 1)) for p in range(1, min(30, N // 10) + 1)}
    p = min(says, key=lambda p: np.mean((says[p] - Y)[choose] ** 2))
    nets = [_trained(X, Y, fit.stop - 1, choose, H, n_steps, seed) for seed in seeds]
    variance = np.mean((Y[test] - Y[test].mean()) ** 2)

    def errors(Y_hat):
        return ((Y_hat - Y)[test, 0, 0]) ** 2 / variance

    ours = [errors(model.predict(fused, params, X)[0]) for params in nets]
    table = {"persistence": errors(X), f"AR, {p} lag{'s' if p > 1 else ''}": errors(says[p])}
    return Judgement(table | {"LSTM": np.mean(ours, axis=0)}, [float(each.mean()) for each in ours], p)


def _autoregression(X, Y, p, steps):
    """Return the predictions of the best weights on p lags, fitted to some of the steps."""
    return np.einsum("p,tpb->tb", baselines.lag_weights(X, Y, p, steps), baselines.lagged(X, p))[:, None]


def _trained(X, Y, n_fit, choose, H, n_steps, seed):
    """Return the parameters that did best on the numbers that choose, of a training run on pieces of the first."""
    rng = np.random.default_rng(seed)
    params, adam = model.init_params(fused, 1, H, 1, rng), training.Adam(lr=0.01)
    best, least = params, np.inf
    length = min(PIECE, n_fit // 2)
    loss_and_grads = partial(model.loss_and_grads, fused, loss=mean_squared_error)
    for done in range(0, n_steps, PATIENCE):
        adam.lr = 0.01 if done < n_steps / 2 else 0.003
        starts = rng.integers(0, n_fit - length + 1, (min(PATIENCE, n_steps - done), BATCH))
        rows = [start + np.arange(length)[:, None] for start in starts]
        pieces = [(X[row, 0, 0][:, None], Y[row, 0, 0][:, None]) for row in rows]
        training.fit(loss_and_grads, params, pieces, adam, max_norm=1.0, progress=False)
        error = np.mean((model.predict(fused, params, X[: choose.stop])[0] - Y[: choose.stop])[choose] ** 2)
        if error < least:
            best, least = {name: p.copy() for name, p in params.items()}, error
    return best
