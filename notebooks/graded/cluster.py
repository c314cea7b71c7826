"""Mark on more cores than one machine has; ``make grade`` then records what is there, and marks nothing twice.

    python cluster.py ps1_forward --course FOLDER --share 3/40      one share of forty: a Slurm array's task
    python cluster.py ps1_forward --course FOLDER --dask ADDRESS    on a Dask cluster; local:2 is two workers here

All machines see the course's folder. A result is a file in ``marks/``, whole or not there: stopped anywhere, the
same command goes on from there.
"""

import argparse
import sys
from pathlib import Path

import apart
import confine
import course as courses
import grade


def mark_some(name, students, course):
    """Mark the work of some students; return {student: why} of those whose work could not be marked."""
    failed, folders = {}, grade.submissions(name, course)
    with apart.Worker() as worker:
        for student in students:
            try:
                grade.mark_one(worker, name, student, folders[student], course)
            except (apart.Failed, ValueError) as error:
                failed[student] = str(error)
    return failed


def share(students, which, shares):
    """Return one of so many shares of the students, none of them in two.

    Examples
    --------
    >>> [share("abcdefg", which, 3) for which in (1, 2, 3)]
    ['adg', 'be', 'cf']
    """
    return students[which - 1 :: shares]


def on_dask(name, students, course, address, at_a_time=10):
    """Mark on a Dask cluster, a few a task, so that what a lost machine had begun is soon made again."""
    from distributed import Client, LocalCluster, as_completed

    where, _, count = address.partition(":")
    local = LocalCluster(n_workers=int(count), threads_per_worker=1) if where == "local" else None
    with Client(local or address) as client:
        client.run(sys.path.append, str(Path(__file__).parent))
        pieces = [students[n : n + at_a_time] for n in range(0, len(students), at_a_time)]
        jobs = client.map(mark_some, [name] * len(pieces), pieces, [course] * len(pieces), pure=False)
        failed = {}
        for done, job in enumerate(as_completed(jobs), 1):
            failed |= job.result()
            print(f"{min(done * at_a_time, len(students))}/{len(students)}", flush=True)
    if local:
        local.close()
    return failed


def main(arguments=None):
    """Mark; return the exit code."""
    parser = argparse.ArgumentParser(description="Mark a problem set on many cores; make grade records it.")
    parser.add_argument("set", help=f"of {', '.join(courses.SETS)}")
    parser.add_argument("--course", type=Path, required=True)
    parser.add_argument("--share", default="1/1", help="which of how many shares, such as 3/40")
    parser.add_argument("--dask", help="a scheduler's address, or local:2")
    options = parser.parse_args(arguments)
    courses.chosen([options.set])
    if missing := confine.missing():
        print(confine.WITHOUT.format(missing=missing), file=sys.stderr)
        return 2
    course = options.course.resolve()
    students = list(grade.submissions(options.set, course))
    if options.dask:
        failed = on_dask(options.set, students, course, options.dask)
    else:
        which, shares = map(int, options.share.split("/"))
        failed = mark_some(options.set, share(students, which, shares), course)
    for student, why in failed.items():
        print(f"{student!r} could not be marked: {why}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
