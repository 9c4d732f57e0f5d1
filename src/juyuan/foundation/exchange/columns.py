"""一列的声明,与解析一格的三种结果:值、存疑的几种读法、退回的一句话。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from juyuan.foundation.exchange.book import Cell

FILL, TOP_ONLY, REFUSE = "fill", "top", "refuse"


class CellProblem(Exception):
    """这一格读不成:原因与改法,各是完整的一句。

    内核的话连着说(「日期「乱写」读不准:请写成 2024-03-05」),在这里分开。
    """

    def __init__(self, reason: str, mend: str = "", rule: str = "cell") -> None:
        why, asked, how = reason.partition(":请")
        self.reason = _sentence(why)
        self.mend = (_sentence(f"请{how}") if asked else "") + mend
        self.rule = rule
        super().__init__(reason)


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "!", "?")) else f"{text}。"


@dataclass(frozen=True)
class Reading:
    """一种读法。"""

    key: str
    label: str
    value: Any


@dataclass(frozen=True)
class Doubt:
    """这一格有几种读法,等人来定。"""

    reason: str
    mend: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Noted:
    """读成了,但有一句话要让人看见。"""

    value: Any
    note: str


@dataclass(frozen=True)
class ColumnContext:
    """解析时知道的:这一列的名目、表头原文、由表头定下的单位。"""

    label: str
    header: str = ""
    unit: str = ""


Parser = Callable[[Cell, ColumnContext], Any]


@dataclass(frozen=True)
class Column:
    """导入表的一列。

    `field` 程序名;`label` 模板上的中文名;`synonyms` 台账里可能的别名;`parse` 见 `parsers`;
    `required` 必填;`choices` 下拉(由参数定的写在 `offered`,用时才取);`unit` 模板上写的金额单位(只有金额列填);
    `merged` 合并单元格怎么办:fill 带下来、top 只算首行、refuse 退回(金额列必须 refuse,否则重复计数);
    `sensitive` 含个人信息,不留在导入记录里。
    """

    field: str
    label: str
    parse: Parser
    synonyms: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    note: str = ""
    choices: tuple[str, ...] = ()
    offered: Callable[[], tuple[str, ...]] | None = None
    unit: str = ""
    merged: str = FILL
    sensitive: bool = False
    width: int = 14
    clause: str = ""

    @property
    def listed(self) -> tuple[str, ...]:
        """模板上的下拉。"""
        return self.offered() if self.offered is not None else self.choices

    @property
    def title(self) -> str:
        """模板表头:带单位。"""
        return f"{self.label}({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class RowFinding:
    """一行里的一处发现。`level`:refuse 退回、doubt 存疑、note 提示。"""

    level: str
    reason: str
    mend: str = ""
    cell: str = ""
    field: str = ""
    rule: str = ""
    clause: str = ""

    def as_dict(self) -> dict[str, str]:
        return {
            "level": self.level,
            "reason": self.reason,
            "mend": self.mend,
            "cell": self.cell,
            "field": self.field,
            "rule": self.rule,
            "clause": self.clause,
        }


REFUSED, DOUBTFUL, NOTE = "refuse", "doubt", "note"


@dataclass
class ParsedRow:
    """解析好的一行,交给判定。

    `broken` 表示已有退回项:判定可以再补发现,但不会产生命令。
    `settled` 是人对存疑行的选择:空、`new`、`skip`、`same:<编号>`。
    """

    sheet: str
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    findings: list[RowFinding] = field(default_factory=list)
    doubts: dict[str, Doubt] = field(default_factory=dict)
    hidden: bool = False
    settled: str = ""
    fingerprint: str = ""

    @property
    def key(self) -> str:
        return f"{self.sheet}!{self.number}"

    @property
    def broken(self) -> bool:
        return any(f.level == REFUSED for f in self.findings)

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def finding(
        self,
        level: str,
        reason: str,
        mend: str = "",
        field: str = "",
        rule: str = "",
        clause: str = "",
    ) -> RowFinding:
        """就本行某一列造一条发现(带单元格地址)。"""
        return RowFinding(level, reason, mend, self.cells.get(field, ""), field, rule, clause)
