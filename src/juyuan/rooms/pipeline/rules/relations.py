"""项目之间的关系与「只计一次」(三(三)、三(一)):升格、增资、换业主、二期、拆分。

两件事,都是纯函数:`propose` 凭迹象提出关系(人来判定);`deductions` 按判定了的关系算出各数要减多少。金额为整数元。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.money import to_wan
from juyuan.rooms.pipeline.rules.naming import overlap_percent, project_key

SAME_NAME = 80  # 名称片段重合百分比,达到算名称相近
FULL_BP = 10000


class RelationKind(Labelled):
    """关系:`later` 项目是 `earlier` 项目的什么。"""

    UPGRADE = "upgrade", "升格"
    CAPITAL_INCREASE = "capital_increase", "增资"
    NEW_OWNER = "new_owner", "换业主"
    SECOND_PHASE = "second_phase", "二期"
    SPLIT = "split", "拆分"


class RelationState(Labelled):
    """系统提出,人来定。"""

    PROPOSED = "proposed", "待判定"
    CONFIRMED = "confirmed", "属实"
    DISMISSED = "dismissed", "不属实"
    REVOKED = "revoked", "判定撤销"


# ───────── 提出 ─────────


@dataclass(frozen=True)
class Subject:
    """一个项目可供比对的几项。`owners`: 投资方所属集团、控制人、企业的键;`sites`: 落点与具体地点的键。"""

    id: int
    name: str
    amount: int | None
    began_on: date
    owners: frozenset[str]
    hosts: frozenset[int]
    site: str = ""


@dataclass(frozen=True)
class Limits:
    """提出关系的尺度(参数 relations.*,建议值)。"""

    near_days: int
    thresholds: Sequence[int]
    band_bp: int


@dataclass(frozen=True)
class Proposal:
    """提出的一对:先后、类别、迹象(写成话)。"""

    earlier: int
    later: int
    kind: RelationKind
    signs: tuple[str, ...]


_PHASE = re.compile(r"[（(]?(?:第)?([一二三四五六七八九十]|\d{1,2})期(?:工程|项目)?[)）]?")
_NUMBERS = {c: i for i, c in enumerate("一二三四五六七八九十", start=1)}
_INCREASE = re.compile(r"(?:增资扩产|增资|扩能|扩产|追加投资|扩建)(?:工程|项目)?")


def phase_of(name: str) -> int:
    """名称里写的第几期;没写为 0。"""
    found = _PHASE.search(name)
    if found is None:
        return 0
    text = found.group(1)
    return _NUMBERS[text] if text in _NUMBERS else int(text)


def stem_of(name: str) -> str:
    """去掉期次、增资一类的词之后的名称键。"""
    return project_key(_INCREASE.sub("", _PHASE.sub("", name)))


def near_threshold(amount: int | None, limits: Limits) -> int | None:
    """金额刚好卡在哪个门槛以下;都不是为 None。"""
    if amount is None:
        return None
    for threshold in sorted(limits.thresholds):
        if threshold * (FULL_BP - limits.band_bp) <= amount * FULL_BP < threshold * FULL_BP:
            return threshold
    return None


@rule("3.3b")
def propose(pairs: Iterable[tuple[Subject, Subject]], limits: Limits) -> list[Proposal]:
    """强化项目动态管理:疑似同一件事拆开、升格、增资、换业主、二期的,提出来由人判定;只提出,不认定。"""
    found: dict[tuple[int, int], Proposal] = {}
    for one, two in pairs:
        if one.id == two.id:
            continue
        earlier, later = sorted((one, two), key=lambda s: (s.began_on, s.id))
        made = _judge(earlier, later, limits)
        if made is not None:
            found[(made.earlier, made.later)] = made
    return [found[key] for key in sorted(found)]


def _judge(earlier: Subject, later: Subject, limits: Limits) -> Proposal | None:
    same_owner = bool(earlier.owners & later.owners)
    same_site = bool(earlier.site and earlier.site == later.site)
    same_place = same_site or bool(earlier.hosts & later.hosts)
    phases = (phase_of(earlier.name), phase_of(later.name))
    phased = phases[0] != phases[1] and max(phases) > 1
    if not same_place and not (same_owner and phased):
        return None  # 什么也提不出来:名称不必再比(候选里多半如此)
    days = (later.began_on - earlier.began_on).days
    near = days <= limits.near_days
    stems = (stem_of(earlier.name), stem_of(later.name))
    same_name = stems[0] == stems[1] or overlap_percent(*stems) >= SAME_NAME
    signs = []
    if same_owner:
        signs.append("投资方同属一家、一个集团或一个控制人")
    if same_site:
        signs.append("具体地点相同")
    elif same_place:
        signs.append("落点相同")
    if same_name:
        signs.append("名称相近")

    def made(kind: RelationKind, *more: str, swap: bool = False) -> Proposal:
        first, second = (later, earlier) if swap else (earlier, later)
        return Proposal(first.id, second.id, kind, (*signs, *more))

    if (same_owner or same_place) and same_name and phased:
        return made(
            RelationKind.SECOND_PHASE, f"名称写明第 {max(phases)} 期", swap=phases[0] > phases[1]
        )
    if same_owner and same_place and same_name and _INCREASE.search(later.name):
        return made(RelationKind.CAPITAL_INCREASE, "名称写明增资、扩建")
    cuts = (near_threshold(earlier.amount, limits), near_threshold(later.amount, limits))
    if same_owner and same_place and near and cuts[0] is not None and cuts[0] == cuts[1]:
        return made(
            RelationKind.SPLIT,
            f"相隔 {days} 天",
            f"金额各 {to_wan(earlier.amount or 0)}、{to_wan(later.amount or 0)} 万元，"
            f"都刚好在 {to_wan(cuts[0])} 万元门槛以下",
        )
    if same_owner and same_place and same_name:
        grew = (later.amount or 0) > (earlier.amount or 0)
        if grew:
            return made(RelationKind.UPGRADE, "后一个的总投资更大")
        return made(RelationKind.SPLIT, f"相隔 {days} 天") if near else None
    if not same_owner and earlier.owners and later.owners and same_place and same_name:
        return made(RelationKind.NEW_OWNER, "投资方不同")
    return None


# ───────── 只计一次 ─────────

NEW_ONLY, INCREMENT, BOTH, PARENT = (
    "count_new_only", "count_increment", "count_both", "count_parent",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """一条判定了的关系,与它的计数规则(参数 counting.relations)。"""

    earlier: int
    later: int
    how: str


@dataclass(frozen=True)
class Deduction:
    """这个项目在这个数里少计多少:个数(0 或 1)与金额。"""

    number: int
    money: int


@rule("3.3b")
def deductions(pairs: Iterable[Pair], amounts: Mapping[int, int]) -> dict[int, Deduction]:
    """强化项目动态管理:同一件事只计一次。`amounts` 是同一个数所计的各项目及其金额。

    两个都在这个数里才起作用:只计新的,原项目不计;只计增加额,后项目个数不计、金额计超出原项目的部分;
    只计原项目,后项目不计;两个都计,不减。
    """
    gone: set[int] = set()
    grown: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        if pair.earlier not in amounts or pair.later not in amounts:
            continue
        if pair.how == NEW_ONLY:
            gone.add(pair.earlier)
        elif pair.how == PARENT:
            gone.add(pair.later)
        elif pair.how == INCREMENT:
            grown[pair.later].add(pair.earlier)
    found = {pk: Deduction(1, amounts[pk]) for pk in gone}
    for pk, bases in grown.items():
        if pk not in found:
            known = sum(amounts[base] for base in bases)
            found[pk] = Deduction(1, min(amounts[pk], known))
    return found


def makes_cycle(edges: Iterable[tuple[int, int]], earlier: int, later: int) -> bool:
    """加上这一条,会不会绕成一圈(甲接替乙、乙又接替甲,两个都不计了)。"""
    onward: dict[int, set[int]] = defaultdict(set)
    for a, b in edges:
        onward[a].add(b)
    seen, todo = set(), [later]
    while todo:
        here = todo.pop()
        if here == earlier:
            return True
        if here not in seen:
            seen.add(here)
            todo += onward[here]
    return False
