"""项目名称的键:两种写法是不是同一个项目。

折叠的:全角半角、空白、标点括号、繁简、「项目」「建设」「工程」一类套话。
不折叠的:地名、期次、规模、产品;「一期」与「二期」是两个项目。
"""

from __future__ import annotations

import re

from juyuan.kernel.text import bigrams, compact

_FILLER = re.compile(r"(?:建设项目|建设工程|项目|工程|建设)+$")
_YEARLY = re.compile(r"^年产")
SIMILAR = 60  # 片段重合百分比,达到即请人看;只是提示,从不自动认作同一个


def project_key(name: str) -> str:
    """名称键;键相等是「很可能同一个项目」。"""
    folded = compact(name)
    return _FILLER.sub("", _YEARLY.sub("", folded)) or folded


def overlap_percent(one: str, other: str) -> int:
    """两个名称二字片段的重合程度(0–100,以较短者为分母)。"""
    mine, theirs = set(bigrams(project_key(one))), set(bigrams(project_key(other)))
    if not mine or not theirs:
        return 0
    return 100 * len(mine & theirs) // min(len(mine), len(theirs))
