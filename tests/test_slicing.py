"""Which statements others stand on, on small notebooks. Whole lessons are run, and judged, by test_lessons."""

import ast

import pytest
import slicing

NOTEBOOKS = {
    "what is not read is left out": ("a = 1|b = 2|print(a)", [0, 2]),
    "the last meaning counts": ("a = 1|a = 2|print(a)", [1, 2]),
    "a new meaning may stand on the old one": ("a = 1|a = a + 1|print(a)", [0, 1, 2]),
    "and so may one that is added to": ("a = 1|a += 1|print(a)", [0, 1, 2]),
    "an entry is set": ("a = {}|a['b'] = 1|print(a)", [0, 1, 2]),
    "a method is called for its effect": ("a = []|a.append(1)|print(a)", [0, 1, 2]),
    "an attribute is set": ("def f(): pass|f.a = 1|print(f.a)", [0, 1, 2]),
    "a module is not altered": ("import np|np.seed(1)|print(np)", [0, 2]),
    "a function reads when it is called": ("def f(): return a|a = 1|print(f())", [0, 1, 2]),
    "and may mean what is there then": ("def f(): return a|a = 1|f()|a = 2|print(f())", [0, 1, 3, 4]),
    "arguments and local names are its own": ("a = 1|b = 2|def f(a):\n    b = a\n    return b|f(3)", [2, 3]),
    "a default is read at once": ("a = 1|def f(b=a): return b|f()", [0, 1, 2]),
    "a function alters what it does not own": ("a = {}|def f(): a['b'] = 1|f()|print(a)", [0, 1, 2, 3]),
    "also by calling another": ("a = []|def f(): a.append(1)|def g(): f()|g()|print(a)", [0, 1, 2, 3, 4]),
    "a comprehension has names of its own": ("k = 1|a = [k for k in 'ab']|print(a)", [1, 2]),
    "a loop binds its name": ("k = 1|for k in 'ab': print(k)", [1]),
    "a lambda reads later": ("a = 1|f = lambda b: a + b|f(1)", [0, 1, 2]),
    "a class reads at once": ("a = 1|b = 2|class A:\n    c = a|A()", [0, 2, 3]),
    "a with statement binds": ("f = 1|with open('f') as f: pass|print(f)", [1, 2]),
    "a decorator is read": ("def d(f): return f|@d\ndef g(): pass|g()", [0, 1, 2]),
    "an unpacked name is bound": ("a, (b, *c) = 1, (2, 3)|d = 4|print(c)", [0, 2]),
}


@pytest.mark.parametrize(("text", "wanted"), NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_what_the_last_statement_stands_on(text, wanted):
    pieces = [slicing.names(ast.parse(piece).body) for piece in text.split("|")]
    assert slicing.needed(pieces, {len(pieces) - 1}) == wanted


def test_nothing_stands_on_nothing():
    assert slicing.needed([slicing.names(ast.parse("a = 1").body)], set()) == []
