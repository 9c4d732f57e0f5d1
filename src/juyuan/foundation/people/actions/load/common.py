"""装载结果与「有一行不合就全部不装」。"""

from __future__ import annotations

from dataclasses import dataclass

from juyuan.kernel.verdict import Finding, RuleBroken

Judged = list[list[Finding]]


@dataclass
class Loaded:
    """装载结果:新增、更新、不变的行数。"""

    created: int = 0
    updated: int = 0
    same: int = 0


def refuse_if_any(judged: Judged) -> None:
    found = [finding for row in judged for finding in row]
    if found:
        raise RuleBroken(found)
