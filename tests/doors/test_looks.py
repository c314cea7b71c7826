"""What a wall shows and the page does not: pictures beside words, quantities in their colours."""

import looks
import pytest
from nbformat import v4

from lstm_lib.lesson import diagrams
from lstm_lib.plotting import LOOKS


def cell(source, kind, picture=None, outputs=()):
    metadata = {"slideshow": {"slide_type": kind} | ({"picture": picture} if picture else {})}
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def test_a_picture_stands_at_the_end_of_the_slide_that_asks_for_it():
    shown = v4.new_output("display_data", {"text/html": "<figure><img src='a'></figure>"})
    drawn = cell("# Figure: three losses\nf()", "skip", outputs=[shown])
    cells = [cell("1", "slide", ["f_t"]), cell("2", "fragment"), cell("3", "subslide", "three losses"), drawn]
    found = looks.with_pictures(cells)
    assert [each.source for each in found] == ["1", "2", "", "3", drawn.source, ""]
    assert "in colour: f_t" in found[2].outputs[0].data["text/html"]
    assert found[5].outputs == [shown]


@pytest.mark.parametrize("picture", [["g_t"], "a picture that is not there"])
def test_a_picture_that_does_not_exist_stops_the_deck(picture):
    with pytest.raises(ValueError, match=r"g_t|unpack"):
        looks.with_pictures([cell("1", "slide", picture)])


def test_each_choice_is_another_picture():
    lit = [[name] for name in diagrams.DRAWN]
    wanted = [*lit, *({"numbers": names} for names in lit), "way back"]
    assert len({str(looks.drawn(each, [])) for each in wanted}) == len(wanted)


@pytest.mark.parametrize("latex", ["f_t", r"\tilde{C}_t", "h_{t-1}", "W_f", "b_{fx}", "a_{f,1}"])
def test_a_quantity_has_its_colour(latex):
    name = {"h": "h_t", "\\": "C_tilde"}.get(latex[0], "f_t")
    assert looks.coloured(f"2 {latex}^2") == rf"2 {{\color{{{LOOKS[name].colour}}}{latex}}}^2"


@pytest.mark.parametrize(
    "latex", ["C_t", "x_t", "z_t", r"\left(1\right)", r"\partial", r"\frac{1}{2}", "W_y", "W_h"]
)
def test_what_has_no_colour_of_its_own_stays_black(latex):
    assert looks.coloured(latex) == latex


def test_of_what_is_printed_only_the_answer_stays():
    said = v4.new_output("stream", text="a number 3\nIt is (a) “one”.\nmore\n")
    (kept,) = looks.only_answers([said])
    assert kept.text == "It is (a) “one”."
