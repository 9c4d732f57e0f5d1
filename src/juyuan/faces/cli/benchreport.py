"""把性能测试的结果写进 docs/performance.md 的表格与 bench/results/latest.json。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .launch.trouble import Trouble

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
MARKS = {True: "达到", False: "**未达到**", None: "—"}
NAMED = {
    "statements": "SQL {} 条",
    "database_ms": "数据库 {} ms",
    "fresh_p95_ms": "有了新事之后的第一页 p95 {} ms",
    "fresh_ratio": "其倍数 {}",
    "rows": "{} 行",
    "rows_per_s": "每秒 {} 行",
    "projects_per_s": "每秒 {} 个",
    "claims_per_s": "每秒 {} 件",
    "writers": "{} 人同时",
    "holders": "首谈单位 {} 个",
    "conflicts": "撞单 {} 件",
    "memory_mb": "内存增加 {} MB",
    "bare_json_p95_ms": "不认令牌、不核对形状的裸 JSON {} ms",
}


def write(root: Path, document: dict[str, Any]) -> None:
    """换掉文档里两个记号之间的一段;结果另存一份 JSON。这一次没有测的(只测几项、半路停下),留着上一次的。"""
    page = root / "docs" / "performance.md"
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise Trouble(f"docs/performance.md 里没有 {BEGIN} 与 {END} 两个记号,不知道写在哪里。")
    kept = root / "bench" / "results" / "latest.json"
    before = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {"results": []}
    document = over(before, document)
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    page.write_text(f"{head}{BEGIN}\n{markdown(document)}{END}{tail}", encoding="utf-8")
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def over(before: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """这一次的盖在上一次的上面,次序照上一次;每项记着是哪天测的。"""
    day = document["machine"]["measured_on"]
    fresh = {(r["scale"], r["name"]): r | {"measured_on": day} for r in document["results"]}
    known = [(r["scale"], r["name"]) for r in before["results"]]
    order = [*known, *(key for key in fresh if key not in known)]
    last = {(r["scale"], r["name"]): r for r in before["results"]} | fresh
    return document | {"results": [last[key] for key in order]}


def markdown(document: dict[str, Any]) -> str:
    """机器一行,每个规模一张表。"""
    m = document["machine"]
    lines = [
        f"{m['measured_on']},{m['cpus']} 核、{m['memory_gb']} GB 内存,{m['system']},"
        f"Python {m['python']},PostgreSQL {m['postgres']},开测前一分钟平均负载 {m['load_before']}。",
        "",
    ]
    for scale in sorted({r["scale"] for r in document["results"]}):
        lines += [
            f"### {scale:,} 个项目", "",
            "| 工作 | p50 | p95 | 地板 p95 | 倍数 | 另报 | 目标 | |",
            "|---|---:|---:|---:|---:|---|---|---|",
        ]  # fmt: skip
        lines += [_row(r, m["measured_on"]) for r in document["results"] if r["scale"] == scale]
        lines.append("")
    return "\n".join(lines)


def _row(r: dict[str, Any], today: str) -> str:
    said = [NAMED[key].format(f"{value:,}") for key, value in r["more"].items() if key in NAMED]
    if r.get("measured_on", today) != today:
        said.append(f"{r['measured_on']} 测")
    more = ",".join(said)
    floor = _time(r["floor_p95_ms"]) if r["floor_p95_ms"] is not None else "—"
    ratio = f"{r['ratio']:.2f}" if r["ratio"] is not None else "—"
    return (
        f"| {r['label']} | {_time(r['p50_ms'])} | {_time(r['p95_ms'])} | {floor} | {ratio}"
        f" | {more} | {r['aim']} | {MARKS[r['met']]} |"
    )


def _time(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= 2000 else f"{ms:.0f} ms"
