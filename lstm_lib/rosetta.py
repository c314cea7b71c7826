"""Read anybody's LSTM, and hand one's own on: the parameters of a layer, from and to other frameworks.

    params = from_("torch", arrays)     somebody's arrays, as the eight of this library
    arrays = to("keras", params)        the eight of this library, by the names and in the shapes of a framework
    save(path, arrays); load(path)      a .safetensors file, which every framework can write and read
    cells(arrays); describe(arrays)     which layers a file holds; ``python -m lstm_lib.rosetta FILE`` prints it

All of them compute the primer's formulas. They differ in the order of the gates, in rows or columns, in whether
the weights on h and on x lie in one matrix or apart, and in the number of biases: `LAYOUTS` says it for each. No
framework is imported: arrays go in and come out. This is how they come out of a framework (and go in):

    torch, torch_cell   net.state_dict()    (net.load_state_dict({k: torch.tensor(a) for k, a in arrays.items()}))
    keras               dict(zip(("kernel", "recurrent_kernel", "bias"), layer.get_weights()))
                        (layer.set_weights(list(arrays.values())))
    flax                flax.traverse_util.flatten_dict(params, sep=".")    (unflatten_dict)
    nnx, nnx_optimized  {".".join(k): v[...] for k, v in nnx.to_flat_state(nnx.state(cell, nnx.Param))}
    equinox             {k: getattr(cell, k) for k in ("weight_ih", "weight_hh", "bias")}    (equinox.tree_at)
    onnx                the inputs W, R and B of the node
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstm_lib import validation


class Layout(NamedTuple):
    """How a framework stores an LSTM layer.

    Attributes
    ----------
    order : str
        The gates in its order, in the letters of this library: f, i, C, o.
    weights : dict of str
        What is multiplied → the name of its array, which holds all gates, or one name for each gate with blanks
        between. The keys are "x" and "h", or "hx" or "xh" where the two lie side by side. {layer} and {reverse}
        stand for what a framework counts in its names.
    biases : tuple of str
        Names, in the same way; they are added up. A name that stands here twice holds both, one after the other.
    columns : bool, default False
        Whether the gates lie side by side, for row vectors: ours transposed.
    directions : bool, default False
        Whether each array has a leading axis that counts directions.
    upright : bool, default False
        Whether a bias is a column, (H, 1).
    foreign : dict of str
        Arrays that would change the formulas → what they do.

    Examples
    --------
    >>> LAYOUTS["onnx"].order
    'iofC'
    >>> mine = Layout("ifCo", {"xh": "kernel"}, ("bias",), columns=True)  # of a program that is not in the table
    >>> params = from_(mine, {"kernel": np.ones((5, 12)), "bias": np.zeros(12)})
    >>> params["W_f"].shape
    (3, 5)
    """

    order: str
    weights: dict
    biases: tuple
    columns: bool = False
    directions: bool = False
    upright: bool = False
    foreign: dict = {}  # noqa: RUF012  nothing writes into it


_FLAX = Layout(
    "ifCo",
    {"x": "ii.kernel if.kernel ig.kernel io.kernel", "h": "hi.kernel hf.kernel hg.kernel ho.kernel"},
    ("hi.bias hf.bias hg.bias ho.bias",),
    columns=True,
)
LAYOUTS = {
    "primer": Layout("fiCo", {"hx": "W_f W_i W_C W_o"}, ("b_f b_i b_C b_o",), upright=True),
    "torch": Layout(
        "ifCo",
        {"x": "weight_ih_l{layer}{reverse}", "h": "weight_hh_l{layer}{reverse}"},
        ("bias_ih_l{layer}{reverse}", "bias_hh_l{layer}{reverse}"),
        foreign={"weight_hr_l{layer}{reverse}": "h is projected after each step"},
    ),
    "torch_cell": Layout("ifCo", {"x": "weight_ih", "h": "weight_hh"}, ("bias_ih", "bias_hh")),
    "keras": Layout("ifCo", {"x": "kernel", "h": "recurrent_kernel"}, ("bias",), columns=True),
    "flax": _FLAX,
    "nnx": _FLAX._replace(weights=_FLAX.weights | {"x": "ii.kernel if_.kernel ig.kernel io.kernel"}),
    "nnx_optimized": Layout(
        "ifCo", {"x": "dense_i.kernel", "h": "dense_h.kernel"}, ("dense_h.bias",), columns=True
    ),
    "equinox": Layout("ifCo", {"x": "weight_ih", "h": "weight_hh"}, ("bias",)),
    "onnx": Layout("iofC", {"x": "W", "h": "R"}, ("B", "B"), directions=True, foreign={"P": "the gates see C"}),
}


# --- from and to ---


def from_(layout, arrays, *, prefix="", layer=0, reverse=False, bias=True):
    """Return the parameters of one layer, as this library has them, from the arrays of a framework.

    Parameters
    ----------
    layout : str or Layout
        One of `LAYOUTS`, or one of your own.
    arrays : dict of array_like
        The framework's arrays by its names; others are left alone.
    prefix : str, default ""
        What stands before each name, such as ``"lstm."`` in the state of a larger model.
    layer : int, default 0
        Which layer, where the framework counts layers in its names.
    reverse : bool, default False
        The layer that reads from the end, where the framework keeps both directions together.
    bias : bool, default True
        False reads a layer that was made without biases: they become zeros.

    Returns
    -------
    dict of ndarray
        W_f, W_i, W_C, W_o of shape (H, H+D) and b_f, b_i, b_C, b_o of shape (H, 1): copies, in the precision that
        they had. Two biases have become their sum.

    Raises
    ------
    TypeError, ValueError
        An unknown layout; a missing name; an array of another kind, shape or precision; NaN; an array that changes
        the formulas, such as a projection or peepholes.

    Examples
    --------
    >>> theirs = {"weight_ih": np.ones((12, 2)), "weight_hh": np.ones((12, 3)), "bias": np.arange(12.0)}
    >>> params = from_("equinox", theirs)
    >>> params["W_f"].shape, params["b_f"].T
    ((3, 5), array([[3., 4., 5.]]))
    """
    form, weights, biases = _named(layout, prefix, layer, reverse)
    _require(arrays, form, weights, biases, bias)
    look, n = _Look(form, arrays, reverse), len(form.order)
    parts = {part: look.at(weights[part], n, _ACROSS[part]) for part in sorted(weights)}  # h before x: it tells H
    W = _h_first(parts, look.sizes["H"])
    b = np.zeros((len(W), 1), W.dtype)
    for own in dict.fromkeys(biases if bias else ()):  # each array once, though it may stand for two biases
        times = biases.count(own)
        both = look.at(own, times * n, "1" if form.upright else "")
        b += sum(np.split(both.reshape(-1, 1), times))
    gates = sorted(form.order, key="fiCo".find)  # in the order of this library
    W, b = (dict(zip(form.order, np.split(a, n), strict=True)) for a in (W, b))
    return {f"W_{k}": W[k].copy() for k in gates} | {f"b_{k}": b[k].copy() for k in gates}


def to(layout, params, *, prefix="", layer=0, reverse=False):
    """Return the parameters of one layer as the arrays of a framework.

    Parameters
    ----------
    layout : str or Layout
        One of `LAYOUTS`, or one of your own.
    params : dict of ndarray
        W_f, W_i, W_C, W_o of shape (H, H+D) and b_f, b_i, b_C, b_o of shape (H, 1); others are left alone.
    prefix : str, default ""
        What to put before each name.
    layer : int, default 0
        Which layer the names shall tell, where the framework counts layers in them. ``to(…) | to(…, layer=1)`` are
        two.
    reverse : bool, default False
        The direction that the names shall tell, in the same way. (In ONNX it is a place on the first axis of every
        array: make both directions without it, and ``np.concatenate`` them.)

    Returns
    -------
    dict of ndarray
        Copies, in the precision of `params`. Where there are two biases, the first is b and the second zero.

    Raises
    ------
    TypeError, ValueError
        An unknown layout; a missing gate; an array of another kind, shape or precision.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> params = lstm.init_params(2, 3, np.random.default_rng(0))
    >>> {name: array.shape for name, array in to("keras", params).items()}
    {'kernel': (2, 12), 'recurrent_kernel': (3, 12), 'bias': (12,)}
    >>> there_and_back = from_("keras", to("keras", params))
    >>> all((there_and_back[name] == params[name]).all() for name in params)
    True
    """
    form, weights, biases = _named(layout, prefix, layer, reverse)
    if reverse and form.directions:
        raise ValueError("reverse is True; here it is a place on the first axis: want False, and np.concatenate")
    shapes = {f"W_{k}": "H H+D" for k in form.order} | {f"b_{k}": "H 1" for k in form.order}
    H = validation.parameters(params, shapes)["H"]
    W, b = (np.concatenate([params[f"{letter}_{k}"] for k in form.order]) for letter in "Wb")
    parts = {"h": W[:, :H], "x": W[:, H:], "hx": W, "xh": np.roll(W, -H, axis=1)}
    b = b if form.upright else b[:, 0]
    arrays = {}
    for part, own in weights.items():
        for name, rows in zip(own, np.split(parts[part], len(own)), strict=True):
            arrays[name] = rows.T if form.columns else rows
    for own, values in zip(biases, [b] + [0 * b] * (len(biases) - 1), strict=True):
        for name, block in zip(own, np.split(values, len(own)), strict=True):
            arrays[name] = np.concatenate([arrays[name], block]) if name in arrays else block
    return {name: np.array(a[None] if form.directions else a, order="C") for name, a in arrays.items()}


# --- what a file holds ---


class Cell(NamedTuple):
    """A layer that `cells` has found. Its fields are arguments of `from_`.

    Examples
    --------
    >>> arrays = {"weight_ih": np.ones((12, 2)), "weight_hh": np.ones((12, 3)), "bias": np.ones(12)}
    >>> (found,) = cells(arrays)
    >>> found.layout, from_(arrays=arrays, **found._asdict())["W_f"].shape
    ('equinox', (3, 5))
    """

    layout: str
    prefix: str = ""
    layer: int = 0
    reverse: bool = False
    bias: bool = True


def cells(arrays):
    """Return which layers there are in a dict of arrays, as far as names tell.

    Parameters
    ----------
    arrays : dict of array_like
        All that a file holds.

    Returns
    -------
    list of Cell
        By prefix, layer and direction. Whether the shapes are those of an LSTM is for `from_` to say: in some
        frameworks a GRU has the same names.

    Raises
    ------
    TypeError
        `arrays` is not a dict.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> lower, upper = (lstm.init_params(D, 4, np.random.default_rng(0)) for D in (3, 4))
    >>> arrays = to("torch", lower, prefix="lstm.") | to("torch", upper, prefix="lstm.", layer=1)
    >>> [(cell.layout, cell.prefix, cell.layer) for cell in cells(arrays)]
    [('torch', 'lstm.', 0), ('torch', 'lstm.', 1)]
    """
    _is_dict(arrays)
    found = {}
    for layout, form in LAYOUTS.items():
        first = next(iter(form.weights.values())).split()[0]
        pattern = re.escape(first).replace(r"\{layer\}", r"(?P<layer>\d+)")
        pattern = r"(?P<prefix>(.*[./])?)" + pattern.replace(r"\{reverse\}", "(?P<reverse>_reverse)?")
        for match in filter(None, (re.fullmatch(pattern, str(name)) for name in arrays)):
            told = match.groupdict()
            cell = Cell(layout, told["prefix"], int(told.get("layer", 0)), bool(told.get("reverse")))
            for each in _all_there(cell, arrays):
                at = match[0], each.reverse
                if (
                    at not in found or each.bias > found[at].bias
                ):  # the names of weights may be those of two layouts
                    found[at] = each
    return sorted(found.values(), key=lambda cell: cell[1:4])


def describe(arrays):
    """Return in words which layers are in a dict of arrays: sizes, biases, and where that of the forget gate is.

    Parameters
    ----------
    arrays : dict of array_like
        All that a file holds.

    Returns
    -------
    str
        Two or three lines for each layer, and one with what belongs to none.

    Raises
    ------
    TypeError
        `arrays` is not a dict.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> params = lstm.init_params(2, 3, np.random.default_rng(0))
    >>> print(describe(to("keras", params) | {"head": np.zeros((1, 3))}))
    keras: D = 2 inputs, H = 3 units, 1 bias, 72 numbers in float64
      forget bias: bias[3:6]
      its mean 1, from 1 to 1
    beside: head (1, 3)
    """
    lines, named = [], set()
    for cell in cells(arrays):
        form, weights, biases = _named(*cell[:4])
        names = [name for own in (*weights.values(), *biases * cell.bias) for name in own]
        lines += _told(cell, form, biases, arrays, sum(np.size(arrays[name]) for name in {*names}))
        named.update(names)
    beside = [f"{name} {np.shape(array)}" for name, array in arrays.items() if name not in named]
    lines = lines or [f"no layer by the names of any of {', '.join(LAYOUTS)}"]
    return "\n".join(lines + [f"beside: {_some(beside)}"] * bool(beside))


# --- files ---

_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "<u1", "BOOL": "?"}


def save(path, arrays):
    """Write arrays into a .safetensors file: 8 bytes with the length of a JSON text, that text, the numbers.

    Parameters
    ----------
    path : str or Path
        Nothing is written unless all arrays can be.
    arrays : dict of array_like
        float64 and float32 stay what they are, whole numbers become float64.

    Raises
    ------
    TypeError
        Not a dict, or an array of anything else.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Path(folder) / "mine.safetensors", {"W_f": np.ones((3, 5))})
    ...     load(Path(folder) / "mine.safetensors")["W_f"].shape
    (3, 5)
    """
    header, numbers, end = {}, [], 0
    for name, value in _is_dict(arrays).items():
        array = validation.array(f"arrays[{name!r}]", _array(name, value), None, {}, finite=False)
        numbers.append(array.astype(array.dtype.newbyteorder("<")).tobytes())
        start, end = end, end + len(numbers[-1])
        header[name] = {"dtype": f"F{8 * array.itemsize}", "shape": array.shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers begin at a multiple of 8
    Path(path).write_bytes(b"".join([len(text).to_bytes(8, "little"), text, *numbers]))


def load(path):
    """Return the arrays in a .safetensors file.

    Parameters
    ----------
    path : str or Path
        Written by `save`, or by the package safetensors for any framework.

    Returns
    -------
    dict of ndarray
        By name, in the precision of the file.

    Raises
    ------
    OSError
        There is no such file.
    ValueError
        It is of another kind, or incomplete, or its numbers are of a kind that NumPy does not have (bfloat16).

    Examples
    --------
    >>> load(__file__)
    Traceback (most recent call last):
        ...
    ValueError: ...rosetta.py cannot be read: ...; want a whole .safetensors file
    """
    data, arrays = Path(path).read_bytes(), {}
    begin = 8 + int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8:begin].decode())
        header.pop("__metadata__", None)
        for name, entry in header.items():
            if entry["dtype"] not in _KINDS:
                raise ValueError(f"{name} is {entry['dtype']}, which is none of {', '.join(_KINDS)}")
            kind, (start, end) = np.dtype(_KINDS[entry["dtype"]]), entry["data_offsets"]
            array = np.frombuffer(data[begin + start : begin + end], kind).reshape(entry["shape"])
            arrays[name] = array.astype(kind.newbyteorder("="))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{path} cannot be read: {error}; want a whole .safetensors file") from None
    return arrays


def main(arguments=None):
    """Print what a file holds, and return the exit code.

    Parameters
    ----------
    arguments : list of str, optional
        The file; None takes those of the command line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Path(folder) / "mine.safetensors", {"W": np.ones(3)})
    ...     main([str(Path(folder) / "mine.safetensors")])
    no layer by the names of any of primer, torch, torch_cell, keras, flax, nnx, nnx_optimized, equinox, onnx
    beside: W (3,)
    0
    """
    parser = argparse.ArgumentParser(
        prog="python -m lstm_lib.rosetta", description="Say which LSTM layers a file holds."
    )
    parser.add_argument("file", help="a .safetensors file")
    try:
        print(describe(load(parser.parse_args(arguments).file)))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


# --- what stands behind ---

_ACROSS = {"h": "H", "x": "D", "hx": "H+D", "xh": "H+D"}  # what stands beside the gates in each array


def _named(layout, prefix, layer, reverse):
    """Return the layout, and the names of its arrays: by part, and for each bias, as tuples."""
    form = LAYOUTS.get(layout) if isinstance(layout, str) else layout
    if not isinstance(form, Layout):
        raise ValueError(f"layout is {layout!r}; want one of {', '.join(LAYOUTS)}, or a rosetta.Layout")
    if not isinstance(prefix, str):
        raise TypeError(f"prefix is {prefix!r} ({type(prefix).__name__}); want text, such as 'lstm.'")
    layer, counted = validation.size("layer", layer, least=0), "".join([*form.weights.values(), *form.biases])
    if layer and "{layer}" not in counted:
        raise ValueError(f"layer is {layer}; this layout counts no layers: want 0, and the arrays of that layer")
    if reverse and "{reverse}" not in counted and not form.directions:
        raise ValueError("reverse is True; this layout counts no directions: want the arrays of that direction")

    def names(text):
        spelt = text.format(layer=layer, reverse="_reverse" if reverse else "")
        return tuple(prefix + name for name in spelt.split())

    return (
        form._replace(foreign={name: what for text, what in form.foreign.items() for name in names(text)}),
        {part: names(text) for part, text in form.weights.items()},
        [names(text) for text in form.biases],
    )


def _require(arrays, form, weights, biases, bias):
    """Refuse arrays of which one is missing, or one is there that the formulas do not have."""
    _is_dict(arrays)
    of_biases = {name: None for own in biases for name in own}
    wanted = [name for own in weights.values() for name in own] + [*of_biases] * bool(bias)
    missing = [name for name in wanted if name not in arrays]
    if missing:
        without = "; without biases? then bias=False" if {*missing} == {*of_biases} else ""
        raise ValueError(
            f"arrays has no {', '.join(missing)}; got {_some(arrays)}; want {', '.join(wanted)}{without}"
        )
    for name in [*of_biases] * (not bias):
        if name in arrays:
            raise ValueError(f"bias is False, but arrays has {name}; want bias=True, or arrays without it")
    for name, what in form.foreign.items():
        if name in arrays and np.any(_array(name, arrays[name])):
            raise ValueError(f"arrays has {name}: {what}; want a layer with the primer's formulas, without it")


class _Look:
    """The arrays of one layer, looked at in turn: each has to fit those before it."""

    def __init__(self, form, arrays, reverse):
        self.form, self.arrays, self.place = form, arrays, int(reverse)
        self.sizes, self.dtype = {}, None

    def at(self, names, blocks, across):
        """Return what lies under the names, the blocks of H numbers one below the other as in this library."""
        blocks //= len(names)
        letters = ["H" if blocks == 1 else f"{blocks}H", *across.split()]
        if self.form.columns:
            letters.reverse()
        if self.form.directions:
            letters.insert(0, "directions")
        return np.concatenate([self._one(name, letters, blocks) for name in names])

    def _one(self, name, letters, blocks):
        array = _array(name, self.arrays[name])
        if not self.sizes and array.ndim == len(letters):
            H = _units(array.shape, letters, blocks)
            self.sizes = {"H": H} | {f"{k}H": k * H for k in range(2, 2 * len(self.form.order) + 1)}
        array = validation.array(f"arrays[{name!r}]", array, " ".join(letters), self.sizes, self.dtype)
        self.dtype = array.dtype
        if self.sizes.get("H+D", np.inf) <= self.sizes["H"]:
            raise ValueError(f"arrays[{name!r}] has shape {array.shape}; want room for H + D, with D at least 1")
        if self.form.directions and self.place >= len(array):
            raise ValueError(f"arrays[{name!r}] has shape {array.shape}, one direction; want two for reverse=True")
        array = array[self.place] if self.form.directions else array
        return array.T if self.form.columns else array


def _units(shape, letters, blocks):
    """Return H, from the array that tells it: the one for h is H along one axis and more along the other."""
    if "H+D" not in letters:
        return min(shape[-2:])
    return shape[letters.index("H" if blocks == 1 else f"{blocks}H")] // blocks


def _h_first(parts, H):
    """Return W with the columns [h, x], from the parts that a framework keeps."""
    if "xh" in parts:
        return np.roll(parts["xh"], H, axis=1)
    return parts["hx"] if "hx" in parts else np.concatenate([parts["h"], parts["x"]], axis=1)


def _some(names):
    """Return some names in a row; the state of a large model has thousands."""
    names = [str(name) for name in names]
    return ", ".join(names[:12] + ["..."] * (len(names) > 12)) or "nothing"


def _is_dict(arrays):
    if not isinstance(arrays, Mapping):
        raise TypeError(f"arrays is a {type(arrays).__name__}; want a dict of arrays by their names")
    return arrays


def _array(name, value):
    """Return a framework's array as NumPy's, if it is one and can be read."""
    try:
        return np.asarray(value)
    except Exception as error:  # on another device, or with a gradient's history: each framework has its own words
        raise TypeError(f"arrays[{name!r}] cannot be read: {error}; want an array in the main memory") from None


def _all_there(cell, arrays):
    """Return the cells of which all arrays are there: none, one, or both directions."""
    form, weights, biases = _named(*cell[:4])
    names, of_biases = ({name for own in group for name in own} for group in (weights.values(), biases))
    if not names <= arrays.keys() or 0 < len(of_biases & arrays.keys()) < len(of_biases):
        return []
    cell = cell._replace(bias=of_biases <= arrays.keys())
    both = form.directions and np.shape(arrays[min(names)])[:1] == (2,)
    return [cell, cell._replace(reverse=True)] if both else [cell]


def _told(cell, form, biases, arrays, n):
    """Return two or three lines about a cell."""
    words = [f"{cell.prefix}: {cell.layout}" if cell.prefix else cell.layout]
    words += [f"layer {cell.layer}"] * ("{layer}" in str(LAYOUTS[cell.layout].weights)) + [
        "reverse"
    ] * cell.reverse
    try:
        params = from_(arrays=arrays, **cell._asdict())
    except (TypeError, ValueError) as error:
        return [f"{', '.join(words)}: its names are there, but {error}"]
    W, b = params["W_f"], params["b_f"]
    H, D = len(W), W.shape[1] - len(W)
    counted = {0: "no bias", 1: "1 bias"}.get(len(biases) * cell.bias, "2 biases")
    where = " + ".join(_place(form, biases, k, H, cell.reverse) for k in range(len(biases)))
    its_bias = [f"  forget bias: {where}", f"  its mean {b.mean():.3g}, from {b.min():.3g} to {b.max():.3g}"]
    return [
        f"{', '.join(words)}: D = {D} inputs, H = {H} units, {counted}, {n} numbers in {W.dtype}",
        *(its_bias if cell.bias else ["  forget bias: none, so 0"]),
    ]


def _place(form, biases, k, H, reverse):
    """Write where the forget gate's part of the kth bias stands, as one would to take it out."""
    own, gate = biases[k], form.order.index("f")
    if len(own) > 1:
        return own[gate]
    start = (gate + len(form.order) * biases[:k].count(own)) * H
    return f"{own[0]}[{f'{int(reverse)}, ' if form.directions else ''}{start}:{start + H}]"


if __name__ == "__main__":
    sys.exit(main())
