"""读:城市包、条款、某日有效的参数。"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from juyuan.foundation.policy import pack as packs
from juyuan.foundation.policy.models import ParameterProposal, ParameterVersion, ProposalStatus
from juyuan.foundation.policy.pack_types import Clause, Pack, Parameter
from juyuan.foundation.policy.timeline import ParameterRow, Params, Timeline, from_pack
from juyuan.foundation.ui.context import Identity
from juyuan.kernel.once import once
from juyuan.kernel.verdict import NotFound


class UnknownClause(LookupError):
    """没有这一条。"""


@lru_cache(maxsize=4)
def _load(root: Path) -> Pack:
    return packs.load(root)


@lru_cache(maxsize=8)
def _root(name: str, packs_dir: Path) -> Path:
    # 一批几千行时 `pack()` 也要调几千次:不每次去摸文件夹
    return packs.resolve(name, packs_dir)


def pack() -> Pack:
    """`JUYUAN_PACK` 所指的城市包(每个进程读一次)。

    Raises:
        PackError: 找不到或有错。
    """
    return _load(_root(settings.JUYUAN_PACK, settings.PACKS_DIR))


def bureau() -> str:
    """本市对市级商务主管部门的称呼(城市包);拒绝、说明里写的是它,不是某个城市的名字。"""
    return pack().bureau


def identity() -> Identity:
    """页眉上的称呼。"""
    city = pack()
    return Identity(
        city=city.name,
        product=city.system_name,
        title=f"{city.name}招商引资工作系统",
        confirmer=city.confirmer,
        bureau=city.bureau,
        demo_note=city.notice,
    )


def clauses() -> tuple[Clause, ...]:
    """全部条款,次序同文件。"""
    return pack().clauses


def clause(number: str) -> Clause:
    """由机制号(代码里的编号)或本市条款编号取条款。

    Raises:
        UnknownClause: 本市文件没有这一条。
    """
    found = pack().clause_for(number)
    if found is None:
        raise UnknownClause(number)
    return found


def clause_by_code(code: str) -> Clause:
    """由本市编号取条款(网址用;编号与机制号撞名时以本市编号为准)。

    Raises:
        UnknownClause: 没有这一条。
    """
    return pack().clauses_by_code.get(code) or clause(code)


def display(number: str) -> str:
    """条款的显示「三(三)」;没有这一条时为空。"""
    found = pack().clause_for(number)
    return found.display if found else ""


def from_version(version: ParameterVersion) -> ParameterRow:
    """库里的一版。`value`、`labels` 的次序不可靠(jsonb 不保存次序),显示前由 `in_pack_order` 理顺。"""
    return ParameterRow(
        key=version.key,
        label=version.label,
        type=version.type,
        value=version.value,
        unit=version.unit,
        clause=version.clause,
        effective_from=version.effective_from,
        origin=version.origin,
        note=version.note,
        text_q=version.text_q,
        op=version.op,
        choices=tuple(version.choices),
        labels=version.labels,
        id=version.pk,
        confirmed_by=version.confirmed_by,
        paper_number=version.paper_number,
        paper_on=version.paper_on,
        paper_url=f"/files/{version.paper_use_id}/" if version.paper_use_id else "",
    )


def in_pack_order(row: ParameterRow, like: Parameter | None) -> ParameterRow:
    """表型的值按城市包里的次序排(包里没有的在后)。"""
    if like is None or not isinstance(row.value, dict) or not isinstance(like.value, dict):
        return row
    order = {key: index for index, key in enumerate(like.value)}
    value = dict(sorted(row.value.items(), key=lambda item: order.get(item[0], len(order))))
    return replace(row, value=value, labels=like.labels | row.labels)


_lock = Lock()
_known: dict[str, Any] = {}
_pinned: ContextVar[Timeline | None] = ContextVar("policy_timeline", default=None)


def _of_this_city() -> QuerySet[ParameterVersion]:
    """本城市包的各版(同一个库换过城市包时,别的城市的旧行不算)。"""
    return ParameterVersion.objects.filter(pack=pack().id)


def _stamp() -> tuple[Any, ...]:
    """参数表的指纹:有人增加一版,各进程下一次读就看得见。"""
    seen = _of_this_city().aggregate(last=Max("pk"), count=Count("pk"), at=Max("recorded_at"))
    return (settings.JUYUAN_PACK, seen["last"], seen["count"], seen["at"])


def timeline() -> Timeline:
    """全部参数的全部版本。一次查询看指纹,变了才重读;库里还没有的参数取城市包的首版。

    在 `pinned()` 之内不再查库;一次只读的请求之内只查一次。
    """
    pinned_now = _pinned.get()
    if pinned_now is not None:
        return pinned_now
    return once(_current, _current)


def _current() -> Timeline:
    stamp = _stamp()
    with _lock:
        if _known.get("stamp") == stamp:
            found: Timeline = _known["timeline"]
            return found
    own = {p.key: p for p in pack().parameters}
    stored = [in_pack_order(from_version(v), own.get(v.key)) for v in _of_this_city()]
    have = {row.key for row in stored}
    fresh = [from_pack(p) for p in pack().parameters if p.key not in have]
    order = {p.key: index for index, p in enumerate(pack().parameters)}
    rows = sorted(stored + fresh, key=lambda row: order.get(row.key, len(order)))
    built = Timeline(rows)
    with _lock:
        _known.update(stamp=stamp, timeline=built)
    return built


@contextmanager
def pinned() -> Iterator[Timeline]:
    """在一段计算(一次请求、一批行)之内固定参数,不再逐次看指纹。"""
    token = _pinned.set(timeline())
    try:
        yield _pinned.get() or timeline()
    finally:
        _pinned.reset(token)


@contextmanager
def supposing(line: Timeline) -> Iterator[Timeline]:
    """在一段计算之内改用这一份参数表(预览「假如确认了」);只许读,不许写。"""
    token = _pinned.set(line)
    try:
        yield line
    finally:
        _pinned.reset(token)


def is_pinned() -> bool:
    """此刻用的是不是固定下来的、假设的那一份,而不是库里现在的。"""
    return _pinned.get() is not None


def params(on: date) -> Params:
    """某日(事实发生日)有效的参数:`params(day)["escalation.threshold"]`。"""
    return timeline().on(on)


def edition(day: date) -> str:
    """口径版本:那一天有效的参数里最近一版的施行日。印在每页的脚上,不为它另查库(取本进程最近读到的)。"""
    line = _pinned.get() or _known.get("timeline") or timeline()
    return max(row.effective_from for row in line.on(day).rows()).isoformat()


def proposal(proposal_id: int) -> ParameterProposal:
    """本城市的一条提议。

    Raises:
        NotFound: 没有。
    """
    row = ParameterProposal.objects.filter(pk=proposal_id, pack=pack().id).first()
    if row is None:
        raise NotFound
    return row


def open_proposals() -> list[ParameterProposal]:
    """等第二人确认的提议。"""
    return list(
        ParameterProposal.objects.filter(pack=pack().id, status=ProposalStatus.OPEN).order_by("id")
    )
