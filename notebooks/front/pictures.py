"""The pictures of the README and the site's front page: ``python notebooks/front/pictures.py`` writes them here.

Each is a card: an SVG that is dark where its page is, needs nothing but itself, and says in its title what to
see. Every number in it is computed by the library. What moves stands still for whoever asks for reduced motion.
"""

from html import escape
from pathlib import Path

import numpy as np

from lstm_lib import data, functional, fused, gradcheck, lstm, model, morse, rosetta, text, training
from lstm_lib.lesson import diagrams, museum
from lstm_lib.lesson.figures.sound import read_places
from lstm_lib.lesson.figures.text import MEMORY
from lstm_lib.plotting import INK, LOOKS, PURPLE

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results"
LIGHT = {name: look.colour for name, look in LOOKS.items()}
LIGHT |= {"card": "#FFFFFF", "edge": "#D0D7DE", "ink": INK, "soft": "#595959", "own": PURPLE, "z_t": LIGHT["x_t"]}
DARK = {
    "card": "#15191F",
    "edge": "#3D444D",
    "ink": "#F0F0F0",
    "soft": "#B0B6BD",
    "own": "#BB9AF0",
    "z_t": "#9AA0A6",
}
DARK |= {"x_t": "#9AA0A6", "f_t": "#5DB5F0", "i_t": "#43C296", "C_tilde": "#E48FC9", "C_t": "#F0F0F0"}
DARK |= {"o_t": "#F4914B", "h_t": "#D6B656"}

LATCH = {  # lesson 00: where the flag is up the value is written, else the memory is kept
    **{"W_f": [[0, 0, -20]], "W_i": [[0, 0, 20]], "W_C": [[0, 2, 0]], "W_o": [[0, 0, 0]]},
    **{"b_f": [[10]], "b_i": [[-10]], "b_C": [[0]], "b_o": [[10]]},
}
SMALL = 400, 250  # the size of a card in the strip


def card(size, title, *parts, style=""):
    """Return a card as SVG: a ground of its own, in the colours of the course."""
    width, height = size
    light, dark = (" ".join(f".{n} {{color: {c}}}" for n, c in colours.items()) for colours in (LIGHT, DARK))
    rules = [
        "text {font: 19px system-ui, 'Segoe UI', Roboto, sans-serif; fill: currentColor}",
        ".line {fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round}",
        ".full {fill: currentColor} .head {font-weight: 600} .code {font-family: ui-monospace, monospace}",
        ".small {font-size: 15px} .tiny {font-size: 13px}",
        light,
        f"@media (prefers-color-scheme: dark) {{{dark}}}",
        style,
    ]
    ground = f'<rect class="card full" width="{width}" height="{height}" rx="8"/>'
    edge = f'<rect class="edge line" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img">',
            f"<title>{escape(title)}</title>",
            *("<style>", *filter(None, rules), "</style>", ground, *parts, edge, "</svg>", ""),
        ]
    )


def written(x, y, words, name="ink", more="", anchor="start"):
    """Return words in the colour of a quantity; `_t` after a letter is written below the line."""
    words = escape(words).replace("_t", '<tspan dy="5" font-size="70%">t</tspan><tspan dy="-5">&#8203;</tspan>')
    return f'<text x="{x:g}" y="{y:g}" class="{name} {more}" text-anchor="{anchor}">{words}</text>'


def path(xs, ys, name, more=""):
    """Return a line through points."""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return f'<polyline class="{name} line" points="{points}" {more}/>'


def signed(number, digits=2):
    """Return a number with its sign, which is a minus and not a hyphen."""
    return f"{number:+.{digits}f}".replace("-", "−")


# --- what moves ---


def remembering():
    """Return the latch that remembers through noise, and the same unit with a forget gate that lets go."""
    X = np.zeros((100, 2, 2))
    X[1:, 0] = np.random.default_rng(0).uniform(-1, 1, (99, 1))
    X[0] = [[+1, -1], [1, 1]]
    params = {name: np.array(numbers, float) for name, numbers in LATCH.items()}
    kept, forgot = (lstm.stack(lstm.forward(params | {"b_f": np.array([[b_f]])}, X)[1]) for b_f in (10.0, 1.0))
    left, right, top, middle = 30, 590, 92, 226
    x = np.linspace(left, right, len(X))
    f, f_that_forgets = kept.f_t[1, 0, 0], forgot.f_t[1, 0, 0]
    lines = [path(x, top - 30 * X[:, 0, 0], "x_t", 'style="stroke-width: 1.3"')]
    for C, name, dashes, words in (
        (kept.C_t[:, 0, 0], "C_t", "none", f", forget gate {f:.5f}"),
        (kept.C_t[:, 0, 1], "C_t", "9 5", ", the same"),
        (forgot.C_t[:, 0, 0], "f_t", "none", f", forget gate {f_that_forgets:.2f}"),
    ):
        lines.append(path(x, middle - 52 * C, name, f'style="stroke-width: 3; stroke-dasharray: {dashes}"'))
        left_over = signed(C[-1]) if name == "C_t" else f"{abs(C[-1]):.2f}"
        lines.append(written(right + 14, middle - 52 * C[-1] + 6, left_over + words, name, "small"))
    lines.append(f'<circle class="C_t full" cx="{left}" cy="{top - 30}" r="5"/>')
    words = [
        written(left, 34, "What comes in: one symbol, +1 or −1, then noise", "ink", "head"),
        written(left, 156, "What one unit of an LSTM remembers of it", "ink", "head"),
        written(right + 14, top + 6, "99 steps of noise", "x_t", "small"),
        written(left, 306, "step 1", "soft", "small"),
        written(right, 306, "step 100", "soft", "small", "end"),
    ]
    cover = f'<rect class="cover card full" x="{left + 6}" y="48" width="{right - left + 224}" height="84"/>'
    cover += f'<rect class="cover card full" x="{left + 6}" y="164" width="{right - left + 224}" height="122"/>'
    title = (
        f"A symbol is written into one LSTM unit; 99 steps of noise later its memory is still "
        f"{signed(kept.C_t[-1, 0, 0])} or {signed(kept.C_t[-1, 0, 1])}. With a forget gate of "
        f"{f_that_forgets:.2f} nothing is left after some ten steps."
    )
    style = """.cover {transform-box: fill-box; transform-origin: 100% 50%; transform: scaleX(0)}
@media (prefers-reduced-motion: no-preference) {.cover {animation: draw 6s linear 0.5s 3 backwards}}
@keyframes draw {0% {transform: scaleX(1)} 75%, 100% {transform: scaleX(0)}}"""
    return card((830, 324), title, *lines, cover, *words, style=style)


# --- the strip ---


def six_formulas():
    """Return the six formulas with the numbers of the course's example."""
    s = lstm.step(*data.walkthrough())
    a = s.z_t.sum() + 1
    rows = [
        ("f_t", f"f_t = σ({a:g})", s.f_t),
        ("i_t", f"i_t = σ({a:g})", s.i_t),
        ("C_tilde", f"C̃_t = tanh({a:g})", s.C_tilde),
        (
            "C_t",
            f"C_t = {s.f_t.item():.2f} · {s.C_prev.item():g} + {s.i_t.item():.2f} · {s.C_tilde.item():.2f}",
            s.C_t,
        ),
        ("o_t", f"o_t = σ({a:g})", s.o_t),
        ("h_t", f"h_t = {s.o_t.item():.2f} · tanh({s.C_t.item():.2f})", s.h_t),
    ]
    lines = [written(20, 36, "Six formulas turn into numbers", "ink", "head")]
    for n, (name, formula, value) in enumerate(rows):
        lines.append(written(20, 74 + 31 * n, formula, name))
        lines.append(written(380, 74 + 31 * n, f"{value.item():.4f}", name, "head", "end"))
    return card(SMALL, f"One step in six formulas; its output is {s.h_t.item():.4f}.", *lines)


def caught():
    """Return what the gradient check says of an exhibit of the museum that learns as well as the healthy cell."""
    exhibit = museum.EXHIBITS["wrong_step_h"]
    cell = exhibit.cell()
    values, weights, _ = museum.problem()

    def loss_and_grads(n):
        hs, steps = cell.forward(n, n["X"], (n["h_0"], n["C_0"]))
        grads, dX, (dh_0, dC_0) = cell.backward(n, weights, steps)
        return (weights * hs).sum(), grads | {"X": dX, "h_0": dh_0, "C_0": dC_0}

    errors = gradcheck.check_gradients(loss_and_grads, values)
    healthy, broken = museum.curve(lstm), museum.curve(cell)
    lines = [written(20, 36, "Both learn; one gradient is wrong", "ink", "head")]
    for losses, name, dashes in ((healthy, "f_t", "none"), (broken, "o_t", "7 4")):
        x = np.linspace(20, 210, len(losses))
        lines.append(path(x, 215 - 145 * np.array(losses) / healthy[0], name, f'stroke-dasharray="{dashes}"'))
    lines.append(written(110, 92, "right", "f_t", "small"))
    lines.append(written(110, 114, "wrong (dashed)", "o_t", "small"))
    lines.append(written(20, 238, "training", "soft", "small"))
    for n, name in enumerate(sorted(errors, key=lambda name: errors[name], reverse=True)[:6]):
        wrong = errors[name] > 1e-3
        verdict = "✗ wrong" if wrong else "✓ right"
        lines.append(written(252, 78 + 30 * n, name, "ink", "code"))
        lines.append(written(300, 78 + 30 * n, verdict, "o_t" if wrong else "f_t"))
    wrong = [name for name in lstm.SHAPES if errors[name] > 1e-3]
    return card(SMALL, f"The gradient check catches a program that learns: wrong are {', '.join(wrong)}.", *lines)


def sine(heard=40, alone=90):
    """Return a wave of which a freshly trained LSTM heard the beginning, and how it went on alone."""
    X, Y = data.sine_waves(60, 16, np.random.default_rng(1), omega=0.2)
    params = model.init_params(fused, 1, 16, 1, np.random.default_rng(0))
    adam = training.Adam()
    for adam.lr, n_steps in ((1e-2, 300), (3e-3, 200), (1e-3, 100)):
        batches = [(X, Y)] * n_steps
        training.fit(
            lambda p, X, Y: model.loss_and_grads(fused, p, X, Y, functional.mean_squared_error),
            params, batches, adam, max_norm=1.0, progress=False,
        )  # fmt: skip
    wave, _ = data.sine_waves(heard + alone, 1, np.random.default_rng(3), omega=0.2)
    free = model.generate(fused, params, wave[:heard], alone)
    x = np.linspace(20, 380, heard + alone)
    error = np.sqrt(np.mean((free - wave[heard:]) ** 2))
    lines = [
        written(20, 36, "A wave, continued by heart", "ink", "head"),
        path(x, 140 - 62 * wave[:, 0, 0], "x_t"),
        path(x[heard:], 140 - 62 * free[:, 0, 0], "own", 'style="stroke-width: 4; stroke-dasharray: 8 5"'),
        f'<path class="soft line" stroke-dasharray="2 4" d="M{x[heard]:.1f} 62V218"/>',
        written(20, 238, f"{heard} heard", "x_t", "small"),
        written(x[heard] + 6, 238, f"{alone} steps on its own", "own", "small"),
    ]
    return card(SMALL, f"A trained LSTM goes on with a sine wave for {alone} steps, off by {error:.2f}.", *lines)


def brackets(columns=18, n_lines=5):
    """Return a text of brackets, each character on the colour of the unit that counts the open ones."""
    net = {name: p.astype(float) for name, p in np.load(RESULTS / "11_brackets.npz").items()}
    new = text.brackets(columns * n_lines, 1, np.random.default_rng(12))
    trace = fused.forward(net, text.one_hot(new.codes, len(text.SYMBOLS), float))[1]
    r = text.correlations(trace.C_t, new.depth)
    unit = int(np.abs(r).argmax())
    C = trace.C_t[:, unit, 0]
    shades = MEMORY((C - C.min()) / np.ptp(C))
    lines = [written(20, 36, "A unit learned to count brackets", "ink", "head")]
    for t, (character, shade) in enumerate(zip(text.decode(new.codes[:, 0]), shades, strict=True)):
        row, column = divmod(t, columns)
        red, green, blue = (255 * shade[:3]).round().astype(int)
        x, y = 20 + 20 * column, 56 + 30 * row
        lines.append(f'<rect x="{x}" y="{y}" width="20" height="26" fill="#{red:02X}{green:02X}{blue:02X}"/>')
        lines.append(f'<text x="{x + 10}" y="{y + 19}" class="code" fill="{INK}" style="fill: {INK}" '
                     f'text-anchor="middle">{escape(character)}</text>')  # fmt: skip
    lines.append(written(20, 232, f"its memory and the depth: r = {abs(r[unit]):.2f}", "soft", "small"))
    return card(SMALL, f"Text coloured by the memory of a unit, which follows the depth: r = {abs(r[unit]):.2f}.",
                *lines)  # fmt: skip


def morse_read(sent="LISTEN"):
    """Return a word in Morse code under noise, and what the kept network reads."""
    trained = rosetta.load(RESULTS / "morse_trials.safetensors")
    message = morse.key(sent, np.random.default_rng(3), unit=3)
    x = morse.hear(message.on, 0.25, np.random.default_rng(4))
    read, ruled = morse.read(read_places(trained, x)), morse.Rule().read(x)
    across = np.linspace(20, 380, len(x))
    lines = [
        written(20, 36, "Morse, read through noise", "ink", "head"),
        path(across, 165 - 55 * x, "x_t", 'style="stroke-width: 1.3"'),
        path(np.repeat(across, 2)[1:], np.repeat(182 - 10 * message.on, 2)[:-1], "o_t"),
        written(20, 228, f"sent {sent}", "o_t"),
        written(380, 228, f"read {read}", "own", "head", "end"),
    ]
    return card(SMALL, f"{sent} in Morse code under noise: the LSTM reads {read}, a plain rule {ruled}.", *lines)


def cell():
    """Return the circuit of the cell."""

    def place(x, y):
        return 54 + 30.3 * x, 232 - 32 * y

    parts = diagrams.circuit()
    lines = [written(20, 34, "One cell, three gates", "ink", "head")]
    for name, *corners in parts["wires"]:
        points = [place(*corner) for corner in corners]
        lines.append(path(*zip(*points, strict=True), name))
        if corners[-1] not in parts["joins"]:
            lines.append(tip(points[-2], points[-1], name))
    for name, x, y, squash, filled in parts["boxes"]:
        x, y = place(x, y)
        box = f'x="{x - 18:g}" y="{y - 13:g}" width="36" height="26" rx="4"'
        lines.append(f'<rect class="{name if filled else "card"} full" {box}/><rect class="{name} line" {box}/>')
        lines.append(written(x, y + 4, squash, "card" if filled else name, "head tiny", "middle"))
    for name, x, y, sign in parts["nodes"]:
        x, y = place(x, y)
        ring = f'cx="{x:g}" cy="{y:g}" r="9"'
        lines.append(f'<circle class="card full" {ring}/><circle class="{name} line" {ring}/>')
        lines.append(written(x, y + 5, sign, name, "head small", "middle"))
    anchors = {"right": "end", "left": "start", "center": "middle"}
    for name, x, y, symbol, align in parts["labels"]:
        x, y = place(x, y)
        symbol = symbol.strip("$").replace(r"\tilde{C}", "C̃").replace("_{t-1}", "_t₋₁")
        lines.append(written(x, y + 5, symbol, name, "small", anchors[align]))
    words = (
        "The LSTM cell as a circuit: the memory C runs straight through, is multiplied by the forget gate, and "
    )
    words += "receives input gate times candidate; through tanh and the output gate it is shown as h."
    return card(SMALL, words, *lines)


def tip(before, end, name):
    """Return the head of an arrow."""
    (x, y), along = end, np.sign(np.subtract(end, before))
    corners = [along * 3, along * -7 + along[::-1] * 4, along * -7 - along[::-1] * 4]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon class="{name} full" points="{points}"/>'


PICTURES = {  # the name of the file, and the lesson it comes from
    "remembering": (remembering, "00_start_here"),
    "cell": (cell, "02_gates_and_the_cell_state"),
    "six_formulas": (six_formulas, "04_one_step_by_hand"),
    "caught": (caught, "06_check_the_gradient"),
    "sine": (sine, "09_train_on_a_sine_wave"),
    "brackets": (brackets, "further/11_text"),
    "morse_read": (morse_read, "further/12_sound"),
}

if __name__ == "__main__":
    for name, (draw, _) in PICTURES.items():
        (HERE / f"{name}.svg").write_text(draw(), encoding="utf-8")
        print(f"{(HERE / name).relative_to(Path.cwd())}.svg")
