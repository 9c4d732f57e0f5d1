"""合并:先列计划,说清搬什么、补什么、什么拦住;撤销期内原样放回。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from juyuan.kernel.verdict import Finding
from juyuan.rooms.investors.rules.drafts import CLAUSE, LABELS, said

FILLABLE = (
    "uscc",
    "foreign_id",
    "place",
    "controller",
    "group",
    "registered_capital",
    "founded_on",
    "business",
    "remark",
)
UNDO_DAYS = 30
"""文件未定,此处为建议值:合并后几天内可以撤销。"""


@dataclass(frozen=True)
class Side:
    """合并的一方。"""

    id: int
    code: str
    name: str
    merged: bool
    parent_id: int | None
    values: Mapping[str, Any] = field(default_factory=dict)
    honours: tuple[str, ...] = ()
    is_key: bool = False


@dataclass(frozen=True)
class MergePlan:
    """合并计划。`blocks` 非空即不能合并;`fills` 是留下者的空项由并入者补上的;`moves` 是 (名目, 件数)。"""

    source: Side
    target: Side
    blocks: tuple[Finding, ...] = ()
    fills: tuple[tuple[str, Any], ...] = ()
    differs: tuple[tuple[str, Any, Any], ...] = ()
    moves: tuple[tuple[str, int], ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.blocks

    @property
    def lines(self) -> list[str]:
        """给人看的几句:会发生什么。"""
        lines = [f"「{self.source.name}」并入「{self.target.name}」,原名称留作别名"]
        lines += [f"{label} {count} 项转到留下的一家" for label, count in self.moves if count]
        lines += [f"补上{LABELS[name]}:{said(name, value)}" for name, value in self.fills]
        lines += [
            f"{LABELS[name]}两边不同,保留「{said(name, theirs)}」(并入者的「{said(name, mine)}」随它留着)"
            for name, mine, theirs in self.differs
        ]
        return lines


def plan_merge(
    source: Side,
    target: Side,
    moves: Sequence[tuple[str, int]],
    held_by_rooms: Sequence[str] = (),
) -> MergePlan:
    """由两方的内容、各室要搬的件数与各室拦住的话列出计划;不写任何东西。"""
    blocks: list[Finding] = []

    def block(rule: str, message: str) -> None:
        blocks.append(Finding("target", f"merge.{rule}", CLAUSE, message))

    if source.id == target.id:
        block("self", "不能把一家并入它自己,请另选一家")
    if source.merged or target.merged:
        block("merged", "其中一家已经并入别家,请对留下的那一家办理")
    if source.parent_id == target.id or target.parent_id == source.id:
        block("branch", "总部与分支机构是两方,不能合并")
    codes = [str(side.values.get("uscc") or "") for side in (source, target)]
    if all(codes) and codes[0] != codes[1]:
        block("uscc", "两家的统一社会信用代码不同,是两个主体,不能合并;代码填错的请先改正")
    for message in held_by_rooms:
        block("room", message)
    fills, differs = [], []
    for name in FILLABLE:
        mine, theirs = source.values.get(name), target.values.get(name)
        if mine in (None, "") or mine == theirs:
            continue
        if theirs in (None, ""):
            fills.append((name, mine))
        else:
            differs.append((name, mine, theirs))
    return MergePlan(source, target, tuple(blocks), tuple(fills), tuple(differs), tuple(moves))


def can_undo_until(merged_at: datetime) -> datetime:
    """撤销的最后时刻。"""
    return merged_at + timedelta(days=UNDO_DAYS)


def judge_undo(
    merged_at: datetime, undone: bool, target_merged: bool, now: datetime
) -> list[Finding]:
    """能否撤销一次合并。"""
    found = []
    if undone:
        found.append(Finding("", "merge.undone", CLAUSE, "这次合并已经撤销"))
    elif target_merged:
        found.append(
            Finding("", "merge.chain", CLAUSE, "留下的一家后来又并入别家,请先撤销后一次合并")
        )
    if now > can_undo_until(merged_at):
        found.append(
            Finding("", "merge.late", CLAUSE, f"合并已满 {UNDO_DAYS} 天(建议值),不能再撤销")
        )
    return found
