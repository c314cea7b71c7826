"""A live figure, and what it is where no kernel runs: a still picture, and a script that puts it in its place.

Live        what the live figures have in common
source(…)   what one is made of: the text of files beside this one
body(…)     the HTML that goes into a notebook's output, and lives on in a saved page
page(…)     a complete document around it
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


def body(figure, said, picture, names):
    """Return the still picture, and the live figure for wherever scripts may run; nothing is fetched.

    Parameters
    ----------
    figure : Live
        Its ``_esm`` is a module with ``export default { render }``.
    said : str
        What running the cell would give, as HTML; it is seen where no script runs.
    picture : lstm_lib.plotting.Picture
        The still picture.
    names : tuple of str
        Which of its traits the figure needs; they are kept as JSON.

    Returns
    -------
    str

    Examples
    --------
    >>> from lstm_lib.plotting import Picture
    >>> from lstm_lib.plotting import figure as drawing
    >>> still = Picture.of(drawing()[0], "A pair of axes.")
    >>> class Axes(Live):
    ...     _esm, _css = "export default { render() {} };", ""
    >>> "Run this cell" in body(Axes(), "Run this cell.", still, ())
    True
    """
    state = {name: getattr(figure, name) for name in names}
    parts = {"said": said, "picture": picture._repr_html_(), "css": figure._css}
    parts["state"] = json.dumps(state, ensure_ascii=False).replace("<", "\\u003c")
    parts["code"] = base64.b64encode(figure._esm.encode()).decode()
    return Template(source("asleep.html").rstrip()).substitute(parts)


def page(title, body):
    """Return a complete HTML document with a live figure in it: no kernel, nothing from the network.

    Parameters
    ----------
    title : str
        What the window is called.
    body : str
        As from `body`.

    Returns
    -------
    str

    Examples
    --------
    >>> page("A cell", "<p>Here.</p>").splitlines()[0]
    '<!doctype html>'
    """
    return Template(source("asleep_page.html")).substitute(title=title, body=body)
