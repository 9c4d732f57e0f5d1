"""检索行:链名、别名、环节、产品、本地企业;与所描述的动作同一事务。"""

from __future__ import annotations

from collections.abc import Iterable

from juyuan.foundation.search.actions import put_many
from juyuan.rooms.chains.models import Chain, LocalEnterprise, Node

OBJECT_TYPE = "chain"
NAME, ALIAS, NODE, PRODUCT, FIRM = 100, 80, 60, 40, 40


def index_chains(chains: Iterable[Chain]) -> int:
    """换上这些链的全部检索行;停用的环节、移出的企业不在内。"""
    listed = list(chains)
    rows: dict[int, list[tuple[str, int, str]]] = {
        chain.pk: [
            ("name", NAME, chain.name),
            *(("alias", ALIAS, alias) for alias in chain.aliases),
        ]
        for chain in listed
    }
    for node in Node.objects.filter(chain__in=listed, disabled_on__isnull=True):
        rows[node.chain_id].append(("node", NODE, node.name))
        rows[node.chain_id] += [("product", PRODUCT, product) for product in node.products]
    for chain_id, name in LocalEnterprise.objects.filter(
        chain__in=listed, ended_on__isnull=True
    ).values_list("chain_id", "name"):
        rows[chain_id].append(("firm", FIRM, name))
    return put_many((OBJECT_TYPE, chain.pk, rows[chain.pk]) for chain in listed)
