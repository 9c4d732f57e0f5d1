"""查重记录的读:只给商务主管部门;限名单的一件,只有看得见它的人打得开。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.models import CheckLog
from juyuan.rooms.first_contact.queries.check import full_subject
from juyuan.rooms.first_contact.queries.matters import Shown, providers
from juyuan.rooms.first_contact.queries.parties import PARTY, parties
from juyuan.rooms.first_contact.rules.answering import TIER_LABELS
from juyuan.rooms.first_contact.rules.overlap import LABELS, Sameness, Subject
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.investors.queries import visible_ids as investors_seen
from juyuan.rooms.investors.rules.keys import mask_phone

_BIGINT = 2**63 - 1
ROWS = (
    ("name", "投资方名称"),
    ("aliases", "别名、曾用名"),
    ("uscc", "统一社会信用代码"),
    ("foreign_id", "境外编号"),
    ("phones", "联系电话"),
    ("emails", "邮箱"),
    ("controller", "实际控制人"),
    ("group", "所属集团"),
    ("project_name", "项目名称"),
    ("content", "项目内容"),
    ("amount", "金额(万元)"),
    ("site", "地点"),
)
FIELD_OF = {"phones": "phone", "emails": "email"}


def visible_to(actor: Actor) -> QuerySet[CheckLog]:
    """看得见的查重记录:商务主管部门看全部,别人一条也没有。"""
    rows = CheckLog.objects.all()
    return rows if access.can_read_log(actor) else rows.none()


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    return {
        row.pk: (f"{row.unit_name} {row.by_name} 的查重", f"/first-contacts/checks/{row.pk}/")
        for row in visible_to(actor).filter(pk__in=list(ids))
    }


def door(actor: Actor, pk: int) -> CheckLog:
    """由编号取查重记录的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    row = visible_to(actor).filter(pk=pk).first() if 0 < pk <= _BIGINT else None
    if row is None:
        raise NotFound
    return row


def listed(actor: Actor, *, ruled: bool) -> QuerySet[CheckLog]:
    """查重记录,新的在前:计次的;`ruled` 只要须裁定、核对的。"""
    rows = visible_to(actor).filter(ruled=True) if ruled else visible_to(actor).filter(counted=True)
    return rows.order_by("-id")


@dataclass(frozen=True)
class Line:
    """一项对照。`matched` 即这一项是判档的依据。"""

    label: str
    mine: str
    theirs: str
    matched: bool


@dataclass(frozen=True)
class Side:
    """碰上的一件与逐项对照;`hidden` 即限名单,此人看不见。"""

    number: int
    tier: int
    tier_label: str
    reasons: str
    same: str
    own: bool
    hidden: bool
    label: str = ""
    url: str = ""
    unit: str = ""
    kind: str = ""
    lines: tuple[Line, ...] = ()


def sides(actor: Actor, row: CheckLog) -> list[Side]:
    """逐件对照两边;语句数与件数无关。"""
    shown: dict[tuple[str, int], Shown] = {}
    by_type: dict[str, list[int]] = {}
    for one in row.found:
        by_type.setdefault(one["type"], []).append(one["id"])
    for provider in providers():
        if provider.object_type in by_type:
            for pk, what in provider.show(actor, by_type[provider.object_type]).items():
                shown[provider.object_type, pk] = what
    known = parties({one["investor"] for one in row.found if one["investor"]})
    every = shown | _lone(actor, by_type.get(PARTY, ()))
    found = []
    for number, one in enumerate(row.found, 1):
        here = every.get((one["type"], one["id"]))
        head = {
            "number": number,
            "tier": one["tier"],
            "tier_label": TIER_LABELS[one["tier"]],
            "reasons": "、".join(LABELS[name] for name in one["reasons"]),
            "same": Sameness(one["same"]).label,
            "own": one["mine"],
        }
        if here is None:
            found.append(Side(**head, hidden=True))
            continue
        theirs = full_subject(here.subject, known.get(one["investor"]))
        found.append(
            Side(
                **head,
                hidden=False,
                label=here.label,
                url=here.url,
                unit=here.unit,
                kind=here.kind,
                lines=_lines(row.asked, theirs, one["reasons"]),
            )
        )
    return found


def _lone(actor: Actor, ids: Sequence[int]) -> dict[tuple[str, int], Shown]:
    if not ids:
        return {}
    seen = investors_seen(actor, ids)
    rows = Investor.objects.filter(pk__in=seen).select_related("owner_unit")
    return {
        (PARTY, row.pk): Shown(
            row.name, f"/investors/{row.code}/", str(row.owner_unit or ""), "投资方", Subject()
        )
        for row in rows
    }


def _lines(asked: dict[str, Any], theirs: Subject, reasons: Sequence[str]) -> tuple[Line, ...]:
    found = []
    for name, label in ROWS:
        value = getattr(theirs, name)
        if name == "phones":
            value = [mask_phone(phone) for phone in value]
        mine, other = _plain(asked.get(name)), _plain(value)
        if mine or other:
            found.append(Line(label, mine, other, FIELD_OF.get(name, name) in reasons))
    return tuple(found)


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    if isinstance(value, int):
        return to_wan(value)
    return str(value or "")
