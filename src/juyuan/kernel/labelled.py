"""值与中文名同处一地的枚举:规则里用它,模型的 choices 也从它来。"""

from __future__ import annotations

from enum import StrEnum


class Labelled(StrEnum):
    """成员写作 `NAME = "value", "中文名"`;`pairs()` 给出 Django 的 choices。"""

    label: str

    def __new__(cls, value: str, label: str = "") -> Labelled:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def pairs(cls) -> list[tuple[str, str]]:
        return [(member.value, member.label) for member in cls]

    @classmethod
    def by_label(cls, label: str) -> Labelled | None:
        """由中文名找成员;没有则为空。"""
        return next((member for member in cls if member.label == label), None)
