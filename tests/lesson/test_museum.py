"""Every exhibit is broken in the way its label says, the checks find it, and a healthy cell is never accused."""

import functools
import inspect
import itertools
import math
import re
import types
from hashlib import sha256

import numpy as np
import pytest

from lstm_lib import data, lstm, model, rnn, training
from lstm_lib.functional import mean_squared_error
from lstm_lib.gradcheck import check_gradients
from lstm_lib.lesson import museum
from lstm_lib.lesson.mistakes import CATALOGUE, cell_with
from lstm_lib.lesson.museum import EXHIBITS, HEALTHY, SIZES, examine, trial

pytestmark = pytest.mark.slow  # the whole file takes some seconds

SOURCE = inspect.getsource(lstm)
curve = functools.cache(museum.curve)
exhibits = pytest.mark.parametrize("exhibit", EXHIBITS.values(), ids=EXHIBITS)


def label(cell):
    """Return the name of the exhibit that a cell was made for; its own name gives nothing away."""
    return cell.__file__.removeprefix("<museum: ").removesuffix(">")


def changed(*changes, name="under test"):
    """Return the healthy cell with (old, new) pieces of its text exchanged."""
    return cell_with(name, changes)


def findings(check, cell, **numbers):
    """Return what a check finds, a cell that stops being a finding too."""
    try:
        return check(cell, **numbers)
    except ValueError as error:
        return str(error)


# --- what the checks find ---


@pytest.mark.parametrize("mistake", CATALOGUE.values(), ids=CATALOGUE)
def test_a_mistake_is_caught_by_the_check_it_names_and_by_none_before_it(mistake):
    order = ("equations", "start", "gradients")
    found = [bool(findings(getattr(museum, check), mistake.cell())) for check in order]
    assert order[found.index(True)] == mistake.caught_by
    assert examine(mistake.cell())


OTHER_NUMBERS = [
    {"sizes": (3, 4, 5, 2), "seed": 1},
    {"sizes": (6, 5, 3, 2), "seed": 2},
    {"sizes": (5, 1, 4, 3), "seed": 3},
    {"sizes": (4, 3, 2, 1), "seed": 4, "scale": 0.4},
]


@exhibits
def test_a_fingerprint_depends_on_the_mistake_only(exhibit):
    expected = examine(exhibit.cell())
    for numbers in OTHER_NUMBERS:
        assert examine(exhibit.cell(), **numbers) == expected, numbers


def test_no_two_fingerprints_are_equal_but_for_the_twins():
    prints = {name: examine(exhibit.cell()) for name, exhibit in EXHIBITS.items()}
    for a, b in itertools.permutations(EXHIBITS, 2):
        twins = dict(EXHIBITS[a].twins)
        assert (prints[a] == prints[b]) == (b in twins), (a, b)
        assert b not in twins or len(twins[b]) > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.weekly) for n in range(1, 5))])
def test_a_healthy_cell_is_never_accused(seed):
    rng = np.random.default_rng(seed)
    cells = [cell_with(name, changes) for name, changes in HEALTHY.items()] + [lstm]
    for n in range(100):
        sizes = (int(rng.integers(1, 7)), *map(int, rng.integers(1, 6, 3)))
        scale = float(10 ** rng.uniform(-2, 1))
        drawn = int(rng.integers(10**6))
        found = examine(cells[n % 4], sizes=sizes, seed=drawn, scale=scale)
        assert found == {}, (sizes, scale, drawn)


def test_healthy_cells_that_are_written_otherwise_do_round_otherwise():
    values, dhs, dstate = museum.problem()
    for name, changes in list(HEALTHY.items())[1:]:
        cell = cell_with(name, changes)
        grads, wanted = (museum._promised(each, values, dhs, 0 * dstate) for each in (cell, lstm))
        assert any((grads[k] != wanted[k]).any() for k in wanted), name


def test_the_equations_are_compared_in_the_order_in_which_they_are_computed():
    order = [*lstm.Step._fields, "hs"]
    for exhibit in EXHIBITS.values():
        found = findings(museum.equations, exhibit.cell())
        if isinstance(found, dict):
            assert list(found) == sorted(found, key=lambda name: (found[name], order.index(name)))
    assert museum.equations(EXHIBITS["no_feedback"].cell())["z_t"] == 2
    assert next(iter(museum.equations(EXHIBITS["peephole"].cell()))) == "f_t"
    assert next(iter(museum.equations(EXHIBITS["ignored_C_0"].cell()))) == "C_prev"


def test_a_mistake_at_one_step_is_found_at_that_step():
    for t in (1, 2, 3, 4):
        shift = f"step(params, x_t + (len(steps) == {t - 1}), h_t, C_t))"
        late = changed(("step(params, x_t, h_t, C_t))", shift), name=f"late {t}")
        found = museum.equations(late)
        assert found["z_t"] == t
        assert min(found.values()) == t


def test_hidden_states_that_are_not_those_of_the_steps_are_found():
    shifted = changed(
        ("np.array([s.h_t for s in steps]), steps", "np.array([s.z_t[:len(h_t)] for s in steps]), steps")
    )
    assert museum.equations(shifted) == {"hs": 1}
    assert museum.gradients(shifted)


def test_no_state_must_mean_zeros():
    def ones(params, X, state=None):
        return lstm.forward(params, X, 2 * [np.ones((len(params["b_f"]), X.shape[2]))] if state is None else state)

    assert next(iter(museum.equations(with_forward(ones)).items())) == ("z_t", 1)


def test_the_gradients_of_the_tables_in_words():
    """What the labels say, in the terms of the fingerprint."""
    g = {name: findings(museum.gradients, exhibit.cell()) for name, exhibit in EXHIBITS.items()}
    every = ("W_f", "W_i", "W_C", "W_o", "b_f", "b_i", "b_C", "b_o", "X", "h_0", "C_0")
    for right_in_one_step in ("dropped_dC", "dropped_dh", "dropped_both", "truncated", "lost_parentheses"):
        assert "one_step" not in g[right_in_one_step]
        assert g[right_in_one_step]["every_step"] == every
    assert set(g["dropped_dC"]) == {"every_step", "last_step", "dstate", "one_step_dC"}
    assert set(g["dropped_dh"]) == {"every_step", "last_step", "dstate", "one_step_dh"}
    assert set(g["truncated"]) == {"every_step", "last_step", "dstate"}
    assert g["overwritten_gradients"] == dict.fromkeys(("every_step", "last_step", "dstate"), every[:8])
    assert g["overwritten_dh"]["one_step"] == ("C_0",)
    assert g["ignored_C_0"]["every_step"] == ("C_0",)
    for right_of_its_own_forward in ("no_output_tanh", "sigmoid_candidate", "swapped_concat", "swapped_gates",
                                     "sigmoid_of_2a", "identical_gates"):  # fmt: skip
        assert g[right_of_its_own_forward] == {}


def test_a_mistake_that_the_last_step_cannot_show_is_found_with_the_loss_at_every_step():
    last_only = changed(("dh_t = dh_t + dh_next", "dh_t = dh_next if dX else dh_t + dh_next"))
    assert set(museum.gradients(last_only)) == {"every_step"}


# --- the checks find more than what is on show ---

SIGNS = {  # every term of the backward pass, with the other sign
    "dC_t carried": ("dC_t = dC_t + dh_t", "dC_t = -dC_t + dh_t"),
    "dC_t through h_t": ("dC_t + dh_t * s.o_t", "dC_t - dh_t * s.o_t"),
    **{f"da_{k}": (f'"{k}": d', f'"{k}": -d') for k in "fiCo"},
    "dW": ('f"W_{k}": da[k]', 'f"W_{k}": -da[k]'),
    "db": ('f"b_{k}": da[k]', 'f"b_{k}": -da[k]'),
    "dz": ('sum(params[f"W_{k}"].T', 'sum(-params[f"W_{k}"].T'),
    "dx": ("return grads, dz_t[H:]", "return grads, -dz_t[H:]"),
    "dh_prev": ("dz_t[:H], dC_t", "-dz_t[:H], dC_t"),
    "dC_prev": ("dC_t * s.f_t", "-dC_t * s.f_t"),
    "dh carried": ("dh_t = dh_t + dh_next", "dh_t = dh_t - dh_next"),
    "dh of the loss": ("dh_t = dh_t + dh_next", "dh_t = -dh_t + dh_next"),
    "sum over time": ("grads[name] += step_grads", "grads[name] -= step_grads"),
    "dX": ("dX.append(dx_t)", "dX.append(-dx_t)"),
    "dh_0": ("(dh_next, dC_next)\n\n\ndef stack", "(-dh_next, dC_next)\n\n\ndef stack"),
    "dC_0": ("(dh_next, dC_next)\n\n\ndef stack", "(dh_next, -dC_next)\n\n\ndef stack"),
}


@pytest.mark.parametrize("sign", SIGNS)
def test_every_wrong_sign_in_the_backward_pass_is_found(sign):
    found = examine(changed(SIGNS[sign], name=f"the sign of {sign}"))
    assert "every_step" in found
    assert not {"stopped", "equations"} & found.keys()


MORE = {
    "a factor that is a thousandth too large": ("dC_t * s.f_t", "1.001 * dC_t * s.f_t"),
    "a gradient that is averaged over the batch": ("da[k].sum(axis=1", "da[k].mean(axis=1"),
    "a gradient that is averaged over time": ("+= step_grads[name]", "+= step_grads[name] / len(steps)"),
    "the steps of X the wrong way round": ("np.array(dX[::-1])", "np.array(dX)"),
    "dstate is forgotten": ("(dh_next, dC_next) = validation", "_ = validation"),
    "the forget bias is forgotten": ('validation.number("forget_bias", forget_bias)', "0"),
    "a forget bias that cannot be changed": ('validation.number("forget_bias", forget_bias)', "1"),
    "another bias than b_f": ('params["b_f"] +=', 'params["b_i"] +='),
    "weights that are too large": ("bound = 1 / np.sqrt(H)", "bound = 9 / np.sqrt(H)"),
    "+ for * in C_t": ("i_t * C_tilde\n    o_t", "i_t + C_tilde\n    o_t"),
    "NaN": ("dC_t * s.f_t", "dC_t * np.nan"),
    "infinity": ("dC_t * s.f_t", "dC_t * np.inf"),
    "NaN forward": ("h_t = o_t * np.tanh(C_t)", "h_t = o_t * np.nan"),
    "a new random number each time": ("h_t = o_t * np.tanh(C_t)", "h_t = o_t * np.random.default_rng().normal()"),
    "one sequence sees another": ("h_t = o_t * np.tanh(C_t)", "h_t = o_t * np.tanh(C_t[:, ::-1])"),
}


@pytest.mark.parametrize("mistake", MORE)
def test_other_mistakes_are_found_too(mistake):
    assert examine(changed(MORE[mistake], name=mistake))


STOPS = {
    "forward stopped with IndexError: ": ("steps = []", "steps = [][0]"),
    "forward stopped with SystemExit: ": ("steps = []", "raise SystemExit"),
    "forward stopped with AttributeError: ": ("h_t for s in steps]), steps", "h_t for s in steps])[:, 0], None"),
    "forward gave hs of shape (3, 3, 7); want (4, 3, 7)": (" for s in steps]), s", " for s in steps[1:]]), s"),
    "forward gave z_t of shape (3, 5, 7); want (4, 5, 7)": (" in steps]), steps", " in steps]), steps[1:]"),
    "backward stopped with ZeroDivisionError: division by zero": ("dX = []", "dX = [1 / 0]"),
    "backward stopped with TypeError: ": ("np.array(dX[::-1]), (", "np.array(dX[::-1]), None and ("),
    "backward gave X a gradient of shape (4, 3, 7); want (4, 2, 7)": ("dX.append(dx_t)", "dX.append(dh_next)"),
    "backward stopped with ValueError: ": ("dz_t[H:], dz_t[:H]", "dz_t[:H], dz_t[H:]"),
    "backward stopped with KeyError: 'W_f'": ("for name in SHAPES}\n", "for name in list(SHAPES)[1:]}\n"),
    "init_params stopped with AttributeError: ": ('rng.uniform(-bound', 'rng.unifrom(-bound'),
    "with D, H = 9, 24 init_params gave back something else: b_o is missing": ("for k in GATES}\n    params[", "for k in 'fiC'}\n    params["),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("sentence", STOPS)
def test_a_cell_that_stops_is_answered_in_a_sentence(sentence):
    found = examine(changed(STOPS[sentence], name=sentence))
    (stopped,) = found["stopped"]
    assert stopped.startswith(sentence)
    assert "\n" not in stopped
    cell = changed(STOPS[sentence], name=sentence)
    check = museum.start if "init_params" in sentence else museum.gradients
    if not re.search("gave (hs|z_t)|forward stopped with Attribute", sentence):  # seen by the equations only
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}") as caught:
            check(cell)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None  # no traceback from inside


def test_what_a_cell_writes_into_its_arguments_does_not_spoil_the_check():
    """It is judged by what it gives back, as if it had worked on copies."""
    writes = changed(("dX = []", "dX = []\n    for p in params.values():\n        p *= 0.5"), name="writes")
    assert examine(writes) == examine(
        changed(("dX = []", "dX = []\n    params = {k: p * 0.5 for k, p in params.items()}"), name="copies")
    )


def with_forward(forward):
    """Return the healthy cell with another forward pass."""
    return types.SimpleNamespace(init_params=lstm.init_params, forward=forward, backward=lstm.backward)


def test_a_forward_pass_that_spoils_its_input_spoils_its_own_only():
    def spoils(params, X, state=None):
        X *= 0.5
        params["W_f"] *= 0.5
        return lstm.forward(params, X, state)

    def halves(params, X, state=None):
        return lstm.forward(params | {"W_f": 0.5 * params["W_f"]}, 0.5 * X, state)

    assert examine(with_forward(spoils)) == examine(with_forward(halves))
    assert museum.gradients(with_forward(halves))["one_step"] == ("W_f", "X", "h_0")


def test_a_cell_with_another_contract_is_examined_all_the_same():
    assert "forward stopped with ValueError: params has no W_h" in str(examine(rnn))


def test_a_stacked_trace_is_as_good_as_a_list():
    fused = types.ModuleType("fused")
    fused.init_params = lstm.init_params

    def forward(params, X, state=None):
        hs, steps = lstm.forward(params, X, state)
        return hs, lstm.stack(steps)

    def backward(params, dhs, trace, dstate=None):
        return lstm.backward(params, dhs, [lstm.Step(*fields) for fields in zip(*trace, strict=True)], dstate)

    fused.forward, fused.backward = forward, backward
    assert examine(fused) == {}


@pytest.mark.parametrize("check", [museum.examine, museum.equations, museum.gradients])
def test_wrong_arguments_are_refused_by_name(check):
    for arguments, numbers, error, message in [
        ((None,), {}, TypeError, r"^cell is None \(NoneType\); want a module such as lstm_lib.lstm"),
        ((lstm.step,), {}, TypeError, r"^cell is <function step.*; want a module"),
        ((lstm,), {"sizes": 4}, ValueError, r"^sizes is 4; want four whole numbers \(T, D, H, B\)"),
        ((lstm,), {"sizes": (4, 2, 3)}, ValueError, r"^sizes is \(4, 2, 3\); want four"),
        ((lstm,), {"sizes": (0, 2, 3, 5)}, ValueError, r"^T is 0; want a whole number of at least 1"),
        ((lstm,), {"sizes": (4, 2, 3.0, 5)}, TypeError, r"^H is 3.0 \(float\); want a whole number"),
        ((lstm,), {"seed": -1}, ValueError, r"^seed is -1; want a whole number of at least 0"),
        ((lstm,), {"scale": 0}, ValueError, r"^scale is 0; want a finite number above 0"),
    ]:
        with pytest.raises(error, match=message):
            check(*arguments, **numbers)


def test_a_fingerprint_holds_what_was_found_and_nothing_else():
    weights = tuple(lstm.SHAPES)
    assert examine(EXHIBITS["overwritten_gradients"].cell()) == dict.fromkeys(
        ("every_step", "last_step", "dstate"), weights
    )
    assert examine(EXHIBITS["identical_gates"].cell()) == {
        "start": dict.fromkeys(("W_i", "W_C", "W_o"), "equals W_f")
    }
    assert examine(lstm) == {}


def test_no_two_sizes_are_equal_so_that_nothing_fits_the_wrong_way_round():
    T, D, H, B = SIZES
    assert len({T, D, H, H + D, 4 * H, B, 1, 2 * H}) == 8


# --- training ---


EACH_TRAINED = [  # what the museum shows, and once a week the whole catalogue
    pytest.param(mistake, id=name, marks=() if name in EXHIBITS else pytest.mark.weekly)
    for name, mistake in CATALOGUE.items()
]


@pytest.mark.slow
@pytest.mark.parametrize("mistake", EACH_TRAINED)
def test_the_loss_falls_where_the_label_says_so_and_nowhere_else(mistake):
    losses = curve(mistake.cell())
    assert museum.falls(losses) == mistake.loss_falls
    assert (len(losses) == 100) == (mistake.name != "undefined_name")
    assert all(math.isfinite(loss) for loss in losses)


def test_most_exhibits_train():
    falling = [exhibit for exhibit in EXHIBITS.values() if exhibit.loss_falls]
    assert len(falling) == len(EXHIBITS) - 2
    assert museum.falls(museum.curve(lstm))


def test_training_does_not_tell_these_from_the_healthy_cell():
    for name in ("ignored_h_0", "ignored_C_0"):
        assert curve(EXHIBITS[name].cell()) == curve(lstm)


def test_the_curve_is_what_fit_says_and_the_seed_decides():
    rng = np.random.default_rng(5)
    waves = data.sine_waves(20, 8, rng)
    params = model.init_params(lstm, 1, 8, 1, rng)
    losses = training.fit(
        lambda params, X, Y: model.loss_and_grads(lstm, params, X, Y, mean_squared_error),
        params, [waves] * 7, training.Adam(lr=0.01), progress=False,
    )  # fmt: skip
    assert museum.curve(lstm, 7, seed=5) == losses
    assert museum.curve(lstm, 7, seed=5) == museum.curve(lstm, 7, seed=5)
    assert museum.curve(lstm, 7, seed=6) != losses


def test_a_curve_ends_where_the_loss_is_no_longer_finite():
    late = changed((" * np.tanh(C_t)", " * np.tanh(C_t) / (np.abs(params['b_o']) < 0.05)"), name="b_o below 0.05")
    losses = museum.curve(late)
    assert losses == museum.curve(lstm)[: len(losses)]
    assert 3 < len(losses) < 20
    nan = changed(("h_t = o_t * np.tanh(C_t)", "h_t = o_t * np.nan"), name="nan")
    assert museum.curve(nan) == []


def test_wrong_arguments_of_a_curve_are_refused():
    with pytest.raises(TypeError, match=r"^cell is 'lstm' \(str\); want a module"):
        museum.curve("lstm")
    with pytest.raises(ValueError, match=r"^n_steps is 0; want a whole number of at least 1"):
        museum.curve(lstm, 0)
    with pytest.raises(TypeError, match=r"^seed is None"):
        museum.curve(lstm, seed=None)


@exhibits
def test_an_exhibit_stands_in_for_the_cell_in_a_model(exhibit):
    if exhibit.name == "undefined_name":
        return
    cell, rng = exhibit.cell(), np.random.default_rng(0)
    params = model.init_params(cell, 1, 4, 1, rng, forget_bias=2.0)
    assert (params["b_f"] == 2).all()
    _, steps = model.predict(cell, params, rng.normal(size=(5, 1, 2)))
    assert cell.stack(steps).C_t.shape == (5, 4, 2)
    assert model.generate(cell, params, np.ones((3, 1, 2)), 4).shape == (4, 1, 2)


# --- detectors ---


def good_detector(cell):
    """What a learner writes in the end: by the course's own means, apart from `examine`."""
    rng = np.random.default_rng(7)
    start = cell.init_params(2, 3, rng)
    if (start["W_f"] == start["W_i"]).all():
        return True
    values = {name: rng.normal(0, 0.7, p.shape) for name, p in start.items()}
    values |= {"X": rng.normal(size=(4, 2, 5)), "h_0": rng.normal(size=(3, 5)), "C_0": rng.normal(size=(3, 5))}
    dhs = rng.normal(size=(4, 3, 5))

    def loss_and_grads(values):
        params = {name: values[name] for name in start}
        hs, steps = cell.forward(params, values["X"], (values["h_0"], values["C_0"]))
        grads, dX, (dh_0, dC_0) = cell.backward(params, dhs, steps)
        return (dhs * hs).sum(), grads | {"X": dX, "h_0": dh_0, "C_0": dC_0}

    try:
        hs, _ = cell.forward({name: values[name] for name in start}, values["X"], (values["h_0"], values["C_0"]))
    except NameError:
        return True
    healthy, _ = lstm.forward({name: values[name] for name in start}, values["X"], (values["h_0"], values["C_0"]))
    return not np.allclose(hs, healthy) or max(check_gradients(loss_and_grads, values).values()) > 1e-3


@pytest.mark.slow
def test_a_good_detector_passes():
    result = trial(good_detector, repeats=1)
    assert result.caught == tuple(EXHIBITS)
    assert (result.missed, result.accused, result.complaints) == ((), (), ())
    assert result.passed


def test_the_museums_own_detector_passes():
    assert trial(lambda cell: bool(examine(cell))).passed


def test_a_detector_that_always_says_broken_accuses_the_healthy():
    result = trial(lambda cell: True)
    assert result.caught == tuple(EXHIBITS)
    assert result.accused == tuple(HEALTHY)
    assert not result.passed


def test_a_detector_that_always_says_healthy_catches_nothing():
    result = trial(lambda cell: np.bool_(False))
    assert result == ((), tuple(EXHIBITS), (), ())
    assert not result.passed


@pytest.mark.slow
def test_a_detector_that_looks_at_the_loss_only_catches_two():
    result = trial(lambda cell: not museum.falls(curve(cell)), repeats=1)
    assert result.caught == ("undefined_name", "dropped_path_through_h")
    assert result.accused == ()


def test_a_detector_that_knows_the_librarys_text_or_bits_by_heart_accuses_the_healthy():
    assert set(trial(lambda cell: cell is not lstm).accused) == set(HEALTHY)
    assert len(trial(lambda cell: inspect.getsource(cell) != SOURCE).accused) == len(HEALTHY) - 1

    def bit_by_bit(cell):
        values, dhs, dstate = museum.problem()
        got, want = (museum._promised(each, values, dhs, dstate) for each in (cell, lstm))
        return any((got[k] != want[k]).any() for k in want)

    assert len(trial(bit_by_bit).accused) == len(HEALTHY) - 1


def test_a_detector_that_accuses_by_chance_is_found_out():
    rng = np.random.default_rng(0)
    assert trial(lambda cell: bool(rng.random() < 0.5), repeats=10).accused == tuple(HEALTHY)


def test_a_detector_sees_each_healthy_cell_as_often_as_asked_and_each_exhibit_once():
    seen = []
    trial(lambda cell: bool(seen.append(cell)), repeats=4)
    assert len(seen) == 4 * len(HEALTHY) + len(EXHIBITS)
    assert seen[-len(EXHIBITS) :] == [exhibit.cell() for exhibit in EXHIBITS.values()]


UNFIT = {
    "None": (None, "detect is not written yet"),
    "dots": (..., "detect is not written yet"),
    "a number": (3, "detect is an int; want a function that takes a cell"),
    "no argument": (lambda: True, "detect takes (); want one argument, the cell"),
    "two arguments": (lambda cell, rng: True, "detect takes (cell, rng); want one argument, the cell"),
    "None back": (lambda cell: None, "detect is not written yet"),
    "no return": (
        lambda cell: [].append(cell),
        "detect, at a healthy cell: it gives back nothing (None): is a `return` missing?",
    ),
    "text back": (lambda cell: "yes", "detect gave back text for a healthy cell; want True or False"),
    "a number back": (lambda cell: 2, "detect gave back an int for a healthy cell; want True or False"),
    "an array back": (
        lambda cell: np.ones(3),
        "detect gave back an array of shape (3,) for a healthy cell; want True or False",
    ),
    "raises": (lambda cell: 1 / 0, "detect stopped with ZeroDivisionError at a healthy cell: division by zero"),
    "exits": (lambda cell: exit(), "detect stopped with SystemExit at a healthy cell: None"),
    "built-in": (dict, "detect stopped with TypeError at a healthy cell: 'module' object is not iterable"),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_a_detector_that_is_none_is_told_so_in_a_sentence_and_nothing_is_raised(unfit):
    detect, sentence = UNFIT[unfit]
    result = trial(detect)
    assert result == ((), tuple(EXHIBITS), (), (sentence,))
    assert not result.passed


def test_a_detector_that_is_not_written_yet_is_told_so():
    def detect(cell):
        raise NotImplementedError

    assert trial(detect).complaints == ("detect is not written yet",)
    halfway = trial(lambda cell: detect(cell) if label(cell) == "dropped_dC" else False)
    assert halfway == ((), tuple(EXHIBITS), (), ("detect is not written yet",))


def test_a_detector_that_stops_at_an_exhibit_has_not_caught_it():
    def detect(cell):
        cell.forward(lstm.init_params(1, 1, np.random.default_rng(0)), np.ones((2, 1, 1)))
        return False

    result = trial(detect)
    assert result.caught == ()
    assert result.complaints == (
        "detect stopped with NameError at undefined_name: name 'out_gate' is not defined",
    )
    assert result.missed == tuple(EXHIBITS)


def test_an_odd_answer_for_one_exhibit_does_not_spoil_the_others():
    result = trial(lambda cell: None if label(cell) == "dropped_dC" else label(cell) in EXHIBITS)
    assert result.missed == ("dropped_dC",)
    assert result.complaints == ("detect, at dropped_dC: it gives back nothing (None): is a `return` missing?",)
    assert len(result.caught) == len(EXHIBITS) - 1


def test_one_and_zero_say_it_too():
    assert trial(lambda cell: np.array([int(bool(examine(cell)))])).passed


def test_an_exhibit_is_found_by_its_mark_and_by_no_other():
    assert {museum.hidden(sha256(name.encode()).hexdigest()).name for name in EXHIBITS} == {*EXHIBITS}
    for mark in ("", "none"):
        with pytest.raises(ValueError, match="want the beginning of the SHA-256"):
            museum.hidden(mark)


def test_an_interrupt_is_not_swallowed():
    def detect(cell):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trial(detect)


def test_a_number_of_repeats_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"^repeats is 0; want a whole number of at least 1"):
        trial(good_detector, repeats=0)
