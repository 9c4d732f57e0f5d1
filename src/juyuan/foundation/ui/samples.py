"""部件样张的数据:每个部件的各种状态。名称、数字都是样例。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html

from juyuan.foundation.ui import fields, formats, months, render, tables
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import Page
from juyuan.kernel.verdict import Finding

YI = 100_000_000
DAY = date(2026, 11, 18)
KINDS = (
    ("谋划", "bulb", "c1", 86, 41_260),
    ("洽谈", "messages", "c2", 124, 53_825),
    ("意向", "file-text", "c3", 47, 21_680),
    ("签约", "rubber-stamp", "c4", 38, 14_936),
    ("落地", "building-factory-2", "c5", 61, 18_742),
)


@dataclass(frozen=True)
class Line:
    """样表的一行。金额:元;份额:基点。"""

    pk: int
    code: str
    name: str
    party: str
    unit: str
    total: int | None
    paid: int
    share: int
    light: str
    missing: int
    updated: date


LINES = (
    Line(
        1,
        "JY-7K2M",
        "高端功能性纱线智能制造",
        "样例纺织科技有限公司",
        "甲县政府",
        680_000_000,
        82_000_000,
        8000,
        "warn",
        2,
        date(2026, 11, 16),
    ),
    Line(
        2,
        "JY-Q4TD",
        "低碳水泥基材料与固废再生骨料综合利用示范(一期、二期)",
        "样例恒固建材有限公司",
        "乙区政府",
        500_000_000,
        30_000_000,
        10000,
        "bad",
        3,
        date(2026, 10, 22),
    ),
    Line(
        3,
        "JY-9WXA",
        "高精铝箔及电池壳体深加工",
        "样例铝业有限公司",
        "丙高新区管委会",
        520_000_000,
        95_000_000,
        8000,
        "ok",
        0,
        date(2026, 11, 17),
    ),
    Line(
        4,
        "JY-B8HC",
        "低空飞行器维修与培训基地",
        "",
        "市发展改革委",
        None,
        0,
        0,
        "idle",
        4,
        date(2025, 12, 9),
    ),
)


def _missing_cell(row: Line) -> Any:
    if not row.missing:
        return format_html('<span class="jy-rdy">{} 已齐</span>', render.icon("check"))
    return format_html('<span class="jy-lack"><b>{} 项</b> 施工许可、照片</span>', row.missing)


COLUMNS = (
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
    tables.Column(
        "paid",
        "已认定",
        kind="money",
        cell=lambda row: format_html(
            '<span class="jy-rate">{}{}</span>',
            render.bar(row.paid, row.total, height=6),
            formats.amount(row.paid),
        ),
    ),
    tables.Column("light", "信号", cell=lambda row: render.light(row.light), phone="signal"),
    tables.Column("missing", "还差", cell=_missing_cell, phone="wide"),
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
    phone = forms.CharField(label="联系电话", required=False, help_text="只用于核对,库内加密保存")
    chain = forms.ChoiceField(label="类别", choices=[("", "请选择"), ("a", "装备制造 / 零部件")])
    total = fields.MoneyField(label="预计总额", help_text="按万元填,也可写 3.2亿元")
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
        choices=[("pass", "通过"), ("cond", "有条件通过"), ("later", "暂缓再议"), ("no", "否决")],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(label="证据", help_text="pdf、图片、office 文件,单个不超过 50 MB")
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
        bad, [Finding("code", "uscc", "2.5b", "统一社会信用代码应为 18 位,现在是 4 位")]
    )
    unknown = SampleForm({"name": "样例", "total": "", "total_unknown": "pending"}, auto_id="c_%s")
    return {"form": fresh, "bad_form": bad, "unknown_form": unknown}


def _gate() -> dict[str, Any]:
    return {
        "title": "进入下一阶段的门槛",
        "missing": 2,
        "met": 2,
        "total": 5,
        "clause": "3.3b",
        "suggested": True,
        "id": "gate-sample",
        "rows": [
            {
                "label": "建筑工程施工许可证",
                "clause": "3.6b",
                "note": "办理中,承诺时限余 3 个工作日",
                "unit": "甲县政府",
                "person": "县住建局 专员 刘畅",
                "act_label": "催办",
                "act_url": "#gate",
                "act_icon": "send",
            },
            {
                "label": "开工或设备安装现场照片(带时间、位置)",
                "clause": "3.3b",
                "suggested": True,
                "unit": "首谈单位",
                "person": "甲县政府 王海峰",
                "act_label": "上传照片",
                "act_url": "#gate",
                "act_icon": "upload",
                "act_primary": True,
            },
            {
                "label": "正式合同",
                "waiting": True,
                "clause": "3.3b",
                "note": "11-17 上传",
                "unit": "市商务局",
                "end": "最迟 11-24",
            },
            {
                "label": "公司注册登记",
                "met": True,
                "note": "样例纺织有限公司,9122****7K",
                "clause": "3.3b",
                "unit": "甲县政府",
                "end": "11-03 核验",
            },
            {
                "label": "用地成交确认书",
                "met": True,
                "note": "2026-14 号,86.4 亩",
                "clause": "3.5b",
                "unit": "市自然资源局",
                "end": "11-09 核验",
            },
        ],
    }


def _strip() -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "icon": icon,
            "css": css,
            "url": "#strip",
            "count": count,
            "sum": wan * 10_000 * 100,
            "current": css == "c4",
            "delta": "昨日 +1" if css == "c4" else "昨日 0",
        }
        for label, icon, css, count, wan in KINDS
    ]


def _steps() -> list[dict[str, Any]]:
    notes = (
        "03-12 入库·41 天",
        "04-22 入库·106 天",
        "08-06 入库·85 天",
        "10-30 认定·第 19 天",
        "承诺 12-15,还有 19 个工作日",
    )
    states = ("done", "done", "done", "now", "next")
    return [
        {
            "label": f"{kind[0]}·当前"
            if state == "now"
            else f"{kind[0]}·还差 2 项"
            if state == "next"
            else kind[0],
            "icon": kind[1],
            "note": note,
            "state": state,
            "current": state == "now",
        }
        for kind, note, state in zip(KINDS, notes, states, strict=True)
    ]


def _columns() -> list[dict[str, Any]]:
    targets = [("c2", "洽谈"), ("c3", "意向"), ("c4", "签约")]
    cards = [
        {
            "title": line.name,
            "url": "#kanban",
            "second": line.party,
            "amount": line.total,
            "amount_text": "待定",
            "light": line.light,
            "foot": f"{line.unit}·28 天",
            "missing": line.missing,
            "ready": not line.missing,
            "move_url": "/_components/#kanban",
            "version": "1",
            "targets": targets,
        }
        for line in LINES
    ]
    split: Mapping[str, list[Any]] = {
        "c1": cards[3:],
        "c2": cards[:1],
        "c3": cards[1:2],
        "c4": cards[2:3],
        "c5": [],
    }
    return [
        {
            "key": css,
            "label": label,
            "cards": split[css],
            "more": count - 1 if css == "c1" else 0,
            "more_url": "#kanban",
        }
        for label, _icon, css, count, _wan in KINDS
    ]


def _timeline() -> list[dict[str, Any]]:
    at = datetime(2026, 11, 16, 15, 22, tzinfo=formats.SHANGHAI)
    return [
        {
            "icon": "message-2",
            "title": "召集人批示",
            "text": "用能指标一周内给意见",
            "who": "陈立明",
            "at": at,
            "note": "转市能源局",
        },
        {
            "icon": "upload",
            "title": "提交凭证",
            "text": "2 张,3,000.00 万元",
            "who": "王海峰 甲县政府",
            "at": at,
            "pill": "wait",
        },
        {
            "icon": "arrow-back-up",
            "kind": "back",
            "title": "冲回",
            "before": "7,000.00",
            "after": "6,200.00 万元",
            "why": "发票号与另一项重复",
            "who": "孙立",
            "at": at,
        },
        {
            "icon": "rubber-stamp",
            "kind": "key",
            "title": "意向 → 签约",
            "text": "门槛 6/6",
            "why": "正式合同签署,合规审查已备案",
            "who": "王海峰 提请,孙立 认定",
            "at": at,
            "clause": "3.3b",
        },
        {
            "icon": "arrow-forward-up",
            "kind": "jump",
            "title": "谋划 → 意向(越级)",
            "why": "投资方携合同来访",
            "who": "李岩",
            "at": at,
        },
        {
            "icon": "ban",
            "kind": "refused",
            "title": "推进被拒",
            "text": "还差 2 项",
            "who": "李岩",
            "at": at,
        },
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    unit = money_unit(request)
    table = tables.Table(
        COLUMNS,
        LINES,
        request.GET,
        sort=request.GET.get("sort", "-total"),
        money_unit=unit,
        today=DAY,
        sums=[
            ("本页 4 项", {"total": 17 * YI, "paid": 207_000_000}),
            ("符合条件 38 项", {"total": 14_936_000_000, "paid": 1_690_000_000}),
        ],
        select=True,
        css="jy-tbl--lib",
        act=lambda row: format_html(
            '<a class="btn btn-sm btn-act" href="#table">{}<span class="visually-hidden">:{}</span></a>',
            "办理",
            row.name,
        ),
    )
    marks = [
        months.Mark(date(2026, 11, 13), "逾期 1 件", "#calendar", "late"),
        months.Mark(DAY, "今天到期 4 件", "#calendar"),
        months.Mark(date(2026, 11, 20), "月度报备截止", "#calendar", "key"),
        months.Mark(date(2026, 11, 24), "第 11 次会议", "#calendar"),
    ]
    return {
        "page_title": "部件样张",
        "today": DAY,
        **_forms(),
        "strip": _strip(),
        "steps": _steps(),
        "gate": _gate(),
        "table": table,
        "columns": _columns(),
        "timeline": _timeline(),
        "findings": [
            Finding("permit", "n1", "3.6b", "施工许可证,由甲县政府提供"),
            Finding("photo", "n2", "3.3b", "现场照片(带时间、位置),由首谈单位提供"),
        ],
        "one": [Finding("", "", "3.3b", "签约由市商务局核验人认定,提交人与核验人不得为同一人")],
        "next": [
            {"label": "打开清单", "url": "#gate", "primary": True},
            {"label": "返回", "url": "#"},
        ],
        "bar": FilterBar(
            [
                Filter("county", "县区", [("a", "甲县"), ("b", "乙区")]),
                Filter("chain", "产业链", [("x", "装备制造")]),
                Filter("light", "信号", [("bad", "滞后")]),
            ],
            request.GET,
            "name",
            "在本库内查:名称、对方、编号",
            "到位率 13.6%",
        ),
        "views": [
            {"label": "全部", "count": 38, "url": "#views", "current": True},
            {"label": "超期未开工", "count": 6, "url": "#views"},
            {"label": "到位率低于 10%", "url": "#views", "mine": True},
        ],
        "page": Page(list(LINES), next="abc", total=38),
        "page_end": Page([], total=None, total_capped=True, prev="abc"),
        "month": months.build(
            2026,
            11,
            today=DAY,
            marks=marks,
            notes=[
                months.Note(date(2026, 11, 20), "首谈单位月度报备截止", "3.2c"),
                months.Note(date(2026, 11, 25), "月度关账", "3.3b", True),
            ],
        ),
        "evidence": [
            {
                "name": "投资合同(正式,双方签章).pdf",
                "icon": "file-type-pdf",
                "url": "#evidence",
                "proves": "签约门槛",
                "by": "王海峰",
                "at": date(2026, 10, 28),
                "state": "yes",
                "state_note": "孙立 10-30",
            },
            {
                "name": "设备采购进账单 2 张.pdf",
                "icon": "file-type-pdf",
                "url": "#evidence",
                "proves": "到位资金 3,000.00 万元",
                "by": "王海峰",
                "at": date(2026, 11, 16),
                "state": "wait",
            },
            {
                "name": "框架协议(2026-07).pdf",
                "icon": "file-type-pdf",
                "url": "#evidence",
                "proves": "不作签约证据",
                "by": "王海峰",
                "at": date(2026, 8, 1),
                "state": "no",
                "state_note": "框架协议计 0",
            },
        ],
        "cards": [
            {
                "label": "总投资",
                "amount": 680_000_000,
                "lines": ["固定资产 5.20 亿元", "其中设备 3.05 亿元"],
            },
            {
                "label": "合同引资额",
                "amount": 544_000_000,
                "pill": "yes",
                "clause": "3.3c",
                "suggested": True,
                "lines": ["6.80 × 市外出资 80.00%"],
            },
            {
                "label": "到位资金",
                "amount": 82_000_000,
                "pill": "yes",
                "pending": 30_000_000,
                "total": 544_000_000,
                "bar_label": "合同引资额 5.44 亿元,已认定 0.82,待核实 0.30",
                "lines": ["到位率 15.1%(只计已认定)。待核实不计入任何统计"],
            },
            {"label": "其中设备", "amount": None, "unknown": "不便透露"},
        ],
        "lead": [
            {"label": "首谈单位", "value": "甲县政府", "note": "县商务局 王海峰", "clause": "3.2b"},
            {"label": "首谈时间", "value": "2026-03-12"},
            {"label": "11 月报备", "value": "已报 11-16", "light": "ok"},
        ],
        "todo": [
            {
                "label": "已逾期",
                "light": "bad",
                "note": "2 件,11-19 起升级至单位负责人",
                "items": [
                    {
                        "date": date(2026, 11, 13),
                        "due": formats.due_text(-3),
                        "level": "bad",
                        "act": "裁定冲突",
                        "text": "样例二期,甲县政府与乙区政府",
                        "note": "双方证据已齐",
                        "clause": "3.2b",
                        "suggested": "5 个工作日",
                        "url": "#todo",
                        "button": "去裁定",
                        "primary": True,
                    }
                ],
            },
            {
                "label": "今天到期",
                "light": "warn",
                "note": "1 件",
                "items": [
                    {
                        "date": DAY,
                        "due": "今天 17:30",
                        "level": "warn",
                        "act": "研判线索",
                        "text": "年产 2 万吨深加工,商会引荐",
                        "clause": "2.5b",
                        "url": "#todo",
                        "button": "研判",
                    }
                ],
            },
            {
                "label": "本周",
                "note": "6 件",
                "items": [
                    {
                        "date": date(2026, 11, 20),
                        "due": formats.due_text(2),
                        "act": "催月报",
                        "text": "已报 31 家,未报 6 家",
                        "url": "#todo",
                        "button": "催报 6 家",
                    }
                ],
                "more": "展开本周其余 3 件",
                "more_url": "#todo",
            },
        ],
        "feed": [
            {
                "icon": "arrow-right",
                "title": "冰雪运动服装与装备制造",
                "url": "#feed",
                "text": "进入签约,合同引资额 4.20 亿元",
                "note": "孙立 认定·11-17 17:55",
            },
            {
                "icon": "arrow-back-up",
                "title": "蛋品深加工二期",
                "url": "#feed",
                "text": "到位资金",
                "before": "7,000.00",
                "after": "6,200.00 万元",
                "note": "冲回 800.00 万元",
            },
        ],
        "figs": [
            {
                "label": "合同引资额",
                "money": 9_648_000_000,
                "url": "#figs",
                "part": 9648,
                "total": 12000,
                "tick": 10584,
                "note": "目标 120 亿元,80.4%",
            },
            {"label": "推动落地", "value": 9, "unit": "个", "note": "目标 10 个"},
            {"label": "签约→落地率", "value": "74%", "note": "含终止项目"},
        ],
        "clock": [
            {
                "label": "施工许可(承诺时限)",
                "clause": "3.6b",
                "value": "余 3 个工作日",
                "done": 7,
                "total": 10,
                "kind": "warn",
                "note": "承诺 10 个工作日,法定 20 个工作日",
            },
            {"label": "政府先履行:供水到红线", "value": "已完成", "light": "ok"},
        ],
        "kv": [
            {"label": "行业", "value": "1711 棉纺纱加工"},
            {"label": "落点", "value": "甲县经济开发区"},
            {"label": "用地", "value": "86.4 亩"},
            {"label": "用电", "value": None},
        ],
        "tabs": [
            {"label": "概况", "url": "#tabs", "current": True},
            {"label": "证据", "url": "#tabs", "count": 11},
            {"label": "全部历史", "url": "#tabs", "count": 37},
        ],
        "seg": [
            {"label": "全部", "count": 12, "url": "#seg", "current": True},
            {"label": "逾期", "count": 2, "light": "bad", "url": "#seg"},
            {"label": "今天", "count": 4, "light": "warn", "url": "#seg"},
        ],
        "switch": [
            {"label": "表格", "icon": "table", "url": "#switch", "current": True},
            {"label": "看板", "icon": "layout-kanban", "url": "#switch"},
        ],
        "crumb": [
            {"label": "项目库", "url": "#"},
            {"label": "签约", "url": "#"},
            {"label": "JY-7K2M"},
        ],
        "wizard": [
            {"label": "选文件", "note": "台账.xlsx", "state": "done"},
            {"label": "认表头", "note": "36 列,认出 34", "state": "done"},
            {"label": "预览", "note": "412 行", "state": "now"},
            {"label": "入库", "state": ""},
        ],
        "preview_columns": ["名称", "总投资", "阶段"],
        "preview": [
            {
                "verdict": "new",
                "place": "Sheet1!A5",
                "values": ["高端功能性纱线", "6.80 亿元", "签约"],
                "reasons": [],
            },
            {
                "verdict": "update",
                "place": "Sheet1!A6",
                "values": ["高精铝箔深加工", "5.20 亿元", "意向"],
                "reasons": [{"place": "D6", "message": "总投资由 4.80 改为 5.20 亿元"}],
            },
            {
                "verdict": "same",
                "place": "Sheet1!A7",
                "values": ["动物疫苗分装", "2.20 亿元", "意向"],
                "reasons": [],
            },
            {
                "verdict": "doubtful",
                "place": "Sheet1!A8",
                "values": ["纱线智能制造(二)", "6.80 亿元", "签约"],
                "reasons": [
                    {"message": "与第 5 行疑似同一项", "mend": "请选「同一项」或「另一项」"}
                ],
                "act_label": "去判定",
                "act_url": "#preview",
            },
            {
                "verdict": "refused",
                "place": "Sheet1!A9",
                "values": ["低碳水泥", "约5亿", "在建"],
                "reasons": [
                    {
                        "place": "D9",
                        "message": "金额「约5亿」读不准",
                        "mend": "请填一个确定的数",
                        "clause": "3.3b",
                    }
                ],
            },
        ],
        "acts": [
            {"key": "export", "label": "导出所选", "icon": "download"},
            {"key": "urge", "label": "批量催办", "icon": "send"},
        ],
    }
