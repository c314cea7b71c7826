"""What a function can reach beside its arguments, kept as it was and put back: globals, closures, defaults.

An answer that works in place on the lesson's own arrays would change what every later check compares with. So a
check keeps what the answer can reach, lets it run, and puts everything back.
"""

import collections
import copy
import dis
import functools
import inspect
import itertools
import types

import numpy as np


class Kept:
    """A value as it is now, with all that is inside of it.

    Parameters
    ----------
    value : object
        Arrays, lists, dicts, sets, random generators and objects of the notebook's own classes are kept with their
        contents; anything else is kept as it is.
    met : dict, optional
        What has been kept already, by identity: a value may hold itself.

    Examples
    --------
    >>> numbers = {"W": np.zeros(2), "seen": [1]}
    >>> kept = Kept(numbers)
    >>> numbers["W"] += 1
    >>> numbers["seen"] = 5
    >>> kept.put_back(), numbers
    (True, {'W': array([0., 0.]), 'seen': [1]})
    """

    def __init__(self, value, met=None):
        met = {} if met is None else met
        met[id(value)] = self
        self.value, self.copy, self._busy = value, _copied(value), False
        self.parts = {key: met.get(id(part)) or Kept(part, met) for key, part in _parts(value).items()}

    def put_back(self):
        """Make the value what it was, in place.

        Returns
        -------
        bool
            Whether anything had changed.
        """
        if self._busy:
            return False
        self._busy = True
        try:
            inside = [part.put_back() for part in self.parts.values()]
            return self._put_back() or any(inside)
        finally:
            self._busy = False

    def _put_back(self):
        value = self.value
        if isinstance(value, np.ndarray):
            return _array_put_back(value, self.copy)
        if isinstance(value, np.random.Generator):
            changed, value.bit_generator.state = value.bit_generator.state != self.copy, self.copy
            return changed
        if isinstance(value, set):
            changed = value != self.copy
            value.intersection_update(self.copy)
            value.update(self.copy)
            return changed
        now, then = _parts(value), {key: part.value for key, part in self.parts.items()}
        if list(now) == list(then) and all(now[key] is part for key, part in then.items()):
            return False
        _refill(value, now, then)
        return True


def _copied(value):
    """Return what a value that has no parts is made again from."""
    if isinstance(value, np.ndarray | set):
        return value.copy()
    return copy.deepcopy(value.bit_generator.state) if isinstance(value, np.random.Generator) else None


def _parts(value):
    """Return what is inside of a value that is changed in place: by key, by place, or by attribute."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list | tuple | collections.deque):
        return dict(enumerate(value))
    if isinstance(value, type) and value.__module__ == "__main__":
        return {name: part for name, part in vars(value).items() if not _is_of_python(name)}
    return getattr(value, "__dict__", {}) if _is_of_the_notebook(value) else {}


def _refill(value, now, then):
    if isinstance(value, type):
        for name in now.keys() - then.keys():
            delattr(value, name)
        for name, part in then.items():
            if now.get(name, _NOTHING) is not part:
                setattr(value, name, part)
    elif isinstance(value, list | collections.deque):
        value.clear()
        value.extend(then.values())
    else:
        now.clear()
        now.update(then)


def _is_of_python(name):
    return name.startswith("__") and name.endswith("__")


def _is_of_the_notebook(value):
    return getattr(type(value), "__module__", "") == "__main__" or isinstance(value, types.SimpleNamespace)


def _array_put_back(array, copy_of_it):
    if array.shape == copy_of_it.shape and array.dtype == copy_of_it.dtype:
        if np.array_equal(array, copy_of_it, equal_nan=array.dtype.kind in "fc"):
            return False
    else:
        array.resize(copy_of_it.shape, refcheck=False)
    array[...] = copy_of_it
    return True


def innermost(function):
    """Return the function that does the work: without partial, decorators, or the object it is bound to.

    Parameters
    ----------
    function : function
        Any.

    Returns
    -------
    function

    Examples
    --------
    >>> innermost(functools.partial(len, "abc")) is len
    True
    """
    while isinstance(function, functools.partial | types.MethodType):
        function = function.func if isinstance(function, functools.partial) else function.__func__
    return inspect.unwrap(function)


def taken_from(modules, function):
    """Return what a function, or one of the notebook that it calls, takes from some modules.

    Parameters
    ----------
    modules : set of str
        The last part of the names of the modules. Under which name a function has them, or imports something from
        them, makes no difference.
    function : function
        Any.

    Returns
    -------
    set of str

    Examples
    --------
    >>> taken_from({"math"}, lambda angle: math.sin(angle) + np.cos(angle))
    {'sin'}
    """
    first = innermost(function)
    waiting, seen, found = [first], [], set()
    while waiting:
        value = waiting.pop()
        each = innermost(value) if callable(value) else value
        if any(each is one for one in seen):
            continue
        seen.append(each)
        if not isinstance(each, types.FunctionType):
            waiting += [*_parts(each).values(), *_parts(type(each)).values()]
        elif _last(each.__module__) in modules:
            found.add(each.__name__)
        elif each.__globals__ is first.__globals__:
            bound = _bound(each)
            aliases = {name for name, one in bound.items() if _is_one_of(one, modules)}
            found |= _taken_in(each.__code__, modules, modules | aliases)
            waiting += bound.values()
    return found


def _is_one_of(value, modules):
    return isinstance(value, types.ModuleType) and _last(value.__name__) in modules


def _bound(function):
    """Return what a function has by name beside its arguments: globals, what it closes over, defaults."""
    code, defaults = function.__code__, function.__defaults__ or ()
    positional = code.co_varnames[: code.co_argcount]
    bound = {name: function.__globals__.get(name) for name in _names_in(code)}
    bound |= zip(code.co_freevars, map(_content, function.__closure__ or ()), strict=True)
    bound |= zip(positional[len(positional) - len(defaults) :], defaults, strict=True)
    return bound | (function.__kwdefaults__ or {})


def _last(name):
    return str(name).rpartition(".")[2]


def _taken_in(code, modules, names):
    """Return what a piece of code takes from modules, which it has under some names or imports."""
    found, source = set(), ""
    for step, then in itertools.pairwise(step for step in dis.get_instructions(code) if step.opname != "CACHE"):
        if step.opname == "IMPORT_NAME":
            source = _last(step.argval)
        elif step.opname == "IMPORT_FROM" and step.argval in modules:
            names = names | {then.argval}
        elif step.opname == "IMPORT_FROM" and source in modules:
            found.add(step.argval)
        elif isinstance(step.argval, str) and step.argval in names and then.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            found.add(then.argval)
    if "getattr" in code.co_names:
        found |= {const for const in code.co_consts if isinstance(const, str)}
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return found.union(*(_taken_in(each, modules, names) for each in inner))


def reach(function):
    """Return what a function stands on: its text, and what the names in it are bound to, through all it calls.

    Parameters
    ----------
    function : function
        Any.

    Returns
    -------
    list
        The objects themselves. As long as a function stands on the same ones, nobody has written it anew.

    Examples
    --------
    >>> def turned(angle):
    ...     return angle + tau
    >>> tau = 6.28
    >>> reach(turned)[1:]
    [6.28]
    """
    waiting, found = [function], []
    while waiting:
        value = waiting.pop()
        inner = innermost(value) if callable(value) else value
        if not isinstance(inner, types.FunctionType):
            found.append(value)
            continue
        found += [getattr(value, "__self__", None), *getattr(value, "args", ())]
        if not any(each is inner.__code__ for each in found):
            found.append(inner.__code__)
            waiting += _bound(inner).values()
    return [each for each in found if each is not None]


class Surroundings:
    """All that a function can reach beside its arguments, as it is now.

    Parameters
    ----------
    function : object
        What the learner wrote; anything but a function written in Python has no surroundings.

    Examples
    --------
    >>> seen = []
    >>> around = Surroundings(lambda: seen.append(1))
    >>> seen.append(1)
    >>> around.put_back(), seen
    (['seen'], [])
    """

    def __init__(self, function):
        self._bound = {}  # (id of the namespace, name) → namespace, name, what it is bound to
        self._met, self._kept, self._cells = {}, [], []
        self._look_around(function, set())

    def _look_around(self, value, seen):
        owner = value.func if isinstance(value, functools.partial) else value
        owner = getattr(owner, "__self__", owner)
        if _is_of_the_notebook(owner):
            self._keep(f"what its {type(owner).__name__} keeps from call to call", owner)
            value = type(value).__call__ if owner is value and callable(value) else value
        if hasattr(value, "__wrapped__"):
            self._look_around(value.__wrapped__, seen)
        elif isinstance(value, functools.partial | types.MethodType):
            return self._look_around(innermost(value), seen)
        function = value
        if not isinstance(function, types.FunctionType) or function in seen:
            return
        seen.add(function)
        around = function.__globals__
        for name in _names_in(function.__code__):
            value = around.get(name, _NOTHING)
            if not isinstance(value, types.ModuleType):
                self._bound[id(around), name] = around, name, value
                self._keep(name, value)
            if callable(value) and getattr(innermost(value), "__globals__", None) is around:
                self._look_around(value, seen)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self._cells.append((name, cell, value := _content(cell)))
            self._keep(name, value)
            self._look_around(value, seen)
        for value in (function.__defaults__, function.__kwdefaults__, vars(function)):
            self._keep(f"what {function.__name__} keeps from call to call", value)

    def _keep(self, name, value):
        if id(value) not in self._met:
            self._kept.append((name, Kept(value, self._met)))

    def put_back(self):
        """Make everything what it was.

        Returns
        -------
        list of str
            The names of what had changed.
        """
        changed = [name for name, kept in self._kept if kept.put_back()]
        for name, cell, value in self._cells:
            if _content(cell) is not value:
                changed.append(name)
                cell.cell_contents = value
        for around, name, value in self._bound.values():
            if around.get(name, _NOTHING) is not value:
                changed.append(name)
                if value is _NOTHING:
                    del around[name]
                else:
                    around[name] = value
        return list(dict.fromkeys(changed))


_NOTHING = object()  # what a name is bound to that is not bound


def _names_in(code):
    """Return the names that a function looks up around it, also from the functions inside of it."""
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return dict.fromkeys([*code.co_names, *(name for each in inner for name in _names_in(each))])


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # nothing in it yet
        return None
