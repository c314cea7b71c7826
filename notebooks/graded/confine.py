"""The command that shuts a program in: bubblewrap for what it can see, seccomp for what it can ask of the kernel.

What is not bound here does not exist inside. seccomp (by libseccomp, through pyseccomp) takes away the calls that
make processes and network connections, and those that get memory by another way than the one that is limited.
Where systemd runs, a control group counts memory and processes once more.
"""

import contextlib
import ctypes.util
import errno
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parents[1] / "lstm_lib"
ELSEWHERE = 256 << 20  # bytes that buffers of pipes, pairs of sockets and the files in /tmp can hold at most

PROCESSES = "fork vfork ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd"
NAMESPACES = (
    "unshare setns mount umount2 pivot_root chroot fsopen fsmount fspick fsconfig move_mount open_tree "
    "mount_setattr name_to_handle_at open_by_handle_at"
)
MEMORY = (
    "memfd_create memfd_secret shmget shmat msgget semget mq_open io_uring_setup userfaultfd vmsplice splice tee "
    "add_key request_key keyctl bpf perf_event_open fanotify_init inotify_init inotify_init1"
)
NETWORK = "socket connect bind listen accept accept4"
CLONE_THREAD, F_SETPIPE_SZ = 0x10000, 1031  # Linux, sched.h and fcntl.h


class Limits(NamedTuple):
    """What one submission may use.

    Seconds of computing time for a cell and for a call, and how many times as long the clock may run for one of
    them, for code that waits and for a machine that has other things to do. `total` is by the clock, for the whole
    submission, and holds whatever happens. Then bytes of memory in all, of files and of an answer, and how often
    the process may end before no more of a student's own cells are tried.
    """

    cell: int = 10
    call: int = 5
    patience: int = 3
    total: int = 60
    memory: int = 2 << 30
    files: int = 20 << 20
    answer: int = 4 << 20
    deaths: int = 20


WITHOUT = (
    "The sandbox is not there: {missing}. Without it a student's code runs as you do: it can read your files, the "
    "course's secret and other submissions, write the gradebook, use the network, and leave processes "
    "behind. Time, memory and the size of files are still limited, and answers and tests are not in its process. "
    "Install it (Debian, Ubuntu: apt-get install bubblewrap libseccomp2), or say --unprotected."
)


def missing():
    """Return what the sandbox lacks on this machine, in words; empty where it can be used."""
    if not ctypes.util.find_library("seccomp"):
        return "libseccomp is not installed"
    command = shutil.which("bwrap")
    if not command:
        return "bubblewrap (bwrap) is not installed"
    probe = [command, "--unshare-all", "--ro-bind", "/", "/", "true"]
    allowed = subprocess.run(probe, capture_output=True).returncode == 0
    return "" if allowed else "bubblewrap (bwrap) is not allowed here; a container has to allow user namespaces"


def command(limits, rules, library):
    """Return the words that stand before a command to shut it in.

    Parameters
    ----------
    limits : Limits
        What it may use.
    rules : int
        The file that `filtered` gave.
    library : bool
        Whether `lstm_lib` is to be seen, as ``/course/lstm_lib``.
    """
    words = (
        "bwrap --die-with-parent --unshare-all --cap-drop ALL --symlink usr/lib /lib --symlink usr/lib64 /lib64"
    )
    words += f" --proc /proc --dev /dev --size {limits.files} --tmpfs /tmp --seccomp {rules}"
    shut = words.split()
    for path in dict.fromkeys(["/usr", sys.base_prefix, sys.prefix]):
        shut += ["--ro-bind", path, path]
    if LIBRARY.is_relative_to(sys.prefix):  # installed, not linked: then the solution of half the tasks lies there
        shut += ["--tmpfs", str(LIBRARY)]
    if library:
        shut += ["--ro-bind", str(LIBRARY), "/course/lstm_lib"]
    # / and /dev are memory of the machine
    return [*_counted(limits), *shut, *["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/tmp"]]


def _counted(limits):
    """Return the words that put a command into a control group of its own, where systemd can make one."""
    if not _systemd():
        return []
    most = {"MemoryMax": limits.memory, "MemorySwapMax": 0, "TasksMax": 256}
    return [*_systemd(), *(f"--property={name}={value}" for name, value in most.items()), "--"]


@functools.cache
def _systemd():
    program = shutil.which("systemd-run")
    for manager in ["--system"] * (os.geteuid() == 0) + ["--user"]:
        scope = [program, manager, "--scope", "--quiet", "--collect"]
        with contextlib.suppress(OSError, TypeError, subprocess.TimeoutExpired):
            if program and subprocess.run([*scope, "true"], capture_output=True, timeout=5).returncode == 0:
                return scope
    return []


@contextlib.contextmanager
def filtered():
    """Give a file with the calls that the kernel refuses, for as long as it takes to hand it on."""
    with tempfile.TemporaryFile() as file:
        file.write(_program())
        file.seek(0)
        yield file.fileno()


@functools.cache
def _program():
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in " ".join([PROCESSES, NAMESPACES, MEMORY, NETWORK]).split():
        with contextlib.suppress(OSError, ValueError):  # no such call on this machine
            rules.add_rule(seccomp.ERRNO(errno.EPERM), name)
    # clone3 hides its flags behind a pointer; told that there is none, the C library takes clone, where they show
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    not_a_thread = seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, 0)
    rules.add_rule(seccomp.ERRNO(errno.EPERM), "clone", not_a_thread)
    rules.add_rule(seccomp.ERRNO(errno.EPERM), "fcntl", seccomp.Arg(1, seccomp.EQ, F_SETPIPE_SZ))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
