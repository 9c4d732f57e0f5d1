"""进展:一件有日期的事。种类定它算不算实质进展;系统里已经发生的动作自己就是进展,不必再填一遍。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.stages import Stage

CLAUSE = "3.3b"
EARLIEST = date(1990, 1, 1)
NOTE_LIMIT = 500


class EventSource(Labelled):
    """进展从哪里来:人填的,或由系统里已发生的动作带来的(不必再填)。"""

    TYPED = "typed", "填报"
    MOVE = "move", "阶段移动"
    EVIDENCE = "evidence", "提交证据"
    VOUCHER = "voucher", "到位资金"


# 已发生的动作算哪一种进展。不在表里的照样列在「本期发生」,但不是清单里的种类,不算实质进展。
MOVE_KINDS: Mapping[Stage, str] = {
    Stage.NEGOTIATION: "stage_forward",
    Stage.INTENT: "stage_forward",
    Stage.SIGNED: "signing",
    Stage.LANDED: "construction",
}
EVIDENCE_KINDS: Mapping[FactKey, str] = {
    FactKey.CONTACT: "investor_visit",
    FactKey.WRITTEN_WILL: "draft_exchange",
    FactKey.PREREVIEW: "review_meeting",
    FactKey.FRAMEWORK: "draft_exchange",
    FactKey.FORMAL_CONTRACT: "signing",
    FactKey.REVIEW_PASSED: "review_meeting",
    FactKey.COMPANY_REGISTERED: "registration",
    FactKey.SITE_RIGHT: "land_acquired",
    FactKey.FILING_PERMIT: "permit",
    FactKey.WORKS_PHOTO: "construction",
}
VOUCHER_KIND = "capital_injection"
PLAIN = "other"


@dataclass(frozen=True)
class Kinds:
    """进展的种类(代码 → 名称):实质的,与一般往来的。"""

    substantive: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)

    def label(self, code: str) -> str:
        return self.substantive.get(code) or self.other.get(code) or code

    def __contains__(self, code: object) -> bool:
        return code in self.substantive or code in self.other

    def pairs(self) -> list[tuple[str, str]]:
        return [*self.substantive.items(), *self.other.items()]


@dataclass(frozen=True)
class Happening:
    """本期发生的一件事。`id` 如 move:12;`text` 给人看;`known_at` 是系统得知的时刻。"""

    id: str
    project_id: int
    kind: str
    on: date
    text: str
    source: EventSource
    known_at: datetime
    substantive: bool
    note: str = ""
    file_use_id: str = ""
    by: str = ""

    @property
    def pk(self) -> int:
        """来源对象的编号。"""
        return int(self.id.partition(":")[2])


@dataclass(frozen=True)
class EventDraft:
    """要填的一件进展。`file_id` 是先存好的文件。"""

    kind: str
    happened_on: date | None
    note: str = ""
    file_id: int | None = None


@rule("3.3b")
def judge_event(
    draft: EventDraft, kinds: Kinds, today: date, *, within: tuple[date, date] | None = None
) -> list[Finding]:
    """强化项目动态管理:一件进展须是清单里的种类、有发生日、不在将来;`within` 是它必须落在的一期。"""
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"progress.{code}", CLAUSE, message))

    if draft.kind not in kinds:
        need("kind", "kind", "请从列表中选择进展的种类")
    day = draft.happened_on
    if day is None:
        need("happened_on", "date", "请写明发生日，如 2026-11-18")
    elif day > today:
        need("happened_on", "date", f"发生日不能晚于今天（{today}）")
    elif day < EARLIEST:
        need("happened_on", "date", f"发生日 {day} 太早，请核对年份")
    elif within is not None and not within[0] <= day <= within[1]:
        need("happened_on", "period", f"发生日 {day} 不在本期（{within[0]} 至 {within[1]}）")
    if len(draft.note) > NOTE_LIMIT:
        need("note", "length", f"说明至多{NOTE_LIMIT}字")
    return found
