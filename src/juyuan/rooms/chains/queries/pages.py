"""八条链的列表与链页;查询条数不随行数增加。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from juyuan.foundation.policy import queries as policy
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.chains import rules
from juyuan.rooms.chains.models import (
    CatalogueEntry,
    Chain,
    ChainPost,
    ChainUnit,
    Expo,
    Link,
    LocalEnterprise,
    Node,
    Park,
    Statement,
)
from juyuan.rooms.chains.queries import projects
from juyuan.rooms.chains.queries.lookup import industry_names, keepers_of
from juyuan.rooms.chains.queries.projects import ProjectLine, ProjectTally
from juyuan.rooms.chains.queries.shapes import (
    ChainPage,
    ChainRow,
    Column,
    Firm,
    Holder,
    NodeCard,
    Product,
    Responsible,
    Saying,
    Sentence,
    StageCount,
)
from juyuan.rooms.chains.rules import (
    CatalogueClass,
    Origin,
    PostKind,
    Segment,
    StatementKind,
    Supply,
)

LINES_LIMIT = 200
NODE_LINES = 3
"""链图的每个环节里直接列出的项目数,其余点进清单看。"""


def chain_rows(actor: Actor | None, on: date) -> list[ChainRow]:
    """在用的链,次序同文件;项目数只含看得见的。"""
    chains = list(Chain.objects.filter(disabled_on__isnull=True))
    units = _responsible(chains)
    holders = _holders(chains, on)
    firms = _firm_counts()
    nodes = defaultdict(list)
    for chain_id, node_id in Node.objects.filter(disabled_on__isnull=True).values_list(
        "chain_id", "pk"
    ):
        nodes[chain_id].append(node_id)
    tallies = defaultdict(list)
    for tally in projects.tallies(actor):
        tallies[tally.chain_id].append(tally)
    rows = []
    for chain in chains:
        supplies = [rules.supply_of(firms[node_id]) for node_id in nodes[chain.pk]]
        rows.append(
            ChainRow(
                chain=chain,
                lead_unit=next((r for r in units[chain.pk] if r.is_lead), None),
                holders=holders[chain.pk],
                nodes=len(supplies),
                gaps=supplies.count(Supply.GAP),
                weak=supplies.count(Supply.WEAK),
                stages=_stages(tallies[chain.pk], chain.code),
                url=projects.rows_url(chain=chain.code),
            )
        )
    return rows


def chain_page(code: str, actor: Actor | None, on: date) -> ChainPage:
    """一条链的全貌。

    Raises:
        NotFound: 没有这条链。
    """
    chain = Chain.objects.filter(code=code).first()
    if chain is None:
        raise NotFound()
    tallies = [tally for tally in projects.tallies(actor) if tally.chain_id == chain.pk]
    lines = projects.lines(actor, chain.pk, LINES_LIMIT)
    sentences = _sentences(chain)
    firms = _firms(chain)
    cards = _cards(chain, firms, tallies, lines, [s.text for s in sentences])
    responsible = _responsible([chain])[chain.pk]
    holders = _holders([chain], on)[chain.pk]
    by_segment = rules.split_by_segment(
        {card.node.code: Segment(card.node.segment) for card in cards}
    )
    by_code = {card.node.code: card for card in cards}
    known = {card.node.pk for card in cards}
    return ChainPage(
        chain=chain,
        columns=[
            Column(segment, [by_code[node] for node in codes])
            for segment, codes in by_segment.items()
            if codes
        ],
        responsible=responsible,
        holders=holders,
        sentences=sentences,
        sayings=_sayings(chain),
        parks=list(Park.objects.filter(chain=chain)),
        expos=list(Expo.objects.filter(chain=chain)),
        catalogue=_catalogue(chain, on),
        unplaced_firms=firms[None],
        stages=_stages(tallies, chain.code),
        unplaced=_stages([t for t in tallies if t.node_id not in known], chain.code),
        unplaced_lines=[line for line in lines if line.node_id not in known],
        keepers=keepers_of(chain.pk, on),
        url=projects.rows_url(chain=chain.code),
        cards=cards,
    )


def chain_cards(actor: Actor | None, code: str = "") -> list[tuple[Chain, NodeCard]]:
    """各链各环节一行(导出用);`code` 可限一条链。"""
    chains = Chain.objects.filter(disabled_on__isnull=True)
    if code:
        chains = chains.filter(code=code)
    tallies = projects.tallies(actor)
    return [
        (chain, card)
        for chain in chains
        for card in _cards(
            chain,
            _firms(chain),
            [tally for tally in tallies if tally.chain_id == chain.pk],
            [],
            [sentence.text for sentence in _sentences(chain)],
        )
    ]


def _responsible(chains: Sequence[Chain]) -> dict[int, list[Responsible]]:
    found: dict[int, list[Responsible]] = defaultdict(list)
    for row in ChainUnit.objects.filter(chain__in=chains).select_related("unit"):
        found[row.chain_id].append(
            Responsible(row.unit.code, row.unit.name, row.is_lead, row.lead_origin)
        )
    return found


def _holders(chains: Sequence[Chain], on: date) -> dict[int, dict[str, Holder]]:
    found: dict[int, dict[str, Holder]] = defaultdict(dict)
    for post in (
        ChainPost.objects.filter(chain__in=chains, starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .select_related("person", "unit")
    ):
        kind = PostKind(post.kind)
        found[post.chain_id][kind.value] = Holder(
            kind, post.person.name, str(post.unit), post.starts_on
        )
    return found


def _firm_counts() -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for node_id in LocalEnterprise.objects.filter(
        ended_on__isnull=True, node__isnull=False
    ).values_list("node_id", flat=True):
        counts[node_id] += 1
    return counts


def _stages(tallies: Iterable[ProjectTally], chain: str, node: str = "") -> list[StageCount]:
    """按库归拢,按库的先后排。"""
    cells: dict[str, list[ProjectTally]] = defaultdict(list)
    for tally in tallies:
        cells[tally.stage].append(tally)
    order = sorted(cells, key=lambda stage: (cells[stage][0].stage_order, stage))
    return [
        StageCount(
            stage=stage,
            label=cells[stage][0].stage_label,
            recognised=sum(t.count for t in cells[stage] if t.recognised),
            claimed=sum(t.count for t in cells[stage] if not t.recognised),
            amount=sum(t.amount for t in cells[stage]),
            url=projects.rows_url(chain=chain, node=node, stage=stage),
        )
        for stage in order
    ]


def _sentences(chain: Chain) -> list[Sentence]:
    found = []
    for code in chain.sentences:
        try:
            found.append(Sentence(code, policy.clause_by_code(code).text))
        except LookupError:
            continue  # 新版城市包撤掉了这一句,而链还没有重新装载
    return found


def _sayings(chain: Chain) -> list[Saying]:
    by_kind: dict[str, list[Statement]] = defaultdict(list)
    for statement in Statement.objects.filter(chain=chain):
        by_kind[statement.kind].append(statement)
    return [Saying(kind, by_kind[kind.value]) for kind in StatementKind if by_kind[kind.value]]


def _firms(chain: Chain) -> dict[int | None, list[Firm]]:
    found: dict[int | None, list[Firm]] = defaultdict(list)
    for row in LocalEnterprise.objects.filter(chain=chain, ended_on__isnull=True):
        found[row.node_id].append(
            Firm(
                id=row.pk,
                name=row.name,
                is_anchor=row.is_anchor,
                origin=row.origin,
                clause=row.clause,
                node_suggested=row.node_origin == Origin.SUGGESTED,
                note=row.note,
            )
        )
    return found


def _cards(
    chain: Chain,
    firms: dict[int | None, list[Firm]],
    tallies: Sequence[ProjectTally],
    lines: Sequence[ProjectLine],
    sentences: Sequence[str],
) -> list[NodeCard]:
    nodes = list(Node.objects.filter(chain=chain, disabled_on__isnull=True))
    names = industry_names(code for node in nodes for code in node.industry_codes)
    before: dict[int, list[str]] = defaultdict(list)
    for link in Link.objects.filter(target__chain=chain).select_related("source"):
        before[link.target_id].append(link.source.name)
    mine: dict[int | None, list[ProjectTally]] = defaultdict(list)
    for tally in tallies:
        mine[tally.node_id].append(tally)
    rows: dict[int | None, list[ProjectLine]] = defaultdict(list)
    for line in lines:
        rows[line.node_id].append(line)
    return [
        NodeCard(
            node=node,
            products=[
                Product(name, rules.origin_of(name, sentences) is Origin.DOCUMENT)
                for name in node.products
            ],
            industries=[(code, names.get(code, "")) for code in node.industry_codes],
            firms=firms[node.pk],
            supply=rules.supply_of(len(firms[node.pk])),
            before=before[node.pk],
            stages=_stages(mine[node.pk], chain.code, node.code),
            lines=rows[node.pk],
        )
        for node in nodes
    ]


def _catalogue(chain: Chain, on: date) -> list[CatalogueEntry]:
    order = {member.value: index for index, member in enumerate(CatalogueClass)}
    entries = (
        CatalogueEntry.objects.filter(chain=chain, effective_from__lte=on)
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))
        .select_related("node")
    )
    return sorted(entries, key=lambda entry: (order[entry.level], entry.order))
