"""How much reading one file may cost. No input, however hostile, makes the gate hang or eat the machine's memory.

Python-Markdown needs time that grows with the square of some inputs: 100,000 opening brackets keep it busy for minutes.
Nothing in the text tells that beforehand without guessing at the dialect, so it is let begin, and stopped. What counts
is processor time, so that a busy machine changes no verdict.

A timer stops what runs in Python. It cannot stop a single step of the machine code below it in time (one match of a
regular expression, one parse of YAML) where the text is long; what is large is therefore read in a process of its own,
which the operating system ends. Where it has no such timers or processes (Windows), files are read without bounds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TypeVar

from kb.reading.apart import Apart, Died

SECONDS = 1.2
MEGABYTES = 250
_MUCH_TIME, _MUCH_MEMORY = f"more than {SECONDS} s", f"more than {MEGABYTES} MB"
# Bytes of a file, and of a line of it, up to which one step below Python is over soon enough.
_LARGE, _LONG_LINE = 100_000, 10_000
# One stop may be swallowed by what it interrupts; then it is said again.
_AGAIN = 0.1
_SIZE_OF_PROCESS = Path("/proc/self/statm")

Result = TypeVar("Result")


class TooCostly(BaseException):
    """Reading took too much time or memory. No `Exception`, so that no extension swallows it."""


def bounded(content: bytes, read: Callable[[], Result]) -> Result:
    """The result of `read`, which reads the `content` of a file. Within another such call it counts as a part of that.

    Raises `TooCostly` where it needs more processor time or memory than one file may, and what `read` raises.
    """
    if _has_timer() and signal.getitimer(signal.ITIMER_PROF)[0]:
        return read()
    if len(content) > _LARGE or any(len(line) > _LONG_LINE for line in content.splitlines()):
        return _apart(read)
    return _watched(read)


def _watched(read: Callable[[], Result]) -> Result:
    try:
        with _memory(), _time():
            return read()
    except MemoryError as error:
        raise TooCostly(_MUCH_MEMORY) from error


def _has_timer() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextlib.contextmanager
def _time() -> Iterator[None]:
    """Raise `TooCostly` from the block once it has used up its processor time."""
    if not _has_timer():
        yield
        return
    is_over = False

    def stop(number: int, frame: FrameType | None) -> None:
        if not is_over:
            raise TooCostly(_MUCH_TIME)

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, _AGAIN)
    try:
        yield
    finally:
        is_over = True
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def _memory() -> Iterator[None]:
    """Let memory beyond the bound be refused within the block, where the system tells and limits a process's size."""
    try:
        import resource

        pages = int(_SIZE_OF_PROCESS.read_text().partition(" ")[0])
    except (ImportError, OSError, ValueError):
        yield
        return
    limits = resource.getrlimit(resource.RLIMIT_AS)
    wanted = pages * resource.getpagesize() + MEGABYTES * 1024 * 1024
    smallest = min([wanted, *(limit for limit in limits if limit != resource.RLIM_INFINITY)])
    resource.setrlimit(resource.RLIMIT_AS, (smallest, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _apart(read: Callable[[], Result]) -> Result:
    """The result of `read`, made in a process that the system ends when its time is over."""
    if not hasattr(os, "fork"):
        return _watched(read)

    def limited() -> Result:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        with _memory():
            return read()

    try:
        return Apart(limited).result()
    except Died as end:
        raise TooCostly(_MUCH_TIME) from end
    except MemoryError as error:
        raise TooCostly(_MUCH_MEMORY) from error
