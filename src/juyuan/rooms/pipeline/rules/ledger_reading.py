"""台账一行怎么读:把格子读成项目草稿,读不通的写明哪里、怎么改。要查的都在 `Lookups` 里。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from juyuan.foundation.exchange.columns import NOTE, REFUSED, ParsedRow, RowFinding
from juyuan.foundation.exchange.kinds import ObjectRef
from juyuan.kernel.money import to_wan
from juyuan.kernel.period import PartialDate
from juyuan.kernel.text import normalise
from juyuan.rooms.pipeline.rules.amounts import FULL_BP, Category, Origin, Unknown
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft, judge
from juyuan.rooms.pipeline.rules.stages import Stage, Standing

MONEY_COLUMNS = ("total_investment", "fixed_investment", "contract_amount")
NO_CHAIN_WORDS = frozenset({"其他", "其它", "无", "-", "/", "—"})
FIELD_LABELS = {
    "name": "项目名称",
    "summary": "建设内容",
    "chain_id": "产业链",
    "total_investment": "总投资",
    "fixed_investment": "固定资产投资",
    "contract_amount": "合同金额",
    "lead_unit_id": "首谈单位",
    "hosts": "承载地",
    "location": "具体地点",
    "signed_on": "签约日期",
    "started_on": "开工日期",
    "remark": "备注",
}


@dataclass(frozen=True)
class Existing:
    """库里已有的一个项目,只带比对要用的。`visible` 为假的不得露出任何一项。"""

    id: int
    code: str
    name: str
    investor_keys: frozenset[str]
    investors: tuple[str, ...]
    values: Mapping[str, Any]
    hosts: frozenset[int]
    stage: Stage
    visible: bool

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("project", self.code, self.name, f"/projects/{self.code}/")

    @property
    def detail(self) -> tuple[tuple[str, str], ...]:
        total = self.values.get("total_investment")
        return (
            ("项目名称", self.name),
            ("投资方", "、".join(self.investors) or "未填"),
            ("总投资", f"{to_wan(total)} 万元" if total is not None else "未填"),
            ("所在库", self.stage.label),
        )


@dataclass(frozen=True)
class Lookups:
    """判定要查的一切,由 `queries.ledger.prepare` 一次取齐。`own_units` 为 None 即不限单位。"""

    today: date
    units: Mapping[str, int]
    counties: frozenset[int]
    chains: Mapping[str, int]
    nodes: Mapping[tuple[int, str], int]
    stage_words: Mapping[str, str]
    standing_words: Mapping[str, str]
    milestone_words: Mapping[str, str]
    by_code: Mapping[str, Existing]
    by_key: Mapping[str, tuple[Existing, ...]]
    by_investor: Mapping[str, tuple[Existing, ...]]
    bureau: str  # 本市商务主管部门的名称
    own_units: frozenset[int] | None = None
    doubtful_amount: int | None = None
    """单个项目金额超过它(不含本数,元)即存疑:多半是单位弄错。"""


@dataclass(frozen=True)
class LedgerCommand:
    """收下的一行要做的事:登记新项目,或改已有的几项。"""

    draft: ProjectDraft
    investors: tuple[tuple[str, str], ...] = ()
    stage: Stage = Stage.PLANNING
    word: str = ""
    standing: Standing = Standing.ACTIVE
    fact_on: date | None = None
    target_id: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Reading:
    """读一行的中间结果。"""

    values: dict[str, Any] = field(default_factory=dict)
    findings: list[RowFinding] = field(default_factory=list)
    investors: tuple[tuple[str, str], ...] = ()
    hosts: tuple[HostDraft, ...] = ()
    stage: Stage = Stage.PLANNING
    word: str = ""
    standing: Standing = Standing.ACTIVE
    fact_on: date | None = None


def split_names(text: str) -> tuple[str, ...]:
    """「甲公司、乙公司」拆成两家;括号里的顿号不拆。"""
    parts: list[str] = []
    depth, current = 0, ""
    for ch in text:
        depth += (ch in "(\uff08") - (ch in ")\uff09")
        if ch in "\u3001;\uff1b\n" and depth <= 0:
            parts.append(current)
            current = ""
        else:
            current += ch
    parts.append(current)
    return tuple(dict.fromkeys(p.strip() for p in parts if p.strip()))


def _read_units(row: ParsedRow, look: Lookups, out: Reading) -> None:
    lead = row.get("lead_unit")
    if lead:
        unit = look.units.get(lead.strip())
        if unit is None:
            out.findings.append(
                row.finding(REFUSED, f"没有叫「{lead}」的单位。", "请改成单位表里的全称或简称。",
                            "lead_unit", "ref.unit", "3.2b")
            )  # fmt: skip
        out.values["lead_unit_id"] = unit
    words = split_names(row.get("host_units") or "")
    found = []
    for word in words:
        unit = look.units.get(word)
        if unit is None or unit not in look.counties:
            out.findings.append(
                row.finding(REFUSED, f"承载地「{word}」不是县区或开发区。", "请填县区、开发区的名称。",
                            "host_units", "ref.host", "3.1c")
            )  # fmt: skip
        else:
            found.append(unit)
    if len(found) == 1:
        out.hosts = (HostDraft(found[0]),)
    elif found:
        out.hosts = tuple(HostDraft(unit, actual=False) for unit in found)
        out.findings.append(
            row.finding(
                NOTE,
                "写了几个承载地而没有份额,先记为备选。",
                "定下后在项目里填份额。",
                "host_units",
            )
        )


def _read_stage(row: ParsedRow, look: Lookups, out: Reading) -> None:
    word = (row.get("stage") or "").strip()
    out.word = word
    value = look.stage_words.get(normalise(word))
    if value is None:
        if word:
            out.findings.append(
                row.finding(REFUSED, f"阶段「{word}」不知归入哪个库。",
                            "请改为谋划、洽谈、意向、签约、落地之一,或在建、拟签约等常用词。",
                            "stage", "stage.word", "3.3b")
            )  # fmt: skip
    else:
        out.stage = Stage(value)
    standing = (row.get("standing") or "").strip()
    if standing:
        known = look.standing_words.get(normalise(standing))
        if known is None:
            out.findings.append(
                row.finding(REFUSED, f"状态「{standing}」认不出。", "请改为推进、暂缓、终止、退库。",
                            "standing", "standing.word", "3.3b")
            )  # fmt: skip
        else:
            out.standing = Standing(known)


def _read_dates(row: ParsedRow, look: Lookups, out: Reading) -> None:
    when = row.get("date")
    if isinstance(when, PartialDate):
        if when.first > look.today:
            out.findings.append(
                row.finding(
                    REFUSED, f"时间 {when} 晚于今天。", "请核对年月日。", "date", "date.future"
                )
            )
            return
        out.fact_on = when.first
        exact = when.precision == "day"
        if not exact:
            out.findings.append(
                row.finding(NOTE, f"时间只写到 {when},按 {when.first} 记。", "", "date")
            )
        elif out.stage == Stage.SIGNED:
            out.values["signed_on"] = when.first
        elif (
            out.stage == Stage.LANDED and look.milestone_words.get(normalise(out.word)) == "started"
        ):
            out.values["started_on"] = when.first
    else:
        out.findings.append(
            row.finding(NOTE, "没有时间,入库日期按导入当天记。", "知道后在项目里补上。", "date")
        )


def _read_money(row: ParsedRow, out: Reading) -> None:
    for name in MONEY_COLUMNS:
        value = row.get(name)
        if isinstance(value, str):
            out.values[f"{name}_unknown"] = Unknown(value)
        elif value is not None:
            out.values[name] = value


def _read_chain(row: ParsedRow, look: Lookups, out: Reading) -> None:
    word = (row.get("chain") or "").strip()
    if not word:
        return
    chain = look.chains.get(normalise(word))
    if chain is None:
        if word in NO_CHAIN_WORDS:
            out.findings.append(row.finding(NOTE, f"产业链写「{word}」,先不归链。", "", "chain"))
        else:
            out.findings.append(
                row.finding(REFUSED, f"没有「{word}」这条产业链。", "请改成产业链表里的名称,或留空。",
                            "chain", "ref.chain", "4.0b")
            )  # fmt: skip
        return
    out.values["chain_id"] = chain
    node = (row.get("node") or "").strip()
    if node:
        out.values["node_id"] = look.nodes.get((chain, normalise(node)))
        if out.values["node_id"] is None:
            out.findings.append(
                row.finding(NOTE, f"这条链没有环节「{node}」,环节先空着。", "", "node")
            )


def read_row(row: ParsedRow, look: Lookups) -> tuple[Reading, ProjectDraft]:
    """把一行读成草稿,连同读的时候的发现。"""
    out = Reading(findings=list(row.findings))
    for name in ("name", "summary", "location", "basis", "site_options", "benefit", "remark"):
        if row.get(name):
            out.values[name] = row.get(name)
    extras = [
        (label, row.get(name))
        for name, label in (("industry", "行业"), ("source_note", "来源"))
        if row.get(name)
    ]
    if extras:
        noted = ";".join(f"{label}:{value}" for label, value in extras)
        out.values["remark"] = ";".join(x for x in (out.values.get("remark"), noted) if x)
    _read_stage(row, look, out)
    _read_units(row, look, out)
    _read_chain(row, look, out)
    _read_money(row, out)
    _read_dates(row, look, out)
    names = split_names(row.get("investors") or "")
    code = row.get("uscc") or ""
    out.investors = tuple((name, code if len(names) == 1 else "") for name in names)
    origin = Origin(row.get("origin") or "")
    share = FULL_BP if len(names) == 1 else 0
    draft = ProjectDraft(
        **{"name": "", "category": Category.INDUSTRY, **out.values},
        parties=tuple(PartyDraft(i, share, origin) for i in range(len(names))),
        hosts=out.hosts,
        confidentiality=row.get("confidentiality") or "normal",
    )
    for item in judge(draft, look.today):
        if item.field == "name" and not draft.name:
            continue  # 必填列空着,解析时已说过
        out.findings.append(row.finding(REFUSED, item.message + "。", "请改正后再导入。",
                                        item.field, item.rule, item.clause))  # fmt: skip
    return out, draft
