"""What the sliders of the lessons move: each of these computes and draws, and knows nothing of sliders.

    stepper(params, X)          draw(t): one step of a sequence, what was kept, added and shown
    gradient_flow()             draw(b_f): how much of a gradient is left after k steps
    sine_model(params)          draw(omega, noise): a trained model hears a wave and goes on by itself

Each returns a function that draws into one figure, kept for the next call, and returns it with its description:
what `widgets.explore` and, with a star in front, `plotting.show` take.
"""

import numpy as np

from lstm_lib import data, flow, lstm, model, plotting, rnn, validation
from lstm_lib.functional import sigmoid


def stepper(params, X, *, inputs=None):
    """Return a function that draws step t of a sequence: what came in, what the first unit kept, added and showed.

    Parameters
    ----------
    params : dict of ndarray
        As in `lstm.forward`.
    X : array_like of shape (T, D, 1)
        One sequence; the state before it is zero.
    inputs : sequence of str, optional
        A name for each of the D inputs; None calls them x, or x_1, x_2 …

    Returns
    -------
    function
        Takes t = 1 … T; returns a plotting.Kept and a description.

    Raises
    ------
    TypeError, ValueError
        What `lstm.forward` refuses; more than one sequence; as many names as there are no inputs. The function: a
        t that is not a whole number from 1 to T.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> draw = stepper(lstm.init_params(1, 1, rng), rng.normal(size=(9, 1, 1)))
    >>> kept, words = draw(t=3)
    >>> words.split(":")[0]
    'Step 3 of 9'
    """
    trace = lstm.stack(lstm.forward(params, X)[1])
    T, H, B = trace.h_t.shape
    D = trace.z_t.shape[1] - H
    if B != 1:
        raise ValueError(f"X has {B} sequences; want one")
    names = inputs or (["x"] if D == 1 else [f"x_{d + 1}" for d in range(D)])
    if len(names) != D:
        raise ValueError(f"inputs has {len(names)} names; want one for each of D = {D} inputs")
    x = trace.z_t[:, H:, 0]
    f, i, C_tilde, C_prev, C, h = (
        getattr(trace, name)[:, 0, 0] for name in ("f_t", "i_t", "C_tilde", "C_prev", "C_t", "h_t")
    )
    kept, written = f * C_prev, i * C_tilde

    fig, (above, middle, below) = plotting.figure(height=4.6, nrows=3, height_ratios=[0.8, 1, 1.3])
    ends = [np.min([C, h, kept, C_prev, 0 * C]) - 0.1, np.max([C, h, kept, C_prev, 0 * C]) + 0.1]
    lines, cursors = _lines_over_time(above, middle, x, names, C, h, ends)
    bars, numbers = _bars_of_a_step(below, ends)
    title = below.set_title(f"Step {T}: the forget gate keeps 0.000, the input gate writes 0.000")
    view = plotting.Kept(fig, [*cursors, *lines, *bars, *numbers, title])

    def draw(t):
        t = validation.size("t", t)
        if t > T:
            raise ValueError(f"t is {t}; want a step from 1 to {T}")
        n = t - 1
        for line, values in zip(lines, [*x.T, C, h], strict=True):
            line.set_data(np.arange(1, t + 1), values[:t])  # the future is not known yet
        for cursor in cursors:
            cursor.set_xdata([t, t])
        starts, stops = [0, 0, kept[n], 0, 0], [C_prev[n], kept[n], C[n], C[n], h[n]]
        for bar, number, start, stop in zip(bars, numbers, starts, stops, strict=True):
            bar.set(x=start, width=stop - start)
            number.set(text=f" {stop - start:+.3f} ", x=stop, ha="left" if stop >= start else "right")
        title.set_text(f"Step {t}: the forget gate keeps {f[n]:.3f}, the input gate writes {i[n]:.3f}")
        came = ", ".join(f"{name} = {value:+.2f}" for name, value in zip(names, x[n], strict=True))
        return view, (
            f"Step {t} of {T}: {came} comes in. Of the memory {C_prev[n]:+.3f} the share {f[n]:.3f} is kept, "
            f"which is {kept[n]:+.3f}; {written[n]:+.3f} is written. The memory is now {C[n]:+.3f}, and "
            f"{h[n]:+.3f} is shown."
        )

    return draw


def _lines_over_time(above, middle, x, names, C, h, ends):
    """Draw inputs and states in full, and a cursor over each; return what will move."""
    steps, styles = np.arange(1, len(C) + 1), ["-", "--", ":", "-."]
    lines = [
        plotting.curve(above, steps, x[:, d], "x_t", label=name, ls=styles[d % 4], drawstyle="steps-mid")
        for d, name in enumerate(names)
    ]
    lines += [
        plotting.curve(middle, steps, values, name, markevery=1) for values, name in [(C, "C_t"), (h, "h_t")]
    ]
    above.set(ylabel="input", xlim=(0.5, len(C) + 0.5))
    middle.set(ylabel="state", xlabel="step t", xlim=(0.5, len(C) + 0.5), ylim=ends)
    for ax in (above, middle):
        plotting.legend(ax)
    return lines, [ax.axvline(1, color=plotting.QUIET, lw=8, alpha=0.6) for ax in (above, middle)]


def _bars_of_a_step(ax, ends):
    """Draw a bar for each part of the memory, and a number at its end; return both, which will move."""
    rows = {
        "before  $C_{t-1}$": "C_t",
        "kept  $f_t * C_{t-1}$": "C_t",
        r"written  $i_t * \tilde{C}_t$": "C_tilde",
        "now  $C_t$": "C_t",
        "shown  $h_t$": "h_t",
    }
    bars = ax.barh(list(rows), 1, 0.7, color=[plotting.LOOKS[name].colour for name in rows.values()])
    bars[0].set(facecolor="white", edgecolor=plotting.INK, linestyle="--")
    ax.invert_yaxis()
    ax.axvline(0, color=plotting.INK, lw=1)
    room = 0.25 * (ends[1] - ends[0])  # for the numbers
    ax.set_xlim(ends[0] - room, ends[1] + room)
    return bars, [ax.text(0, row, "+0.000", va="center") for row in range(len(rows))]


def gradient_flow(T=60):
    """Return a function that draws how much of a gradient is left after k steps, for a forget bias.

    Parameters
    ----------
    T : int, default 60
        Steps. The 8 units have the same fresh weights, and the same inputs, for every bias.

    Returns
    -------
    function
        Takes b_f, the bias of every forget gate; returns a plotting.Kept and a description. It draws the spectral
        norm of ∂s_T/∂s_{T−k} for the LSTM and, for comparison, for a plain RNN, and the share that the forget
        gates alone leave (`flow.norms`, `flow.direct`).

    Raises
    ------
    TypeError, ValueError
        A size that is none. The function: a bias that is not a finite number.

    Examples
    --------
    >>> draw = gradient_flow(T=20)
    >>> kept, words = draw(b_f=1.0)
    >>> words.split(",")[0]
    'Forget bias 1.0'
    """
    H, rng = 8, np.random.default_rng(0)
    params = lstm.init_params(1, H, rng)
    X = rng.normal(size=(validation.size("T", T), 1, 1))
    plain = flow.norms(rnn, rnn.init_params(1, H, rng), X)

    fig, ax = plotting.figure(height=3.4)
    lags = np.arange(T + 1)
    ax.semilogy(lags, plain, color="#767676", ls=":", label="plain RNN")
    (whole,) = ax.plot(lags, lags + 1.0, color=plotting.INK, label="LSTM")
    look = plotting.LOOKS["f_t"]
    options = {"marker": look.marker, "markevery": T // 10 or 1, "ls": "--"}
    (gates,) = ax.plot(lags, lags + 1.0, color=look.colour, label="its forget gates\nalone, mean", **options)
    half = ax.axvline(1, color=plotting.QUIET, lw=2, zorder=0)
    ax.set(ylim=(1e-8, 30), xlim=(0, T), xlabel="steps back, k", ylabel="what is left of a gradient")
    title = ax.set_title(f"$b_f$ = +0.0: more than a hundredth is left even after {T} steps")
    plotting.legend(ax)
    view = plotting.Kept(fig, [half, gates, whole, title])

    def draw(b_f):
        b_f = validation.number("b_f", b_f)
        biased = params | {"b_f": np.full((H, 1), b_f)}
        left = flow.norms(lstm, biased, X)
        direct = flow.direct(lstm.forward(biased, X)[1])[:, :, 0].mean(axis=1)
        whole.set_ydata(np.maximum(left, 1e-30))
        gates.set_ydata(np.maximum(direct, 1e-30))
        gone = np.flatnonzero(left < 0.01)
        last = int(gone[0]) if len(gone) else T
        half.set_xdata([last, last])
        left_words = f"less than a hundredth is left after {last} steps"
        if not len(gone):
            left_words = f"more than a hundredth is left even after {T} steps"
        title.set_text(f"$b_f$ = {b_f:+.1f}: {left_words}")
        return view, (
            f"Forget bias {b_f:.1f}, so that the gates are about {sigmoid(b_f):.3f}. Three curves over the "
            f"number of steps back, on a logarithmic axis. Of a gradient in the LSTM {left_words}, and "
            f"{left[-1]:.1e} after {T}; of the forget gates alone {direct[-1]:.1e}, in the RNN {plain[-1]:.1e}."
        )

    return draw


LISTEN, RUN = 40, 60  # how many steps a model hears, and how many it then makes of its own


def sine_model(params):
    """Return a function that lets a trained model hear a wave and then go on by itself.

    Parameters
    ----------
    params : dict of ndarray
        Of a trained `model` with `lstm`, one input and one output.

    Returns
    -------
    function
        Takes omega, the frequency in radians a step, and noise, the standard deviation of what is added to the
        wave; returns a plotting.Kept and a description.

    Raises
    ------
    TypeError, ValueError
        Parameters that are none of such a model. The function: what `data.sine_waves` refuses.

    Examples
    --------
    >>> params = model.init_params(lstm, 1, 4, 1, np.random.default_rng(0))
    >>> kept, words = sine_model(params)(omega=0.2, noise=0.1)
    >>> words.split(";")[0]
    'A wave of frequency 0.20, with noise 0.10'
    """
    model.generate(lstm, params, np.zeros((1, 1, 1)), 1)  # refuses what cannot be run
    n = np.arange(1, LISTEN + RUN + 1)

    fig, ax = plotting.figure(height=3.2)
    ax.axvline(LISTEN + 0.5, color=plotting.INK, ls=":")
    (wave,) = ax.plot(n, 0 * n, color=plotting.QUIET, lw=4, label="the wave")
    (heard,) = ax.plot(n[:LISTEN], 0 * n[:LISTEN], ".", color=plotting.LOOKS["x_t"].colour, label="what it hears")
    (made,) = ax.plot(n, 0 * n, color=plotting.PURPLE, label="what it predicts")
    ax.set(xlim=(0, n[-1] + 1), ylim=(-1.9, 1.9), xlabel="step t")
    title = ax.set_title("Off by 0.000 while it hears, and by 0.000 alone (RMSE)")
    plotting.legend(ax)
    view = plotting.Kept(fig, [wave, heard, made, title])

    def draw(omega, noise):
        rng = np.random.default_rng(0)  # the same phase and noise for every place of the sliders
        X, Y = data.sine_waves(LISTEN + RUN, 1, rng, omega=omega, noise=noise)
        told, _ = model.predict(lstm, params, X[:LISTEN])
        alone = model.generate(lstm, params, X[:LISTEN], RUN + 1)[1:]
        said = np.concatenate([told, alone])
        wave.set_data(n, Y[:, 0, 0])
        heard.set_data(n[: LISTEN - 1], X[1:LISTEN, 0, 0])
        made.set_data(n, said[:, 0, 0])
        first = min(20, LISTEN - 1)  # it needs a while to hear which way the wave goes
        errors = [float(np.sqrt(np.mean(e**2))) for e in (told[first:] - Y[first:LISTEN], alone - Y[LISTEN:])]
        title.set_text(f"Off by {errors[0]:.3f} while it hears, and by {errors[1]:.3f} alone (RMSE)")
        return view, (
            f"A wave of frequency {omega:.2f}, with noise {noise:.2f}; the model hears {LISTEN} steps of it and "
            f"goes on for {RUN} steps by itself. Root mean squared error from step {first + 1} on while it hears: "
            f"{errors[0]:.3f}; alone: {errors[1]:.3f}."
        )

    return draw
