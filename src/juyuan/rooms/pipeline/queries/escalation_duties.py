"""提级的待办:每期报告、工作方案。期限是参数,由报告、交方案、办结(撤回)的动作结束。"""

from __future__ import annotations

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.people.models import Role
from juyuan.rooms.pipeline.queries.escalations import (
    PLAN,
    REPORT,
    plans_waiting,
    reports_waiting,
)

REPORTERS = (Role.CLERK, Role.HEAD, Role.SPECIALIST)  # 核验人不报


def kinds() -> list[DutyKind]:
    """登记的待办。"""
    return [
        DutyKind(
            kind=REPORT,
            label="提级报告",
            clause="3.3c",
            ends_by="提交这一期提级报告",
            url=lambda row: f"{row.object_url}escalation/report/",
            owed=reports_waiting,
            roles=REPORTERS,
        ),
        DutyKind(
            kind=PLAN,
            label="提级工作方案",
            clause="3.3c",
            ends_by="提交工作方案",
            url=lambda row: f"{row.object_url}escalation/plan/",
            owed=plans_waiting,
            roles=REPORTERS,
        ),
    ]
