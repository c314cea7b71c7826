"""Mark all submissions and fill nbgrader's gradebook: ``python notebooks/graded/grade.py SET [--course FOLDER]``.

``make grade`` does the same. In nbgrader's round this takes the place of ``nbgrader autograde``. Each result is
one file in ``marks/``, written whole or not at all; begun again after an interrupt, only what is new, changed or
missing is marked.
"""

import argparse
import contextlib
import json
import os
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import course as courses
import sandbox
import submission
from mark import fingerprint as fingerprint_of
from mark import look_at, mark

MOST_OUTPUT = 200_000  # characters of a stored output that a person may want to see


def submissions(name, course):
    """Return {student: folder} of everything that was handed in for a problem set."""
    folders = sorted((course / "submitted").glob(f"*/{name}"))
    return {folder.parent.name: folder for folder in folders}


def saved(name, student, course):
    """Return the result that was written down for a student; None where there is none, or half of one."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(_file(name, student, course).read_text(encoding="utf-8"))
    return None


def _file(name, student, course):
    return course / "marks" / name / f"{student}.json"


def is_current(result, name, student, folder, course):
    """Return whether a saved result belongs to what was handed in, to the key and to this program."""
    try:
        return result["fingerprint"] == look_at(name, student, folder, course)[1]
    except submission.Refused as error:
        return result["fingerprint"] == fingerprint_of(name, student, str(error).encode(), course)
    except (KeyError, TypeError):
        return False


def mark_one(name, student, folder, course, protected, again=False):
    """Return (result, whether it was made now); what was marked before is not marked again."""
    result = saved(name, student, course)
    if not again and is_current(result, name, student, folder, course):
        return result, False
    result = mark(name, student, folder, course, protected=protected)
    target = _file(name, student, course)
    target.parent.mkdir(parents=True, exist_ok=True)
    half_written = target.with_suffix(".new")
    half_written.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    half_written.replace(target)
    return result, True


# --- into nbgrader's gradebook -----------------------------------------------------------------------------------


def record(gradebook, result, course):
    """Write one result into the gradebook, and the notebook that people and nbgrader's feedback look at.

    A score that a person has given stays; where the machine's changes, the person is asked to look again.
    """
    name, student = result["set"], result["student"]
    folder = course / "submitted" / student / name
    when = _small_text(folder / "timestamp.txt").strip()
    gradebook.update_or_create_student(student)
    with gradebook.db.no_autoflush:  # nbgrader 0.9.6 builds the submission piece by piece
        gradebook.update_or_create_submission(name, student, **({"timestamp": when} if when else {}))
    key = courses.read_key(name, course)
    answers = _sorted(result, key, folder, course)
    for cell in key:
        if cell["kind"] in ("tests", "written"):
            grade = gradebook.find_grade(cell["id"], name, name, student)
            score = result["scores"].get(cell["id"].removesuffix("-tests")) if cell["kind"] == "tests" else None
            if score is None and cell["id"] not in answers.answers:
                score = 0.0  # nothing was written, so there is nothing to read
            if grade.auto_score != score:
                grade.auto_score = score
                grade.needs_manual_grade = grade.manual_score is not None or score is None
        if cell["kind"] in ("answer", "written"):
            comment = gradebook.find_comment(cell["id"], name, name, student)
            comment.auto_comment = None if cell["id"] in answers.answers else "No answer was found."
    gradebook.db.commit()
    write_marked(result, key, answers, course)  # last, so that it stands for all of it


def is_recorded(name, student, course):
    """Return whether the result on file has gone into the gradebook."""
    marked = _marked(name, student, course)
    return marked.exists() and marked.stat().st_mtime_ns >= _file(name, student, course).stat().st_mtime_ns


def _marked(name, student, course):
    return course / "autograded" / student / name / f"{name}.ipynb"


def _sorted(result, key, folder, course):
    with contextlib.suppress(submission.Refused):
        return submission.sort(look_at(result["set"], result["student"], folder, course)[0], key)
    return submission.Submission([], {}, [], [])


def write_marked(result, key, sorted_out, course):
    """Write ``autograded/``: the course's cells in their order, the student's answers, and what the marks are for.

    No cell of it has been executed by nbgrader, no hidden test stands in it, and of the outputs only text and
    pictures are left.
    """
    import build
    from nbformat import v4

    name, student = result["set"], result["student"]
    folder, target = course / "submitted" / student / name, _marked(name, student, course)
    own = courses.key_of(name).given(courses.numbers_for(name, student, course))
    notices = [result["refused"]] if result["refused"] else result["notes"]
    marked = [_with_output(v4, "# What was noticed", "\n".join(notices))] if notices else []
    for cell in key:
        answer = sorted_out.answers.get(cell["id"]) if cell["id"] else None
        source = own if cell["id"] == "given" else answer.source if answer else cell["release"]
        if cell["type"] == "markdown":
            marked.append(v4.new_markdown_cell(source))
        elif cell["kind"] == "tests":
            marked.append(_with_output(v4, source, "\n".join(result["report"][cell["id"].removesuffix("-tests")])))
        else:
            marked.append(v4.new_code_cell(source, outputs=harmless(answer.outputs) if answer else []))
        if cell["label"]:
            marked[-1].metadata["nbgrader"] = cell["label"]
    if sorted_out.others:
        marked.append(v4.new_markdown_cell("## Other cells of this submission"))
    for cell in sorted_out.others:
        new = v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell
        marked.append(new(cell.source, **({"outputs": harmless(cell.outputs)} if cell.kind == "code" else {})))
    for number, cell in enumerate(marked):
        cell.id = f"cell-{number}"
    target.parent.mkdir(parents=True, exist_ok=True)
    for about in ("timestamp.txt", "submission_secret.txt"):  # by these nbgrader's exchange finds the way back
        if text := _small_text(folder / about):
            (target.parent / about).write_text(text, encoding="utf-8")
    build.write(v4.new_notebook(cells=marked), target)


def _with_output(v4, source, text):
    return v4.new_code_cell(source, outputs=[v4.new_output("stream", name="stdout", text=text)])


def harmless(outputs):
    """Return what a person may look at without running anything: text and pictures, none of it long.

    Examples
    --------
    >>> shown = {"text/html": "<script>", "text/plain": "x"}
    >>> harmless([{"output_type": "display_data", "data": shown}, "no output"])
    [{'output_type': 'display_data', 'data': {'text/plain': 'x'}, 'metadata': {}}]
    """
    kept = []
    for output in outputs:
        if not isinstance(output, dict):
            continue
        text, data = output.get("text"), output.get("data")
        if output.get("output_type") == "stream" and isinstance(text, str | list):
            kept.append({"output_type": "stream", "name": "stdout", "text": _joined(text)[:MOST_OUTPUT]})
        elif isinstance(data, dict):
            texts = {kind: data.get(kind) for kind in ("image/png", "text/plain")}
            shown = {kind: _joined(text) for kind, text in texts.items() if isinstance(text, str | list)}
            shown = {kind: text for kind, text in shown.items() if len(text) < MOST_OUTPUT}
            kept += [{"output_type": "display_data", "data": shown, "metadata": {}}] if shown else []
    return kept


def _joined(text):
    return "".join(map(str, text)).encode("utf-8", "replace").decode()


def _small_text(path):
    """Return the text of a small regular file; of a link, a folder or something large, nothing."""
    with contextlib.suppress(OSError, ValueError):
        about = path.lstat()
        if stat.S_ISREG(about.st_mode) and about.st_size < 1000:
            return path.read_text(encoding="utf-8")
    return ""


# --- all of them -------------------------------------------------------------------------------------------------


def grade(name, course, *, workers=2, protected=True, again=False, say=print):
    """Mark every submission and record it; one that cannot be marked never stops the others.

    Parameters
    ----------
    name : str
        The problem set.
    course : Path
        The course's folder.
    workers : int, default 2
        How many submissions are marked at a time.
    protected : bool, default True
        Whether to use the sandbox; see `sandbox.WITHOUT`.
    again : bool, default False
        Mark what has been marked already.
    say : function, default print
        What shows progress, a line a submission.

    Returns
    -------
    dict of str
        The students whose submission could not be marked, with the reason: the marker's fault, not theirs.
    """
    from nbgrader.api import Gradebook

    start, todo, failed, fresh = time.monotonic(), submissions(name, course), {}, 0
    url = f"sqlite:///{course.resolve() / 'gradebook.db'}"
    with ThreadPoolExecutor(workers) as pool, Gradebook(url, courses.COURSE_ID) as gradebook:
        marking = {
            pool.submit(mark_one, name, student, folder, course, protected, again): student
            for student, folder in todo.items()
        }
        try:
            for number, done in enumerate(as_completed(marking), 1):
                student = marking[done]
                try:
                    result, new = done.result()
                    if new or not is_recorded(name, student, course):
                        record(gradebook, result, course)
                except Exception as error:
                    gradebook.db.rollback()
                    failed[student] = f"{type(error).__name__}: {error}"
                    say(f"{number}/{len(todo)}  {student}  could not be marked: {failed[student]}")
                    continue
                fresh += new
                say(f"{number}/{len(todo)}  {student}  {_in_short(result)}" + "  (marked before)" * (not new))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            say("Stopped. What is marked is kept; the same command goes on from here.")
            raise
    seconds = time.monotonic() - start
    say(f"{fresh} marked, {len(todo) - fresh - len(failed)} marked before, {len(failed)} could not be marked")
    say(f"{seconds:.1f} s in all" + f", {seconds / max(fresh, 1):.2f} s for each one marked now" * bool(fresh))
    return failed


def _in_short(result):
    points = f"{sum(result['scores'].values()):g} points"
    return f"{points}  {result['refused']}".rstrip()


def main(arguments=None):
    """Mark all; return the exit code."""
    parser = argparse.ArgumentParser(
        description="Mark all submissions of a problem set into nbgrader's gradebook."
    )
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(courses.SETS)}; all by default")
    parser.add_argument("--course", type=Path, default=courses.COURSE)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--again", action="store_true", help="mark what has been marked already")
    parser.add_argument("--unprotected", action="store_true", help="run the students' code without a sandbox")
    options = parser.parse_args(arguments)
    if not options.unprotected and not sandbox.available():
        print(sandbox.WITHOUT, file=sys.stderr)
        return 2
    failed = {}
    for name in courses.chosen(options.sets):
        courses.read_key(name, options.course)
        protected = not options.unprotected
        failed |= grade(name, options.course, workers=options.workers, protected=protected, again=options.again)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
