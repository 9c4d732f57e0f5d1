"""投资方详情的读模型:只含行动者该看见的部分。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from juyuan.foundation.ledger.models import Event, Result
from juyuan.kernel.actor import Actor
from juyuan.rooms.investors import access
from juyuan.rooms.investors.models import Case, CaseState, Honour, Investor, MergeRecord
from juyuan.rooms.investors.queries.matches import OBJ
from juyuan.rooms.investors.queries.scope import own_units, visible_to
from juyuan.rooms.investors.rules.merging import can_undo_until


@dataclass(frozen=True)
class ProjectLine:
    """投资方所涉的一个项目(已按可见范围裁过)。`stage` 是阶段代码。"""

    code: str
    name: str
    url: str
    stage: str
    note: str = ""


ProjectsOf = Callable[[Actor, Sequence[int]], Mapping[int, Sequence[ProjectLine]]]
_projects: dict[str, ProjectsOf] = {}


def register_projects(name: str, provider: ProjectsOf) -> None:
    """登记「某些投资方所涉、行动者看得见的项目」的来源(由 wiring 调用)。"""
    _projects[name] = provider


def projects_of(actor: Actor, ids: Sequence[int]) -> dict[int, list[ProjectLine]]:
    """各投资方所涉的、看得见的项目。"""
    found: dict[int, list[ProjectLine]] = {pk: [] for pk in ids}
    for provider in _projects.values():
        for pk, lines in provider(actor, ids).items():
            found.setdefault(pk, []).extend(lines)
    return found


Link = Callable[[Actor, Investor], tuple[str, str] | None]
_links: dict[str, Link] = {}


def register_link(name: str, link: Link) -> None:
    """登记投资方页上的去处(登记首谈),由高一层的房间给出(由 wiring 调用);同名即替换。"""
    _links[name] = link


def links_of(actor: Actor, investor: Investor) -> list[tuple[str, str]]:
    """[(文字, 网址)];此人办不了的没有。"""
    return [found for link in _links.values() if (found := link(actor, investor))]


@dataclass(frozen=True)
class ContactLine:
    """一位联系人。只给登记它的单位和商务主管部门看。"""

    id: int
    name: str
    title: str
    phone: str
    email: str
    unit: str
    removable: bool


@dataclass(frozen=True)
class Detail:
    """详情页与接口要的一切。`owner` 只给登记单位自己和商务主管部门看。"""

    investor: Investor
    honours: tuple[str, ...]
    group: str
    parent: Investor | None
    branches: tuple[Investor, ...]
    aliases: tuple[tuple[int, str, str], ...]
    contacts: tuple[ContactLine, ...]
    projects: tuple[ProjectLine, ...]
    owner: str
    can_edit: access.Access
    can_add_contact: access.Access
    can_merge: access.Access


def detail(actor: Actor, investor: Investor) -> Detail:
    """组装详情;总部、分支只列看得见的。"""
    units = own_units(actor)
    kin = list(
        visible_to(actor, units).filter(Q(pk=investor.parent_id) | Q(parent_id=investor.pk))[:50]
    )
    wide = actor.is_system or access.is_bureau(actor)
    knows_owner = wide or investor.owner_unit_id in units
    return Detail(
        investor=investor,
        honours=tuple(Honour(h).label for h in investor.honours if h in Honour.values),
        group=investor.group.name if investor.group else "",
        parent=next((k for k in kin if k.pk == investor.parent_id), None),
        branches=tuple(k for k in kin if k.parent_id == investor.pk),
        aliases=tuple((a.pk, a.name, a.get_kind_display()) for a in investor.aliases.all()),
        contacts=tuple(_contacts(actor, investor, units)),
        projects=tuple(projects_of(actor, [investor.pk])[investor.pk]),
        owner=str(investor.owner_unit or "") if knows_owner else "",
        can_edit=access.can_edit(actor, investor, units),
        can_add_contact=access.can_add_contact(actor),
        can_merge=access.can_merge(actor),
    )


def _contacts(actor: Actor, investor: Investor, units: set[int]) -> Iterable[ContactLine]:
    for contact in investor.contacts.select_related("unit"):
        if not access.can_read_contact(actor, contact, units):
            continue  # 别的单位登记的联系人,连有没有都不说
        yield ContactLine(
            id=contact.pk,
            name=contact.name,
            title=contact.title,
            phone=contact.phone,
            email=contact.email,
            unit=str(contact.unit or ""),
            removable=bool(access.can_register(actor)),
        )


def open_cases() -> QuerySet[Case]:
    """待核对的重合(只给商务主管部门)。"""
    return Case.objects.filter(state=CaseState.OPEN).select_related(
        "investor", "unit", "asked_by__person", "pending"
    )


def case_count() -> int:
    """待核对的件数(菜单角标)。"""
    return Case.objects.filter(state=CaseState.OPEN).count()


@dataclass(frozen=True)
class MergeLine:
    """一次合并的显示。"""

    record: MergeRecord
    undo_until: datetime


def merges_of(investor: Investor) -> list[MergeLine]:
    """并入这一家的各次合并(含已撤销)。"""
    rows = MergeRecord.objects.filter(target=investor).select_related(
        "source", "merged_by__person", "undone_by__person"
    )
    return [MergeLine(row, can_undo_until(row.merged_at)) for row in rows]


_DONE = {
    "investors.investor.registered": "登记",
    "investors.investor.edited": "修改",
    "investors.investor.merged": "合并",
    "investors.investor.unmerged": "撤销合并",
    "investors.alias.added": "加别名",
    "investors.alias.removed": "去掉别名",
    "investors.contact.added": "登记联系人",
    "investors.contact.removed": "去掉联系人",
}


@dataclass(frozen=True)
class HistoryLine:
    """台账里的一件事。"""

    at: datetime
    who: str
    what: str
    reason: str
    clause: str


def history(investor: Investor, limit: int = 50) -> list[HistoryLine]:
    """台账里关于这一家的事件,新的在前(只给能改它的人看)。"""
    events = Event.objects.filter(obj_type=OBJ, obj_id=investor.code, result=Result.DONE)
    return [
        HistoryLine(
            at=e.at,
            who=f"{e.actor_name}({e.unit_name})" if e.unit_name else e.actor_name,
            what=_DONE.get(e.event, e.event),
            reason=e.reason,
            clause=e.clause,
        )
        for e in events.order_by("-id")[:limit]
    ]
