"""表格的声明与组装:列、排序、列选择、合计。

房间声明 `Column`,视图用 `Table(...)` 组装,模板 `{% include "ui/components/table.html" %}` 显示。
单元格在 Python 里拼(format_html),五十行的表不必渲染几百次小模板。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from juyuan.foundation.ui import formats, querystring
from juyuan.foundation.ui.render import icon

Getter = str | Callable[[Any], Any]
RIGHT = {"money", "number", "percent", "date_right"}


@dataclass(frozen=True)
class Column:
    """一列。

    `value`、`second`(名称下的灰色小字)、`href` 是属性名或函数;`cell(row)` 自己拼 HTML(须返回安全串);
    `template` 是单元格模板(变量 row、value、money_unit、today)。
    `kind`: text · money(元) · number · percent(基点) · date · datetime · date_right。
    `sort` 是 ?sort= 里的名(空 = 不可排)。`phone`: full 卡片标题 · wide 独占一行 · two 占两格 · skip 不显示 · signal 信号位。
    `clip` 过长截断并以 title 提示;`fixed` 不可取消;`default=False` 缺省不显示。
    """

    key: str
    label: str
    value: Getter = ""
    kind: str = "text"
    second: Getter = ""
    href: Getter = ""
    cell: Callable[[Any], Any] | None = None
    template: str = ""
    sort: str = ""
    default: bool = True
    fixed: bool = False
    phone: str = ""
    css: str = ""
    clip: bool = False
    unit: str = ""

    @property
    def right(self) -> bool:
        return self.kind in RIGHT

    def of(self, row: Any) -> Any:
        return _get(row, self.value or self.key)


@dataclass(frozen=True)
class Head:
    """表头一格。"""

    column: Column
    url: str
    aria_sort: str
    icon: str
    unit: str

    @property
    def label(self) -> str:
        return self.column.label


@dataclass(frozen=True)
class Cell:
    css: str
    label: str
    html: SafeString
    title: str = ""


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    cells: tuple[Cell, ...]
    css: str = ""


@dataclass(frozen=True)
class Foot:
    """表脚一行:本页合计在前(粗),符合条件的合计在后。`span` 是合计前合并的列数。"""

    label: str
    span: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Choice:
    key: str
    label: str
    on: bool
    fixed: bool


@dataclass
class Table:
    """组装好的表。`params` 传 request.GET;`sort` 是当前排序(如 "-total")。

    `sums` 按次序给出合计行:[("本页 15 项", {"total": 元}), ("符合条件 38 项", {...})]。
    `select` 为真则每行有复选框(名为 `pick`,值为 `row_key`,属于 id 为 `form_id` 的表单)。
    """

    columns: Sequence[Column]
    rows: Iterable[Any]
    params: QueryDict
    sort: str = ""
    money_unit: str = formats.DEFAULT_UNIT
    today: Any = None
    sums: Sequence[tuple[str, Mapping[str, Any]]] = ()
    select: bool = False
    form_id: str = ""
    row_key: Getter = "pk"
    row_label: Getter = "name"
    row_css: Callable[[Any], str] | None = None
    caption: str = ""
    css: str = ""
    empty: str = "没有符合条件的内容"
    act: Callable[[Any], Any] | None = None
    shown: list[Column] = field(init=False)

    def __post_init__(self) -> None:
        self.shown = chosen_columns(self.columns, self.params)
        self._templates = {c.key: get_template(c.template) for c in self.shown if c.template}
        self.rows = list(self.rows)

    @property
    def money_label(self) -> str:
        return formats.UNIT_LABELS.get(self.money_unit, "亿元")

    @property
    def heads(self) -> list[Head]:
        found = []
        for column in self.shown:
            current = self.sort.removeprefix("-") == column.sort and bool(column.sort)
            desc = self.sort.startswith("-")
            # 首次点数字列从大到小,文字列从小到大;再点反过来
            first = f"-{column.sort}" if column.right else column.sort
            target = (column.sort if desc else f"-{column.sort}") if current else first
            found.append(
                Head(
                    column=column,
                    url=querystring.replace(self.params, sort=target) if column.sort else "",
                    aria_sort=("descending" if desc else "ascending") if current else "",
                    icon=("arrow-down" if desc else "arrow-up") if current else "",
                    unit=column.unit or (self.money_label if column.kind == "money" else ""),
                )
            )
        return found

    @property
    def body(self) -> list[Row]:
        return [
            Row(
                key=str(_get(row, self.row_key)),
                label=str(_get(row, self.row_label)),
                cells=tuple(self._cell(column, row) for column in self.shown),
                css=self.row_css(row) if self.row_css else "",
            )
            for row in self.rows
        ]

    @property
    def acts(self) -> bool:
        return self.act is not None

    @property
    def lines(self) -> list[tuple[Row, SafeString]]:
        """行与行末操作。"""
        acts = [
            conditional_escape(self.act(row)) if self.act else mark_safe("") for row in self.rows
        ]
        return list(zip(self.body, acts, strict=True))

    @property
    def foots(self) -> list[Foot]:
        summed = {key for _, values in self.sums for key in values}
        span = next((i for i, c in enumerate(self.shown) if c.key in summed), len(self.shown))
        return [
            Foot(
                label,
                span,
                tuple(
                    self._sum_cell(column, values[column.key])
                    if column.key in values
                    else Cell("skip", "", mark_safe(""))
                    for column in self.shown[span:]
                ),
            )
            for label, values in self.sums
        ]

    @property
    def choices(self) -> list[Choice]:
        on = {column.key for column in self.shown}
        return [Choice(c.key, c.label, c.key in on, c.fixed) for c in self.columns]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """列选择表单要带上的其余参数。"""
        return querystring.hidden(self.params, "cols")

    @property
    def reset_url(self) -> str:
        return querystring.replace(self.params, cols=None)

    def export_url(self, kind: str, also: Mapping[str, Sequence[str]] | None = None) -> str:
        """导出正在看的:同样的条件、次序、列(全部页)。`also` 是一列在导出里分成哪几列(缺省同名)。"""
        named = [name for c in self.shown for name in ((also or {}).get(c.key, (c.key,)))]
        return reverse("exchange:export", args=[kind]) + querystring.replace(
            self.params, cols=None, limit=None, columns=",".join(named)
        )

    @property
    def width(self) -> int:
        return len(self.shown) + int(self.select) + int(self.acts)

    def _cell(self, column: Column, row: Any) -> Cell:
        value = column.of(row)
        css = " ".join(
            part
            for part in (
                "jy-n" if column.right else "",
                "jy-clip" if column.clip else "",
                column.phone,
                column.css,
            )
            if part
        )
        title = str(value) if column.clip and value else ""
        return Cell(css, column.label, self._html(column, row, value), title)

    def _html(self, column: Column, row: Any, value: Any) -> SafeString:
        if column.cell is not None:
            return conditional_escape(column.cell(row))
        if column.template:
            context = {
                "row": row,
                "value": value,
                "money_unit": self.money_unit,
                "today": self.today,
            }
            return mark_safe(self._templates[column.key].render(context))  # noqa: S308 - 模板已转义
        shown = conditional_escape(self._text(column, value))
        url = _get(row, column.href) if column.href else ""
        second = _get(row, column.second) if column.second else None
        if url:
            shown = format_html('<a class="jy-name" href="{}">{}</a>', url, shown)
        elif second is not None:
            shown = format_html('<span class="jy-name">{}</span>', shown)
        if second is not None:
            shown = format_html("{}<small>{}</small>", shown, second or formats.MISSING)
        return shown

    def _text(self, column: Column, value: Any) -> Any:
        if column.kind == "money":
            return formats.amount(value, self.money_unit)
        if column.kind == "number":
            return formats.number(value)
        if column.kind == "percent":
            return formats.percent(value)
        if column.kind in ("date", "date_right"):
            return formats.day(value, self.today)
        if column.kind == "datetime":
            return formats.moment(value, self.today)
        return formats.MISSING if value is None or value == "" else value

    def _sum_cell(self, column: Column, value: Any) -> Cell:
        css = "jy-n" if column.right else ""
        return Cell(css, column.label, conditional_escape(self._text(column, value)))


def chosen_columns(columns: Sequence[Column], params: QueryDict) -> list[Column]:
    """?cols=a&cols=b(或 a,b)选出的列,按声明次序;没选或全不认识则用缺省。固定列恒在。"""
    wanted = {part for value in params.getlist("cols") for part in value.split(",")}
    known = {column.key for column in columns}
    if not wanted & known:
        return [c for c in columns if c.default or c.fixed]
    return [c for c in columns if c.key in wanted or c.fixed]


def tick(on: bool) -> SafeString:
    """有/无:打勾或「—」。"""
    return icon("check", "有") if on else conditional_escape(formats.MISSING)


def _get(row: Any, getter: Getter) -> Any:
    if callable(getter):
        return getter(row)
    value = row
    for part in getter.split("."):
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        if callable(value):
            value = value()
    return value
