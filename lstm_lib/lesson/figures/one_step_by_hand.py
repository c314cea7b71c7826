"""The pictures and tables of One step by hand: the step in the circuit, its digits, the parts of the memory.

circuit(s)                          the cell with the numbers of a step on its wires
lit(s, names, ax)                   the same to be drawn into, as far as the step has come
beside_the_primer(s)                the digits that the primer prints, and ours
three_ways(full, cut, rounded)      a step shortened in three ways, as a table
errors(full, cut, rounded)          how the errors travel through the step
errors_after(go_on, cut, rounded)   how they grow over a thousand steps
cut(number), rounded(number)        a number with three decimals
turned(x_t, w_fx, C_prev)           the step, with some of its knobs turned
parts(history)                      what the memory is made of, step by step
"""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import numpy as np

from lstm_lib import data, lstm
from lstm_lib.lesson.diagrams import DRAWN, draw_cell
from lstm_lib.plotting import LOOKS, figure, legend, show

PRIMER = {"f_t": ".832", "i_t": ".832", "C_tilde": ".921", "C_t": ".932", "o_t": ".832", "h_t": ".608"}
PLACES = {  # in the circuit: x, y, and on which side of that the number stands
    **{"C_prev": (-0.35, 4.55, "center"), "f_t": (1.75, 3.74, "right"), "i_t": (3.85, 3.74, "right")},
    **{"C_tilde": (6.1, 3.72, "left"), "C_t": (10.5, 4.55, "center"), "o_t": (7.2, 3.26, "left")},
    "h_t": (10.5, 0.45, "center"),
}


def circuit(s):
    """Show the circuit of the cell with the numbers of a step of one unit on its wires.

    Examples
    --------
    >>> from lstm_lib import data, lstm
    >>> circuit(lstm.step(*data.walkthrough()))  # doctest: +ELLIPSIS
    Figure: The cell with ...
    """
    numbers = {name: getattr(s, name).item() for name in PLACES}
    ax = lit(s)
    said = {"f_t": "the forget gate", "i_t": "the input gate", "C_tilde": "the candidate"}
    said |= {"o_t": "the output gate", "C_t": "the new memory", "h_t": "the output"}
    found = ", ".join(f"{words} {numbers[name]:.4g}" for name, words in said.items())  # fmt: skip
    show(ax.figure, f"The cell with the numbers of this step. The old memory is {numbers['C_prev']:.4g}; {found}.")


def lit(s, names=DRAWN, ax=None):
    """Draw the circuit of the cell with some quantities of a step of one unit in colour, and their numbers.

    Parameters
    ----------
    s : Step
        Of one unit and one sequence.
    names : sequence of str, optional
        What has been computed, as in `diagrams.draw_cell`; all of it, if nothing is said.
    ax : Axes, optional
        Where to draw; None makes a new figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from lstm_lib import data, lstm
    >>> [text.get_text() for text in lit(lstm.step(*data.walkthrough()), ["f_t"]).texts][-2:]
    ['0.2', '0.832']
    """
    ax = draw_cell(names, ax)
    for name, (x, y, side) in PLACES.items():
        if name in (*names, "C_prev"):  # the old memory is given
            colour, number = LOOKS["C_t" if name == "C_prev" else name].colour, getattr(s, name).item()
            ax.text(x, y, f"{number:.4g}", color=colour, ha=side, va="center", fontsize=12, weight="bold")
    return ax


def beside_the_primer(s):
    """Print the digits of the primer beside those of a step.

    Examples
    --------
    >>> from lstm_lib import data, lstm
    >>> beside_the_primer(lstm.step(*data.walkthrough()))  # doctest: +ELLIPSIS
    f_t      primer .832   exact 0.832018385
    i_t      primer .832   exact 0.832018385
    C_tilde  primer .921   exact 0.921668554   the last digit differs
    ...
    """
    for name, printed in PRIMER.items():
        exact = getattr(s, name).item()
        mark = "" if f"{exact:.3f}" == f"0{printed}" else "   the last digit differs"
        print(f"{name:8} primer {printed}   exact {exact:.9f}{mark}")


def cut(number):
    """Return a number with what follows its third decimal cut off.

    Examples
    --------
    >>> cut(0.9216), cut(-0.9216)
    (0.921, -0.921)
    """
    return float(Decimal(float(number)).quantize(Decimal("0.001"), ROUND_DOWN))


def rounded(number):
    """Return a number rounded to three decimals, halves away from zero.

    Examples
    --------
    >>> rounded(0.9216), rounded(0.0625)
    (0.922, 0.063)
    """
    return float(Decimal(float(number)).quantize(Decimal("0.001"), ROUND_HALF_UP))


def turned(x_t=0.5, w_fx=1.0, C_prev=0.2):
    """Return the step of the lesson with another input, weight of x in the forget gate, or memory.

    Examples
    --------
    >>> turned().h_t.round(3)
    array([[0.609]])
    """
    params, _, h_prev, _ = data.walkthrough()
    return lstm.step(params | {"W_f": np.array([[1, w_fx]])}, np.array([[x_t]]), h_prev, np.array([[C_prev]]))


def three_ways(full, cut, rounded):
    """Print a step shortened in three ways; return the largest error of each way.

    Examples
    --------
    >>> three_ways({"C_t": 0.93325}, {"C_t": 0.932}, {"C_t": 0.934})
                full precision   cut each time   rounded each time   rounded at the end
    C_t            0.933250000           0.932               0.934                0.933
    [0.00125, 0.00075, 0.00025]
    """
    print(f"{'':10}{'full precision':>16}{'cut each time':>16}{'rounded each time':>20}{'rounded at the end':>21}")
    once = {name: round(exact, 3) for name, exact in full.items()}
    for name, exact in full.items():
        print(f"{name:10}{exact:16.9f}{cut[name]:16.3f}{rounded[name]:20.3f}{once[name]:21.3f}")
    return [round(max(abs(way[name] - full[name]) for name in full), 9) for way in (cut, rounded, once)]


def errors(full, cut, rounded):
    """Show the error of each quantity of a step, cut each time and rounded each time.

    Examples
    --------
    >>> errors({"C_t": 0.93325}, {"C_t": 0.932}, {"C_t": 0.934})  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, ax = figure(height=3.0)
    places = np.arange(len(full))
    for way, shift, look in ((cut, -0.2, {"hatch": ""}), (rounded, 0.2, {"hatch": "////", "facecolor": "white"})):
        for place, name in zip(places, full, strict=True):
            colour = LOOKS[name].colour
            height = 1e3 * (way[name] - full[name])
            ax.bar(place + shift, height, 0.36, **({"facecolor": colour, "edgecolor": colour, "lw": 1.2} | look))
    ax.bar(0, 0, color="#767676", label="cut each time")
    ax.bar(0, 0, facecolor="white", edgecolor="#767676", hatch="////", label="rounded each time")
    ax.axhspan(-0.5, 0.5, color="#E0F0EA", lw=0, zorder=0, label="less than half\na unit off")
    ax.set_xticks(places, [LOOKS[name].symbol for name in full])
    ax.set(ylabel="error in units of\nthe third decimal", title="How the error travels through the step")
    legend(ax)
    off = {name: 1e3 * (cut[name] - full[name]) for name in full}
    most = max(full, key=lambda name: abs(off[name]))
    show(
        fig,
        f"Bars: the error of each quantity, in their order. Cut numbers are all too low, {most} most, "
        f"by {abs(off[most]):.1f} units of the third decimal. Rounded ones lie on both sides of zero; only C_t "
        f"leaves the band of half a unit, by {1e3 * (rounded['C_t'] - full['C_t']):+.2f}.",
        "How the error travels through the step, cut and rounded",
    )


def errors_after(go_on, cut, rounded):
    """Print the error of the memory after 1, 10, 100 and 1000 steps; return how much larger it ends than it began.

    Examples
    --------
    >>> errors_after(lambda shorten, n: shorten(n / 3), int, round)
       1 steps: C = 0.3333, error -0.3333 cut, -0.3333 rounded
      10 steps: C = 3.3333, error -0.3333 cut, -0.3333 rounded
     100 steps: C = 33.3333, error -0.3333 cut, -0.3333 rounded
    1000 steps: C = 333.3333, error -0.3333 cut, -0.3333 rounded
    1.0
    """
    off = {}
    for n in (1, 10, 100, 1000):
        true = go_on(float, n)
        off[n] = np.array([go_on(how, n) - true for how in (cut, rounded)])
        print(f"{n:4d} steps: C = {true:.4f}, error {off[n][0]:+.4f} cut, {off[n][1]:+.4f} rounded")
    return round(float(np.mean(np.abs(off[1000] / off[1]))), 6)


def parts(history):
    """Show what the memory is made of: step → (what was there before, written at step 1, written at step 2).

    Examples
    --------
    >>> parts({"step 0": (0.2, 0, 0), "step 1": (0.17, 0.77, 0)})  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, ax = figure(height=2.2)
    left = np.zeros(len(history))
    words = ("the old memory", "written at step 1", "written at step 2")
    for part, label, shade in zip(np.array(list(history.values())).T, words, ("#1A1A1A", "#8A8A8A", "#D0D0D0")):  # noqa: B905
        ax.barh(list(history), part, left=left, color=shade, edgecolor="white", label=label)
        left += part
    ax.invert_yaxis()
    ax.set(xlabel="$C_t$", title="What the memory is made of")
    legend(ax)
    numbers = "; ".join(f"{step}: {', '.join(f'{part:.3f}' for part in row)}" for step, row in history.items())
    show(
        fig,
        "A bar for the memory at each step, longer each time, in three parts: the old memory, what was written at "
        f"step 1, what was written at step 2. {numbers}. Each part shrinks, and a new one joins.",
        "What the memory is made of, step by step",
    )
