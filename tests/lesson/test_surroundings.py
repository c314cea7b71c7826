"""What an answer can reach is put back: arrays, containers, generators, closures, defaults, bindings of names."""

import collections
import copy
import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_lib import lstm
from lstm_lib.lesson.surroundings import Kept, Surroundings, innermost, taken_from


def notebook(text, **names):
    """Return what a notebook holds after some text has been run in it."""
    space = {"np": np} | names
    exec(text, space)
    return space


VALUES = {
    "an array": lambda: np.arange(4.0),
    "whole numbers": lambda: np.arange(4),
    "a list": lambda: [1, [2, 3]],
    "a dict of arrays": lambda: {"W": np.ones((2, 2)), "b": [np.zeros(2)]},
    "a set": lambda: {1, 2},
    "a deque": lambda: collections.deque([1, np.zeros(2)]),
    "a generator of numbers": lambda: np.random.default_rng(0),
    "a tuple of arrays": lambda: (np.zeros(2), np.ones(2)),
}
CHANGES = {
    "an array": "a[...] = 7",
    "whole numbers": "a += 1",
    "a list": "a[1].append(4); a.insert(0, 5)",
    "a dict of arrays": "a['W'] *= 2; a['b'][0][0] = 9; a['new'] = 1; del a['W']",
    "a set": "a.add(3); a.discard(1)",
    "a deque": "a[1][0] = 5; a.appendleft(2)",
    "a generator of numbers": "a.normal(size=3)",
    "a tuple of arrays": "a[1][...] = 4",
}


def plain(value):
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple | collections.deque) else value


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("by", ["global", "closure", "default"])
def test_what_a_function_changes_is_put_back_and_named(kind, by):
    change = CHANGES[kind].replace("a += 1", "np.add(a, 1, out=a)")
    texts = {
        "global": f"def f():\n    {change}",
        "closure": f"def make(a):\n    def f():\n        {change}\n    return f\nf = make(a)",
        "default": f"def f(a=a):\n    {change}",
    }
    value = VALUES[kind]()
    before = copy.deepcopy(plain(value))
    space = notebook(texts[by], a=value)
    around = Surroundings(space["f"])
    space["f"]()
    assert plain(value) != before
    assert around.put_back()
    assert plain(value) == before
    assert space["a"] is value
    assert around.put_back() == []


def test_a_name_that_is_bound_anew_or_for_the_first_time_is_put_back():
    space = notebook("def f():\n    global a, b\n    a, b = 2, 3", a=1)
    around = Surroundings(space["f"])
    space["f"]()
    assert sorted(around.put_back()) == ["a", "b"]
    assert space["a"] == 1
    assert "b" not in space


def test_helpers_of_the_notebook_are_looked_through_and_what_calls_itself_ends():
    space = notebook("def g(n=0):\n    a[0] = 5\n    return f if n else g\ndef f():\n    return g()", a=[1])
    around = Surroundings(space["f"])
    space["f"]()
    assert around.put_back() == ["a"]
    assert space["a"] == [1]


def test_what_a_function_keeps_on_itself_is_put_back():
    space = notebook("def f():\n    f.n = getattr(f, 'n', 0) + 1\n    return f.n")
    around = Surroundings(space["f"])
    assert space["f"]() == 1
    around.put_back()
    assert space["f"]() == 1


def test_a_value_that_holds_itself_is_put_back():
    ring = [1]
    ring.append(ring)
    kept = Kept(ring)
    ring[0] = 2
    assert kept.put_back()
    assert ring[0] == 1
    assert ring[1] is ring


def test_two_names_of_one_array_stay_one():
    array = np.zeros(2)
    kept = Kept({"a": array, "b": array})
    array += 1
    kept.put_back()
    assert array.tolist() == [0, 0]


COUNTERS = {  # what answers 1, 2, 3, … if it is called again and again
    "nonlocal": """
def make():
    n = 0
    def f():
        nonlocal n
        n += 1
        return n
    return f
f = make()
""",
    "an object": """
class Counter:
    n = 0
    def __call__(self):
        self.n += 1
        return self.n
f = Counter()
""",
    "a method": """
class Counter:
    n = 0
    def counted(self):
        self.n += 1
        return self.n
f = Counter().counted
""",
    "a class": """
class Counter:
    n = 0
def f():
    Counter.n += 1
    return Counter.n
""",
    "a new name in a class": """
class Counter: pass
def f():
    Counter.n = getattr(Counter, "n", 0) + 1
    return Counter.n
""",
    "a namespace": """
import types
kept = types.SimpleNamespace(n=0)
def f():
    kept.n += 1
    return kept.n
""",
    "an attribute": """
def f():
    f.n += 1
    return f.n
f.n = 0
""",
    "a default": """
def f(kept=[0]):
    kept[0] += 1
    return kept[0]
""",
    "a helper with a cache": """
import functools
n = 0
@functools.cache
def helper(key):
    global n
    n += 1
    return n
def f():
    return helper(object())
""",
}


@pytest.mark.parametrize("how", COUNTERS)
def test_what_counts_its_calls_begins_anew(how):
    space = notebook(COUNTERS[how], __name__="__main__")
    for _ in range(2):
        around = Surroundings(space["f"])
        assert [space["f"]() for _ in range(3)] == [1, 2, 3]
        assert len(around.put_back()) == 1
        assert around.put_back() == []


@given(
    st.recursive(
        st.integers(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
        max_leaves=8,
    )
)
def test_what_has_not_changed_is_not_said_to_have(value):
    kept, before = Kept(value), copy.deepcopy(value)
    assert not kept.put_back()
    assert value == before


def test_not_a_number_is_no_change():
    assert not Kept(np.array([np.nan, 1.0])).put_back()


@pytest.mark.parametrize("odd", [None, ..., 3, "text", len, np.sin, functools.partial(len), type], ids=repr)
def test_what_is_no_function_of_python_has_no_surroundings(odd):
    assert Surroundings(odd).put_back() == []


def test_the_innermost_function_does_the_work():
    def work(): ...

    @functools.wraps(work)
    def outer(): ...

    assert innermost(functools.partial(outer)) is work


# --- what is borrowed ---


def from_inside():
    from lstm_lib.lstm import step as one

    return one


def by_another_name():
    import lstm_lib.lstm as other

    return other.step


def from_the_package():
    from lstm_lib import lstm as other

    return [other.step for _ in range(2)]


def by_its_name():
    name = "step"
    return getattr(lstm, name)


def by_default(one=lstm.step):
    return one


def by_a_keyword(*, other=lstm):
    return other.step


def from_around():
    one = lstm.step
    return lambda: one()


borrowed = lstm.step
renamed = lstm
partly = functools.partial(lstm.step)
in_a_table = {"one": [lstm.step]}


@pytest.mark.parametrize(
    "answer",
    [
        from_inside,
        by_another_name,
        from_the_package,
        lambda: borrowed(),
        lambda: renamed.step,
        by_its_name,
        lambda: from_inside(),
        lambda: partly(),
        lambda: in_a_table["one"][0](),
        by_default,
        by_a_keyword,
        from_around(),
    ],
)
def test_what_is_borrowed_is_found_under_any_name(answer):
    assert "step" in taken_from({"lstm"}, answer)


def test_what_only_has_the_name_is_not_borrowed():
    def step(lstm_like):
        return lstm_like.forward

    assert taken_from({"lstm"}, step) == set()
