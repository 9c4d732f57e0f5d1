"""台账一行怎么判:新项目、更新、相同、存疑、退回。纯判断,要查的都在 `Lookups` 里。

台账上写的照写的收,一律「待核实」;移库不由台账来做,仍按门槛办。怎么读见 `ledger_reading`。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from juyuan.kernel.verdict import held_answer
from juyuan.rooms.pipeline.rules.drafts import ProjectDraft
from juyuan.rooms.pipeline.rules.ledger_reading import (
    FIELD_LABELS,
    MONEY_COLUMNS,
    Existing,
    LedgerCommand,
    Lookups,
    Reading,
    read_row,
)
from juyuan.rooms.pipeline.rules.naming import SIMILAR, overlap_percent, project_key


def _own(draft: ProjectDraft, look: Lookups) -> bool:
    if look.own_units is None:
        return True
    mine = {draft.lead_unit_id, *(h.unit_id for h in draft.hosts)}
    return bool(mine & look.own_units)


def _changes(out: Reading, draft: ProjectDraft, known: Existing) -> dict[str, Any]:
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


def _against(out: Reading, draft: ProjectDraft, known: Existing, row: ParsedRow) -> Judgement:
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
    out: Reading,
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
                same = (Candidate(known.ref, known.detail),)
                return Judgement(DOUBTFUL, (*out.findings, *unsure), candidates=same)
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
