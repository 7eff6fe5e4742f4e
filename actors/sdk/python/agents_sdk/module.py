# SPDX-License-Identifier: Apache-2.0
"""What the author of a module uses."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import os
import sys
import time
import typing
from dataclasses import dataclass
from typing import Any, Callable, Optional, Sequence, TypeVar, overload

from .schema import from_value, schema_of

if typing.TYPE_CHECKING:
    from .worker import Worker


T = TypeVar("T")
Restorer = TypeVar("Restorer", bound=Callable[[Any, int], None])
Handler = TypeVar("Handler", bound=Callable[..., Any])


class Failed(Exception):
    """Raise it to end a call with an error of a given code, such as "rejected" or "bad_input"."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class Call:
    """A handler's view of the call it is answering. Its functions may be used from the handler's thread or coroutine."""

    def __init__(self, worker: "Worker", fields: dict[str, Any], previous: Any) -> None:
        self._worker = worker
        self._deadline: float = time.monotonic() + fields["timeout_us"] / 1e6
        self.id: int = fields["id"]
        self.capability: str = fields["capability"]
        self.step: str = fields.get("step", "")
        self.attempt: int = fields.get("attempt", 0)
        self.idempotency_key: str = fields.get("key", "")
        self.critique: str = fields.get("critique", "")
        self.trace: str = fields.get("trace", "")
        self.budget: Optional[dict[str, int]] = fields.get("budget")
        self.previous = previous
        self.spent: Optional[dict[str, int]] = None

    @property
    def cancelled(self) -> bool:
        """True once nobody waits for this call any more."""
        return self._worker.is_stopped(self.id)

    def remaining(self) -> float:
        """Seconds until the deadline, never below 0."""
        return max(0.0, self._deadline - time.monotonic())

    def emit(self, part: Any) -> None:
        """Streams a part of the output; waits until the reader has room for it. From plain functions."""
        self._worker.emit(self, part)

    def progress(self, text: str) -> None:
        """Says what the module is doing, for people."""
        self._worker.send({"kind": "progress", "id": self.id, "text": text})

    def charge(self, micro_money: int = 0, tokens: int = 0) -> None:
        """Reports real cost; sums up."""
        spent = self.spent or {"micro_money": 0, "tokens": 0}
        self.spent = {"micro_money": spent["micro_money"] + micro_money, "tokens": spent["tokens"] + tokens}

    @overload
    def ask(self, capability: str, thing: Any, output: type[T], timeout: Optional[float] = None) -> T: ...
    @overload
    def ask(self, capability: str, thing: Any, output: Any = ..., timeout: Optional[float] = None) -> Any: ...
    def ask(self, capability: str, thing: Any, output: Any = Any, timeout: Optional[float] = None) -> Any:
        """Asks another capability and waits; raises Failed. From plain functions."""
        id, seconds, answer = self._worker.ask(self, capability, thing, timeout)
        try:
            return from_value(output, answer.result(seconds))
        except concurrent.futures.TimeoutError:
            raise Failed("deadline", f"no answer of {capability} in time") from None
        finally:
            self._worker.drop_ask(id)

    @overload
    async def ask_async(self, capability: str, thing: Any, output: type[T], timeout: Optional[float] = None) -> T: ...
    @overload
    async def ask_async(self, capability: str, thing: Any, output: Any = ..., timeout: Optional[float] = None) -> Any: ...
    async def ask_async(self, capability: str, thing: Any, output: Any = Any, timeout: Optional[float] = None) -> Any:
        """Asks another capability. From coroutines."""
        id, seconds, answer = self._worker.ask(self, capability, thing, timeout)
        try:
            return from_value(output, await asyncio.wait_for(asyncio.wrap_future(answer), seconds))
        except asyncio.TimeoutError:
            raise Failed("deadline", f"no answer of {capability} in time") from None
        finally:
            self._worker.drop_ask(id)

    def save(self, state: Any, wait: Optional[float] = None) -> bool:
        """Asks the node to keep the module's state for its next incarnation; the module needs `state_version`.

        With `wait`, waits so many seconds and says whether the state is kept by then; not in coroutines. Without it the
        answer is False and says nothing. A newer state replaces an older one.
        """
        version = self._worker.module.state_version
        if version is None:
            raise TypeError("the module keeps no state; write Module(…, state_version=1)")
        return self._worker.save(state, version, wait or 0.0)


@dataclass(frozen=True)
class Grant:
    """What a module needs beyond computing; the operator of the node answers (docs/sandbox.md).

    `grant` is "network", "read" or "write" with a `path`, or a limit with an `amount`: "memory", "tmp", "file_size" (bytes),
    "processes", "files", "cores", "cpu", "wall" (seconds). Without an optional one the module works as well.
    """

    grant: str
    path: str = ""
    amount: float = 0
    optional: bool = False
    why: str = ""

    def to_value(self) -> dict[str, Any]:
        fields = {"path": self.path, "amount": self.amount, "optional": self.optional, "why": self.why}
        return {"grant": self.grant, **{name: v for name, v in fields.items() if v}}


@dataclass
class Capability:
    """One capability: its contract and its handler."""

    id: str
    handler: Callable[..., Any]
    input: Any
    output: Any
    takes_call: bool
    contract: dict[str, Any]

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.handler)


class Module:
    """A module: its name, its version, and the functions that it offers.

    An exception other than Failed ends its call with "crashed"; the process goes on with the next one.
    """

    def __init__(
        self,
        name: str,
        version: str,
        description: str = "",
        author: str = "",
        window: int = 4,
        *,
        state_version: Optional[int] = None,
        grants: Sequence[Grant] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.description = description
        self.author = author
        self.window = window
        self.state_version = state_version
        self.grants = list(grants)
        self.capabilities: dict[str, Capability] = {}
        self._restore: Optional[Callable[[Any, int], None]] = None

    def capability(self, id: str, effect: str = "idempotent", description: str = "") -> Callable[[Handler], Handler]:
        """Offers the decorated function, plain or async: `Out(In)` or `Out(In, Call)`, with type hints."""

        def offer(handler: Handler) -> Handler:
            hints = typing.get_type_hints(handler)
            parameters = list(inspect.signature(handler).parameters)
            if not 1 <= len(parameters) <= 2 or parameters[0] not in hints or "return" not in hints:
                raise TypeError(f"{handler.__name__}: write it as `def {handler.__name__}(thing: In[, call: Call]) -> Out`")
            input, output = hints[parameters[0]], hints["return"]
            contract = {"id": id, "description": description, "effect": effect}
            contract.update(input=schema_of(input), output=schema_of(output))
            self.capabilities[id] = Capability(id, handler, input, output, len(parameters) == 2, contract)
            return handler

        return offer

    def restore(self, handler: Restorer) -> Restorer:
        """The decorated function takes the saved state and its version, before the first call.

        An older version it migrates; when it raises, the process ends, and the node decides what becomes of the state.
        """
        self._restore = handler
        return handler

    def restore_state(self, state: Any, version: int) -> None:
        if self._restore is not None:
            self._restore(state, version)

    def manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "description": self.description,
            "author": self.author,
            "capabilities": [c.contract for c in self.capabilities.values()],
        }
        if self.grants:
            manifest["grants"] = [g.to_value() for g in self.grants]
        return manifest

    def serve(self, endpoint: str = "", node_key: str = "", key_file: str = "") -> typing.NoReturn:
        """Serves the node that started this process until one of them ends the session, or SIGTERM comes; then exits.

        A node on another host, `tcp://HOST:PORT` with its public key and this worker's own key file, is served until
        trying again would not help. What is not given is taken from AGENTS_ENDPOINT, AGENTS_NODE_KEY, AGENTS_KEY_FILE.
        """
        from . import remote
        from .termination import Termination
        from .worker import Worker

        endpoint = endpoint or os.environ.get("AGENTS_ENDPOINT", "")
        token = os.environ.get("AGENTS_TOKEN", "")
        if endpoint.startswith("tcp://"):
            try:
                node_key = node_key or os.environ.get("AGENTS_NODE_KEY", "")
                curve = remote.curve_of(endpoint, node_key, key_file or os.environ.get("AGENTS_KEY_FILE", ""))
            except remote.KeyProblem as wrong:
                sys.exit(str(wrong))
            problem: typing.Optional[str] = remote.serve(self, endpoint, curve)
        elif endpoint and token:
            worker = Worker(self, endpoint, token)
            Termination().watch(worker)
            problem = worker.run()
        else:
            missing = "AGENTS_TOKEN" if endpoint else "AGENTS_ENDPOINT"
            sys.exit(f"{missing} is not set; a worker is started by a node, or gets AGENTS_ENDPOINT=tcp://NODE:PORT and keys")
        if problem:
            print(problem, file=sys.stderr, flush=True)
        os._exit(1 if problem else 0)  # handlers that do not end must not hold the process
