"""项目库表格的列、筛选条、视图的声明。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from juyuan.foundation.personal import queries as saved
from juyuan.foundation.ui import formats, querystring, render
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.tables import Column, Table
from juyuan.rooms.pipeline.forms.quick import FIELDS
from juyuan.rooms.pipeline.queries.criteria import Criteria, read
from juyuan.rooms.pipeline.queries.lights import CHOICES as LIGHTS
from juyuan.rooms.pipeline.queries.listing import Listing, Money, Options, Row, Sum3, Tally
from juyuan.rooms.pipeline.queries.past import RESULTS
from juyuan.rooms.pipeline.rules.stages import Stage, Standing

COLUMNS_COOKIE = "jy_project_cols"
DEFAULT_COLUMNS = "default"
VIEW_COLUMNS = "c"  # 开着某个视图时,列写在网址里,不动平时的选择
MAX_COOKIE = 300


@dataclass
class LibraryTable(Table):
    """列选择记在 cookie 里,所以「恢复默认」要明说。"""

    pens: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """编号 → 这一行能就地改的列。"""

    @property
    def reset_url(self) -> str:
        return querystring.replace(self.params, cols=DEFAULT_COLUMNS)

    def _html(self, column: Column, row: Any, value: Any) -> SafeString:
        shown = super()._html(column, row, value)
        pens = self.pens.get(row.code)
        if pens is not None and column.key == "name":  # 手机上不就地改,去编辑页
            link = '{}<a class="btn btn-sm jy-phoneonly pl-edit" href="{}" aria-label="编辑{}">编辑</a>'
            return format_html(link, shown, reverse("pipeline:edit", args=[row.code]), row.name)
        if pens is None or column.key not in pens:
            return shown
        edit = reverse("pipeline:edit", args=[row.code])
        return format_html(
            '{}<a class="pl-pen" href="{}#id_{}" hx-get="{}" hx-target="closest td"'
            ' data-pen="{}:{}" aria-label="改{}：{}">{}</a>',
            shown, edit, FIELDS[column.key][0],
            reverse("pipeline:cell", args=[row.code, column.key]),
            row.code, column.key, column.label, row.name, render.icon("pencil"),
        )  # fmt: skip


def _money(name: str, unit: str) -> Callable[[Row], Any]:
    def cell(row: Row) -> Any:
        found: Money = getattr(row, name)
        if found.yuan is None:
            return format_html('<span class="jy-muted">{}</span>', found.note or formats.MISSING)
        shown = formats.amount(found.yuan, unit)
        if found.pending:
            return format_html(
                '<span class="jy-pend" title="待核实，不计入已认定">{}</span>', shown
            )
        return shown

    return cell


def status_cell(row: Row) -> SafeString:
    """核实状态;台账带来的附上原词。"""
    pill = render.pill("wait" if row.pending else "yes")
    if row.pending and row.recognised_stage and Stage(row.recognised_stage) != row.stage:
        return format_html(
            '{}<small class="jy-2nd">{}已认定</small>', pill, Stage(row.recognised_stage).label
        )
    return pill


def lack_cell(row: Row) -> SafeString:
    lack = row.lack
    if lack.target is None:
        return format_html('<span class="jy-muted">{}</span>', formats.MISSING)
    if lack.count:
        return format_html(
            '<span class="jy-lack"><b>{} 项</b></span><small class="jy-2nd">{}</small>',
            lack.count, lack.short,
        )  # fmt: skip
    return format_html(
        '<span class="jy-rdy">{} 已齐</span><small class="jy-2nd">{}</small>',
        render.icon("check"), lack.awaiting,
    )  # fmt: skip


def light_cell(row: Row) -> SafeString:
    """灯:形状加词,点开就是为什么。"""
    light = row.lamp.light
    shown = render.light(light.value, light.label)
    if row.gone or not row.lamp.signal.reasons:
        return shown
    return format_html('<a class="jy-plain" href="{}#light">{}</a>', project_url(row), shown)


def _hosts_cell(row: Row) -> Any:
    if not row.hosts:
        return mark_safe('<span class="jy-muted">未定</span>')
    more = f" 等{len(row.hosts)}处" if len(row.hosts) > 2 else ""
    return "、".join(row.hosts[:2]) + more


def project_url(row: Row) -> str:
    """详情的网址;看过去的一天时,其后已作废的没有。"""
    return "" if row.gone and not row.merged else reverse("pipeline:detail", args=[row.code])


def _second(row: Row) -> str:
    return (row.investor or "投资方未定") + (f"（{row.gone}）" if row.gone else "")


def columns(unit: str) -> tuple[Column, ...]:
    """全部的列;缺省显示十一列,其余在列选择里。"""
    return (
        Column("code", "编号", css="jy-muted jy-nowrap", phone="skip"),
        Column("name", "项目 / 投资方", second=_second,
               href=project_url, fixed=True, clip=True, phone="full"),
        Column("stage", "所在库", cell=lambda r: render.badge("stage", r.stage),
               default=False, phone="skip"),
        Column("lead", "首谈单位", css="jy-nowrap", phone="two"),
        Column("chain", "产业链", css="jy-nowrap", phone="skip"),
        Column("hosts", "落点", cell=_hosts_cell, css="jy-nowrap", phone="skip"),
        Column("total", "总投资", kind="money", cell=_money("total", unit), sort="total"),
        Column("contract", "合同金额", kind="money", cell=_money("contract", unit)),
        Column("committed", "合同引资额", kind="money", cell=_money("committed", unit),
               sort="committed"),
        Column("status", "核实", cell=status_cell, phone="signal"),
        Column("light", "灯", cell=light_cell, css="jy-nowrap", phone="two"),
        Column("lack", "还差", cell=lack_cell, css="jy-nowrap", phone="wide"),
        Column("updated", "更新", kind="date_right", css="jy-muted jy-nowrap", sort="updated",
               phone="skip"),
        Column("fixed", "固定资产投资", kind="money", cell=_money("fixed", unit), default=False,
               phone="skip"),
        Column("node", "环节", default=False, phone="skip"),
        Column("industry", "行业代码", default=False, phone="skip"),
        Column("signed_on", "签约日期", kind="date", css="jy-nowrap", default=False, phone="skip"),
        Column("started_on", "开工日期", kind="date", css="jy-nowrap", default=False, phone="skip"),
        Column("promised_start", "承诺开工", kind="date", css="jy-nowrap", default=False,
               phone="skip"),
        Column("promised_production", "承诺投产", kind="date", css="jy-nowrap", default=False,
               phone="skip"),
        Column("promised_capacity", "承诺达效", kind="date", css="jy-nowrap", default=False,
               phone="skip"),
        Column("location", "具体地点", default=False, phone="skip"),
        Column("since", "入库日期", kind="date", css="jy-nowrap", default=False, phone="skip"),
        Column("standing", "项目状态", cell=lambda r: render.badge("standing", r.standing),
               default=False, phone="skip"),
        Column("confidentiality", "密级", default=False, phone="skip"),
        Column("claimed_word", "台账原词", default=False, phone="skip"),
        Column("source", "录入方式", default=False, phone="skip"),
        Column("created", "登记时间", kind="date", sort="created", css="jy-nowrap", default=False,
               phone="skip"),
    )  # fmt: skip


def chosen(all_columns: Sequence[Column], cookie: str, *, one_library: bool) -> tuple[Column, ...]:
    """把 cookie 里记住的列变成「缺省显示」;不在某一个库时缺省带上「所在库」。"""
    kept = {part for part in cookie[:MAX_COOKIE].split(",") if part}
    known = {c.key for c in all_columns}
    if kept & known:
        return tuple(replace(c, default=c.key in kept) for c in all_columns)
    if one_library:
        return tuple(all_columns)
    return tuple(replace(c, default=c.default or c.key == "stage") for c in all_columns)


def saved_query(params: QueryDict, cookie: str) -> str:
    """存为视图时的条件:网址里的,加上平时选的列。"""
    query = params.copy()
    if cookie and VIEW_COLUMNS not in query:
        query[VIEW_COLUMNS] = cookie[:MAX_COOKIE]
    return query.urlencode()


def sums_of(part: Sum3) -> dict[str, int]:
    return {"total": part.total, "contract": part.contract, "committed": part.committed}


def foot(page: Tally, whole: Tally, *, paged: bool) -> list[tuple[str, Mapping[str, Any]]]:
    """表尾:认定的与待核实的各一行,不相加。只有一页时,本页就是符合条件的全部。"""
    lines: list[tuple[str, Mapping[str, Any]]] = []
    for label, tally in [("本页", page), ("符合条件", whole)][0 if paged else 1 :]:
        if tally.recognised.n or not tally.claimed.n:
            lines.append((f"{label} 已认定 {tally.recognised.n:,} 项", sums_of(tally.recognised)))
        if tally.frozen is not None and tally.frozen != tally.recognised:
            held = f"{label} 已认定金额(改动待核验的按认定当日)"
            lines.append((held, sums_of(tally.frozen)))
        if tally.claimed.n:
            lines.append((f"{label} 待核实 {tally.claimed.n:,} 项", sums_of(tally.claimed)))
    return lines


# 表格的列 → 导出的列
EXPORTED = {
    "light": ("light", "light_why"),
    "code": ("code",),
    "name": ("name", "investors"),
    "stage": ("stage",),
    "lead": ("lead_unit",),
    "chain": ("chain",),
    "hosts": ("host_units",),
    "total": ("total_investment",),
    "contract": ("contract_amount",),
    "committed": ("committed_investment",),
    "status": ("status",),
    "lack": ("missing",),
    "updated": ("updated_at",),
    "fixed": ("fixed_investment",),
    "node": ("node",),
    "industry": ("industry_code",),
    "signed_on": ("signed_on",),
    "started_on": ("started_on",),
    "promised_start": ("promised_start_on",),
    "promised_production": ("promised_production_on",),
    "promised_capacity": ("promised_capacity_on",),
    "location": ("location",),
    "since": ("stage_since",),
    "standing": ("standing",),
    "confidentiality": ("confidentiality",),
    "claimed_word": ("claimed_word",),
    "source": ("source",),
    "created": ("created_at",),
}


def export_url(params: QueryDict, shown: Sequence[Column]) -> str:
    """导出正在看的:同样的条件、次序、列(全部页)。"""
    wanted = [name for column in shown for name in EXPORTED[column.key]]
    gone: dict[str, Any] = dict.fromkeys(("cols", "limit", "v", VIEW_COLUMNS))
    query = querystring.replace(params, **gone, columns=",".join(wanted))
    return reverse("exchange:export", args=["projects"]) + query


def library_table(
    request: HttpRequest,
    found: Listing,
    cols: Sequence[Column],
    *,
    unit: str,
    today: date,
    select: bool = False,
    pens: Mapping[str, frozenset[str]] | None = None,
) -> LibraryTable:
    return LibraryTable(
        columns=cols,
        rows=found.rows,
        params=request.GET,
        sort=found.sort,
        money_unit=unit,
        today=today,
        sums=foot(found.page_tally, found.tally, paged=len(found.rows) < found.tally.n)
        if found.rows
        else (),
        row_key="code",
        select=select,
        form_id="bulk",
        css="jy-tbl--lib",
        empty="没有符合条件的项目。可放宽条件，或清除筛选后再找。",
        pens=pens or {},
    )


def one_row(request: HttpRequest, params: QueryDict, rows: Sequence[Row], *, unit: str,
            today: date, select: bool, pens: Mapping[str, frozenset[str]]) -> LibraryTable:  # fmt: skip
    """就地改过之后新的一行,列与 `params` 那一页的表格相同。"""
    wanted = params.get(VIEW_COLUMNS, request.COOKIES.get(COLUMNS_COOKIE, ""))
    cols = chosen(columns(unit), wanted, one_library=bool(read(params).stage))
    return LibraryTable(
        columns=cols, rows=rows, params=params, money_unit=unit, today=today, row_key="code",
        select=select, form_id="bulk", css="jy-tbl--lib", pens=pens,
    )  # fmt: skip


CONFIDENTIALITY = (("normal", "一般"), ("internal", "内部"), ("restricted", "限名单"))
FILTERS_ASIDE = ("confidentiality", "source", "total_min", "total_max", "as_of")


def filter_bar(params: QueryDict, options: Options) -> FilterBar:
    """条件全在网址里。"""
    undecided = ("none", "未定")
    return FilterBar(
        filters=(
            Filter("host_unit", "落点", (*options.counties, undecided)),
            Filter("chain", "产业链", (*options.chains, undecided)),
            Filter("lead_unit", "首谈单位", (*options.leads, undecided)),
            Filter("stage_status", "核实", (("recognised", "已认定"), ("claimed", "待核实"))),
            Filter("lack", "门槛", (("yes", "还有缺项"), ("no", "已齐"))),
            Filter("light", "灯", tuple(LIGHTS.items())),
            Filter("standing", "状态", (("all", "不限"), *Standing.pairs()), blank="在库"),
            Filter("confidentiality", "密级", CONFIDENTIALITY),
            Filter("source", "录入", (("registered", "登记"), ("ledger", "台账导入"))),
            Filter("total_min", "总投资不少于（亿元）"),
            Filter("total_max", "总投资不超过（亿元）"),
            Filter("as_of", "截至日期", type="date"),
        ),
        params=params,
        search_name="q",
        search_label="名称、投资方、编号",
    )


def filters(params: QueryDict, options: Options) -> dict[str, Any]:
    """筛选条的变量:常用的摆出来,其余在「更多条件」里(有几项在起作用写在按钮上)。"""
    return {
        "filters": filter_bar(params, options),
        "aside": FILTERS_ASIDE,
        "aside_open": sum(bool(params.get(name)) for name in FILTERS_ASIDE),
    }


def views(params: QueryDict, *, has_unit: bool) -> list[dict[str, Any]]:
    """几个现成的视图(都是网址)。"""
    kept: dict[str, Any] = {"stage": params.get("stage", "")}
    # 「全部」要明说:什么条件都不带的网址,有默认视图的人会转到默认视图
    wanted: list[tuple[str, dict[str, str]]] = [("全部", {"v": saved.ALL})]
    if has_unit:
        wanted.append(("本单位的", {"mine": "1"}))
    wanted += [
        ("待核实", {"stage_status": "claimed"}),
        ("门槛已齐", {"lack": "no"}),
        ("还有缺项", {"lack": "yes"}),
        ("暂缓", {"standing": "paused"}),
        ("已终止", {"standing": "ended"}),
    ]
    names = ("mine", "stage_status", "lack", "standing")
    current = {name: params.get(name, "") for name in names if params.get(name)}
    return [
        {
            "label": label,
            "url": querystring.replace(QueryDict(), **{**kept, **query}),
            "current": current == {k: v for k, v in query.items() if k != "v"},
        }
        for label, query in wanted
    ]


def chips(found: Criteria) -> list[str]:
    """筛选条里没有、却在起作用的条件,写出来让人看见。"""
    said = []
    if found.as_of is not None:
        said.append(
            f"截至 {found.as_of.isoformat()} 终了时的样子；投资方、环节等没有随日留存的是现在的"
        )
    if found.result:
        said.append(RESULTS[found.result][2])
    if found.recognised_stage:
        said.append(f"认定所在库：{Stage(found.recognised_stage).label}")
    if found.entered:
        said.append(f"进过「{Stage(found.entered).label}」库的")
    if found.passed:
        said.append(f"从「{Stage(found.passed).label}」库前移出去过的")
    if found.batch:
        said.append("只看同一批导入的")
    return said
