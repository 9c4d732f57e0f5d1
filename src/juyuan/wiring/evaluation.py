"""评价与履约的接线,分三件:评审、审查意见与承诺审查、履约跟踪与函。"""

from __future__ import annotations


def reviews() -> None:
    """评审。"""


def opinions() -> None:
    """审查意见与承诺审查。"""


def tracking() -> None:
    """履约跟踪与函。"""


def connect() -> None:
    """由 `wiring.connect` 调用。"""
    reviews()
    opinions()
    tracking()
