"""The cell itself under one's fingers: every number on a slider, every quantity redrawn in the page as one moves.

    CellExplorer()              in a notebook: the live figure; its numbers are attributes, to be set and read
    CellExplorer().page()       the same as one HTML file that needs no kernel and no network

What is computed and drawn in the page stands in ``cell_explorer.js`` and ``cell_explorer.css`` beside this file,
and what it may begin with in ``presets.toml``.
"""

import tomllib
from pathlib import Path

import numpy as np
import traitlets

from lstm_lib import lstm, plotting, validation
from lstm_lib.lesson import asleep, diagrams

INPUTS = ("x_t", "h_prev", "C_prev")
NUMBERS = (*INPUTS, *lstm.SHAPES)

PRESETS = tomllib.loads(Path(__file__).with_name("presets.toml").read_text(encoding="utf-8"))
LATCH = PRESETS["a latch"]


class CellExplorer(asleep.Portable):
    """One cell of one unit with one input: fifteen numbers to move, six quantities that answer.

    Parameters
    ----------
    **numbers : float, or two floats for a row of weights
        Where it starts: x_t, h_prev, C_prev; W_f, W_i, W_C, W_o = [weight of h, weight of x]; b_f, b_i, b_C, b_o.
        What is not given is the primer's. Each is an attribute afterwards: setting it moves the slider, and
        moving the slider sets it.

    Raises
    ------
    TypeError, ValueError
        A name that is none of these; a value that is not a finite number, or not two of them.

    Examples
    --------
    >>> cell = CellExplorer(x_t=0.0)
    >>> cell.x_t = 0.5
    >>> cell.step().C_t.round(4), cell.params["W_f"]
    (array([[0.9332]]), array([[1., 1.]]))
    """

    _esm = asleep.source("controls.js", "cell_explorer.js")
    _css = asleep.source("cell_explorer.css")
    _title, _kept = "The LSTM cell under your fingers", (*NUMBERS, "presets", "drawing")
    _said = (
        "Run this cell: each number of an LSTM cell gets a slider (x, h and C before the step, eight weights and "
        "four biases), and gates, memory and output answer at once."
    )
    x_t, h_prev, C_prev, b_f, b_i, b_C, b_o = (traitlets.Any().tag(sync=True) for _ in range(7))
    W_f, W_i, W_C, W_o = (traitlets.Any().tag(sync=True) for _ in range(4))
    presets = traitlets.Dict().tag(sync=True)
    drawing = traitlets.Dict().tag(sync=True)

    def __init__(self, **numbers):
        for name in numbers:
            if name not in NUMBERS:
                raise TypeError(f"{name} is no number of a cell; want some of {', '.join(NUMBERS)}")
        start = PRESETS["the primer's step"] | {name: _number(name, value) for name, value in numbers.items()}
        super().__init__(**start, presets={"as at first": start} | PRESETS, drawing=diagrams.circuit())

    @traitlets.validate(*NUMBERS)
    def _validated(self, proposal):
        return _number(proposal["trait"].name, proposal["value"])

    @property
    def params(self):
        """The weights and biases as `lstm.step` takes them: W of shape (1, 2), b of shape (1, 1)."""
        return {name: np.array(getattr(self, name), float).reshape(1, -1) for name in lstm.SHAPES}

    def step(self):
        """Return the step that is shown, computed by `lstm.step`.

        Returns
        -------
        Step

        Examples
        --------
        >>> CellExplorer().step().h_t.round(4)
        array([[0.6091]])
        """
        return lstm.step(self.params, *(np.array([[getattr(self, name)]]) for name in INPUTS))

    def _still(self):
        step = self.step()
        return draw_still(step), _words(step)


def draw_still(step):
    """Draw one step of one unit as a circuit with its values written in: what is shown where nothing can move.

    Parameters
    ----------
    step : Step
        Fields of shape (1, 1), with one input.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from lstm_lib import data
    >>> fig = draw_still(lstm.step(*data.walkthrough()))
    >>> [text.get_text() for text in fig.axes[0].texts][-1]
    '0.609'
    """
    fig, ax = plotting.figure(width=8, height=4)
    diagrams.draw_cell(ax=ax)
    values = {name: value.item() for name, value in step._asdict().items() if value.size == 1}
    values |= {"h_prev": step.z_t[0].item(), "x_t": step.z_t[1].item(), "tanh_C": np.tanh(step.C_t).item()}
    values |= {"kept": (step.f_t * step.C_prev).item(), "written": (step.i_t * step.C_tilde).item()}
    for name, look, x, y, word, align in diagrams.CIRCUIT["values"]:
        colour = plotting.LOOKS["x_t" if look == "z_t" else look].colour
        ax.text(x, y, f"{word}{values[name]:.3f}", color=colour, ha=align, va="center", fontsize=10)
    ax.set(xlim=(-1.6, 11.9))
    return fig


def _words(step):
    values = ", ".join(f"{name} {getattr(step, name).item():.3f}" for name in plotting.LOOKS if name != "x_t")
    return f"One LSTM cell as a circuit, with its values: {values}."


def _number(name, value):
    if name[0] != "W":
        return validation.number(name, value)
    validation.pair(name, value, "[weight of h, weight of x]")
    return [validation.number(f"{name}[{n}]", weight) for n, weight in enumerate(value)]
