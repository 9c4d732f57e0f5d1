"""城市包各部分对不对得上:条款在不在全文里、引文在不在条款里、单位与环节认不认识、有没有成环。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from juyuan.foundation.policy.mechanisms import (
    ADMIN_ROLES,
    CHAIN_ROLES,
    MECHANISMS,
    SINGLE_FUNCTIONS,
)
from juyuan.foundation.policy.pack_parse import NO_DAY
from juyuan.foundation.policy.pack_read import Entry, Problems
from juyuan.foundation.policy.pack_types import (
    CatalogueEntry,
    ChainEntry,
    Clause,
    Collective,
    Document,
    Industry,
    NodeEntry,
    PersonEntry,
    SourceKind,
    UnitEntry,
)


@dataclass
class Draft:
    """已读成数据、尚未核对的城市包。"""

    document: Document
    clauses: list[tuple[Entry, Clause]]
    units: list[tuple[Entry, UnitEntry]]
    collectives: list[tuple[Entry, Collective]]
    people: list[tuple[Entry, PersonEntry]]
    chains: list[tuple[Entry, ChainEntry]]
    industries: list[tuple[Entry, Industry]]
    catalogue: list[tuple[Entry, CatalogueEntry]]
    texts: dict[str, str] = field(default_factory=dict)


def repeated(rows: Iterable[tuple[Entry, str]], what: str) -> None:
    """同一编号出现两次。"""
    seen: dict[str, str] = {}
    for entry, value in rows:
        if not value:
            continue
        if value in seen:
            entry.bad(f"{what}「{value}」重复,{seen[value]} 已有")
        else:
            seen[value] = entry.place


def cycle(edges: Mapping[str, Sequence[str]]) -> list[str]:
    """有环则返回环上的一串(首尾相同),无环为空。"""
    state: dict[str, int] = {}
    trail: list[str] = []

    def walk(node: str) -> list[str]:
        state[node] = 1
        trail.append(node)
        for following in edges.get(node, ()):
            if state.get(following) == 1:
                return [*trail[trail.index(following) :], following]
            if following in edges and not state.get(following):
                found = walk(following)
                if found:
                    return found
        trail.pop()
        state[node] = 2
        return []

    for start in edges:
        if not state.get(start):
            found = walk(start)
            if found:
                return found
    return []


def check_header(fields: Mapping[str, str], document: Document, problems: Problems) -> None:
    try:
        ZoneInfo(fields["timezone"] or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        problems.add("pack.toml", "[pack]", f"timezone 不认识「{fields['timezone']}」")
    if NO_DAY not in (document.published_on, document.signed_on) and (
        document.published_on < document.signed_on
    ):
        problems.add("pack.toml", "[document]", "published_on 早于 signed_on")


def check_clauses(draft: Draft) -> None:
    repeated(((e, c.code) for e, c in draft.clauses), "条款编号")
    known = {u.name for _, u in draft.units} | {a for _, u in draft.units for a in u.aliases}
    known |= {c.name for _, c in draft.collectives}
    answered: dict[str, str] = {}
    for entry, clause in draft.clauses:
        if clause.text and clause.text not in draft.document.text:
            entry.bad(f"文本不在文件里:「{clause.text[:30]}…」")
        if clause.bracket and clause.bracket not in draft.document.text:
            entry.bad(f"责任单位括号不在文件里:「{clause.bracket}」")
        if bool(clause.bracket) != bool(clause.duty):
            entry.bad("bracket 与 duty 须同有同无")
        for name in clause.duty:
            if name not in clause.bracket:
                entry.bad(f"责任单位「{name}」不在括号里")
            elif name not in known:
                entry.bad(f"不认识的单位「{name}」(units.toml 里没有这个名称、别名或集合称谓)")
        if bool(clause.room) == bool(clause.not_software):
            entry.bad("room 与 not_software 须写且只写一个")
        for number in clause.mechanisms:
            if number not in MECHANISMS:
                entry.bad(f"不认识的机制号「{number}」")
            elif number in answered:
                entry.bad(f"机制 {number} 已由 {answered[number]} 承办")
            answered.setdefault(number, clause.code)
        draft.texts[clause.code] = clause.text


def quote(draft: Draft, entry: Entry, clause: str, q: str) -> None:
    """引文须逐字出自所指条款。"""
    if clause not in draft.texts:
        entry.bad(f"不认识的条款「{clause}」")
    elif q and q not in draft.texts[clause]:
        entry.bad(f"引文「{q}」不在条款 {clause} 里")


def check_units(draft: Draft, problems: Problems) -> None:
    repeated(((e, u.code) for e, u in draft.units), "单位代码")
    repeated(((e, u.name) for e, u in draft.units), "单位名称")
    codes = {u.code for _, u in draft.units}
    for entry, unit in draft.units:
        if unit.parent and unit.parent not in codes:
            entry.bad(f"不认识的上级单位「{unit.parent}」")
        if unit.adcode and not (unit.adcode.isdigit() and len(unit.adcode) in (6, 9)):
            entry.bad(f"adcode 应为6位或9位数字,现在是「{unit.adcode}」")
        if unit.is_county and unit.kind not in ("government", "zone"):
            entry.bad("is_county 只能用于政府或开发区")
    ring = cycle({u.code: [u.parent] if u.parent else [] for _, u in draft.units})
    if ring:
        problems.add("units.toml", "", f"上级单位成环:{' → '.join(ring)}")
    for function in SINGLE_FUNCTIONS:
        holders = [u.code for _, u in draft.units if u.function == function]
        if len(holders) != 1:
            problems.add(
                "units.toml", "",
                f"职能 {function} 须有且只有一个单位,现有 {'、'.join(holders) or '零个'}",
            )  # fmt: skip
    for entry, group in draft.collectives:
        for code in group.members:
            if code not in codes:
                entry.bad(f"不认识的单位「{code}」")


def check_people(draft: Draft) -> None:
    repeated(((e, p.code) for e, p in draft.people), "人员代码")
    repeated(((e, p.account) for e, p in draft.people), "账号")
    units = {u.code: u for _, u in draft.units}
    chains = {c.code for _, c in draft.chains}
    holders: dict[tuple[str, str], str] = {}
    for entry, person in draft.people:
        if not person.posts:
            entry.bad("没有任职")
        roles = {post.role for post in person.posts}
        if roles & ADMIN_ROLES and len(roles) > 1:
            entry.bad("三员彼此之间、与业务角色之间不得兼任")
        for post in person.posts:
            unit = units.get(post.unit)
            if unit is None:
                entry.bad(f"不认识的单位「{post.unit}」")
            if post.ends_on and post.ends_on < post.starts_on:
                entry.bad(f"任职止日 {post.ends_on} 早于起日 {post.starts_on}")
            if (
                unit
                and unit.disabled_on
                and (post.ends_on is None or post.ends_on > unit.disabled_on)
            ):
                entry.bad(f"任职超出单位存续:{unit.name} 于 {unit.disabled_on} 停用")
            if post.chain and post.chain not in chains:
                entry.bad(f"不认识的产业链「{post.chain}」")
            if (post.role in CHAIN_ROLES) != bool(post.chain):
                entry.bad("链长、服务秘书须写 chain,其他角色不写")
            if post.chain and post.ends_on is None:
                seat = (post.chain, post.role)
                if seat in holders:
                    entry.bad(f"{post.chain} 的 {post.role} 已有 {holders[seat]}")
                holders.setdefault(seat, person.code)


def check_chains(draft: Draft) -> None:
    repeated(((e, c.code) for e, c in draft.chains), "产业链代码")
    repeated(((e, c.name) for e, c in draft.chains), "产业链名称")
    repeated(((e, n.code) for e, c in draft.chains for n in c.nodes), "环节代码")
    codes = {u.code for _, u in draft.units}
    industry = {i.code for _, i in draft.industries}
    for entry, chain in draft.chains:
        quote(draft, entry, chain.clause, "")
        _check_responsible(draft, entry, chain, codes)
        for said in chain.said:
            quote(draft, entry, said.clause, said.q)
        own = {node.code for node in chain.nodes}
        for anchor in chain.anchors:
            quote(draft, entry, anchor.clause, anchor.q)
            if anchor.node not in own:
                entry.bad(f"龙头「{anchor.name}」的环节「{anchor.node}」不在本链")
        for node in chain.nodes:
            _check_node(draft, entry, node, own, industry)
        ring = cycle({node.code: node.after for node in chain.nodes})
        if ring:
            entry.bad(f"环节成环:{' → '.join(ring)}")


def _check_responsible(draft: Draft, entry: Entry, chain: ChainEntry, codes: set[str]) -> None:
    clause = next((c for _, c in draft.clauses if c.code == chain.clause), None)
    if clause is not None and chain.responsible_q != clause.duty:
        entry.bad(f"responsible_q 与条款 {chain.clause} 的责任单位不一致(次序也要相同)")
    for code in chain.responsible:
        if code not in codes:
            entry.bad(f"不认识的单位「{code}」")
    members = {c.name: c.members for _, c in draft.collectives}
    named = {n: u.code for _, u in draft.units for n in (u.name, *u.aliases)}
    wanted: list[str] = []
    for name in chain.responsible_q:
        for code in members.get(name, (named.get(name, ""),)):
            if code and code not in wanted:
                wanted.append(code)
    if tuple(wanted) != chain.responsible:
        entry.bad(f"responsible 应为 {'、'.join(wanted)}(由 responsible_q 依次展开)")
    if chain.lead_unit not in chain.responsible:
        entry.bad(f"lead_unit「{chain.lead_unit}」不在责任单位里")


def _check_node(
    draft: Draft, entry: Entry, node: NodeEntry, own: set[str], industry: set[str]
) -> None:
    for before in node.after:
        if before not in own:
            entry.bad(f"环节 {node.code} 的上游「{before}」不在本链")
    for code in node.industry:
        if code not in industry:
            entry.bad(f"环节 {node.code} 的行业代码「{code}」不在 industries.csv")
    if node.origin == SourceKind.DOCUMENT:
        if node.q:
            quote(draft, entry, node.clause, node.q)
        else:
            entry.bad(f"环节 {node.code} 标为文件明定,须写 clause 与 q")
    elif node.position_origin == SourceKind.DOCUMENT:
        entry.bad(f"环节 {node.code} 是建议值,位置不会是文件明定")


def check_tables(draft: Draft) -> None:
    """行业代码与产业指导目录。"""
    repeated(((e, i.code) for e, i in draft.industries), "行业代码")
    repeated(((e, c.code) for e, c in draft.catalogue), "目录编号")
    used = {code for _, c in draft.chains for node in c.nodes for code in node.industry}
    for entry, industry in draft.industries:
        if not (industry.code.isdigit() and len(industry.code) == 4):
            entry.bad(f"行业代码应为4位数字小类,现在是「{industry.code}」")
        if industry.code not in used:
            entry.bad(f"行业代码「{industry.code}」没有哪个环节用到")
    chains = {c.code: {n.code for n in c.nodes} for _, c in draft.chains}
    for entry, row in draft.catalogue:
        if row.chain not in chains:
            entry.bad(f"不认识的产业链「{row.chain}」")
        elif row.node and row.node not in chains[row.chain]:
            entry.bad(f"不认识的环节「{row.node}」")
