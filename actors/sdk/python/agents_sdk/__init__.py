# SPDX-License-Identifier: Apache-2.0
"""Modules for libagents in Python: a function with type hints becomes a capability of a supervised process."""

from .module import Call, Failed, Grant, Module

__all__ = ["Call", "Failed", "Grant", "Module"]
