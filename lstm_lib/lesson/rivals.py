"""The rivals on many noisy waves: rules that are tried here, and networks whose long training is kept in a table.

of_rules(X, omegas)       what each rule predicts
of_networks()             the error of each network, for three seeds
"""

import json

import numpy as np

from lstm_lib import baselines, data
from lstm_lib.lesson.own_series import INCLUDED

TABLE = INCLUDED / "sine_trials.json"
LAGS = (2, 5, 10, 20, 50)


def of_rules(X, omegas, *, lags=LAGS, late=slice(59, 120)):
    """Return what each rule predicts for noisy waves, by its name.

    The weights of the linear rules are the best ones on 2000 other waves, for the steps that count.

    Parameters
    ----------
    X : ndarray of shape (T, 1, B)
        The waves as they are read.
    omegas : ndarray of shape (B,)
        Their frequencies, for the one that is told.
    lags : tuple of int, default (2, 5, 10, 20, 50)
        Of the linear rules.
    late : slice, default steps 60 to 120
        The steps that count.

    Returns
    -------
    dict of ndarray
        Rule → predictions of shape (T, 1, B).

    Examples
    --------
    >>> X, _ = data.sine_waves(120, 2, np.random.default_rng(0), noise=0.1)
    >>> list(of_rules(X, np.array([0.3, 0.5]), lags=(2,)))
    ['persistence', 'linear, 2 lags', 'searches for ω', 'is told ω']
    """
    fit, _ = data.sine_waves(121, 2000, np.random.default_rng(7), noise=0.1)
    says = {"persistence": X}
    for p in lags:
        weights = baselines.lag_weights(fit[:-1], fit[1:], p, late)
        says[f"linear, {p} lags"] = np.einsum("p,tpb->tb", weights, baselines.lagged(X, p))[:, None]
    says["searches for ω"] = baselines.searched_frequency(X)
    return says | {"is told ω": baselines.known_frequency(X, omegas)}


def of_networks(seeds=(0, 1, 2)):
    """Return the late error of each network for some seeds, from the table of the long runs.

    Parameters
    ----------
    seeds : sequence of int, default (0, 1, 2)
        Of 0 to 8.

    Returns
    -------
    dict of list
        Network → one error for each seed.

    Examples
    --------
    >>> {name: len(errors) for name, errors in of_networks().items()}
    {'LSTM, 32 units': 3, 'RNN, 32 units': 3, 'RNN, 65 units': 3}
    """
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return {name: [errors[str(seed)] for seed in seeds] for name, errors in table.items()}
