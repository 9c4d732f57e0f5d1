"""公文的待办与通知的种类。"""

from __future__ import annotations

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.notices.registry import MAIL, ROBOT, NoticeKind
from juyuan.foundation.people.models import LEADER_ROLES, Role

APPROVERS = (Role.HEAD, Role.VERIFIER, *LEADER_ROLES)


def kinds() -> list[DutyKind]:
    """批准、印发:都由办事本身结束。"""
    return [
        DutyKind(
            kind="papers.approve", label="批准公文", clause="", ends_by="批准或退回",
            url=lambda row: row.object_url, roles=tuple(APPROVERS),
        ),
        DutyKind(
            kind="papers.issue", label="印发公文", clause="", ends_by="编号印发",
            url=lambda row: row.object_url,
        ),
    ]  # fmt: skip


def notice_kinds() -> list[NoticeKind]:
    return [NoticeKind("papers.submitted", "请批公文", "", (MAIL, ROBOT))]
