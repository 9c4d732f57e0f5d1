"""历史认定:开账时由商务主管部门凭文件认定旧结果,从所写的事实日起计,标明「历史」。纯判断。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from juyuan.foundation.exchange.columns import REFUSED, ParsedRow, RowFinding
from juyuan.foundation.exchange.kinds import NEW, SAME, Judgement, ObjectRef
from juyuan.foundation.exchange.kinds import REFUSED as REFUSED_ROW
from juyuan.rooms.pipeline.rules.stages import VERIFIED_STAGES, Stage


@dataclass(frozen=True)
class Candidate:
    """可能被认定的项目。"""

    id: int
    code: str
    name: str
    stage: Stage
    done: frozenset[Stage]

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("project", self.code, self.name, f"/projects/{self.code}/")


@dataclass(frozen=True)
class Lookups:
    today: date
    by_code: Mapping[str, Candidate]
    by_key: Mapping[str, tuple[Candidate, ...]]
    keys: Mapping[str, str]  # 行键 → 名称键


@dataclass(frozen=True)
class RecogniseCommand:
    """历史认定一条:哪个项目、到哪个库、事实日、依据。"""

    project_id: int
    stage: Stage
    fact_on: date
    paper: str


def _find(row: ParsedRow, look: Lookups) -> tuple[Candidate | None, str]:
    code = (row.get("code") or "").strip()
    if code:
        found = look.by_code.get(code)
        return found, "" if found else f"没有编号为「{code}」的项目。"
    named = look.by_key.get(look.keys.get(row.key, ""), ())
    if len(named) == 1:
        return named[0], ""
    if named:
        return None, "有几个项目叫这个名字,请填项目编号。"
    return None, "没有叫这个名字的项目,请先导入项目台账。"


def judge_rows(rows: Sequence[ParsedRow], lookups: Lookups) -> list[Judgement]:
    """逐行判定。签约要先于落地;已认定的算相同;同一文件里可以先签约后落地。"""
    judged = []
    pending: dict[int, set[Stage]] = {}
    for row in rows:
        findings = list(row.findings)
        project, why = _find(row, lookups)

        def refuse(
            reason: str,
            mend: str,
            field: str,
            notes: list[RowFinding] = findings,
            at: ParsedRow = row,
        ) -> None:
            notes.append(at.finding(REFUSED, reason, mend, field, f"historical.{field}", "3.3b"))

        word = row.get("stage")
        stage = Stage(word) if word else None
        day = row.get("fact_on")
        if project is None:
            refuse(why, "请核对项目编号或名称。", "code")
        if stage is not None and stage not in VERIFIED_STAGES:
            refuse("只有签约、落地需要认定。", "请改为签约或落地。", "stage")
        if isinstance(day, date) and day > lookups.today:
            refuse(f"事实日 {day} 晚于今天。", "请核对年月日。", "fact_on")
        if project is not None and stage in VERIFIED_STAGES and stage is not None:
            done = project.done | pending.get(project.id, set())
            if stage.order > project.stage.order:
                refuse(
                    f"项目现在「{project.stage.label}」库,台账没有到「{stage.label}」。",
                    "请先更正台账的阶段。", "stage",
                )  # fmt: skip
            elif stage in project.done:
                judged.append(Judgement(SAME, tuple(findings), target=project.ref))
                continue
            elif stage == Stage.LANDED and Stage.SIGNED not in done:
                refuse("须先认定签约,再认定落地。", "请在前面加一行签约。", "stage")
        if any(f.level == REFUSED for f in findings) or project is None or stage is None:
            judged.append(Judgement(REFUSED_ROW, tuple(findings)))
            continue
        pending.setdefault(project.id, set()).add(stage)
        judged.append(
            Judgement(
                NEW,
                tuple(findings),
                command=RecogniseCommand(project.id, stage, day, row.get("paper") or ""),
                target=project.ref,
            )
        )
    return judged
