"""审查意见与承诺审查的待办、通知的种类。"""

from __future__ import annotations

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.notices.registry import MAIL, ROBOT, NoticeKind
from juyuan.foundation.people.models import Role

ANSWER, SIGN, MATERIAL = (
    "evaluation.opinion_answer", "evaluation.opinion_sign", "evaluation.opinion_material",
)  # fmt: skip
CLOSE = "evaluation.scrutiny_close"
DAYS, CLOSE_DAYS = "opinion.workdays", "privilege.close_workdays"
NOTICES = {
    "evaluation.opinion_asked": "收到审查申请",
    "evaluation.opinion_returned": "审查申请退回补材料",
    "evaluation.opinion_answered": "审查意见已答复",
    "evaluation.opinion_withdrawn": "审查申请已撤回",
    "evaluation.opinion_revoked": "审查意见已撤销",
    "evaluation.scrutiny_returned": "承诺审查退回再办",
    "evaluation.scrutiny_closed": "承诺审查已办结",
}


def kinds() -> list[DutyKind]:
    """都由动作开、由动作结。"""
    return [
        DutyKind(
            kind=ANSWER, label="答复审查申请", clause="3.4b", ends_by="签发意见或退回补材料",
            url=lambda row: row.object_url, roles=(Role.CLERK, Role.HEAD, Role.VERIFIER),
        ),
        DutyKind(
            kind=SIGN, label="签发审查意见", clause="3.4b", ends_by="签发或退回重拟",
            url=lambda row: row.object_url, roles=(Role.HEAD, Role.VERIFIER),
        ),
        DutyKind(
            kind=MATERIAL, label="补齐审查材料", clause="3.4b", ends_by="补齐再送或撤回申请",
            url=lambda row: row.object_url,
        ),
        DutyKind(
            kind=CLOSE, label="签核承诺审查记录", clause="3.4b", ends_by="签核办结或退回",
            url=lambda row: row.object_url, roles=(Role.HEAD, Role.VERIFIER),
        ),
    ]  # fmt: skip


def notice_kinds() -> list[NoticeKind]:
    return [NoticeKind(name, label, "3.4b", (MAIL, ROBOT)) for name, label in NOTICES.items()]
