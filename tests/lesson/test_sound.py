"""Lesson 12's sounds and pictures: what a page gets, and what is said where nothing can be seen or heard."""

import base64
import io
import re
import wave

import numpy as np
import pytest

from lstm_lib import fused, model, morse
from lstm_lib.lesson.figures import sound


def rng():
    return np.random.default_rng(0)


@pytest.fixture
def message():
    return morse.key("SOS", rng())


@pytest.fixture
def params():
    return model.init_params(fused, 1, 4, morse.K, rng())


def test_a_sound_in_a_page_is_the_sound_itself(message):
    samples = morse.sound(message.on, 0, rng())
    page = sound.Sound(samples, "SOS.")._repr_html_()
    with wave.open(io.BytesIO(base64.b64decode(re.search(r"base64,([\w+/=]+)", page)[1]))) as file:
        assert file.getframerate() == morse.RATE
        heard = np.frombuffer(file.readframes(file.getnframes()), np.uint8) - 127.0
    assert np.allclose(morse.amplitude(heard) / 120, message.on, atol=0.01)


def test_a_sound_has_its_words_for_a_screen_reader_and_under_it():
    page = sound.Sound(np.zeros(64), "A & B.")._repr_html_()
    assert '<audio aria-label="A &amp; B."' in page
    assert "<summary>What is to be heard</summary>A &amp; B.</details>" in page
    assert "<script>" not in page


def test_the_tree_that_is_lit_has_every_letter_and_a_place_for_every_frame(message):
    page = sound.Sound(np.zeros(64 * len(message.on)), "SOS.", message.places)._repr_html_()
    row = re.search('data-places="(.*?)"', page)[1]
    assert len(row) == len(message.places)
    assert "".join(part[-1] for part in row.split()) == "SOS"
    still = re.search(r'<img class="still" alt="The Morse tree: [^"]+" [^>]*svg\+xml;base64,([\w+/=]+)', page)
    tree = base64.b64decode(still[1]).decode()
    assert dict(re.findall('<g data-code="([.-]+)" data-letter="(.)">', tree)) == morse.BY_CODE
    assert tree.count("<line ") == len(morse.CODES)


def test_no_two_places_of_the_drawn_tree_meet():
    places = [sound.position(code) for code in morse.PLACES]
    assert len(set(places)) == morse.K
    assert all(0 < x < 1 for x, _ in places)


def test_error_rates_are_told_with_their_span(capsys):
    sound.error_rates([0.1], {"LSTM": [[0.021], [0.034]], "tuned rule": [[0.5]]})
    assert "LSTM: 2 to 3 % at noise 0.1. tuned rule: 50 % at noise 0.1." in capsys.readouterr().out


def test_a_reader_draws_what_the_network_says(params):
    draw = sound.reader(params, "sos")
    kept, words = draw(noise=0.0, unit=3.0)
    assert "the plain rule SOS" in words
    assert draw(noise=0.3, unit=3.0)[0] is kept
    assert draw(noise=0.3, unit=3.0)[1] == draw(noise=0.3, unit=3.0)[1] != words
    for wrong in ({"noise": -1, "unit": 3}, {"noise": 0.1, "unit": 0}):
        with pytest.raises(ValueError, match=r"noise|unit"):
            draw(**wrong)
