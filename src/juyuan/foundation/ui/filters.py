"""筛选条的声明:条件全在网址里,改一项即换一页,翻页位置随之作废。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from juyuan.foundation.ui import querystring


@dataclass(frozen=True)
class Filter:
    """一个条件。有 `options`(值, 字)的是下拉,否则是输入框(`type` 为 text|date|number|search)。"""

    name: str
    label: str
    options: Sequence[tuple[str, str]] = ()
    blank: str = "全部"
    type: str = "text"


@dataclass(frozen=True)
class Chosen:
    """带上当前值的一个条件。"""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    blank: str
    type: str
    value: str


@dataclass
class FilterBar:
    """筛选条。`params` 传 request.GET;`search` 是框内检索(名, 提示);`note` 显示在右端。"""

    filters: Sequence[Filter]
    params: QueryDict
    search_name: str = ""
    search_label: str = ""
    note: str = ""
    keep: Sequence[str] = field(default_factory=tuple)

    @property
    def items(self) -> list[Chosen]:
        return [
            Chosen(f.name, f.label, f.options, f.blank, f.type, self.params.get(f.name, ""))
            for f in self.filters
        ]

    @property
    def search(self) -> Chosen | None:
        if not self.search_name:
            return None
        value = self.params.get(self.search_name, "")
        return Chosen(self.search_name, self.search_label, (), "", "search", value)

    @property
    def names(self) -> list[str]:
        return [f.name for f in self.filters] + ([self.search_name] if self.search_name else [])

    @property
    def active(self) -> bool:
        return any(self.params.get(f.name) for f in self.filters)

    @property
    def kept(self) -> list[tuple[str, str]]:
        return querystring.hidden(self.params, *self.names)

    @property
    def clear_url(self) -> str:
        cleared: dict[str, Any] = dict.fromkeys(self.names)
        return querystring.replace(self.params, **cleared)
