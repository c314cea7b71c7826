"""Which statements of a notebook others stand on: read from their text, so that the rest need not be run."""

import ast
from typing import NamedTuple


class Names(NamedTuple):
    """What a piece of code does with the names of the notebook.

    Attributes
    ----------
    reads : set
        Names used when it runs, before it gives them a meaning of its own.
    later : set
        Names used when a function is called that it defines.
    binds : set
        Names that mean something new afterwards.
    alters : set
        Names whose object may be another one inside: an entry is set, or a method is called for its effect.
    functions : dict
        Function that it defines → (names that its body reads, names whose object it alters).
    imports : set
        Names of what is imported: nothing alters a module.
    """

    reads: frozenset
    later: frozenset
    binds: frozenset
    alters: frozenset
    functions: dict
    imports: frozenset


def needed(pieces, targets):
    """Return, in order, the positions of the pieces on which the `targets` stand, with these themselves.

    Parameters
    ----------
    pieces : sequence of Names
        What each piece of the notebook does, in the order in which they run.
    targets : set of int
        Positions among the pieces.
    """
    imported = frozenset().union(*(piece.imports for piece in pieces))
    functions = {name: what for piece in pieces for name, what in piece.functions.items()}
    found, asked_later = set(targets), frozenset()
    while True:
        before = len(found), asked_later
        asked = set()
        for position in reversed(range(max(targets, default=-1) + 1)):
            piece = pieces[position]
            altered = piece.alters.union(*(_effects(name, functions) for name in piece.reads)) - imported
            if (piece.binds | altered) & (asked | asked_later):
                found.add(position)
            if position in found:
                asked = (asked - piece.binds) | piece.reads
        asked_later = frozenset().union(*(pieces[position].later for position in found))
        if (len(found), asked_later) == before:
            return sorted(found)


def _effects(name, functions, passed=()):
    """Return the names whose object a call of a function of the notebook alters, itself or by calling others."""
    if name not in functions or name in passed:
        return set()
    reads, alters = functions[name]
    return alters.union(*(_effects(other, functions, (*passed, name)) for other in reads))


def names(nodes):
    """Return what some nodes of a syntax tree do with the names of the notebook."""
    visitor = _Visitor()
    for node in nodes:
        visitor.visit(node)
    sets = (visitor.reads, visitor.later, visitor.binds, visitor.alters)
    return Names(*map(frozenset, sets), visitor.functions, frozenset(visitor.imports))


class _Visitor(ast.NodeVisitor):
    def __init__(self):
        self.reads, self.later, self.binds, self.alters, self.functions = set(), set(), set(), set(), {}
        self.imports = set()

    def visit_FunctionDef(self, node):
        inside = _Visitor()
        for part in node.body:
            inside.visit(part)
        own = inside.binds | {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        self.later |= (inside.reads | inside.later) - own
        self.functions[node.name] = (inside.reads | inside.later) - own, inside.alters - own
        self.binds.add(node.name)
        for part in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(part)

    def visit_Lambda(self, node):
        inside = _Visitor()
        inside.visit(node.body)
        own = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        self.later |= (inside.reads | inside.later) - own
        for part in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(part)

    def visit_ClassDef(self, node):
        self.binds.add(node.name)
        inside = _Visitor()
        inside.generic_visit(node)
        self.reads |= inside.reads - self.binds
        self.later |= inside.later

    def _comprehension(self, node):
        inside = _Visitor()
        inside.generic_visit(node)
        self.reads |= inside.reads - inside.binds - self.binds
        self.later |= inside.later - inside.binds

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_Import(self, node):
        names = {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        self.binds |= names
        self.imports |= names

    visit_ImportFrom = visit_Import

    def visit_Assign(self, node):
        for part in (node.value, *node.targets):  # in the order in which they run
            self.visit(part)

    def visit_For(self, node):
        for part in (node.iter, node.target, *node.body, *node.orelse):
            self.visit(part)

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.binds.add(node.id)
        elif node.id not in self.binds:
            self.reads.add(node.id)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        self.reads.add(_root(node.target))
        self.alters.add(_root(node.target))

    def visit_Subscript(self, node):
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            self.alters.add(_root(node))

    visit_Attribute = visit_Subscript

    def visit_Expr(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
            self.alters.add(_root(node.value.func))


def _root(node):
    """Return the name at the beginning of an expression such as a.b[c].d, or "" where there is none."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
