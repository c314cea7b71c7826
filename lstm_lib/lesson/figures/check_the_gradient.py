"""The pictures of Check the gradient: programs that learn, right or wrong, and how exact a difference quotient is.

    three_programs(curves)      three losses in training, of which one belongs to a healthy program
    quotients(ways, exact)      the error of each way to differentiate, over the size of its step
    whole_museum(curves, own)   every broken cell in training, and the healthy one

Each function shows its picture in the notebook, and describes it for those who cannot see it.
"""

from lstm_lib.plotting import INK, PURPLE, figure, legend, show

QUIETER = "#9A9A9A"  # of many lines that are one crowd


def three_programs(curves):
    """Show the losses of some programs over the steps of their training.

    Parameters
    ----------
    curves : dict of list of float
        A letter → the loss before each step.

    Examples
    --------
    >>> three_programs({"A": [0.5, 0.1], "B": [0.5, 0.2], "C": [0.5, 0.1]})  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, ax = figure(height=2.8)
    for (letter, losses), style in zip(curves.items(), ["-", "--", ":"], strict=True):
        ax.plot(range(1, len(losses) + 1), losses, style, color=INK, label=letter)
    ax.set(xlabel="training step", ylabel="loss", yscale="log", ylim=(0.01, 1))
    ax.set(title="Three programs, one task")
    legend(ax)
    show(
        fig,
        "Three curves of the loss over the training steps, called A, B and C, on a logarithmic scale. All three "
        "fall from one half to less than two hundredths, and lie almost on top of each other.",
    )


def quotients(ways, exact):
    """Show how far off each way to differentiate is, for steps from one half down to the last digit of 1.

    Parameters
    ----------
    ways : dict of function
        Its name → a function that takes a step and returns a derivative.
    exact : number
        The derivative.

    Examples
    --------
    >>> quotients({"one-sided": lambda e: ((2 + e) ** 2 - 4) / e}, 4)  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, ax = figure(height=3.4)
    looks = {"one-sided": ("#767676", "o"), "central": (INK, "s"), "complex step": (PURPLE, "^")}
    sizes = [2.0**-k for k in range(1, 53)]
    for name, way in ways.items():
        colour, marker = looks[name]
        errors = [max(abs(way(e) - exact) / abs(exact), 1e-17) for e in sizes]  # 0 has no place on this scale
        ax.plot(sizes, errors, color=colour, marker=marker, markersize=3.5, lw=1, label=name)
    title = "A step to the side loses no digits" if "complex step" in ways else "Too large, and too small"
    ax.set(xscale="log", yscale="log", xlabel="step size ε", ylabel="relative error", title=title)
    ax.invert_xaxis()
    legend(ax)
    words = {
        "one-sided": "One-sided: the error falls in proportion to the step, down to about ten to the minus eight, "
        "and then rises again in a ragged line. ",
        "central": "Central: it falls twice as steeply, down to about ten to the minus eleven at steps between "
        "ten to the minus six and ten to the minus seven, and then rises in the same way. ",
        "complex step": "Complex step: it falls like the central one and stays at the bottom. ",
    }
    said = "".join(words[name] for name in ways)
    names = " and ".join(ways).capitalize()
    axes = "relative error over the step size, both logarithmic, smaller steps to the right"
    show(fig, f"{names}: {axes}. {said}".strip())


def whole_museum(curves, healthy):
    """Show the losses of many broken programs over the steps of their training, and those of the healthy one.

    Parameters
    ----------
    curves : dict of list of float
        The name of a broken cell → the loss before each step.
    healthy : list of float
        The same of the healthy cell.

    Examples
    --------
    >>> whole_museum({"dropped_dC": [0.5, 0.3]}, [0.5, 0.1])  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, ax = figure(height=3.2)
    for losses in curves.values():
        ax.plot(range(1, len(losses) + 1), losses, color=QUIETER, lw=0.9)
    ax.plot([], [], color=QUIETER, lw=0.9, label="broken")
    ax.plot(range(1, len(healthy) + 1), healthy, color=INK, lw=2.6, label="healthy")
    ax.set(
        xlabel="training step", ylabel="loss", yscale="log", ylim=(0.01, 1), title="The whole museum in training"
    )
    legend(ax)
    show(
        fig,
        "The loss over the training steps, logarithmic: thin lines for all broken cells, a thick one for the "
        "healthy cell. About half of the thin lines follow the thick one closely, and a few end below "
        "it. Of the others most fall more slowly and end up to ten times as high, one with a hump on the way; a "
        "single line hardly falls.",
    )
