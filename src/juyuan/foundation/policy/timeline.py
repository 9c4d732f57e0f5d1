"""带日期的参数:某日用哪一版。纯计算,不查库。

取施行日不晚于该日的最后一版;同一施行日有两行的,后记的为准(改包改值即补记一行,旧行仍在)。
该日早于首版的,用首版并标明 `early`(历史项目也要算得出数,但看得出规矩那时还没有)。
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from juyuan.foundation.policy.pack_read import jsonable
from juyuan.foundation.policy.pack_types import Parameter, ParameterType, SourceKind


class UnknownParameter(KeyError):
    """没有这个参数。"""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)

    def __str__(self) -> str:
        return f"没有参数「{self.key}」:城市包里缺这一条"


@dataclass(frozen=True)
class ParameterRow:
    """参数的一版。金额为元,比例为基点;`id` 为 0 表示取自城市包、尚未入库。"""

    key: str
    label: str
    type: str
    value: Any
    unit: str
    clause: str
    effective_from: date
    origin: str
    note: str = ""
    text_q: str = ""
    op: str = ""
    choices: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    id: int = 0
    confirmed_by: str = ""
    paper_number: str = ""
    paper_on: date | None = None
    paper_url: str = ""
    early: bool = False

    @property
    def suggested(self) -> bool:
        """建议值且尚未有人确认。"""
        return self.origin == SourceKind.SUGGESTED and not self.confirmed_by

    @property
    def said_origin(self) -> str:
        """出处的说法:建议值经两人确认的写「已确认」。"""
        if self.origin == SourceKind.SUGGESTED and self.confirmed_by:
            return "已确认"
        return self.origin

    @property
    def inclusive(self) -> bool:
        """「以上、不少于、以内」含本数,「超、不满」不含。"""
        return self.op in (">=", "<=")

    @property
    def python(self) -> Any:
        """代码用的值:日期型还原为日期,其余照存。"""
        if self.type == ParameterType.DATE:
            return date.fromisoformat(self.value)
        return self.value


def from_pack(parameter: Parameter) -> ParameterRow:
    """城市包的一条参数,按入库后的样子。"""
    return ParameterRow(
        key=parameter.key,
        label=parameter.label,
        type=parameter.type,
        value=jsonable(parameter.value),
        unit=parameter.unit,
        clause=parameter.clause,
        effective_from=parameter.effective_from,
        origin=parameter.origin,
        note=parameter.note,
        text_q=parameter.text_q,
        op=parameter.op,
        choices=parameter.choices,
        labels=parameter.labels,
    )


class Params:
    """某日有效的全部参数:`params["escalation.threshold"]`。"""

    def __init__(self, on: date, versions: dict[str, tuple[ParameterRow, ...]]) -> None:
        self.on = on
        self._versions = versions

    def row(self, key: str) -> ParameterRow:
        """该日有效的一版。

        Raises:
            UnknownParameter: 没有这个参数。
        """
        versions = self._versions.get(key)
        if not versions:
            raise UnknownParameter(key)
        index = bisect_right([row.effective_from for row in versions], self.on)
        return versions[index - 1] if index else replace(versions[0], early=True)

    def __getitem__(self, key: str) -> Any:
        return self.row(key).python

    def __contains__(self, key: object) -> bool:
        return key in self._versions

    def __iter__(self) -> Iterator[str]:
        return iter(self._versions)

    def rows(self, clause: str | None = None) -> tuple[ParameterRow, ...]:
        """该日有效的各条,可只取某一条款的;次序同城市包。"""
        found = (self.row(key) for key in self._versions)
        return tuple(row for row in found if clause is None or row.clause == clause)


class Timeline:
    """全部参数的全部版本。一次取来,可问任何一天(成批计算时不必逐日查库)。"""

    def __init__(self, rows: Iterable[ParameterRow]) -> None:
        grouped: dict[str, list[ParameterRow]] = defaultdict(list)
        for row in rows:
            grouped[row.key].append(row)
        self._versions = {
            key: tuple(sorted(found, key=lambda row: (row.effective_from, row.id)))
            for key, found in grouped.items()
        }

    def on(self, day: date) -> Params:
        """某日(事实发生日)有效的参数。"""
        return Params(day, self._versions)

    def plus(self, row: ParameterRow) -> Timeline:
        """多出一版(同一施行日的,以它为准)的另一份;本份不变。"""
        made = Timeline(())
        last = max((r.id for r in self._versions.get(row.key, ())), default=0)
        made._versions = dict(self._versions)
        made._versions[row.key] = tuple(
            sorted(
                (*self._versions.get(row.key, ()), replace(row, id=last + 1)),
                key=lambda r: (r.effective_from, r.id),
            )
        )
        return made

    def versions(self, key: str) -> tuple[ParameterRow, ...]:
        """一条参数的全部版本,先施行的在前。

        Raises:
            UnknownParameter: 没有这个参数。
        """
        if key not in self._versions:
            raise UnknownParameter(key)
        return self._versions[key]

    def __contains__(self, key: object) -> bool:
        return key in self._versions
