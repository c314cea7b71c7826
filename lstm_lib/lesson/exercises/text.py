"""What answers the exercises of the lesson on text."""

import numpy as np

from lstm_lib import text
from lstm_lib.lesson.checks import check

TEXTS = ("([a]b)c", "ab", "{{[[((h))]]}}([{}])", "a(b(c[d]e)f)g{")


def check_floor(floor):
    """Check a function that returns the mean of −log₂ p over a text in the language of brackets.

    Examples
    --------
    >>> check_floor(lambda written: text.exact_bits(written).mean())
    ✓ the floor: right.
    >>> check_floor(lambda written: text.exact_bits(written).sum())
    ✗ the floor: got 23.6397, want 3.3771. That is the sum; what is asked for is the mean.
    """
    check("the floor", floor, _floor, given=[(t,) for t in TEXTS], known=_other_floors, says=_said)


def _floor(written):
    return text.exact_bits(written).mean()


def _other_floors(written):
    bits = text.exact_bits(written)
    p = 2**-bits
    return {
        "These are nats. For bits the logarithm is to the base 2.": -np.log(p).mean(),
        "The sign: the logarithm of a probability is below zero.": -bits.mean(),
        "That is the sum; what is asked for is the mean.": bits.sum(),
        "Take −log₂ of each probability first, and the mean of those.": -np.log2(p.mean()),
        "That is the mean probability. Bits are −log₂ of each.": p.mean(),
    }


def _said(answer, got, want, at):
    """Return what differs; where a character seems impossible, what the brackets have to do with it."""
    words = f"got {got:.6g}, want {want:.6g}"
    if np.isinf(got):
        words += (
            ". Some character had the probability 0. Ask `chances` for the brackets as they are before the "
            "character, and let a closer take the innermost one away"
        )
    return words


def check_depth_unit(depth_unit):
    """Check a function that returns the unit whose memory C (T, H) goes most closely with the depth (T,).

    Examples
    --------
    >>> def depth_unit(C, depth):
    ...     return np.argmax([abs(np.corrcoef(c, depth)[0, 1]) for c in C.T])
    >>> check_depth_unit(depth_unit)
    ✓ the unit: right.
    """
    check("the unit", depth_unit, _unit, given=_memories(), known=_other_units)


def _unit(C, depth):
    return int(abs(_r(C, depth)).argmax())


def _other_units(C, depth):
    r = _r(C, depth)
    moved = np.abs((C - C.mean(axis=0)).T @ (depth - depth.mean()))
    return {
        "That is the largest r. A unit that counts down is as good: take the largest |r|.": r.argmax(),
        "That is the unit that follows the depth least.": abs(r).argmin(),
        "That is the smallest r: right only where the unit counts down.": r.argmin(),
        "That is one too many: units are counted from 0.": abs(r).argmax() + 1,
        "That unit only moves most. Divide by how much each one moves, as corrcoef does.": moved.argmax(),
        "That is r itself; what is asked for is the number of the unit.": r.max(),
    }


def _memories():
    """Return three memories (C, depth), in each of which another kind of slip shows."""
    rng, cases = np.random.default_rng(11), []
    for best, sign in ((3, 1), (1, -1), (4, -1)):
        depth = text.brackets(60, 1, rng).depth[:, 0]
        C = rng.normal(size=(60, 6))
        C[:, best] += sign * 3.0 * depth
        C[:, (best + 1) % 6] += -sign * 1.0 * depth
        C[:, (best + 2) % 6] = 20 * C[:, (best + 2) % 6] + 9 * depth
        cases.append((C, depth))
    return cases


def _r(C, depth):
    return np.array([np.corrcoef(c, depth)[0, 1] for c in C.T])


def check_at_temperature(at_temperature):
    """Check a function that returns the probabilities at another temperature from those at temperature 1.

    Examples
    --------
    >>> check_at_temperature(lambda p, temperature: p ** (1 / temperature) / np.sum(p ** (1 / temperature)))
    ✓ the probabilities: right.
    """
    cases = [(np.array([0.5, 0.25, 0.25]), 0.5), (np.array([0.1, 0.9]), 2.0), (np.array([0.7, 0.2, 0.1]), 1.5)]
    check("the probabilities", at_temperature, _tempered, given=cases, known=_other_chances)


def _tempered(p, temperature):
    return p ** (1 / temperature) / np.sum(p ** (1 / temperature))


def _other_chances(p, tau):
    return {
        "These do not add up to 1.": p ** (1 / tau),
        "That is the other way round: a low temperature sharpens.": _tempered(p, 1 / tau),
        "Dividing all alike changes nothing once they add up to 1: what is divided is ln p.": p / tau,
        "That is the softmax of p / τ. Log-odds are ln p, not p.": np.exp(p / tau) / np.exp(p / tau).sum(),
        "Nothing has changed.": p,
        "That is ln p / τ; a softmax makes probabilities of it.": np.log(p) / tau,
    }
