"""A trained network that one types into: what it expects next, and what each unit remembers, at every letter.

    TypedText(params)           in a notebook: the live figure; its `text` is an attribute, to be set and read
    TypedText(params).page()    the same as one HTML file that needs no kernel and no network

The weights go into the page with 16 bits each. What is computed and drawn there stands in ``typed.js`` and
``typed.css`` beside this file.
"""

import base64

import numpy as np
import traitlets

from lstm_lib import fused, lstm, model, text, validation
from lstm_lib.lesson import asleep
from lstm_lib.lesson.figures.text import depths, draw_coloured

ORDER = (*lstm.SHAPES, *model.READ_OUT)
EXAMPLES = ["(a", "(abcdefgh", "([{", "([{abc}])", "(]"]


class TypedText(asleep.Portable):
    """A network for the language of brackets, and a text that it reads.

    Parameters
    ----------
    params : dict of ndarray
        As made by `model.init_params`, with D = K = 14; they are rounded to 16 bits.
    marked : int
        The unit that is shown first.
    written : str
        The text at first.

    Raises
    ------
    TypeError, ValueError
        Other parameters; a unit that is not there; no text.

    Examples
    --------
    >>> params = model.init_params(fused, 14, 8, 14, np.random.default_rng(0))
    >>> typed = TypedText(params, 3, "(a")
    >>> p, trace = typed.read()
    >>> p.shape, trace.C_t.shape
    ((2, 14, 1), (2, 8, 1))
    """

    _esm = asleep.source("controls.js", "typed.js")
    _css = asleep.source("typed.css")
    _title, _kept = "A trained network to type into", ("network", "text")
    _said = (
        "Run this cell: a field to type into, what the network expects after each character, and the memory and "
        "gates of all its units."
    )
    network = traitlets.Dict().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)

    def __init__(self, params, marked, written="(a[bc"):
        V = len(text.SYMBOLS)
        sizes = {"D": V, "K": V}
        validation.parameters(params, lstm.SHAPES | model.READ_OUT, sizes)
        H = len(params["b_f"])
        marked = validation.size("marked", marked, 0)
        if marked >= H:
            raise ValueError(f"marked is {marked}; want a unit below H = {H}")
        self._params = {name: np.asarray(params[name]).astype("<f2") for name in ORDER}
        weights = base64.b64encode(b"".join(self._params[name].tobytes() for name in ORDER)).decode()
        network = {"H": H, "symbols": text.SYMBOLS, "marked": marked, "weights": weights, "examples": EXAMPLES}
        super().__init__(network=network, text=written)

    @property
    def _known(self):
        """The characters of the text that are symbols of the network."""
        return "".join(one for one in self.text if one in text.SYMBOLS)

    def read(self):
        """Return what NumPy makes of the text: the next character's probabilities (T, 14, 1), and the trace.

        Characters that the network does not know are left out, as in the page.
        """
        params = {name: p.astype(float) for name, p in self._params.items()}
        codes = text.encode(self._known)
        Y_hat, trace = model.predict(fused, params, text.one_hot(codes[:, None], len(text.SYMBOLS), float))
        return text.softmax(Y_hat), trace

    def _still(self):
        unit = self.network["marked"]
        C = self.read()[1].C_t[:, unit, 0] if self._known else []
        return draw_coloured(self._known, C, unit, depths(self._known))
