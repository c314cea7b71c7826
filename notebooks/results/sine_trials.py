"""Trains the networks of lesson 09 on many waves, from several seeds: ``python notebooks/results/sine_trials.py``.

It writes the errors beside itself, for the seeds 0 to 8 of each network. The lesson shows the first three, and
trains one of them itself; the test of its claims takes all nine, in three sets. A quarter of an hour on two cores.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from lstm_lib import data, fused, model, rnn, training
from lstm_lib.functional import mean_squared_error

TABLE = Path(__file__).with_suffix(".json")
NOISE, LATE = 0.1, slice(59, 120)  # the steps 60 to 120 count
LSTM_RATES = ((1e-2, 700), (3e-3, 500), (1e-3, 200))
RNN_RATES = ((5e-3, 1400), (2e-3, 1000), (5e-4, 400))  # twice the steps: each is cheaper
NETWORKS = {
    "LSTM, 32 units": (fused, 32, LSTM_RATES),
    "RNN, 32 units": (rnn, 32, RNN_RATES),
    "RNN, 65 units": (rnn, 65, RNN_RATES),
}
SEEDS = range(9)


def trained(cell, H, rates, seed):
    """Return parameters, trained on 32 fresh waves of 60 numbers at every step.

    Examples
    --------
    >>> trained(rnn, 2, ((1e-3, 1),), 0)["W_h"].shape
    (2, 3)
    """
    rng = np.random.default_rng(seed)
    params = model.init_params(cell, 1, H, 1, rng)
    adam = training.Adam()

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(cell, params, X, Y, mean_squared_error)

    for adam.lr, n_steps in rates:
        waves = [data.sine_waves(61, 32, rng, noise=NOISE)[0] for _ in range(n_steps)]
        pairs = [(X[:-1], X[1:]) for X in waves]
        training.fit(loss_and_grads, params, pairs, adam, max_norm=1.0, progress=False)
    return params


def late_error(name, seed):
    """Return a network's mean squared distance to the clean waves, on 500 waves that it was not trained on.

    Examples
    --------
    >>> late_error.__name__ in "the late_error of the lesson"
    True
    """
    cell, H, rates = NETWORKS[name]
    X, Y = data.sine_waves(120, 500, np.random.default_rng(99), noise=NOISE)
    Y_hat, _ = model.predict(cell, trained(cell, H, rates, seed), X)
    return float(np.mean((Y_hat[LATE] - Y[LATE]) ** 2))


def main():
    """Run what is missing in the table, and write it after each run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    workers = parser.parse_args().workers
    table = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
    asked = [(name, seed) for seed in SEEDS for name in NETWORKS if str(seed) not in table.get(name, {})]
    with ProcessPoolExecutor(workers) as pool:
        for (name, seed), error in zip(asked, pool.map(late_error, *zip(*asked, strict=True)), strict=True):
            table.setdefault(name, {})[str(seed)] = float(f"{error:.3g}")
            TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
