"""促进会议的接线。"""

from __future__ import annotations


def connect() -> None:
    """由 `wiring.connect` 调用。"""
