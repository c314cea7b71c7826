"""A function of a notebook as a text that stands alone: its own lines, and all of the notebook that it needs.

    text_of(my_step, "step")    the program text, _renamed, with helper functions, imports and constants in front

Only NumPy and Python's own modules may be imported by it, and of this library it may use what the file for which
it is meant defines under the same name.
"""

import ast
import builtins
import inspect
import io
import sys
import textwrap
import tokenize
import types

import numpy as np

from lstm_lib import lstm
from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad

HEAD = {  # what the head of the file defines, and stands in the notebooks under the same name
    "np": np,
    "GATES": lstm.GATES,
    "Step": lstm.Step,
    "sigmoid": sigmoid,
    "sigmoid_grad": sigmoid_grad,
    "tanh_grad": tanh_grad,
}
PIECES = ("step", "step_backward", "backward", "init_params", "loss", "adam", "train")
GIVEN = ("forward", "loss_and_grads")  # what the file has beside the pieces and its head
NO_TEXT = "its text cannot be found: write it with def, in a cell"


def text_of(function, name):
    """Return the text of a function under another name, with whatever of the notebook it needs in front of it.

    Parameters
    ----------
    function : function
        Defined with ``def``, or a lambda with a name.
    name : str
        The name it gets.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        It needs something that a program of its own cannot have.

    Examples
    --------
    >>> print(text_of(_is_library, "is_ours").splitlines()[0])
    import types
    """
    needed = {}
    own = _standing_alone(function, name, needed)
    return "\n\n\n".join([*needed.values(), own]) + "\n\n\n"


def _standing_alone(function, name, needed):
    """Return the renamed text of a function; what it needs is added to `needed`, by name."""
    function = inspect.unwrap(function)
    if not isinstance(function, types.FunctionType):
        raise ValueError("it is not a function that was written with def")
    if function.__closure__:
        raise ValueError(f"it uses {', '.join(function.__code__.co_freevars)} of the function around it")
    try:
        source = textwrap.dedent(inspect.getsource(function)).strip("\n")
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        raise ValueError(NO_TEXT) from None
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef | ast.Assign):
        raise ValueError(NO_TEXT)
    source = _without_modules(source, tree, function.__globals__, name)
    for used in _names_from_outside(tree):
        if used != function.__name__ and used not in needed:
            _bring(used, function.__globals__, needed, name)
    return _renamed(
        source, function.__name__ if isinstance(tree.body[0], ast.FunctionDef) else _assigned(tree), name
    )


def _assigned(tree):
    """Return the name that a lambda is given."""
    target = tree.body[0].targets[0]
    if not isinstance(target, ast.Name):
        raise ValueError(NO_TEXT)
    return target.id


def _names_from_outside(tree):
    """Return the names that a function takes from the notebook around it, in order."""
    loaded, own = [], set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                loaded.append(node.id)
            else:
                own.add(node.id)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            own |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef):
            own.add(node.name)
    return [name for name in dict.fromkeys(loaded) if name not in own and not hasattr(builtins, name)]


def _bring(name, notebook, needed, piece):
    """Add what stands behind a name of the notebook to `needed`, or say why it cannot come along."""
    if name not in notebook or (name in (piece, *PIECES, *GIVEN) and _is_library(notebook[name])):
        return  # an error of its own when it runs; or what the file has under the same name
    value = notebook[name]
    if name in HEAD and value is HEAD[name]:
        return
    if isinstance(value, types.ModuleType):
        if not _is_library(value):
            needed[name] = _import_of(name, value)
    elif isinstance(value, types.FunctionType) and value.__globals__ is notebook:
        needed[name] = ""  # it may call itself, or be called by what it calls
        needed[name] = _standing_alone(value, name, needed)
    elif isinstance(value, bool | int | float | str | tuple | list | dict | type(None)) and _literal(value):
        needed[name] = f"{name} = {value!r}"
    else:
        raise ValueError(f"it uses {name}, which only this notebook has")


def _is_library(value):
    """Say whether a function, class or module is of this library, or of the learner's own file."""
    home = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
    return str(home).split(".")[0] in ("lstm_lib", "my_lstm")


def _import_of(name, module):
    """Return the line that imports a module under a name; only NumPy and Python's own are allowed."""
    home = module.__name__.split(".")[0]
    if home != "numpy" and home not in sys.stdlib_module_names:
        raise ValueError(f"it uses {home}, and the file needs NumPy only")
    return f"import {module.__name__}" + (f" as {name}" if name != module.__name__ else "")


def _literal(value):
    """Say whether a value can be written into a program as it is printed."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False


def _without_modules(source, tree, notebook, piece):
    """Return a text with ``lstm.step_backward`` written as the file has it, ``step_backward``."""
    lines = [line.encode() for line in source.split("\n")]
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    for node in sorted(found, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        module = notebook.get(getattr(node.value, "id", None))
        if not (isinstance(module, types.ModuleType) and _is_library(module)):
            continue
        if node.attr == piece or node.attr not in (*PIECES, *GIVEN, *HEAD):
            raise ValueError(f"it uses the library's {node.value.id}.{node.attr}, and the file stands alone")
        line = lines[node.lineno - 1]
        lines[node.lineno - 1] = line[: node.col_offset] + node.attr.encode() + line[node.end_col_offset :]
    return b"\n".join(lines).decode()


def _renamed(source, old, new):
    """Return a text in which one name stands for another, comments and strings untouched."""
    if old == new:
        return source
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    lines = source.split("\n")
    for before, token in reversed(list(zip([tokens[0], *tokens], tokens, strict=False))):
        if token.type == tokenize.NAME and token.string == old and before.string != ".":
            row, start = token.start
            lines[row - 1] = lines[row - 1][:start] + new + lines[row - 1][start + len(old) :]
    return "\n".join(lines)
