"""评审报告:由决定时记下的事实组成公文,不另写一个字的事实;同样的事实排出同样的字。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import PaperKind
from juyuan.foundation.papers.rules import Form, Heading, Paper, Para, Table, said_day
from juyuan.foundation.policy.queries import clause
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Denial
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_routing import said_money, said_number
from juyuan.rooms.evaluation.rules.review_scoring import Card, ReviewResult, Tally
from juyuan.rooms.evaluation.rules.reviews import (
    CLAUSE,
    DecisionDraft,
    Declaration,
    DiligenceMark,
    OpinionAnswer,
)

KIND = "evaluation.review_report"
MISSING = "—"


def report_facts(
    review: Review, draft: DecisionDraft, tally: Tally, proposal: ReviewResult, *, by: str,
    unit: str, on: date,
) -> dict[str, Any]:  # fmt: skip
    """作决定时的全部事实,可存为 JSON。"""
    card, seats = read.card_of(review), read.seats(review)
    opinion = review.opinions.order_by("-id").first()
    return {
        "project": review.project.name,
        "project_code": review.project.code,
        "code": review.code,
        "round": review.round,
        "sent_by": f"{review.unit.name if review.unit else ''}",
        "sent_on": localdate(review.sent_at).isoformat(),
        "level": review.level_enum.label,
        "reason": review.level_reason,
        "scale": _scale(review),
        "investors": "、".join(
            review.project.parties.order_by("order", "id").values_list("investor__name", flat=True)
        ),
        "changed": review.changed,
        "diligence": [
            [one.label, DiligenceMark(one.mark).label if one.mark else "没有填", one.note]
            for one in review.diligence.order_by("id")
        ],
        "vetoes": [
            [one.label, _held(one.holds), one.note] for one in review.vetoes.order_by("id")
        ],
        "reviewers": [
            [seat.person.name, seat.unit.name, Declaration(seat.declaration).label]
            for seat in seats
        ],
        "scores": _scores(card, tally, seats),
        "total": None if tally.total is None else f"{tally.total}",
        "proposal": proposal.label,
        "opinion": None
        if opinion is None
        else [
            OpinionAnswer(opinion.answer).label, opinion.unit_name,
            localdate(opinion.at).isoformat(), opinion.reason,
        ],
        "result": draft.result.label if draft.result else "",
        "reasons": draft.reasons.strip(),
        "conditions": [
            [one.text.strip(), one.by_on.isoformat() if one.by_on else "", one.evidence.strip()]
            for one in draft.conditions
        ],
        "minutes_number": draft.minutes_number.strip(),
        "decided_by": by,
        "decided_unit": unit,
        "decided_on": on.isoformat(),
    }  # fmt: skip


def _held(holds: bool | None) -> str:
    return "没有核对" if holds is None else ("成立" if holds else "不成立")


def _scale(review: Review) -> list[list[str]]:
    found = [["总投资", said_money(review.total_investment)]]
    if review.fixed_investment is not None:
        found.append(["固定资产投资", said_money(review.fixed_investment)])
    found += [
        ["新增用地", f"{said_number(review.land_mu)} 亩"],
        ["年综合能耗", f"{said_number(review.energy_tce)} 吨标准煤"],
        ["市级资金", said_money(review.city_funds) if review.city_funds else "不使用"],
    ]
    for label, yuan in (("达产年产值", review.annual_output), ("达产年税收", review.annual_tax)):
        if yuan is not None:
            found.append([label, said_money(yuan)])
    if review.jobs is not None:
        found.append(["新增就业", f"{review.jobs:,} 人"])
    if review.build_months is not None:
        found.append(["建设周期", f"{review.build_months} 个月"])
    return found


def _scores(card: Card, tally: Tally, seats: Sequence[Any]) -> list[list[str]]:
    counted = [seat for seat in seats if not seat.recused]
    marks = {(s.reviewer_id, s.indicator): s for s in read.scores_of(counted)}
    rows = []
    for one in card.indicators:
        given = [marks[(seat.pk, one.code)] for seat in counted if (seat.pk, one.code) in marks]
        final = tally.finals.get(one.code)
        rows.append([
            one.label, str(one.weight),
            "、".join(str(mark.score) for mark in given) or MISSING,
            "、".join(MISSING if m.rechecked is None else str(m.rechecked) for m in given) or MISSING,
            MISSING if final is None else str(final),
        ])  # fmt: skip
    return rows


def _day(text: str) -> str:
    return said_day(date.fromisoformat(text))


def review_paper(facts: Mapping[str, Any], *, title: str, signer: str, dated: date,
                 number: str = "") -> Paper:  # fmt: skip
    """评审报告。"""
    found = clause(CLAUSE)
    times = f"第{facts['round']}次" if facts["round"] > 1 else ""
    body: list[Any] = [
        Para(
            f"{facts['sent_by']}于{_day(facts['sent_on'])}将「{facts['project']}」{times}送审"
            f"（评审编号 {facts['code']}，项目编号 {facts['project_code']}）。"
            f"依据{found.display}「{found.text.rstrip('。')}」，对项目以及项目主体评审如下。"
        ),
        Heading("项目与分级"),
        Para(f"投资主体：{facts['investors'] or MISSING}。{facts['level']}：{facts['reason']}。"),
        Table(("事项", "数"), tuple((a, b) for a, b in facts["scale"]), (40, 60)),
    ]
    if facts["changed"]:
        body.append(Para(f"与上一次相比：{facts['changed']}"))
    body += [
        Heading("主体核查"),
        Table(("核查事项", "结果", "说明"), _rows(facts["diligence"]), (34, 14, 52)),
        Heading("一票否决"),
        Table(("事项", "核对", "依据"), _rows(facts["vetoes"]), (44, 14, 42)),
    ]
    if facts["reviewers"]:
        body += [
            Heading("评审人"),
            Table(("评审人", "单位", "利害关系声明"), _rows(facts["reviewers"]), (20, 44, 36)),
        ]
    if facts["total"] is not None:
        body += [
            Heading("评分"),
            Table(("指标", "满分", "评分", "复核分", "得分"), _rows(facts["scores"]), (30, 10, 24, 22, 14)),
            Para(f"合计 {facts['total']} 分，评分建议：{facts['proposal']}。有利害关系的评审人回避，分数不计。"),
        ]  # fmt: skip
    if facts["opinion"]:
        answer, unit, on, reason = facts["opinion"]
        body += [
            Heading("市级合规意见"),
            Para(
                f"{unit}于{_day(on)}出具：{answer}。"
                + (f"{reason.rstrip('。')}。" if reason else "")
            ),
        ]
    body += [Heading("决定"), Para(_decision(facts))]
    if facts["conditions"]:
        body.append(
            Table(
                ("条件", "期限", "做到的凭据"),
                tuple((text, _day(by), proof or MISSING) for text, by, proof in facts["conditions"]),
                (42, 28, 30),
            )
        )  # fmt: skip
    return Paper(
        title=title, body=tuple(body), signer=signer, dated=dated, form=Form.PLAIN, number=number
    )


def _rows(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(cell or MISSING for cell in row) for row in rows)


def _decision(facts: Mapping[str, Any]) -> str:
    text = f"{facts['decided_unit']}{facts['decided_by']}于{_day(facts['decided_on'])}决定：{facts['result']}。"
    if facts["reasons"]:
        text += f"理由：{facts['reasons'].rstrip('。')}。"
    if facts["minutes_number"]:
        text += f"政府常务会议纪要：{facts['minutes_number']}。"
    return text


def _build(document: Document) -> Paper:
    return review_paper(
        document.facts, title=document.title, signer=document.unit.name, dated=document.dated,
        number=document.number,
    )  # fmt: skip


def _never(actor: Actor, document: Document) -> Access:
    return Denial("评审报告随决定由系统存档，不另起草、不另批准", CLAUSE)


def paper_kind() -> PaperKind:
    """登记的公文种类。"""
    return PaperKind(
        kind=KIND, label="评审报告", clause=CLAUSE, series="评审", build=_build,
        within=read.within, can_prepare=_never, can_approve=_never,
        url=lambda document: read.url_of(document.facts.get("code", "")), needs_approval=False,
        delivers=False,
    )  # fmt: skip
