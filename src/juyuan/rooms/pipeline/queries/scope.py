"""可见范围:一处定义,两种读法(查询集与单个对象),都出自 people.visibility 的那张表。

列表、合计、检索、文件、导出、接口一律从 `visible_to(actor)` 开始;由编号取对象只走 `door`。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Q, QuerySet

from juyuan.foundation.people.models import LEADER_ROLES, READER_ROLES, Role, Unit
from juyuan.foundation.people.queries import units_under
from juyuan.foundation.people.visibility import TABLE, Confidentiality, Relation, Sight
from juyuan.foundation.policy.queries import timeline
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import end_of
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.chains.queries import chains_led_by
from juyuan.rooms.pipeline.models import Project, ProjectParty
from juyuan.rooms.pipeline.rules.recognition import BUREAU
from juyuan.rooms.pipeline.rules.stages import Stage

STAFF_ROLES = (Role.CLERK, Role.HEAD, Role.VERIFIER, Role.SPECIALIST)
PARTNER_ROLES = (Role.ADVISER, Role.CHAMBER)
RECOGNISED = (Stage.SIGNED.value, Stage.LANDED.value)
COUNTY_BUREAU = "county_commerce"  # 县区商务主管部门办的是全县区的事


@dataclass(frozen=True)
class Reach:
    """一个行动者的触角:与项目可能有的关系,及其判断所需的编号。"""

    own_units: frozenset[int]
    partner_units: frozenset[int]
    chain_ids: frozenset[int]
    checks_bureau: frozenset[int]
    everywhere: tuple[Relation, ...]
    person_id: int | None
    unlimited: bool = False

    def relations(self) -> list[tuple[Relation, Q, Callable[[Project], bool]]]:
        """逐关系:SQL 条件与同义的对象判断。"""
        everyone = Q(pk__isnull=False)
        found: list[tuple[Relation, Q, Callable[[Project], bool]]] = []
        if self.own_units:
            own = self.own_units
            found.append(
                (
                    Relation.OWN,
                    Q(unit_ids__overlap=sorted(own)),
                    lambda p: bool(own & set(p.unit_ids)),
                )
            )
        if self.checks_bureau:
            checked = self.checks_bureau
            found.append(
                (Relation.OWN, Q(lead_unit_id__in=checked), lambda p: p.lead_unit_id in checked)
            )
        units = self.own_units | self.partner_units
        if units:
            found.append(
                (
                    Relation.PARTICIPANT,
                    Q(participant_unit_ids__overlap=sorted(units)),
                    lambda p: bool(units & set(p.participant_unit_ids)),
                )
            )
        if self.chain_ids:
            chains = self.chain_ids
            found.append(
                (Relation.PARTICIPANT, Q(chain_id__in=chains), lambda p: p.chain_id in chains)
            )
        found += [(relation, everyone, lambda p: True) for relation in self.everywhere]
        return found


def _verifying(actor: Actor) -> tuple[str, str]:
    """谁认定一般项目、谁认定它自己的(参数,取最近的一版)。不是核验人的不必问。"""
    if not actor.has(Role.VERIFIER):
        return BUREAU, ""
    book = timeline().on(date.max)
    return book["recognition.verifier_function"], book["recognition.own_verifier_function"]


def reach_of(actor: Actor) -> Reach:
    """由任职算出触角。一次请求里只算一遍:请求号每次新生,记住的用不到下一次请求。"""
    once = actor.request_id and actor.via in ("web", "api")
    return _reach_once(actor) if once else _reach(actor)


@lru_cache(maxsize=64)
def _reach_once(actor: Actor) -> Reach:
    return _reach(actor)


def _reach(actor: Actor) -> Reach:
    """由任职算出触角。三员没有任何业务关系;没有任职的人也没有。"""
    staff = [p.unit_id for p in actor.posts if p.role in STAFF_ROLES]
    offices = [p.unit_id for p in actor.posts if p.unit_id in staff and p.function == COUNTY_BUREAU]
    if offices:
        parents = Unit.objects.filter(pk__in=offices, parent__isnull=False)
        staff += parents.values_list("parent_id", flat=True)
    partners = [p.unit_id for p in actor.posts if p.role in PARTNER_ROLES]
    everywhere: list[Relation] = []
    if actor.has_any(*LEADER_ROLES):
        everywhere.append(Relation.LEADER)
    if any(p.function == BUREAU and p.role in STAFF_ROLES for p in actor.posts):
        everywhere.append(Relation.BUREAU)
    general, own = _verifying(actor)
    if actor.has(Role.VERIFIER, BUREAU) or actor.has(Role.VERIFIER, general):
        everywhere.append(Relation.BUREAU_VERIFIER)
    if actor.has_any(*READER_ROLES):
        everywhere.append(Relation.READER)
    if any(p.role in STAFF_ROLES for p in actor.posts):
        everywhere.append(Relation.OTHER)
    checks = (
        frozenset(Unit.objects.filter(function=general).values_list("pk", flat=True))
        if actor.has(Role.VERIFIER, own)
        else frozenset()
    )
    led = (
        frozenset(chains_led_by(actor.person_id))
        if actor.person_id and actor.has_any(Role.CHAIN_LEAD, Role.CHAIN_SECRETARY)
        else frozenset()
    )
    return Reach(
        own_units=frozenset(units_under(staff)) if staff else frozenset(),
        partner_units=frozenset(partners),
        chain_ids=led,
        checks_bureau=checks,
        everywhere=tuple(everywhere),
        person_id=actor.person_id,
        unlimited=actor.is_system,
    )


def _condition(reach: Reach, wanted: Sight) -> Q | None:
    """能以 `wanted`(全见或仅认定事实)看到的项目的条件。"""
    listed = Q(listed_person_ids__contains=[reach.person_id]) if reach.person_id else None
    # 某密级全市都看得见的,就不必再逐行问与单位的关系(同义,查得快);放在最前,多数行到此为止
    open_levels = {
        level
        for relation in reach.everywhere
        for level, sight in TABLE[relation].items()
        if sight == wanted
    }
    levels = sorted(level.value for level in open_levels)
    total = Q(confidentiality__in=levels) if levels else None
    for relation, q, _ in reach.relations():
        for level, sight in TABLE[relation].items():
            if level in open_levels:
                continue
            if sight == wanted:
                part = Q(confidentiality=level.value) & q
            elif sight == Sight.LISTED and wanted == Sight.FULL and listed is not None:
                part = Q(confidentiality=level.value) & listed & q
            else:
                continue
            total = part if total is None else total | part
    return total


def kept(as_of: date | None, *, merged: bool = False) -> QuerySet[Project]:
    """没有作废的项目;给了日期,就是那一天终了时还没有作废的(后来作废的仍在那一天的数里)。

    并入别的项目的与作废同;`merged` 即连同它们(看它自己留下的一页、它的文件、待办时)。
    """
    alive = Q(voided_at__isnull=True)
    if as_of is not None:
        alive |= Q(voided_at__gte=end_of(as_of))
    if merged:
        alive |= Q(merged_into__isnull=False)
    return Project.objects.filter(alive)


def visible_to(
    actor: Actor, *, reach: Reach | None = None, as_of: date | None = None
) -> QuerySet[Project]:
    """这个人看得见的项目(含仅见认定事实者)。作废的不在内。一切读取从这里开始。

    `as_of` 只管作废:算过去某一天的数,那天之后才作废的还算;看不看得见按此刻的密级与任职。
    """
    reach = reach or reach_of(actor)
    base = kept(as_of)
    if reach.unlimited:
        return base
    # 「全市可见」的人不必逐关系拼条件,查询计划简单
    if Relation.LEADER in reach.everywhere or Relation.BUREAU_VERIFIER in reach.everywhere:
        return base
    full = _condition(reach, Sight.FULL)
    facts = _condition(reach, Sight.FACTS)
    condition = full
    if facts is not None:
        known = Q(recognised_stage__in=RECOGNISED)
        if as_of is not None:  # 作废时认定已冲回,那天有没有认定由那天的快照说
            known |= Q(voided_at__isnull=False)
        facts &= known
        condition = facts if full is None else full | facts
    return base.none() if condition is None else base.filter(condition)


def seen_whole(
    actor: Actor, *, reach: Reach | None = None, as_of: date | None = None, merged: bool = False
) -> QuerySet[Project]:
    """能看全貌的项目(不含仅见认定事实者)。申报数字、检索、导出从这里开始。

    `as_of` 同上;`merged` 见 `kept`。
    """
    reach = reach or reach_of(actor)
    base = kept(as_of, merged=merged)
    if reach.unlimited or {Relation.LEADER, Relation.BUREAU_VERIFIER} & set(reach.everywhere):
        return base
    condition = _condition(reach, Sight.FULL)
    return base.none() if condition is None else base.filter(condition)


def sight_of(actor: Actor, project: Project, *, reach: Reach | None = None) -> Sight:
    """对一个项目看得见多少。与 `visible_to` 逐对象一致(有测试)。"""
    reach = reach or reach_of(actor)
    if project.is_voided:
        return Sight.NONE
    if reach.unlimited:
        return Sight.FULL
    level = Confidentiality(project.confidentiality)
    best = Sight.NONE
    for relation, _, holds in reach.relations():
        if not holds(project):
            continue
        sight = TABLE[relation][level]
        if sight == Sight.FULL:
            return Sight.FULL
        if sight == Sight.LISTED and reach.person_id in project.listed_person_ids:
            return Sight.FULL
        if sight == Sight.FACTS and project.recognised_stage in RECOGNISED:
            best = Sight.FACTS
    return best


def door(actor: Actor, code: str, *, full: bool = True) -> Project:
    """由编号取项目的唯一入口。

    Raises:
        NotFound: 没有这个项目、看不见,或 `full` 而只许看认定事实。
    """
    project = Project.objects.filter(code=code, voided_at__isnull=True).first()
    if project is None:
        raise NotFound
    sight = sight_of(actor, project)
    if sight == Sight.NONE or (full and sight != Sight.FULL):
        raise NotFound
    return project


def merged_door(actor: Actor, code: str) -> Project:
    """已并入别的项目的,由编号取来看它留下的一页:当初看得全它的人才进得来。

    Raises:
        NotFound: 没有、没有并入别的,或看不见。
    """
    row = seen_whole(actor, merged=True).filter(code=code, merged_into__isnull=False).first()
    if row is None:
        raise NotFound
    return row


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的(检索、文件等登记处用)。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def can_see_id(actor: Actor, object_id: str) -> bool:
    """文件的门:这个编号的项目看得全才下得了它的文件。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return seen_whole(actor, merged=True).filter(pk=int(object_id)).exists()


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    """(名称, 网址)。"""
    project = seen_whole(actor, merged=True).get(pk=int(object_id))
    return project.name, f"/projects/{project.code}/"


def investors_seen(actor: Actor) -> Q:
    """经由看得全的项目而看得见的投资方。"""
    return Q(
        pk__in=ProjectParty.objects.filter(
            project_id__in=seen_whole(actor).order_by().values("pk")
        ).values("investor_id")
    )


def investors_hidden(actor: Actor) -> Q | None:
    """商务主管部门的人:只出现在未列其名的限名单项目里的投资方。

    知道有这一家,就是知道有这个项目。核验人、召集人看得见全部限名单项目,没有可藏的。不查库。
    """
    if actor.has(Role.VERIFIER, BUREAU) or actor.has_any(*LEADER_ROLES):
        return None
    unlisted = Q(project__confidentiality=Confidentiality.RESTRICTED.value) & ~Q(
        project__listed_person_ids__contains=[actor.person_id or 0]
    )
    parties = ProjectParty.objects.filter(project__voided_at__isnull=True)
    return Q(pk__in=parties.filter(unlisted).values("investor_id")) & ~Q(
        pk__in=parties.exclude(unlisted).values("investor_id")
    )
