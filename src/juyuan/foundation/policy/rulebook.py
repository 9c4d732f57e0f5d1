"""规则手册与条款清单:条款 × 参数 × 规则 × 数据 × 测试 × 页面,同一份条文的三种读法。

由城市包与源码生成,结果只取决于它们;`docs/rulebook.md` 过时则检查不过。
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from juyuan.foundation.policy.citations import Citations, Spot, scan
from juyuan.foundation.policy.mechanisms import ROLES
from juyuan.foundation.policy.pack_types import Clause, ClauseState, Pack, Parameter
from juyuan.foundation.policy.timeline import ParameterRow, from_pack
from juyuan.foundation.policy.values import OPS, shown


@dataclass(frozen=True)
class ClauseRow:
    """一条条款与引用它的一切。"""

    clause: Clause
    rules: tuple[Spot, ...]
    data: tuple[Spot, ...]
    tests: tuple[Spot, ...]
    screens: tuple[Spot, ...]
    parameters: tuple[Parameter, ...]
    unread: frozenset[str] = frozenset()

    @property
    def gaps(self) -> tuple[str, ...]:
        """已实现的条款还缺什么(规则与数据至少一处,测试至少一条)。"""
        if self.clause.state is not ClauseState.BUILT:
            return ()
        found = []
        if not self.rules and not self.data:
            found.append("规则")
        if not self.tests:
            found.append("测试")
        return tuple(found)


def clause_rows(pack: Pack, cited: Citations) -> list[ClauseRow]:
    """每条条款一份,次序同文件。"""
    rows = []
    for clause in pack.clauses:
        # 引用写的是机制号;没有机制号的句子(如产业链各句)按本市编号找
        codes = clause.mechanisms or (clause.code,)
        rows.append(
            ClauseRow(
                clause,
                _under(cited.rules, codes),
                _under(cited.data, (clause.code,)),
                _under(cited.tests, codes),
                _under(cited.screens, codes),
                tuple(p for p in pack.parameters if p.clause == clause.code),
                frozenset(p.key for p in pack.parameters if p.key not in cited.readers),
            )
        )
    return rows


def _under(table: dict[str, list[Spot]], codes: tuple[str, ...]) -> tuple[Spot, ...]:
    return tuple(spot for code in codes for spot in table.get(code, []))


def gaps(pack: Pack, root: Path) -> list[str]:
    """已实现而没有规则或测试的条款,一条一句。"""
    return [
        f"{row.clause.code} 缺{'、'.join(row.gaps)}:{row.clause.text[:30]}"
        for row in clause_rows(pack, scan(root, pack))
        if row.gaps
    ]


# ───────── 条款清单 ─────────


def entries(pack: Pack, root: Path) -> list[dict[str, Any]]:
    """`./juyuan clauses --json` 的各条:`{code, text, room, rules[], tests[], screens[], …}`。"""
    found = []
    for row in clause_rows(pack, scan(root, pack)):
        clause = row.clause
        entry: dict[str, Any] = {
            "code": clause.code,
            "display": clause.display,
            "text": clause.text,
            "duty": list(clause.duty),
            "room": clause.room,
            "status": clause.status,
            "rules": [spot.as_dict() for spot in (*row.rules, *row.data)],
            "tests": [{**spot.as_dict(), "id": f"{spot.file}::{spot.name}"} for spot in row.tests],
            "screens": [spot.as_dict() for spot in row.screens],
            "parameters": [
                {
                    "key": p.key,
                    "label": p.label,
                    "value": from_pack(p).value,
                    "unit": p.unit,
                    "effective_from": p.effective_from.isoformat(),
                    "origin": p.origin,
                }
                for p in row.parameters
            ],
        }
        if clause.heading:
            entry["heading"] = True
        if clause.not_software:
            entry["not_software"] = clause.not_software
        elif clause.state is ClauseState.PLANNED:
            entry["planned"] = True
        found.append(entry)
    return found


def clauses_json(pack: Pack, root: Path) -> str:
    """一份 JSON 文档。"""
    return json.dumps(entries(pack, root), ensure_ascii=False, indent=1)


# 还没有代码读的参数怎么写:承办的房间建了没有
WAITING = {True: "待接入", False: "待接入(房间未建)"}


def naming(pack: Pack) -> Any:
    """「role:head」「function:commerce」→ 人看的称呼(单位名取自城市包)。"""

    def who(name: str) -> str:
        sort, _, code = name.partition(":")
        if sort == "role":
            return ROLES.get(code, code)
        holders = [unit.short_name for unit in pack.units if unit.function == code]
        return "、".join(holders) or code

    return who


# ───────── 手册 ─────────


def build(pack: Pack, root: Path) -> str:
    """`docs/rulebook.md` 的全文。"""
    rows = clause_rows(pack, scan(root, pack))
    states = [row.clause.state for row in rows]
    lines = [
        "# 规则手册",
        "",
        "本页由 `./juyuan rulebook` 生成,请勿手改。每条条款:原文、责任单位、承办房间、参数、规则(文件:行)、测试、页面。",
        "「建议值」是文件没有写、由我们选的缺省,待确认;「文件明定」的数都附原文引文;「待接入」的参数还没有功能读它,「房间未建」的等那间房。",
        "",
        f"依据:{pack.document.title}({pack.document.number}),自 {pack.document.effective_from} 起。",
        "",
        "| 状态 | 条数 |",
        "|---|---:|",
        *(f"| {state} | {states.count(state)} |" for state in ClauseState),
        "",
    ]
    for row in rows:
        lines += _section(pack, row)
    return "\n".join(lines).rstrip() + "\n"


def _section(pack: Pack, row: ClauseRow) -> list[str]:
    clause = row.clause
    if clause.heading:
        lines = [f"## {clause.display} {clause.text}", ""]
        if clause.not_software:
            return lines
    else:
        lines = [f"### {clause.code} · {clause.display}", "", f"> {clause.text}", ""]
    if clause.duty:
        lines.append(f"- 责任单位:{'、'.join(clause.duty)}")
    if clause.not_software:
        return [*lines, f"- 非软件事项:{clause.not_software}", ""]
    lines.append(f"- 承办:{clause.room_label}(`{clause.room}`,{clause.state})")
    who = naming(pack)
    for parameter in row.parameters:
        state = f",{WAITING[clause.built]}" if parameter.key in row.unread else ""
        lines.append(_parameter_line(from_pack(parameter), who, state))
    for spot in row.rules:
        says = f" {spot.says}" if spot.says else ""
        lines.append(f"- 规则 `{spot.name}`{says} — {spot.file}:{spot.line}")
    lines += [
        f"- 数据 {spot.name}:{spot.says or '全链'} — {spot.file}:{spot.line}" for spot in row.data
    ]
    lines += [f"- 测试 `{spot.name}` — {spot.file}:{spot.line}" for spot in row.tests]
    lines += [f"- 页面 {spot.name} — {spot.file}" for spot in row.screens]
    return [*lines, ""]


def _parameter_line(row: ParameterRow, who: Any, state: str) -> str:
    bound = f",{OPS[row.op]}" if row.op else ""
    source = f"「{row.text_q}」" if row.text_q else row.note
    return (
        f"- 参数 `{row.key}` {row.label} = {shown(row, who)}"
        f"({row.origin}{bound},自 {row.effective_from}{state};{source})"
    )


def write(path: Path, pack: Pack, root: Path) -> None:
    """写手册(覆盖)。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(build(pack, root), encoding="utf-8")


def stale(path: Path, pack: Pack, root: Path) -> bool:
    """手册与代码、城市包不一致了没有。"""
    return not path.is_file() or path.read_text(encoding="utf-8") != build(pack, root)
