# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import concurrent.futures
import unittest
from typing import Any

from agents_sdk import Failed, Module
from agents_sdk.wire import pack
from agents_sdk.worker import Worker


class CancelledMeanwhile(concurrent.futures.Future[Any]):
    """Cancelled by its handler's task just after the socket's thread has looked whether it is."""

    def done(self) -> bool:
        self.cancel()
        return False

    def set_running_or_notify_cancel(self) -> bool:
        self.cancel()
        return super().set_running_or_notify_cancel()


class Asks(unittest.TestCase):
    def setUp(self) -> None:
        self.worker = Worker(Module("asker", "1.0.0"), "ipc:///nowhere", "token")

    def waiting(self, future: concurrent.futures.Future[Any], id: int = 1) -> concurrent.futures.Future[Any]:
        self.worker._asks[id] = (7, future)
        return future

    def test_an_answer_or_an_error_for_an_ask_that_is_cancelled_just_now_is_dropped(self) -> None:
        ends: list[tuple[dict[str, Any], bytes]] = [
            ({"id": 1}, pack("text")),
            ({"id": 1, "code": "deadline"}, b""),
            ({"id": 1}, b"\xc1"),
        ]
        for fields, output in ends:
            future = self.waiting(CancelledMeanwhile())
            self.worker._on_answer(fields, output)
            self.assertTrue(future.cancelled())
            self.assertEqual(self.worker._asks, {})

    def test_the_end_of_a_call_ends_its_asks_also_those_that_are_cancelled_just_now(self) -> None:
        cancelled = self.waiting(CancelledMeanwhile(), 1)
        other: concurrent.futures.Future[Any] = self.waiting(concurrent.futures.Future(), 2)
        self.worker._on_cancel({"id": 7})
        self.assertTrue(cancelled.cancelled())
        with self.assertRaisesRegex(Failed, "the call was stopped"):
            other.result(0)

    def test_an_answer_comes_to_whoever_waits_for_it(self) -> None:
        future: concurrent.futures.Future[Any] = self.waiting(concurrent.futures.Future())
        self.worker._on_answer({"id": 1}, pack({"text": "hi"}))
        self.assertEqual(future.result(0), {"text": "hi"})
        self.worker._on_answer({"id": 1}, pack("again"))


if __name__ == "__main__":
    unittest.main()
