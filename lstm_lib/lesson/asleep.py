"""A live figure, and what it is where no kernel runs: a still picture, and a script that puts it in its place.

Live        what the live figures have in common
Portable    those that live on in a saved page, and can be a page of their own
source(…)   what one is made of: the text of files beside this one
"""

import base64
import json
from pathlib import Path
from string import Template

import anywidget


class Live(anywidget.AnyWidget):
    """A figure that lives where there is a kernel; elsewhere it is its ``_repr_html_``, or the line of its repr.

    Parameters
    ----------
    *args, **kwargs
        As in ``anywidget.AnyWidget``.

    Examples
    --------
    >>> class Greeting(Live):
    ...     def _repr_html_(self):
    ...         return "<p>Hello.</p>"
    >>> Greeting()._repr_mimebundle_()["text/html"]
    '<p>Hello.</p>'
    """

    def _repr_mimebundle_(self, **kwargs):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        asleep = {"text/html": self._repr_html_(), "text/plain": repr(self)}
        return {"application/vnd.jupyter.widget-view+json": view} | asleep


def source(*names):
    """Return the text of some files that lie beside this module, one after the other.

    Parameters
    ----------
    *names : str
        The scripts or the style of a figure.

    Returns
    -------
    str

    Examples
    --------
    >>> "export default" in source("controls.js", "explore.js")
    True
    """
    return "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names)


class Portable(Live):
    """A live figure that lives on wherever scripts may run; nothing is fetched.

    A class of its own has ``_title``, what the window of its page is called; ``_said``, what running the cell
    would give, as HTML; ``_kept``, which of its traits the figure needs, as JSON; and ``_still()``, which gives a
    figure that stands still, and its words.

    Parameters
    ----------
    *args, **kwargs
        As in ``anywidget.AnyWidget``.

    Examples
    --------
    >>> from lstm_lib.plotting import figure
    >>> class Axes(Portable):
    ...     _title, _said, _kept = "Axes", "Run this cell.", ()
    ...     _esm, _css = "export default { render() {} };", ""
    ...     def _still(self):
    ...         return figure()[0], "A pair of axes."
    >>> Axes()
    Figure: A pair of axes.
    >>> Axes().page().splitlines()[0]
    '<!doctype html>'
    """

    def page(self):
        """Return a complete HTML document with the live figure in it: no kernel, nothing from the network."""
        return Template(source("asleep_page.html")).substitute(title=self._title, body=self._repr_html_())

    def __repr__(self):
        return f"Figure: {self._still()[1]}"

    def _repr_html_(self):
        from lstm_lib.plotting import Picture  # here, so that a question needs no Matplotlib

        state = json.dumps({name: getattr(self, name) for name in self._kept}, ensure_ascii=False)
        parts = {"said": self._said, "picture": Picture.of(*self._still())._repr_html_(), "css": self._css}
        parts["state"] = state.replace("<", "\\u003c")
        parts["code"] = base64.b64encode(self._esm.encode()).decode()
        return Template(source("asleep.html").rstrip()).substitute(parts)
