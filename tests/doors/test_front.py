"""The pictures of the README: what the library computes, readable on any ground, still for who wants it so."""

import re
import xml.etree.ElementTree as ET

import build
import numpy as np
import pictures
import pytest
from lab import CHROMIUM

README = (build.HERE.parent / "README.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"(?<![\w#.])-?\d+\.?\d*")
SVG = "{http://www.w3.org/2000/svg}"
each_picture = pytest.mark.parametrize("name", pictures.PICTURES)


def stored(name):
    return (pictures.HERE / f"{name}.svg").read_text(encoding="utf-8")


def title(name):
    return ET.fromstring(stored(name)).find(f"{SVG}title").text


@pytest.mark.slow
@each_picture
def test_a_picture_is_what_the_library_computes(name):
    drawn, kept = pictures.PICTURES[name][0](), stored(name)
    # a place may differ by a tenth of a point from machine to machine; words may not
    assert NUMBER.sub("", drawn) == NUMBER.sub("", kept), "python notebooks/front/pictures.py draws it anew"
    numbers = [np.array(NUMBER.findall(svg), float) for svg in (drawn, kept)]
    assert np.allclose(*numbers, rtol=0, atol=0.11)
    texts = [["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")] for svg in (drawn, kept)]
    assert texts[0] == texts[1]


@each_picture
def test_a_picture_needs_nothing_but_itself(name):
    svg = stored(name)
    assert len(svg) < 50_000
    assert not re.findall(r"(?:href|src)=|url\(|@import|<script", svg)
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")


@each_picture
def test_the_readme_links_a_picture_to_its_lesson_and_says_what_it_shows(name):
    lesson = pictures.PICTURES[name][1]
    assert f'<a href="notebooks/{lesson}.ipynb">' in README
    assert f'src="notebooks/front/{name}.svg" alt="{title(name)}"' in README


def luminance(colour):
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("colours", [pictures.LIGHT, pictures.DARK], ids=["light", "dark"])
def test_every_colour_can_be_read_on_its_ground(colours):
    assert colours.keys() == pictures.LIGHT.keys()
    ground = luminance(colours["card"])
    for name, colour in colours.items():
        low, high = sorted([ground, luminance(colour)])
        assert name in ("card", "edge") or (high + 0.05) / (low + 0.05) >= 4.5, name


@pytest.mark.skipif(CHROMIUM is None, reason="there is no browser on this machine")
def test_words_stay_on_their_card_and_the_picture_stands_still_where_motion_is_not_wanted(browser):
    page = browser.new_page(reduced_motion="reduce")
    for name in pictures.PICTURES:
        page.goto((pictures.HERE / f"{name}.svg").as_uri())
        outside = """[...document.querySelectorAll("text")].filter(text => {
            const box = text.getBBox(), card = document.documentElement.viewBox.baseVal;
            return box.x < 2 || box.x + box.width > card.width - 2 || box.y + box.height > card.height;
        }).map(text => text.textContent)"""
        assert page.evaluate(outside) == [], name
        assert page.evaluate("document.getAnimations().length") == 0, name
    page.emulate_media(reduced_motion="no-preference")
    page.goto((pictures.HERE / "remembering.svg").as_uri())
    assert page.evaluate("document.getAnimations().length") == 2
