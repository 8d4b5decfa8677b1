"""Work in a process of its own: a fork, which has all that this process has and can be ended by the system."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Died(Exception):
    """A process ended before it had a result."""


class Apart(Generic[Result]):
    """A function at work in a process of its own. It begins at once; this process does something else meanwhile."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._pipe, sending = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(self._pipe)
            _answer(work, sending)
        os.close(sending)

    def end(self) -> None:
        """End the process, whatever it is at."""
        os.close(self._pipe)
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)

    def result(self) -> Result:
        """What the function returns, to be asked for once. Raises `Died`, and what the function raises."""
        with os.fdopen(self._pipe, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(self._process, 0)
        if not answer:
            raise Died
        outcome, error = pickle.loads(answer)
        if error is not None:
            raise error
        result: Result = outcome
        return result


def _answer(work: Callable[[], object], sending: int) -> None:
    """In the new process: send what `work` returns, or what it raises, and end."""
    outcome: tuple[object, BaseException | None]
    try:
        try:
            outcome = work(), None
        except BaseException as error:
            outcome = None, error
        with os.fdopen(sending, "wb") as pipe:
            pipe.write(pickle.dumps(outcome))
    finally:
        os._exit(0)
