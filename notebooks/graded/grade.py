"""Mark all submissions and fill nbgrader's gradebook: ``python notebooks/graded/grade.py SET [--course FOLDER]``.

``make grade`` does the same. In nbgrader's round this takes the place of ``nbgrader autograde``. Each result is
one file in ``marks/``, written whole or not at all; begun again after an interrupt, only what is new, changed or
missing is marked.
"""

import argparse
import atexit
import contextlib
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import apart
import book
import confine
import course as courses
import people
import submission
from mark import fingerprint as fingerprint_of
from mark import look_at


def submissions(name, course, student=None):
    """Return {student: folder} of what was handed in for a problem set: everything, or one student's."""
    folders = sorted((course / "submitted").glob(f"*/{name}"))
    return {folder.parent.name: folder for folder in folders if student in (None, folder.parent.name)}


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
        return result["fingerprint"] == fingerprint_of(name, student, look_at(name, folder, course)[1], course)
    except submission.Refused as error:
        return result["fingerprint"] == fingerprint_of(name, student, str(error).encode(), course)
    except (KeyError, TypeError):
        return False


def mark_one(worker, name, student, folder, course, protected=True, again=False):
    """Return (result, whether it was made now); what was marked before is not marked again."""
    if why := people.fault(student):
        raise ValueError(why)
    result = saved(name, student, course)
    if not again and is_current(result, name, student, folder, course):
        return result, False
    target = _file(name, student, course)
    target.parent.mkdir(parents=True, exist_ok=True)
    request = {"name": name, "student": student, "path": str(folder), "course": str(course)}
    worker.mark(request | {"options": {"protected": protected}}, courses.key_of(name).LIMITS.total, target)
    return saved(name, student, course), True


def grade(name, course, *, workers=2, protected=True, again=False, student=None, say=print):
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
        Whether to use the sandbox; see `confine.WITHOUT`.
    again : bool, default False
        Mark what has been marked already.
    student : str, optional
        Mark this one only.
    say : function, default print
        What shows progress, a line a submission.

    Returns
    -------
    dict of str
        The students whose submission could not be marked, with the reason: the marker's fault, not theirs.
    """
    start, todo, failed, fresh = time.monotonic(), submissions(name, course, student), {}, 0
    say(f"{name}: {len(todo)} submissions, {workers} at a time")
    if courses.close_to_others(course):
        say(f"{course} was open to others: keys, grades, submissions. It is its owner's alone now.")
    if book.restored(name, course):
        say("The gradebook did not know this problem set; it was put in again.")
    with _Marking(workers) as marking, book.opened(course) as gradebook:
        jobs = {
            marking.submit(name, student, folder, course, protected, again): student
            for student, folder in todo.items()
        }
        for number, done in enumerate(as_completed(jobs), 1):
            student = jobs[done]
            try:
                result, new = done.result()
                words = _recorded(gradebook, result, course, new)
            except KeyboardInterrupt:
                raise
            except Exception as error:
                gradebook.db.rollback()
                failed[student] = _reason(error)
                say(f"{number}/{len(todo)}  {student[:60]!r}  could not be marked: {failed[student]}")
                continue
            fresh += new
            say(f"{number}/{len(todo)}  {student}  {words}")
    seconds = time.monotonic() - start
    say(f"{fresh} marked, {len(todo) - fresh - len(failed)} marked before, {len(failed)} could not be marked")
    say(f"{seconds:.1f} s in all" + f", {seconds / max(fresh, 1):.2f} s for each one marked now" * bool(fresh))
    return failed


def _recorded(gradebook, result, course, new):
    """Record a result where that is due, and say what there is to say."""
    lacks = book.recorded(gradebook, result, course)
    if new or lacks or result["texts"] != book.shown(result, course):
        book.record(gradebook, result, course)
    else:
        book.refreshed(gradebook, result, course)
    said = [f"{sum(result['scores'].values()):g} points", result["refused"]]
    said += ["(marked before)"] * (not new) + [lacks] * (not new and "other marks" in lacks)
    return "  ".join(filter(None, said))


def _reason(error):
    return str(error) if isinstance(error, apart.Failed | ValueError) else f"{type(error).__name__}: {error}"


IDLE = []  # workers that wait for the next problem set
atexit.register(lambda: [worker.stop() for worker in IDLE])


class _Marking:
    """Threads that mark, each with a process of its own; an interrupt ends them, and loses nothing."""

    def __init__(self, workers):
        self.pool, self.own, self.workers = ThreadPoolExecutor(workers), threading.local(), []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.pool.shutdown(wait=kind is None, cancel_futures=True)
        for worker in self.workers:
            if kind is None:
                IDLE.append(worker)
            else:
                worker.stop()
        if kind is KeyboardInterrupt:
            print("Stopped. What is marked is kept; the same command goes on from here.")

    def submit(self, *job):
        """Have one submission marked."""
        return self.pool.submit(self._mark, *job)

    def _mark(self, *job):
        if not hasattr(self.own, "worker"):
            self.own.worker = IDLE.pop() if IDLE else apart.Worker()
            self.workers.append(self.own.worker)
        return mark_one(self.own.worker, *job)


def shown(result):
    """Return what is said about one submission, with what errors said in full: for the teacher."""
    lines = [
        f"{result['set']}, {result['student']}: {sum(result['scores'].values()):g} points in {result['seconds']} s"
    ]
    lines += filter(None, [result["refused"], *result["notes"]])
    for question, report in result["report"].items():
        lines += [f"{question}: {result['scores'][question]:g}", *(f"  {line}" for line in report)]
    return "\n".join(lines + ["In full:"] * bool(result["details"]) + [f"  {each}" for each in result["details"]])


def main(arguments=None):
    """Mark all; return the exit code."""
    parser = argparse.ArgumentParser(
        description="Mark all submissions of a problem set into nbgrader's gradebook."
    )
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(courses.SETS)}; all by default")
    parser.add_argument("--course", type=Path, default=courses.COURSE)
    parser.add_argument("--student", help="mark this one only, and show everything that there is to say")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--again", action="store_true", help="mark what has been marked already")
    parser.add_argument("--unprotected", action="store_true", help="run the students' code without a sandbox")
    options = parser.parse_args(arguments)
    if not options.unprotected and (missing := confine.missing()):
        print(confine.WITHOUT.format(missing=missing), file=sys.stderr)
        return 2
    failed, how = {}, {"workers": max(options.workers, 1), "protected": not options.unprotected}
    try:
        people.known(options.course)
        for name in courses.chosen(options.sets):
            courses.read_key(name, options.course)
            people.due(name, "", options.course)
            if options.student and not submissions(name, options.course, options.student):
                print(f"{name}: nothing from {options.student}")
                continue
            how |= {"again": options.again, "student": options.student}
            failed |= grade(name, options.course, **how, say=lambda line: print(line, flush=True))
            if options.student and (result := saved(name, options.student, options.course)):
                print(shown(result))
    except ValueError as error:  # in people.csv or dates.csv
        print(error, file=sys.stderr)
        return 2
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
