"""撞单的裁定:几时裁、几时可以不服、份额怎么算、谁能被裁为牵头。纯函数。

先收两边的证据,由商务主管部门写明理由裁定;不服的提请召集人,召集人的决定为终局。
未定之前双方都可以继续服务投资方,谁也不能承诺政策。
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding
from juyuan.kernel.workdays import Calendar, Due, add_workdays

CLAUSE = "3.2b"
FULL_BP = 10_000
REASON_LIMIT = 2000


class ConflictState(Labelled):
    """撞单的状态。逾期不是状态。"""

    OPEN = "open", "待裁定"
    RULED = "ruled", "已裁定"
    APPEALED = "appealed", "已提请召集人"
    FINAL = "final", "已定"
    CLOSED = "closed", "已撤销"


PENDING = (ConflictState.OPEN, ConflictState.RULED, ConflictState.APPEALED)
"""还没有定:双方都可以服务投资方,都不得承诺政策。"""


class ConflictSource(Labelled):
    """怎么立的件。"""

    CHECK = "check", "登记时查重"
    HAND = "hand", "商务主管部门提出"


class RulingLevel(Labelled):
    """哪一级的裁定。"""

    FIRST = "first", "裁定"
    FINAL = "final", "终裁"


class HandoverState(Labelled):
    """移交的状态。"""

    PROPOSED = "proposed", "待接收"
    ACCEPTED = "accepted", "已接收"
    REFUSED = "refused", "不接收"


@rule("3.2b")
def ruling_due(opened_on: date, days: int, known: Calendar) -> Due:
    """谁对接、谁牵头:撞单自立件次日起几个工作日以内裁定。"""
    return add_workdays(opened_on, days, known)


@rule("3.2b")
def appeal_due(ruled_on: date, days: int, known: Calendar) -> Due:
    """谁对接、谁牵头:不服裁定,自裁定次日起几个工作日以内提请召集人。"""
    return add_workdays(ruled_on, days, known)


@rule("3.2b")
def appeal_open(state: ConflictState, today: date, last_day: date | None) -> bool:
    """谁对接、谁牵头:已裁定、期限未过(当日含)才可以提请;一件只提请一次。"""
    return state == ConflictState.RULED and last_day is not None and today <= last_day


@rule("3.2b")
def becomes_final(state: ConflictState, today: date, last_day: date | None) -> bool:
    """谁对接、谁牵头:期限过了没有人提请,裁定即定。"""
    return state == ConflictState.RULED and last_day is not None and today > last_day


@dataclass(frozen=True)
class RulingDraft:
    """裁定所填:牵头单位、各方份额(单位编号 → 基点)、理由、所依条款。"""

    lead_unit_id: int | None
    shares: Mapping[int, int]
    reason: str
    clause: str = CLAUSE


@rule("3.2b")
def judge_ruling(
    draft: RulingDraft, party_ids: Collection[int], clauses: Collection[str]
) -> list[Finding]:
    """按照“谁对接、谁牵头”的原则裁定:牵头单位在各方之中,功劳份额合计100%,写明理由与条款。"""
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"ruling.{code}", CLAUSE, message))

    if draft.lead_unit_id not in party_ids:
        need("lead_unit", "lead", "牵头单位须是争议各方之一，请从各方中选择")
    if set(draft.shares) - set(party_ids):
        need("shares", "party", "份额只分给争议各方")
    if any(not 0 <= share <= FULL_BP for share in draft.shares.values()):
        need("shares", "range", "每一方的份额须在 0 至 100% 之间")
    total = sum(draft.shares.values())
    if total != FULL_BP:
        need("shares", "total", f"功劳份额合计须为 100%，现为 {total / 100:g}%")
    if not draft.reason.strip():
        need("reason", "reason", "请写明裁定的理由：谁先接触、凭什么证据")
    elif len(draft.reason) > REASON_LIMIT:
        need("reason", "length", f"理由至多{REASON_LIMIT}字")
    if draft.clause not in clauses:
        need("clause", "clause", "请选择所依据的条款")
    return found


@dataclass(frozen=True)
class Standing:
    """一方在裁定时的先后:功劳的时刻、登记的次序。"""

    unit_id: int
    merit_at: datetime | None
    order: int


@rule("3.2b")
def earliest(parties: Collection[Standing]) -> int | None:
    """“谁对接、谁牵头”:功劳时刻最早的一方(同时的,先登记的),供裁定参考,不代替裁定。"""
    known = [p for p in parties if p.merit_at is not None]
    best = min(known, key=lambda p: (p.merit_at, p.order), default=None)  # type: ignore[arg-type,return-value]
    return best.unit_id if best else None


@dataclass(frozen=True)
class HandoverDraft:
    """移交所填:交给谁、材料清单、未了事项、交出单位留多少功劳、为什么。"""

    to_unit_id: int | None
    materials: str
    matters: str
    share_bp: int | None
    reason: str


@rule("3.2b")
def judge_handover(draft: HandoverDraft, holder_id: int) -> list[Finding]:
    """各市直“首谈”部门全程牵头:换人须有清单,接收的确认,功劳按阶段分,不因移交归零。"""
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"handover.{code}", CLAUSE, message))

    if draft.to_unit_id is None or draft.to_unit_id == holder_id:
        need("to_unit", "to", "请选择接收单位（不能是本单位）")
    for name, label, text in (
        ("materials", "移交材料", draft.materials),
        ("matters", "未了事项", draft.matters),
        ("reason", "移交的理由", draft.reason),
    ):
        if not text.strip():
            need(name, name, f"请写明{label}，确实没有的写「无」")
        elif len(text) > REASON_LIMIT:
            need(name, "length", f"{label}至多{REASON_LIMIT}字")
    if draft.share_bp is None or not 0 < draft.share_bp <= FULL_BP:
        need("share_bp", "share", "请写明交出单位保留的功劳份额，大于 0、至多 100%")
    return found
