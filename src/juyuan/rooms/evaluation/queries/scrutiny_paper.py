"""承诺审查记录排成文件:优惠清单与对照结果、文本查找的疑点与答复、谁签核。系统记录,不另行批准。"""

from __future__ import annotations

from datetime import date
from typing import Any

from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import PaperKind
from juyuan.foundation.papers.rules import Block, Heading, Paper, Para, Table
from juyuan.foundation.policy.queries import edition
from juyuan.foundation.ui.formats import percent
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.verdict import Access, Denial
from juyuan.rooms.evaluation.models import Privilege, Scrutiny
from juyuan.rooms.evaluation.queries import scrutiny as read
from juyuan.rooms.evaluation.rules.privileges import CLAUSE

KIND = "evaluation.promise_check"
SERIES = "承诺审查"
NONE = "—"


def worth(row: Privilege) -> str:
    """金额与比例。"""
    parts = []
    if row.amount is not None:
        parts.append(f"{to_wan(row.amount)}万元")
    if row.ratio_bp is not None:
        parts.append(percent(row.ratio_bp))
    return "，".join(parts) or NONE


def facts_of(record: Scrutiny, actor: Actor, today: date) -> dict[str, Any]:
    """办结时锁定的事实。"""
    kinds = read.forbidden(today)
    labels = read.privilege_kinds(today)
    doubts = read.shown(read.findings_of(record), kinds, record.paragraphs)
    rows = read.rows_of(record)
    return {
        "project": record.project.name, "project_code": record.project.code,
        "record": record.code, "round": record.round, "none": record.none_promised,
        "text": {"name": record.text_name, "sha256": record.text_sha256,
                 "paragraphs": len(record.paragraphs)},
        "privileges": [
            {
                "kind": labels.get(row.kind, row.kind), "content": row.content,
                "worth": worth(row), "basis": row.basis or "没有写明", "granter": row.granter.name,
                "period": row.period, "conditions": row.conditions,
                "result": read.result_of(row, doubts)[1],
            }
            for row in rows
        ],
        "doubts": [
            {
                "where": d.place or "优惠清单", "label": d.label, "clause": d.clause,
                "passage": d.row.passage[:200], "answer": d.answer, "basis": d.row.basis,
                "by": d.row.answered_by_name,
            }
            for d in doubts if not d.row.lesser
        ],
        "hints": sum(d.row.lesser and d.row.present for d in doubts),
        "submitted_by": record.submitted_by_name, "closed_by": actor.name,
        "unit": actor.unit_name, "edition": edition(today),
    }  # fmt: skip


def build(document: Document) -> Paper:
    """事实 → 文件;只看公文自己。"""
    facts = document.facts
    body: list[Block] = [
        Para(
            f"项目「{facts['project']}」（编号 {facts['project_code']}）拟给予企业的优惠，"
            f"按公平竞争审查的要求逐条对照，记录如下（记录编号 {facts['record']}，第{facts['round']}轮）。"
        ),
        Heading("优惠承诺"),
    ]
    if facts["none"]:
        body.append(Para("经办单位声明：协议中没有任何优惠承诺。"))
    else:
        body.append(
            Table(
                ("种类", "内容", "金额、比例", "依据", "给予单位", "期限", "对照结果"),
                tuple(
                    (
                        row["kind"], row["content"], row["worth"], row["basis"], row["granter"],
                        row["period"], row["result"],
                    )
                    for row in facts["privileges"]
                ),
                (10, 26, 12, 16, 12, 10, 14),
            )
        )  # fmt: skip
    text = facts["text"]
    body += [
        Heading("协议文本的查找"),
        Para(
            f"文本「{text['name']}」，共{text['paragraphs']}段，文件摘要 {text['sha256'][:16]}。"
            f"由系统按禁止情形的写法逐段查找，结果供审查人参考，不是审查结论。"
        ),
    ]
    if facts["doubts"]:
        body.append(
            Table(
                ("位置", "疑似情形", "原文", "答复", "说明", "答复人"),
                tuple(
                    (
                        row["where"], f"{row['label']}（{row['clause']}）", row["passage"],
                        row["answer"], row["basis"] or NONE, row["by"] or NONE,
                    )
                    for row in facts["doubts"]
                ),
                (12, 22, 26, 12, 18, 10),
            )
        )  # fmt: skip
    else:
        body.append(Para("没有发现与禁止情形相近的写法。"))
    if facts["hints"]:
        body.append(Para(f"另有{facts['hints']}处只作提示（引语，或已写明上位依据），未列。"))
    body += [
        Heading("签核"),
        Para(
            f"经办：{facts['submitted_by']}；签核：{facts['closed_by']}（{facts['unit']}）。"
            f"对照所用的禁止情形为{facts['edition']}。"
        ),
    ]
    return Paper(
        title=document.title, body=tuple(body), signer=facts["unit"], dated=document.dated,
        number=document.number, sealed=False,
    )  # fmt: skip


def _no(actor: Actor, document: Document) -> Access:
    return Denial("承诺审查记录由签核办结时自动存档", CLAUSE)


def _url(document: Document) -> str:
    return read.url_of(document.facts["project_code"])


PAPER = PaperKind(
    kind=KIND, label="优惠承诺审查记录", clause=CLAUSE, series=SERIES, build=build,
    within=read.within, can_prepare=_no, can_approve=_no, url=_url, needs_approval=False,
    delivers=False,
)  # fmt: skip


def paper_of(record: Scrutiny) -> Document | None:
    """这一轮办结时存档的文件;没有办结的为空。"""
    if record.evidence_id is None or record.evidence is None:
        return None
    rows = Document.objects.filter(kind=KIND, object_type=read.OBJ, object_id=record.pk)
    return rows.filter(number=record.evidence.number).first()
