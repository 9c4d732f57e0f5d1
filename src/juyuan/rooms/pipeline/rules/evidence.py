"""证据草稿及其判断:该写的写没写(日期、出具单位、文号、结论、地点、文件)。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.facts import (
    CONCLUDING_KEYS,
    OPINION_KEYS,
    ROOM_KEYS,
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


@rule("3.4b")
def review_here(created_on: date, signed_on: date | None, since: date) -> bool:
    """对引入项目以及项目主体进行论证评估、科学决策:自某日起登记的项目,评审与审查在本系统办。

    `signed_on` 只对台账导入的项目有意义:此前已经签约、补录进来的不算新项目。
    """
    return created_on >= since and not (signed_on is not None and signed_on < since)


@rule("3.4b")
def typed_allowed(fact: FactKey, here: bool) -> bool:
    """这一种事实能不能由人填报。承诺审查记录一律由系统办出;其余三种只对须在本系统办的项目不收。"""
    return fact != FactKey.PROMISE_CHECK and not (here and fact in ROOM_KEYS)


def judge_typed(fact: FactKey, here: bool) -> list[Finding]:
    """由人填报的证据,种类许不许;不许的说到哪里办。"""
    if typed_allowed(fact, here):
        return []
    return [
        Finding(
            "fact", "evidence.room", "3.4b",
            f"「{fact.label}」由系统内办出,不能上传文件代替:{WAY_OUT[fact]}",
        )
    ]  # fmt: skip


WAY_OUT = {
    FactKey.REVIEW_PASSED: "请在项目页「送审」,评审通过即自动记上",
    FactKey.LEGALITY: "请在「审查与承诺」申请合法性审查,答复即自动记上",
    FactKey.FAIR_COMPETITION: "请在「审查与承诺」申请公平竞争审查,答复即自动记上",
    FactKey.PROMISE_CHECK: "请在「审查与承诺」逐条列明优惠并办结承诺审查,办结即自动记上",
}
