"""难题:各单位为项目提出、会上或商务主管部门交办、解决。纯函数。"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding

CLAUSE = "1b"
TEXT_LIMIT, REASON_LIMIT = 2000, 500


class ProblemState(Labelled):
    """难题的状态。"""

    OPEN = "open", "待议"
    ASSIGNED = "assigned", "已交办"
    SOLVED = "solved", "已解决"
    CLOSED = "closed", "不再需要"


PENDING = (ProblemState.OPEN, ProblemState.ASSIGNED)


@dataclass(frozen=True)
class ProblemDraft:
    """提难题时填的。"""

    kind: str
    text: str
    wanted: str
    owner_unit_id: int | None = None


@rule("1b")
def judge_problem(
    draft: ProblemDraft, kinds: Collection[str], units: Collection[int]
) -> list[Finding]:
    """推动重大项目,破解招商难题。

    难在哪里、想要什么都要写;类别从清单里选;建议的承办单位可以不填。
    """
    found = []
    if draft.kind not in kinds:
        found.append(Finding("kind", "problem.kind", CLAUSE, "请选难题的类别"))
    for name, label, text in (
        ("text", "难在哪里", draft.text), ("wanted", "希望怎样解决", draft.wanted),
    ):  # fmt: skip
        if not text.strip():
            found.append(Finding(name, "problem.text", CLAUSE, f"请写明{label}"))
        elif len(text.strip()) > TEXT_LIMIT:
            found.append(Finding(name, "problem.length", CLAUSE, f"{label}至多{TEXT_LIMIT}字"))
    if draft.owner_unit_id is not None and draft.owner_unit_id not in units:
        found.append(Finding("owner_unit", "problem.unit", CLAUSE, "没有这个单位，请从列表中选择"))
    return found
