"""两个项目并成一个:先列计划,说清搬什么、补什么、什么拦住;撤销期内原样放回。纯函数。

已经写下的不改:移动、快照、月度更新留在并入的一个名下作为历史;证据、认可过的到位资金照原样记到留下的
一个名下(「转入」),钱归在原来的期;撤销时转入的作废、冲回,也归在原来的期。
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from juyuan.kernel.clause import rule
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.drafts import MONEY_FIELDS, TEXT_LIMITS
from juyuan.rooms.pipeline.rules.stages import Standing

CLAUSE = "3.3b"
REASON_LIMIT = 2000
SECRECY = ("normal", "internal", "restricted")
"""密级由宽到严。"""
FILLABLE = {
    "summary": TEXT_LIMITS["summary"][0],
    "chain": "产业链、环节",
    "industry_code": "行业代码",
    **MONEY_FIELDS,
    "basis": TEXT_LIMITS["basis"][0],
    "site_options": TEXT_LIMITS["site_options"][0],
    "benefit": TEXT_LIMITS["benefit"][0],
    "factor_needs": TEXT_LIMITS["factor_needs"][0],
    "location": TEXT_LIMITS["location"][0],
    "parties": "出资方",
    "hosts": "承载地",
    "signed_on": "签约日期",
    "started_on": "开工日期",
    "promised_land_on": "承诺拿地日期",
    "promised_start_on": "承诺开工日期",
    "promised_production_on": "承诺投产日期",
    "promised_capacity_on": "承诺达效日期",
    "remark": TEXT_LIMITS["remark"][0],
}
"""留下的一个空着时,可以勾选由并入的一个补上的各栏。"""
EMPTY = (None, "", ())


@dataclass(frozen=True)
class Holds:
    """一个项目身上没有了结的事:件数。"""

    waiting_vouchers: int = 0
    open_voids: int = 0
    open_cases: int = 0
    open_escalation: bool = False
    confirmed_relations: int = 0


@dataclass(frozen=True)
class Side:
    """合并的一方。`recognised` 是现行认定的库名;`values` 各栏可比的值,`said` 给人看的写法。"""

    id: int
    code: str
    name: str
    lead: str = ""
    stage: str = ""
    standing: Standing = Standing.ACTIVE
    confidentiality: str = "normal"
    voided: bool = False
    merged: bool = False
    contested: bool = False
    recognised: tuple[str, ...] = ()
    frozen: frozenset[str] = frozenset()
    holds: Holds = field(default_factory=Holds)
    values: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fill:
    """一栏:留下的空着,并入的有。"""

    name: str
    label: str
    said: str


@dataclass(frozen=True)
class Differs:
    """一栏两边不同:留下的为准。"""

    label: str
    gone: str
    kept: str


@dataclass(frozen=True)
class MergePlan:
    """合并计划。`blocks` 非空即不能合并;`moves` 是 (名目, 件数)。"""

    source: Side
    target: Side
    blocks: tuple[Finding, ...] = ()
    fills: tuple[Fill, ...] = ()
    differs: tuple[Differs, ...] = ()
    moves: tuple[tuple[str, int], ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.blocks

    @property
    def lines(self) -> list[str]:
        """给人看的几句:会发生什么。"""
        return [
            f"「{self.source.name}」（{self.source.code}）并入「{self.target.name}」（{self.target.code}），"
            "名称留作别名，检索与查重都找得到",
            *(f"{label} {count} 项转到留下的一个" for label, count in self.moves if count),
            "并入的一个自此退出各清单与各数，此前各日的数不变；它的经过、月度更新仍可查看",
            "谁看得见留下的一个，不因合并而变：参与单位、限名单不并过来",
        ]


@rule("3.3b")
def plan_merge(
    source: Side,
    target: Side,
    moves: Sequence[tuple[str, int]] = (),
    held_by_rooms: Sequence[str] = (),
) -> MergePlan:
    """强化项目动态管理:同一件事只留一个项目,只计一次;拦住的各说明缘由与出路。不写任何东西。"""
    blocks = [
        Finding("target", f"merge.{name}", CLAUSE, message)
        for held, name, message in _blocks(source, target)
        if held
    ]
    blocks += [Finding("target", "merge.room", CLAUSE, message) for message in held_by_rooms]
    fills, differs = [], []
    for name, label in FILLABLE.items():
        mine, theirs = source.values.get(name), target.values.get(name)
        if mine in EMPTY or mine == theirs:
            continue
        said = source.said.get(name, str(mine))
        if theirs not in EMPTY:
            differs.append(Differs(label, said, target.said.get(name, str(theirs))))
        elif name not in target.frozen:
            fills.append(Fill(name, label, said))
    return MergePlan(source, target, tuple(blocks), tuple(fills), tuple(differs), tuple(moves))


def _blocks(source: Side, target: Side) -> list[tuple[bool, str, str]]:
    """(拦不拦, 规则, 缘由与出路)。"""
    mine, theirs = source.holds, target.holds
    recognised = "、".join(source.recognised)
    over = target.standing in (Standing.ENDED, Standing.WITHDRAWN)
    return [
        (source.id == target.id, "self", "不能把一个项目并入它自己，请另选一个"),
        (
            source.voided or target.voided,
            "gone",
            "其中一个已经作废或并入别的项目，请对留下的那一个办理",
        ),
        (
            bool(source.recognised and target.recognised),
            "both_recognised",
            f"两个都有现行的认定（并入的：{recognised}），只能计一次：请先撤回其中一个的认定（冲回）",
        ),
        (
            bool(source.recognised and not target.recognised),
            "recognised",
            f"并入的一个已认定{recognised}，留下的还没有：请反过来合并，留下已认定的，或先撤回认定",
        ),
        (over, "standing", "留下的一个已终止或退库：请反过来合并，或先恢复推进"),
        (
            SECRECY.index(source.confidentiality) > SECRECY.index(target.confidentiality),
            "secrecy",
            "并入的一个密级更严，并过去就多了人看见它的材料：请先把留下的一个调到同样的密级，或降并入的",
        ),
        (
            source.contested or target.contested,
            "contested",
            "其中一个还在撞单，没有定：请先裁定，裁定生效后再合并",
        ),
        (
            mine.open_voids + theirs.open_voids > 0,
            "void",
            "有作废申请等确认：请先确认或不同意",
        ),
        (
            mine.waiting_vouchers > 0,
            "voucher",
            f"并入的一个有 {mine.waiting_vouchers} 笔凭证（冲回）等核验：请先核验",
        ),
        (
            mine.open_cases > 0,
            "case",
            f"并入的一个有 {mine.open_cases} 件项目重合等核对：请先核对",
        ),
        (
            mine.open_escalation,
            "escalation",
            "并入的一个正在提级管理：请先办结提级，或反过来合并",
        ),
        (
            mine.confirmed_relations > 0,
            "relation",
            "并入的一个有判定属实的项目关系：请先撤销判定，合并之后在留下的一个上重新判定",
        ),
    ]


def judge_fills(plan: MergePlan, chosen: Collection[str]) -> list[Finding]:
    """勾选的都得是计划里可以补的。"""
    known = {fill.name for fill in plan.fills}
    return [
        Finding(
            "fills", "merge.fill", CLAUSE, f"「{FILLABLE.get(name, name)}」不能由并入的一个补上"
        )
        for name in chosen
        if name not in known
    ]


def judge_reason(reason: str, what: str) -> list[Finding]:
    """理由写了没有、多长。"""
    if not reason.strip():
        return [Finding("reason", "merge.reason", CLAUSE, f"请写明{what}")]
    if len(reason) > REASON_LIMIT:
        return [Finding("reason", "merge.reason", CLAUSE, f"理由至多{REASON_LIMIT}字")]
    return []


@dataclass(frozen=True)
class Merged:
    """一次合并此刻的样子(能否撤销看这些)。"""

    at: datetime
    undone: bool = False
    target_merged: bool = False
    target_voided: bool = False
    recognised_since: tuple[str, ...] = ()
    changed_vouchers: int = 0


def undo_until(merged_at: datetime, days: int) -> datetime:
    """撤销的最后时刻。"""
    return merged_at + timedelta(days=days)


@rule("3.3b")
def judge_undo(
    merged: Merged, days: int, now: datetime, effective: date | None = None
) -> list[Finding]:
    """强化项目动态管理:合并错了的,期限之内照原样分开;过了期限、留下的一个已经变了的,说明缘由与出路。"""
    found: list[Finding] = []

    def block(name: str, message: str) -> None:
        found.append(Finding("", f"merge.{name}", CLAUSE, message))

    if merged.undone:
        block("undone", "这次合并已经撤销")
        return found
    if merged.target_merged:
        block("chain", "留下的一个后来又并入别的项目，请先撤销后一次合并")
    elif merged.target_voided:
        block("voided", "留下的一个已经作废，放不回去：请重新登记项目")
    if now > undo_until(merged.at, days):
        since = f"，{effective} 起施行" if effective else ""
        block(
            "late",
            f"合并已满 {days} 天（参数「合并项目的撤销期」pipeline.merge_undo_days，建议值{since}），不能再撤销；"
            "确是两件的，请重新登记",
        )
    if merged.recognised_since:
        named = "、".join(merged.recognised_since)
        block(
            "recognised_since", f"合并之后留下的一个认定了{named}：请先撤回认定（冲回），再撤销合并"
        )
    if merged.changed_vouchers:
        block(
            "changed_voucher",
            f"转入的凭证有 {merged.changed_vouchers} 笔已冲回（或正在冲回），放不回原样："
            "确是两件的，请重新登记项目与凭证",
        )
    return found
