# SPDX-License-Identifier: Apache-2.0
"""SIGTERM as a wish to end in order: no new calls, the open ones end, goodbye, exit code 0."""

from __future__ import annotations

import os
import select
import signal
import typing

if typing.TYPE_CHECKING:
    from .worker import Worker


class Termination:
    """Made in the main thread, before the module is served. A module that handles SIGTERM itself keeps its way."""

    def __init__(self) -> None:
        self.wanted = False
        self._worker: typing.Optional[Worker] = None
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
                signal.signal(signal.SIGTERM, self._on_signal)
        except ValueError:
            pass  # not the main thread: SIGTERM ends the process as ever

    def watch(self, worker: Worker) -> None:
        """This worker is to drain when SIGTERM comes, or has come."""
        self._worker = worker
        if self.wanted:
            worker.drain()

    def pause(self, seconds: float) -> None:
        """Returns earlier when SIGTERM comes."""
        select.select([self._wake_read], [], [], seconds)

    def _on_signal(self, number: int, frame: object) -> None:
        self.wanted = True
        try:
            os.write(self._wake_write, b"x")
        except BlockingIOError:
            pass
        if self._worker is not None:
            self._worker.drain()
