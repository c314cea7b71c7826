"""Training runs that do what their setting says, the same each time, and the table that holds them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import memory_trials
import numpy as np
import pytest
from memory_trials import (
    ORDER,
    RATES,
    SEEDS,
    SWEEP,
    TASKS,
    TEN_MORE,
    Result,
    Setting,
    as_table,
    begin,
    resume,
    run,
    sweep,
    train,
)

from lstm_lib import rosetta

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
    setting = Setting("latch, always 100", "RNN", "orthogonal", 0.001, H=16)
    assert run(setting._replace(budget=3)).steps == 3
    solved = run(setting)
    assert solved.solved
    assert solved.score > 0.99
    assert 0 < solved.steps < setting.budget
    assert solved.steps % 50 == 0
    assert len(solved.losses) == solved.steps // 50
    assert solved.losses[-1] < solved.losses[0] / 2


def test_a_result_holds_the_mean_loss_of_every_fifty_steps():
    setting = Setting("temporal order, T = 20", "RNN", "orthogonal", 0.001, H=4, budget=120)
    losses = train(setting)[1]
    means = [np.mean(losses[:50]), np.mean(losses[50:100]), np.mean(losses[100:])]
    assert run(setting).losses == pytest.approx(means, rel=5e-3)


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
    assert result == Result(False, 7, -np.inf, [])


# --- many runs ---------------------------------------------------------------------------------------------------


def short(*budgets):
    return [Setting("latch, T = 100", "RNN", "uniform", 0.001, H=4, budget=n) for n in budgets]


def test_a_sweep_keeps_the_order_of_its_settings_on_any_executor():
    settings = short(3, 1, 2)
    with memory_trials.executor(2) as processes, ThreadPoolExecutor(2) as threads:
        for who in (processes, threads):
            assert [result.steps for result in sweep(settings, who)] == [3, 1, 2]


def test_what_is_done_is_kept_as_soon_as_it_is_done():
    seen = []
    with ThreadPoolExecutor(1) as one:
        sweep(short(2, 1), one, lambda setting, result: seen.append((setting.budget, result.steps)))
    assert sorted(seen) == [(1, 1), (2, 2)]


def test_a_sweep_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    notes, settings = tmp_path / "notes", short(1, 2, 3)
    with ThreadPoolExecutor(1) as one:
        whole = resume(settings, one, tmp_path / "other")
        resume(settings[:2], one, notes)
        asked = []
        monkeypatch.setattr(memory_trials, "run", lambda setting: asked.append(setting) or run(setting))
        assert resume(settings, one, notes) == whole
    assert asked == settings[2:]


def test_a_line_that_was_cut_off_is_run_again(tmp_path):
    notes, settings = tmp_path / "notes", short(1, 2)
    with ThreadPoolExecutor(1) as one:
        whole = resume(settings, one, notes)
        notes.write_text(notes.read_text(encoding="utf-8")[:-10], encoding="utf-8")
        assert resume(settings, one, notes) == whole
        assert resume(settings, None, notes) == whole  # nothing is left to be run


def test_both_networks_get_the_same_rates_steps_and_seeds_on_every_task():
    grid = [s for s in SWEEP if s.clip and s.H <= 32 and s.budget == 1000]
    tried = {}
    for setting in grid:
        tried.setdefault((setting.task, setting.cell, setting.start), set()).add((setting.lr, setting.seed))
    assert {task for task, _, _ in tried} == {*TASKS}
    assert set(map(frozenset, tried.values())) == {
        frozenset((lr, seed) for lr in RATES for seed in (*SEEDS, *TEN_MORE))
    }


def test_the_wider_rnn_has_as_many_numbers_as_the_lstm():
    wide = next(setting for setting in SWEEP if setting.H > 32)
    sizes = [
        sum(p.size for name, p in begin(setting, rng()).items() if not name.endswith("_y"))
        for setting in (wide, Setting(ORDER, "LSTM", "chrono", 0.01))
    ]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.01)


# --- what is written ---------------------------------------------------------------------------------------------


def test_the_table_is_json_with_the_command_the_versions_and_a_row_for_each_run(tmp_path, monkeypatch):
    settings = short(1, 2)
    monkeypatch.setattr(memory_trials, "SWEEP", settings)
    monkeypatch.setattr(memory_trials, "SHOWN", settings[1])
    memory_trials.main(["--file", str(tmp_path / "table.json"), "--workers", "1"])
    assert not (tmp_path / "table.notes").exists()
    kept = rosetta.load(tmp_path / "table.safetensors")
    assert np.array_equal(kept["W_h"], train(settings[1])[0]["W_h"])
    table = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert table["command"] == memory_trials.COMMAND
    assert table["numpy"] == np.__version__
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    assert [row["steps"] for row in rows] == [1, 2]
    assert [Setting(*row[:8]) for row in table["rows"]] == settings


def test_the_stored_table_is_that_of_the_sweep_as_it_stands():
    table = json.loads(STORED.read_text(encoding="utf-8"))
    assert [Setting(*row[:8]) for row in table["rows"]] == SWEEP
    assert table["command"] == memory_trials.COMMAND
    assert (
        as_table(SWEEP, [Result(*row[8:]) for row in table["rows"]]).splitlines()[3:]
        == (STORED.read_text(encoding="utf-8").splitlines()[3:])
    )
    for row in table["rows"]:
        setting, result = Setting(*row[:8]), Result(*row[8:])
        assert result.solved == (result.score > TASKS[setting.task].solved)
        assert result.steps <= setting.budget


def test_what_the_lesson_says_of_ten_more_seeds():
    rows = [
        (Setting(*row[:8]), Result(*row[8:])) for row in json.loads(STORED.read_text(encoding="utf-8"))["rows"]
    ]

    def solved(**wanted):
        further = [(s, r) for s, r in rows if s.seed in TEN_MORE and wanted.items() <= s._asdict().items()]
        return sum(result.solved for _, result in further), len(further)

    usual = {"budget": 1000, "clip": True}
    assert solved(task="latch, always 100", start="orthogonal", **usual) == (20, 20)
    assert solved(task="latch, always 100", start="b_f = 3", lr=0.01, **usual) == (2, 10)
    assert solved(task="latch, T = 100", start="orthogonal", **usual) == (2, 20)
    assert solved(task=ORDER, start="b_f = 3", lr=0.01, **usual) == (5, 10)
    assert solved(task=ORDER, cell="RNN", H=32, **usual) == (0, 40)
    assert solved(budget=4000) == (3, 10)
