"""线索的待办与通知的种类;待办都由办事本身结束。"""

from __future__ import annotations

from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.notices.registry import NoticeKind
from juyuan.foundation.people.models import Role
from juyuan.rooms.outreach.rules.leads import CLAUSE, LeadClock

OBJ = "outreach_lead"
ANSWER, ASSIGN, JUDGE = "outreach.answer", "outreach.assign", "outreach.judge"
FEED_BACK, DECIDE = "outreach.feed_back", "outreach.decide"
CLOCKS = {
    LeadClock.ANSWER: ANSWER,
    LeadClock.JUDGE: JUDGE,
    LeadClock.FEED_BACK: FEED_BACK,
}
LABELS = {
    ANSWER: ("答复线索", "答复"),
    ASSIGN: ("分办线索", "分办"),
    JUDGE: ("研判线索", "研判"),
    FEED_BACK: ("反馈线索", "反馈"),
    DECIDE: ("线索定去向", "转项目或不采纳"),
}
NOTICES = {
    "outreach.lead_submitted": "新报的线索",
    "outreach.lead_assigned": "分办的线索",
    "outreach.lead_answered": "线索答复",
    "outreach.lead_fed_back": "线索反馈",
    "outreach.lead_refused": "线索不采纳",
    "outreach.lead_converted": "线索转项目",
}


def kinds() -> list[DutyKind]:
    """登记的待办。"""
    return [
        DutyKind(
            kind=kind,
            label=label,
            clause=CLAUSE,
            ends_by=ends,
            url=lambda row: row.object_url,
            roles=(Role.CLERK, Role.HEAD, Role.VERIFIER),
        )
        for kind, (label, ends) in LABELS.items()
    ]


def notice_kinds() -> list[NoticeKind]:
    """登记的通知。"""
    return [NoticeKind(name, label, CLAUSE) for name, label in NOTICES.items()]
