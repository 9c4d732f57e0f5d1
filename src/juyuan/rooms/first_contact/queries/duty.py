"""首谈的待办与通知的种类。"""

from __future__ import annotations

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.people.models import Role

CONFLICT = "first_contact_conflict"
RULING = "first_contact.ruling"
NOTICES = {
    "first_contact.conflict_opened": "撞单待裁定",
    "first_contact.claim_lapsed": "首谈失去独占",
}


def kinds() -> list[DutyKind]:
    """登记的待办:裁定由商务主管部门办,由裁定的动作结束。"""
    return [
        DutyKind(
            kind=RULING,
            label="撞单裁定",
            clause="3.2b",
            ends_by="作出裁定",
            url=lambda row: row.object_url,
            roles=(Role.HEAD, Role.VERIFIER),
        ),
    ]
