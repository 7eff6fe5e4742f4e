# SPDX-License-Identifier: Apache-2.0
"""Serving a node on another host: keys, and connecting anew for ever (docs/remote_modules.md)."""

from __future__ import annotations

import os
import random
import re
import stat
import sys
import typing
from typing import Optional

if typing.TYPE_CHECKING:
    from .module import Module

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
PATIENCE = 5.0  # for an answer to hello; then another socket is tried, as ZeroMQ may have given this one up for good
# What the node says of the worker itself, and what happened inside of it, is the same next time.
FINAL = frozenset("bad_input rejected conflict unsupported corrupt crashed".split())
LOOPBACK = re.compile(r"tcp://(127\.[\d.]+|localhost|\[::1\]):\d+$")


class KeyProblem(ValueError):
    """A key is missing or wrong; the text says which, and the remedy."""


class Curve(typing.NamedTuple):
    """What the client's side of a CURVE connection knows, in Z85."""

    server: bytes
    public: bytes
    secret: bytes


def read_key_file(file: str) -> tuple[bytes, bytes]:
    """The public and the secret key of a file that `agents keys new` has made; refused if others may read it."""
    try:
        mode = os.stat(file).st_mode
        with open(file, encoding="utf-8") as lines:
            text = lines.read(65536)
    except OSError as problem:
        raise KeyProblem(f"the key file {file} cannot be read: {problem.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyProblem(f"the secret key {file} may be read by others; if nobody has, chmod 600 {file}, else make a new one")
    found = dict(re.findall(r'^\s*([a-z-]+)\s*=\s*"(.*)"\s*$', text, re.MULTILINE))
    keys = [found.get(name, "") for name in ("public-key", "secret-key")]
    if any(len(key) != 40 for key in keys):
        raise KeyProblem(f"{file} holds no pair of keys; make one with `agents keys new NAME`")
    return keys[0].encode(), keys[1].encode()


def curve_of(endpoint: str, node_key: str, key_file: str) -> Optional[Curve]:
    """The keys of a connection; none for a loopback address without keys."""
    if not node_key and not key_file:
        if LOOPBACK.match(endpoint):
            return None
        raise KeyProblem(
            f"{endpoint} is another host, and without keys only loopback addresses are taken; set AGENTS_NODE_KEY to the"
            " node's public key and AGENTS_KEY_FILE to a file made by `agents keys new`"
        )
    if len(node_key) != 40:
        raise KeyProblem("AGENTS_NODE_KEY: expected the 40 characters of the node's public key")
    if not key_file:
        raise KeyProblem("AGENTS_KEY_FILE is not set: the node must know who connects; make a key with `agents keys new NAME`")
    return Curve(node_key.encode(), *read_key_file(key_file))


def serve(module: Module, endpoint: str, curve: Optional[Curve]) -> str:
    """One session after the other; ends with the problem that trying again would not solve, or with none after SIGTERM."""
    from .termination import Termination
    from .worker import Worker

    termination = Termination()
    pause, told = FIRST_PAUSE, ""
    while True:
        worker = Worker(module, endpoint, "key", curve=curve, patience=PATIENCE)
        termination.watch(worker)
        problem = worker.run()
        if termination.wanted:
            return ""
        if worker.end_code in FINAL:
            return problem or worker.end_code
        if worker.welcomed:
            pause, told = FIRST_PAUSE, ""
        text = problem or "the node has ended the session"
        if worker.refused_by_key:
            text = "the node refuses this worker's key, or has another key than AGENTS_NODE_KEY"
        if text != told:
            print(f"agents worker: {endpoint}: {text}; trying again", file=sys.stderr, flush=True)
            told = text
        termination.pause(pause * random.uniform(0.5, 1.0))
        if termination.wanted:
            return ""
        pause = min(LONGEST_PAUSE, pause * 2)
