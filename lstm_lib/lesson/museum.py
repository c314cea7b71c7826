"""A museum of broken LSTMs: small mistakes, most of them met in real code, made in our ``lstm.py``, to be found.

An exhibit is a change to the text of `lstm_lib.lstm`, so it is a cell that can be trained in its place. Three
checks look at a cell, and `examine` puts them together:

    equations   every z_t … h_t against the healthy cell, on the same numbers: what differs first, and when?
    gradients   the cell's backward against difference quotients of its own forward: which gradients are wrong?
    start       fresh parameters: four gates that differ, and the biases that were asked for?

None of the three can stand in for another. Some of these mistakes reached many readers, and most let the loss
fall. They were made by people who know their subject, and are shown for what they teach about checking.
"""

import copy
import difflib
import functools
import inspect
import linecache
import re
import types
from contextlib import contextmanager
from itertools import combinations, groupby
from typing import NamedTuple

import numpy as np

from lstm_lib import data, lstm, model, training, validation
from lstm_lib.functional import mean_squared_error

SIZES = (4, 2, 3, 5)  # T, D, H, B: no two are equal, so that nothing fits the wrong way round
_WHERE = ("every_step", "last_step", "dstate", "one_step", "one_step_dh", "one_step_dC")


class Exhibit(NamedTuple):
    """One broken cell, and what there is to say about it.

    Attributes
    ----------
    name, title, mistake, note : str
        A word; a line; what is wrong; where such a mistake has been met.
    changes : tuple of pairs of str
        (healthy, broken) pieces of the text of ``lstm.py``; each healthy piece stands there exactly once.
    caught_by : str
        The check that finds it, or that it stops: "equations", "gradients" or "start".
    loss_falls : bool
        Whether training works all the same, in the sense of `falls`.
    twins : tuple of pairs of str
        (name, reason) of the exhibits with the same fingerprint.

    Examples
    --------
    >>> exhibit = EXHIBITS["tanh_twice"]
    >>> print(exhibit.diff())
    step_backward
    -         "C": dC_t * s.i_t * tanh_grad(s.C_tilde),
    +         "C": dC_t * s.i_t * tanh_grad(np.tanh(s.C_tilde)),
    >>> gradients(exhibit.cell())["one_step"]
    ('W_C', 'b_C', 'X', 'h_0')
    """

    name: str
    title: str
    mistake: str
    changes: tuple
    caught_by: str
    note: str
    loss_falls: bool
    twins: tuple

    def cell(self):
        """Return the broken cell: a module to be used in place of `lstm_lib.lstm`; made once."""
        return _module(self.name, self.changes)

    def diff(self):
        """Return the lines that differ, - healthy and + broken, below the name of the function they stand in."""
        old, new = (inspect.getsource(cell).splitlines() for cell in (lstm, self.cell()))
        shown = {}
        for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                lines = shown.setdefault(_function_around(old, a), [])
                lines += [f"- {line}" for line in old[a:b]] + [f"+ {line}" for line in new[c:d]]
        return "\n".join(line.rstrip() for home, lines in shown.items() for line in (home, *lines))

    def loss_curve(self):
        """Return what is seen in training, in one sentence with the numbers of `curve`."""
        losses, healthy = curve(self.cell()), curve(lstm)
        if not losses:
            return "There is no loss: the code stops."
        kind = "falls" if falls(losses) else "does not fall"
        end, wanted = (np.mean(values[-10:]) for values in (losses, healthy))
        return f"The loss {kind}, from {losses[0]:.2g} to {end:.2g}; the healthy cell comes to {wanted:.2g}."


def _function_around(lines, number):
    """Return the name of the function in which the line of that number stands."""
    above = (re.match(r"def (\w+)", line) for line in reversed(lines[: number + 1]))
    return next((found[1] for found in above if found), "lstm")


@functools.cache
def _module(name, changes):
    """Return a module made from the text of ``lstm.py`` with each (old, new) of `changes` put in."""
    source = healthy = inspect.getsource(lstm)
    for old, new in changes:
        if not healthy.count(old) == source.count(old) == 1:
            raise ValueError(f"{name}: {old!r} stands {healthy.count(old)} times in lstm.py; want exactly once")
        source = source.replace(old, new)
    cell = types.ModuleType("cell")  # a name that gives nothing away
    cell.__file__ = f"<museum: {name}>"
    linecache.cache[cell.__file__] = len(source), None, source.splitlines(True), cell.__file__  # for getsource
    exec(compile(source, cell.__file__, "exec"), cell.__dict__)
    return cell


# --- the three checks --------------------------------------------------------------------------------------------


def equations(cell, *, sizes=SIZES, seed=0, scale=0.7):
    """Compare everything that the forward pass computes with the healthy cell's, on the same numbers.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    sizes, seed, scale
        As in `examine`.

    Returns
    -------
    dict of int
        The quantities that differ, each with the first step (from 1) at which it does, the first to differ first;
        empty where all agree. Numbers that are 1e-6 apart differ, absolutely or relatively: rounding is 1e-15
        here, and a wrong equation changes the first digits.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind; a cell that stops, in a sentence: "forward stopped with IndexError: …".

    Examples
    --------
    >>> equations(EXHIBITS["no_output_tanh"].cell())
    {'h_t': 1, 'hs': 1, 'z_t': 2, 'f_t': 2, 'i_t': 2, 'C_tilde': 2, 'C_t': 2, 'o_t': 2, 'C_prev': 3}
    >>> equations(lstm)
    {}
    """
    values, _, _ = _numbers(cell, sizes, seed, scale)
    first = {}
    for state in ({}, {"h_0": None, "C_0": None}):  # once as they are; and None means zeros
        got, want = (_trace(*_forward(each, values | state)) for each in (cell, lstm))
        for name, healthy in want.items():
            if got[name].shape != healthy.shape:
                raise _Stopped(f"forward gave {name} of shape {got[name].shape}; want {healthy.shape}")
            apart = ~np.isclose(got[name], healthy, rtol=1e-6, atol=1e-6).all(axis=(1, 2))
            if apart.any():
                first[name] = min(first.get(name, len(apart)), int(apart.argmax()) + 1)
    return dict(sorted(first.items(), key=lambda item: item[1]))


def gradients(cell, *, sizes=SIZES, seed=0, scale=0.7):
    """Compare the cell's backward with difference quotients of its own forward, whatever that computes.

    For each array one random direction v: ⟨gradient, v⟩ against (L(p + εv) − L(p − εv)) / 2ε with ε = 10⁻⁴.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    sizes, seed, scale
        As in `examine`.

    Returns
    -------
    dict of tuple of str
        The names whose gradient is wrong, among the eight parameters, X, h_0 and C_0: under ``every_step`` with
        the loss at every h_t, ``last_step`` with the loss at h_T only, ``dstate`` with what arrives at (h_T, C_T)
        from beyond the end. For a sequence of one step, ``one_step`` with the loss at h_1, ``one_step_dh`` and
        ``one_step_dC`` with what arrives at h_1 and at C_1 from beyond it. Empty where all is right.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind; a cell that stops, in a sentence: "forward stopped with IndexError: …".

    Notes
    -----
    A quotient is uncertain itself, by a third of what it changes from ε to 2ε, and by the rounding of the loss,
    10⁻¹⁶ / ε = 10⁻¹² for each h_t. Thirty times the one, a thousand times the other and a millionth of the slope
    are allowed; a wrong gradient is wrong in the first digits.

    Examples
    --------
    >>> gradients(EXHIBITS["overwritten_gradients"].cell())["last_step"]
    ('W_f', 'W_i', 'W_C', 'W_o', 'b_f', 'b_i', 'b_C', 'b_o')
    >>> gradients(lstm)
    {}
    """
    values, dhs, dstate = _numbers(cell, sizes, seed, scale)
    last = np.where(np.arange(len(dhs))[:, None, None] == len(dhs) - 1, dhs, 0)
    dh, dC = dstate * [[[1]], [[0]]], dstate * [[[0]], [[1]]]
    rng = np.random.default_rng(seed)
    wrong = _wrong(cell, values, [(dhs, 0 * dstate), (last, 0 * dstate), (0 * dhs, dstate)], rng)
    one = values | {"X": values["X"][:1]}
    wrong += _wrong(cell, one, [(dhs[:1], 0 * dstate), (0 * dhs[:1], dh), (0 * dhs[:1], dC)], rng)
    return {where: names for where, names in zip(_WHERE, wrong, strict=True) if names}


def start(cell, *, sizes=SIZES, seed=0, scale=0.7):
    """Look at fresh parameters: four matrices that differ, small numbers in them, and the documented biases.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    sizes, seed, scale
        As in `examine`; D, H and the seed decide, and `scale` is a forget bias to ask for beside the default.

    Returns
    -------
    dict of str
        What is wrong, by the name of the parameter; empty where all is right.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind; a cell that stops, in a sentence: "forward stopped with IndexError: …".

    Examples
    --------
    >>> start(EXHIBITS["identical_gates"].cell())
    {'W_i': 'equals W_f', 'W_C': 'equals W_f', 'W_o': 'equals W_f'}
    >>> start(lstm)
    {}
    """
    _, D, H, _ = _arguments(cell, sizes, seed, scale)
    wrong = {}
    for options, bias in (({}, 1.0), ({"forget_bias": scale}, scale)):
        with _in_words("init_params"):
            params = cell.init_params(D, H, np.random.default_rng(seed), **options)
            validation.parameters(params, lstm.SHAPES, {"H": H, "D": D, "H+D": H + D})
        for a, b in combinations(lstm.GATES, 2):
            if (params[f"W_{a}"] == params[f"W_{b}"]).all():
                wrong.setdefault(f"W_{b}", f"equals W_{a}")
        for k in lstm.GATES:
            if (np.abs(params[f"W_{k}"]) > 1 / np.sqrt(H)).any():
                wrong.setdefault(f"W_{k}", "is larger than 1/√H")
            if (params[f"b_{k}"] != (wanted := bias if k == "f" else 0)).any():
                wrong.setdefault(f"b_{k}", f"is not {wanted:g}")
    return wrong


class Fingerprint(NamedTuple):
    """What the three checks found, to be compared: nothing at all for a healthy cell.

    Attributes
    ----------
    equations : tuple of pairs
        (quantity, step): see `equations`.
    every_step, last_step, dstate, one_step, one_step_dh, one_step_dC : tuple of str
        Names of wrong gradients: see `gradients`.
    start : tuple of pairs of str
        (parameter, what is wrong): see `start`.
    stopped : tuple of str
        What could not be done, in a sentence each.

    Examples
    --------
    >>> print(Fingerprint(one_step=("W_f", "b_f", "X"), start=(("b_f", "is not 1"),)))
    one_step: W_f b_f X; start: b_f is not 1
    >>> Fingerprint().healthy
    True
    """

    equations: tuple = ()
    every_step: tuple = ()
    last_step: tuple = ()
    dstate: tuple = ()
    one_step: tuple = ()
    one_step_dh: tuple = ()
    one_step_dC: tuple = ()
    start: tuple = ()
    stopped: tuple = ()

    @property
    def healthy(self):
        """Whether nothing was found."""
        return not any(self)

    def __str__(self):
        step = min((t for _, t in self.equations), default=0)
        first = " ".join(name for name, t in self.equations if t == step)
        parts = {"equations": first and f"{first} at step {step}"}
        parts |= {where: _short(getattr(self, where)) for where in _WHERE}
        parts["start"] = ", ".join(f"{name} {what}" for name, what in self.start)
        found = [f"{where}: {what}" for where, what in parts.items() if what]
        return "; ".join([*found, *self.stopped]) or "healthy"

    def __repr__(self):
        return f"<Fingerprint {self}>"


def _short(names):
    """Return names in a row, W for the four W and b for the four b."""
    text = " ".join(names)
    for letter in "Wb":
        text = text.replace(" ".join(f"{letter}_{k}" for k in lstm.GATES), letter)
    return text


def examine(cell, *, sizes=SIZES, seed=0, scale=0.7):
    """Return what the three checks find in a cell; a cell that stops is an answer too, not an error.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    sizes : tuple of int, default (4, 2, 3, 5)
        T, D, H, B. Equal sizes and T < 3 hide mistakes.
    seed : int, default 0
        Decides the parameters, the input and the state, which are random, and none of them zero.
    scale : float, default 0.7
        Standard deviation of the parameters. Far above 10 the gates are steps, which no quotient can follow.

    Returns
    -------
    Fingerprint
        The same for a mistake at all sizes that differ, from T = 3 on, and for all seeds.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind.

    Examples
    --------
    >>> print(examine(EXHIBITS["wrong_step_h"].cell()))
    every_step: W; last_step: W; dstate: W; one_step: W; one_step_dh: W; one_step_dC: W_f W_i W_C
    >>> print(examine(lstm))
    healthy
    """
    _arguments(cell, sizes, seed, scale)
    found, stopped = {}, []
    for check in (equations, gradients, start):
        if check is gradients and stopped:
            continue  # without a forward pass there is nothing to differentiate
        try:
            answer = check(cell, sizes=sizes, seed=seed, scale=scale)
        except _Stopped as error:
            stopped.append(str(error))
        else:
            found |= answer if check is gradients else {check.__name__: tuple(answer.items())}
    return Fingerprint(**found, stopped=tuple(dict.fromkeys(stopped)))


class _Stopped(ValueError):
    """The cell stopped, or gave back what no cell gives back."""


@contextmanager
def _in_words(function):
    """Turn whatever goes wrong in a function of the cell into one sentence that names it."""
    try:
        with np.errstate(all="ignore"):
            yield
    except (Exception, SystemExit) as error:  # a broken cell may do anything
        words = " ".join(str(error).split())
        raise _Stopped(f"{function} stopped with {type(error).__name__}: {words}") from None


def _arguments(cell, sizes, seed, scale):
    validation.cell(cell)
    if not isinstance(sizes, tuple | list) or len(sizes) != 4:
        raise ValueError(f"sizes is {sizes!r}; want four whole numbers (T, D, H, B)")
    validation.size("seed", seed, least=0), validation.number("scale", scale, above=0)
    return tuple(validation.size(name, n) for name, n in zip("TDHB", sizes, strict=True))


def _numbers(cell, sizes, seed, scale):
    """Return random numbers for everything that goes into a cell, and for the gradients that arrive."""
    T, D, H, B = _arguments(cell, sizes, seed, scale)
    rng = np.random.default_rng(seed)
    values = {name: rng.normal(0, scale, p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    values |= {"X": rng.normal(size=(T, D, B)), "h_0": rng.normal(size=(H, B)), "C_0": rng.normal(size=(H, B))}
    return values, rng.normal(size=(T, H, B)), rng.normal(size=(2, H, B))


def _forward(cell, values):
    values = copy.deepcopy(values)  # a broken cell may write into what it gets
    state = None if values["h_0"] is None else (values["h_0"], values["C_0"])
    with _in_words("forward"):
        hs, trace = cell.forward({name: values[name] for name in lstm.SHAPES}, values["X"], state)
    return hs, trace


def _trace(hs, trace):
    """Return every quantity over time, from a list of Step or from a stacked one, in the order of computation."""
    with _in_words("forward"):
        if isinstance(trace, list):
            fields = {name: np.array([getattr(s, name) for s in trace], float) for name in lstm.Step._fields}
        else:
            fields = {name: np.asarray(getattr(trace, name), float) for name in lstm.Step._fields}
        return fields | {"hs": np.asarray(hs, float)}


def _losses(cell, values, arriving):
    """Return Σ dhs·hs + Σ dstate·(h_T, C_T) for each (dhs, dstate): their gradients are the ones that arrive."""
    hs, trace = _forward(cell, values)
    with _in_words("forward"):
        last = np.array(model.final_state(trace))
        return np.array([(dhs * hs).sum() + (dstate * last).sum() for dhs, dstate in arriving])


def _gradients(cell, values, dhs, dstate):
    _, trace = _forward(cell, values)
    with _in_words("backward"):
        params = {name: values[name].copy() for name in lstm.SHAPES}
        grads, dX, (dh_0, dC_0) = cell.backward(params, dhs.copy(), trace, tuple(dstate.copy()))
        grads = {name: grads[name] for name in lstm.SHAPES} | {"X": dX, "h_0": dh_0, "C_0": dC_0}
        grads = {name: np.array(grad, float) for name, grad in grads.items()}
    for name, grad in grads.items():
        if grad.shape != values[name].shape:
            raise _Stopped(f"backward gave {name} a gradient of shape {grad.shape}; want {values[name].shape}")
    return grads


@np.errstate(all="ignore")  # a broken cell may give back infinity
def _wrong(cell, values, arriving, rng, eps=1e-4):
    """Return for each (dhs, dstate) the names of the arrays whose gradient is wrong."""
    found = [_gradients(cell, values, *each) for each in arriving]
    rounding = np.array([1e-9 * (np.abs(dhs).sum() + np.abs(dstate).sum()) for dhs, dstate in arriving])
    wrong = [[] for _ in arriving]
    for name, value in values.items():
        v = rng.normal(size=value.shape)
        near, far = (_slopes(cell, values, name, e * v, arriving) / e for e in (eps, 2 * eps))
        promised = np.array([(grads[name] * v).sum() for grads in found])
        uncertain = 10 * np.abs(near - far) + 1e-6 * np.abs(near) + rounding
        right = np.abs(promised - near) <= uncertain  # NaN is not right
        for n in np.flatnonzero(~right):
            wrong[n].append(name)
    return [tuple(names) for names in wrong]


def _slopes(cell, values, name, shift, arriving):
    """Return by how much each loss grows when the array of that name is moved by `shift`, from both sides."""
    up, down = (_losses(cell, values | {name: values[name] + way}, arriving) for way in (shift, -shift))
    return (up - down) / 2


# --- training, and detectors of one's own ------------------------------------------------------------------------


def curve(cell, n_steps=100, *, seed=0):
    """Train a cell on sine waves, and return the loss before each step.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    n_steps : int, default 100
        Steps of Adam on the same 8 waves of 20 steps, with 8 units.
    seed : int, default 0
        Decides the waves and the parameters.

    Returns
    -------
    list of float
        Shorter than `n_steps` where the loss is no longer finite or the code stops; empty where it stops at once.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind.

    Examples
    --------
    >>> falls(curve(lstm)), curve(EXHIBITS["undefined_name"].cell())
    (True, [])
    """
    validation.cell(cell)
    n_steps, seed = validation.size("n_steps", n_steps), validation.size("seed", seed, least=0)
    rng, adam, losses = np.random.default_rng(seed), training.Adam(lr=0.01), []
    waves = data.sine_waves(20, 8, rng)

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(cell, params, X, Y, mean_squared_error)

    try:
        params = model.init_params(cell, 1, 8, 1, rng)
        for _ in range(n_steps):
            losses += training.fit(loss_and_grads, params, [waves], adam, progress=False)
    except (Exception, SystemExit):  # a broken cell may do anything; what it did so far is the answer
        pass
    return losses


def falls(losses):
    """Return whether the mean of the last ten losses is less than half of the first.

    Parameters
    ----------
    losses : list of float
        What `curve` returned; an empty one does not fall.

    Returns
    -------
    bool
        True or False.

    Examples
    --------
    >>> falls([1.0] + 10 * [0.4]), falls([1.0] + 10 * [0.6])
    (True, False)
    """
    return len(losses) > 0 and bool(np.mean(losses[-10:]) < 0.5 * losses[0])


HEALTHY = {  # nothing is wrong with these: they round differently, as any two correct programs do
    "as it stands": (),
    "the gates added up from the last to the first": (
        ("@ da[k] for k in GATES)  # z_t", "@ da[k] for k in reversed(GATES))  # z_t"),
    ),
    "C_t with one product more": (("f_t * C_prev +", "C_prev - (1 - f_t) * C_prev +"),),
}


class Trial(NamedTuple):
    """How a detector did in a `trial`.

    Attributes
    ----------
    caught, missed : tuple of str
        Exhibits that it called broken, and the others.
    accused : tuple of str
        Healthy cells that it called broken.
    complaints : tuple of str
        What it did that is no answer, in a sentence each.

    Examples
    --------
    >>> Trial(caught=("dropped_dC",), missed=(), accused=(), complaints=()).passed
    True
    """

    caught: tuple
    missed: tuple
    accused: tuple
    complaints: tuple

    @property
    def passed(self):
        """Whether every exhibit was caught, no healthy cell was accused, and there is nothing to complain of."""
        return not (self.missed or self.accused or self.complaints)


def trial(detect, *, repeats=3):
    """Show a detector the healthy cell in three ways of writing it and every exhibit, and return what it said.

    Parameters
    ----------
    detect : function
        Takes a cell, returns True for a broken one and False for a healthy one. A detector chooses its own sizes
        and numbers.
    repeats : int, default 3
        How often it sees each healthy cell: what it does by chance must not accuse a healthy cell either.

    Returns
    -------
    Trial
        A detector that stops, or gives back something else than True or False, has not caught the exhibit, and a
        sentence says so: a cell that cannot run is for the detector to catch. One that does so on a healthy cell
        is shown no exhibit.

    Raises
    ------
    TypeError, ValueError
        A number of repeats that is none. Whatever `detect` is or does, nothing is raised.

    Examples
    --------
    >>> trial(lambda cell: bool(start(cell))).caught
    ('identical_gates',)
    >>> trial(lambda cell, params: True).complaints
    ('detect takes (cell, params); want one argument, the cell',)
    """
    repeats = validation.size("repeats", repeats)
    if complaint := _unfit(detect):
        return Trial((), tuple(EXHIBITS), (), (complaint,))
    accused = {}
    for name, changes in HEALTHY.items():
        for _ in range(repeats):
            broken, complaint = _verdict(detect, _module(f"healthy, {name}", changes), "a healthy cell")
            if complaint:
                return Trial((), tuple(EXHIBITS), tuple(accused), (complaint,))
            accused |= {name: True} if broken else {}
    verdicts = {name: _verdict(detect, exhibit.cell(), name) for name, exhibit in EXHIBITS.items()}
    return Trial(
        caught=tuple(name for name, (broken, _) in verdicts.items() if broken),
        missed=tuple(name for name, (broken, _) in verdicts.items() if not broken),
        accused=tuple(accused),
        complaints=tuple(complaint for _, complaint in verdicts.values() if complaint),
    )


def _unfit(detect):
    """Return why `detect` cannot be called with a cell, or an empty sentence."""
    if detect is None or detect is ...:
        return "detect is not written yet"
    if not callable(detect):
        return f"detect is a {type(detect).__name__}; want a function that takes a cell"
    try:
        signature = inspect.signature(detect)
    except (TypeError, ValueError):  # some built-in functions have none; calling will tell
        return ""
    try:
        signature.bind(lstm)
    except TypeError:
        return f"detect takes {signature}; want one argument, the cell"
    return ""


def _verdict(detect, cell, name):
    """Return (whether `detect` calls the cell broken, what there is to complain of)."""
    try:
        with np.errstate(all="ignore"):
            answer = detect(cell)
        if isinstance(answer, bool | np.bool_):
            return bool(answer), ""
        return False, f"detect gave back a {type(answer).__name__} for {name}; want True or False"
    except NotImplementedError:
        return False, "detect is not written yet"
    except (Exception, SystemExit) as error:  # whatever the detector does is answered in a sentence
        return False, f"detect stopped with {type(error).__name__} at {name}: {' '.join(str(error).split())}"


# --- the exhibits ------------------------------------------------------------------------------------------------

# name | the check that catches it | what the loss does | title; what is wrong; the changes; where it has been met
_CATALOGUE = """
no_output_tanh | equations | falls | the memory is shown as it is
h_t = o_t * C_t: the tanh around C_t is missing, forward and backward alike.
- h_t = o_t * np.tanh(C_t)
+ h_t = o_t * C_t
- tanh_C = np.tanh(s.C_t)
+ tanh_C = s.C_t
-  * tanh_grad(tanh_C)
+
It reached many readers: nicodjimenez/lstm computes h = s·o and differentiates that correctly. Whether the tanh is
missing is what its issues 7, 9, 30, 42, 43 and 47 are about. As a variant on purpose: Greff and others, 2017.

no_candidate_tanh | equations | falls | the candidate has no limits
C̃_t = W_C · z_t + b_C without its tanh; the backward pass still has tanh′.
- np.tanh(params["W_C"] @ z_t + params["b_C"])
+ params["W_C"] @ z_t + params["b_C"]
As a variant on purpose, with the right derivative: Greff and others, 2017. We know of no case by mistake.

sigmoid_candidate | equations | falls | the candidate is one more gate
C̃_t = σ(W_C · z_t + b_C) like the lines around it, with the right derivative of σ. It can write nothing negative.
- np.tanh(params["W_C"]
+ sigmoid(params["W_C"]
- tanh_grad(s.C_tilde)
+ sigmoid_grad(s.C_tilde)
We know of no published case.

no_bias | equations | falls | four biases that do nothing
The four b are left out of the forward pass; the backward pass hands out gradients for them all the same.
-  + params["b_f"]
+
-  + params["b_i"]
+
-  + params["b_C"]
+
-  + params["b_o"]
+
Russell91/nlpcaffe, issue 14: “LSTM layer has no biases”.

swapped_concat | equations | falls | [x_t, h_{t-1}] for [h_{t-1}, x_t]
z_t has x on top, forward and backward alike. Trained from the start it is as good; weights from elsewhere meet the
wrong half of z_t.
- np.concatenate([h_prev, x_t])
+ np.concatenate([x_t, h_prev])
- dz_t[H:], dz_t[:H]
+ dz_t[:-H], dz_t[-H:]
A convention, and a mistake only where weights are carried over: nicodjimenez/lstm and Weidman's Deep Learning from
Scratch put x on top, NumPy's tutorial and DeepLearning.AI's Sequence Models put h.

swapped_gates | equations | falls | f and i in the wrong order
The forget gate has the weights of the input gate and the other way round, forward and backward alike: four blocks
of weights are read in another order than they were written in.
- f_t = sigmoid(params["W_f"] @ z_t + params["b_f"])
+ f_t = sigmoid(params["W_i"] @ z_t + params["b_i"])
- i_t = sigmoid(params["W_i"] @ z_t + params["b_i"])
+ i_t = sigmoid(params["W_f"] @ z_t + params["b_f"])
- "f": dC_t * s.C_prev
+ "i": dC_t * s.C_prev
- "i": dC_t * s.C_tilde
+ "f": dC_t * s.C_tilde
Frameworks have orders of their own (keras, issue 3088). A test of OpenVINO's lstm_cell compares with numbers that
were made in another order than it reads, and passes because it allows errors of 0.1.

sigmoid_of_2a | equations | falls | σ(2a) for σ(a)
½ (1 + tanh a) is σ(2a): the ½ inside the tanh is missing, and the derivative is that of σ(2a).
- from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad
+ from lstm_lib.functional import tanh_grad
+
+ sigmoid = lambda a: 0.5 * (1 + np.tanh(a))
+ sigmoid_grad = lambda s: 2 * s * (1 - s)
It reached many readers: the LSTM among autograd's examples. A machine takes its gradients, so they are
right, and within that example nothing is lost: its weights come out half as large.

peephole | equations | falls | the gates see C_{t-1}
C_{t-1} is added inside the three σ, and the backward pass knows nothing of it.
- @ z_t + params["b_f"])
+ @ z_t + params["b_f"] + C_prev)
- @ z_t + params["b_i"])
+ @ z_t + params["b_i"] + C_prev)
- @ z_t + params["b_o"])
+ @ z_t + params["b_o"] + C_prev)
It reached many readers: Deep Learning with TensorFlow and Keras, 3rd edition, prints the term of the peephole LSTM
in the plain one (issue 5 of the book's repository).

old_C_in_output | equations | falls | C_{t-1} is shown for C_t
h_t = o_t * tanh(C_{t-1}): what is written at step t is seen one step late. The backward pass takes it for C_t.
- h_t = o_t * np.tanh(C_t)
+ h_t = o_t * np.tanh(C_prev)
We know of no published case. For the wrong step in a backward pass see wrong_step_C and wrong_step_h.

no_feedback | equations | falls | h_{t-1} is h_0 for ever
The loop hands on C_t and forgets to hand on h_t.
- h_t, C_t = steps[-1].h_t, steps[-1].C_t
+ C_t = steps[-1].C_t
We know of no published case.

ignored_h_0 | equations | falls | every sequence starts from h = 0
The h_0 that was handed in is replaced by zeros: a long sequence in two pieces is no longer one sequence.
- X, (h_t, C_t) = validation.sequence(params, SHAPES, X, state, STATE)
+ X, (h_t, C_t) = validation.sequence(params, SHAPES, X, state, STATE)
+     h_t = np.zeros_like(h_t)
neulab/xnmt, issue 223: the h and C of an initial state were lost on the way to the first step.

ignored_C_0 | equations | falls | every sequence starts from C = 0
The C_0 that was handed in is replaced by zeros, and with it all that was remembered.
- X, (h_t, C_t) = validation.sequence(params, SHAPES, X, state, STATE)
+ X, (h_t, C_t) = validation.sequence(params, SHAPES, X, state, STATE)
+     C_t = np.zeros_like(C_t)
neulab/xnmt, issue 223: the h and C of an initial state were lost on the way to the first step.

undefined_name | equations | stays | code that never ran
The output gate is called o_t where it is computed and out_gate where it is used.
- h_t = o_t * np.tanh(C_t)
+ h_t = out_gate * np.tanh(C_t)
It reached many readers: the LSTMCell in the first print of the fastai book used a name that was not defined (pull
request 338 of fastbook). The cell was defined and never called.

identical_gates | start | falls | four gates that start as one
The four W are drawn once and copied. The equations and the gradients are right.
- params = {f"W_{k}": rng.uniform(-bound, bound, (H, H + D)) for k in GATES}
+ W = rng.uniform(-bound, bound, (H, H + D))
+     params = {f"W_{k}": W.copy() for k in GATES}
It reached many readers: nicodjimenez/lstm seeds its random numbers anew for every matrix.

dropped_dC | gradients | falls | the dC_t that is carried back is dropped
Only the path through h_t leads into C_t; what arrives from step t + 1 is lost: = for +=.
- dC_t = dC_t + dh_t
+ dC_t = dh_t
apache/mxnet, issue 4057: a reader of an LSTM example suspects it (“dCt should += rather than =”); we know of no
answer. Correct code is doubted as well: “purely just a fudge factor?” (nicodjimenez/lstm, issue 2).

dropped_path_through_h | gradients | stays | the path through h_t into C_t is dropped
Only what arrives from step t + 1 leads into C_t, and at the last step nothing does.
-  + dh_t * s.o_t * tanh_grad(tanh_C)
+
We know of no published case. That two paths meet in C_t is what readers ask about (nicodjimenez/lstm, issue 2;
arunmallya.github.io, issue 3).

squashed_twice | gradients | falls | σ′ of σ(f_t)
σ′ = s (1 − s) wants s = f_t, which is σ(a_f) already; here it gets σ(f_t), as if f_t were a_f. So for i and o.
- sigmoid_grad(s.f_t)
+ sigmoid_grad(sigmoid(s.f_t))
- sigmoid_grad(s.i_t)
+ sigmoid_grad(sigmoid(s.i_t))
- sigmoid_grad(s.o_t)
+ sigmoid_grad(sigmoid(s.o_t))
It reached many readers: the exercise of DTU's course 02456 and its public copies apply σ′ to what is squashed
already. Readers of correct code ask where its σ has gone (arunmallya.github.io, issue 6).

tanh_twice | gradients | falls | 1 − tanh²(C̃_t) for 1 − C̃_t²
C̃_t is a tanh already, so its slope is 1 − C̃_t².
- tanh_grad(s.C_tilde)
+ tanh_grad(np.tanh(s.C_tilde))
It reached many readers: formulas of an assignment in DeepLearning.AI's Sequence Models, version 3a; since then
corrected.

sigmoid_for_its_slope | gradients | falls | σ for σ′ in the forget gate
da_f is multiplied by σ(f_t) where σ′ = f_t (1 − f_t) is due.
- sigmoid_grad(s.f_t)
+ sigmoid(s.f_t)
It reached many readers: the exercise of DTU's course 02456 and its public copies. A reader of one of them found it
(CaptainE/RNN-LSTM-in-numpy, issue 1).

wrong_step_C | gradients | falls | C of the wrong step in the forget gate
da_f takes C_t where C_{t-1} is due.
- "f": dC_t * s.C_prev
+ "f": dC_t * s.C_t
It reached many readers, one step the other way: the exercise of DTU's course 02456 takes C[t-1] from a list whose
first is C_0, which is C_{t-2}.

wrong_step_h | gradients | falls | h of the wrong step in dW
dW = da · [h_t, x_t]ᵀ where h_{t-1} is due.
- da[k] @ s.z_t.T
+ da[k] @ np.concatenate([s.h_t, s.z_t[H:]]).T
VikParuchuri/zero_to_gpt, issue 9, on a plain RNN: a reader asks whether the h of the step before is not due.

lost_parentheses | gradients | falls | σ′ multiplies one path of two
dC_t is a sum of two paths. Without parentheses around it, in f, i and C̃ the slope misses the one carried back.
- tanh_C = np.tanh(s.C_t)
+ tanh_C, carried = np.tanh(s.C_t), dC_t
- dC_t * s.C_prev * sigmoid_grad(s.f_t)
+ carried * s.C_prev + (dC_t - carried) * s.C_prev * sigmoid_grad(s.f_t)
- dC_t * s.C_tilde * sigmoid_grad(s.i_t)
+ carried * s.C_tilde + (dC_t - carried) * s.C_tilde * sigmoid_grad(s.i_t)
- dC_t * s.i_t * tanh_grad(s.C_tilde)
+ carried * s.i_t + (dC_t - carried) * s.i_t * tanh_grad(s.C_tilde)
It reached many readers: formulas of an assignment in DeepLearning.AI's Sequence Models, version 3a; since then
corrected.

copied_bias | gradients | falls | db_i and db_o are db_f
Three lines were copied from one, and the letter was not changed throughout.
- da[k].sum(axis=1, keepdims=True)
+ da["f" if k in "io" else k].sum(axis=1, keepdims=True)
It reached many readers: hanbt/learn_dl, issue 53, whose gradient check looked at one matrix; since corrected. In
the forward pass of numpy-ml's LSTM b_o stood for two other biases (issue 42); “never to copy-paste code”, says its
author.

swapped_slices | gradients | falls | dz_t cut as if x were on top
dz_t = [dh_{t-1}, dx_t] is read as [dx_t, dh_{t-1}]: the first D rows go to x, the last H to h. The shapes are
right, the rows are not.
- dz_t[H:], dz_t[:H]
+ dz_t[:-H], dz_t[-H:]
It reached many readers in another form: W_f[:n_a, :] for the part of W_f that h meets, in an assignment of
DeepLearning.AI's Sequence Models, version 3a, since corrected.

overwritten_dh | gradients | falls | dh is overwritten before its last use
dh_{t-1} is stored under the name dh_t before dC_{t-1} has been computed from the old dh_t: two lines in the wrong
order.
- tanh_C = np.tanh(s.C_t)
+ tanh_C, carried = np.tanh(s.C_t), dC_t
- return grads, dz_t[H:], dz_t[:H], dC_t * s.f_t
+ dh_t = dz_t[:H]
+     dC_prev = (carried + dh_t * s.o_t * tanh_grad(tanh_C)) * s.f_t
+     return grads, dz_t[H:], dh_t, dC_prev
It reached many readers: NumPy's own tutorial “NLP from scratch”, from 2021 to 2025. With the two lines swapped its
gradients are right to ten digits.

clipped_inside | gradients | falls | the gradient is clipped on its way back
Each entry of da is cut to ±0.001 at every step, so what is handed on is not the gradient of the loss.
- grads = {f"W_{k}": da[k] @ s.z_t.T for k in GATES}
+ da = {k: np.clip(da[k], -0.001, 0.001) for k in GATES}
+     grads = {f"W_{k}": da[k] @ s.z_t.T for k in GATES}
Done on purpose, within wider limits, by Graves (arXiv:1308.0850, 2013). It cannot pass a gradient check: where the
gradient is to be checked, clip it when it is finished.

overwritten_gradients | gradients | falls | = for += over time
Going back in time, each step overwrites the gradients of the step after it: those of the first step are left.
- grads[name] += step_grads[name]
+ grads[name] = step_grads[name]
hanbt/learn_dl, issue 30, asks why gradients of its weights are not summed over time.

dropped_dh | gradients | falls | the dh_t that is carried back is dropped
Each h_t sees its own loss only; what it does to the gates of step t + 1 is forgotten.
- dh_t = dh_t + dh_next
+ dh_t = dh_t
It reached many readers: the GRU of Weidman's Deep Learning from Scratch takes the gradient of the output where
that of output and future is due. Its LSTM is right.

ignored_losses | gradients | falls | the loss is heard at the last step only
What the loss says of the h_t before the last is left out. Where it looks at the last one only, nothing is missing.
- dh_t = dh_t + dh_next
+ dh_t = dh_next if dX else dh_t + dh_next
We know of no published case.

dropped_both | gradients | falls | nothing is carried back
Neither dh_{t-1} nor dC_{t-1} is handed on: no backpropagation through time.
- dh_t = dh_t + dh_next
+ dh_t = dh_t
- step_backward(params, s, dh_t, dC_next)
+ step_backward(params, s, dh_t, 0 * dC_next)
It reached many readers: the “expected output” of an assignment in DeepLearning.AI's Sequence Models, version 3a,
was this gradient to the last digit of the arrays shown; since corrected. DTU's exercise does not update what it
carries either.

truncated | gradients | falls | blocks of two steps, and nothing between them
What is carried back is set to zero at every second step: truncated backpropagation through time.
- dh_t = dh_t + dh_next
+ if dX and len(dX) % 2 == 0:
+             dh_next, dC_next = 0 * dh_next, 0 * dC_next
+         dh_t = dh_t + dh_next
Done on purpose for long sequences, and in another way in the LSTM of 1997: an approximation, and to be called so.
"""
_TWINS = {("sigmoid_for_its_slope", "wrong_step_C"): "in both da_f alone is wrong, and all that it flows into"}


def _exhibit(label):
    """Return the Exhibit that a paragraph of the catalogue describes."""
    head, *lines = label.splitlines()
    name, caught_by, loss, title = head.split(" | ")
    parts = [(kind, list(part)) for kind, part in groupby(lines, lambda line: line[0] if line[0] in "-+" else "")]
    (_, mistake), *changes, (_, note) = parts
    pieces = ["\n".join(line[2:] for line in part) for _, part in changes]
    return Exhibit(
        name=name,
        title=title,
        mistake=" ".join(mistake),
        changes=tuple(zip(pieces[::2], pieces[1::2], strict=True)),
        caught_by=caught_by,
        note=" ".join(note),
        loss_falls=loss == "falls",
        twins=tuple((other, why) for pair, why in _TWINS.items() if name in pair for other in {*pair} - {name}),
    )


EXHIBITS = {exhibit.name: exhibit for exhibit in map(_exhibit, _CATALOGUE.strip("\n").split("\n\n"))}
