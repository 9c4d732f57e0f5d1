"""门槛表的 SQL 说法:只为「有缺项 / 已齐」这一个筛选,使它不必把全库读进内存。

门槛仍只有 rules.gates 那一张表;这里逐项对应(测试逐项核对两种说法结果相同,漏一项即失败)。
上层房间递进来的事实不在此列:那个房间接上时,须把自己的事实也写成条件登记进来。
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from juyuan.kernel.period import end_of
from juyuan.rooms.pipeline.models import Evidence, Project, ProjectParty
from juyuan.rooms.pipeline.models.project import Source
from juyuan.rooms.pipeline.queries.facts import review_since
from juyuan.rooms.pipeline.rules.amounts import FULL_BP, Origin
from juyuan.rooms.pipeline.rules.facts import (
    CONCLUDING_KEYS,
    OPINION_KEYS,
    POSITIVE,
    ROOM_KEYS,
    FactKey,
    LandingKind,
)
from juyuan.rooms.pipeline.rules.gates import NEEDS, Need
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage, StageStatus

# 一份证据自身成立的条件,与 rules.facts.Statement.stands 同义
STANDS = (
    ~Q(file_sha256="")
    & (~Q(fact__in=CONCLUDING_KEYS) | Q(conclusion__in=POSITIVE))
    & (~Q(fact__in=OPINION_KEYS) | (~Q(issuer="") & ~Q(number="")))
    & (~Q(fact=FactKey.CONTACT) | Q(two_way=True))
    & (~Q(fact=FactKey.WORKS_PHOTO) | ~Q(place=""))
)


def _blank(name: str) -> Q:
    """只有空白也是没填(与 str.strip 同义)。"""
    return Q(**{f"{name}__regex": r"^\s*$"})


# 看字段的各项。看证据的各项另列在 PROVED:一个库要的证据合成一次包含判断,逐行只算一遍
MET: dict[str, Q] = {
    "name": ~_blank("name"),
    "chain_node": Q(chain__isnull=False, node__isnull=False),
    "basis": ~_blank("basis"),
    "site_options": ~_blank("site_options"),
    "estimate": Q(total_investment__isnull=False) | ~Q(total_investment_unknown=""),
    "benefit": ~_blank("benefit"),
    "investor": Q(parties_n__gt=0),
    "lead_unit": Q(lead_unit__isnull=False),
    "uncontested": Q(contested=False),
    "factor_needs": ~_blank("factor_needs") | Q(proved__contains=[FactKey.FACTOR_NEEDS.value]),
    "contract_amount": Q(contract_amount__isnull=False),
    "capital_structure": Q(parties_total=FULL_BP, parties_unknown=False),
}
# 看证据的各项 → 哪些落地方式要它
ALL_KINDS = frozenset(LandingKind)
PROVED: dict[FactKey, frozenset[LandingKind]] = {
    FactKey.CONTACT: ALL_KINDS,
    FactKey.WRITTEN_WILL: ALL_KINDS,
    FactKey.PREREVIEW: ALL_KINDS,
    FactKey.DUE_DILIGENCE: ALL_KINDS,
    FactKey.FORMAL_CONTRACT: ALL_KINDS,
    FactKey.REVIEW_PASSED: ALL_KINDS,
    FactKey.LEGALITY: ALL_KINDS,
    FactKey.FAIR_COMPETITION: ALL_KINDS,
    FactKey.PROMISE_CHECK: ALL_KINDS,
    FactKey.COMPANY_REGISTERED: ALL_KINDS - {LandingKind.SERVICE},
    FactKey.SITE_RIGHT: frozenset({LandingKind.NEW_SITE, LandingKind.LEASED_PLANT}),
    FactKey.FILING_PERMIT: ALL_KINDS,
    FactKey.WORKS_PHOTO: ALL_KINDS - {LandingKind.PLATFORM},
}


def _wanted(target: Stage) -> list[Need]:
    if target == Stage.PLANNING:
        return [n for n in NEEDS if n.stage == Stage.PLANNING]
    return [n for n in NEEDS if n.stage != Stage.PLANNING and n.stage.order <= target.order]


def here() -> Q:
    """评审、意见、承诺审查须在本系统办的项目,与 rules.evidence.review_here 同义。"""
    since = review_since()
    return Q(created_at__gte=end_of(since - timedelta(days=1))) & (
        ~Q(source=Source.LEDGER) | Q(signed_on__isnull=True) | Q(signed_on__gte=since)
    )


def typed() -> Q:
    """此前登记的,凭责任单位的陈述(`here` 的反面,空值也写明)。"""
    since = review_since()
    return Q(created_at__lt=end_of(since - timedelta(days=1))) | Q(
        source=Source.LEDGER, signed_on__isnull=False, signed_on__lt=since
    )


COSTLY = ("factor_needs", "investor", "capital_structure")  # 要另查一张表的


def _complete(target: Stage) -> Q:
    """门槛全齐。便宜的在前:或式里的各项按写的次序算,前面不满足就不再查后面的。"""
    wanted = {need.fact for need in _wanted(target)}
    cheap = [fact for fact in MET if fact in wanted and fact not in COSTLY]
    total = Q()
    for fact in cheap:
        total &= MET[fact]
    keys = [key for key in PROVED if key.value in wanted]
    if any(key in ROOM_KEYS for key in keys):
        known = _all_proved([key for key in keys if key != FactKey.PROMISE_CHECK])
        roomed = Q(roomed__contains=[key.value for key in keys if key in ROOM_KEYS])
        rest = _all_proved([key for key in keys if key not in ROOM_KEYS])
        total &= (typed() & known) | (here() & rest & roomed)
    else:
        total &= _all_proved(keys)
    for fact in COSTLY:
        if fact in wanted:
            total &= MET[fact]
    return total


def _all_proved(keys: list[FactKey]) -> Q:
    if all(PROVED[key] == ALL_KINDS for key in keys):
        return Q(proved__contains=[key.value for key in keys])
    found = Q()
    for kind in LandingKind:
        needed = [key.value for key in keys if kind in PROVED[key]]
        found |= Q(landing_kind=kind) & Q(proved__contains=needed)
    return found


def _looking_at(target: Stage) -> Q:
    """清单看到 `target` 的项目(与 queries.facts.gate_target 同义)。"""
    here = Q(stage=target, stage_status=StageStatus.CLAIMED)
    previous = STAGES[target.order - 1]
    before = Q(stage=previous)
    if previous != Stage.PLANNING:
        before &= Q(stage_status=StageStatus.RECOGNISED)
    return here | before


def annotated(queryset: QuerySet[Project]) -> QuerySet[Project]:
    """带上证据所证明的事实与出资方的家数、占比合计、来源地是否都写明(没有出资方时为零而非空)。"""
    standing = Evidence.objects.filter(
        STANDS, project_id=OuterRef("pk"), voided_at__isnull=True
    ).order_by()
    evidence = standing.values("fact")
    parties = ProjectParty.objects.filter(project_id=OuterRef("pk")).order_by().values("project_id")
    return queryset.annotate(
        proved=ArraySubquery(evidence),
        roomed=ArraySubquery(standing.filter(fact__in=ROOM_KEYS).exclude(source="").values("fact")),
        parties_n=Coalesce(Subquery(parties.annotate(n=Count("pk")).values("n")), 0),
        parties_total=Coalesce(Subquery(parties.annotate(n=Sum("share_bp")).values("n")), 0),
        parties_unknown=Coalesce(
            Subquery(parties.annotate(n=BoolOr(Q(origin=Origin.UNKNOWN))).values("n")),
            Value(False),
        ),
    )


def lacking(queryset: QuerySet[Project], wanted: bool) -> QuerySet[Project]:
    """`wanted` 为真取还有缺项的,为假取已齐的。已认定的落地项目没有下一道门槛,算已齐。"""
    complete = Q(stage=Stage.LANDED, stage_status=StageStatus.RECOGNISED)
    for target in STAGES[1:]:
        complete |= _looking_at(target) & _complete(target)
    queryset = annotated(queryset)
    return queryset.exclude(complete) if wanted else queryset.filter(complete)
