"""接口的形状:承诺、违约、函。"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.shapes import Strict


class DebtIn(Strict):
    """政府先要做的一件。`unit` 是单位代码。"""

    kind: str = Field(max_length=30)
    text: str = Field(max_length=500)
    unit: str = Field(max_length=40)
    due_on: date


class PromiseIn(Strict):
    """登记一项承诺。`target` 是约定值:金额、每亩金额写万元(至多4位小数),数量写整数;到期做到的不给。"""

    kind: str = Field(max_length=30)
    text: str = Field(max_length=500)
    due_on: date
    target: str | None = Field(default=None, max_length=20, examples=["5000"])
    wanted: str = Field(max_length=200)
    quote: str = Field(default="", max_length=1000)
    place: str = Field(default="", max_length=100)
    contract_number: str = Field(default="", max_length=100)
    debts: list[DebtIn] = Field(default_factory=list, max_length=20)


class BreachIn(Strict):
    """对规则提出的一条作结论。"""

    test: str = Field(max_length=20)
    verdict: Literal["confirm", "dismiss"]
    reason: str = Field(max_length=1000)


class ReasonIn(Strict):
    """理由。"""

    reason: str = Field(max_length=1000)


class LetterIn(Strict):
    """起草一封函:可以改的话。"""

    words: dict[str, str] = Field(default_factory=dict)


class OutcomeIn(Strict):
    """提出函的结果。"""

    outcome: Literal["speed_up", "adjust", "extend", "exit"]
    reason: str = Field(max_length=1000)
    until: date | None = None


class DecideIn(Strict):
    """批准或退回函的结果。"""

    agree: bool
    reason: str = Field(default="", max_length=1000)


class ActualIn(Strict):
    """一条实况。`value` 的写法同约定值;到期做到的不给。"""

    on: date
    value: str | None = Field(default=None, max_length=20)
    note: str = Field(default="", max_length=500)


class SettleIn(Strict):
    """政府先行的一件办到了。"""

    done_on: date
    note: str = Field(default="", max_length=500)


class ReplyIn(Strict):
    """投资方的回复。"""

    on: date
    text: str = Field(max_length=2000)


class TalkIn(Strict):
    """约谈记录。"""

    on: date
    place: str = Field(max_length=200)
    people: str = Field(max_length=500)
    result: str = Field(max_length=2000)


class DeliverIn(Strict):
    """一次送达。`way`:hand 当面、post 邮寄、electronic 电子、fax 传真。"""

    way: str = Field(max_length=12)
    receiver: str = Field(max_length=100)
    on: date
    note: str = Field(default="", max_length=500)


class DebtOut(Schema):
    """政府先行的一件。"""

    id: int
    kind: str
    text: str
    unit: str
    due_on: date
    done_on: date | None
    item: str


class HitOut(Schema):
    """规则提出的一条;`debt` 不空即政府先欠着,不追企业。"""

    test: str
    label: str
    light: str
    promised: str
    actual: str
    deviation: str
    debt: str


class BreachOut(Schema):
    """一项认定的违约。"""

    code: str
    test: str
    label: str
    state: str
    light: str
    facts: dict[str, Any]
    reason: str
    by: str
    quiet_until: date | None


class PromiseOut(Schema):
    """一项承诺与它今天的样子。`light`:ok 正常、warn 偏差、bad 严重偏差、idle 未到期。"""

    code: str
    project: str
    project_name: str
    kind: str
    kind_label: str
    text: str
    target: str | None
    due_on: date
    fair_due: date
    wanted: str
    source: str
    state: str
    version: int
    actual: str
    light: str
    light_label: str
    debts: list[DebtOut]
    proposals: list[HitOut]
    breaches: list[BreachOut]
    letters: list[str]


class LetterOut(Schema):
    """一封函。文稿在 `paper`(公文编号)。"""

    code: str
    level: str
    level_label: str
    state: str
    project: str
    promise: str
    breach: str
    unit: str
    paper: str
    number: str
    issued_on: date | None
    reply_by: date | None
    outcome: str
    until: date | None
    version: int


class PromisePage(Schema):
    items: list[PromiseOut]
    next: str | None
    total: int | None


class LetterPage(Schema):
    items: list[LetterOut]
    next: str | None
    total: int | None


class PromiseFilters(Schema):
    """条件:项目编号、种类、状态。"""

    project: str = ""
    kind: str = ""
    state: str = ""
    sort: str = "-id"
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = ""
    count: str = ""


class LetterFilters(Schema):
    """条件:项目编号、级别、状态。"""

    project: str = ""
    level: str = ""
    state: str = ""
    sort: str = "-id"
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = ""
    count: str = ""
