"""判定的词汇:一条发现、四种拒绝、准与不准。

所有规则返回 `Finding`,所有动作以这里的异常拒绝;网页、接口、导入、命令行说的是同一句话。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """一条不合规则之处:哪个字段、哪条规则、依据哪一条款、怎么说(含怎么改)。"""

    field: str
    rule: str
    clause: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return {
            "field": self.field,
            "rule": self.rule,
            "clause": self.clause,
            "message": self.message,
        }


class Refusal(Exception):
    """一切拒绝的基类。拒绝之后不留下任何改动。"""


class RuleBroken(Refusal):
    """不合规则;`findings` 至少一条(接口 422,表单逐项显示)。"""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        if not self.findings:
            raise ValueError("RuleBroken 至少要有一条 Finding")
        super().__init__(";".join(f.message for f in self.findings))

    @classmethod
    def one(cls, field: str, rule: str, message: str, clause: str = "") -> RuleBroken:
        return cls([Finding(field, rule, clause, message)])


class Denied(Refusal):
    """看得见但不准做(403),带理由。"""

    def __init__(self, reason: str, clause: str = "") -> None:
        self.reason = reason
        self.clause = clause
        super().__init__(reason)


class NotFound(Refusal):
    """不存在,或存在而不该看见(404,二者逐字节相同)。"""


class Stale(Refusal):
    """他人已先行操作(412),带双方版本。"""

    def __init__(
        self,
        message: str = "他人已先行操作,请核对最新内容后再提交",
        mine: Mapping[str, Any] | None = None,
        theirs: Mapping[str, Any] | None = None,
    ) -> None:
        self.mine = dict(mine or {})
        self.theirs = dict(theirs or {})
        super().__init__(message)


def held_answer(bureau: str) -> str:
    """撞上看不见的东西时唯一的回答:只说已登记、由谁(商务主管部门的名称)核对。"""
    return f"已登记,由{bureau}核对"


@dataclass(frozen=True)
class Allowed:
    """准。"""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class Denial:
    """不准,带理由与条款;`require` 把它变成 `Denied`。"""

    reason: str
    clause: str = ""

    def __bool__(self) -> bool:
        return False


Access = Allowed | Denial


def require(access: Access) -> None:
    """不准则抛出 `Denied`(理由、条款原样带出)。"""
    if isinstance(access, Denial):
        raise Denied(access.reason, access.clause)
