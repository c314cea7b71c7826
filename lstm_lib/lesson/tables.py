"""A small table that a lesson shows: Table(caption, header, rows)."""

import html


class Table:
    """Rows under a header, for a notebook and for a terminal.

    Parameters
    ----------
    caption : str
        What the table shows.
    header : sequence of str
        The names of its columns.
    rows : sequence of sequence
        The entries; the first of each row is its name.

    Examples
    --------
    >>> Table("Squares", ["n", "n²"], [[2, 4], [3, 9]])
    Squares
    n  n²
    2  4
    3  9
    """

    def __init__(self, caption, header, rows):
        self.caption, self.header = caption, [str(words) for words in header]
        self.rows = [[str(entry) for entry in row] for row in rows]

    def __repr__(self):
        lines = [self.header, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        padded = (
            "  ".join(word.ljust(n) for word, n in zip(line, widths, strict=True)).rstrip() for line in lines
        )
        return "\n".join([self.caption, *padded])

    def _repr_html_(self):
        def cells(row):
            first, *rest = map(html.escape, row)
            named = f'<th scope="row" style="text-align:left">{first}</th>'
            return named + "".join(f'<td style="text-align:left">{entry}</td>' for entry in rest)

        header = "".join(
            f'<th scope="col" style="text-align:left">{html.escape(words)}</th>' for words in self.header
        )
        body = "".join(f"<tr>{cells(row)}</tr>\n" for row in self.rows)
        caption = f'<caption style="text-align:left"><b>{html.escape(self.caption)}</b></caption>'
        return f"<table>{caption}\n<thead><tr>{header}</tr></thead>\n<tbody>{body}</tbody></table>"
