"""Training runs that do what their setting says, the same each time, and the table that holds them."""

import json
from pathlib import Path

import memory_trials
import numpy as np
import pytest
from memory_trials import SWEEP, TASKS, Result, Setting, as_table, begin, run, sweep

STORED = Path(__file__).parents[1] / "notebooks" / "results" / "memory_trials.json"


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_can_be_drawn_scored_and_solved(name):
    task = TASKS[name]
    X, Y = task.draw(50, rng())
    assert X.shape[2] == Y.shape[2] == 50
    assert task.longest >= 20
    perfect = task.score(Y, Y)
    assert perfect > task.enough > task.solved
    untrained = task.score(np.zeros_like(Y), Y)
    assert untrained < task.solved
    assert task.loss(Y, Y)[1].shape == Y.shape


@pytest.mark.parametrize(
    ("cell", "start"),
    [("LSTM", "b_f = 0"), ("LSTM", "b_f = 3.5"), ("LSTM", "chrono"), ("RNN", "uniform"), ("RNN", "orthogonal")],
)
def test_a_run_begins_as_its_setting_says(cell, start):
    params = begin(Setting("adding, T = 100", cell, start, 0.01), rng())
    assert {p.dtype for p in params.values()} == {np.dtype(np.float32)}
    assert params["W_y"].shape == (1, 32)
    if cell == "LSTM":
        b_f = params["b_f"]
        assert (b_f == float(start[6:])).all() if start != "chrono" else len(np.unique(b_f)) == 32
        assert (params["b_i"] == (-b_f if start == "chrono" else 0)).all()
    else:
        W = params["W_h"][:, :32]
        assert np.allclose(W @ W.T, np.eye(32), atol=1e-6) == (start == "orthogonal")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "adding"}, "^task is 'adding'; want one of 'temporal order, T = 100', "),
        ({"cell": "GRU"}, "^cell is 'GRU'; want one of 'LSTM', 'RNN'"),
        ({"start": "uniform"}, "^start is 'uniform'; want one of 'b_f = 1', 'chrono'"),
        ({"cell": "RNN"}, "^start is 'chrono'; want one of 'uniform', 'orthogonal'"),
    ],
)
def test_a_setting_that_is_not_known_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        run(Setting("latch, T = 100", "LSTM", "chrono", 0.01)._replace(**change))


@pytest.mark.slow
def test_a_run_is_the_same_each_time_and_another_seed_is_another_run():
    setting = Setting("temporal order, T = 20", "RNN", "uniform", 0.001, budget=20)
    assert run(setting) == run(setting)
    assert run(setting).score != run(setting._replace(seed=1)).score


def test_a_run_ends_when_the_budget_does_or_when_the_task_is_solved():
    setting = Setting("latch, always 100", "RNN", "orthogonal", 0.001)
    assert run(setting._replace(budget=3)).steps == 3
    solved = run(setting)
    assert solved.solved
    assert solved.score > 0.99
    assert 0 < solved.steps < setting.budget
    assert solved.steps % 50 == 0


def test_learning_rate_and_clipping_are_those_of_the_setting(monkeypatch):
    seen = {}

    def fit(loss_and_grads, params, batches, optimiser, *, max_norm, progress):
        seen.update(lr=optimiser.lr, max_norm=max_norm)
        return [0.0]

    monkeypatch.setattr(memory_trials.training, "fit", fit)
    for clip, max_norm in ((True, 1.0), (False, None)):
        run(Setting("latch, always 100", "RNN", "uniform", 0.125, clip))
        assert seen == {"lr": 0.125, "max_norm": max_norm}


def test_a_run_that_breaks_off_is_not_solved(monkeypatch):
    def fit(*args, **options):
        raise FloatingPointError

    monkeypatch.setattr(memory_trials.training, "fit", fit)
    result = run(Setting("latch, always 100", "RNN", "uniform", 0.125, budget=7))
    assert result == Result(False, 7, -np.inf)


def test_a_sweep_keeps_the_order_of_its_settings():
    settings = [Setting("latch, T = 100", "RNN", "uniform", 0.001, budget=n) for n in (3, 1, 2)]
    assert [result.steps for result in sweep(settings, workers=2)] == [3, 1, 2]


def test_the_table_is_json_with_the_command_the_versions_and_a_row_for_each_run(tmp_path, monkeypatch):
    settings = [Setting("latch, T = 100", "RNN", "uniform", 0.001, budget=n) for n in (1, 2)]
    monkeypatch.setattr(memory_trials, "SWEEP", settings)
    memory_trials.main(["--file", str(tmp_path / "table.json")])
    table = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert table["command"] == memory_trials.COMMAND
    assert table["numpy"] == np.__version__
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    assert [row["steps"] for row in rows] == [1, 2]
    assert all(Setting(*row[:7]) == s for row, s in zip(table["rows"], settings, strict=True))


def test_the_stored_table_is_that_of_the_sweep_as_it_stands():
    table = json.loads(STORED.read_text(encoding="utf-8"))
    assert [Setting(*row[:7]) for row in table["rows"]] == SWEEP
    assert table["command"] == memory_trials.COMMAND
    assert (
        as_table(SWEEP, [Result(*row[7:]) for row in table["rows"]]).splitlines()[3:]
        == (STORED.read_text(encoding="utf-8").splitlines()[3:])
    )
    for row in table["rows"]:
        setting, result = Setting(*row[:7]), Result(*row[7:])
        assert result.solved == (result.score > TASKS[setting.task].solved)
        assert result.steps <= setting.budget
