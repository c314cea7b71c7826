"""The pictures: one look for each quantity, readable colours, the same bytes each time, and words for all."""

import base64
import hashlib
import io
import itertools
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from PIL import Image, ImageFilter

from lstm_lib import lstm, plotting, rnn
from lstm_lib.plotting import INK, LOOKS, QUIET, curve, figure, legend, plot_trace, png, show

T, H, B = 20, 3, 2
NAMES = ["f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]


@pytest.fixture
def trace():
    rng = np.random.default_rng(0)
    return lstm.stack(lstm.forward(lstm.init_params(2, H, rng), rng.normal(size=(T, 2, B)))[1])


# --- looks ---


def test_every_quantity_that_can_be_drawn_has_its_own_look():
    assert set(NAMES) | {"x_t"} == set(LOOKS)
    for field in ("symbol", "word", "colour", "marker"):
        values = [getattr(look, field) for look in LOOKS.values()]
        assert len(set(values)) == len(values), field


def linear(colour):
    """Return red, green and blue as amounts of light: IEC 61966-2-1."""
    return np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)])


def luminance(colour):
    """Return the relative luminance of WCAG 2.2."""
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast_with_white(colour):
    return 1.05 / (luminance(colour) + 0.05)


def test_a_known_contrast_comes_out_right():
    assert contrast_with_white("black") == pytest.approx(21)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", LOOKS)
def test_every_colour_can_be_read_on_white(name):
    assert (
        contrast_with_white(LOOKS[name].colour) >= 4.5
    )  # WCAG 2.2, success criterion 1.4.3, for text of any size


def in_the_dark(colour):
    """Return what becomes of a colour in a dark theme: the filters of CSS, W3C Filter Effects Module Level 1."""
    numbers = r"invert\((.+)\) hue-rotate\(180deg\) saturate\((.+)\)"
    share, more = map(float, re.fullmatch(numbers, plotting.DARK).groups())
    seen = share + (1 - 2 * share) * np.array(to_rgb(colour))
    for factor in (-1, more):  # half a turn of the hue, and then its strength
        grey = seen @ [0.213, 0.715, 0.072]
        seen = np.clip(grey + factor * (seen - grey), 0, 1)
    return seen


def hue(colour):
    """Return the hue in degrees."""
    _, a, b = cielab(linear(colour))
    return np.degrees(np.arctan2(b, a))


@pytest.mark.parametrize("name", LOOKS)
def test_in_the_dark_every_colour_can_be_read_and_keeps_its_hue(name):
    colour, paper = LOOKS[name].colour, in_the_dark("white")
    assert luminance(paper) == pytest.approx(luminance("#111111"), abs=0.001)  # the ground of JupyterLab's theme
    assert (luminance(in_the_dark(colour)) + 0.05) / (luminance(paper) + 0.05) >= 4.5
    if np.ptp(to_rgb(colour)) > 0:  # a grey has none
        assert abs((hue(in_the_dark(colour)) - hue(colour) + 180) % 360 - 180) < 20


# What dichromats see, at full severity: Machado, Oliveira & Fernandes, "A physiologically-based model for
# simulation of color vision deficiency", IEEE Transactions on Visualization and Computer Graphics 15(6), 2009.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def cielab(light):
    """Return L*, a*, b* under daylight: CIE 15, 2004."""
    ratio = XYZ @ light / (XYZ @ np.ones(3))
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(a, b, sight):
    """Return how far apart two colours look; about 2.3 can be noticed (Mahy and others 1994)."""
    seen = [cielab(np.clip(SIGHT[sight] @ linear(colour), 0, 1)) for colour in (a, b)]
    return np.linalg.norm(np.subtract(*seen))


def test_known_colours_look_as_they_should():
    assert cielab(linear("white")) == pytest.approx([100, 0, 0], abs=1e-9)
    assert cielab(linear("red")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    for matrix in SIGHT.values():
        assert matrix @ np.ones(3) == pytest.approx(np.ones(3), abs=1e-5)  # nobody sees a tint in grey
    assert apart("#D55E00", "#B07C00", "deuteranopia") < 3  # two colours that this course once had


@pytest.mark.parametrize("sight", SIGHT)
def test_no_two_colours_look_alike_to_anybody(sight):
    for a, b in itertools.combinations(LOOKS.values(), 2):
        assert apart(a.colour, b.colour, sight) > 12, (a.word, b.word)
        assert apart(in_the_dark(a.colour), in_the_dark(b.colour), sight) > 11, (a.word, b.word)


@pytest.mark.parametrize("name", LOOKS)
def test_symbols_are_the_notation_of_the_lessons(name):
    letter, tex = name[0], LOOKS[name].symbol
    assert tex == (r"$\tilde{C}_t$" if name == "C_tilde" else f"${letter}_t$")


# --- figures ---


def test_a_figure_has_the_courses_style_and_size():
    fig, ax = figure(5, height=2)
    assert isinstance(fig, Figure)
    assert isinstance(ax, Axes)
    assert fig.get_size_inches().tolist() == [5, 2]
    assert figure()[0].get_size_inches().tolist() == [7.2, 3.0]
    assert {name: mpl.rcParams[name] for name in plotting.STYLE} == plotting.STYLE
    assert not ax.spines["top"].get_visible()
    assert fig.get_layout_engine() is not None


def test_more_axes_may_be_had():
    assert figure(nrows=2, ncols=3)[1].shape == (2, 3)


def test_drawing_leaves_no_pyplot_behind():
    # in a process of its own: other tests may have imported pyplot
    code = (
        "import sys, numpy as np; from lstm_lib import lstm, plotting as p\n"
        "rng = np.random.default_rng(0)\n"
        "steps = lstm.forward(lstm.init_params(1, 2, rng), np.ones((9, 1, 1)))[1]\n"
        "p.legend(p.plot_trace(lstm.stack(steps), ['f_t'])); p.png(p.plot_runs({'a': [True]}).figure)\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("side", ["width", "height"])
@pytest.mark.parametrize(
    ("value", "error"), [(0, ValueError), (-1, ValueError), (np.nan, ValueError), ("7", TypeError)]
)
def test_a_wrong_size_is_refused(side, value, error):
    with pytest.raises(error, match=rf"^{side} is {value!r}.*; want a (real number|finite number above 0)$"):
        figure(**{side: value})


def test_the_same_picture_has_the_same_bytes(trace):
    pictures = {png(plot_trace(trace, NAMES).figure) for _ in range(2)}
    pictures |= {png(plotting.plot_memory(trace).figure) for _ in range(2)}
    assert len(pictures) == 2
    assert all(p.startswith(b"\x89PNG\r\n\x1a\n") for p in pictures)
    assert not any(mpl.__version__.encode() in p for p in pictures)  # another version must not change the bytes


def width_of(picture):
    return int.from_bytes(picture[16:20], "big")


def test_the_resolution_may_be_chosen():
    assert width_of(png(figure(4)[0])) == 600
    assert width_of(png(figure(4)[0], dpi=50)) == 200


# --- show ---


@pytest.fixture
def shown(monkeypatch):
    """Collect what `show` hands to the notebook, as the bundles that a notebook would store."""
    bundles = []
    monkeypatch.setattr(
        "IPython.display.display", lambda picture: bundles.append(DisplayFormatter().format(picture))
    )
    return bundles


def test_show_emits_one_bundle_with_picture_and_words(shown):
    fig, _ = figure(5)
    assert show(fig, "Axes,\n   with nothing in them.") is None
    ((bundle, metadata),) = shown
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == "Figure: Axes, with nothing in them."
    assert metadata == {}
    (image,) = re.findall(r"<img [^>]*>", bundle["text/html"])
    assert 'alt="Axes, with nothing in them."' in image
    assert 'width="500"' in image
    (data,) = re.findall(r'src="data:image/png;base64,([^"]*)"', image)
    assert base64.b64decode(data, validate=True) == png(fig)


def parts(shown):
    """Return the alternative text of the one picture that was shown, and what unfolds below it."""
    ((bundle, _),) = shown
    (alt,) = re.findall(r'<img [^>]*?alt="([^"]*)"', bundle["text/html"])
    folded = re.findall(r"<details><summary>In words</summary>(.*)</details>", bundle["text/html"])
    return alt, folded


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Two panels. Above, the input; below, 0.5. The end.", "Two panels."),
        ("The memory over 3.5 steps, f.e. of C(t). It stays.", "The memory over 3.5 steps, f.e. of C(t)."),
        ("Is it flat? Nearly.", "Is it flat?"),
    ],
)
def test_the_first_sentence_is_the_title_and_all_words_unfold_below(shown, words, title):
    show(figure()[0], words)
    assert parts(shown) == (title, [words])
    assert shown[0][0]["text/plain"] == f"Figure: {words}"


def test_a_title_may_be_given(shown):
    show(figure()[0], "Two panels. Above,\n the input.", title="Gates\n over time")
    assert parts(shown) == ("Gates over time", ["Two panels. Above, the input."])


def test_one_sentence_is_title_enough(shown):
    show(figure()[0], "Empty axes")
    assert parts(shown) == ("Empty axes", [])


def test_title_and_words_are_escaped(shown):
    words = """The "gate" <b>f</b> & 'more' > 0"""
    escaped = "The &quot;gate&quot; &lt;b&gt;f&lt;/b&gt; &amp; &#x27;more&#x27; &gt; 0"
    show(figure()[0], words, title="<i>")
    assert parts(shown) == ("&lt;i&gt;", [escaped])
    show(figure()[0], words)
    assert parts(shown[1:]) == (escaped, [])
    assert shown[0][0]["text/plain"] == f"Figure: {words}"


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_a_picture_without_words_is_refused(shown, text):
    for name, arguments in {"words": [text], "title": ["Axes.", text]}.items():
        with pytest.raises(ValueError, match=rf"^{name} is empty; want a sentence that says what there is to see"):
            show(figure()[0], *arguments)
    assert shown == []


@pytest.mark.parametrize("text", [3, ["words"], b"words"])
def test_words_that_are_no_text_are_refused(shown, text):
    for name, arguments in {"words": [text], "title": ["Axes.", text]}.items():
        with pytest.raises(TypeError, match=rf"^{name} is .* \((int|list|bytes)\); want text"):
            show(figure()[0], *arguments)
    assert shown == []


# --- a reader's own settings ---


def everything_that_a_lesson_draws():
    """Return pictures of a figure as lessons make them, and of one that is kept and drawn again."""
    fig, (left, right) = figure(height=3, ncols=2)
    curve(left, range(1, 6), [0.5, 0.1, 0.9, 0.4, 0.2], "f_t")
    left.set(title="A title", xlabel="step t", ylabel=r"$C_{t-1}$", xlim=(0, 7))
    left.annotate("here", (2, 0.2), (3, 0.8), arrowprops={"arrowstyle": "-|>"})
    left.plot([1, 2], [0, 1])
    right.semilogy([1, 2, 3], [1e-3, 1, 30])
    right.scatter([1, 2], [1, 2])
    legend(left)
    kept, (ax) = figure(4, 2)
    ax.imshow(np.eye(3))
    title = ax.set_title("It moves")
    view = plotting.Kept(kept, [ax.barh([0, 1], [1, 2])[0], title])
    title.set_text("It has moved")
    return png(fig), png(view)


TEX = {"text.usetex": True, "font.family": "serif", "font.size": 20, "axes.formatter.use_locale": True}


@pytest.fixture(scope="module")
def usual():
    with mpl.rc_context():
        style.use("default")
        return everything_that_a_lesson_draws()


@pytest.mark.slow
@pytest.mark.parametrize("own", [TEX, "classic", "dark_background", "seaborn-v0_8-poster", "bmh"], ids=str)
def test_a_readers_own_settings_change_no_picture(own, usual):
    with mpl.rc_context():
        style.use(own)
        assert everything_that_a_lesson_draws() == usual


def test_nor_do_settings_that_change_between_drawing_and_showing():
    with mpl.rc_context():
        ax = curve(figure()[1], [1, 2], [0.5, 0.9], "o_t").axes
        ax.set_title("$h_t$")
        before = png(ax.figure)
        style.use(["dark_background", "classic", {"savefig.bbox": "tight", "mathtext.fontset": "stix"}])
        assert png(ax.figure) == before
        assert mpl.rcParams["mathtext.fontset"] == "stix"  # and showing leaves them as they are


@pytest.mark.slow
def test_a_matplotlibrc_of_ones_own_changes_no_picture(tmp_path, monkeypatch, usual):
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nfont.size: 20\nlines.linewidth: 9\n")
    code = "import hashlib, test_plotting as t; print([hashlib.sha256(p).hexdigest() for p in {}()])"
    code = code.format("t." + everything_that_a_lesson_draws.__name__)
    wanted = str([hashlib.sha256(picture).hexdigest() for picture in usual])
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path))
    run = {"capture_output": True, "text": True, "check": True, "cwd": Path(__file__).parent}
    assert subprocess.run([sys.executable, "-c", code], **run).stdout.strip() == wanted


def test_ink_is_dark_and_quiet_is_pale():
    assert luminance(INK) < 0.05
    assert 0.4 < luminance(QUIET) < 0.7


# --- curves ---


@pytest.mark.parametrize("name", LOOKS)
def test_a_curve_has_the_look_of_its_quantity_and_options_win(name):
    ax = figure()[1]
    line = curve(ax, [1, 2, 3], [0.1, 0.2, 0.3], name)
    look = LOOKS[name]
    assert line in ax.lines
    assert (line.get_color(), line.get_marker()) == (look.colour, look.marker)
    assert line.get_label() == f"{look.symbol}  {look.word}"
    assert line.get_xydata().tolist() == [[1, 0.1], [2, 0.2], [3, 0.3]]
    other = curve(ax, [1], [1], name, label="mine", color="#123456")
    assert (other.get_label(), other.get_color(), other.get_marker()) == ("mine", "#123456", look.marker)


def test_a_long_curve_does_not_drown_in_markers():
    ax = figure()[1]
    for length, every in [(1, 1), (10, 1), (31, 1), (32, 2), (160, 10), (1000, 62)]:
        assert curve(ax, range(length), np.zeros(length), "f_t").get_markevery() == every


def test_a_quantity_without_a_look_is_refused():
    with pytest.raises(ValueError, match=r"^name is 'q'; want one of x_t, f_t, i_t, C_tilde, C_t, o_t, h_t"):
        curve(figure()[1], [1], [1], "q")


def test_plot_trace_draws_one_unit_of_one_sequence_over_steps_from_1(trace):
    ax = plot_trace(trace, NAMES, unit=2, sequence=1)
    assert isinstance(ax, Axes)
    for name, line in zip(NAMES, ax.lines, strict=True):
        assert line.get_color() == LOOKS[name].colour
        assert line.get_xdata().tolist() == list(range(1, T + 1))
        assert (line.get_ydata() == getattr(trace, name)[:, 2, 1]).all()
    assert ax.get_xlim() == (0.5, T + 0.5)
    assert ax.get_xlabel() == "step t"
    first = plot_trace(trace, ["h_t"]).lines[0]
    assert (first.get_ydata() == trace.h_t[:, 0, 0]).all()


def test_drawing_into_axes_adds_to_them(trace):
    ax = figure()[1]
    assert plot_trace(trace, ["f_t"], ax=ax) is ax
    assert plot_trace(trace, ["i_t"], ax=ax) is ax
    assert len(ax.lines) == 2


def test_an_rnn_has_a_trace_too():
    rng = np.random.default_rng(0)
    trace = rnn.stack(rnn.forward(rnn.init_params(1, 2, rng), np.ones((5, 1, 1)))[1])
    assert len(plot_trace(trace, ["h_t"]).lines) == 1
    with pytest.raises(ValueError, match=r"^names has 'f_t'; want some of h_t$"):
        plot_trace(trace, ["h_t", "f_t"])


@pytest.mark.parametrize("names", [["q"], ["f_t", "z_t"], ["C_prev"], "f_t", ["x_t"], [3]])
def test_names_that_the_trace_does_not_have_are_refused_and_nothing_is_drawn(trace, names):
    ax = figure()[1]
    wanted = r"^names has ('\w+'|3); want some of f_t, i_t, C_tilde, C_t, o_t, h_t$"
    with pytest.raises(ValueError, match=wanted):
        plot_trace(trace, names, ax=ax)
    assert len(ax.lines) == 0


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        ({"unit": H}, ValueError, r"^unit, sequence are 3, 0; want them below H = 3 and B = 2"),
        ({"sequence": B}, ValueError, r"^unit, sequence are 0, 2; want them below H = 3 and B = 2"),
        ({"unit": -1}, ValueError, "^unit is -1; want a whole number of at least 0"),
        ({"sequence": -1}, ValueError, "^sequence is -1; want a whole number of at least 0"),
        ({"unit": 0.5}, TypeError, r"^unit is 0.5 \(float\); want a whole number of at least 0"),
        ({"unit": "a"}, TypeError, r"^unit is 'a' \(str\); want a whole number of at least 0"),
        ({"sequence": None}, TypeError, r"^sequence is None .*; want a whole number of at least 0"),
    ],
)
@pytest.mark.parametrize(
    "draw", [plotting.plot_memory, lambda trace, **where: plot_trace(trace, ["h_t"], **where)]
)
def test_units_and_sequences_that_are_not_there_are_refused(trace, draw, where, error, message):
    with pytest.raises(error, match=message):
        draw(trace, **where)


def test_a_trace_that_is_not_stacked_is_refused(trace):
    steps = lstm.forward(lstm.init_params(1, 2, np.random.default_rng(0)), np.ones((5, 1, 1)))[1]
    for wrong, kind in [(steps, "list"), (steps[0], "Step"), (None, "NoneType"), (trace.h_t, "ndarray")]:
        with pytest.raises(TypeError, match=rf"^trace is a {kind}; want one stacked Step: lstm.stack\(steps\)"):
            plot_trace(wrong, ["h_t"])
        with pytest.raises(TypeError, match=rf"^trace is a {kind}; want one stacked Step: lstm.stack\(steps\)"):
            plotting.plot_memory(wrong)


def bars(ax):
    """Where the two bars of each step begin and end: for kept and for written, an array of shape (T, 2)."""
    return [np.array([(bar.get_y(), bar.get_y() + bar.get_height()) for bar in group]) for group in ax.containers]


def test_a_memory_is_what_was_kept_and_on_top_of_it_what_was_written(trace):
    ax = plotting.plot_memory(trace, unit=2, sequence=1)
    kept, written = bars(ax)
    f_t, C_prev, C_t = (getattr(trace, name)[:, 2, 1] for name in ("f_t", "C_prev", "C_t"))
    assert (kept[:, 0] == 0).all()
    assert np.allclose(kept[:, 1], f_t * C_prev)
    assert np.allclose(written[:, 0], f_t * C_prev)
    assert np.allclose(written[:, 1], C_t)
    assert (C_t < f_t * C_prev).any()  # a step that writes something negative is among them
    (line,) = ax.lines
    assert line.get_xdata().tolist() == list(range(1, T + 1))
    assert (line.get_ydata() == C_t).all()


def test_both_bars_stand_at_their_step_in_the_colours_of_their_gates_and_neither_hides_the_other(trace):
    kept, written = plotting.plot_memory(trace).containers
    for t, (wide, narrow) in enumerate(zip(kept, written, strict=True), 1):
        assert wide.get_x() + wide.get_width() / 2 == pytest.approx(t)
        assert narrow.get_x() + narrow.get_width() / 2 == pytest.approx(t)
        assert 1 > wide.get_width() > narrow.get_width()
    for bar, name in [(kept[0], "f_t"), (written[0], "i_t")]:
        assert to_hex(bar.get_facecolor()) == LOOKS[name].colour.lower()
    assert kept[0].get_zorder() <= written[0].get_zorder()


def test_there_is_room_above_and_below_a_memory_that_stays(trace):
    one, zero = np.ones_like(trace.C_t), np.zeros_like(trace.C_t)
    ax = plotting.plot_memory(trace._replace(f_t=one, C_prev=one, i_t=zero, C_t=one))
    low, high = ax.get_ylim()
    ends = np.concatenate(bars(ax))
    assert low < ends.min()
    assert high > ends.max()


def test_a_memory_is_drawn_into_the_axes_given(trace):
    ax = figure()[1]
    assert plotting.plot_memory(trace, ax=ax) is ax
    assert len(ax.containers) == 2


def test_a_plain_rnn_has_no_memory_to_draw():
    rng = np.random.default_rng(0)
    trace = rnn.stack(rnn.forward(rnn.init_params(1, 2, rng), np.ones((5, 1, 1)))[1])
    with pytest.raises(TypeError, match=r"^trace has z_t, h_t; want that of an LSTM$"):
        plotting.plot_memory(trace)


def test_the_legend_stands_outside_and_names_the_curves(trace):
    ax = plot_trace(trace, ["f_t", "C_t"])
    box = legend(ax)
    assert [text.get_text() for text in box.get_texts()] == ["$f_t$  forget gate", "$C_t$  cell state"]
    ax.figure.draw_without_rendering()
    assert box.get_window_extent().x0 >= ax.get_window_extent().x1
    assert legend(ax, title="T").get_title().get_text() == "T"


# --- training runs ---


def test_a_filled_circle_is_a_run_that_solved_its_task():
    groups = {"one": [True, False, True], "two": [False], "three": [True, True]}
    ax = plotting.plot_runs(groups)
    assert [label.get_text() for label in ax.get_yticklabels()] == list(groups)
    for row, (runs, circles) in enumerate(zip(groups.values(), ax.collections, strict=True)):
        assert circles.get_offsets().tolist() == [[n, row] for n in range(len(runs))]
        assert [to_hex(face) == INK.lower() for face in circles.get_facecolors()] == runs
        assert {to_hex(edge) for edge in circles.get_edgecolors()} == {INK.lower()}
    assert [text.get_text() for text in ax.texts] == ["2 of 3", "0 of 1", "2 of 2"]
    low, high = ax.get_ylim()
    assert low > 2
    assert high < 0  # the first row is on top
    assert plotting.plot_runs({"one": [True]}, ax) is ax


@pytest.mark.parametrize("groups", [{}, {"one": []}])
def test_there_is_something_to_draw_in_every_row(groups):
    with pytest.raises(ValueError, match=r"^groups is .*; want at least one group, each with at least one run"):
        plotting.plot_runs(groups)


# --- a figure that is kept ---


@pytest.fixture
def kept():
    fig, ax = figure(4, 2)
    (line,) = ax.plot([0, 1], [0, 1])
    return plotting.Kept(fig, [line, ax.set_title("a line")]), line


def test_what_moves_is_drawn_and_the_rest_stays(kept):
    view, line = kept
    first = png(view)
    line.set_ydata([1, 0])
    second = png(view)
    line.set_ydata([0, 1])
    assert png(view) == first != second
    assert width_of(first) == 480


def test_a_kept_figure_looks_as_it_would_otherwise():
    def line():
        fig, ax = figure(4, 2)
        return fig, ax.plot([0, 1], [0, 1])

    (fresh, _), (fig, lines) = line(), line()
    pictures = [png(fresh, dpi=120), png(plotting.Kept(fig, lines))]
    pixels = [np.asarray(Image.open(io.BytesIO(p)).convert("L").filter(ImageFilter.BoxBlur(2))) for p in pictures]
    assert pixels[0].shape == pixels[1].shape
    assert (
        np.abs(np.subtract(*pixels, dtype=float)).max() < 16
    )  # of 255: a line's ends may meet the axes otherwise


def test_a_kept_figure_can_be_shown(kept, shown):
    show(kept[0], "A line.")
    assert 'alt="A line." width="400"' in shown[0][0]["text/html"]


@pytest.mark.parametrize("moving", [[3], ["line"], [None]])
def test_what_cannot_move_is_refused(moving):
    with pytest.raises(TypeError, match=r"^moving has something that is no matplotlib artist"):
        plotting.Kept(figure()[0], moving)
