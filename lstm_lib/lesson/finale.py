"""The end of the course: the learner's own LSTM, in twenty steps of training and three trials.

twenty_steps()    does its loss fall as it must? if not, which piece is wrong
trials()          its gradients measured, PyTorch's kept numbers, and the detector of the museum
"""

import json

import numpy as np

from lstm_lib import data, gradcheck, lstm
from lstm_lib.lesson import attempts, course, mine, museum
from lstm_lib.lesson.standalone import PIECES

PYTORCH = course.place("tests/reference/torch_lstm_T5_D3_H4_B2.json")
EQUAL = 1e-12  # relative to the largest number of an array


def twenty_steps():
    """Train the learner's own code for twenty steps, and print whether its loss falls; if not, what is wrong.

    The same is done with the library's code in place of each piece that is wrong, from the same numbers.

    Examples
    --------
    >>> import os
    >>> os.environ["LSTM_MINE"] = ""
    >>> twenty_steps()  # doctest: +ELLIPSIS
    Nothing of yours is kept yet.
    With the library's pieces the loss falls from 0.497 to 0.137 in twenty steps.
    """
    raw, own, words = mine.as_written()
    mended, _, wrong, _ = mine.tried()
    must = _losses(mended)
    falls = f"from {must[0]:.3f} to {must[-1]:.3f}"
    if not own and not wrong:
        words = words or ["Nothing of yours is kept yet."]
    if words:
        return print(*words, f"With the library's pieces the loss falls {falls} in twenty steps.", sep="\n")
    if not wrong:
        whose = "Your own code" if len(own) == len(PIECES) else f"Your {', '.join(own)} with the library's rest"
        return print(f"{whose}: the loss falls {falls} in twenty steps, as it must.")
    outcome = attempts.run(lambda: _losses(raw))
    does = outcome.problem or f"the loss goes from {outcome.value[0]:.3f} to {outcome.value[-1]:.3f}."
    print(f"Your own code: {does} With the library's in place of what is wrong it falls {falls}.")
    for piece, why in wrong.items():
        print(f"The piece that is wrong is {piece}: {why}")


def _losses(cell):
    """Return the loss before each of twenty steps, and after them, on a wave."""
    rng = np.random.default_rng(3)
    X, Y = data.sine_waves(20, 8, rng, omega=0.3)
    params = {name: np.array(p, float) for name, p in cell.init_params(1, 8, rng).items()}
    params |= {"W_y": rng.uniform(-0.3, 0.3, (1, 8)), "b_y": np.zeros((1, 1))}
    with np.errstate(all="ignore"):  # wrong code may do anything
        losses = cell.train(params, X, Y, 20, 0.01)
        return [float(loss) for loss in (*losses, cell.loss_and_grads(params, X, Y)[0])]


def trials():
    """Let gradient check, PyTorch's kept numbers and the museum's detector loose on the learner's own LSTM.

    What is wrong in it is not replaced here.

    Examples
    --------
    >>> import os
    >>> os.environ["LSTM_MINE"] = ""
    >>> trials()
    slopes measured     each gradient agrees with a difference quotient
    PyTorch's numbers   hidden states and all gradients are equal to 1e-12
    the museum          its detector finds nothing in equations, gradients and start
    The library's: equal to PyTorch to 1e-12.
    """
    module, own, words = mine.as_written()
    if words:
        return print(*words, sep="\n")
    module.backward = mine.with_dstate(module.backward)
    rows = {"slopes measured": _measured, "PyTorch's numbers": _beside_pytorch, "the museum": _in_the_museum}
    found = {name: attempts.run(lambda trial=trial: trial(module), limit=60.0) for name, trial in rows.items()}
    for name, outcome in found.items():
        print(f"{name:<18}  {outcome.problem or outcome.value[1]}")
    whose = f"Yours: {n_lines(own)} lines, " if own else "The library's: "
    if len(own) not in (0, len(PIECES)):
        whose = f"Yours ({', '.join(own)}): {n_lines(own)} lines, with the library's rest "
    if not all(outcome.value and outcome.value[0] for outcome in found.values()):
        whose = f"{whose.rstrip(', :')}: not "
    print(f"{whose}equal to PyTorch to {EQUAL:.0e}.")
    if wrong := mine.tried()[2]:
        print(f"But {', '.join(wrong)}: wrong. The twenty steps above say how.")


def n_lines(own):
    """Return how many lines of code stand in the learner's file for these pieces.

    Parameters
    ----------
    own : list of str
        Some of the seven.

    Returns
    -------
    int
        Without empty lines and comments.

    Examples
    --------
    >>> n_lines([])
    0
    """
    if not own:
        return 0
    parts = mine.sections(mine.place().read_text(encoding="utf-8"))
    lines = [line.strip() for piece in own for line in parts.get(piece, "").splitlines()]
    return sum(bool(line) and not line.startswith("#") for line in lines)


def _measured(cell):
    rng = np.random.default_rng(5)
    X, Y = data.sine_waves(6, 2, rng, omega=0.5)
    params = lstm.init_params(1, 3, rng) | {"W_y": rng.normal(size=(1, 3)), "b_y": rng.normal(size=(1, 1))}
    worst = gradcheck.check_gradients(lambda p: cell.loss_and_grads(p, X, Y), params)
    wrong = [name for name, error in worst.items() if not error < 1e-5]
    if wrong:
        return False, f"no difference quotient has the gradient of {', '.join(wrong)}"
    return True, "each gradient agrees with a difference quotient"


def _beside_pytorch(cell):
    kept = json.loads(PYTORCH.read_text(encoding="utf-8"), object_hook=_as_arrays)
    hs, steps = cell.forward(kept["params"], kept["X"], (kept["h_0"], kept["C_0"]))
    grads, dX, (dh_0, dC_0) = cell.backward(kept["params"], kept["dhs"], steps, (kept["dh_T"], kept["dC_T"]))
    got = {"hs": hs, "C_T": steps[-1].C_t} | grads | {"dX": dX, "dh_0": dh_0, "dC_0": dC_0}
    wanted = {name: kept[name] for name in ("hs", "C_T", "dX", "dh_0", "dC_0")} | kept["grads"]
    apart = {name: np.abs(got[name] - a).max() / np.abs(a).max() for name, a in wanted.items()}
    first = next((name for name in got if not apart[name] < EQUAL), None)
    if first:
        return False, f"{first} differs first, by {apart[first]:.1g} of its largest number"
    return True, f"hidden states and all gradients are equal to {EQUAL:.0e}"


def _as_arrays(entries):
    return {name: np.array(v) if isinstance(v, list) else v for name, v in entries.items()}


def _in_the_museum(cell):
    found = museum.examine(cell)
    if found:
        where, what = next(iter(found.items()))
        return False, f"its detector finds something: {where}, {what}"
    return True, "its detector finds nothing in equations, gradients and start"
