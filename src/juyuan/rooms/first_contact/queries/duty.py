"""首谈的待办与通知的种类。"""

from __future__ import annotations

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.notices.registry import NoticeKind
from juyuan.foundation.people.models import LEADER_ROLES, Role

CONFLICT = "first_contact_conflict"
EVIDENCE = "first_contact_conflict_evidence"
RULING, APPEAL, ACCEPT = "first_contact.ruling", "first_contact.appeal", "first_contact.accept"
MERGE = "first_contact.merge"
EXPIRING = ("first_contact.expiring", "first_contact.expiring_soon")
NOTICES = {
    "first_contact.expiring": "首谈保护将到期",
    "first_contact.expiring_soon": "首谈保护即将到期",
    "first_contact.conflict_opened": "撞单待裁定",
    "first_contact.claim_lapsed": "首谈失去独占",
    "first_contact.ruled": "撞单裁定",
    "first_contact.appealed": "提请召集人裁定",
    "first_contact.settled": "撞单已定",
    "first_contact.handover": "移交首谈",
}


def kinds() -> list[DutyKind]:
    """登记的待办,都由动作结束:裁定、并案归商务主管部门,终裁归召集人,接收归接收单位。"""
    from juyuan.rooms.first_contact.queries.merging import owed  # 它要用本模块的名称

    return [
        DutyKind(
            kind=MERGE,
            label="裁定之后并案",
            clause="3.2b",
            ends_by="把不牵头一方的项目并到牵头的一个",
            url=lambda row: row.object_url,
            owed=owed,
            roles=(Role.HEAD, Role.VERIFIER),
        ),
        DutyKind(
            kind=RULING,
            label="撞单裁定",
            clause="3.2b",
            ends_by="作出裁定",
            url=lambda row: row.object_url,
            roles=(Role.HEAD, Role.VERIFIER),
        ),
        DutyKind(
            kind=APPEAL,
            label="撞单终裁",
            clause="3.2b",
            ends_by="作出终裁",
            url=lambda row: row.object_url,
            roles=tuple(LEADER_ROLES),
        ),
        DutyKind(
            kind=ACCEPT,
            label="接收首谈移交",
            clause="3.2b",
            ends_by="接收或不接收",
            url=lambda row: row.object_url,
        ),
    ]


def notice_kinds() -> list[NoticeKind]:
    """登记的通知;查重有重合的只在站内。"""
    return [
        NoticeKind("first_contact.overlap_found", "首谈查重有重合", "3.2b", ()),
        NoticeKind("first_contact.quota_exceeded", "首谈查重超出次数", "3.2b"),
        *(NoticeKind(name, label, "3.2b") for name, label in NOTICES.items()),
    ]
