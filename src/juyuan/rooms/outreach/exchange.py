"""导入导出的声明:线索台账。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.columns import REFUSE, TOP_ONLY, Column
from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind, ImportKind
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.keyset import choose_order
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.actions.ledger import commit_many, commit_one
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.leads import channels_of
from juyuan.rooms.outreach.queries.ledger import prepare
from juyuan.rooms.outreach.queries.listing import (
    DEFAULT_ORDER,
    ORDERS,
    listed,
    ordered,
    read_criteria,
)
from juyuan.rooms.outreach.queries.past import STATE_THEN
from juyuan.rooms.outreach.rules.drafts import TEXTS, LeadSecrecy, ReferrerKind, Urgency
from juyuan.rooms.outreach.rules.leads import CLAUSE, LeadState
from juyuan.rooms.outreach.rules.ledger import judge_rows


def _channels() -> tuple[str, ...]:
    """来源渠道的下拉:参数里今天的。"""
    return tuple(channels_of(params(clock.today())).values())


def _text(
    name: str, synonyms: tuple[str, ...] = (), *, long: bool = False, **more: Any
) -> Column:  # fmt: skip
    label, most = TEXTS[name]
    parse = parsers.text(max_length=most, multiline=long)
    return Column(name, label, parse, synonyms=synonyms, width=30 if long else 16, **more)


def _money(name: str, label: str, synonyms: tuple[str, ...], example: str = "") -> Column:
    return Column(
        name, label, parsers.money(), synonyms=synonyms, unit="万元", merged=REFUSE, example=example
    )


def _person(name: str, synonyms: tuple[str, ...], **more: Any) -> Column:
    label, most = TEXTS[name]
    parse = (
        parsers.code(max_length=most) if name.endswith("phone") else parsers.text(max_length=most)
    )
    return Column(name, label, parse, synonyms=synonyms, merged=TOP_ONLY, sensitive=True, **more)


COLUMNS = (
    Column("channel", "来源渠道", parsers.text(max_length=40), synonyms=("渠道", "线索来源", "信息来源", "来源"),
           offered=_channels, example="商会", clause=CLAUSE, note="顾问、商会报的可以不填"),
    Column("referrer_kind", "引荐人身份", parsers.choice(dict(ReferrerKind.pairs()), extra={"顾问": "adviser"}),
           choices=tuple(label for _, label in ReferrerKind.pairs()), note="不填即本单位(本人)"),
    _text("referrer_name", ("推荐人", "引荐单位", "报送人"), note="不填即本单位(本人);结果反馈给他"),
    _person("referrer_phone", ("引荐人联系方式",), note="与联系电话至少填一个"),
    Column("public_pay", "引荐人是否财政供养", parsers.yes_no(), synonyms=("财政供养",), choices=("是", "否")),
    _text("investor_name", ("投资方", "企业名称", "投资企业", "客商", "公司名称", "意向企业"),
          required=True, example="某某纺织科技有限公司", clause=CLAUSE),
    Column("uscc", "统一社会信用代码", parsers.credit_code(), synonyms=("信用代码", "社会信用代码"), width=22,
           note="18 位,请把该列设为文本格式"),
    _text("investor_place", ("所在地", "企业所在地", "注册地"), example="浙江省诸暨市"),
    _text("controller", ("实控人", "控制人")),
    _person("contact_name", ("企业联系人", "姓名")),
    _text("contact_title", ("职务",), merged=TOP_ONLY),
    _person("contact_phone", ("电话", "手机", "联系方式"), example="0571-88886666",
            note="与引荐人电话至少填一个"),
    _text("project_name", ("项目", "意向项目"), example="高端纱线项目"),
    _text("content", ("内容", "投资内容", "拟投资内容", "建设内容", "项目简介"), long=True, required=True,
          example="年产三万吨高端纱线", clause=CLAUSE),
    _text("process", ("产品", "工艺"), long=True),
    _text("industry_code", ("行业", "国民经济行业")),
    _money("amount", "预计总投资", ("总投资", "投资额", "计划总投资", "意向投资额"), "30000"),
    _money("fixed_amount", "固定资产投资", ("固投",)),
    _text("capital_structure", ("资金来源",), long=True),
    _text("land_needs", ("用地需求", "厂房需求", "用地"), long=True),
    _text("energy_needs", ("用能需求", "用电"), long=True),
    _text("water_needs", ("用水需求",), long=True),
    _text("environment", ("环保", "环境影响"), long=True),
    Column("jobs", "就业人数", parsers.integer(), synonyms=("用工", "带动就业", "就业")),
    _money("output", "预计年产值", ("年产值", "产值")),
    _money("tax", "预计年税收", ("年税收", "税收")),
    _text("site", ("意向落地", "意向区域", "选址意向")),
    _text("competitors", ("竞争地区", "对比地"), long=True),
    _text("requests", ("诉求", "企业诉求"), long=True),
    Column("contacted_on", "首次接触日期", parsers.day(partial=False),
           synonyms=("接触日期", "首次接触时间", "接洽日期", "对接日期"), example="2026-03-12"),
    _text("contact_note", ("接触情况", "接洽情况"), long=True),
    Column("urgency", "缓急", parsers.choice(dict(Urgency.pairs())), synonyms=("紧急程度",),
           choices=tuple(label for _, label in Urgency.pairs())),
    Column("secrecy", "密级", parsers.choice(dict(LeadSecrecy.pairs())),
           choices=tuple(label for _, label in LeadSecrecy.pairs())),
    _text("remark", ("说明",), long=True),
)  # fmt: skip

LEADS = ImportKind(
    name="leads",
    label="线索台账",
    columns=COLUMNS,
    prepare=prepare,
    judge=judge_rows,
    commit_many=commit_many,
    commit_one=commit_one,
    may=access.can_register,
    description=(
        "一行一条线索,写入即登记、起算答复时限;没填齐的退回,补齐再导。"
        "报送单位、投资方、项目名称、首次接触日期都相同的算同一条;登记过的不改所填。"
    ),
    clause=CLAUSE,
    order=70,
)

EXPORT_COLUMNS = (
    ExportColumn("code", "线索编号"),
    ExportColumn("state", "线索状态", width=12),
    ExportColumn("channel", "来源渠道", width=12),
    ExportColumn("from_unit", "报送单位"),
    ExportColumn("by_name", "报送人姓名", width=12),
    ExportColumn("unit", "承办单位"),
    ExportColumn("investor_name", "投资方名称", width=30),
    ExportColumn("uscc", "统一社会信用代码", width=22),
    ExportColumn("investor_place", "投资方所在地", width=20),
    ExportColumn("controller", "实际控制人", width=20),
    ExportColumn("project_name", "项目名称", width=30),
    ExportColumn("content", "项目内容", width=40),
    ExportColumn("process", "产品与工艺", width=30),
    ExportColumn("industry_code", "行业代码", width=10),
    ExportColumn("amount", "预计总投资", "money_wan"),
    ExportColumn("fixed_amount", "固定资产投资", "money_wan"),
    ExportColumn("capital_structure", "出资结构", width=24),
    ExportColumn("land_needs", "用地、厂房", width=24),
    ExportColumn("energy_needs", "用能", width=24),
    ExportColumn("water_needs", "用水", width=24),
    ExportColumn("environment", "生态环境", width=24),
    ExportColumn("jobs", "就业人数", "integer", width=10),
    ExportColumn("output", "预计年产值", "money_wan"),
    ExportColumn("tax", "预计年税收", "money_wan"),
    ExportColumn("site", "意向地点", width=20),
    ExportColumn("competitors", "竞争地", width=20),
    ExportColumn("requests", "投资方诉求", width=30),
    ExportColumn("contacted_on", "首次接触日期", "date"),
    ExportColumn("contact_note", "首次接触", width=24),
    ExportColumn("urgency", "缓急", width=8),
    ExportColumn("secrecy", "密级", width=10),
    ExportColumn("remark", "备注", width=30),
    ExportColumn("submitted_on", "登记日期", "date"),
    ExportColumn("ended_on", "了结日期", "date"),
    ExportColumn("fate", "下文", width=30),
    ExportColumn("created_at", "记下时间", "datetime"),
)
SHOWN = {"name": ("code", "project_name", "investor_name")}
"""列表的一列在导出里分成哪几列。"""
BATCH = 1000


def export_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的线索逐行给出,按列表的条件与次序;电话、联系人不在内(个人信息)。分批取,内存不随行数涨。"""
    channels = channels_of(params(today))
    given = {name: str(value) for name, value in filters.items()}
    criteria = read_criteria(given, channels, today)
    order = choose_order(str(filters.get("sort", "")), ORDERS, DEFAULT_ORDER)
    found: Any = ordered(listed(actor, criteria, today), order)
    state = STATE_THEN if criteria.as_of else "state"  # 截至某天的清单,写那天的状态
    states = dict(found.values_list("pk", state))
    ids = list(states)
    plain = [c.field for c in EXPORT_COLUMNS]
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        rows = Lead.objects.select_related("from_unit", "unit").in_bulk(chunk)
        for row in (rows[pk] for pk in chunk if pk in rows):
            yield {name: getattr(row, name) for name in plain} | {
                "state": LeadState(states[row.pk]).label,
                "channel": channels.get(row.channel, row.channel),
                "from_unit": str(row.from_unit),
                "unit": str(row.unit) if row.unit else "",
                "urgency": row.get_urgency_display(),
                "secrecy": row.get_secrecy_display(),
            }


LEADS_EXPORT = ExportKind(
    name="leads",
    label="线索",
    columns=EXPORT_COLUMNS,
    rows=export_rows,
    may=access.can_export,
    description="看得见的线索,按当前筛选;不含联系人与电话。",
    order=70,
)
KINDS = (LEADS, LEADS_EXPORT)
