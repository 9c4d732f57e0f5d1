"""下拉里的选项:单位、县区、产业链与环节、人员。值用稳定代码(人员用编号)。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juyuan.foundation.people.models import ADMIN_ROLES, Unit
from juyuan.foundation.people.queries import posts_on
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.chains.rules import Segment

LEAD_KINDS = ("government", "department", "zone", "party")
Group = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class Choices:
    """一张表单要用的全部选项,及代码与编号的互查。"""

    units: list[tuple[str, str]]
    counties: list[tuple[str, str]]
    chains: list[tuple[str, str]]
    nodes: list[Group]
    people: list[Group]
    unit_ids: dict[str, int]
    chain_ids: dict[str, int]
    node_ids: dict[str, int]
    node_chain: dict[str, str]

    def unit_code(self, pk: int | None) -> str:
        return next((code for code, known in self.unit_ids.items() if known == pk), "")

    def chain_code(self, pk: int | None) -> str:
        return next((code for code, known in self.chain_ids.items() if known == pk), "")

    def node_code(self, pk: int | None) -> str:
        return next((code for code, known in self.node_ids.items() if known == pk), "")


def load(on: date, *, keep_units: set[int] | None = None) -> Choices:
    """查齐选项(四条查询)。`keep_units` 是项目已经用着、可能已停用的单位,仍列出。"""
    units = [
        unit
        for unit in Unit.objects.order_by("order", "code")
        if (unit.disabled_on is None and unit.kind in LEAD_KINDS) or unit.pk in (keep_units or ())
    ]
    chains = list(Chain.objects.filter(disabled_on__isnull=True))
    nodes: dict[int, list[Node]] = {chain.pk: [] for chain in chains}
    for node in Node.objects.filter(disabled_on__isnull=True).order_by("chain__order", "order"):
        nodes.setdefault(node.chain_id, []).append(node)
    people: dict[str, dict[str, str]] = {}
    posts = posts_on(on).exclude(role__in=ADMIN_ROLES).select_related("person", "unit")
    for post in posts.order_by("unit__order", "unit__code", "person__name"):
        people.setdefault(str(post.unit), {})[str(post.person_id)] = post.person.name
    return Choices(
        units=[(u.code, u.short_name or u.name) for u in units],
        counties=[(u.code, u.short_name or u.name) for u in units if u.is_county],
        chains=[(c.code, c.short_name) for c in chains],
        nodes=[
            (
                chain.short_name,
                [(n.code, f"{Segment(n.segment).label}·{n.name}") for n in nodes[chain.pk]],
            )
            for chain in chains
            if nodes[chain.pk]
        ],
        people=[(unit, list(found.items())) for unit, found in people.items()],
        unit_ids={u.code: u.pk for u in units},
        chain_ids={c.code: c.pk for c in chains},
        node_ids={n.code: n.pk for group in nodes.values() for n in group},
        node_chain={n.code: c.code for c in chains for n in nodes[c.pk]},
    )
