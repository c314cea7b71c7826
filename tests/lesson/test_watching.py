"""A free run watched while a network learns: kept at its moments, in one picture that is exchanged."""

import numpy as np
import pytest

from lstm_lib import data, lstm, model
from lstm_lib.lesson import watching
from lstm_lib.plotting import Picture

WAVE = data.sine_waves(60, 2, np.random.default_rng(0), omega=0.3)[0]


@pytest.fixture
def params():
    return model.init_params(lstm, 1, 3, 1, np.random.default_rng(1))


def test_runs_are_kept_at_their_moments(params, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    watch = watching.FreeRun(lstm, WAVE, heard=40, keep=(0, 3))
    for _ in range(5):
        watch(params)
        params["b_y"] = params["b_y"] + 1
    assert [*watch.runs] == [0, 3]
    assert watch.runs[3].shape == (20,)
    assert not np.allclose(watch.runs[0], watch.runs[3])
    assert watch.shown is None


def test_a_run_is_that_of_the_model(params, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    watch = watching.FreeRun(lstm, WAVE, heard=40)
    watch(params)
    alone = model.generate(lstm, params, WAVE[:40], 20)[:, 0, 0]
    np.testing.assert_allclose(watch.runs[0], alone, rtol=1e-10)


def test_there_is_one_picture_and_it_is_exchanged(params, monkeypatch):
    shown, exchanged = [], []

    class Handle:
        def update(self, picture):
            exchanged.append(picture)

    def display(picture, display_id):
        shown.append(picture)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    watch = watching.FreeRun(lstm, WAVE, heard=40, every=5)
    for _ in range(11):
        watch(params)
    assert len(shown) == 1
    assert len(exchanged) == 2
    assert all(isinstance(picture, Picture) for picture in (*shown, *exchanged))
    assert exchanged[-1].title.startswith("After 10 steps")


def test_a_wave_that_ends_too_soon_is_refused():
    with pytest.raises(ValueError, match=r"^wave has 60 steps; want more than the 60 that are heard"):
        watching.FreeRun(lstm, WAVE, heard=60)
