"""改参数的依据文件(纯函数):文号、日期、文件三样齐才算;确认现值的必须有。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juyuan.kernel.verdict import Finding

NUMBER_LIMIT = 100


@dataclass(frozen=True)
class Paper:
    """依据文件:文号、日期、收下的文件编号。"""

    number: str = ""
    on: date | None = None
    file_id: int | None = None

    @property
    def empty(self) -> bool:
        return not self.number.strip() and self.on is None and self.file_id is None


def paper_findings(paper: Paper, *, same: bool, clause: str, today: date) -> list[Finding]:
    """缺哪样说哪样。`same`: 值不改,只是把建议值确认下来,必须有写明它的文件。"""
    if paper.empty and not same:
        return []
    why = "确认建议值，须有写明它的文件" if same else "附依据文件的，文号、日期、文件都要有"
    found = []

    def lacks(field: str, what: str) -> None:
        found.append(Finding(field, "parameter.paper", clause, f"{why}：请{what}"))

    if not paper.number.strip():
        lacks("paper_number", "填文号")
    elif len(paper.number.strip()) > NUMBER_LIMIT:
        lacks("paper_number", f"把文号缩到 {NUMBER_LIMIT} 字以内")
    if paper.on is None:
        lacks("paper_on", "填文件的日期")
    elif paper.on > today:
        lacks("paper_on", "核对日期：文件的日期在今天之后")
    if paper.file_id is None:
        lacks("paper_file", "上传文件")
    return found
