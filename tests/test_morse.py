"""Morse code: the tree, the hand, the noise, whose law is known, and readers with nothing to learn."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import morse
from lstm_lib.morse import CODES, LETTERS, PLACES, Rule

texts = st.text(LETTERS, min_size=1, max_size=12)


def rng(seed=0):
    return np.random.default_rng(seed)


# --- the tree ---


def test_every_beginning_of_a_letter_is_a_letter_and_a_place():
    assert sorted(CODES) == [chr(n) for n in range(ord("A"), ord("Z") + 1)]
    assert all(code[:n] in PLACES for code in CODES.values() for n in range(len(code) + 1))
    assert [*PLACES.values()] == [*range(morse.K)]
    assert [CODES[letter] for letter in LETTERS] == [*PLACES][1:]


def test_places_are_numbered_level_by_level():
    levels = [len(code) for code in PLACES]
    assert levels == sorted(levels)


# --- the hand ---


@given(texts, st.integers(0, 2**32 - 1), st.floats(1.5, 8))
@settings(deadline=None, max_examples=60)
def test_what_is_keyed_can_be_read_off_its_places(text, seed, unit):
    message = morse.key(text, rng(seed), unit=unit)
    assert message.text == morse.read(message.places, 1) == text
    assert message.on.min() >= 0
    assert message.on.max() <= 1 + 1e-9


@given(texts, st.integers(0, 2**32 - 1), st.floats(12, 20))
@settings(deadline=None, max_examples=60)
def test_a_hand_of_steady_speed_is_read_by_the_rule_that_knows_it(text, seed, unit):
    # lengths are off by 30 % at most, and by a frame in the cutting: from 10 frames a dot on all are told apart
    message = morse.key(text, rng(seed), unit=unit, drift=0)
    assert Rule(unit=unit).read(message.on) == text


def test_without_chance_lengths_are_the_units():
    pieces = morse.runs(morse.key("AN E", rng(), unit=2, jitter=0, drift=0).on)
    assert [n for _, n in pieces] == [2 * n for n in (3, 1, 1, 3, 3, 3, 1, 1, 7, 1, 7)]
    assert [on for on, _ in pieces] == [n % 2 == 1 for n in range(11)]


def test_jitter_and_drift_change_what_they_say():
    def lengths(**options):
        message = morse.key("EEEEEEEEEEEE", rng(), unit=40, **options)
        return np.array([n for is_on, n in morse.runs(message.on > 0.5) if is_on])

    assert np.ptp(lengths(jitter=0, drift=0)) == 0
    jittered, drifted = lengths(jitter=0.1, drift=0), lengths(jitter=0, drift=0.1)
    assert np.ptp(jittered) > 0
    assert (np.abs(jittered / 40 - 1) < morse.OFF + 0.05).all()
    steps = np.diff(np.log(drifted))
    assert 0.04 < steps.std() < 0.2


@given(st.integers(80, 300), st.integers(0, 1000))
@settings(deadline=None, max_examples=40)
def test_a_letter_that_is_not_over_is_left_out(T, seed):
    message = morse.key("JQYX" * 20, rng(seed), T=T)
    assert len(message.on) == len(message.places) == T
    assert morse.read(message.places, 1) == message.text
    assert ("JQYX" * 20).startswith(message.text)
    last = np.flatnonzero(message.places)
    assert not message.on[last[-1] + 1 if len(last) else 0 :].any()


def test_blanks_and_small_letters_are_understood():
    assert morse.key(" so  s ", rng()).text == "SOS"
    assert len(morse.key("E E", rng()).on) > len(morse.key("EE", rng()).on)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: morse.key("4U", rng()), ValueError, "text has '4'; want the letters A to Z"),
        (lambda: morse.key("", rng()), ValueError, "text is empty; want a letter"),
        (lambda: morse.key(7, rng()), TypeError, r"text is 7 \(int\); want text"),
        (lambda: morse.key("E", 0), TypeError, "rng is 0"),
        (lambda: morse.key("E", rng(), unit=0), ValueError, "unit"),
        (lambda: morse.key("E", rng(), jitter=-1), ValueError, "jitter"),
        (lambda: morse.messages(20, 3, rng()), ValueError, "T is 20; want"),
        (lambda: morse.messages(100, 3, rng(), noise=-0.1), ValueError, "noise"),
        (lambda: morse.messages(100, 3, rng(), unit=(0, 3)), ValueError, "unit"),
        (lambda: morse.amplitude(np.zeros(65)), ValueError, r"samples has shape \(65,\); want \(T · 64,\)"),
        (lambda: morse.read(np.zeros(4, int), 0), ValueError, "width"),
        (lambda: morse.letter_error_rate(["A"], ["A", "B"]), ValueError, "got has 1 texts, sent has 2"),
        (lambda: morse.letter_error_rate([""], [""]), ValueError, "with letters in them"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("seconds", [0.02, 0.4])
def test_a_recording_is_cut_to_the_speed_that_is_asked_for(seconds):
    edges = np.cumsum([0, 3, 1, 1, 1, 1, 3, 1, 1, 3, 1, 1]) * seconds
    on, dot = morse.recorded(edges.reshape(-1, 2), unit=4)
    assert dot == pytest.approx(seconds)
    assert morse.runs(on > 0.5)[:4] == [(False, 12), (True, 12), (False, 4), (True, 4)]


def test_a_recording_that_runs_backwards_is_refused():
    for taps in ([], [(0, 1), (0.5, 2)], [(1, 0)]):
        with pytest.raises(ValueError, match="want pairs"):
            morse.recorded(taps)


# --- what is heard ---


def test_messages_have_the_shapes_of_the_course():
    X, Y, sent = morse.messages(150, 5, rng(), noise=0)
    assert X.shape == (150, 1, 5)
    assert Y.shape == (150, 5)
    assert Y.dtype.kind == "i"
    assert [morse.read(places, 1) for places in Y.T] == sent
    again = morse.messages(150, 5, rng(), noise=0)
    assert np.array_equal(again[0], X)
    assert again[2] == sent


def test_the_speed_is_as_asked_for():
    slow, fast = (sum(map(len, morse.messages(400, 20, rng(), unit=unit)[2])) for unit in (4.0, 2.0))
    assert 1.7 < fast / slow < 2.4


def test_the_tone_alone_has_its_share_as_amplitude():
    on = rng().uniform(size=50)
    assert np.allclose(morse.amplitude(morse.sound(on, 0, rng())), on, atol=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_heard_at_once_and_heard_from_the_sound_follow_one_law(share):
    on, noise, n = np.full(40_000, share), 0.3, 40_000
    at_once = np.sort(morse.hear(on, noise, rng(1)))
    from_sound = np.sort(morse.amplitude(morse.sound(on, noise, rng(2))))
    apart = np.abs(np.searchsorted(at_once, from_sound) - np.arange(n)).max() / n  # Kolmogorov and Smirnov
    assert apart < 1.95 * np.sqrt(2 / n)  # passed by 999 of 1000 pairs of one law
    # E|z|² of Rice's law
    assert np.mean(at_once**2) == pytest.approx(share**2 + 2 * noise**2, rel=0.03)


def test_neighbouring_frames_have_independent_noise():
    x = morse.amplitude(morse.sound(np.zeros(40_000), 1, rng()))
    assert abs(np.corrcoef(x[1:], x[:-1])[0, 1]) < 0.02


# --- reading ---


def test_one_odd_frame_is_no_letter_where_most_of_three_count():
    places = np.array([0, 0, 0, 1, 1, 1, 1, 0, 0, 2, 0, 0])
    assert morse.read(places) == "E"
    assert morse.read(places, 1) == "ET"


@given(st.lists(st.booleans(), max_size=60))
def test_runs_put_together_are_what_was_cut(on):
    pieces = morse.runs(on)
    assert [each for is_on, n in pieces for each in [is_on] * n] == on
    assert all(a[0] != b[0] for a, b in itertools.pairwise(pieces))


def test_a_rule_passes_over_what_is_shorter_than_its_shortest():
    x = morse.key("T", rng(), unit=6, jitter=0).on.copy()
    x[25] = 0  # a dip in the dash
    assert Rule(unit=6).read(x) != "T"
    assert Rule(unit=6, shortest=2).read(x) == "T"


def test_a_rule_of_its_own_speed_reads_any_speed():
    for unit in (2.5, 5, 10):
        assert Rule().read(morse.key("MORSE CODE", rng(), unit=unit, jitter=0.05).on) == "MORSECODE"


def test_silence_and_noise_alone_can_be_read_by_every_rule():
    assert Rule().read(np.zeros(50)) == ""
    assert Rule().read(np.ones(50)) == ""
    assert re.fullmatch("[A-Z]*", Rule(width=4, shortest=3).read(morse.hear(np.zeros(300), 1.0, rng())))


def test_the_tuned_rule_is_the_best_on_what_it_was_tuned_on():
    X, _, sent = morse.messages(220, 6, rng(3), noise=0.2)
    best = morse.tuned(X, sent)

    def rate(rule):
        return morse.letter_error_rate([rule.read(x) for x in X[:, 0].T], sent)

    assert all(rate(best) <= rate(Rule(level, width)) for level in morse.LEVELS for width in morse.WIDTHS)


small = st.text("ETA", max_size=6)


@given(small, small, small)
@settings(deadline=None)
def test_edit_distance_is_a_distance(a, b, c):
    d = morse.edit_distance
    assert (d(a, b) == 0) == (a == b)
    assert d(a, b) == d(b, a)
    assert d(a, c) <= d(a, b) + d(b, c)
    assert abs(len(a) - len(b)) <= d(a, b) <= max(len(a), len(b))
