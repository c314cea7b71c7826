"""Times are measured where a learner is, read from a table in a build, and bear out what is said of them."""

import json
import time

import pytest

from lstm_lib.lesson import stopwatch


@pytest.fixture
def stored(monkeypatch, tmp_path):
    """A table of its own."""
    path = tmp_path / "times.json"
    path.write_text(
        json.dumps({"measured on": "a slate", "race": {"hare": 1.0, "tortoise": 9.0}}), encoding="utf-8"
    )
    monkeypatch.setattr(stopwatch, "STORED", path)
    monkeypatch.delenv("LSTM_MEASURE", raising=False)
    monkeypatch.delenv("LSTM_TIMES", raising=False)
    return path


def never():
    pytest.fail("measured")


def test_while_lessons_are_built_times_come_from_the_table(stored, monkeypatch):
    monkeypatch.setenv("LSTM_TIMES", "stored")
    assert stopwatch.times("race", {"hare": never, "tortoise": never}) == {"hare": 1.0, "tortoise": 9.0}
    assert stopwatch.source() == "measured on a slate"


def test_a_learner_measures(stored):
    called = []
    race = {"short": lambda: called.append("short"), "long": lambda: (called.append("long"), time.sleep(0.05))}
    took = stopwatch.times("race", race)
    assert list(took) == ["short", "long"]
    assert took["long"] >= 50 > took["short"]  # milliseconds; to sleep takes at least as long as it is told to
    assert called[:4] == ["short", "long"] * 2
    assert stopwatch.source().startswith("measured here and now")
    assert "slate" in stored.read_text(encoding="utf-8")


def test_what_is_measured_anew_is_written_into_the_table(stored, monkeypatch):
    monkeypatch.setattr(stopwatch, "CAREFULLY", 0)
    monkeypatch.setenv("LSTM_TIMES", "stored")
    monkeypatch.setenv("LSTM_MEASURE", "1")
    took = stopwatch.times("nap", {"nap": lambda: None})
    table = json.loads(stored.read_text(encoding="utf-8"))
    assert table["nap"]["nap"] == pytest.approx(took["nap"], rel=1e-3)
    assert table["race"] == {"hare": 1.0, "tortoise": 9.0}
    assert table["measured on"] != "a slate"


def test_without_the_table_times_are_measured(stored, monkeypatch):
    stored.unlink()
    monkeypatch.setenv("LSTM_TIMES", "stored")
    monkeypatch.setattr(stopwatch, "QUICKLY", 0)
    assert list(stopwatch.times("race", {"one": lambda: None})) == ["one"]


def test_the_stored_times_bear_out_what_the_lesson_says_of_them():
    table = json.loads(stopwatch.STORED.read_text(encoding="utf-8"))
    assert table["batch"]["32"] < 3 * table["batch"]["1"]
    for size in ("T=50 B=1 D=1 H=16", "T=100 B=32 D=2 H=32", "T=50 B=64 D=256 H=256"):
        plain, one, _, in_place = table[size].values()
        assert plain - one > one - in_place
        assert table[f"layers, {size}"]["fused"] < table[f"layers, {size}"]["lstm"]
        assert table[f"hoisted, {size}"]["hoisted"] > table[f"hoisted, {size}"]["3 in place"]
    growth = {n: table[f"growth, H = {n}"]["fused"] for n in (8, 16, 256, 512)}
    assert growth[16] / growth[8] < 2 < 3 < growth[512] / growth[256] < 5
