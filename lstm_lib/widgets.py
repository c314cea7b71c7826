"""Figures that answer to sliders, and that still say something when no kernel is running.

A function that computes and draws stands apart from the sliders that call it, so that it can be used and tested
without them. One picture is shown and exchanged; a saved notebook has the first one, and a word about the sliders.
"""

from IPython.display import display
from ipywidgets import HTML, FloatSlider, VBox

from lstm_lib import plotting, validation


def slider(value, low, high, words, step=0.1):
    """Return a slider with its name in front, wide enough to be aimed at.

    Parameters
    ----------
    value, low, high : float
        Where it stands at first, and its ends.
    words : str
        Its name.
    step : float, default 0.1
        How far one press of an arrow key moves it.

    Returns
    -------
    ipywidgets.FloatSlider

    Raises
    ------
    TypeError, ValueError
        Not numbers; `value` not between `low` and `high`.

    Examples
    --------
    >>> slider(0.5, -2, 2, "input x").value
    0.5
    """
    low, high = validation.number("low", low), validation.number("high", high)
    value = validation.number("value", value)
    if not low <= value <= high:
        raise ValueError(f"value is {value}; want it between low = {low} and high = {high}")
    look = {"style": {"description_width": "10em"}, "layout": {"width": "32em"}}
    return FloatSlider(value, min=low, max=high, step=step, description=words, **look)


def explore(draw, **sliders):
    """Show sliders and, under them, the figure that `draw` makes of their values; redraw when one moves.

    Parameters
    ----------
    draw : function
        Takes the sliders' values under their names; returns a figure and its description, as `plotting.show` takes
        them.
    **sliders : ipywidgets.FloatSlider
        By the names of the arguments of `draw`.

    Raises
    ------
    TypeError
        `draw` is not a function.

    Examples
    --------
    >>> def draw(x):
    ...     fig, ax = plotting.figure()
    ...     return fig, f"Empty axes for x = {x}."
    >>> explore(draw, x=slider(0.5, -2, 2, "input x"))  # in a notebook: the slider and the picture
    Figure: Empty axes for x = 0.5.
    """
    validation.function("draw", draw, "lambda x: (fig, description)")
    view = HTML()

    def redraw(_=None):
        picture = plotting.Picture.of(*draw(**{name: control.value for name, control in sliders.items()}))
        view.value = picture._repr_html_()
        return picture

    first = redraw()
    for control in sliders.values():
        control.observe(redraw, "value")
    names = ", ".join(control.description for control in sliders.values())
    display(_Explorer(VBox([*sliders.values(), view]), first, names))


class _Explorer:
    """The live widget where there is a kernel, and the first picture where there is none."""

    def __init__(self, box, first, names):
        self.box, self.first, self.names = box, first, names

    def __repr__(self):
        return repr(self.first)

    def _repr_mimebundle_(self, **kwargs):
        asleep = f"<p><em>Run this cell, and sliders move this picture: {self.names}.</em></p>"
        bundle = self.box._repr_mimebundle_(**kwargs)
        return bundle | {"text/html": asleep + self.first._repr_html_(), "text/plain": repr(self)}
