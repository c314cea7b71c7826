"""A table says the same to the eye, to a screen reader and in a terminal."""

from lstm_lib.lesson.tables import Table


def test_a_table_says_the_same_in_html_and_in_text():
    table = Table("a < b", ["", "n"], [["x & y", 1], ["long name", 22]])
    assert repr(table).splitlines() == ["a < b", "           n", "x & y      1", "long name  22"]
    page = table._repr_html_()
    assert "a &lt; b" in page
    assert '<th scope="row" style="text-align:left">x &amp; y</th>' in page
    assert page.count("<tr>") == 3
    assert page.count("<td") == 2
