"""What a lesson prints, as HTML for a room: tables where lines are built alike, sentences, numbers as by hand.

printed(lines)   the outputs that printed lines become; what is neither table nor sentence stays as it was
typeset(text)    one piece of plain text
prose(source)    Markdown in which plain b_f is a formula
"""

import html
import itertools
import re

from nbformat import v4

NUMBER = r"(?<![\w.^/])(?P<sign>[-+−]?)(?P<digits>\d+(?:\.\d+)?|\.\d+)(?:e(?P<exponent>[-+]\d+))?(?![\w^/]|\.\d)"
SYMBOL = r"(?<![\w$\\])(?P<letter>d?[A-Za-zσ])_(?P<index>tilde|[A-Za-z0-9]{1,3}(?![\w(])|\([^()]+\))"
LETTERS = re.compile(f"{SYMBOL}|{NUMBER}")
AS_IT_IS = re.compile(r"(\$\$.*?\$\$|\$[^$]+\$|```.*?```|`[^`]*`|\]\([^)]*\)|<[^>]+>)", re.DOTALL)  # in Markdown
CONSOLE = re.compile(r"[{}\[\]|]|^\s|^[-+]{1,3} |^[\w.]{13,}$|[\w.]{40,}|notebooks/|\w\(\w+=")  # no sentence


def printed(lines):
    """Return printed lines as outputs: the longest table in them, then what stands before and after it."""
    if not any(line.strip() for line in lines):
        return []
    start, end, found = longest_table(lines)
    if found:
        return [*printed(lines[:start]), as_html(found), *printed(lines[end:])]
    in_columns = len(lines) > 1 and any("  " in line for line in lines)
    if in_columns or any(CONSOLE.search(line) for line in lines):
        return [v4.new_output("stream", text="\n".join(lines) + "\n")]
    return [as_html('<div class="said">' + "".join(map(sentence, lines)) + "</div>")]


def sentence(line):
    """Return a printed line as HTML; what stood far apart becomes lines of its own."""
    return "".join(f"<p>{typeset(part.rstrip(',;'), bold=True)}</p>" for part in fields(line))


def as_html(page):
    """Return HTML as an output."""
    return v4.new_output("display_data", {"text/html": page})


# --- tables ---


def longest_table(lines):
    """Return (start, end, HTML) of the longest run of lines that is a table; (0, 0, "") where there is none."""
    for length in range(len(lines), 1, -1):
        for start in range(len(lines) - length + 1):
            found = table(lines[start : start + length])
            if found:
                return start, start + length, found
    return 0, 0, ""


def table(lines):
    """Return lines that are built alike as an HTML table, or nothing."""
    rows = headed(lines) or varying(lines) or fields_alike(lines)
    if not rows:
        return ""
    page = "".join(f"<th>{typeset(cell)}</th>" for cell in rows[0])
    page = f"<thead><tr>{page}</tr></thead>" if any(rows[0]) else ""
    for row in rows[1:]:
        page += f"<tr>{''.join(f'<td>{typeset(cell)}</td>' for cell in row)}</tr>"
    return f'<table class="printed">{page}</table>'


def fields(line):
    """Cut a line where two spaces or more stand."""
    return re.split(r"\s{2,}", line.strip())


def headed(lines):
    """Return the rows of lines that stand in columns below a line of names, or None."""
    head, *rows = map(fields, lines)
    width = len(rows[0])
    names = len(head) > 1 and not any(re.search(r"\.\d|\de[-+]\d", name) for name in head)
    if not names or len(rows) < 2 or len(head) not in (width, width - 1) or any(len(row) != width for row in rows):
        return None
    if not all(any(holds_numbers(row)) for row in rows) or any(
        holds_numbers(head)[1:] == holds_numbers(row)[1:] for row in rows
    ):
        return None
    return [[""] * (width - len(head)) + head, *rows]


def holds_numbers(row):
    """Return for each cell of a row whether there is a digit in it."""
    return [bool(re.search(r"\d", cell)) for cell in row]


def fields_alike(lines):
    """Return the rows of lines that stand in columns without names, with an empty head, or None."""
    rows = [fields(line) for line in lines]
    width = max(map(len, rows))
    if any(len(row) < 2 for row in rows) or any(cell in ("-", "+") for row in rows for cell in row):
        return None
    return [[""] * width, *[row + [""] * (width - len(row)) for row in rows]]


def varying(lines):
    """Return the rows of sentences that differ in a few words, with what they share as the head, or None."""
    lines = [re.sub(r"([=×(]) +", r"\1 ", line).replace("( ", "(") for line in lines]
    words = [line.split() for line in lines]
    if len({len(row) for row in words}) > 1 or "[" in "".join(lines):
        return None
    ends = breaks(lines, words)
    varies = [len(set(column)) > 1 for column in zip(*words, strict=True)]
    for n in range(1, len(varies) - 1):  # "4x − 4": the sign between belongs to it
        if varies[n - 1] and varies[n + 1] and re.fullmatch(r"[^\w=:,]", words[0][n]):
            varies[n] = True
    runs = [piece for run in runs_of(varies) for piece in cut_at(ends, *run)]
    numeric = [all(re.search(r"\d", " ".join(row[a:b])) for row in words) for a, b in runs]
    if not runs or all(varies) or not all(numeric[1:]) or not (numeric[0] or len(runs) > 1):
        return None
    heads = [[] for _ in runs]
    for n, (a, b) in enumerate(gaps(runs, len(varies))):
        cut = b if n == len(runs) else a if n == 0 else a + owned(words[0][a:b], ends, a)
        if n > 0:
            heads[n - 1] += words[0][a:cut]
        if n < len(runs):
            heads[n] += words[0][cut:b]
    rows = [[" ".join(row[a:b]).strip(" :,;") for a, b in runs] for row in words]
    return [[" ".join(head).strip(" =:,;") for head in heads], *rows]


def breaks(lines, words):
    """Return the places of words after which something new begins in every line: a colon, or much room."""
    room = [[len(gap) for gap in re.findall(r" +", line.strip())] for line in lines]
    wide = {n for n, sizes in enumerate(zip(*room, strict=True)) if min(sizes) > 1}
    return wide | {
        n for n, column in enumerate(zip(*words, strict=True)) if all(word[-1] in ":;" for word in column)
    }


def owned(shared, ends, start):
    """Return how many of the words between two numbers belong to the first; a last colon names the second."""
    if start - 1 in ends:
        return 0
    closing = [
        n for n, word in enumerate(shared) if word[-1] == "," or (start + n in ends and n < len(shared) - 1)
    ]
    return closing[-1] + 1 if closing else 0


def cut_at(ends, start, end):
    """Cut a run of words after each place in `ends`."""
    edges = [start, *(n + 1 for n in range(start, end - 1) if n in ends), end]
    return list(itertools.pairwise(edges))


def runs_of(flags):
    """Return the (start, end) of each run of what is true."""
    edges = [n for n in range(len(flags) + 1) if (n < len(flags) and flags[n]) != (n > 0 and flags[n - 1])]
    return list(zip(edges[::2], edges[1::2], strict=True))


def gaps(runs, length):
    """Return the (start, end) of what stands before, between and after runs."""
    ends = [0, *(edge for run in runs for edge in run), length]
    return list(zip(ends[::2], ends[1::2], strict=True))


# --- letters ---


def typeset(text, bold=False):
    """Return plain text as HTML: 9.3e-14 as 9.3 · 10⁻¹⁴, b_f with its index below; numbers bold on demand."""

    def letters(found):
        if found["letter"]:
            return symbol(found["letter"], found["index"])
        shown = power(found["sign"], found["digits"], found["exponent"])
        return f"<b>{shown}</b>" if bold else shown

    return LETTERS.sub(letters, html.escape(text, quote=False))


def symbol(letter, index):
    """Return a letter with its index as HTML."""
    if index == "tilde":
        return f"<i>{letter}\u0303</i>"
    return f"<i>{letter}</i><sub>{index.strip('()')}</sub>"


def prose(source):
    """Return Markdown in which plain b_f and C_1 are formulas, too."""
    parts = AS_IT_IS.split(source)
    parts[::2] = [re.sub(SYMBOL, formula, part) for part in parts[::2]]
    return "".join(parts)


def formula(found):
    """Return a letter with its index as TeX."""
    letter, index = found["letter"], found["index"].strip("()").replace("−", "-")
    return rf"$\tilde {letter}$" if index == "tilde" else f"${letter}_{{{index}}}$"


def power(sign, digits, exponent):
    """Return a number as it is written by hand."""
    sign = sign.replace("-", "−")
    if exponent is None:
        return sign + digits
    value, size = float(digits), int(exponent)
    if value == 0:
        return "0"
    places = len(digits.partition(".")[2])
    if -3 < size < 3:
        return f"{sign}{value * 10.0**size:.{max(0, places - size)}f}"
    factor = "" if value == 1 else f"{digits} · "
    return f"{sign}{factor}10<sup>{size}</sup>".replace("<sup>-", "<sup>−")
