"""承诺:谁、什么、何时、凭什么、政府先要做什么。约定不清的不收,兑现须有凭据。纯函数,金额为整数元。"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding

CLAUSE = "3.4c"
TEXT_LIMIT, QUOTE_LIMIT, WANTED_LIMIT, REASON_LIMIT, PLACE_LIMIT = 500, 1000, 200, 1000, 100
MAX_TARGET = 10**15


class PromiseSource(Labelled):
    """承诺从哪里来。"""

    CONTRACT = "contract", "合同"
    CONDITION = "condition", "评审条件"
    SUPPLEMENT = "supplement", "补充协议"
    MEETING = "meeting", "会议决定"


class PromiseState(Labelled):
    """承诺的状态。逾期、偏差由日子与实况算出,不是状态。"""

    OPEN = "open", "跟踪中"
    MET = "met", "已兑现"
    CHANGED = "changed", "已改约"
    RELEASED = "released", "已解除"


class Measure(Labelled):
    """约定值怎么量。"""

    DAY = "date", "到期做到"
    MONEY = "money", "金额"
    COUNT = "count", "数量"
    PER_MU = "per_mu", "每亩金额"


class ActualSource(Labelled):
    """实况从哪里来。"""

    TYPED = "typed", "填报"
    SYSTEM = "system", "系统取数"


@dataclass(frozen=True)
class Kind:
    """承诺的一种(参数 tracking.kinds 的一项):代码、名称、怎么量、数量的单位。"""

    code: str
    label: str
    measure: Measure
    unit: str = ""


@dataclass(frozen=True)
class DebtDraft:
    """政府先要做的一件:种类、说明、由哪个单位、何时前。"""

    kind: str
    text: str
    unit_id: int | None
    due_on: date | None


@dataclass(frozen=True)
class PromiseDraft:
    """一项承诺所填。`target` 是约定值(元、元/亩或数量;到期做到的为空)。"""

    kind: str
    text: str
    due_on: date | None
    target: int | None = None
    wanted: str = ""
    quote: str = ""
    place: str = ""
    contract_number: str = ""
    source: PromiseSource = PromiseSource.CONTRACT
    source_ref: str = ""
    debts: tuple[DebtDraft, ...] = ()


@dataclass(frozen=True)
class ActualDraft:
    """一条实况所填:哪天、达到多少(到期做到的为空)、说明、凭据。"""

    on: date | None
    value: int | None = None
    note: str = ""
    file_id: int | None = None


def kinds_of(items: Collection[Mapping[str, str]]) -> dict[str, Kind]:
    """参数 → 各种承诺;屏上新添的一种没有写怎么量,当到期做到的。"""
    return {
        i["code"]: Kind(
            i["code"], i["label"], Measure(i.get("measure", Measure.DAY)), i.get("unit", "")
        )
        for i in items
    }


@dataclass(frozen=True)
class Frame:
    """填承诺时要知道的:有哪些种类、今天、签约日(条件先于签约的为空)。"""

    kinds: Mapping[str, Kind]
    debt_kinds: Collection[str]
    today: date
    signed_on: date | None = None
    units: Collection[int] = field(default_factory=frozenset)


@rule("3.4c")
def judge_promise(draft: PromiseDraft, frame: Frame) -> list[Finding]:
    """未按约定达效的违约项目:约定须写清什么、多少、何时前、凭什么,政府先做的须有单位与期限。"""
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"promise.{code}", CLAUSE, message))

    kind = frame.kinds.get(draft.kind)
    if kind is None:
        need("kind", "kind", "请从列表中选择承诺的种类")
    for name, label, text, limit, must in (
        ("text", "约定内容", draft.text, TEXT_LIMIT, True),
        ("quote", "条款原文", draft.quote, QUOTE_LIMIT, False),
        ("place", "条款位置", draft.place, PLACE_LIMIT, False),
        ("wanted", "凭什么算兑现", draft.wanted, WANTED_LIMIT, True),
        ("contract_number", "合同编号", draft.contract_number, PLACE_LIMIT, False),
    ):
        if must and not text.strip():
            need(name, name, f"请写明{label}")
        elif len(text) > limit:
            need(name, "length", f"{label}至多 {limit} 字，现有 {len(text)} 字")
    if draft.due_on is None:
        need("due_on", "due", "请写明何时前做到，如 2027-06-30；没有期限的约定无从跟踪")
    elif frame.signed_on is not None and draft.due_on < frame.signed_on:
        need("due_on", "due", f"期限不能早于签约日期（{frame.signed_on}）")
    if kind is not None:
        if kind.measure is Measure.DAY:
            if draft.target is not None:
                need("target", "target", f"「{kind.label}」看哪天做到，不填约定值")
        elif draft.target is None or not 0 < draft.target <= MAX_TARGET:
            need("target", "target", f"请写明「{kind.label}」的约定值，须大于 0")
    for row in draft.debts:
        found += judge_debt(row, frame)
    return found


@rule("3.4c")
def judge_debt(draft: DebtDraft, frame: Frame) -> list[Finding]:
    """及时规范违约项目之前先查政府一侧:政府先做的一件,须有种类、说明、责任单位、期限。"""
    found: list[Finding] = []

    def need(code: str, message: str) -> None:
        found.append(Finding(f"debt_{code}", f"debt.{code}", CLAUSE, message))

    if draft.kind not in frame.debt_kinds:
        need("kind", "请选择政府先要做哪一类事")
    if not draft.text.strip():
        need("text", "请写明政府先要做什么，如交付净地 50 亩")
    elif len(draft.text) > TEXT_LIMIT:
        need("text", f"说明至多 {TEXT_LIMIT} 字")
    if draft.unit_id is None or draft.unit_id not in frame.units:
        need("unit", "请选择由哪个单位办")
    if draft.due_on is None:
        need("due_on", "请写明政府应在何时前办到")
    return found


@rule("3.4c")
def reached(measure: Measure, target: int | None, value: int | None) -> bool:
    """按约定达效:数值的约定以上为达到(含本数),到期做到的看有没有做到的一天。"""
    if measure is Measure.DAY:
        return True
    return target is not None and value is not None and value >= target


@rule("3.4c")
def judge_actual(draft: ActualDraft, measure: Measure, today: date) -> list[Finding]:
    """跟踪的实况须有日子、数值与凭据,不收将来的。"""
    found: list[Finding] = []

    def need(name: str, message: str) -> None:
        found.append(Finding(name, f"actual.{name}", CLAUSE, message))

    if draft.on is None:
        need("on", "请写明是哪天的情况，如 2026-11-18")
    elif draft.on > today:
        need("on", f"日期不能晚于今天（{today}）")
    if measure is not Measure.DAY and (draft.value is None or not 0 <= draft.value <= MAX_TARGET):
        need("value", "请写明到那天达到多少；还没有的写 0")
    if len(draft.note) > TEXT_LIMIT:
        need("note", f"说明至多 {TEXT_LIMIT} 字")
    if draft.file_id is None:
        need("file", "请上传凭据，没有凭据的实况不能作为依据")
    return found


@rule("3.4c")
def first_owed(debts: Collection[Owing]) -> list[Owing]:
    """政府欠的先查:承诺之前政府该做而没有做完的(没有做,不论到没到期),先到期的在前。"""
    return sorted((d for d in debts if d.done_on is None), key=lambda d: (d.due_on, d.pk))


@dataclass(frozen=True)
class Owing:
    """政府先做的一件的样子:何时前、做到了没有。"""

    pk: int
    kind: str
    text: str
    unit_id: int
    due_on: date
    done_on: date | None

    def late(self, today: date) -> int:
        """过期几天;没有过期(当日不算)为 0。"""
        return max(0, (today - self.due_on).days)
