"""Readers of Morse code that are trained as their setting says, and the table that holds what came of them."""

import json

import morse_trials
import numpy as np
import pytest
from morse_trials import SWEEP, Result, Setting, as_table, begin, errors, load, loss_and_grads, messages, train

from lstm_lib import fused, gradcheck, model, morse, rosetta

pytestmark = pytest.mark.slow


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(("reader", "names"), [("LSTM", 10), ("RNN", 4), ("window", 2)])
def test_a_run_begins_as_its_setting_says(reader, names):
    params = begin(Setting(reader, 0.01), rng())
    assert len(params) == names
    assert {p.dtype for p in params.values()} == {np.dtype(np.float32)}
    assert params["W_y"].shape[0] == params["b_y"].shape[0] == morse.K


def test_a_reader_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match=r"^reader is 'GRU'; want one of 'LSTM', 'RNN', 'window'"):
        begin(Setting("GRU", 0.01), rng())


def test_the_gradient_of_the_window_is_right():
    X, Y, _ = messages(2, rng(), 0.2)
    shapes = {"W_y": (morse.K, morse_trials.WINDOW), "b_y": (morse.K, 1)}
    params = {name: rng().normal(size=shape) / 9 for name, shape in shapes.items()}

    def loss(params):
        return loss_and_grads("window", params, X.astype(float), Y)

    assert max(gradcheck.check_gradients(loss, params).values()) < 1e-6


def test_the_window_sees_the_last_frames_and_no_other():
    X = np.arange(100.0).reshape(100, 1, 1)
    seen = morse_trials._windows(X)
    assert np.array_equal(seen[-1, :, 0], X[-morse_trials.WINDOW :, 0, 0])
    assert (seen[0, :-1] == -1).all()
    assert seen[0, -1, 0] == 0


def test_training_is_the_same_each_time_and_may_be_broken_off():
    whole, part = (train(Setting("window", 0.01, seed=4, steps=100), stop) for stop in (None, 50))
    assert part[1] == whole[1][:2]
    assert len(whole[1]) == 4
    assert whole[1][-1] < whole[1][0]
    assert train(Setting("window", 0.01, seed=5, steps=100), 25)[1] != part[1][:1]


def test_who_reads_all_is_never_wrong_and_who_reads_nothing_always(monkeypatch):
    monkeypatch.setattr(morse_trials, "FRESH", 8)
    drawn = [messages(8, np.random.default_rng(morse_trials.JUDGED), noise) for noise in morse_trials.NOISES]
    sent = iter([texts for _, _, texts in drawn])
    assert errors(lambda X: next(sent)) == [0, 0, 0]
    assert errors(lambda X: [""] * 8) == [1, 1, 1]


def test_a_table_that_was_broken_off_is_gone_on_with(tmp_path, monkeypatch):
    file = tmp_path / "table.json"
    settings = [Setting("window", 0.01, seed) for seed in (0, 1)]
    done = Result([0.5, 0.6, 0.7], [2.0])
    file.write_text(as_table([(settings[0], done)], {"tuned": [0.1, 0.2, 0.3]}), encoding="utf-8")

    class Here:  # runs in this process
        def __init__(self, workers):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def submit(self, run, setting):
            tried.append(setting)
            return setting

    class Done:
        def __init__(self, setting):
            self.setting = setting

        def __hash__(self):
            return hash(self.setting)

        def __eq__(self, other):
            return hash(self) == hash(other)

        def result(self):
            return {}, done

    tried = []
    monkeypatch.setattr(morse_trials, "SWEEP", settings)
    monkeypatch.setattr(morse_trials, "ProcessPoolExecutor", Here)
    monkeypatch.setattr(morse_trials, "as_completed", lambda running: map(Done, running))
    morse_trials.main(["--file", str(file)])
    assert tried == settings[1:]
    assert load(file) == ({"tuned": [0.1, 0.2, 0.3]}, dict.fromkeys(settings, done))


def test_the_stored_table_holds_the_sweep_and_what_the_lesson_says():
    table = json.loads(morse_trials.TABLE.read_text(encoding="utf-8"))
    assert table["command"] == morse_trials.COMMAND
    ruled, results = load()
    assert [*results] == SWEEP
    middle = morse_trials.NOISES.index(0.25)
    lstm = [r.errors[middle] for setting, r in results.items() if setting.reader == "LSTM"]
    others = [r.errors[middle] for setting, r in results.items() if setting.reader != "LSTM"]
    assert len(lstm) == 3
    assert max(lstm) < min(*others, ruled["tuned"][middle])


@pytest.mark.slow
def test_the_kept_weights_read_as_the_table_says():
    params = rosetta.load(morse_trials.WEIGHTS)
    _, results = load()
    found = errors(lambda X: morse_trials.texts("LSTM", params, X))
    assert np.allclose(found, results[SWEEP[0]].errors, atol=0.002)
    assert model.predict(fused, params, np.zeros((5, 1, 1), np.float32))[0].shape == (5, morse.K, 1)
