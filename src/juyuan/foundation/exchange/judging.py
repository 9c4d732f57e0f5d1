"""把解析好的行交给某种导入去判,合成每一行的定论。纯函数(取数由 `prepare` 先做)。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from juyuan.foundation.exchange.columns import DOUBTFUL as DOUBT
from juyuan.foundation.exchange.columns import NOTE, ParsedRow, RowFinding
from juyuan.foundation.exchange.columns import REFUSED as REFUSE
from juyuan.foundation.exchange.kinds import (
    DOUBTFUL,
    NEW,
    REFUSED,
    SAME,
    SKIPPED,
    UPDATE,
    Candidate,
    ImportKind,
    Judgement,
    ObjectRef,
)
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import held_answer

SKIP = "skip"
AS_NEW = "new"
SAME_AS = "same:"
SENSITIVE_MASK = "******"
MENDS = {REFUSE: "请改正后再导入。", DOUBT: "请在导入页面逐行选定。"}
HELD_MEND = "请等核对结果,不必重报。"


@dataclass(frozen=True)
class Verdict:
    """一行的定论:供预览保存,也供提交执行。"""

    row: ParsedRow
    verdict: str
    findings: tuple[RowFinding, ...] = ()
    command: Any = None
    target: ObjectRef | None = None
    candidates: tuple[Candidate, ...] = ()
    hidden: tuple[Candidate, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()

    @property
    def held(self) -> bool:
        return bool(self.hidden)

    @property
    def writes(self) -> bool:
        return self.verdict in (NEW, UPDATE)


@dataclass(frozen=True)
class Settlements:
    """人已作的选择与以前的来历(键都是「表!行号」)。

    `choices`:new | skip | same:<编号>;`cleared` 是核对人已放行的行;
    `already` 是同一文件先前批次已写入的行 → 当时的对象。
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    already: Mapping[str, ObjectRef] = field(default_factory=dict)


def judge_rows(
    kind: ImportKind,
    rows: Sequence[ParsedRow],
    actor: Actor,
    today: date,
    settlements: Settlements | None = None,
) -> list[Verdict]:
    """全部行一起判。略过的与先前已导入的不再交给 `judge`。"""
    settled = settlements or Settlements()
    asked: list[ParsedRow] = []
    fixed: dict[str, Verdict] = {}
    for row in rows:
        row.settled = settled.choices.get(row.key, "")
        if row.key in settled.already:
            fixed[row.key] = Verdict(
                row,
                SAME,
                (RowFinding(NOTE, "同一文件的这一行先前已经导入,不再重复。", rule="already"),),
                target=settled.already[row.key],
            )
        elif row.settled == SKIP:
            fixed[row.key] = Verdict(row, SKIPPED, tuple(row.findings))
        else:
            asked.append(row)
    lookups = kind.prepare(asked, actor, today)
    answers = kind.judge(asked, lookups)
    if len(answers) != len(asked):
        raise RuntimeError(f"导入种类 {kind.name} 的判定行数与数据行数不符")
    judged = {row.key: _conclude(row, answer) for row, answer in zip(asked, answers, strict=True)}
    return [fixed.get(row.key) or judged[row.key] for row in rows]


def _conclude(row: ParsedRow, answer: Judgement) -> Verdict:
    findings = _once(row.findings, answer.findings)
    hidden = tuple(c for c in answer.candidates if not c.visible)
    seen = tuple(c for c in answer.candidates if c.visible)
    if row.broken or answer.verdict == REFUSED:
        return Verdict(row, REFUSED, findings)
    if hidden:
        # 看不见的重合:不说是谁、像在哪里,只说已登记
        told = (*row.findings, row.finding(DOUBT, held_answer(bureau()), HELD_MEND, rule="held"))
        return Verdict(row, DOUBTFUL, told, candidates=seen, hidden=hidden)
    if row.doubts:
        return Verdict(row, DOUBTFUL, findings)
    verdict = Verdict(
        row,
        answer.verdict,
        findings,
        answer.command,
        answer.target,
        seen,
        changes=answer.changes,
    )
    if verdict.writes and answer.command is None:
        raise RuntimeError(f"{row.key}:判为{answer.verdict}却没有命令")
    return verdict


def _once(parsed: Sequence[RowFinding], judged: Sequence[RowFinding]) -> tuple[RowFinding, ...]:
    """一格只说一遍:解析时已退回、存疑的格子没有值,判定就这一栏再说的话由此而来,略去;
    判定把解析的发现原样带回来的,同一句话也只留一句(带单元格的那一句在先)。总说得出怎么办。"""
    told = {f.field for f in parsed if f.field and f.level in (REFUSE, DOUBT)}
    kept: dict[tuple[str, str], RowFinding] = {}
    for finding in (*parsed, *(f for f in judged if f.field not in told)):
        if finding.level in MENDS and not finding.mend:
            finding = replace(finding, mend=MENDS[finding.level])
        kept.setdefault((finding.level, finding.reason), finding)
    return tuple(kept.values())


def masked(kind: ImportKind, shown: Mapping[str, str]) -> dict[str, str]:
    """原文里个人信息的格子盖住。"""
    sensitive = {c.field for c in kind.columns if c.sensitive}
    return {
        name: SENSITIVE_MASK if name in sensitive and text else text for name, text in shown.items()
    }


def without_values(finding: RowFinding, kind: ImportKind) -> RowFinding:
    """个人信息一列的发现不复述原文。"""
    if finding.field and any(c.field == finding.field and c.sensitive for c in kind.columns):
        return replace(finding, reason=f"{kind.column(finding.field).label}不合要求。")
    return finding
