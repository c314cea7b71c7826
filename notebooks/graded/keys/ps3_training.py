"""Problem set 3: what is asked, with which numbers. Trained models are run here, on data that nobody has seen."""

import numpy as np
from confine import Limits
from exam import Call, Question, arrays, as_numbers, close, complaint, far_from

from lstm_lib import data, fused, lstm, model, training
from lstm_lib.functional import cross_entropy, mean_squared_error

LIBRARY = "library"  # the set builds on it
WITHHELD = ("loss", "clipping", "adam")  # but for what it asks to write
LIMITS = Limits(cell=45, call=30, total=300)
ONE_PERCENT = close(rtol=1e-2)
MOST_UNITS, MOST_FOR_TEXT = 32, 48
BIASES, SEEDS = (0.0, 3.0), 3
SYLLABLES = [consonant + vowel for consonant in "bdklmnprst" for vowel in "aeiou"]
OWN = ("remember",)  # answers that hang on the student's own numbers


def variant(rng):
    """Return one student's numbers: a bias, a share, a frequency, and how long to remember; none is an answer."""
    while True:
        numbers = {
            "b_f": int(rng.integers(10, 50)) / 10,
            "share": int(rng.integers(60, 96)) / 100,
            "T": int(rng.integers(12, 17)),
            "omega": int(rng.integers(30, 61)) / 100,
        }
        drawn = numbers | {"words": words(rng)}
        if far_from(_remembered(drawn).values(), numbers.values(), 0.2):
            return drawn


def words(rng):
    """Return invented words of six letters: how one goes on is told by its beginning, and not by one letter."""
    return ["".join(syllables) for syllables in rng.choice(SYLLABLES, (8, 3)).tolist()]


def given(variant):
    """Return what the cell of the student's own numbers holds."""
    return f"given = {variant!r}"


def _remembered(variant):
    keep = 1 / (1 + np.exp(-variant["b_f"]))
    needed = variant["share"] ** (1 / variant["T"])
    return {"half_life": np.log(0.5) / np.log(keep), "b_f": np.log(needed / (1 - needed))}


def _remember(rng, variant):
    wants = _remembered(variant)
    yield Call("remember", None, {name: ((name,), ONE_PERCENT(want)) for name, want in wants.items()})


def _loss(rng, variant):
    for shape in ((4, 2, 3), (3, 1, 5)):
        Y_hat, Y = rng.normal(size=(2, *shape))
        value, slope = mean_squared_error(Y_hat, Y)
        yield Call("mean_squared_error", (Y_hat, Y), {"value": ((0,), value), "slope": ((1,), slope)})


def _clipping(rng, variant):
    for max_norm, check in ((1.5, "too long"), (1e3, "short enough")):
        grads = {"W_f": rng.normal(size=(3, 5)), "b_f": rng.normal(size=(3, 1))}
        length = training.clip_gradients(clipped := {name: g.copy() for name, g in grads.items()}, max_norm)
        wants = {check: (0, lambda got, want=clipped: _all(got, want)), "length": (1, length)}
        yield Call("clip", (grads, max_norm), {name: ((index,), want) for name, (index, want) in wants.items()})


def _all(got, wants):
    """Return the first complaint about several parts of an answer."""
    return next(filter(None, (complaint(got, (name,), want) for name, want in wants.items())), "")


def _adam(rng, variant):
    for t in (1, 7):
        p, g = rng.normal(size=(2, 3, 4))
        m, v = (
            (np.zeros((3, 4)), np.zeros((3, 4)))
            if t == 1
            else (rng.normal(size=(3, 4)), rng.uniform(1, 2, (3, 4)))
        )
        new_m, new_v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        new_p = p - 0.1 * (new_m / (1 - 0.9**t)) / (np.sqrt(new_v / (1 - 0.999**t)) + 1e-8)
        wants = {"first step" if t == 1 else "later steps": ((0,), new_p), "means": ((1,), new_m)}
        yield Call("adam_step", (p, g, m, v, t, 0.1), wants)
        yield Call("adam_step", (p, g, m, v, t, 0.1), {"means": ((2,), new_v)})


def trained(answer, D, K=1, most=MOST_UNITS):
    """Return the parameters that came back, as arrays; ValueError where they are no trained model with D inputs.

    Parameters
    ----------
    answer : plain data
        What the student's function gave back.
    D, K : int
        Inputs and outputs.
    most : int
        Units.

    Returns
    -------
    dict of ndarray
        As `lstm_lib.model.init_params` makes them.
    """
    params = {name: np.array(value, float) for name, value in answer.items()}
    H = len(params["b_f"])
    shapes = {f"W_{k}": (H, H + D) for k in lstm.GATES} | {f"b_{k}": (H, 1) for k in lstm.GATES}
    shapes |= {"W_y": (K, H), "b_y": (K, 1)}
    if most < H or any(params[name].shape != shape for name, shape in shapes.items()):
        raise ValueError("these are not the parameters of such a model")
    if not params["b_y"].any():
        raise ValueError("the parameters are as init_params made them, nothing has been trained")
    return params


def _error(answer, D, error):
    """Return (error of the parameters that came back, "") or (infinity, what is wrong with them)."""
    try:
        params = trained(answer, D)
    except ValueError as why:
        return np.inf, str(why)
    with np.errstate(all="ignore"):
        return error(params), ""


def _judged(D, error, limits):
    """Return wants for trained parameters: that they can be used, and that their error is below each limit."""

    def look(limit):
        def judge(answer):
            found, why = _error(answer, D, error)
            return why or ("" if found <= limit else "the model is not good enough")

        return judge

    return {check: ((), look(limit)) for check, limit in limits.items()}


def _sine(rng, variant):
    X, Y = data.sine_waves(40, 32, rng, omega=variant["omega"], noise=0.05)
    X_new, Y_new = data.sine_waves(40, 64, rng, omega=variant["omega"], noise=0.05)
    settled = slice(5, None)  # nobody can predict a wave from its first value

    def error(params):
        return np.mean((model.predict(fused, params, X_new)[0] - Y_new)[settled] ** 2)

    rule = np.mean((X_new - Y_new)[settled] ** 2)
    wants = _judged(
        1, error, {"can be used": np.inf, "better than the rule": rule, "a fifth of its error": rule / 5}
    )
    yield Call("train_sine", (X, Y), wants)


def first_symbol(T, B, rng):
    """Return X of shape (T, 2, B), Y of shape (T, 1, B): a symbol, then noise; the symbol is asked for."""
    X = np.zeros((T, 2, B))
    X[1:, 0] = rng.uniform(-1, 1, (T - 1, B))
    X[0] = rng.choice([-1, 1], B), np.ones(B)
    return X, np.broadcast_to(X[0, :1], (T, 1, B)).copy()


def _memory(rng, variant):
    X, Y = first_symbol(variant["T"], 64, rng)
    X_new, Y_new = first_symbol(variant["T"], 400, rng)

    def error(params):
        return np.mean(np.sign(model.predict(fused, params, X_new)[0][-1]) != Y_new[-1])

    wants = _judged(2, error, {"can be used": 1.0, "three of four": 0.25, "95 of 100": 0.05})
    yield Call("train_memory", (X, Y), wants)


def _seeds(rng, variant):
    """Look at the table, then run one of its entries twice, and measure what came out with other sequences."""
    row, seed = int(rng.integers(len(BIASES))), int(rng.integers(SEEDS))
    X, Y = first_symbol(variant["T"], 2000, rng)
    seen = {}

    def table(answer):
        seen["table"] = numbers = as_numbers(answer)
        if numbers is None or numbers.shape != (len(BIASES), SEEDS):
            return "it is not a table of two rows and three columns"
        return "" if ((numbers >= 0) & (numbers <= 1)).all() else "some entries are no shares"

    def as_it_says(answer):
        measured, why = _error(
            answer[0], 2, lambda p: np.mean(np.sign(model.predict(fused, p, X)[0][-1]) != Y[-1])
        )
        return why or ("" if abs(float(answer[1]) - measured) < 0.1 else "its parameters have another error")

    def again(answer):
        first, seen["run"] = seen.get("run", answer), answer
        params, others = trained(answer[0], 2), trained(first[0], 2)
        if any(not np.allclose(params[name], others[name]) for name in params):
            return "two runs with one seed give two models"
        return (
            "" if abs(seen["table"][row, seed] - float(answer[1])) < 1e-6 else "the table has another error for it"
        )

    yield Call("errors", None, {"table": ((), table)})
    for _ in range(2):
        yield Call("run", (BIASES[row], seed), {"as it says": ((), as_it_says), "the same again": ((), again)})


def _counted(text, new, letters, order):
    """Return the cross-entropy, in nats a letter, of counting what follows on the last `order` letters."""
    counts = {}
    for place in range(order, len(text)):
        before = counts.setdefault(text[place - order : place], dict.fromkeys(letters, 0.5))
        before[text[place]] += 1
    places = range(1, len(new))
    seen = [counts.get(new[place - order : place], dict.fromkeys(letters, 1.0)) for place in places]
    return -np.mean(
        [np.log(each[new[place]] / sum(each.values())) for each, place in zip(seen, places, strict=True)]
    )


def _letters(rng, variant):
    chosen = words(rng)
    text, new = (" ".join(rng.choice(chosen, n // 7)) for n in (3000, 1500))
    known = "".join(sorted(set(text)))
    limits = {"can be used": np.inf}
    limits |= {f"better than {each}": _counted(text, new, known, n) for n, each in enumerate(("letters", "pairs"))}

    def look(limit):
        def judge(answer):
            given, letters = answer
            if sorted(letters) != sorted(known):
                return "the letters are not those of the text, each once"
            X = np.eye(len(known))[[letters.index(letter) for letter in new]][:, :, None]
            with np.errstate(all="ignore"):
                params = trained(given, len(known), len(known), MOST_FOR_TEXT)
                found, _ = cross_entropy(model.predict(fused, params, X[:-1])[0], X[1:])
            return "" if found <= limit else "the model is not good enough"

        return judge

    yield Call("train_text", (text,), {check: ((), look(limit)) for check, limit in limits.items()})


QUESTIONS = {
    "remember": Question(
        {
            "half_life": (1, "After n steps σ(b_f)ⁿ is left; take logarithms."),
            "b_f": (1, "The gate is the T-th root of the share; then turn σ round."),
        },
        _remember,
    ),
    "loss": Question(
        {
            "value": (1, "The mean over all entries, of whatever shape."),
            "slope": (2, "The derivative of the square has a 2, and the mean divides by the number of entries."),
        },
        _loss,
    ),
    "clipping": Question(
        {
            "too long": (1, "One factor for all arrays: max_norm divided by the length of all of them together."),
            "short enough": (1, "What is short enough stays as it is."),
            "length": (1, "The root of the sum of all squares, before anything is shortened."),
        },
        _clipping,
        needs={"short enough": "too long"},
    ),
    "adam": Question(
        {
            "means": (2, "m ← 0.9 m + 0.1 g and v ← 0.999 v + 0.001 g², handed back without the correction."),
            "first step": (
                1,
                "At t = 1 both corrections are large: the step has the length of the learning rate.",
            ),
            "later steps": (1, "The corrections depend on t; ε stands outside the root."),
        },
        _adam,
    ),
    "sine": Question(
        {
            "can be used": (1, "A dict as model.init_params(fused, 1, H, 1, rng) makes it, with H up to 32."),
            "better than the rule": (2, "Look at the loss while you train: does it fall, and for how long?"),
            "a fifth of its error": (2, "More steps, another learning rate, a few more units."),
        },
        _sine,
        stands_on=("loss",),
    ),
    "memory": Question(
        {
            "can be used": (1, "A dict as model.init_params(fused, 2, H, 1, rng) makes it, with H up to 32."),
            "three of four": (2, "Only the last output is judged, so let only the last output count in the loss."),
            "95 of 100": (2, "A forget gate that begins near 1 lets the gradient come back from the end."),
        },
        _memory,
        stands_on=("loss",),
    ),
    "seeds": Question(
        {
            "table": (1, "A row for each forget bias, a column for each seed; shares, not percent."),
            "the same again": (1, "Everything random has to come from np.random.default_rng(seed)."),
            "as it says": (2, "The share of wrong signs at the last step, on sequences that were not trained on."),
        },
        _seeds,
        needs={"table": "as it says"},
    ),
    "letters": Question(
        {
            "can be used": (1, "A dict as model.init_params(fused, K, H, K, rng) makes it, and the K letters."),
            "better than letters": (2, "Does the loss fall below what it is at the start, about ln K?"),
            "better than pairs": (3, "More steps, or another learning rate; each piece should hold a few words."),
        },
        _letters,
    ),
}


PIECES = {"loss": {"mean_squared_error": lambda Y_hat, Y: mean_squared_error(arrays(Y_hat), arrays(Y))}}
