"""装载城市包:龙头企业、责任单位、指导目录、行业代码、链长与服务秘书。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from juyuan.foundation.people.models import Person, Unit
from juyuan.foundation.policy.pack_types import Pack
from juyuan.rooms.chains import rules
from juyuan.rooms.chains.actions.sync import Loaded, always, sync
from juyuan.rooms.chains.models import (
    CatalogueEntry,
    Chain,
    ChainPost,
    ChainUnit,
    IndustryCode,
    LocalEnterprise,
    Node,
)
from juyuan.rooms.chains.rules import CatalogueClass, Origin, PostKind

POST_OF_ROLE = {"chain_lead": PostKind.LEAD, "chain_secretary": PostKind.SECRETARY}


def load_enterprises(
    pack: Pack, chains: Mapping[str, Chain], nodes: Mapping[str, Node], loaded: Loaded
) -> None:
    """装本地企业(龙头与其他):没有的新增,改了的改,界面上添的不动。"""
    wanted = {}
    for chain in pack.chains:
        chain_id = chains[chain.code].pk
        for order, anchor in enumerate(chain.anchors, start=1):
            wanted[chain_id, anchor.name] = {
                "chain_id": chain_id,
                "node_id": nodes[anchor.node].pk if anchor.node else None,
                "name": anchor.name,
                "is_anchor": True,
                "origin": Origin.DOCUMENT.value,
                "clause": anchor.clause,
                "node_origin": anchor.node_origin,
                "order": order,
            }
    existing = LocalEnterprise.objects.filter(ended_on__isnull=True)
    # 已在界面上移出的龙头不因重新装载而复活
    retired = set(
        LocalEnterprise.objects.filter(ended_on__isnull=False, origin=Origin.DOCUMENT).values_list(
            "chain_id", "name"
        )
    )
    sync(
        LocalEnterprise,
        {key: values for key, values in wanted.items() if key not in retired},
        lambda row: (row.chain_id, row.name),
        loaded,
        existing=existing,
    )


def load_units(
    pack: Pack, chains: Mapping[str, Chain], units: Mapping[str, Unit], loaded: Loaded
) -> None:
    """装各链责任单位,次序同文件;首列为牵头(建议值)。"""
    wanted = {}
    for chain in pack.chains:
        chain_id = chains[chain.code].pk
        for order, code in enumerate(chain.responsible, start=1):
            leads = code == chain.lead_unit
            wanted[chain_id, units[code].pk] = {
                "chain_id": chain_id,
                "unit_id": units[code].pk,
                "order": order,
                "origin": Origin.DOCUMENT.value,
                "clause": chain.clause,
                "is_lead": leads,
                "lead_origin": chain.lead_origin if leads else "",
            }
    existing = list(ChainUnit.objects.all())
    # 换牵头单位:先摘旧的,否则「每链至多一个」的约束在更新途中就会拒绝
    moved = [
        row
        for row in existing
        if row.is_lead and not wanted.get((row.chain_id, row.unit_id), {}).get("is_lead")
    ]
    for row in moved:
        row.is_lead = False
    ChainUnit.objects.bulk_update(moved, ["is_lead"])
    loaded.updated += len(moved)
    sync(
        ChainUnit,
        wanted,
        lambda row: (row.chain_id, row.unit_id),
        loaded,
        existing=existing,
        drop=always,
    )


def load_catalogue(
    pack: Pack, chains: Mapping[str, Chain], nodes: Mapping[str, Node], loaded: Loaded
) -> None:
    wanted = {}
    for order, row in enumerate(pack.catalogue, start=1):
        level = CatalogueClass.by_label(row.klass)
        assert level is not None  # _judge 已查
        wanted[row.code] = {
            "code": row.code,
            "chain_id": chains[row.chain].pk if row.chain else None,
            "node_id": nodes[row.node].pk if row.node else None,
            "name": row.item,
            "level": level.value,
            "standard": row.standard,
            "note": row.note,
            "origin": row.origin,
            "clause": "4.0b",
            "effective_from": pack.document.effective_from,
            "order": order,
        }
    sync(
        CatalogueEntry,
        wanted,
        lambda row: row.code,
        loaded,
        existing=CatalogueEntry.objects.all(),
    )


def load_industries(pack: Pack, loaded: Loaded) -> None:
    """包里只有各链用到的代码;已导入全表时,名称以全表为准,不回写。"""
    known = set(IndustryCode.objects.values_list("code", flat=True))
    fresh = [
        IndustryCode(
            code=row.code,
            name=row.name,
            level=rules.industry_level(row.code),
            parent=rules.industry_parent(row.code, row.section),
        )
        for row in pack.industries
        if row.code not in known
    ]
    IndustryCode.objects.bulk_create(fresh)
    loaded.created += len(fresh)


def load_posts(
    pack: Pack, chains: Mapping[str, Chain], units: Mapping[str, Unit], loaded: Loaded
) -> None:
    """链长与服务秘书:只填空缺,不动界面上任命过的。"""
    held: set[tuple[int, str]] = set(ChainPost.objects.values_list("chain_id", "kind"))
    rows: Sequence[tuple[Any, Any]] = [
        (person, post) for person in pack.people for post in person.posts if post.chain
    ]
    people = {
        person.code: person
        for person in Person.objects.filter(code__in=[person.code for person, _ in rows])
    }
    fresh = []
    for person, post in rows:
        chain_id, kind = chains[post.chain].pk, POST_OF_ROLE[post.role]
        if (chain_id, kind.value) in held:
            continue
        if person.code not in people:
            loaded.absent.append(person.code)
            continue
        held.add((chain_id, kind.value))
        fresh.append(
            ChainPost(
                chain_id=chain_id,
                kind=kind.value,
                person=people[person.code],
                unit=units[post.unit],
                starts_on=post.starts_on,
                ends_on=post.ends_on,
            )
        )
    ChainPost.objects.bulk_create(fresh)
    loaded.created += len(fresh)
