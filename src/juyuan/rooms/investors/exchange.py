"""导入导出的声明:企业台账。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.book import Cell
from juyuan.foundation.exchange.columns import (
    REFUSE,
    TOP_ONLY,
    CellProblem,
    Column,
    ColumnContext,
)
from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind, ImportKind
from juyuan.foundation.ui.keyset import choose_order
from juyuan.kernel.actor import Actor
from juyuan.kernel.text import normalise
from juyuan.rooms.investors import access
from juyuan.rooms.investors.actions.ledger import commit_many, commit_one
from juyuan.rooms.investors.models import Honour, Investor, Kind
from juyuan.rooms.investors.queries.ledger import judge_rows, prepare
from juyuan.rooms.investors.queries.listing import (
    DEFAULT_ORDER,
    ORDERS,
    listed,
    ordered,
    read_criteria,
)
from juyuan.rooms.investors.rules.drafts import CLAUSE

_HONOURS = {normalise(label): value for value, label in Honour.choices} | {
    "上市": "listed",
    "世界五百强": "top500_world",
    "中国五百强": "top500_china",
    "民企500强": "top500_private",
    "央企": "central",
    "专精特新小巨人": "specialised",
    "高新企业": "high_tech",
}
_plain_text = parsers.text(max_length=200)


def honours(cell: Cell, context: ColumnContext) -> Any:
    """几项资质,顿号、逗号或空格隔开。"""
    said = _plain_text(cell, context)
    if not said:
        return None
    found = []
    for part in said.replace(",", "、").replace(",", "、").replace(";", "、").split("、"):
        word = normalise(part)
        if not word:
            continue
        if word not in _HONOURS:
            raise CellProblem(
                f"「{part.strip()[:20]}」不是可选的企业资质。",
                "可选:" + "、".join(Honour.labels) + ";几项用顿号隔开。",
                "honours",
            )
        found.append(_HONOURS[word])
    return tuple(sorted(set(found)))


COLUMNS = (
    Column("name", "企业名称", parsers.text(max_length=200),
           synonyms=("名称", "投资方", "投资方名称", "公司名称", "单位名称", "投资主体", "客商"),
           required=True, example="某某纺织科技有限公司", width=32, clause=CLAUSE),
    Column("uscc", "统一社会信用代码", parsers.credit_code(),
           synonyms=("信用代码", "社会信用代码", "代码"), width=22,
           note="18 位,请把该列设为文本格式"),
    Column("kind", "主体类别", parsers.choice(dict(Kind.choices), extra={"公司": "enterprise", "分公司": "branch", "合伙企业": "fund", "个人": "person"}),
           synonyms=("类别", "主体类型", "企业类型"), choices=tuple(Kind.labels)),
    Column("foreign_id", "境外编号", parsers.code(max_length=60), synonyms=("境外注册号", "注册编号")),
    Column("country", "注册国家或地区", parsers.text(max_length=60), synonyms=("国别", "国家", "国家地区")),
    Column("place", "注册地", parsers.text(max_length=100),
           synonyms=("注册地址", "所在地", "总部所在地", "企业所在地"), example="浙江省诸暨市"),
    Column("controller", "实际控制人", parsers.text(max_length=200),
           synonyms=("控制人", "实控人", "法定代表人", "法人")),
    Column("group", "所属集团", parsers.text(max_length=200), synonyms=("集团", "母公司", "上级公司")),
    Column("honours", "企业资质", honours, synonyms=("资质", "企业荣誉", "企业性质", "企业标签"),
           example="上市公司、专精特新", width=20),
    Column("registered_capital", "注册资本", parsers.money(), synonyms=("注册资金", "注册资本金"),
           unit="万元", merged=REFUSE, example="5000"),
    Column("founded_on", "成立日期", parsers.day(partial=False), synonyms=("成立时间", "注册日期", "注册时间")),
    Column("business", "主营业务", parsers.text(max_length=4000, multiline=True),
           synonyms=("经营范围", "主营产品", "主要产品"), width=30),
    Column("is_key", "重点企业", parsers.yes_no(), synonyms=("是否重点", "是否重点企业"), clause=CLAUSE),
    Column("contact", "联系人", parsers.text(max_length=60), synonyms=("企业联系人", "姓名"),
           merged=TOP_ONLY, sensitive=True),
    Column("contact_title", "联系人职务", parsers.text(max_length=60), synonyms=("职务",), merged=TOP_ONLY),
    Column("phone", "联系电话", parsers.code(max_length=40), synonyms=("电话", "手机", "联系方式"),
           merged=TOP_ONLY, sensitive=True),
    Column("email", "邮箱", parsers.text(max_length=120), synonyms=("电子邮箱", "电子邮件"),
           merged=TOP_ONLY, sensitive=True),
    Column("remark", "备注", parsers.text(max_length=4000, multiline=True), synonyms=("说明",)),
)  # fmt: skip

ENTERPRISES = ImportKind(
    name="enterprises",
    label="企业台账",
    columns=COLUMNS,
    prepare=prepare,
    judge=judge_rows,
    commit_many=commit_many,
    commit_one=commit_one,
    may=access.can_register,
    oversee=access.is_bureau,
    description="投资方、重点企业、客商名录。同一家按统一社会信用代码或名称认出;空着的格子不改已有内容。",
    clause=CLAUSE,
    order=35,
)

EXPORT_COLUMNS = (
    ExportColumn("code", "投资方编号"),
    ExportColumn("name", "企业名称", width=36),
    ExportColumn("uscc", "统一社会信用代码", width=22),
    ExportColumn("kind", "主体类别", width=12),
    ExportColumn("foreign_id", "境外编号"),
    ExportColumn("country", "注册国家或地区"),
    ExportColumn("place", "注册地", width=20),
    ExportColumn("controller", "实际控制人", width=20),
    ExportColumn("group", "所属集团", width=20),
    ExportColumn("honours", "企业资质", width=20),
    ExportColumn("registered_capital", "注册资本", "money_wan"),
    ExportColumn("founded_on", "成立日期", "date"),
    ExportColumn("business", "主营业务", width=30),
    ExportColumn("is_key", "重点企业", width=10),
    ExportColumn("remark", "备注", width=30),
    ExportColumn("created_at", "登记时间", "datetime"),
    ExportColumn("updated_at", "更新时间", "datetime"),
)
BATCH = 1000


def export_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的投资方逐行给出,按筛选与次序;联系人不在内(个人信息)。分批取,内存不随行数涨。"""
    criteria = read_criteria({name: str(value) for name, value in filters.items()})
    order = choose_order(str(filters.get("order", "")), ORDERS, DEFAULT_ORDER)
    rows_wanted = ordered(listed(actor, criteria), order)
    ids = list(rows_wanted.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        rows = Investor.objects.select_related("group").in_bulk(chunk)
        for row in (rows[pk] for pk in chunk if pk in rows):
            yield {
                "code": row.code,
                "name": row.name,
                "uscc": row.uscc,
                "kind": row.get_kind_display(),
                "foreign_id": row.foreign_id,
                "country": row.country,
                "place": row.place,
                "controller": row.controller,
                "group": row.group.name if row.group else "",
                "honours": "、".join(Honour(h).label for h in row.honours if h in Honour.values),
                "registered_capital": row.registered_capital,
                "founded_on": row.founded_on,
                "business": row.business,
                "is_key": "是" if row.is_key else "",
                "remark": row.remark,
                "created_at": row.created_at,
                "updated_at": row.updated_at,
            }


ENTERPRISES_EXPORT = ExportKind(
    name="enterprises",
    label="投资方",
    columns=EXPORT_COLUMNS,
    rows=export_rows,
    may=access.can_export,
    description="看得见的投资方,按当前筛选;不含联系人。",
    order=35,
)
KINDS = (ENTERPRISES, ENTERPRISES_EXPORT)
