"""What answers the exercises of Rosetta: an unlabelled file, a converter with a bug, and one coin in two papers.

check_layout(layout)          which notation is it?
check_from_onnx(from_onnx)    a layer of ONNX, read right
check_for_chung(for_chung)    the update gate of one GRU for the other
"""

import numpy as np

from lstm_lib import lstm, rosetta
from lstm_lib.lesson import translations
from lstm_lib.lesson.checks import check


def check_layout(attempt):
    """Say whether a file without a word is read as its owner wrote it.

    Examples
    --------
    >>> check_layout(lambda: rosetta.Layout("fiCo", {"hx": "a"}, ("b",), columns=True))
    ✗ the hidden states: 1 of 4 gates stands in its place in fiCo, and h and x have changed places.
    """
    arrays, X, hs = translations.unlabelled()

    def as_written(answer):
        if not isinstance(answer, rosetta.Layout):
            raise ValueError("want a rosetta.Layout")
        if not answer.columns:
            raise ValueError(f"a is {arrays['a'].shape}: along which axis do four gates of H = 3 lie?")
        return lstm.forward(rosetta.from_(answer, arrays), X)[0]

    def about(answer, **_):
        n = sum(a == b for a, b in zip(answer.order, translations.UNLABELLED.order, strict=True))
        stand = "stands in its place" if n == 1 else "stand in their places"
        turned = answer.weights.keys() != translations.UNLABELLED.weights.keys()
        return f"{n} of 4 gates {stand} in {answer.order}, and h and x {'have changed places' if turned else 'do'}"

    check("the hidden states", attempt, hs, then=as_written, says=about)


def _from_onnx(W, R, B, orders=("iofC", "iofC"), parts="hx", biases=2):
    """Read a layer of ONNX, or do so with a slip."""
    W = np.concatenate([{"h": R, "x": W}[part][0] for part in parts], axis=1)
    b = B[0].reshape(2, -1)[:biases].sum(axis=0)[:, None]
    W, b = (np.split(a, 4) for a in (W, b))
    params = {f"W_{k}": block for k, block in zip(orders[0], W, strict=True)}
    return params | {f"b_{k}": block for k, block in zip(orders[1], b, strict=True)}


def check_from_onnx(attempt):
    """Say whether a converter gives the hidden states of two layers of ONNX, and which slip it has.

    Examples
    --------
    >>> check_from_onnx(lambda W, R, B: _from_onnx(W, R, B, ("iofC", "ifoC")))
    ✗ its h: your answer leads to 0.0306445, want 0.0349197 at index (0, 0, 0), the first that differs. The \
blocks of b still have the old letters: they stand in two lines.
    """
    check(
        "its h",
        attempt,
        _from_onnx,
        given=[_onnx(D=2), _onnx(D=3)],
        then=lambda params, W, R, B: lstm.forward(params, np.linspace(-1, 1, 5 * W.shape[2]).reshape(5, -1, 1))[0],
        known=_other_readings,
    )


def _other_readings(W, R, B):
    def read(*orders, **options):
        return _from_onnx(W, R, B, orders, **options)

    return {
        "f and o still stand in each other's place.": read("ifoC", "ifoC"),
        "The blocks of b still have the old letters: they stand in two lines.": read("iofC", "ifoC"),
        "The blocks of W still have the old letters: they stand in two lines.": read("ifoC", "iofC"),
        "That is the order of PyTorch and Keras; ONNX has another.": read("ifCo", "ifCo"),
        "That is the order of this course; ONNX has another.": read("fiCo", "fiCo"),
        "ONNX has two biases, and their sum counts; that is the first alone.": read("iofC", "iofC", biases=1),
        "h stands before x in the matrices of this course.": read("iofC", "iofC", parts="xh"),
        "h stands before x in this course, and f and o are still in each other's place.": (
            read("ifoC", "ifoC", parts="xh")
        ),
    }


def _onnx(D):
    """Return W, R and B of a random layer of three units, with two biases."""
    rng = np.random.default_rng(D)
    params = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(D, 3, rng).items()}
    arrays = rosetta.to("onnx", params)
    arrays["B"] += np.repeat([-0.3, 0.3], 4 * 3)
    return arrays["W"], arrays["R"], arrays["B"]


def check_for_chung(attempt):
    """Say whether a gate that writes gets the weights that make it 1 minus one that keeps.

    Examples
    --------
    >>> check_for_chung(lambda W_z, b_z: (-W_z, b_z))
    ✗ its gate: b_z differs: got 0.7, want -0.7 at index (0, 0), the first that differs. The bias stands in σ, too.
    """
    rng = np.random.default_rng(3)
    cases = [(rng.normal(size=(H, H + 2)), np.linspace(0.7, 1.5, H)[:, None]) for H in (3, 2)]
    check("its gate", attempt, _turned, given=cases, known=_other_gates)


def _turned(W_z, b_z):
    return {"W_z": -W_z, "b_z": -b_z}


def _other_gates(W, b):
    of_h, of_x = W[:, : len(W)], W[:, len(W) :]
    slips = {
        "1 − W is another matrix: it is the gate that has to become 1 − z.": (1 - W, 1 - b),
        "1 − W is another matrix; and b stands in σ, too.": (1 - W, b),
        "Nothing has changed: z would write what it should keep.": (W, b),
        "The bias stands in σ, too.": (-W, b),
        "The weights stand in σ, too.": (W, -b),
        "W is right. With b it is the same: 1 − σ(a) = σ(−a), where a is all of the sum.": (-W, 1 - b),
        "1 − z is not 1 / z: which a has σ(a) = 1 − z?": (1 / W, 1 / b),
        "Only the columns of h have changed sign; those of x stand in the sum, too.": (
            np.hstack([-of_h, of_x]),
            -b,
        ),
    }
    return {words: dict(zip(("W_z", "b_z"), pair, strict=True)) for words, pair in slips.items()}
