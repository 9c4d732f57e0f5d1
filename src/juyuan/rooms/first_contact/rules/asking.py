"""一次查重算几次:边填边查的,仍是在填同一家的算一次;换了一家另算。纯函数。"""

from __future__ import annotations

from collections.abc import Mapping

from juyuan.kernel.clause import rule
from juyuan.kernel.text import compact
from juyuan.rooms.first_contact.rules.overlap import Subject

MIN_NAME = 4
"""名称不足这么多字、又没有别的可比的,先不查。"""


def ready(subject: Subject) -> bool:
    """填得够不够查:名称四个字以上,或有别的一项。"""
    alone = compact(subject.name)
    rest = (
        subject.aliases, subject.uscc, subject.foreign_id, subject.phones, subject.emails,
        subject.controller, subject.group, subject.project_name, subject.site,
    )  # fmt: skip
    return len(alone) >= MIN_NAME or any(rest)


@rule("3.2b")
def continues(anchor: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    """谁对接、谁牵头:查重是为了不撞单,不是为了打听。

    同一张表里接着填的算一次:每一项要么没变,要么是新填上或去掉的,要么是接着写下去、退回去几个字。
    改成别的就是另查一家。
    """
    for name in anchor.keys() & asked.keys():
        before, after = anchor[name], asked[name]
        if not before or not after:
            continue
        if not (after.startswith(before) or before.startswith(after)):
            return False
    return True


def extended(anchor: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, str]:
    """接着填之后的样子:每一项留较长的;退回去的不算忘了(否则退到空再写别家就不算另查)。"""
    return {
        name: max(anchor.get(name, ""), asked.get(name, ""), key=len)
        for name in sorted(anchor.keys() | asked.keys())
    }
