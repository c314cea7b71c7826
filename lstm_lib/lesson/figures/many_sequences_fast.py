"""The picture of Many sequences, fast: what a layer costs, over its sizes.

    growth(costs)    milliseconds over steps, sequences and units

It shows its picture in the notebook, and describes it for those who cannot see it.
"""

from lstm_lib.plotting import INK, figure, show

SIZES = {"T": "steps", "B": "sequences", "H": "units"}


def growth(costs):
    """Show how the cost of two layers grows with the number of steps, of sequences and of units.

    Parameters
    ----------
    costs : dict
        "T", "B", "H" → for each number of them, as text, {"lstm": milliseconds, "fused": milliseconds}.

    Examples
    --------
    >>> some = {"1": {"lstm": 2.0, "fused": 1.0}, "2": {"lstm": 4.0, "fused": 2.0}}
    >>> growth({"T": some, "B": some, "H": some})  # doctest: +ELLIPSIS
    Figure: ...
    """
    fig, axes = figure(height=3.0, ncols=3, sharey=True)
    for ax, (letter, row) in zip(axes, costs.items(), strict=True):
        n = [int(number) for number in row]
        for layer, colour, marker in [("lstm", "#767676", "o"), ("fused", INK, "s")]:
            ax.plot(n, [cost[layer] for cost in row.values()], color=colour, marker=marker, label=layer)
        ax.set(xscale="log", yscale="log", xlabel=f"{letter}, {SIZES[letter]}")
        every = 1 if len(n) < 6 else 2  # else the numbers would touch
        ax.set_xticks(n, labels=[name if k % every == 0 else "" for k, name in enumerate(row)])
        ax.minorticks_off()
    axes[0].set_ylabel("milliseconds")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    show(
        fig,
        "Milliseconds for forward and backward of lstm and of fused, on logarithmic scales, in three panels. Over "
        "T both are nearly straight and run side by side, fused at about half the time of lstm. Over B the line "
        "of lstm begins nearly flat; that of fused starts far below, rises from the start and almost meets it at "
        "256 sequences. Over H both rise slowly at first, then more steeply than over T; fused starts far below "
        "and lies just under lstm from 128 units on.",
        title="What a layer costs, over steps, sequences and units.",
    )
