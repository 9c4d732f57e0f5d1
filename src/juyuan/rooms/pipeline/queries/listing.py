"""项目库的一页:行、五库页签、表尾合计。每页的查询数与行数无关。

认定数与待核实数从不相加,分别给出。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui.keyset import Order, Page, choose_order, paginate
from juyuan.kernel.actor import Actor
from juyuan.rooms.chains.models import Chain
from juyuan.rooms.pipeline import facts as registry
from juyuan.rooms.pipeline.models import Evidence, Project, ProjectHost, ProjectParty
from juyuan.rooms.pipeline.queries import lights, past
from juyuan.rooms.pipeline.queries.criteria import Criteria, apply
from juyuan.rooms.pipeline.queries.facts import assemble, gate_target, review_since
from juyuan.rooms.pipeline.queries.lights import Lamp
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of, seen_whole
from juyuan.rooms.pipeline.rules.amounts import Unknown
from juyuan.rooms.pipeline.rules.facts import Facts
from juyuan.rooms.pipeline.rules.gates import NEEDS_BY_FACT, Need, missing
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage, StageStatus

PAGE = 50
SORTS: dict[str, Order] = {
    "updated": Order("updated_at"),
    "created": Order("created_at"),
    "total": Order("total_investment", nullable=True),
    "committed": Order("committed_investment", nullable=True),
}
DEFAULT_SORT = "-updated"


def ordering(order: Order) -> tuple[Any, str]:
    """与分页同一次序(空值在末尾),供导出用。"""
    name = F(order.field)
    main = name.desc(nulls_last=True) if order.desc else name.asc(nulls_last=True)
    return main, "-id" if order.desc else "id"


@dataclass(frozen=True)
class Money:
    """一个金额:元,或没有数字的说法;`pending` 为待核实(虚线示之,不入认定合计)。"""

    yuan: int | None
    note: str = ""
    pending: bool = False


@dataclass(frozen=True)
class Lack:
    """离 `target` 库还差什么;`target` 为空即没有下一道门槛。"""

    target: Stage | None
    needs: tuple[Need, ...] = ()
    awaiting: str = ""
    here: bool = False  # 评审与审查须在本系统办

    @property
    def count(self) -> int:
        return len(self.needs)

    @property
    def short(self) -> str:
        """头一项的名称。"""
        first = self.needs[0].label if self.needs else ""
        return first + ("等" if self.count > 1 else "")


@dataclass(frozen=True)
class Row:
    """列表、看板、工作台共用的一行。"""

    id: int
    code: str
    name: str
    investors: tuple[str, ...]
    stage: Stage
    status: StageStatus
    recognised_stage: str
    standing: str
    lead: str
    chain: str
    chain_code: str
    node: str
    hosts: tuple[str, ...]
    total: Money
    fixed: Money
    contract: Money
    committed: Money
    lack: Lack
    lamp: Lamp
    industry: str
    confidentiality: str
    source: str
    claimed_word: str
    signed_on: date | None
    started_on: date | None
    promised_start: date | None
    promised_production: date | None
    promised_capacity: date | None
    location: str
    since: date
    days: int
    created: datetime
    updated: datetime
    version: int
    gone: str
    """看的是过去的一天,其后作废(没有详情可打开)或并入别的了;在的为空。"""
    merged: bool

    @property
    def investor(self) -> str:
        """第一家投资方;多家时加「等 n 家」。"""
        if not self.investors:
            return ""
        more = f" 等 {len(self.investors)} 家" if len(self.investors) > 1 else ""
        return self.investors[0] + more

    @property
    def pending(self) -> bool:
        return self.status == StageStatus.CLAIMED


def names_of(actor: Actor, codes: Sequence[str]) -> dict[str, str]:
    """编号 → 名称;只给看得见全貌的。"""
    return dict(seen_whole(actor).filter(code__in=codes).values_list("code", "name"))


def lack_of(project: Project, facts: Facts, on: date) -> Lack:
    """还差什么,以及齐了以后等谁。"""
    target = gate_target(project)
    if target is None:
        return Lack(None)
    needs = tuple(NEEDS_BY_FACT[f.field] for f in missing(facts, target, on))
    awaiting = ""
    if not needs:
        claimed = project.stage_status == StageStatus.CLAIMED and target == project.stage_enum
        awaiting = "待认定" if claimed else f"可进入{target.label}"
    return Lack(target, needs, awaiting, facts.review_here)


def _money(project: Project, name: str) -> Money:
    yuan = getattr(project, name)
    said = getattr(project, f"{name}_unknown", "")
    return Money(
        yuan,
        note=Unknown(said).label if said and yuan is None else "",
        pending=yuan is not None and project.stage_status == StageStatus.CLAIMED,
    )


def rows_of(
    projects: Sequence[Project],
    on: date,
    *,
    then: past.Hosts | None = None,
    as_of: date | None = None,
) -> list[Row]:
    """一批项目(已带 lead_unit、chain、node)→ 行。出资方、承载地、证据各一条查询,灯两条。

    `then` 是某日的承载地(`past.overlay`):那一天还差什么没有留存,不作猜测;灯按 `as_of` 那一天算。
    """
    ids = [p.pk for p in projects]
    parties: dict[int, list[ProjectParty]] = defaultdict(list)
    hosts: dict[int, list[str]] = defaultdict(list)
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    if ids:
        for party in ProjectParty.objects.filter(project_id__in=ids).select_related("investor"):
            parties[party.project_id].append(party)
        if then is None:
            rows = ProjectHost.objects.filter(project_id__in=ids, actual=True)
            for host in rows.select_related("unit"):
                hosts[host.project_id].append(str(host.unit))
        else:
            hosts.update({pk: [str(unit) for unit, _ in held] for pk, held in then.items()})
        for item in Evidence.objects.filter(project_id__in=ids, voided_at__isnull=True):
            evidence[item.project_id].append(item)
    extra = registry.partials(ids) if ids else {}
    lamps = lights.lamps(ids, as_of or on, past=as_of is not None, loaded=projects)
    found = []
    since = review_since()
    for project in projects:
        facts = assemble(project, parties[project.pk], evidence[project.pk], since)
        facts = facts.merged(**extra.get(project.pk, {}))
        lack = Lack(None) if then is not None else lack_of(project, facts, on)
        lamp = lamps.get(project.pk, lights.UNLIT)
        found.append(_row(project, parties[project.pk], hosts[project.pk], lack, lamp, on))
    return found


def _gone(project: Project) -> str:
    if not project.is_voided:
        return ""
    return "后来作废" if project.merged_into_id is None else "后来并入别的项目"


def _row(
    project: Project,
    parties: Sequence[ProjectParty],
    hosts: Sequence[str],
    lack: Lack,
    lamp: Lamp,
    on: date,
) -> Row:
    return Row(
        id=project.pk,
        code=project.code,
        name=project.name,
        investors=tuple(p.investor.name for p in parties),
        stage=project.stage_enum,
        status=StageStatus(project.stage_status),
        recognised_stage=project.recognised_stage,
        standing=project.standing,
        lead=str(project.lead_unit) if project.lead_unit else "",
        chain=project.chain.short_name if project.chain else "",
        chain_code=project.chain.code if project.chain else "",
        node=project.node.name if project.node else "",
        hosts=tuple(hosts),
        total=_money(project, "total_investment"),
        fixed=_money(project, "fixed_investment"),
        contract=_money(project, "contract_amount"),
        committed=_money(project, "committed_investment"),
        lack=lack,
        lamp=lamp,
        industry=project.industry_code,
        confidentiality=project.get_confidentiality_display(),
        source=project.get_source_display(),
        claimed_word=project.claimed_word,
        signed_on=project.signed_on,
        started_on=project.started_on,
        promised_start=project.promised_start_on,
        promised_production=project.promised_production_on,
        promised_capacity=project.promised_capacity_on,
        location=project.location,
        since=project.stage_since,
        days=max((on - project.stage_since).days, 0),
        created=project.created_at,
        updated=project.updated_at,
        version=project.version,
        gone=_gone(project),
        merged=project.merged_into_id is not None,
    )


@dataclass(frozen=True)
class Sum3:
    """个数与三个金额(元)。"""

    n: int = 0
    total: int = 0
    contract: int = 0
    committed: int = 0

    def __add__(self, other: Sum3) -> Sum3:
        return Sum3(
            self.n + other.n,
            self.total + other.total,
            self.contract + other.contract,
            self.committed + other.committed,
        )


@dataclass(frozen=True)
class Tally:
    """认定的与待核实的,分开放;金额都是各行显示的(此刻的申报)。

    `frozen` 是已认定各项目认定当日冻结的金额;补充协议登记了、核验人还没有认可的,与 `recognised` 不等。
    此刻的数才有,过去某日与一页之内不给。
    """

    recognised: Sum3 = Sum3()
    claimed: Sum3 = Sum3()
    frozen: Sum3 | None = field(default=None, compare=False)

    @property
    def n(self) -> int:
        return self.recognised.n + self.claimed.n

    def __add__(self, other: Tally) -> Tally:
        kept = [sums for sums in (self.frozen, other.frozen) if sums is not None]
        return Tally(
            self.recognised + other.recognised,
            self.claimed + other.claimed,
            sum(kept, Sum3()) if kept else None,
        )


@dataclass(frozen=True)
class Library:
    """一个库的页签。

    `tally` 是点开看到的那些行(申报在此库的);`known` 是「已认定」:认定所在库为此库,与统计数字同一口径;
    `ahead` 是其中申报已到后面的库、等着认定的个数(它们的行在后面的页签里)。
    """

    stage: Stage
    tally: Tally
    known: Sum3 = Sum3()
    ahead: int = 0


@dataclass
class Listing:
    """一页项目库。"""

    page: Page[Project]
    rows: list[Row]
    libraries: list[Library]
    tally: Tally
    page_tally: Tally
    order: Order
    sort: str


def libraries_of(queryset: QuerySet[Project], as_of: date | None = None) -> list[Library]:
    """每库的个数与金额:此刻的一条查询,过去某日的申报一条、冻结一条。"""
    found: dict[Stage, Tally] = {stage: Tally() for stage in STAGES}
    known: dict[Stage, Sum3] = {stage: Sum3() for stage in STAGES}
    frozen: dict[Stage, Sum3] = {}
    ahead: dict[Stage, int] = dict.fromkeys(STAGES, 0)
    groups = past.grouped(queryset, as_of) if as_of is not None else past.grouped_now(queryset)
    for g in groups:
        part = _sum3(g)
        stage = Stage(g["stage"])
        recognised = g["stage_status"] == StageStatus.RECOGNISED
        held = _sum3(g, "frozen_") if g.get("frozen_n") else part
        then = None if as_of is not None else held
        found[stage] += Tally(part, frozen=then) if recognised else Tally(claimed=part)
        if g["recognised_stage"]:
            library = Stage(g["recognised_stage"])
            known[library] += part
            ahead[library] += part.n if library != stage else 0
            if g.get("frozen_n"):
                frozen[library] = frozen.get(library, Sum3()) + held
    for g in past.known_sums(queryset, as_of) if as_of is not None else ():
        frozen[Stage(g["stage"])] = _sum3(g)
    known |= frozen  # 签约、落地的认定金额是冻结的,不是此刻的
    return [Library(stage, found[stage], known[stage], ahead[stage]) for stage in STAGES]


def _sum3(g: Mapping[str, Any], prefix: str = "") -> Sum3:
    return Sum3(
        *(int(g[f"{prefix}{name}"] or 0) for name in ("n", "total", "contract", "committed"))
    )


def tally_rows(rows: Iterable[Row]) -> Tally:
    """这几行的合计。"""
    total = Tally()
    for row in rows:
        part = Sum3(1, row.total.yuan or 0, row.contract.yuan or 0, row.committed.yuan or 0)
        total += Tally(claimed=part) if row.pending else Tally(part)
    return total


def library_strip(actor: Actor, *, reach: Reach | None = None) -> list[Library]:
    """工作台上的五库条:看得见的、在库的。"""
    queryset = apply(seen_whole(actor, reach=reach), Criteria())
    return libraries_of(queryset)


def filtered(actor: Actor, found: Criteria, *, reach: Reach | None = None) -> QuerySet[Project]:
    """看得全的项目中符合条件的(表格、看板、导出都从这里开始)。"""
    reach = reach or reach_of(actor)
    whole = seen_whole(actor, reach=reach, as_of=found.as_of)
    return apply(whole, found, own_units=reach.own_units)


def listing(
    actor: Actor,
    found: Criteria,
    *,
    on: date,
    sort: str = DEFAULT_SORT,
    cursor: str = "",
    limit: int = PAGE,
) -> Listing:
    """一页项目库:页签随其他条件而变,表尾是符合条件的全部。"""
    reach = reach_of(actor)
    base = filtered(actor, found.without_stage(), reach=reach)
    libraries = libraries_of(base, found.as_of)
    by_stage = {library.stage: library.tally for library in libraries}
    stage = found.stage_enum
    total = by_stage[stage] if stage else sum(by_stage.values(), Tally())
    queryset = base
    if stage and found.as_of is not None:
        queryset = filtered(actor, found, reach=reach)
    elif stage:
        queryset = base.filter(stage=stage)
    order = choose_order(sort, SORTS, DEFAULT_SORT)
    if found.as_of is not None:
        queryset, order = past.sortable(queryset, found.as_of), past.order_then(order)
    page = paginate(
        queryset.select_related("lead_unit", "chain", "node").defer(
            "summary", "remark", "standing_note"
        ),
        order,
        cursor,
        limit,
    )
    page.total = total.n
    then = past.overlay(page.items, found.as_of) if found.as_of is not None else None
    rows = rows_of(page.items, on, then=then, as_of=found.as_of)
    known = sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT
    return Listing(page, rows, libraries, total, tally_rows(rows), order, known)


@dataclass(frozen=True)
class Options:
    """筛选框里的选项:(代码, 名称)。"""

    counties: tuple[tuple[str, str], ...]
    leads: tuple[tuple[str, str], ...]
    chains: tuple[tuple[str, str], ...]


LEAD_KINDS = ("government", "department", "zone")


def options() -> Options:
    """承载地、首谈单位、产业链的选项(两条查询)。"""
    units = list(Unit.objects.filter(disabled_on__isnull=True, kind__in=LEAD_KINDS))
    return Options(
        counties=tuple((u.code, str(u)) for u in units if u.is_county),
        leads=tuple((u.code, str(u)) for u in units),
        chains=tuple(
            Chain.objects.filter(disabled_on__isnull=True).values_list("code", "short_name")
        ),
    )
