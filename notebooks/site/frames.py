"""What waits for a kernel in a lesson, made beforehand for its page: pictures of sliders, the key's weights.

Of a lesson only those statements are run on which its live figures stand. What was made is kept in _build/frames
until the lesson or the library changes.
"""

import ast
import base64
import contextlib
import hashlib
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import build  # noqa: E402
import numpy as np  # noqa: E402
import slicing  # noqa: E402
import view  # noqa: E402
from PIL import Image  # noqa: E402

from lstm_lib import lstm, model, morse, plotting  # noqa: E402

KEPT = build.HERE.parent / "_build" / "frames"
LIBRARY = build.HERE.parent / "lstm_lib"
MOST = 100  # pictures of a figure; with more, its sliders move in larger steps
WEIGHTS = tuple(lstm.SHAPES | model.READ_OUT)


def made(names):
    """Return, for each lesson with such figures, the folder with what was made for them; make what is missing."""
    folders = {name: KEPT / f"{Path(name).name}-{fingerprint(name)}" for name in names if live_cells(name)}
    missing = {name: folder for name, folder in folders.items() if not folder.exists()}
    with contextlib.ExitStack() as running:  # side by side, each in a Python of its own
        for name, folder in missing.items():
            command = [sys.executable, __file__, name, str(folder)]
            running.enter_context(subprocess.Popen(command, env=build.kernel_environment(os.devnull)))
    for name, folder in folders.items():
        if not folder.exists():
            raise build.BuildError(f"{name}: its live figures could not be drawn, see above")
        for old in set(KEPT.glob(f"{Path(name).name}-*")) - {folder}:
            shutil.rmtree(old)
    return folders


def fingerprint(name):
    """Return a name for all that the figures of a lesson are made of."""
    sources = [build.HERE / "src" / f"{name}.py", Path(__file__), *sorted(LIBRARY.rglob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def live_cells(name):
    """Return the cells of a lesson whose live figure asks a kernel, and for each the call that makes it."""
    found = {}
    for cell in build.read_source(build.HERE / "src" / f"{name}.py").cells:
        if (view.label(cell) or "-")[0] == "Live":
            last = ast.parse(cell.source).body[-1]
            call = getattr(last, "value", None)
            if isinstance(call, ast.Call) and view.called_name(call) in ("explore", "Key"):
                found[cell.id] = ast.unparse(last)
    return found


def main(name, folder):
    """Make what the live figures of a lesson need."""
    half = Path(f"{folder}.new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    told = {}
    with contextlib.redirect_stdout(None):
        for number, (cell, figure) in enumerate(figures(name).items()):
            if isinstance(figure, tuple):
                told[cell] = drawn(*figure, half, f"{Path(name).name}-{number}")
            else:
                told[cell] = {"reader": reader(figure)}
    (half / "figures.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    half.rename(folder)


def figures(name):
    """Run what the live figures of a lesson stand on; return by cell (draw, sliders), or the key."""
    source = build.read_source(build.HERE / "src" / f"{name}.py")
    pieces, targets = [], {}
    wanted = live_cells(name)
    for cell in source.cells:
        if cell.cell_type == "code":
            pieces += ast.parse(cell.source).body
            if cell.id in wanted:
                targets[len(pieces) - 1] = cell.id
    space, found = {"get_ipython": lambda: None}, {}
    os.chdir((build.HERE / name).parent)
    for position in slicing.needed([slicing.names([piece]) for piece in pieces], set(targets)):
        if position in targets:
            call = compile(ast.Expression(pieces[position].value), name, "eval")
            found[targets[position]] = eval(call, space | {"explore": lambda draw, **sliders: (draw, sliders)})
        else:
            exec(compile(ast.Module([pieces[position]], []), name, "exec"), space)
    return found


def drawn(draw, sliders, folder, name):
    """Draw a figure at every place of its sliders into `folder`; return what the page has to know."""
    sliders = coarser(sliders)
    places = [places_of(one) for one in sliders.values()]
    words = []
    for number, values in enumerate(itertools.product(*places)):
        settings = {
            n: int(v) if one.is_whole else float(v) for (n, one), v in zip(sliders.items(), values, strict=True)
        }
        figure, said = draw(**settings)
        words.append(" ".join(said.split()))
        picture = Image.open(io.BytesIO(plotting.png(figure)))
        few = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)  # colours: lines on white need no more
        few.convert("RGB").save(folder / f"{name}-{number}.webp", lossless=True, quality=60, method=4)
    controls = [{"name": n, **one._asdict(), "digits": one.digits} for n, one in sliders.items()]
    return {
        "controls": controls,
        "frames": {"name": name, "sizes": [len(each) for each in places], "words": words},
    }


def places_of(slider):
    """Return all values of a slider."""
    return slider.low + slider.step * np.arange(round((slider.high - slider.low) / slider.step) + 1)


def coarser(sliders):
    """Return sliders with at most MOST places together: the finest one moves in larger steps."""
    sliders, sizes = dict(sliders), {name: len(places_of(one)) for name, one in sliders.items()}
    while np.prod([*sizes.values()]) > MOST:
        name = max(sizes, key=sizes.get)
        one, last = sliders[name], sizes[name] - 1
        start = round((one.value - one.low) / one.step)  # where it stands at first has to stay a place
        times = next(k for k in range(2, last + 1) if last % k == 0 and start % k == 0)
        sliders[name] = one._replace(step=times * one.step)
        sizes[name] = last // times + 1
    return sliders


def reader(key):
    """Return what the key needs to read by itself: the network, the noise and the code."""
    params = {name: np.asarray(key.params[name], "<f4") for name in WEIGHTS}
    weights = base64.b64encode(b"".join(params[name].tobytes() for name in WEIGHTS)).decode()
    sizes = {name: list(params[name].shape) for name in WEIGHTS}
    return {"weights": weights, "sizes": sizes, "noise": key.noise, "codes": morse.CODES}


if __name__ == "__main__":
    main(*sys.argv[1:])
