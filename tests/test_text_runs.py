"""text_runs: the kept networks and tables are those of the program, and hold what lesson 11 says of them."""

import json

import numpy as np
import pytest
import text_runs

from lstm_lib import text

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["brackets", "lessons"])
def kept(request):
    """The name, the table and the network of each part."""
    path = text_runs.HERE / f"11_{request.param}"
    table = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    network = {name: p.astype(float) for name, p in np.load(path.with_suffix(".npz")).items()}
    return request.param, table, network


def test_the_tables_are_of_the_settings_that_the_program_has(kept):
    name, table, _ = kept
    assert table["command"] == text_runs.COMMAND
    assert table["settings"] == text_runs.RUNS[name][1]
    assert [run["seed"] for run in table["runs"]] == list(text_runs.SEEDS)
    assert all(run["curve"][-1][0] == table["settings"]["steps"] for run in table["runs"])


def test_the_kept_network_needs_the_bits_of_the_first_run(kept):
    name, table, network = kept
    codes = text.brackets(2001, 10, np.random.default_rng(1000)).codes
    codes = codes if name == "brackets" else text_runs.lessons()[2]
    assert text_runs.bits(network, codes) == pytest.approx(table["runs"][0]["bits"], abs=1e-4)


def test_three_seeds_come_near_the_floor_and_one_unit_of_each_counts():
    table = json.loads((text_runs.HERE / "11_brackets.json").read_text(encoding="utf-8"))
    for run in table["runs"]:
        assert 0 < run["bits"] - run["floor"] < 0.04
        assert abs(run["depth"]["on another text"]) > 0.8


@pytest.mark.parametrize("name", ["brackets", "lessons"])
def test_the_first_steps_of_training_lower_the_bits_and_are_the_same_each_time(name, monkeypatch):
    monkeypatch.setitem(text_runs.RUNS[name][1], "steps", 20)
    monkeypatch.setitem(text_runs.RUNS[name][1], "H", 8)
    runs = [text_runs.rounded(text_runs.RUNS[name][0](5)[0]["curve"]) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0][-1][1] < runs[0][0][1] - 0.05


def test_no_row_of_the_lessons_is_both_read_and_held_out():
    symbols, read, held_out = text_runs.lessons()
    whole = (text_runs.HERE / "11_lessons.txt").read_text(encoding="utf-8")
    assert read.shape[1] + held_out.shape[1] == len(whole) // text_runs.COLUMN
    rows = {text.decode(row, symbols) for row in read.T}
    assert not rows & {text.decode(row, symbols) for row in held_out.T}
    assert len(whole.encode()) <= 350_000
