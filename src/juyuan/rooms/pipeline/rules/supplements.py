"""补充协议:改金额、改承诺的新一行。改了什么、合不合理,都由这里判;金额为整数元。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from juyuan.kernel.clause import rule
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.stages import Stage

CLAUSE = "3.3b"
AMOUNTS = {"total_investment": "总投资", "contract_amount": "合同金额"}
PROMISES = {
    "promised_land_on": "承诺拿地日期",
    "promised_start_on": "承诺开工日期",
    "promised_production_on": "承诺投产日期",
    "promised_capacity_on": "承诺达效日期",
}
FIELDS = {**AMOUNTS, **PROMISES}
TITLE_LIMIT, NUMBER_LIMIT, REASON_LIMIT = 200, 100, 2000

Value = int | date | None


@dataclass(frozen=True)
class SupplementDraft:
    """一份补充协议。`changes`: 字段 → 新值;没有列的、为 None 的不改。"""

    title: str
    signed_on: date | None
    changes: Mapping[str, Value] = field(default_factory=dict)
    number: str = ""
    reason: str = ""
    file_id: int | None = None


@dataclass(frozen=True)
class Subject:
    """补充的是什么:项目所在库、签约日期、现在的各值。"""

    stage: Stage
    signed_on: date | None
    current: Mapping[str, Value]


def changed(draft: SupplementDraft, current: Mapping[str, Value]) -> dict[str, tuple[Value, Value]]:
    """真正改动的:字段 → (旧值, 新值),次序同 `FIELDS`。"""
    return {
        name: (current.get(name), draft.changes[name])
        for name in FIELDS
        if draft.changes.get(name) is not None and draft.changes[name] != current.get(name)
    }


def touches_amounts(fields: Mapping[str, Any]) -> bool:
    """动没动金额:动了的,已认定的签约数字要等核验人认可。"""
    return any(name in AMOUNTS for name in fields)


@rule("3.3b")
def judge_supplement(draft: SupplementDraft, subject: Subject, today: date) -> list[Finding]:
    """强化项目动态管理:签约之后改金额、改承诺,凭补充协议另记一行,旧的仍可读。"""

    def found(name: str, said: str) -> Finding:
        return Finding(name, f"supplement.{name}", CLAUSE, said)

    findings = []
    if subject.stage.order < Stage.SIGNED.order:
        findings.append(
            found("title", f"项目还在「{subject.stage.label}」，没有签约，直接修改内容即可")
        )
    for name, label, text, limit in (
        ("title", "协议名称", draft.title, TITLE_LIMIT),
        ("number", "文号", draft.number, NUMBER_LIMIT),
        ("reason", "缘由", draft.reason, REASON_LIMIT),
    ):
        if len(text) > limit:
            findings.append(found(name, f"{label}至多 {limit} 字，现有 {len(text)} 字"))
    if not draft.title.strip():
        findings.append(found("title", "请写协议名称"))
    if not draft.reason.strip():
        findings.append(found("reason", "请写为什么改"))
    if draft.signed_on is None:
        findings.append(found("signed_on", "请写协议的签订日期"))
    elif draft.signed_on > today:
        findings.append(found("signed_on", f"签订日期不能晚于今天（{today}）"))
    elif subject.signed_on is not None and draft.signed_on < subject.signed_on:
        findings.append(
            found("signed_on", f"签订日期不能早于原合同的签约日期（{subject.signed_on}）")
        )
    for name, label in AMOUNTS.items():
        amount = draft.changes.get(name)
        if isinstance(amount, int) and amount < 0:
            findings.append(found(name, f"{label}不能为负"))
    if not changed(draft, subject.current):
        findings.append(
            found("total_investment", "没有改动：请至少填一项与现在不同的金额或承诺日期")
        )
    if draft.file_id is None:
        findings.append(found("file", "请上传补充协议文本"))
    return findings


def as_json(changes: Mapping[str, tuple[Value, Value]]) -> dict[str, dict[str, Any]]:
    """存进 `Supplement.changes` 的样子:日期写成文字。"""

    def plain(value: Value) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    return {name: {"before": plain(a), "after": plain(b)} for name, (a, b) in changes.items()}
