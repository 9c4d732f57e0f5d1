"""导入导出的声明:首谈台账。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.columns import REFUSE, Column
from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind, ImportKind
from juyuan.kernel.actor import Actor
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.ledger import commit_many, commit_one, reverse_batch
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries import pages
from juyuan.rooms.first_contact.queries.ledger import prepare
from juyuan.rooms.first_contact.rules.claims import CLAUSE, LIMITS, ContactProof, Secrecy
from juyuan.rooms.first_contact.rules.ledger import judge_rows
from juyuan.rooms.investors.access import is_bureau
from juyuan.rooms.pipeline.queries.scope import visible_ids as projects_seen

PROOFS = {"纪要": "minutes", "会谈纪要": "minutes", "函": "letter", "邀请函": "letter", "签到表": "sign_in",
          "出差审批": "trip", "出差": "trip", "邮件": "mail", "微信": "mail", "照片": "photo"}  # fmt: skip
COLUMNS = (
    Column("code", "项目编号", parsers.code(max_length=20), synonyms=("系统编号",),
           note="登记在已有的项目上才填;没填的,本单位名称相同的项目自动认出"),
    Column("unit", "首谈单位", parsers.text(max_length=100),
           synonyms=("首谈部门", "牵头单位", "单位", "首谈(牵头)单位"), note="不填即本单位;期初由商务主管部门替各单位补录时填",
           clause=CLAUSE),
    Column("person", "责任人", parsers.text(max_length=60), synonyms=("首谈责任人", "首谈人", "联系领导")),
    Column("investor", "投资方", parsers.text(max_length=LIMITS["name"][1]),
           synonyms=("投资方名称", "企业名称", "投资企业", "客商", "公司名称", "投资主体"), required=True,
           example="某某纺织科技有限公司", width=30, clause=CLAUSE),
    Column("uscc", "统一社会信用代码", parsers.credit_code(), synonyms=("信用代码", "社会信用代码"), width=22,
           note="18 位,请把该列设为文本格式"),
    Column("name", "项目名称", parsers.text(max_length=LIMITS["project_name"][1]),
           synonyms=("项目", "项目名", "意向项目"), example="高端纱线智能制造项目", width=30,
           note="登记在已有项目上的可以不填"),
    Column("content", "项目内容", parsers.text(max_length=LIMITS["content"][1], multiline=True),
           synonyms=("洽谈内容", "建设内容", "主要内容", "投资内容"), example="年产三万吨高端纱线", width=36,
           note="产品、规模:用来分清是同一件还是另一件"),
    Column("amount", "预计总投资", parsers.money(), synonyms=("总投资", "投资额", "计划总投资"), unit="万元",
           merged=REFUSE, example="30000"),
    Column("site", "意向地点", parsers.text(max_length=LIMITS["site"][1]),
           synonyms=("选址", "具体地点", "意向落地", "地块"), width=20),
    Column("contacted_on", "接触日期", parsers.day(partial=False),
           synonyms=("首次接触日期", "首谈日期", "首谈时间", "对接日期", "接触时间"), required=True,
           example="2026-03-12", clause=CLAUSE),
    Column("proof", "凭据种类", parsers.choice(dict(ContactProof.pairs()), extra=PROOFS),
           synonyms=("接触凭据", "凭据", "证据种类"), required=True,
           choices=tuple(label for _, label in ContactProof.pairs()), example="会议纪要", clause=CLAUSE),
    Column("evidence_on", "凭据日期", parsers.day(partial=False), synonyms=("证据日期", "凭证日期", "纪要日期"),
           required=True, example="2026-03-12", clause=CLAUSE, note="纪要、来函上写的日期"),
    Column("evidence", "凭据文件", parsers.text(max_length=200), synonyms=("凭据名称", "文件名", "凭据说明", "文号"),
           example="某某公司会谈纪要.pdf", width=26, note="文件叫什么、在哪一卷;文件本身提交之后在首谈页补交"),
    Column("secrecy", "密级", parsers.choice(dict(Secrecy.pairs())),
           choices=tuple(label for _, label in Secrecy.pairs()), note="登记在已有项目上的随项目"),
    Column("note", "说明", parsers.text(max_length=2000, multiline=True), synonyms=("备注", "进展")),
)  # fmt: skip

CLAIMS = ImportKind(
    name="claims",
    label="首谈台账",
    columns=COLUMNS,
    prepare=prepare,
    judge=judge_rows,
    commit_many=commit_many,
    commit_one=commit_one,
    may=access.can_import,
    oversee=is_bureau,
    reverse=reverse_batch,
    description=(
        "一行一件首谈。期初批次的待商务主管部门确认,确认之后功劳按凭据的日子;平时导入的照一般登记:"
        "功劳取凭据与登记中较晚的,过了时限的标明迟登。提交时逐件查重,撞上的待裁定。"
    ),
    clause=CLAUSE,
    order=45,
    opening_allowed=True,
)

EXPORT_COLUMNS = (
    ExportColumn("claim", "首谈编号"),
    ExportColumn("unit", "首谈单位"),
    ExportColumn("person", "责任人", width=12),
    ExportColumn("investor", "投资方", width=30),
    ExportColumn("name", "项目名称", width=30),
    ExportColumn("content", "项目内容", width=40),
    ExportColumn("amount", "预计总投资", "money_wan"),
    ExportColumn("site", "意向地点", width=20),
    ExportColumn("contacted_on", "接触日期", "date"),
    ExportColumn("proof", "凭据种类", width=12),
    ExportColumn("evidence_on", "凭据日期", "date"),
    ExportColumn("evidence", "凭据文件", width=26),
    ExportColumn("secrecy", "密级", width=10),
    ExportColumn("state", "首谈状态", width=12),
    ExportColumn("merit_at", "功劳时刻", "datetime"),
    ExportColumn("registered_at", "登记时间", "datetime"),
    ExportColumn("late", "迟登", width=8),
    ExportColumn("opening", "期初补录", width=10),
    ExportColumn("until", "保护到", "date"),
    ExportColumn("light", "灯", width=8),
    ExportColumn("why", "灯因", width=30),
    ExportColumn("code", "项目编号"),
)
BATCH = 500


def export_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """看得见的首谈逐行给出,按清单的页签与单位;看不见的项目不给编号。分批取,内存不随行数涨。"""
    tab, unit = pages.read_tab({name: str(value) for name, value in filters.items()})
    ids = list(pages.listed(actor, tab, unit, today).values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        found = Claim.objects.select_related("unit", "project").in_bulk(chunk)
        claims = [found[pk] for pk in chunk if pk in found]
        seen = projects_seen(actor, [c.project_id for c in claims if c.project_id])
        for line in pages.lines(claims, today):
            yield _row(line, seen)


def _row(line: pages.Line, seen: set[int]) -> dict[str, Any]:
    claim, outlook = line.claim, line.outlook
    return {
        "claim": claim.code, "unit": claim.unit.name, "person": claim.person_name,
        "investor": claim.investor_name, "name": claim.project_name, "content": claim.content,
        "amount": claim.amount, "site": claim.site, "contacted_on": claim.contacted_on,
        "proof": ContactProof(claim.proof).label, "evidence_on": claim.evidence_on,
        "evidence": claim.file_name, "secrecy": Secrecy(claim.confidentiality).label,
        "state": line.state.label, "merit_at": claim.merit_at,
        "registered_at": claim.registered_at, "late": "是" if claim.late else "",
        "opening": "是" if claim.opening else "", "until": outlook.until if outlook else None,
        "light": outlook.light.label if outlook else "",
        "why": ";".join(outlook.reasons) if outlook else "",
        "code": claim.project.code if claim.project and claim.project.pk in seen else "",
    }  # fmt: skip


CLAIMS_EXPORT = ExportKind(
    name="claims",
    label="首谈",
    columns=EXPORT_COLUMNS,
    rows=export_rows,
    may=access.can_export,
    description="看得见的首谈,按清单的页签与单位。",
    order=45,
)
KINDS = (CLAIMS, CLAIMS_EXPORT)
