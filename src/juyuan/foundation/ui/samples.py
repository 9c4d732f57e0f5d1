"""部件样张:每个部件的各种状态。纯数据在 samples.toml,这里是表单、表格、月历。名称、数字都是样例。"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html

from juyuan.foundation.ui import fields, formats, months, render, tables
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import Page
from juyuan.kernel.verdict import Finding

DATA = tomllib.loads((Path(__file__).parent / "samples.toml").read_text(encoding="utf-8"))
DAY = date(2026, 11, 18)


@dataclass(frozen=True)
class Line:
    """样表的一行。金额:元;份额:基点。"""

    pk: int
    code: str
    name: str
    party: str
    unit: str
    paid: int
    share: int
    light: str
    missing: int
    updated: date
    total: int | None = None


LINES = tuple(Line(**row) for row in DATA["lines"])


def _missing_cell(row: Line) -> Any:
    if not row.missing:
        return format_html('<span class="jy-rdy">{} 已齐</span>', render.icon("check"))
    return format_html('<span class="jy-lack"><b>{} 项</b> 施工许可、照片</span>', row.missing)


def _act_cell(row: Line) -> Any:
    return format_html(
        '<a class="btn btn-sm btn-act" href="#table">办理'
        '<span class="visually-hidden">：{}</span></a>',
        row.name,
    )


def _paid_column(unit: str) -> tables.Column:
    """到位:横条加数字。"""
    return tables.Column(
        "paid",
        "已认定",
        kind="money",
        cell=lambda row: format_html(
            '<span class="jy-rate">{}{}</span>',
            render.bar(row.paid, row.total, height=6),
            formats.amount(row.paid, unit),
        ),
    )


def columns(unit: str) -> tuple[tables.Column, ...]:
    return (
        tables.Column("code", "编号", css="jy-muted jy-nowrap", phone="skip", sort="code"),
        tables.Column(
            "name",
            "名称 / 对方",
            second="party",
            href=lambda row: "#table",
            phone="full",
            clip=True,
            fixed=True,
            sort="name",
        ),
        tables.Column("unit", "牵头单位", phone="two", css="jy-nowrap"),
        tables.Column("total", "总额", kind="money", sort="total"),
        tables.Column("share", "份额", kind="percent"),
        _paid_column(unit),
        tables.Column("light", "信号", cell=lambda row: render.light(row.light), phone="signal"),
        tables.Column("missing", "还差", cell=_missing_cell, phone="wide", css="jy-nowrap"),
        tables.Column(
            "updated", "更新", kind="date_right", phone="skip", css="jy-muted", sort="updated"
        ),
        tables.Column("note", "备注", value=lambda row: "", default=False),
    )


class SampleForm(forms.Form):
    """样张表单:每种字段一个。"""

    use_required_attribute = False
    marks = {
        "name": "必填",
        "code": "下阶段必填",
        "phone": "选填",
        "total": "必填",
        "chain": "必填",
        "on": "必填",
        "file": "必填",
        "result": "必填",
    }

    name = forms.CharField(label="全称", help_text="营业执照上的名称。括号、空格写法不同不影响核对")
    code = forms.CharField(label="统一社会信用代码", required=False)
    phone = forms.CharField(label="联系电话", required=False, help_text="只用于核对，库内加密保存")
    chain = forms.ChoiceField(label="类别", choices=[("", "请选择"), ("a", "装备制造 / 零部件")])
    total = fields.MoneyField(
        label="预计总额", required=False, help_text="按万元填，也可写 3.2亿元"
    )
    total_unknown = fields.unknown_field(label="填不出的原因")
    share = fields.PercentField(label="市外出资占比", required=False)
    on = fields.date_field(label="首次接触日期")
    text = forms.CharField(label="内容", widget=forms.Textarea({"rows": 3}), required=False)
    scope = forms.ChoiceField(
        label="保密程度",
        choices=[("n", "一般"), ("i", "内部"), ("r", "限名单")],
        widget=forms.RadioSelect,
        required=False,
    )
    kinds = forms.MultipleChoiceField(
        label="需要的要素",
        choices=[("land", "用地"), ("plant", "厂房"), ("power", "用电")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    result = forms.ChoiceField(
        label="结论",
        choices=[
            ("pass", "通过"),
            ("cond", "有条件通过"),
            ("later", "暂缓再议"),
            ("no", "否决"),
        ],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(label="证据", help_text="pdf、图片、office 文件，单个不超过 50 MB")
    agree = forms.BooleanField(label="以上内容与原件一致", required=False)


def _forms() -> dict[str, Any]:
    fresh = SampleForm(
        initial={
            "total": 320_000_000,
            "chain": "a",
            "scope": "i",
            "result": "cond",
            "on": DAY,
            "share": 8000,
            "name": "样例智能装备有限公司",
        },
        auto_id="a_%s",
    )
    bad = SampleForm(
        {"name": "", "code": "9132", "total": "约3亿", "total_unknown": "", "on": "", "chain": ""},
        auto_id="b_%s",
    )
    fields.add_findings(
        bad, [Finding("code", "uscc", "2.5b", "统一社会信用代码应为 18 位，现在是 4 位")]
    )
    unknown = SampleForm({"name": "样例", "total": "", "total_unknown": "pending"}, auto_id="c_%s")
    return {"form": fresh, "bad_form": bad, "unknown_form": unknown}


def _table(request: HttpRequest) -> tables.Table:
    unit = money_unit(request)
    return tables.Table(
        columns(unit),
        LINES,
        request.GET,
        sort=request.GET.get("sort", "-total"),
        money_unit=unit,
        today=DAY,
        sums=[
            ("本页 4 项", {"total": 1_700_000_000, "paid": 207_000_000}),
            ("符合条件 38 项", {"total": 14_936_000_000, "paid": 1_690_000_000}),
        ],
        select=True,
        css="jy-tbl--lib",
        act=_act_cell,
    )


def _bar(request: HttpRequest) -> FilterBar:
    return FilterBar(
        [
            Filter("county", "县区", [("a", "甲县"), ("b", "乙区")]),
            Filter("chain", "产业链", [("x", "装备制造")]),
            Filter("light", "信号", [("bad", "滞后")]),
        ],
        request.GET,
        "name",
        "在本库内查：名称、对方、编号",
        "到位率 13.6%",
    )


def _month() -> months.Month:
    marks = [
        months.Mark(date(2026, 11, 13), "逾期 1 件", "#calendar", "late"),
        months.Mark(DAY, "今天到期 4 件", "#calendar"),
        months.Mark(date(2026, 11, 20), "月度报备截止", "#calendar", "key"),
        months.Mark(date(2026, 11, 24), "第 11 次会议", "#calendar"),
    ]
    notes = [
        months.Note(date(2026, 11, 20), "牵头单位月度报备截止", "3.2c"),
        months.Note(date(2026, 11, 25), "月度关账", "3.3b", True),
    ]
    return months.build(2026, 11, today=DAY, marks=marks, notes=notes)


def context(request: HttpRequest) -> dict[str, Any]:
    """样张页的全部变量。"""
    missing = Finding("permit", "n1", "3.6b", "施工许可证，由甲县政府提供")
    photo = Finding("photo", "n2", "3.3b", "现场照片（带时间、位置），由牵头单位提供")
    return {
        **DATA,
        **_forms(),
        "page_title": "部件样张",
        "today": DAY,
        "table": _table(request),
        "bar": _bar(request),
        "month": _month(),
        "findings": [missing, photo],
        "one": [Finding("", "", "3.3b", "由核验人认定，提交人与核验人不得为同一人")],
        "page": Page(list(LINES), next="abc", total=38),
        "page_end": Page([], total=None, total_capped=True, prev="abc"),
    }
