"""Makes the two series of lesson 09, by rules written below: ``python notebooks/results/two_series.py``."""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def tide(N=600):
    """Return the height of an imagined tide in metres, every hour: two periods, and some weather.

    Examples
    --------
    >>> tide(3).shape
    (3,)
    """
    hours, weather = np.arange(N), np.random.default_rng(1997).normal(0, 0.1, N)
    return 2 + 1.2 * np.sin(2 * np.pi * hours / 12.42) + 0.4 * np.sin(2 * np.pi * hours / 12) + weather


def flies(N=600):
    """Return how many thousand flies there are, generation by generation: by Ricker's rule of 1954, and chance.

    The next generation is this one times e^(2.8 (1 − this one)): few have many young, many starve.

    Examples
    --------
    >>> flies(3).shape
    (3,)
    """
    chance, now, found = np.random.default_rng(1997), 0.5, []
    for _ in range(N + 50):
        now = now * np.exp(2.8 * (1 - now) + chance.normal(0, 0.03))
        found.append(now)
    return np.array(found[50:])


if __name__ == "__main__":
    for make, header in ((tide, "hour,metres"), (flies, "generation,thousands")):
        rows = [f"{n},{value:.3f}" for n, value in enumerate(make())]
        (HERE / f"{make.__name__}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
