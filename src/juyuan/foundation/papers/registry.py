"""登记处:各房间的公文种类。由 wiring 登记;重复登记以后者为准。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.rules import Paper
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access


@dataclass(frozen=True)
class WordField:
    """公文里可以由人改的一段话。事实不在此列,锁定不可改。"""

    name: str
    label: str
    required: bool = False
    limit: int = 2000
    hint: str = ""


def _own_unit(document: Document) -> tuple[int, int | None]:
    return document.unit_id, None


@dataclass(frozen=True)
class PaperKind:
    """一种公文。

    `series` 是文号系列(各单位、各年、各系列一本登记簿);`build(公文)` 由锁定的事实与可改的话组成内容,
    只看公文自己,不看钟(日期是 `document.dated`,没有印发时用起草日);
    `within(看的人)` 给出看得见的对象编号(子查询),看不见的公文等于不存在;
    `can_prepare`、`can_approve` 之外,批的人不得是起草或改过它的人,由公文自己守;
    `approver(公文)` 是批准待办给哪个单位、哪个人;`on_issued` 在印发的事务里。
    `needs_approval` 为假的是系统记录(评审报告一类):由办事的动作直接编号存档,不另行批准。
    """

    kind: str
    label: str
    clause: str
    series: str
    build: Callable[[Document], Paper]
    within: Callable[[Actor], Any]
    can_prepare: Callable[[Actor, Document], Access]
    can_approve: Callable[[Actor, Document], Access]
    url: Callable[[Document], str]
    needs_approval: bool = True
    word_fields: tuple[WordField, ...] = ()
    approver: Callable[[Document], tuple[int, int | None]] = _own_unit
    delivers: bool = True
    on_issued: Callable[..., None] | None = None
    on_voided: Callable[..., None] | None = None


_kinds: dict[str, PaperKind] = {}


def register(kind: PaperKind) -> None:
    _kinds[kind.kind] = kind


def unregister(kind: str) -> None:
    _kinds.pop(kind, None)


def kinds() -> tuple[PaperKind, ...]:
    return tuple(_kinds[name] for name in sorted(_kinds))


def kind_of(kind: str) -> PaperKind:
    """Raises: LookupError(没有登记:编码错误,不是人的错)。"""
    try:
        return _kinds[kind]
    except KeyError:
        raise LookupError(f"没有登记的公文种类 {kind}") from None
