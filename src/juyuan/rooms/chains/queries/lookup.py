"""查找:按代码、名称找链与环节,链长链上的人,行业名称,指导目录与环节的提示。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from juyuan.foundation.people.models import ADMIN_ROLES, LEADER_ROLES, Post
from juyuan.foundation.people.queries import posts_on
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.chains import rules
from juyuan.rooms.chains.access import Keepers
from juyuan.rooms.chains.models import (
    CatalogueEntry,
    Chain,
    ChainPost,
    ChainUnit,
    IndustryCode,
    LocalEnterprise,
    Node,
)
from juyuan.rooms.chains.rules import CatalogueClass, CatalogueHit, CatalogueRow, Fit, NodeProfile

SUFFIX = "产业链"


def chain_by_code(code: str) -> Chain | None:
    return Chain.objects.filter(code=code).first()


def chain_choices() -> list[tuple[str, str]]:
    """在用的链:(代码, 简称),次序同文件。"""
    return list(Chain.objects.filter(disabled_on__isnull=True).values_list("code", "short_name"))


def node_choices(chain_code: str = "") -> list[tuple[str, str]]:
    """在用的环节:(代码, 「上游·高端纱线」);可限一条链。"""
    nodes = Node.objects.filter(disabled_on__isnull=True)
    if chain_code:
        nodes = nodes.filter(chain__code=chain_code)
    return [
        (code, f"{rules.Segment(segment).label}·{name}")
        for code, segment, name in nodes.order_by("chain__order", "order").values_list(
            "code", "segment", "name"
        )
    ]


def chain_named(texts: Iterable[str]) -> dict[str, Chain]:
    """台账里的写法 → 链:代码、全称、简称、别名都认,「产业链」「产业」尾巴可有可无;认不出的不在结果里。"""
    table: dict[str, Chain] = {}
    for chain in Chain.objects.filter(disabled_on__isnull=True):
        for name in (chain.code, chain.name, chain.short_name, *chain.aliases):
            table[_fold(name)] = chain
    found = {}
    for text in texts:
        match = table.get(_fold(text))
        if match is not None:
            found[text] = match
    return found


def _fold(text: str) -> str:
    folded = rules.fold(text).casefold()
    for tail in (SUFFIX, "产业", "链"):
        if folded.endswith(tail) and len(folded) > len(tail):
            return folded[: -len(tail)]
    return folded


def chains_led_by(person_id: int | None, on: date | None = None) -> set[int]:
    """此人任链长或服务秘书的各链;`on` 为空即没有写止任日的任职。"""
    if person_id is None:
        return set()
    posts = ChainPost.objects.filter(person_id=person_id)
    if on is None:
        posts = posts.filter(ends_on__isnull=True)
    else:
        posts = posts.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    return set(posts.values_list("chain_id", flat=True))


def keepers_of(chain_id: int, on: date) -> Keepers:
    """一条链归谁维护(供 access 判断)。"""
    lead = (
        ChainUnit.objects.filter(chain_id=chain_id, is_lead=True)
        .values_list("unit_id", flat=True)
        .first()
    )
    holders = (
        ChainPost.objects.filter(chain_id=chain_id, starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .values_list("person_id", flat=True)
    )
    return Keepers(lead, frozenset(holders))


def enterprise(chain_id: int, pk: int) -> LocalEnterprise:
    """本链在册的一家本地企业。

    Raises:
        NotFound: 没有,或已移出。
    """
    found = LocalEnterprise.objects.filter(pk=pk, chain_id=chain_id, ended_on__isnull=True).first()
    if found is None:
        raise NotFound()
    return found


def appointable(chain_id: int, on: date) -> list[Post]:
    """可任链长、服务秘书的在任人员:本链责任单位的,以及召集人;按单位、姓名。"""
    units = ChainUnit.objects.filter(chain_id=chain_id).values("unit_id")
    return list(
        posts_on(on)
        .filter(Q(unit_id__in=units) | Q(role__in=LEADER_ROLES))
        .exclude(role__in=ADMIN_ROLES)
        .select_related("person", "unit")
        .order_by("unit__order", "unit__code", "person__name", "pk")
    )


def industry_names(codes: Iterable[str]) -> dict[str, str]:
    """行业代码 → 名称(一条查询);表里没有的不在结果里。"""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    return dict(IndustryCode.objects.filter(code__in=wanted).values_list("code", "name"))


def industry_name(code: str) -> str:
    """行业名称;表里没有为空串。"""
    return industry_names([code]).get(code, "")


def suggest(*, industry_code: str = "", words: str = "", limit: int = 3) -> list[Fit]:
    """项目可能落在哪个环节(只供人参考)。"""
    profiles = [
        NodeProfile(
            node.code, node.chain.code, node.name, tuple(node.products), tuple(node.industry_codes)
        )
        for node in Node.objects.filter(disabled_on__isnull=True).select_related("chain")
    ]
    return rules.suggest_nodes(profiles, industry_code=industry_code, words=words, limit=limit)


def catalogue_hit(
    *, on: date, industry_code: str = "", words: str = "", node: str = ""
) -> CatalogueHit | None:
    """按指导目录归类;未列入为空。"""
    rows = [
        CatalogueRow(
            name=entry.name,
            level=CatalogueClass(entry.level),
            effective_from=entry.effective_from,
            industry_code=entry.industry_code,
            node=entry.node.code if entry.node else "",
            ended_on=entry.ended_on,
            standard=entry.standard,
        )
        for entry in CatalogueEntry.objects.select_related("node")
    ]
    return rules.catalogue_class(rows, on=on, industry_code=industry_code, words=words, node=node)
