"""评审的待办与通知的种类;待办都由办事本身结束。"""

from __future__ import annotations

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.notices.registry import MAIL, ROBOT, NoticeKind
from juyuan.foundation.people.models import LEADER_ROLES, Role
from juyuan.rooms.evaluation.rules.reviews import CLAUSE

PREPARE, SCORE, RECHECK = "evaluation.prepare", "evaluation.score", "evaluation.recheck"
COMPLIANCE, SUPPLY, DECIDE = "evaluation.compliance", "evaluation.supply", "evaluation.decide"
STAFF = (Role.CLERK, Role.HEAD, Role.VERIFIER)
KINDS = {
    PREPARE: ("组织评审", "指定评审人或核对出一票否决", STAFF),
    SCORE: ("评审打分", "打完全部指标的分或声明回避", (*STAFF, Role.SPECIALIST)),
    RECHECK: ("复核评分", "结束评分", STAFF),
    COMPLIANCE: ("出合规意见", "出具合规意见", (Role.HEAD, Role.VERIFIER)),
    SUPPLY: ("补充评审材料", "补充材料", STAFF),
    DECIDE: ("评审决定", "作出决定", (Role.HEAD, *sorted(LEADER_ROLES))),
}
NOTICES = {
    "evaluation.review_sent": "项目送审",
    "evaluation.review_appointed": "请您评审",
    "evaluation.review_opinion": "合规意见",
    "evaluation.review_decide": "评审待您决定",
    "evaluation.review_decided": "评审决定",
    "evaluation.review_filed": "县区评审备案",
    "evaluation.review_called_up": "评审调取到市级",
}
TABS = {
    PREPARE: "", SCORE: "score/", RECHECK: "", COMPLIANCE: "opinion/", SUPPLY: "supply/",
    DECIDE: "decide/",
}  # fmt: skip


def kinds() -> list[DutyKind]:
    """登记的待办。"""
    return [
        DutyKind(
            kind=kind,
            label=label,
            clause=CLAUSE,
            ends_by=ends,
            url=lambda row: f"{row.object_url}{TABS[row.kind]}",
            roles=tuple(roles),
        )
        for kind, (label, ends, roles) in KINDS.items()
    ]


def notice_kinds() -> list[NoticeKind]:
    """登记的通知。"""
    return [NoticeKind(name, label, CLAUSE, (MAIL, ROBOT)) for name, label in NOTICES.items()]
