"""What is printed becomes a table or sentences where it is built like one, and loses no number on the way."""

import re

import printed
import pytest


def page(*lines):
    """Return what lines become as one piece of HTML; what stays a console counts as nothing."""
    return "".join(output.get("data", {}).get("text/html", "") for output in printed.printed(list(lines)))


def cells(html):
    """Return the rows of a table as plain text."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd]>(.*?)</t[hd]>", row)] for row in rows]


def test_sentences_that_differ_in_numbers_are_a_table_headed_by_what_they_share():
    rows = [(0, 0.5, 1e-30), (10, 0.75, 0.25)]
    lines = [f"b_f = {b:2d}   f = {f:.3f}   left after 99 steps: {left:.3g}" for b, f, left in rows]
    assert cells(page(*lines)) == [
        ["bf", "f", "left after 99 steps"],
        ["0", "0.500", "10−30"],
        ["10", "0.750", "0.25"],
    ]


def test_columns_below_their_names_are_a_table_and_what_follows_is_not_lost():
    lines = ["             f      i", "an opener   0.84   0.49", "a closer    0.88   0.53", "and that is all"]
    html = page(*lines)
    assert cells(html) == [["", "f", "i"], ["an opener", "0.84", "0.49"], ["a closer", "0.88", "0.53"]]
    assert '<div class="said"><p>and that is all</p></div>' in html


@pytest.mark.parametrize(
    "line", ["{'W_f': (64, 65)}", "Rule(level=0.6, width=2)", "    z_t = f(x)", "-     dh = 0"]
)
def test_what_a_terminal_says_stays_as_it_is(line):
    (output,) = printed.printed([line])
    assert output.output_type == "stream"
    assert output.text == line + "\n"


@pytest.mark.parametrize(
    ("text", "hand"),
    [
        ("9.3e-14", "9.3 · 10<sup>−14</sup>"),
        ("1e+05", "10<sup>5</sup>"),
        ("7e-01", "0.7"),
        ("0.0e+00", "0"),
        ("-2", "−2"),
    ],
)
def test_numbers_are_written_as_by_hand(text, hand):
    assert printed.typeset(text) == hand
    assert printed.typeset(f"x<{text}", bold=True) == f"x&lt;<b>{hand}</b>"


def test_letters_get_their_index_but_names_of_programs_do_not():
    assert printed.typeset("C_1 and C_tilde") == "<i>C</i><sub>1</sub> and <i>C\u0303</i>"
    assert printed.typeset("step_backward swapped_gates") == "step_backward swapped_gates"
    assert printed.prose("b_f, `b_f`, $b_f$, [on](W_x.html)") == "$b_{f}$, `b_f`, $b_f$, [on](W_x.html)"
