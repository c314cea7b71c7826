"""The pictures of Why memory fades: three sequences, powers of a number, and a loss with a cliff.

    three_kinds(text)    a time series, a line of text and a sound
    powers(ws)           what is left of a 1 after up to a hundred steps
    cliff(landscape)     the loss over both weights
    cut(landscape)       the loss and its slope along one line

Each function shows its picture in the notebook, and describes it for those who cannot see it.
"""

import numpy as np

from lstm_lib.plotting import INK, curve, figure, show

OCHRES = ["#CC9A2E", "#A06F00", "#5C4000"]  # shades of the colour of h


def three_kinds(text):
    """Show a temperature, a line of text as one-hot columns, and a whistle, each as a sequence.

    Examples
    --------
    >>> three_kinds("abc")  # doctest: +ELLIPSIS
    Figure: ...
    """
    letters, row = np.unique(list(text), return_inverse=True)
    rows = len(letters)
    fig, ((top, upper), (bottom, lower)) = figure(height=3.2, nrows=2, ncols=2)
    for ax in (upper, lower):
        ax.remove()
    middle = fig.add_subplot(top.get_gridspec()[:, 1])
    hours, warmth = temperature()
    curve(top, hours, warmth, "x_t", marker="")
    top.set(title=f"A time series: {len(hours)} hours", ylabel="°C", xlim=(1, len(hours)))
    middle.imshow(np.eye(rows)[:, row], cmap="Greys", vmax=1.3, aspect="auto")
    middle.set_xticks(range(len(text)), text.replace(" ", "␣"))
    middle.set_yticks([])
    middle.tick_params(length=0)
    middle.grid(False)
    middle.set(title=f"A line of text: {rows} numbers a letter", ylabel="row of its letter")
    steps, pressure = whistle()
    curve(bottom, steps, pressure, "x_t", marker="")
    bottom.set(title="A sound: a fortieth of a second", ylabel="pressure", xlabel="step t", xlim=(1, len(steps)))
    show(
        fig,
        "Three sequences: a time series, a line of text and a sound. Top left, a temperature that rises and falls "
        f"three times in {len(hours)} hours. On the right, the text {text} as a grid of {rows} rows, with "
        f"one filled square in each letter's column. Below left, a wave of {len(steps)} steps whose turns come "
        "closer and closer together.",
    )


def temperature():
    """Return three days of temperature, hour by hour.

    Examples
    --------
    >>> hours, warmth = temperature()
    >>> len(hours) == len(warmth)
    True
    """
    hours = np.arange(72)
    daily = 4 * np.sin(2 * np.pi * (hours - 9) / 24)  # warmest in the afternoon
    return hours + 1, 12 + daily + np.random.default_rng(0).normal(0, 0.6, hours.size)


def whistle():
    """Return a whistle that slides upwards, at 8000 steps a second.

    Examples
    --------
    >>> len(whistle()[0])
    200
    """
    seconds = np.arange(200) / 8000
    turns = 150 * seconds + 12000 * seconds**2  # from 150 turns a second upwards
    return np.arange(200) + 1, np.sin(2 * np.pi * turns)


def powers(ws):
    """Show the powers of three numbers, from the zeroth to the hundredth.

    Examples
    --------
    >>> powers([0.9, 1.0, 1.1])  # doctest: +ELLIPSIS
    Figure: Powers ...
    """
    steps = np.arange(101)
    fig, ax = figure(width=5.5, height=3.2)
    ax.set(xlim=(0, 100), xlabel="steps", ylabel="what is left of a 1", title="Powers of one number")
    for w, colour, style in zip(ws, OCHRES, ["--", "-", "-."], strict=True):
        ax.semilogy(steps, float(w) ** steps, color=colour, ls=style)
        ax.text(102, float(w) ** 100, f"w = {w}", color=INK, va="center")
    ends = ", ".join(f"{float(w) ** 100:.0e} for w = {w}" for w in ws)
    show(
        fig,
        "Powers of one number, on an axis where each mark is a factor of ten. Straight lines that start at 1 and "
        f"have come to this after 100 steps: {ends}.",
    )


def cliff(landscape):
    """Show the loss as hills over w and w_in, and the line w = 1.5 on them.

    Parameters
    ----------
    landscape : function
        (w, w_in) → the loss and its slope along w_in.

    Examples
    --------
    >>> cliff(lambda w, w_in: (w * w_in, w))  # doctest: +ELLIPSIS
    Figure: The loss ...
    """
    ws, w_ins = np.meshgrid(np.linspace(0, 2, 161), np.linspace(-1, 1, 160))
    fig, ax = figure(width=5.5, height=3.9, subplot_kw={"projection": "3d", "computed_zorder": False})
    hills = landscape(ws, w_ins)[0]
    ax.plot_surface(ws, w_ins, hills, cmap="cividis", rcount=160, ccount=160, lw=0, antialiased=False)
    line = np.linspace(-1, 1, 4001)
    ax.plot(np.full(4001, 1.5), line, landscape(1.5, line)[0] + 0.03, color="white", lw=2.5, zorder=5)
    ax.view_init(elev=34, azim=118)
    ax.set_box_aspect((1.5, 1.2, 0.7), zoom=1.12)
    ax.set(zlabel="loss", xticks=[0, 1, 2], yticks=[-1, 0, 1], zticks=[0, 1, 2, 3])
    ax.set_xlabel("$w$", fontsize=15)
    ax.set_ylabel("$w_{in}$", fontsize=15)
    ax.set_title("The loss after 50 steps", loc="left")
    for w, w_in, height, name in [(0.5, 0, 0.6, "plain"), (1.72, 0.5, 0, "low"), (1.9, -0.5, 3, "high")]:
        ax.text(w, w_in, height, name, color="black" if name == "high" else "white", ha="center", fontsize=10)
    show(
        fig,
        "The loss after 50 steps as hills over w from 0 to 2 and w_in from -1 to 1. For w below 1 there is a "
        "plain. For w above 1 it breaks into high ground where w_in is negative and low ground where w_in is "
        "positive, with an upright cliff between them at w_in = 0. A line crosses both and the cliff at "
        "w = 1.5.",
    )


def cut(landscape):
    """Show the loss and the size of its slope along the line w = 1.5.

    Examples
    --------
    >>> cut(lambda w, w_in: (w * w_in, w_in))  # doctest: +ELLIPSIS
    Figure: The loss ...
    """
    fig, (above, below) = figure(height=3.4, nrows=2, sharex=True)
    line = np.linspace(-1, 1, 2001)
    loss, slope = landscape(1.5, line)
    above.plot(line, loss, color=OCHRES[2])
    above.set(title="Along the line, w = 1.5", ylabel="loss", xlim=(-1, 1), ylim=(-0.2, 3.3))
    below.axhspan(1e-3, 1e3, color="#EFE6D2", lw=0, zorder=0)
    below.text(-0.97, 1, "a slope one can train with", va="center", fontsize=9)
    below.semilogy(line, np.abs(slope), color=OCHRES[1])
    below.set(ylabel="size of slope", xlabel="$w_{in}$", ylim=(1e-23, 1e12), yticks=[1e-20, 1e-10, 1, 1e10])
    below.minorticks_off()
    show(
        fig,
        "The loss and the size of its slope over w_in from -1 to 1. Above, the loss: flat and high on the left, "
        "flat and low on the right, with a vertical step at 0. Below, the size of the slope, each mark a factor "
        "of ten thousand million: next to nothing over most of the range, with a needle at 0. A band marks slopes "
        "between 0.001 and 1000; only the sides of the needle cross it.",
    )
