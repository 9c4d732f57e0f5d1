"""谁可以看、提、定参数。看:任何登录的人;提:市级商务主管部门;定:其核验人或负责人,且不是提议人。"""

from __future__ import annotations

from juyuan.foundation.policy.pack_types import SourceKind
from juyuan.foundation.policy.timeline import ParameterRow
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial

BUREAU = "commerce"
PROPOSERS = ("clerk", "verifier", "head")
CONFIRMERS = ("verifier", "head")


def can_propose(actor: Actor, row: ParameterRow, bureau: str) -> Access:
    """`bureau` 是市级商务主管部门的名称,用在理由里。"""
    if row.origin == SourceKind.DOCUMENT:
        return Denial("文件明定的数字只随文件改,不在此修改", row.clause)
    if not any(actor.has(role, BUREAU) for role in PROPOSERS):
        return Denial(f"建议值由{bureau}修改", row.clause)
    return Allowed()


def can_view_proposals(actor: Actor, bureau: str) -> Access:
    """提议的影响写着项目与待办,给商务主管部门的人看(看得见哪些仍照各自的范围)。"""
    if any(actor.has(role, BUREAU) for role in PROPOSERS):
        return Allowed()
    return Denial(f"参数的提议由{bureau}办理")


def can_settle(actor: Actor, proposer_id: int, bureau: str) -> Access:
    if not any(actor.has(role, BUREAU) for role in CONFIRMERS):
        return Denial(f"由{bureau}的核验人或负责人确认")
    if actor.account_id == proposer_id:
        return Denial("提议人不得确认自己的提议,请另一位核验人或负责人办理")
    return Allowed()
