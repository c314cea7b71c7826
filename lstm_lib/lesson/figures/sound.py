"""What Read Morse by ear shows: sounds with their words, the Morse tree, what is heard, and who reads it how well.

    way(letter)                     the Morse tree, and the way to a letter in it
    play(samples, text, places)     a sound, its transcript, and the tree that is lit while it plays
    heard(message, **amplitudes)    the amplitude in each frame, and the places under it
    error_rates(noises, readers)    the share of letters read wrongly, for every reader and every run
    reader(params, text)            draw(noise, unit): a message is keyed, heard and read

All but `reader` show their picture in the notebook, and describe it for those who cannot see or hear it.
"""

import base64
import hashlib
import html
import io
import wave
from pathlib import Path

import numpy as np
from IPython.display import Audio, display

from lstm_lib import fused, model, morse, plotting, validation
from lstm_lib.plotting import INK, LOOKS, PURPLE, QUIET

SCRIPT = Path(__file__).with_name("sound.js").read_text(encoding="utf-8")
STEMS = {letter: code[:-1] for letter, code in morse.CODES.items()}
COLOURS = {"LSTM": PURPLE, "RNN": LOOKS["h_t"].colour, "window": LOOKS["i_t"].colour, "rule": LOOKS["x_t"].colour}


# --- the tree ----------------------------------------------------------------------------------------------------


def position(code):
    """Return where a code stands in the drawn tree: across, from 0 to 1, and its level, from 0 to 4.

    Examples
    --------
    >>> position(""), position(".-")
    ((0.5, 0), (0.375, 2))
    """
    across, width = 0.5, 0.25
    for sign in code:
        across += width if sign == "-" else -width
        width /= 2
    return across, len(code)


# --- sounds ------------------------------------------------------------------------------------------------------


class Sound:
    """A sound in a notebook: a control that plays it, what is to be heard in words, and perhaps the tree.

    Parameters
    ----------
    samples : ndarray
        `morse.RATE` samples a second.
    text : str
        The transcript.
    places : ndarray of int, optional
        A place for each frame, to be lit in the tree while it plays.

    Examples
    --------
    >>> Sound(np.zeros(64), "Silence.")
    Sound: Silence.
    """

    def __init__(self, samples, text, places=None):
        self.samples, self.text, self.places = np.asarray(samples), text, places

    @property
    def wav(self):
        """The sound as the bytes of a file: one channel, 8 bits a sample, the loudest sample at the limit."""
        peak = max(float(np.abs(self.samples).max()), 1.0)
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1)
            file.setframerate(morse.RATE)
            file.writeframes(np.round(127 + 120 * self.samples / peak).astype(np.uint8).tobytes())
        return buffer.getvalue()

    def _repr_html_(self):
        words = html.escape(self.text)
        name = "morse-" + hashlib.sha256(self.wav + words.encode()).hexdigest()[:10]
        player = Audio(data=self.wav)._repr_html_().replace("<audio", f'<audio aria-label="{words}"', 1).strip()
        said = f"<details><summary>What is to be heard</summary>{words}</details>"
        if self.places is None:
            return f'<figure id="{name}" style="margin:0.5em 0">{player}{said}</figure>'
        row = "".join((" " + morse.LETTERS)[n] for n in self.places)
        seconds = morse.SAMPLES / morse.RATE
        return (
            f'<figure id="{name}" style="margin:0.5em 0" data-places="{row}" data-frame="{seconds}">{player}'
            f'{_still()}<p style="font-family:monospace">read so far: <span class="said"></span></p>'
            f"{said}</figure><script>({SCRIPT.strip()})('{name}')</script>"
        )

    def __repr__(self):
        return f"Sound: {self.text}"


def play(samples, text, places=None):
    """Show a sound with its transcript, and with `places` the tree that is lit while it plays.

    Parameters
    ----------
    samples, text, places
        As of `Sound`.

    Examples
    --------
    >>> play(np.zeros(64), "Silence.")
    Sound: Silence.
    """
    display(Sound(samples, text, places))


def _still():
    """Return the tree as a picture at rest, for every page; the script puts the living one in its place."""
    picture = base64.b64encode(_svg().encode()).decode()
    words = "The Morse tree: from the top a dot leads down to the left, a dash down to the right"
    style = "background:#fff;width:100%;max-width:600px;display:block"
    return f'<img class="still" alt="{words}" style="{style}" src="data:image/svg+xml;base64,{picture}">'


def _svg(way=None):
    """Return the tree as SVG, in the colour of the page's text; the script lights the places, or `way`, a code."""
    lines, letters = [], []
    for letter, code in {"·": "", **morse.CODES}.items():
        (x, level), lit = position(code), _lit(code, way)
        x, y = 1200 * x, 40 + 88 * level
        name = f' data-letter="{letter}"' if code else ""
        at = f'<circle cx="{x:.1f}" cy="{y}" r="22"/>'
        letters.append(f'<g data-code="{code}"{name}{lit}>{at}<text x="{x:.1f}" y="{y + 8}">{letter}</text></g>')
        if code:
            x_above, y_above = 1200 * position(STEMS[letter])[0], y - 88
            gap = 22 / np.hypot(x - x_above, y - y_above)  # a line ends where the circles begin
            dx, dy = gap * (x - x_above), gap * (y - y_above)
            ends = f'x1="{x_above + dx:.1f}" y1="{y_above + dy:.1f}" x2="{x - dx:.1f}" y2="{y - dy:.1f}"'
            dots = ' stroke-dasharray="4 8"' if code[-1] == "." else ""
            lines.append(f'<line data-code="{code}" {ends}{dots}{lit}/>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="morse-tree" viewBox="0 0 1200 432" width="1200" '
        'height="432" role="img" aria-label="The Morse tree; while the sound plays, its place is lit" '
        'style="width:100%;max-width:600px;height:auto;display:block" fill="none" '
        'stroke="currentColor" stroke-width="2" font-size="24" text-anchor="middle">'
        "<style>.morse-tree text{fill:currentColor;stroke:none}.morse-tree .lit text{fill:#fff}"
        ".morse-tree .lit circle{fill:#A84300;stroke:#A84300}.morse-tree line.lit{stroke-width:8}</style>"
        + "".join(lines + letters)
        + "</svg>"
    )


def _lit(code, way):
    return ' class="lit"' if way is not None and way.startswith(code) else ""


class Way:
    """The Morse tree with the way to a letter lit, as a notebook shows it.

    Parameters
    ----------
    letter : str
        One of `morse.CODES`.

    Examples
    --------
    >>> Way("A")
    Figure: The way to A in the Morse tree: a dot to E, a dash to A.
    """

    def __init__(self, letter):
        self.code = morse.CODES[letter]
        steps = [self.code[: n + 1] for n in range(len(self.code))]
        told = ", ".join(f"a {'dot' if c[-1] == '.' else 'dash'} to {morse.BY_CODE[c]}" for c in steps)
        self.title, self.words = f"The way to {letter} in the Morse tree", told

    def _repr_html_(self):
        picture = base64.b64encode(_svg(self.code).replace("max-width:600px;", "").encode()).decode()
        style = "background:#fff;width:100%;max-width:600px;display:block"
        return (
            f'<figure style="margin:0.5em 0"><img class="lstm-paper" alt="{self.title}" style="{style}" '
            f'src="data:image/svg+xml;base64,{picture}"><details><summary>In words</summary>'
            f"{self.title}: {self.words}.</details></figure>"
        )

    def __repr__(self):
        return f"Figure: {self.title}: {self.words}."


def way(letter):
    """Show the Morse tree with the way to a letter lit.

    Parameters
    ----------
    letter : str
        One of `morse.CODES`.

    Examples
    --------
    >>> way("R")
    Figure: The way to R in the Morse tree: a dot to E, a dash to A, a dot to R.
    """
    display(Way(letter))


# --- what is heard -----------------------------------------------------------------------------------------------


def heard(message, **amplitudes):
    """Show what is heard of a message, and the place for each frame under it.

    Parameters
    ----------
    message : morse.Message
        As it was keyed.
    **amplitudes : ndarray of shape (T,)
        The amplitude in each frame, by the title it gets; underscores stand for blanks.

    Examples
    --------
    >>> message = morse.key("E", np.random.default_rng(0))
    >>> heard(message, without_noise=message.on)  # doctest: +ELLIPSIS
    Figure: The amplitude of the tone over 34 frames: without noise. ...
    """
    T, rows = len(message.on), len(amplitudes) + 1
    fig, axes = plotting.figure(
        height=1.2 * rows, nrows=rows, sharex=True, height_ratios=[*[1.3] * len(amplitudes), 1.3]
    )
    for ax, (title, x) in zip(axes, amplitudes.items(), strict=False):
        ax.fill_between(range(T), 0, message.on, step="mid", color=QUIET, lw=0)
        ax.step(range(T), x, where="mid", color=INK, lw=1)
        ax.set(title=title.replace("_", " ").capitalize(), ylim=(0, 2), xlim=(0, T))
    depth = [0, *map(len, morse.CODES.values())]
    levels = np.array(depth)[message.places]
    axes[-1].step(range(T), levels, where="mid", color=LOOKS["C_t"].colour)
    edges = np.flatnonzero(np.diff(message.places, prepend=0))
    for t in edges[message.places[edges] > 0]:
        axes[-1].text(t + 0.5, levels[t] + 0.5, morse.LETTERS[message.places[t] - 1], fontsize=9)
    axes[-1].set(title="The place in the tree, and its level", xlabel="frame t", ylim=(0, 6.2), yticks=(0, 2, 4))
    path = ", ".join("root" if n == 0 else morse.LETTERS[n - 1] for n in message.places[edges])
    names = ", ".join(title.replace("_", " ") for title in amplitudes)
    plotting.show(
        fig,
        f"The amplitude of the tone over {T} frames: {names}. Grey shows where the tone is on. Under it the "
        "place in the tree, a staircase that climbs at the end of each tone and falls back after each letter: "
        f"{path}.",
    )


# --- who reads how well ------------------------------------------------------------------------------------------


def error_rates(noises, readers):
    """Show the share of letters read wrongly at each noise: a dot for a run or a rule, beside each other.

    Parameters
    ----------
    noises : sequence of float
        At which the readers were judged.
    readers : dict of list of list of float
        Name → for each run the error rate at each noise.

    Examples
    --------
    >>> error_rates([0.1, 0.25], {"LSTM": [[0.02, 0.2], [0.03, 0.3]], "rule": [[0.01, 0.4]]})
    ... # doctest: +ELLIPSIS
    Figure: Letters read wrongly. LSTM: 2 to 3 % at noise 0.1, 20 to 30 % at noise 0.25. rule: ...
    """
    fig, ax = plotting.figure(height=2.6)
    marks, told = "oXs^vD", []
    for n, (name, runs) in enumerate(readers.items()):
        shift = (n - (len(readers) - 1) / 2) * 0.13
        percent = 100 * np.array(runs)
        colour = next((c for key, c in COLOURS.items() if key in name), INK)
        for k in range(len(noises)):
            ax.plot(
                np.full(len(runs), k + shift), percent[:, k], marks[n], color=colour, label=name if not k else ""
            )
        spans = [_span(percent[:, k], noise) for k, noise in enumerate(noises)]
        told.append(f"{name}: {', '.join(spans)}.")
    ax.set(ylabel="letters read wrongly, %", ylim=(0, None), xlim=(-0.5, len(noises) - 0.5))
    ax.set_xticks(range(len(noises)), [f"noise {noise:.2f}" for noise in noises])
    plotting.legend(ax)
    plotting.show(fig, f"Letters read wrongly. {' '.join(told)}")


def _span(percent, noise):
    low, high = round(percent.min()), round(percent.max())
    return f"{low} % at noise {noise}" if low == high else f"{low} to {high} % at noise {noise}"


def reader(params, text):
    """Return a function that keys a text, adds noise, and has it read by the network and by the plain rule.

    Parameters
    ----------
    params : dict of ndarray
        Of a trained `model` with `fused`, one input and `morse.K` outputs, on 2x − 1.
    text : str
        What is keyed.

    Returns
    -------
    function
        Takes noise, and unit in frames a dot; returns a plotting.Kept and a description.

    Raises
    ------
    TypeError, ValueError
        As `morse.key`.

    Examples
    --------
    >>> params = model.init_params(fused, 1, 4, morse.K, np.random.default_rng(0))
    >>> kept, words = reader(params, "SOS")(noise=0.0, unit=3.0)
    >>> words.split(".")[0]
    'SOS, keyed with 3 frames a dot and heard with noise 0'
    """
    longest = len(morse.key(text, np.random.default_rng(0), unit=4.5).on)
    fig, (above, below) = plotting.figure(height=3.4, nrows=2, height_ratios=[1.6, 1], sharex=True)
    (line,) = above.plot([], [], color=INK, lw=0.8, label="heard")
    (tone,) = above.plot([], [], color=LOOKS["o_t"].colour, lw=1.5, label="sent")
    (level,) = below.plot([], [], color=PURPLE, drawstyle="steps-mid")
    plotting.legend(above)
    above.set(ylim=(0, 2.2), xlim=(0, longest), ylabel="amplitude")
    below.set(ylim=(-0.3, 4.6), yticks=range(5), ylabel="level", xlabel="frame t")
    title = above.set_title(f"sent {'M' * len(text)} · the plain rule reads {'M' * len(text)}")
    lower = below.set_title(f"the network reads {'M' * len(text)}")
    view = plotting.Kept(fig, [line, tone, level, title, lower])
    depth = np.array([0, *map(len, morse.CODES.values())])

    def draw(noise, unit):
        noise, unit = validation.number("noise", noise, least=0), validation.number("unit", unit, above=0)
        rng = np.random.default_rng(0)  # the same hand for every place of the sliders
        message = morse.key(text, rng, unit=unit)
        x = morse.hear(message.on, noise, rng)
        places = read_places(params, x)
        frames = np.arange(len(x))
        line.set_data(frames, x)
        tone.set_data(frames, message.on)
        level.set_data(frames, depth[places])
        said, ruled = morse.read(places), morse.Rule().read(x)
        title.set_text(f"sent {message.text} · the plain rule reads {_short(ruled)}")
        lower.set_text(f"the network reads {said or '–'}")
        return view, (
            f"{message.text}, keyed with {unit:g} frames a dot and heard with noise {noise:g}. The network reads "
            f"{said or 'nothing'}, the plain rule {ruled or 'nothing'}. Above, the amplitude over {len(x)} "
            "frames, and the tone without noise; below, the level in the tree at which the network says it is."
        )

    return draw


def _short(text):
    return (text if len(text) <= 40 else text[:39] + "…") or "–"


def read_places(params, x):
    """Return the place that a trained network says in each frame.

    Parameters
    ----------
    params : dict of ndarray
        As for `reader`.
    x : ndarray of shape (T,)
        The amplitude in each frame.

    Returns
    -------
    ndarray of int of shape (T,)

    Examples
    --------
    >>> params = model.init_params(fused, 1, 4, morse.K, np.random.default_rng(0))
    >>> read_places(params, np.zeros(5)).shape
    (5,)
    """
    X = (2 * np.asarray(x) - 1)[:, None, None].astype(params["W_y"].dtype)
    return model.predict(fused, params, X)[0][:, :, 0].argmax(axis=1)
