"""装载城市包里的产业链。可重复:内容相同则一行不动,台账也不添一行。

只动来自包的行:界面上后来登记的本地企业、任命的链长与服务秘书原样保留;包里撤掉的环节停用而不删除
(项目可能还归在那里)。
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection, transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.pack_types import ChainEntry, Pack
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken
from juyuan.rooms.chains import rules
from juyuan.rooms.chains.actions.indexing import index_chains
from juyuan.rooms.chains.actions.load_around import (
    load_catalogue,
    load_enterprises,
    load_industries,
    load_posts,
    load_units,
)
from juyuan.rooms.chains.actions.sync import Loaded, always, sync
from juyuan.rooms.chains.models import Chain, Expo, Link, Node, Park, Statement
from juyuan.rooms.chains.rules import CatalogueClass, GraphNode, Origin, Segment, StatementKind

LOCK = 4_000_200
"""装载互斥锁的编号(两个启动进程同时装载时,后者等前者做完再比对)。"""

PLACES = {StatementKind.PARK, StatementKind.BASE, StatementKind.ZONE}


def load_pack_chains(pack: Pack, *, actor: Actor, now: datetime) -> Loaded:
    """把包里的产业链、目录、行业代码、链长与服务秘书装进来(人员、单位须已装载)。

    Raises:
        RuleBroken: 环节成环、上家不在同一条链、责任单位还没有装载、环节位置或目录类别不认识。
    """
    loaded = Loaded()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        units = {unit.code: unit for unit in Unit.objects.all()}
        _judge(pack, units)
        chains = _load_chains(pack, loaded)
        nodes = _load_nodes(pack, chains, now.date(), loaded)
        _load_links(pack, nodes, loaded)
        _load_statements(pack, chains, loaded)
        load_enterprises(pack, chains, nodes, loaded)
        load_units(pack, chains, units, loaded)
        load_catalogue(pack, chains, nodes, loaded)
        load_industries(pack, loaded)
        load_posts(pack, chains, units, loaded)
        if loaded.changed:
            index_chains(chains.values())
            record(
                event="chains.pack.loaded",
                actor=actor,
                obj_type="pack",
                obj_id=pack.id,
                obj_label=f"{pack.name}产业链 {pack.version}",
                after={
                    "chains": [chain.code for chain in pack.chains],
                    "created": loaded.created,
                    "updated": loaded.updated,
                    "removed": loaded.removed,
                },
                clause="4.0b",
                now=now,
            )
    return loaded


def _judge(pack: Pack, units: Mapping[str, Unit]) -> None:
    """整包先判后写:一处不对,一行不写。"""
    findings = rules.graph_findings(
        [GraphNode(n.code, c.code, n.after) for c in pack.chains for n in c.nodes]
    )
    for chain in pack.chains:
        for code in (*chain.responsible, *([chain.lead_unit] if chain.lead_unit else [])):
            if code not in units:
                findings.append(
                    Finding(
                        chain.code,
                        "unit_loaded",
                        "4.0c",
                        f"{chain.name}的责任单位「{code}」还没有装载:请先装载单位",
                    )
                )
        for node in chain.nodes:
            if node.position not in set(Segment):
                findings.append(
                    Finding(node.code, "segment", "4.0b", f"环节位置「{node.position}」不认识")
                )
        for said in chain.said:
            if said.kind not in set(StatementKind):
                findings.append(
                    Finding(chain.code, "statement", "4.0b", f"原话类别「{said.kind}」不认识")
                )
    for row in pack.catalogue:
        if CatalogueClass.by_label(row.klass) is None:
            findings.append(
                Finding(row.code, "catalogue_class", "4.0b", f"目录类别「{row.klass}」不认识")
            )
    if findings:
        raise RuleBroken(findings)


def _sentences(pack: Pack, chain: ChainEntry) -> list[str]:
    """写这条链的各句:与标题句同一节(显示编号相同)的全部正文句。"""
    heading = pack.clauses_by_code.get(chain.clause)
    if heading is None:
        return []
    return [c.code for c in pack.clauses if c.display == heading.display and not c.heading]


def _load_chains(pack: Pack, loaded: Loaded) -> dict[str, Chain]:
    wanted = {
        chain.code: {
            "code": chain.code,
            "name": chain.name,
            "short_name": chain.short_name,
            "clause": chain.clause,
            "origin": Origin.DOCUMENT.value,
            "sentences": _sentences(pack, chain),
            "note": chain.note,
            "order": order,
        }
        for order, chain in enumerate(pack.chains, start=1)
    }
    return sync(Chain, wanted, lambda row: row.code, loaded, existing=Chain.objects.all())


def _load_nodes(
    pack: Pack, chains: Mapping[str, Chain], today: date, loaded: Loaded
) -> dict[str, Node]:
    wanted = {
        node.code: {
            "code": node.code,
            "chain_id": chains[chain.code].pk,
            "name": node.name,
            "segment": node.position,
            "origin": node.origin,
            "position_origin": node.position_origin,
            "clause": node.clause,
            "quote": node.q,
            "products": list(node.products),
            "industry_codes": list(node.industry),
            "order": order,
            "disabled_on": None,
        }
        for chain in pack.chains
        for order, node in enumerate(chain.nodes, start=1)
    }
    nodes = sync(Node, wanted, lambda row: row.code, loaded, existing=Node.objects.all())
    gone = [n for code, n in nodes.items() if code not in wanted and n.disabled_on is None]
    for node in gone:
        node.disabled_on = today
    Node.objects.bulk_update(gone, ["disabled_on"])
    loaded.updated += len(gone)
    return nodes


def _load_links(pack: Pack, nodes: Mapping[str, Node], loaded: Loaded) -> None:
    wanted = {}
    for chain in pack.chains:
        for node in chain.nodes:
            target = nodes[node.code]
            for code in node.after:
                source = nodes[code]
                kind = rules.link_kind(Segment(source.segment), Segment(target.segment))
                wanted[source.pk, target.pk] = {
                    "source_id": source.pk,
                    "target_id": target.pk,
                    "kind": kind.value,
                    "origin": Origin.SUGGESTED.value,
                }
    sync(
        Link,
        wanted,
        lambda row: (row.source_id, row.target_id),
        loaded,
        existing=Link.objects.all(),
        drop=always,
    )


def _load_statements(pack: Pack, chains: Mapping[str, Chain], loaded: Loaded) -> None:
    said, parks, expos = {}, {}, {}
    for chain in pack.chains:
        chain_id = chains[chain.code].pk
        for order, statement in enumerate(chain.said, start=1):
            base = {"chain_id": chain_id, "clause": statement.clause, "order": order}
            said[chain_id, statement.kind, statement.q] = {
                **base,
                "kind": statement.kind,
                "text": statement.q,
            }
            named = {**base, "name": statement.q, "origin": Origin.DOCUMENT.value}
            if statement.kind in PLACES:
                parks[chain_id, statement.q] = {
                    **named,
                    "note": StatementKind(statement.kind).label,
                }
            elif statement.kind == StatementKind.EXPO:
                expos[chain_id, statement.q] = named
    sync(
        Statement,
        said,
        lambda row: (row.chain_id, row.kind, row.text),
        loaded,
        existing=Statement.objects.all(),
        drop=always,
    )
    for model, wanted in ((Park, parks), (Expo, expos)):
        sync(
            model,
            wanted,
            lambda row: (row.chain_id, row.name),
            loaded,
            existing=model._default_manager.all(),
            drop=lambda row: row.origin == Origin.DOCUMENT,
        )
