"""A series of one's own: whatever it comes as it is read or refused in words, and judged on numbers held back."""

import numpy as np
import pytest
import two_series

from lstm_lib.lesson import own_series

NUMBERS = np.sin(np.arange(120.0))
FURTHER = [(3, 4, 5), (6, 7, 8)]  # seeds of other sets


@pytest.fixture
def csv(tmp_path):
    def write(text, name="series.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


ROWS = {
    "one column": ("\n".join(f"{x}" for x in NUMBERS), None),
    "a header": ("value\n" + "\n".join(f"{x}" for x in NUMBERS), None),
    "the last of two": ("day,value\n" + "\n".join(f"{n},{x}" for n, x in enumerate(NUMBERS)), None),
    "by its name": ("rain,day\n" + "\n".join(f"{x},{n}" for n, x in enumerate(NUMBERS)), "rain"),
    "by its place": ("\n".join(f"{x};{n}" for n, x in enumerate(NUMBERS)), 0),
    "empty lines": ("\n\n".join(f"{x}" for x in NUMBERS) + "\n\n", None),
}


@pytest.mark.parametrize(("text", "column"), ROWS.values(), ids=ROWS)
def test_a_file_is_read(text, column, csv):
    assert np.array_equal(own_series.read(csv(text), column), NUMBERS)
    assert np.array_equal(own_series.read(str(csv(text)), column), NUMBERS)


@pytest.mark.parametrize("source", [NUMBERS, list(NUMBERS), tuple(NUMBERS), NUMBERS[:, None], NUMBERS[None]])
def test_numbers_are_taken_in_any_form(source):
    assert np.array_equal(own_series.read(source), NUMBERS)


def test_what_cannot_be_read_is_said_in_words(csv):
    gap = "\n".join(f"{x}" for x in NUMBERS).split("\n")
    gap[7] = "missing"
    for source, column, words in (
        (csv("\n".join(gap), "gap.csv"), None, "row 8 of the numbers is 'missing'; want a number"),
        (csv("a,b\n1,2\n", "two.csv"), "c", "has no column 'c'; it has a, b"),
        (csv("", "empty.csv"), None, "is empty"),
        ([1, 2, 3], None, "the series has 3 numbers; want at least 100"),
        (np.ones(200), None, "never changes"),
        ([*NUMBERS, np.nan], None, "nan"),
    ):
        with pytest.raises(ValueError, match=words):
            own_series.read(source, column)


@pytest.mark.parametrize("make", [two_series.tide, two_series.flies])
def test_the_included_series_are_those_of_their_program(make):
    stored = own_series.read(own_series.INCLUDED / f"{make.__name__}.csv")
    assert np.abs(stored - make()).max() < 0.00051


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [(0, 1, 2), *(pytest.param(s, marks=pytest.mark.weekly) for s in FURTHER)])
def test_one_verdict_is_for_fixed_weights_and_one_for_the_lstm(seeds):
    tide = own_series.judge(own_series.read(own_series.INCLUDED / "tide.csv"), seeds=seeds)
    flies = own_series.judge(own_series.read(own_series.INCLUDED / "flies.csv"), seeds=seeds)
    assert tide.verdict().startswith("AR")
    assert flies.verdict().startswith("The LSTM does better than AR")


def test_the_last_fifth_is_not_looked_at_before_the_end():
    rng = np.random.default_rng(3)
    series = rng.normal(size=200).cumsum()
    changed = series.copy()
    changed[170:] += rng.normal(size=30)
    first, other = (own_series.judge(each, H=3, n_steps=50, seeds=(0,)) for each in (series, changed))
    assert first.p == other.p
    variances = [np.var(each[160:]) for each in (series, changed)]
    for name in ("persistence", "LSTM"):  # the first ten numbers held back are the same, and so are the errors
        ours, theirs = (j.errors[name][:10] * v for j, v in zip((first, other), variances, strict=True))
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_chance_is_not_taken_for_skill():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=100) ** 2
    same = own_series.Judgement({"AR, 1 lag": noise, "LSTM": rng.permutation(noise)}, [1.0], 1)
    assert "cannot decide" in same.verdict()
    worse = own_series.Judgement({"AR, 1 lag": noise, "LSTM": noise + 0.5}, [1.0], 1)
    assert worse.verdict().startswith("AR, 1 lag does better")
