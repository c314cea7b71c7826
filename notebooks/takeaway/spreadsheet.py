"""One step of one unit, forward and backward, as a spreadsheet with live formulas: ``write("lstm_step.xlsx")``.

Each number has a name, so that a formula reads as it does in the course: ``=f_t*C_prev+i_t*C_tilde``. The workbook
also keeps what the library computes, for readers that show a workbook without computing it.
"""

from typing import NamedTuple

import numpy as np
import xlsxwriter

from lstm_lib import data, lstm
from lstm_lib.plotting import LOOKS


class Row(NamedTuple):
    """A number: its name, the quantity whose colour it has, what it is, how the course and the sheet write it."""

    name: str
    look: str
    meaning: str
    course: str = ""
    sheet: str = ""  # "" for what is given


GATE = {"f": "f_t", "i": "i_t", "C": "C_tilde", "o": "o_t"}
WORD = {gate: LOOKS[look].word for gate, look in GATE.items()}
GIVEN = [
    Row("x_t", "x_t", "input"),
    Row("h_prev", "h_t", "hidden state before the step, h_{t−1}"),
    Row("C_prev", "C_t", "cell state before the step, C_{t−1}"),
]
WEIGHTS = [
    Row(name, GATE[gate], f"{WORD[gate]}: {kind}")
    for gate in lstm.GATES
    for name, kind in ((f"W_{gate}h", "weight of h"), (f"W_{gate}x", "weight of x"), (f"b_{gate}", "bias"))
]
SUMS = [
    Row(
        *(f"a_{gate}", GATE[gate], f"{WORD[gate]}: the sum", f"W_{gate} · [h_{{t−1}}, x_t] + b_{gate}"),
        f"W_{gate}h*h_prev+W_{gate}x*x_t+b_{gate}",
    )
    for gate in lstm.GATES
]
STEP = [
    Row("f_t", "f_t", "forget gate", "σ(a_f)", "1/(1+EXP(-a_f))"),
    Row("i_t", "i_t", "input gate", "σ(a_i)", "1/(1+EXP(-a_i))"),
    Row("C_tilde", "C_tilde", "candidate, C̃_t", "tanh(a_C)", "TANH(a_C)"),
    Row("C_t", "C_t", "new cell state", "f_t * C_{t−1} + i_t * C̃_t", "f_t*C_prev+i_t*C_tilde"),
    Row("o_t", "o_t", "output gate", "σ(a_o)", "1/(1+EXP(-a_o))"),
    Row("h_t", "h_t", "new hidden state", "o_t * tanh(C_t)", "o_t*TANH(C_t)"),
]
ARRIVING = [
    Row("dh_t", "h_t", "all that reaches h_t: ∂L/∂h_t"),
    Row("dC_next", "C_t", "what reaches C_t from the step after this one"),
]
BACK = [
    Row("dC_t", "C_t", "both paths meet: ∂L/∂C_t", "dC_next + dh_t * o_t * (1 − tanh²(C_t))",
        "dC_next+dh_t*o_t*(1-TANH(C_t)*TANH(C_t))"),
    Row("da_f", "f_t", "through the forget gate", "dC_t * C_{t−1} * f_t (1 − f_t)", "dC_t*C_prev*f_t*(1-f_t)"),
    Row("da_i", "i_t", "through the input gate", "dC_t * C̃_t * i_t (1 − i_t)", "dC_t*C_tilde*i_t*(1-i_t)"),
    Row("da_C", "C_tilde", "through the candidate", "dC_t * i_t * (1 − C̃_t²)", "dC_t*i_t*(1-C_tilde*C_tilde)"),
    Row("da_o", "o_t", "through the output gate", "dh_t * tanh(C_t) * o_t (1 − o_t)",
        "dh_t*TANH(C_t)*o_t*(1-o_t)"),
]  # fmt: skip
FOR_WEIGHTS = [
    Row(f"d{name}", GATE[gate], f"∂L/∂{name}", f"da_{gate}{course}", f"da_{gate}{sheet}")
    for gate in lstm.GATES
    for name, course, sheet in (
        (f"W_{gate}h", " * h_{t−1}", "*h_prev"), (f"W_{gate}x", " * x_t", "*x_t"), (f"b_{gate}", "", ""),
    )
]  # fmt: skip
HANDED_BACK = [
    Row(f"d{name}", look, f"∂L/∂{symbol}: four gates add up",
        " + ".join(f"W_{gate}{k} da_{gate}" for gate in lstm.GATES),
        "+".join(f"W_{gate}{k}*da_{gate}" for gate in lstm.GATES))
    for name, look, symbol, k in (("x_t", "x_t", "x_t", "x"), ("h_prev", "h_t", "h_{t−1}", "h"))
] + [Row("dC_prev", "C_t", "∂L/∂C_{t−1}: along the memory", "dC_t * f_t", "dC_t*f_t")]  # fmt: skip
SHEETS = {
    "forward": {"Given": GIVEN, "Weights and biases": WEIGHTS, "The sums": SUMS, "The step": STEP},
    "backward": {
        "Arriving": ARRIVING,
        "Back to the sums": BACK,
        "For the weights": FOR_WEIGHTS,
        "Handed back": HANDED_BACK,
    },
}
SAYS = {
    "forward": "One step of one LSTM unit. Change a framed number: all others follow.",
    "backward": "The same step backwards: what each number does to a loss L. Change what arrives.",
}


def walkthrough():
    """Return the numbers of the course's example by name, with a gradient of 1 that arrives at h_t."""
    params, x_t, h_prev, C_prev = data.walkthrough()
    given = {"x_t": x_t.item(), "h_prev": h_prev.item(), "C_prev": C_prev.item(), "dh_t": 1.0, "dC_next": 0.0}
    for gate in lstm.GATES:
        given[f"W_{gate}h"], given[f"W_{gate}x"] = params[f"W_{gate}"].ravel().tolist()
        given[f"b_{gate}"] = params[f"b_{gate}"].item()
    return given


def computed(given):
    """Return every number of the workbook by name, as the library computes it from those that are given."""
    params = {f"W_{gate}": np.array([[given[f"W_{gate}h"], given[f"W_{gate}x"]]]) for gate in lstm.GATES}
    params |= {f"b_{gate}": np.array([[given[f"b_{gate}"]]]) for gate in lstm.GATES}
    x_t, h_prev, C_prev, dh_t, dC_next = (np.array([[given[row.name]]]) for row in GIVEN + ARRIVING)
    s = lstm.step(params, x_t, h_prev, C_prev)
    grads, dx_t, dh_prev, dC_prev = lstm.step_backward(params, s, dh_t, dC_next)
    arrays = {f"a_{gate}": params[f"W_{gate}"] @ s.z_t + params[f"b_{gate}"] for gate in lstm.GATES}
    arrays |= {row.name: getattr(s, row.name) for row in STEP}
    arrays |= {"dC_t": dC_next + dh_t * s.o_t * (1 - np.tanh(s.C_t) ** 2)}
    arrays |= {f"da_{gate}": grads[f"b_{gate}"] for gate in lstm.GATES}  # with one sequence they are the same
    for gate in lstm.GATES:
        arrays[f"dW_{gate}h"], arrays[f"dW_{gate}x"] = np.split(grads[f"W_{gate}"], 2, axis=1)
        arrays[f"db_{gate}"] = grads[f"b_{gate}"]
    arrays |= {"dx_t": dx_t, "dh_prev": dh_prev, "dC_prev": dC_prev}
    return given | {name: array.item() for name, array in arrays.items()}


def write(path, given=None):
    """Write the workbook, with the numbers of the course's example or with others of the same names."""
    values = computed(walkthrough() if given is None else given)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": "One step of an LSTM, by hand"})
        for title, parts in SHEETS.items():
            _sheet(book, title, parts, values)


def _sheet(book, title, parts, values):
    sheet = book.add_worksheet(title)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    for column, width in enumerate((20, 40, 40, 20)):
        sheet.set_column(column, column, width)
    sheet.write(0, 0, SAYS[title], book.add_format({"bold": True, "font_size": 13}))
    n = 1
    for part, rows in parts.items():
        n += 1
        for column, word in enumerate((part, "what it is", "as the course writes it", "number")):
            sheet.write(
                n,
                column,
                word,
                book.add_format({"bold": True, "bottom": 1, "align": "right" if column == 3 else "left"}),
            )
        for row in rows:
            n += 1
            colour = {"font_color": LOOKS[row.look].colour}
            sheet.write(n, 0, row.name, book.add_format(colour | {"bold": True}))
            sheet.write(n, 1, row.meaning, book.add_format(colour))
            sheet.write(n, 2, row.course, book.add_format(colour))
            number = colour | {"num_format": "0.0000000000" if row.sheet else "0.0###"}
            if row.sheet:
                sheet.write_formula(n, 3, f"={row.sheet}", book.add_format(number), values[row.name])
            else:
                frame = number | {"border": 2, "border_color": LOOKS[row.look].colour, "bg_color": "#FFFBE6"}
                sheet.write_number(n, 3, values[row.name], book.add_format(frame))
            book.define_name(row.name, f"={title}!$D${n + 1}")
        n += 1
