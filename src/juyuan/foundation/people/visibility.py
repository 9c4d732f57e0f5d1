"""谁看得见什么(spec 2 的可见表,逐格为数据)。

行 = 与对象的关系,列 = 密级;格 = 全见(full)、仅已认定事实(facts)、须在名单(listed)、不见(none)。
列表、合计、检索、文件、接口都从这一张表取,没有第二处。
"""

from __future__ import annotations

from enum import StrEnum


class Sight(StrEnum):
    FULL = "full"
    FACTS = "facts"
    LISTED = "listed"
    NONE = "none"


class Relation(StrEnum):
    OWN = "own"  # 本单位子树、首谈(牵头)单位、承载地单位
    PARTICIPANT = "participant"  # 参与单位、顾问、该链链长与服务秘书
    BUREAU = "bureau"  # 市商务局
    BUREAU_VERIFIER = "bureau_verifier"  # 市商务局核验人
    LEADER = "leader"  # 总召集人、召集人、分管副市长
    READER = "reader"  # 审计、财政、组织
    OTHER = "other"  # 其他单位
    ADMIN = "admin"  # 三员


class Confidentiality(StrEnum):
    NORMAL = "normal"  # 一般
    INTERNAL = "internal"  # 内部
    RESTRICTED = "restricted"  # 限名单


N, I, R = Confidentiality.NORMAL, Confidentiality.INTERNAL, Confidentiality.RESTRICTED

TABLE: dict[Relation, dict[Confidentiality, Sight]] = {
    Relation.OWN: {N: Sight.FULL, I: Sight.FULL, R: Sight.LISTED},
    Relation.PARTICIPANT: {N: Sight.FULL, I: Sight.NONE, R: Sight.LISTED},
    Relation.BUREAU: {N: Sight.FULL, I: Sight.FULL, R: Sight.LISTED},
    Relation.BUREAU_VERIFIER: {N: Sight.FULL, I: Sight.FULL, R: Sight.FULL},
    # 「listed (conveners by default)」:限名单项目的名单缺省含各召集人
    Relation.LEADER: {N: Sight.FULL, I: Sight.FULL, R: Sight.FULL},
    Relation.READER: {N: Sight.FACTS, I: Sight.FACTS, R: Sight.FACTS},
    Relation.OTHER: {N: Sight.NONE, I: Sight.NONE, R: Sight.LISTED},
    Relation.ADMIN: {N: Sight.NONE, I: Sight.NONE, R: Sight.NONE},
}
