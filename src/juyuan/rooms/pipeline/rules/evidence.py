"""证据草稿及其判断:该写的写没写(日期、出具单位、文号、结论、地点、文件)。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.facts import (
    CONCLUDING_KEYS,
    OPINION_KEYS,
    Conclusion,
    FactKey,
    Statement,
)


@dataclass(frozen=True)
class EvidenceDraft:
    """一份待提交的证据。文件先存好,这里带它的使用标识。"""

    fact: FactKey
    title: str
    dated_on: date | None
    issuer: str = ""
    number: str = ""
    conclusion: Conclusion = Conclusion.NONE
    place: str = ""
    two_way: bool = False
    note: str = ""
    file_id: int | None = None

    @property
    def statement(self) -> Statement:
        return Statement(
            key=self.fact,
            issuer=self.issuer,
            number=self.number,
            dated_on=self.dated_on,
            conclusion=self.conclusion,
            place=self.place,
            has_file=self.file_id is not None,
            two_way=self.two_way,
        )


def judge_evidence(draft: EvidenceDraft, today: date) -> list[Finding]:
    """证据自身要素齐不齐。结论可以是不通过:如实记下,只是不顶用。"""
    found: list[Finding] = []

    def need(field: str, rule: str, message: str, clause: str = "3.3b") -> None:
        found.append(Finding(field, f"evidence.{rule}", clause, message))

    if not draft.title.strip():
        need("title", "title", "请写明材料名称")
    elif len(draft.title) > 200:
        need("title", "title", "材料名称最多200个字")
    if draft.dated_on is None:
        need("dated_on", "date", "请写明日期")
    elif draft.dated_on > today:
        need("dated_on", "date", f"日期不能晚于今天({today})")
    if draft.file_id is None:
        need("file", "file", "请附上证据文件")
    if draft.fact in OPINION_KEYS:
        if not draft.issuer.strip():
            need("issuer", "issuer", f"{draft.fact.label}须写明出具单位", "3.4b")
        if not draft.number.strip():
            need("number", "number", f"{draft.fact.label}须写明文号", "3.4b")
    if draft.fact in CONCLUDING_KEYS and draft.conclusion == Conclusion.NONE:
        need("conclusion", "conclusion", f"{draft.fact.label}须选择结论", "3.4b")
    if draft.fact == FactKey.WORKS_PHOTO and not draft.place.strip():
        need("place", "place", "现场照片须写明拍摄地点")
    return found
