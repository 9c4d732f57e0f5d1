"""公文上的单位名称。"""

from __future__ import annotations

from juyuan.foundation.policy.queries import identity


def full_name(unit: str) -> str:
    """标志、落款用的全称:以「市」开头的单位名,冠本市名。"""
    return f"{identity().city}{unit.removeprefix('市')}" if unit.startswith("市") else unit
