"""台账一行怎么判:新项目、更新、相同、存疑、退回。纯判断,要查的都在 `Lookups` 里。

台账上写的照写的收,一律「待核实」;移库不由台账来做,仍按门槛办。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from juyuan.foundation.exchange.columns import DOUBTFUL as DOUBT
from juyuan.foundation.exchange.columns import NOTE, REFUSED, ParsedRow, RowFinding
from juyuan.foundation.exchange.kinds import (
    DOUBTFUL,
    NEW,
    SAME,
    UPDATE,
    Candidate,
    Judgement,
    ObjectRef,
)
from juyuan.foundation.exchange.kinds import REFUSED as REFUSED_ROW
from juyuan.kernel.money import to_wan
from juyuan.kernel.names import key_text
from juyuan.kernel.period import PartialDate
from juyuan.kernel.text import normalise
from juyuan.kernel.verdict import held_answer
from juyuan.rooms.pipeline.rules.amounts import FULL_BP, Category, Origin, Unknown
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft, judge
from juyuan.rooms.pipeline.rules.naming import SIMILAR, overlap_percent, project_key
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
class _Reading:
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


def _read_units(row: ParsedRow, look: Lookups, out: _Reading) -> None:
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


def _read_stage(row: ParsedRow, look: Lookups, out: _Reading) -> None:
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


def _read_dates(row: ParsedRow, look: Lookups, out: _Reading) -> None:
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


def _read_money(row: ParsedRow, out: _Reading) -> None:
    for name in MONEY_COLUMNS:
        value = row.get(name)
        if isinstance(value, str):
            out.values[f"{name}_unknown"] = Unknown(value)
        elif value is not None:
            out.values[name] = value


def _read_chain(row: ParsedRow, look: Lookups, out: _Reading) -> None:
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


def read_row(row: ParsedRow, look: Lookups) -> tuple[_Reading, ProjectDraft]:
    """把一行读成草稿,连同读的时候的发现。"""
    out = _Reading(findings=list(row.findings))
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


def _own(draft: ProjectDraft, look: Lookups) -> bool:
    if look.own_units is None:
        return True
    mine = {draft.lead_unit_id, *(h.unit_id for h in draft.hosts)}
    return bool(mine & look.own_units)


def _changes(out: _Reading, draft: ProjectDraft, known: Existing) -> dict[str, Any]:
    """台账写了而与库里不同的几项(台账没写的不动)。"""
    changed: dict[str, Any] = {}
    for name in FIELD_LABELS:
        if name == "hosts":
            mine = frozenset(h.unit_id for h in draft.hosts if h.actual)
            if mine and mine != known.hosts:
                changed["hosts"] = draft.hosts
        elif out.values.get(name) is not None and out.values[name] != known.values.get(name):
            changed[name] = out.values[name]
    return changed


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return "空"
    if name in MONEY_COLUMNS:
        return f"{to_wan(value)} 万元"
    if name in ("chain_id", "lead_unit_id", "hosts"):
        return "另一个"
    return str(value)[:60]


def _against(out: _Reading, draft: ProjectDraft, known: Existing, row: ParsedRow) -> Judgement:
    """与已有项目对上了:相同,或更新几项。"""
    findings = list(out.findings)
    if out.stage != known.stage:
        findings.append(
            row.finding(
                NOTE,
                f"台账写「{out.word}」,系统里在「{known.stage.label}」库。",
                "移库请在项目里按门槛办理,导入不移库。",
                "stage",
            )
        )
    changed = _changes(out, draft, known)
    if not changed:
        return Judgement(SAME, tuple(findings), target=known.ref)
    return Judgement(
        UPDATE,
        tuple(findings),
        command=LedgerCommand(draft, target_id=known.id, changes=changed),
        target=known.ref,
        changes=tuple(
            (FIELD_LABELS[name], _shown(name, known.values.get(name)), _shown(name, value))
            for name, value in changed.items()
        ),
    )


def _resembling(
    draft: ProjectDraft, keys: frozenset[str], look: Lookups
) -> tuple[list[Existing], list[Existing]]:
    """(就是它, 疑似它):名称键与投资方都对上的是它;只对上一头或名称相近的请人看。"""
    exact: list[Existing] = []
    alike: list[Existing] = []
    for known in look.by_key.get(project_key(draft.name), ()):
        same_party = bool(keys & known.investor_keys) or not (keys or known.investor_keys)
        (exact if same_party else alike).append(known)
    seen = {known.id for known in exact + alike}
    for key in sorted(keys):
        for known in look.by_investor.get(key, ()):
            if known.id not in seen and overlap_percent(draft.name, known.name) >= SIMILAR:
                alike.append(known)
                seen.add(known.id)
    return exact, alike


def judge_rows(rows: Sequence[ParsedRow], lookups: Lookups) -> list[Judgement]:
    """逐行判定;同一文件里前后两行像同一个项目的,后一行存疑。"""
    judged: list[Judgement] = []
    by_key: dict[str, list[tuple[ParsedRow, ProjectDraft, frozenset[str]]]] = {}
    by_investor: dict[str, list[tuple[ParsedRow, ProjectDraft, frozenset[str]]]] = {}
    for row in rows:
        out, draft = read_row(row, lookups)
        keys = frozenset(key_text(name) for name, _ in out.investors)
        verdict = _judge_one(row, out, draft, keys, lookups, by_key, by_investor)
        judged.append(verdict)
        if verdict.verdict == REFUSED_ROW or not draft.name:
            continue
        entry = (row, draft, keys)
        by_key.setdefault(project_key(draft.name), []).append(entry)
        for key in keys:
            by_investor.setdefault(key, []).append(entry)
    return judged


def _judge_one(
    row: ParsedRow,
    out: _Reading,
    draft: ProjectDraft,
    keys: frozenset[str],
    look: Lookups,
    by_key: Mapping[str, list[tuple[ParsedRow, ProjectDraft, frozenset[str]]]],
    by_investor: Mapping[str, list[tuple[ParsedRow, ProjectDraft, frozenset[str]]]],
) -> Judgement:
    code = (row.get("code") or "").strip()
    if any(f.level == REFUSED for f in out.findings):
        return Judgement(REFUSED_ROW, tuple(out.findings))
    if not _own(draft, look):
        out.findings.append(
            row.finding(REFUSED, "这一行的首谈单位、承载地都不是本单位。", f"请由首谈单位或{look.bureau}导入。",
                        "lead_unit", "scope", "3.2b")
        )  # fmt: skip
        return Judgement(REFUSED_ROW, tuple(out.findings))
    if code:
        known = look.by_code.get(code)
        if known is not None and known.visible and not row.settled:
            unsure = _too_large(row, draft, look)
            if unsure:
                findings = (*out.findings, *unsure)
                same = (Candidate(known.ref, known.detail),)
                return Judgement(DOUBTFUL, findings, candidates=same)
        if known is None or not known.visible:
            out.findings.append(
                row.finding(
                    REFUSED,
                    f"没有编号为「{code}」的项目。",
                    "新项目请把编号留空。",
                    "code",
                    "ref.code",
                )
            )
            return Judgement(REFUSED_ROW, tuple(out.findings))
        return _against(out, draft, known, row)

    exact, alike = _resembling(draft, keys, look)
    everyone = {known.code: known for known in exact + alike}
    choice = row.settled
    if choice.startswith("same:"):
        chosen = choice.removeprefix("same:")
        known = everyone.get(chosen) or look.by_code.get(chosen)
        if known is not None and known.visible:
            return _against(out, draft, known, row)
        return Judgement(
            SAME, tuple(out.findings), target=ObjectRef("row", chosen, "同一文件的另一行")
        )
    visible_exact = [known for known in exact if known.visible]
    unsure = _too_large(row, draft, look)
    if not choice and len(exact) == 1 and visible_exact and not unsure:
        return _against(out, draft, exact[0], row)
    candidates = [
        Candidate(known.ref, known.detail if known.visible else (), known.visible)
        for known in everyone.values()
    ]
    candidates += _in_file(draft, keys, by_key, by_investor)
    doubts = [*row.doubts.values()]
    if (candidates or doubts or unsure) and choice != "new":
        findings = [*out.findings, *unsure]
        if candidates:
            text = (
                "疑似与已登记的项目是同一个。"
                if any(c.visible for c in candidates)
                else f"{held_answer(look.bureau)}。"
            )
            findings.append(
                row.finding(
                    DOUBT, text, "请选择:同一个、另一个、略过。", "name", "same_project", "3.3b"
                )
            )
        for doubt in doubts:
            findings.append(row.finding(DOUBT, doubt.reason, doubt.mend, rule="reading"))
        return Judgement(DOUBTFUL, tuple(findings), candidates=tuple(candidates))
    command = LedgerCommand(draft, out.investors, out.stage, out.word, out.standing, out.fact_on)
    return Judgement(NEW, tuple(out.findings), command=command)


def _too_large(row: ParsedRow, draft: ProjectDraft, look: Lookups) -> list[RowFinding]:
    """大得不像真的金额:请人核对单位,核对无误仍可导入。"""
    limit = look.doubtful_amount
    return [
        row.finding(
            DOUBT,
            f"{FIELD_LABELS[name]} {to_wan(amount)} 万元,超过 {to_wan(limit)} 万元,多半是单位弄错。",
            "确实无误的,在这里选归属;弄错的改正后再导入。",
            name,
            "money.doubtful",
        )
        for name in MONEY_COLUMNS
        if limit is not None and (amount := getattr(draft, name)) is not None and amount > limit
    ]


def _in_file(
    draft: ProjectDraft,
    keys: frozenset[str],
    by_key: Mapping[str, list[tuple[ParsedRow, ProjectDraft, frozenset[str]]]],
    by_investor: Mapping[str, list[tuple[ParsedRow, ProjectDraft, frozenset[str]]]],
) -> list[Candidate]:
    """同一文件里在前的相像行。"""
    found: dict[str, Candidate] = {}
    entries = list(by_key.get(project_key(draft.name), ()))
    for key in sorted(keys):
        entries += [
            entry
            for entry in by_investor.get(key, ())
            if overlap_percent(draft.name, entry[1].name) >= SIMILAR
        ]
    for other, its_draft, _ in entries:
        total = its_draft.total_investment
        found.setdefault(
            other.key,
            Candidate(
                ObjectRef("row", other.key, f"本文件第{other.number}行:{its_draft.name}"),
                (
                    ("项目名称", its_draft.name),
                    ("总投资", f"{to_wan(total)} 万元" if total is not None else "未填"),
                ),
            ),
        )
    return list(found.values())
