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
