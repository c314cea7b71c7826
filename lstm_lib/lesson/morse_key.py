"""A key under the reader's own finger: what is keyed goes through noise, and the network reads it.

The key itself stands in ``morse_key.js`` beside this file.
"""

import numpy as np
import traitlets

from lstm_lib import morse, validation
from lstm_lib.lesson import asleep
from lstm_lib.lesson.figures.sound import read_places

ASLEEP = "Run this cell, and here is a key to press: what you key is heard in noise, and read by the network."


class Key(asleep.Live):
    """A key to be pressed, and what the network reads.

    Parameters
    ----------
    params : dict of ndarray
        As for `figures.sound.reader`.
    noise : float, default 0.1
        As in `morse.hear`.

    Examples
    --------
    >>> from lstm_lib import fused, model
    >>> key = Key(model.init_params(fused, 1, 4, morse.K, np.random.default_rng(0)))
    >>> key
    A key to press; the network reads what is keyed.
    >>> key.taps = [[0, 0.1], [0.2, 0.5]]
    >>> key.said.split(":")[0]
    '2 tones, a dot of 0.10 seconds'
    """

    _esm = asleep.source("morse_key.js")
    taps = traitlets.List().tag(sync=True)  # when the key went down and up, in seconds
    said = traitlets.Unicode("Nothing keyed yet.").tag(sync=True)

    def __init__(self, params, noise=0.1):
        self.params, self.noise = params, validation.number("noise", noise, least=0)
        self.rng = np.random.default_rng(0)
        super().__init__()
        self.observe(self._read, "taps")

    def _read(self, _):
        if not self.taps:
            return
        on, unit = morse.recorded(self.taps)
        x = morse.hear(on, self.noise, self.rng)
        text = morse.read(read_places(self.params, x)) or "nothing"
        tones = f"{len(self.taps)} tone{'s' if len(self.taps) > 1 else ''}, a dot of {unit:.2f} seconds"
        self.said = f"{tones}: the network reads {text}, the plain rule {morse.Rule().read(x) or 'nothing'}."

    def __repr__(self):
        return "A key to press; the network reads what is keyed."

    def _repr_html_(self):
        return f"<p><em>{ASLEEP}</em></p>"
