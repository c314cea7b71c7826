"""Marks one submission at a time in a process of its own: whatever it does to the marker ends there.

A `Worker` keeps a Python ready that has imported everything; for each submission that one forks. The fork has so
much memory and time, and writes its result to a file; where it dies or is late, only that one is not marked.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from pathlib import Path

MEMORY = 350 << 20  # bytes on top of what the program takes before it has seen a submission
GRACE = 20  # seconds for reading, and for writing the page, beside the time that a submission may take


class Failed(Exception):
    """A submission that could not be marked; the message says why, in a sentence."""


class Worker:
    """Marks submissions one after the other; use one for each thread.

    Examples
    --------
    >>> with Worker() as worker:
    ...     worker.mark({"name": "no such set"}, 10, Path(os.devnull))
    Traceback (most recent call last):
    apart.Failed: KeyError: 'student'
    """

    process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """End the process, and all that it has begun."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process.stdin.close(), self.process.stdout.close()
        self.process = None

    def mark(self, request, seconds, target):
        """Mark one, and write the result to a file.

        Parameters
        ----------
        request : dict
            The arguments of `mark.mark`, with paths as text.
        seconds : float
            How long the submission may take, by the clock.
        target : Path
            Where the result goes; it is there only if all went well.

        Raises
        ------
        Failed
            The process ended, or was ended because it was late.
        """
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
            )
            self.process.stdout.readline()  # it is ready: its start is not the submission's time
        half_written = target.with_name(target.name + ".new")
        request = json.dumps({"request": request, "target": str(half_written)}) + "\n"
        try:
            self.process.stdin.write(request.encode())
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], seconds + GRACE)[0]:
                self.stop()
                raise Failed(f"the marker was still at it after {seconds + GRACE:g} s and was ended")
            said = json.loads(self.process.stdout.readline() or '"the marker ended"')
        except BrokenPipeError:
            self.stop()
            raise Failed("the marker ended") from None
        if said:
            half_written.unlink(missing_ok=True)
            raise Failed(said)
        half_written.replace(target)


def _serve():
    """Fork for each line that comes, and say how it ended: nothing, or what went wrong."""
    os.environ["MPLBACKEND"] = "Agg"
    here = Path(__file__).resolve().parent
    sys.path += [str(here), str(here.parent)]
    import course as courses
    from mark import mark

    out = os.dup(1)
    os.dup2(2, 1)  # nothing that is printed on the way is taken for an answer
    os.write(out, b"ready\n")
    for line in sys.stdin:
        job = json.loads(line)
        with contextlib.suppress(ImportError):  # the fork will say it
            courses.key_of(job["request"]["name"])  # here, so that it is imported once
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os.close(reading)
            _mark(mark, job, writing)
        os.close(writing)
        with os.fdopen(reading) as said:
            words = said.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        ended = f"the marker ended ({signal.Signals(-status).name})" if status < 0 else "the marker ended"
        os.write(out, (json.dumps(words or (ended if status else "")) + "\n").encode())


def _mark(mark, job, writing):
    """Mark, in the fork, and end it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _limit_memory()
        request = job["request"]
        result = mark(
            request["name"],
            request["student"],
            Path(request["path"]),
            Path(request["course"]),
            **request["options"],
        )
        Path(job["target"]).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
        os._exit(0)
    except BaseException as error:
        traceback.print_exc()
        os.write(writing, f"{type(error).__name__}: {error}"[:1000].encode("utf-8", "replace"))
        os._exit(1)


def _limit_memory():
    import resource

    with contextlib.suppress(OSError, ValueError):  # macOS has no such file, and no such limit
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    _serve()
