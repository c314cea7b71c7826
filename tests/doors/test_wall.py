"""What of a cell reaches the wall: the lines that explain, and the answer as the list that was asked."""

import slides
import wall
from nbformat import v4

ASKED = (
    "<p><strong>How much is left of b_f?</strong></p><p>(a) little<br/>(b) 1e-30 &amp; more</p>"
    "<p class='asleep'><em>Run this cell.</em></p>"
)


def cell(source, *outputs):
    made = v4.new_code_cell(source)
    made.outputs = [
        v4.new_output("stream", text=each)
        if "<" not in each
        else v4.new_output("display_data", {"text/html": each})
        for each in outputs
    ]
    return made


def pages(cell, asked, here=()):
    return [wall.page_of(output) for output in wall.outputs(cell, asked, here)]


def test_book_keeping_never_reaches_the_wall_wherever_it_stands():
    source = """# Answer: what came out
x = 1
reveal("00.half",
       x)  # the answer
for n in range(3):
    assert n < 3
    y = [[n]]  # fmt: skip
model.predict("all")
"""
    assert wall.code(source) == 'x = 1\nfor n in range(3):\n    y = [[n]]\nmodel.predict("all")'


def test_an_answer_is_the_list_that_was_asked_with_the_right_line_marked():
    question = cell('predict("00.half", "How much?", ["little", "more"])', ASKED)
    asked = wall.questions([question])
    (shown,) = pages(question, asked)
    assert shown.count("<li>") == 2
    assert "<sub>f</sub>" in shown
    (answer,) = pages(cell('reveal("00.half", 1)', "It is (b) 1e-30 & more.\n"), asked)
    assert answer.count("<li") == 2
    assert '<li class="right"><b>b</b> 10<sup>−30</sup> &amp; more</li>' in answer


def test_an_answer_below_its_question_is_the_right_line_alone():
    asked = wall.questions([cell('predict("00.half", "How much?", ["little", "more"])', ASKED)])
    said, answer = pages(cell('reveal("00.half", 1)', "half of 4 is 2\nIt is (a) little.\n"), asked, ["00.half"])
    assert said == '<div class="said"><p>half of <b>4</b> is <b>2</b></p></div>'
    assert answer.count("<li") == 1


def test_a_number_that_was_asked_is_large():
    asked = {"00.steps": wall.Question("How many?", [])}
    (answer,) = pages(cell('reveal("00.steps", 9)', "It is 9 periods.\n"), asked)
    assert '<p class="number">9 <small>periods</small></p>' in answer


def test_every_answer_in_every_lesson_knows_its_question():
    for name in slides.build.chosen([], slides.HERE):
        cells = slides.lesson(name).cells
        asked = wall.questions(cells)
        answered = [key for each in cells for key in wall.keys(each, "reveal")]
        assert set(answered) <= set(asked), name
        assert not [each for each in asked.values() if not each.words], name
