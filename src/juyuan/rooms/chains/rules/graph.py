"""链图:有向无环、断链与弱链、上下游分列。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from juyuan.kernel.clause import rule
from juyuan.kernel.verdict import Finding
from juyuan.rooms.chains.rules.words import LinkKind, Segment, Supply


def find_cycle(links: Iterable[tuple[str, str]]) -> list[str]:
    """链图里的一个环(首尾相同);没有环为空表。链图须是有向无环图。"""
    following: dict[str, list[str]] = {}
    for source, target in links:
        following.setdefault(source, []).append(target)
    done: set[str] = set()
    for start in sorted(following):
        if start in done:
            continue
        path: list[str] = []
        on_path: set[str] = set()
        # 每一层存「节点、剩余去处」,不用递归:链再长也不会压垮调用栈
        stack: list[tuple[str, list[str]]] = [(start, list(following.get(start, [])))]
        path.append(start)
        on_path.add(start)
        while stack:
            node, rest = stack[-1]
            if not rest:
                stack.pop()
                path.pop()
                on_path.discard(node)
                done.add(node)
                continue
            step = rest.pop()
            if step in on_path:
                return [*path[path.index(step) :], step]
            if step not in done:
                stack.append((step, list(following.get(step, []))))
                path.append(step)
                on_path.add(step)
    return []


@rule("4.0b")
def supply_of(local_enterprises: int) -> Supply:
    """产业链招商图谱:环节没有本地企业即断链,只有一家即弱链(建议值:文件未写数目)。"""
    if local_enterprises <= 0:
        return Supply.GAP
    return Supply.WEAK if local_enterprises == 1 else Supply.STANDS


@dataclass(frozen=True)
class GraphNode:
    """核对链图所需的一个环节。"""

    code: str
    chain: str
    after: tuple[str, ...] = ()


def graph_findings(nodes: Sequence[GraphNode]) -> list[Finding]:
    """一份链图能否入库:环节代码不重复、上家都在同一条链上、不成环。"""
    findings: list[Finding] = []
    chain_of: dict[str, str] = {}
    for node in nodes:
        if node.code in chain_of:
            findings.append(
                Finding(node.code, "node_code_once", "4.0b", f"环节代码 {node.code} 重复")
            )
        chain_of[node.code] = node.chain
    links: list[tuple[str, str]] = []
    for node in nodes:
        for source in node.after:
            if chain_of.get(source) != node.chain:
                findings.append(
                    Finding(
                        node.code,
                        "link_inside_chain",
                        "4.0b",
                        f"环节 {node.code} 的上家 {source} 不在同一条链上",
                    )
                )
            else:
                links.append((source, node.code))
    cycle = find_cycle(links)
    if cycle:
        findings.append(Finding(cycle[0], "no_cycle", "4.0b", f"环节成环:{' → '.join(cycle)}"))
    return findings


def link_kind(source: Segment, target: Segment) -> LinkKind:
    """一端在横向的是横向配套,其余是上下游。"""
    return LinkKind.SIDE if Segment.LATERAL in (source, target) else LinkKind.FLOW


def split_by_segment(segments: Mapping[str, Segment]) -> dict[Segment, list[str]]:
    """环节按上游、中游、下游、横向分列,列内保持原来的次序。"""
    columns: dict[Segment, list[str]] = {segment: [] for segment in Segment}
    for code, segment in segments.items():
        columns[segment].append(code)
    return columns
