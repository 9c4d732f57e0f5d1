"""谁看得见什么(spec 2 的可见表,逐格为数据)。

行 = 与对象的关系,列 = 密级;格 = 全见(full)、仅已认定事实(facts)、须在名单(listed)、不见(none)。
列表、合计、检索、文件、接口都从这一张表取,没有第二处。各房间自己认出关系,问 `sight` 得结论。
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Sight(StrEnum):
    FULL = "full"
    FACTS = "facts"
    LISTED = "listed"
    NONE = "none"


class Relation(StrEnum):
    OWN = "own"  # 本单位子树、首谈(牵头)单位、承载地单位
    PARTICIPANT = "participant"  # 参与单位、顾问、该链链长与服务秘书
    BUREAU = "bureau"  # 商务主管部门
    BUREAU_VERIFIER = "bureau_verifier"  # 商务主管部门核验人
    LEADER = "leader"  # 总召集人、召集人、分管副市长
    READER = "reader"  # 审计、财政、组织
    OTHER = "other"  # 其他单位
    ADMIN = "admin"  # 三员


class Confidentiality(StrEnum):
    NORMAL = "normal"  # 一般
    INTERNAL = "internal"  # 内部
    RESTRICTED = "restricted"  # 限名单


def _row(normal: Sight, internal: Sight, restricted: Sight) -> dict[Confidentiality, Sight]:
    return {
        Confidentiality.NORMAL: normal,
        Confidentiality.INTERNAL: internal,
        Confidentiality.RESTRICTED: restricted,
    }


TABLE: dict[Relation, dict[Confidentiality, Sight]] = {
    Relation.OWN: _row(Sight.FULL, Sight.FULL, Sight.LISTED),
    Relation.PARTICIPANT: _row(Sight.FULL, Sight.NONE, Sight.LISTED),
    Relation.BUREAU: _row(Sight.FULL, Sight.FULL, Sight.LISTED),
    Relation.BUREAU_VERIFIER: _row(Sight.FULL, Sight.FULL, Sight.FULL),
    # 「listed (conveners by default)」:限名单项目的名单缺省含各召集人
    Relation.LEADER: _row(Sight.FULL, Sight.FULL, Sight.FULL),
    Relation.READER: _row(Sight.FACTS, Sight.FACTS, Sight.FACTS),
    Relation.OTHER: _row(Sight.NONE, Sight.NONE, Sight.LISTED),
    Relation.ADMIN: _row(Sight.NONE, Sight.NONE, Sight.NONE),
}

_RANK = {Sight.NONE: 0, Sight.FACTS: 1, Sight.FULL: 2}


def sight(
    relations: Iterable[Relation], confidentiality: Confidentiality, *, listed: bool
) -> Sight:
    """有这些关系的人看得见多少:FULL、FACTS 或 NONE(取各关系中最宽的)。

    三员一票否决:即使同时有别的关系(互斥被绕过的坏数据)也什么都看不见。
    `listed`: 本人在该对象的名单上。
    """
    held = set(relations)
    if Relation.ADMIN in held:
        return Sight.NONE
    best = Sight.NONE
    for relation in held:
        cell = TABLE[relation][confidentiality]
        if cell == Sight.LISTED:
            cell = Sight.FULL if listed else Sight.NONE
        if _RANK[cell] > _RANK[best]:
            best = cell
    return best
