"""Figures that answer to sliders, and that still say something when no kernel is running.

A function that computes and draws stands apart from the sliders that call it, so that it can be used and tested
without them. One picture is shown and exchanged; a saved notebook has the first one, and a word about the sliders.
The sliders themselves stand in ``explore.js`` and ``explore.css`` beside this file.
"""

from typing import NamedTuple

import traitlets
from IPython.display import display

from lstm_lib import plotting, validation
from lstm_lib.lesson.asleep import Live, source


class Slider(NamedTuple):
    """A slider to be shown: where it stands at first, its ends, its name, and how far an arrow key moves it.

    Examples
    --------
    >>> Slider(1, 1, 10, "step t", 1).is_whole
    True
    """

    value: float
    low: float
    high: float
    words: str
    step: float

    @property
    def is_whole(self):
        """Whether it gives whole numbers only."""
        return self.low == int(self.low) and self.step == int(self.step)

    @property
    def digits(self):
        """How many decimals its values have."""
        return max(len(f"{number:.6f}".rstrip("0").partition(".")[2]) for number in (self.low, self.step))


def slider(value, low, high, words, step=0.1):
    """Return a slider for `explore`.

    Parameters
    ----------
    value, low, high : float
        Where it stands at first, and its ends.
    words : str
        Its name, which stands in front of it and is what a screen reader says.
    step : float, default 0.1
        How far one press of an arrow key moves it; a whole number, if `low` is one too, gives whole numbers.

    Returns
    -------
    Slider

    Raises
    ------
    TypeError, ValueError
        Not numbers; a step that is not above 0; `value` not between `low` and `high`; a name that is no text.

    Examples
    --------
    >>> slider(0.5, -2, 2, "input x").value
    0.5
    """
    low, high = validation.number("low", low), validation.number("high", high)
    value, step = validation.number("value", value), validation.number("step", step, above=0)
    if not low <= value <= high:
        raise ValueError(f"value is {value}; want it between low = {low} and high = {high}")
    if not isinstance(words, str) or not words.strip():
        raise TypeError(f"words is {words!r}; want the slider's name")
    return Slider(value, low, high, words, step)


def explore(draw, **sliders):
    """Show sliders and, under them, the figure that `draw` makes of their values; redraw when one moves.

    Parameters
    ----------
    draw : function
        Takes the sliders' values under their names; returns a figure and its description, as `plotting.show` takes
        them. It may return the same figure each time, and is fastest with a `plotting.Kept`.
    **sliders : Slider
        By the names of the arguments of `draw`; `slider` makes one.

    Raises
    ------
    TypeError
        `draw` is not a function; no slider, or something else in its place.

    Examples
    --------
    >>> def draw(x):
    ...     fig, ax = plotting.figure()
    ...     return fig, f"Empty axes for x = {x}."
    >>> explore(draw, x=slider(0.5, -2, 2, "input x"))  # in a notebook: the slider and the picture
    Figure: Empty axes for x = 0.5.
    """
    validation.function("draw", draw, "lambda x: (fig, description)")
    for name, control in sliders.items():
        if not isinstance(control, Slider):
            raise TypeError(f"{name} is {control!r}; want slider(value, low, high, words)")
    if not sliders:
        raise TypeError("explore has no slider; want at least one, as in x=slider(0.5, -2, 2, 'input x')")
    display(_Explorer(draw, sliders))


class _Explorer(Live):
    """The live sliders where there is a kernel, and the first picture where there is none."""

    _esm = source("controls.js", "explore.js")
    _css = source("explore.css")
    controls = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    asked = traitlets.Int().tag(sync=True)  # the page counts its questions, and waits for the answer to the last
    answered = traitlets.Int().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)

    def __init__(self, draw, sliders):
        self.draw, self.sliders = draw, sliders
        controls = [{"name": name, **s._asdict(), "digits": s.digits} for name, s in sliders.items()]
        values = {name: control.value for name, control in sliders.items()}
        super().__init__(controls=controls, values=values)
        self.first = self._draw()
        self.observe(self._answer, "asked")

    def _draw(self):
        values = {n: int(v) if self.sliders[n].is_whole else float(v) for n, v in self.values.items()}
        picture = plotting.Picture.of(*self.draw(**values))
        self.picture, self.words, self.width = picture.source, picture.words, picture.width
        return picture

    def _answer(self, _):
        with self.hold_sync():  # one message: the picture, its words, and that this is the answer
            self.trouble = ""
            try:
                self._draw()
            except Exception as error:
                self.trouble = f"{type(error).__name__}: {error}"
                raise
            finally:
                self.answered = self.asked

    def __repr__(self):
        return repr(self.first)

    def _repr_html_(self):
        names = ", ".join(control.words for control in self.sliders.values())
        return f"<p><em>Run this cell, and sliders move this picture: {names}.</em></p>{self.first._repr_html_()}"
