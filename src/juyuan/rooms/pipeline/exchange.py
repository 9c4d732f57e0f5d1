"""项目台账的导入、导出声明(列、同义词、谁可以)。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.book import Cell
from juyuan.foundation.exchange.columns import REFUSE, CellProblem, Column, ColumnContext, Parser
from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind, ImportKind
from juyuan.foundation.policy.queries import pack
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import historical, voucher_sheet
from juyuan.rooms.pipeline.actions.monthbook import MONTHLY
from juyuan.rooms.pipeline.actions.opening import commit_many, commit_one, reverse_batch
from juyuan.rooms.pipeline.actions.undoing import undo_updates
from juyuan.rooms.pipeline.queries import escalations, exporting, paid_in, recognised
from juyuan.rooms.pipeline.queries.criteria import known_by, read
from juyuan.rooms.pipeline.queries.ledger import prepare
from juyuan.rooms.pipeline.queries.voucher_sheet import prepare as voucher_lookups
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.historical import judge_rows as judge_history
from juyuan.rooms.pipeline.rules.ledger import judge_rows
from juyuan.rooms.pipeline.rules.voucher_sheet import judge_rows as judge_vouchers
from juyuan.rooms.pipeline.rules.vouchers import CURRENCIES

UNSAID = {
    "不便透露": "withheld", "保密": "withheld", "涉密不填": "withheld",
    "待定": "pending", "未定": "pending", "暂定": "pending",
}  # fmt: skip
CONFIDENTIAL = {"normal": "一般", "internal": "内部", "restricted": "限名单"}


def money(field: str, label: str, synonyms: tuple[str, ...], example: str = "") -> Column:
    return Column(
        field, label, parsers.money(explicit=UNSAID), synonyms=synonyms, unit="万元",
        merged=REFUSE, example=example, clause="3.3b",
        note="填数字;不能提供的写「不便透露」或「待定」",
    )  # fmt: skip


COLUMNS = (
    Column("code", "项目编号", parsers.code(max_length=20), synonyms=("系统编号",),
           note="新项目留空;导出再导入的保留"),
    Column("name", "项目名称", parsers.text(max_length=200), synonyms=("项目", "名称", "项目名"),
           required=True, example="高端纱线智能制造项目"),
    Column("investors", "投资方", parsers.text(max_length=400),
           synonyms=("投资主体", "投资企业", "投资单位", "企业名称", "投资商", "投资方名称"),
           example="某某纺织科技有限公司", note="几家的用顿号隔开"),
    Column("uscc", "统一社会信用代码", parsers.credit_code(), synonyms=("信用代码", "社会信用代码")),
    Column("origin", "资金来源地", parsers.choice(dict(Origin.pairs()[1:]), extra={
        "本地": "local", "市外": "outside_city", "外省": "outside_province", "外资": "foreign",
        "港澳台": "foreign"}), synonyms=("资金来源", "来源地"),
        choices=tuple(label for value, label in Origin.pairs() if value)),
    money("total_investment", "总投资", ("总投资额", "投资总额", "计划总投资", "投资额", "项目总投资"),
          "68000"),
    money("fixed_investment", "固定资产投资", ("固投", "固定资产投资额", "其中固定资产投资"), "52000"),
    money("contract_amount", "合同金额", ("合同额", "合同投资额", "签约金额", "协议金额"), "54400"),
    Column("chain", "产业链", parsers.text(max_length=60), synonyms=("所属产业链", "产业", "产业类别"),
           example="袜业纺织", clause="4.0b"),
    Column("node", "环节", parsers.text(max_length=60), synonyms=("产业链环节", "所属环节")),
    Column("industry", "行业", parsers.text(max_length=100), synonyms=("行业类别", "所属行业", "行业代码")),
    Column("lead_unit", "首谈单位", parsers.text(max_length=100),
           synonyms=("牵头单位", "责任单位", "首谈部门", "首谈(牵头)单位", "包保单位", "引进单位"),
           example="某某局", clause="3.2b"),
    Column("host_units", "承载地", parsers.text(max_length=200),
           synonyms=("落地地点", "所在县区", "落户地", "落地县区", "项目所在地", "县区", "承接地"),
           example="某某区", note="几个的用顿号隔开"),
    Column("location", "具体地点", parsers.text(max_length=200), synonyms=("选址", "地址", "园区", "建设地点")),
    Column("stage", "所处阶段", parsers.text(max_length=60),
           synonyms=("阶段", "项目阶段", "项目进度", "推进阶段", "所在库", "进展阶段"),
           required=True, example="在谈", note="谋划、洽谈、意向、签约、落地,或在建、拟签约等常用词",
           clause="3.3b"),
    Column("standing", "项目状态", parsers.text(max_length=30), synonyms=("推进状态", "状态")),
    Column("date", "时间", parsers.day(),
           synonyms=("日期", "签约时间", "签约日期", "开工时间", "登记时间", "入库时间", "进展时间"),
           example="2026-03-12"),
    Column("summary", "建设内容", parsers.text(max_length=4000, multiline=True),
           synonyms=("主要建设内容", "项目简介", "建设规模及内容", "项目内容", "建设内容及规模")),
    Column("basis", "谋划依据", parsers.text(max_length=4000, multiline=True)),
    Column("site_options", "选址意向", parsers.text(max_length=2000, multiline=True)),
    Column("benefit", "预期效益", parsers.text(max_length=2000, multiline=True), synonyms=("经济效益",)),
    Column("confidentiality", "密级", parsers.choice(CONFIDENTIAL), choices=tuple(CONFIDENTIAL.values())),
    Column("remark", "备注", parsers.text(max_length=4000, multiline=True),
           synonyms=("说明", "联系进展", "进展情况", "联系进展/备注", "目前进展", "推进情况")),
    Column("source_note", "来源", parsers.text(max_length=500), synonyms=("信息来源", "资料来源")),
)  # fmt: skip

PROJECTS = ImportKind(
    name="projects",
    label="项目台账",
    columns=COLUMNS,
    prepare=prepare,
    judge=judge_rows,
    commit_many=commit_many,
    commit_one=commit_one,
    may=access.can_import,
    oversee=access.oversees_imports,
    reverse=reverse_batch,
    undo_updates=undo_updates,
    description="五个库的项目。台账所写一律记为「待核实」,缺什么列在项目的清单里;移库仍按门槛办理。",
    clause="3.3b",
    order=40,
    opening_allowed=True,
    usual=True,
)

RECOGNITION_COLUMNS = (
    Column("code", "项目编号", parsers.code(max_length=20), synonyms=("系统编号",),
           note="填编号,或填与系统一致的项目名称"),
    Column("name", "项目名称", parsers.text(max_length=200), synonyms=("项目", "名称")),
    Column("stage", "认定为", parsers.choice({"signed": "签约", "landed": "落地"}),
           synonyms=("认定阶段", "认定所在库", "所处阶段"), required=True,
           choices=("签约", "落地"), example="签约", clause="3.3b"),
    Column("fact_on", "事实日", parsers.day(partial=False),
           synonyms=("签约日期", "落地日期", "发生日期", "日期"), required=True, example="2024-06-18"),
    Column("paper", "依据文号", parsers.text(max_length=100), synonyms=("文号", "依据")),
)  # fmt: skip

RECOGNITIONS = ImportKind(
    name="recognitions",
    label="历史认定",
    columns=RECOGNITION_COLUMNS,
    prepare=historical.prepare,
    judge=judge_history,
    commit_many=historical.commit_many,
    commit_one=historical.commit_one,
    may=historical.may_recognise_history,
    oversee=access.oversees_imports,
    reverse=historical.reverse_batch,
    description="开账时由商务主管部门凭文件认定旧的签约、落地,从事实日起计,标明「历史」。",
    clause="3.3b",
    order=50,
    opening_allowed=True,
    paper_required=True,
)

EXPORT_COLUMNS = (
    ExportColumn("code", "项目编号"),
    ExportColumn("name", "项目名称", width=36),
    ExportColumn("investors", "投资方", width=30),
    ExportColumn("lead_unit", "首谈单位"),
    ExportColumn("host_units", "承载地"),
    ExportColumn("chain", "产业链"),
    ExportColumn("stage", "所处阶段", width=10),
    ExportColumn("status", "核实状态", width=10),
    ExportColumn("standing", "项目状态", width=10),
    ExportColumn("total_investment", "总投资", "money_wan"),
    ExportColumn("fixed_investment", "固定资产投资", "money_wan"),
    ExportColumn("contract_amount", "合同金额", "money_wan"),
    ExportColumn("committed_investment", "合同引资额", "money_wan"),
    ExportColumn("light", "灯", width=10),
    ExportColumn("light_why", "灯因", width=30),
    ExportColumn("missing", "还差", width=30),
    ExportColumn("location", "具体地点", width=24),
    ExportColumn("summary", "建设内容", width=40),
    ExportColumn("remark", "备注", width=40),
    ExportColumn("updated_at", "更新时间", "datetime"),
    ExportColumn("node", "环节"),
    ExportColumn("industry_code", "行业代码"),
    ExportColumn("signed_on", "签约日期", "date"),
    ExportColumn("started_on", "开工日期", "date"),
    ExportColumn("promised_land_on", "承诺拿地日期", "date"),
    ExportColumn("promised_start_on", "承诺开工日期", "date"),
    ExportColumn("promised_production_on", "承诺投产日期", "date"),
    ExportColumn("promised_capacity_on", "承诺达效日期", "date"),
    ExportColumn("stage_since", "入库日期", "date"),
    ExportColumn("confidentiality", "密级", width=10),
    ExportColumn("claimed_word", "台账原词"),
    ExportColumn("source", "录入方式", width=10),
    ExportColumn("created_at", "登记时间", "datetime"),
)
BLANK = {column.field: "" if column.kind == "text" else None for column in EXPORT_COLUMNS}


def export_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的项目逐行给出;没有的列留空。"""
    for row in exporting.project_rows(actor, filters, today):
        yield BLANK | row


PROJECTS_EXPORT = ExportKind(
    name="projects",
    label="项目",
    columns=EXPORT_COLUMNS,
    rows=export_rows,
    description="看得见的项目,按当前筛选。",
    order=40,
)


def _number(label: str) -> Parser:
    """小数(原币金额、汇率),照原样成十进制数。"""

    def parse(cell: Cell, context: ColumnContext) -> Decimal | None:
        said = as_text(cell, context)
        if said is None:
            return None
        plain = unicodedata.normalize("NFKC", said).replace(",", "").replace(" ", "")
        if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,12})?", plain):
            raise CellProblem(
                f"{label}「{said[:30]}」不是数字。", "请填数字，如 7.0988。", "number"
            )
        return Decimal(plain)

    as_text = parsers.text(max_length=40)
    return parse


@lru_cache(maxsize=4)
def _voucher_kinds(city: str) -> dict[str, str]:
    """城市包里的凭证种类(代号 → 名称):逐格解析时不查库。"""
    found = next(p for p in pack().parameters if p.key == "paid_in.recognised_bp")
    return {code: found.labels.get(code, code) for code in found.value}


def _kind_of_voucher(cell: Cell, context: ColumnContext) -> Any:
    """凭证种类:参数里的名称,或台账常用的叫法。"""
    labels = _voucher_kinds(pack().id)
    return parsers.choice(labels, extra={k: v for k, v in USUAL_KINDS.items() if v in labels})(
        cell, context
    )


USUAL_KINDS = {
    "资本金": "capital", "注册资本": "capital", "验资": "capital", "进账单": "capital",
    "银行进账": "capital", "银行回单": "capital", "设备": "equipment", "设备款": "equipment",
    "设备发票": "equipment", "工程款": "works", "建安": "works", "建安发票": "works",
    "土建": "works", "土地": "land", "土地款": "land", "土地出让金": "land", "专利": "intangible",
    "技术入股": "intangible", "财政": "fiscal", "政府投资": "fiscal",
}  # fmt: skip
VOUCHER_COLUMNS = (
    Column("code", "项目编号", parsers.code(max_length=20), synonyms=("系统编号",),
           note="填编号，或填与系统一致的项目名称"),
    Column("name", "项目名称", parsers.text(max_length=200), synonyms=("项目", "名称", "项目名"),
           example="高端纱线智能制造项目"),
    Column("kind", "凭证种类", _kind_of_voucher, synonyms=("种类", "资金类别", "凭证类型", "款项性质"),
           required=True, example="资本金进账或验资", clause="3.3b",
           note="资本金进账或验资、设备购置发票、建安工程款、土地价款、无形资产、财政资金"),
    Column("paid_on", "到账日", parsers.day(partial=False),
           synonyms=("到账日期", "到位日期", "到位时间", "付款日期", "开票日期", "日期", "时间"),
           required=True, example="2026-03-12"),
    Column("amount", "到账金额", parsers.money(), unit="万元", merged=REFUSE, example="1200",
           synonyms=("金额", "到位金额", "到位资金", "到位额", "实际到位资金", "票面金额", "付款金额"),
           note="外币到账的留空，填原币金额与汇率", clause="3.3b"),
    Column("number", "凭证号", parsers.code(max_length=100), required=True, example="00123456",
           synonyms=("收据号", "发票号", "发票号码", "流水号", "凭证编号", "票据号", "回单号"),
           note="同一张凭证全市只能用一次"),
    Column("payer", "付款人", parsers.text(max_length=200), required=True,
           synonyms=("出资方", "付款单位", "付款方", "投资方", "谁的钱"), example="某某纺织科技有限公司"),
    Column("origin", "资金来源地", parsers.choice(dict(Origin.pairs()[1:]), extra={
        "本地": "local", "市外": "outside_city", "外省": "outside_province", "外资": "foreign"}),
        synonyms=("资金来源", "来源地"), choices=tuple(label for v, label in Origin.pairs() if v)),
    Column("fiscal", "财政资金", parsers.yes_no(), synonyms=("是否财政资金",), choices=("是", "否")),
    Column("currency", "币种", parsers.choice(CURRENCIES, extra={"美金": "USD", "港币": "HKD"}),
           choices=tuple(CURRENCIES.values())),
    Column("foreign_amount", "原币金额", _number("原币金额"), synonyms=("外币金额",)),
    Column("rate", "汇率", _number("汇率"), synonyms=("折算汇率",)),
    Column("rate_on", "汇率日期", parsers.day(partial=False)),
    Column("rate_source", "汇率来源", parsers.text(max_length=100)),
    Column("note", "说明", parsers.text(max_length=2000, multiline=True), synonyms=("备注", "摘要", "用途")),
)  # fmt: skip

VOUCHERS = ImportKind(
    name="vouchers",
    label="到位资金凭证",
    columns=VOUCHER_COLUMNS,
    prepare=voucher_lookups,
    judge=judge_vouchers,
    commit_many=voucher_sheet.commit_many,
    commit_one=voucher_sheet.commit_one,
    may=access.can_import,
    oversee=access.oversees_imports,
    reverse=voucher_sheet.reverse_batch,
    description="一行一张凭证，登记后待核验，认可之后才计入到位资金。同一凭证号全市只用一次。",
    clause="3.3b",
    order=60,
    opening_allowed=True,
)


def voucher_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """凭证逐行给出(已按可见范围裁过)。"""
    found = paid_in.read({k: str(v) for k, v in filters.items()})
    for line in paid_in.every_line(actor, found, today, sort=str(filters.get("sort", ""))):
        yield {
            "code": line.project_code, "name": line.project_name,
            "kind": f"冲回 {line.kind_label}" if line.sign < 0 else line.kind_label,
            "paid_on": line.paid_on, "amount": line.amount, "recognised": line.recognised,
            "share": line.share, "number": line.number, "payer": line.payer,
            "origin": line.origin, "fiscal": "是" if line.fiscal else "否",
            "foreign": line.foreign, "state": line.state.label, "checked_on": line.checked_on,
            "checked_by": line.checked_by, "unit": line.unit, "note": line.note,
            "reason": line.reason,
        }  # fmt: skip


VOUCHER_EXPORT = ExportKind(
    name="vouchers",
    label="到位资金凭证",
    columns=(
        ExportColumn("code", "项目编号"),
        ExportColumn("name", "项目名称", width=36),
        ExportColumn("kind", "凭证种类", width=18),
        ExportColumn("paid_on", "到账日", "date"),
        ExportColumn("amount", "到账金额", "money_wan"),
        ExportColumn("recognised", "可认可金额", "money_wan"),
        ExportColumn("share", "其中本地", "money_wan"),
        ExportColumn("number", "凭证号", width=24),
        ExportColumn("payer", "付款人", width=30),
        ExportColumn("origin", "资金来源地"),
        ExportColumn("fiscal", "财政资金", width=10),
        ExportColumn("foreign", "外币折算", width=30),
        ExportColumn("state", "核验", width=12),
        ExportColumn("checked_on", "认定日", "date"),
        ExportColumn("checked_by", "核验人", width=10),
        ExportColumn("unit", "提交单位"),
        ExportColumn("note", "说明", width=30),
        ExportColumn("reason", "理由", width=30),
    ),
    rows=voucher_rows,
    description="看得见的到位资金凭证，按当前筛选；冲回为负。",
    order=60,
)


def escalation_rows(
    actor: Actor, filters: Mapping[str, Any], today: date
) -> Iterator[dict[str, Any]]:
    """各次提级(已按可见范围裁过,按当前筛选)。"""
    found = escalations.read({k: str(v) for k, v in filters.items()})
    rows = escalations.matching(actor, found, today)
    for line in escalations.arranged(rows, str(filters.get("sort", ""))):
        yield {
            "code": line.code, "name": line.name, "state": line.state_label,
            "signed_on": line.signed_on, "amount": line.amount, "threshold": line.threshold,
            "lead": line.lead, "convener": line.convener, "opened_on": line.opened_on,
            "confirmed_on": line.confirmed_on, "next_due": line.next_due,
            "late": "是" if line.late else "否", "reports": line.reports,
            "plan": "已交" if line.has_plan else "未交", "ended_on": line.ended_on,
            "reason": line.close_reason,
        }  # fmt: skip


ESCALATION_EXPORT = ExportKind(
    name="escalations",
    label="提级项目",
    columns=(
        ExportColumn("code", "项目编号"),
        ExportColumn("name", "项目名称", width=36),
        ExportColumn("state", "提级状态", width=12),
        ExportColumn("signed_on", "签约日期", "date"),
        ExportColumn("amount", "合同引资额", "money_wan"),
        ExportColumn("threshold", "提级门槛", "money_wan"),
        ExportColumn("lead", "首谈单位"),
        ExportColumn("convener", "召集人", width=10),
        ExportColumn("opened_on", "打开日", "date"),
        ExportColumn("confirmed_on", "确认日", "date"),
        ExportColumn("next_due", "下期报告", "date"),
        ExportColumn("late", "逾期", width=8),
        ExportColumn("reports", "已报期数", "integer", width=10),
        ExportColumn("plan", "工作方案", width=10),
        ExportColumn("ended_on", "结束日", "date"),
        ExportColumn("reason", "结束理由", width=30),
    ),
    rows=escalation_rows,
    description="看得见的提级项目，按当前筛选。",
    order=65,
)


def fact_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """认定事实:一个页签的全部行,认定当日冻结的内容。"""
    found = known_by(read({k: str(v) for k, v in filters.items()}), today)
    for row in recognised.every_row(actor, found, str(filters.get("sort", ""))):
        yield {**vars(row), "hosts": "、".join(row.hosts)}


FACTS_EXPORT = ExportKind(
    name="facts",
    label="认定事实",
    columns=(
        ExportColumn("code", "项目编号"),
        ExportColumn("name", "项目名称", width=36),
        ExportColumn("lead", "首谈单位"),
        ExportColumn("chain", "产业链"),
        ExportColumn("hosts", "落点"),
        ExportColumn("total", "总投资", "money_wan"),
        ExportColumn("contract", "合同金额", "money_wan"),
        ExportColumn("committed", "合同引资额", "money_wan"),
        ExportColumn("fact_on", "事实日", "date"),
        ExportColumn("recorded_at", "认定日", "datetime"),
        ExportColumn("by", "认定人", width=12),
    ),
    rows=fact_rows,
    description="签约或落地的现行认定,金额为认定当日冻结的,按当前筛选。",
    order=45,
)


KINDS = (
    FACTS_EXPORT, PROJECTS, RECOGNITIONS, MONTHLY, VOUCHERS, PROJECTS_EXPORT, VOUCHER_EXPORT, ESCALATION_EXPORT,
)  # fmt: skip
