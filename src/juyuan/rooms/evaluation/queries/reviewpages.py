"""评审清单与一页:筛选、分级、核查、否决、评分表、意见、决定、步骤。给模板的是数据类与字典。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from juyuan.foundation.files.queries import files_of
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.queries import OBJ as PAPER
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Promise, Review, Reviewer, ReviewScore
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviewoffers as offers
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.queries.reviewlisting import SIGNALS
from juyuan.rooms.evaluation.rules.review_routing import (
    ReviewLevel,
    said_money,
    said_number,
)
from juyuan.rooms.evaluation.rules.review_scoring import (
    Card,
    Indicator,
    ReviewResult,
    Tally,
    measure,
    points_for,
)
from juyuan.rooms.evaluation.rules.reviews import (
    Declaration,
    DiligenceMark,
    OpinionAnswer,
    ReviewState,
    ReviewVerb,
)
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.roomcards import RoomCard
from juyuan.rooms.pipeline.rules.gates import NEEDS_BY_FACT
from juyuan.rooms.pipeline.rules.stages import Stage

# ───────── 一页 ─────────


def steps_of(review: Review) -> list[dict[str, Any]]:
    """走到哪一步。"""
    opinion = review.level == ReviewLevel.COUNTY_OPINION
    names = [
        (ReviewState.ACCEPTED, "受理", "核查与一票否决", "inbox"),
        (ReviewState.REVIEWING, "评审", "声明、打分、复核", "users-group"),
        *([(ReviewState.OPINION, "合规意见", "市级商务主管部门", "stethoscope")] if opinion else []),
        (ReviewState.DECIDING, "决定", "市级" if review.at_city else "县区", "gavel"),
    ]  # fmt: skip
    state = review.state_enum
    order = [name for name, *_ in names]
    at = order.index(state) if state in order else len(order)
    found = [
        {
            "label": label, "note": note, "icon": icon, "current": index == at,
            "state": "done" if index < at else ("now" if index == at else "todo"),
        }
        for index, (_, label, note, icon) in enumerate(names)
    ]  # fmt: skip
    over = state not in order
    found.append({
        "label": state.label if over else "结果", "icon": "certificate",
        "note": "" if not over else "评审结束", "state": "now" if over else "todo", "current": over,
    })  # fmt: skip
    return found


def facts_of(review: Review, *, project_url: str) -> list[dict[str, Any]]:
    """送审单。"""
    found: list[tuple[str, str]] = [
        ("送审单位", f"{review.unit.name if review.unit else '—'}（{review.sent_by_name}）"),
        ("承办", access.host_said(review)),
        ("总投资", said_money(review.total_investment)),
        (
            "固定资产投资",
            "—" if review.fixed_investment is None else said_money(review.fixed_investment),
        ),
        ("新增用地", f"{said_number(review.land_mu)} 亩"),
        ("年综合能耗", f"{said_number(review.energy_tce)} 吨标准煤"),
        ("市级资金", said_money(review.city_funds) if review.city_funds else "不使用"),
        ("达产年产值", _money(review.annual_output)),
        ("达产年税收", _money(review.annual_tax)),
        ("新增就业", "—" if review.jobs is None else f"{review.jobs:,} 人"),
        ("建设周期", "—" if review.build_months is None else f"{review.build_months} 个月"),
    ]
    rows: list[dict[str, Any]] = [{"label": label, "value": value} for label, value in found]
    for label, value in (("改了什么", review.changed), ("说明", review.note)):
        if value:
            rows.append({"label": label, "value": value, "full": True})
    return rows


def _money(yuan: int | None) -> str:
    return "—" if yuan is None else said_money(yuan)


def diligence_lines(review: Review) -> list[dict[str, Any]]:
    """主体核查单。"""
    uses = {str(a.id): a for a in files_of(read.OBJ, [review.pk]).get(str(review.pk), [])}
    signals = {"normal": "ok", "doubtful": "warn", "problem": "bad", "": "idle"}
    return [
        {
            "label": one.label, "signal": signals[one.mark], "note": one.note,
            "mark": DiligenceMark(one.mark).label if one.mark else "没有填",
            "file": one.file_name,
            "url": uses[str(one.file_use_id)].url if str(one.file_use_id) in uses else "",
            "by": one.by_name, "at": one.at,
        }
        for one in review.diligence.order_by("id")
    ]  # fmt: skip


def veto_lines(review: Review) -> list[dict[str, Any]]:
    """一票否决。"""
    return [
        {
            "label": one.label, "note": one.note, "by": one.by_name,
            "signal": "idle" if one.holds is None else ("bad" if one.holds else "ok"),
            "mark": "没有核对" if one.holds is None else ("成立" if one.holds else "不成立"),
        }
        for one in review.vetoes.order_by("id")
    ]  # fmt: skip


@dataclass(frozen=True)
class SeatLine:
    """一个评审人:声明、打了几项;`struck` 的分不计。"""

    id: int
    name: str
    unit: str
    declaration: str
    signal: str
    reason: str
    done: int
    total: int
    struck: bool
    dismissed: bool
    recheckable: bool


def seat_lines(
    actor: Actor, review: Review, seats: Sequence[Reviewer], scores: Sequence[ReviewScore]
) -> list[SeatLine]:
    """这一级的评审人,撤换的也列。"""
    total = len(review.card["indicators"])
    signals = {"pending": "idle", "clear": "ok", "interest": "bad"}
    active = review.state_enum == ReviewState.REVIEWING
    found = []
    for seat in seats:
        done = sum(one.reviewer_id == seat.pk for one in scores)
        gone = seat.dismissed_at is not None
        open_seat = active and not gone and not seat.recused and done > 0
        found.append(
            SeatLine(
                id=seat.pk, name=seat.person.name, unit=seat.unit.short_name or seat.unit.name,
                declaration="已撤换" if gone else Declaration(seat.declaration).label,
                signal="idle" if gone else signals[seat.declaration],
                reason=seat.dismissed_reason if gone else seat.declared_reason,
                done=done, total=total, struck=gone or seat.recused, dismissed=gone,
                recheckable=open_seat and bool(access.can_recheck(actor, review, seat)),
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Cell:
    """评分表的一格。"""

    score: str
    rechecked: str
    struck: bool
    title: str


@dataclass(frozen=True)
class ScoreRow:
    """评分表的一行。"""

    label: str
    weight: int
    prefilled: str
    cells: tuple[Cell, ...]
    final: str


@dataclass(frozen=True)
class ScoreTable:
    """评分表:各评审人各占评分、复核分两列。"""

    heads: tuple[tuple[str, bool], ...]
    rows: tuple[ScoreRow, ...]
    total: str
    proposal: str


def score_table(
    review: Review, card: Card, seats: Sequence[Reviewer], scores: Sequence[ReviewScore],
    tally: Tally, proposal: ReviewResult | None,
) -> ScoreTable:  # fmt: skip
    """宽表;回避的、撤换的照列,划去。"""
    given = {(s.reviewer_id, s.indicator): s for s in scores}
    ready = read.prefills(review, card)
    rows = []
    for one in card.indicators:
        cells = []
        for seat in seats:
            mark = given.get((seat.pk, one.code))
            cells.append(
                Cell(
                    score="—" if mark is None else f"{mark.score}",
                    rechecked="—" if mark is None or mark.rechecked is None else f"{mark.rechecked}",
                    struck=seat.recused or seat.dismissed_at is not None,
                    title="" if mark is None else _why(mark),
                )
            )  # fmt: skip
        final = tally.finals.get(one.code)
        rows.append(
            ScoreRow(
                one.label, one.weight, f"{ready[one.code]}" if one.code in ready else "—",
                tuple(cells), "—" if final is None else f"{final}",
            )
        )  # fmt: skip
    return ScoreTable(
        heads=tuple(
            (seat.person.name, seat.recused or seat.dismissed_at is not None) for seat in seats
        ),
        rows=tuple(rows),
        total="—" if tally.total is None else f"{tally.total}",
        proposal=proposal.label if proposal else "",
    )


def _why(mark: ReviewScore) -> str:
    said = f"依据：{mark.evidence}"
    if mark.note:
        said += f"；说明：{mark.note}"
    if mark.rechecked is not None:
        said += f"；复核 {mark.rechecked_by_name}：{mark.recheck_note or '与原分相同'}"
    return said


def shows_scores(actor: Actor, review: Review) -> bool:
    """评分还没有结束时,评审人只看自己的分,免得互相影响;承办单位看得见全部。"""
    return review.state_enum != ReviewState.REVIEWING or access.handles(actor, review)


@dataclass(frozen=True)
class Hint:
    """一项指标打分时给的提示。"""

    indicator: Indicator
    said: str
    prefilled: Any


def hints(review: Review, card: Card) -> list[Hint]:
    """各项指标:怎么打,按数据算出几分。"""
    given, ready = read.measures_of(review), read.prefills(review, card)
    found = []
    for one in card.indicators:
        value = measure(one.source, given)
        said = ""
        if not one.manual and value is None:
            said = "缺数，算不出，请按材料打分"
        elif value is not None:
            ends = points_for(one, review.industry_code)
            best = next(at for at, bp in (ends if one.direction == "down" else ends[::-1]) if bp == 10_000)  # fmt: skip
            said = (
                f"按数据 {said_number(_rounded(value))} {one.unit}"
                f"（满分线 {best:,} {one.unit}），算出 {ready[one.code]} 分"
            )
        found.append(Hint(one, said, ready.get(one.code)))
    return found

    return Decimal(value.numerator) / Decimal(value.denominator)


def _rounded(value: Fraction) -> Decimal:
    return round(Decimal(value.numerator) / Decimal(value.denominator), 2)


def opinion_lines(review: Review) -> list[dict[str, Any]]:
    """合规意见,先后为序。"""
    signals = {"compliant": "ok", "not_compliant": "bad", "more": "warn"}
    return [
        {
            "label": OpinionAnswer(one.answer).label, "signal": signals[one.answer],
            "reason": one.reason, "by": f"{one.unit_name} {one.by_name}", "at": one.at,
        }
        for one in review.opinions.order_by("id")
    ]  # fmt: skip


def decision_lines(review: Review) -> list[dict[str, Any]]:
    """决定,新的在前;带着条件、报告与条件转成的承诺。"""
    rows = list(review.decisions.prefetch_related("conditions").order_by("-id"))
    papers = Document.objects.filter(code__in=[row.paper_code for row in rows])
    codes = {paper.pk: paper.code for paper in papers}
    files: dict[str, list[dict[str, str]]] = {}
    for pk, found in files_of(PAPER, codes).items():
        files[codes[int(pk)]] = [{"name": f.name, "url": f.url} for f in found]
    numbers = {paper.code: paper.number for paper in papers}
    refs = [review.code, f"{review.code}-C"]
    promises = {
        (ref, text): (code, state)
        for ref, text, code, state in Promise.objects.filter(
            project_id=review.project_id, source="condition", source_ref__in=refs
        ).values_list("source_ref", "text", "code", "state")
    }
    made = []
    for row in rows:
        result = ReviewResult(row.result)
        ref = refs[1] if row.at_city and review.called_up_at else refs[0]
        made.append({
            "label": result.label, "signal": SIGNALS[ReviewState(row.result)],
            "level": "市级决定" if row.at_city else "县区决定", "by": f"{row.unit_name} {row.by_name}",
            "on": row.on, "reasons": row.reasons, "minutes": row.minutes_number,
            "total": row.total, "proposal": ReviewResult(row.proposal).label,
            "number": numbers.get(row.paper_code, ""), "files": files.get(row.paper_code, []),
            "conditions": [
                {"text": c.text, "by": c.by_on, "evidence": c.evidence,
                 "promise": promises.get((ref, c.text), ("", ""))[0]}
                for c in row.conditions.all()
            ],
            "taken_back": not row.at_city and review.called_up_at is not None,
        })  # fmt: skip
    return made


ICONS = {
    ReviewVerb.SEND: "send", ReviewVerb.START: "users", ReviewVerb.VETO: "hand-stop",
    ReviewVerb.FINISH: "checks", ReviewVerb.REFER: "checks", ReviewVerb.CALL_UP: "arrow-up",
    ReviewVerb.PASS: "circle-check", ReviewVerb.CONDITION: "circle-check",
    ReviewVerb.REJECT: "circle-x", ReviewVerb.WITHDRAW: "arrow-back-up",
}  # fmt: skip


def timeline(review: Review) -> list[dict[str, Any]]:
    """经过,新的在前。"""
    key = {ReviewVerb.PASS, ReviewVerb.CONDITION, ReviewVerb.SEND}
    back = {ReviewVerb.REJECT, ReviewVerb.WITHDRAW, ReviewVerb.CALL_UP}
    return [
        {
            "icon": ICONS.get(ReviewVerb(row.verb), "point"), "title": ReviewVerb(row.verb).label,
            "kind": "key" if row.verb in key else ("back" if row.verb in back else ""),
            "why": row.reason, "who": f"{row.unit_name} {row.by_name}".strip(), "at": row.at,
            "clause": "3.4b",
        }
        for row in review.steps.order_by("-id")
    ]  # fmt: skip


def lack_rows(project_code: str, lacks: Sequence[Any]) -> list[dict[str, Any]]:
    """完备性:缺的一项一行,带着去补的网址。"""
    found = []
    for one in lacks:
        need = NEEDS_BY_FACT.get(one.code)
        evidence = need is not None and need.act == "evidence"
        url = reverse("pipeline:evidence" if evidence else "pipeline:edit", args=[project_code])
        if evidence:
            url += f"?fact={one.code}"
        found.append({
            "label": one.label, "met": False, "note": one.message, "clause": one.clause,
            "act_label": "上传证据" if evidence else "去填", "act_url": url,
            "act_icon": "upload" if evidence else "pencil",
        })  # fmt: skip
    return found


def project_card(actor: Actor, project: Project, on: date) -> RoomCard | None:
    """项目页上的「评审」:最近的一次;还没有而能送审的,给出送审。"""
    last = read.latest_of(project)
    may_send = bool(access.can_send(actor, project))
    send_url = reverse("evaluation:review_send", args=[project.code])
    if last is None:
        if not may_send or project.stage not in (Stage.NEGOTIATION, Stage.INTENT, Stage.SIGNED):
            return None
        return RoomCard(
            "review", "评审", "3.4b", "还没有送审", "idle",
            acts=(("送审", send_url, "send"),),
        )  # fmt: skip
    state = last.state_enum
    lines = [("由哪一级", last.level_enum.label), ("承办", access.host_said(last))]
    said = offers.next_said(last)
    if said:
        lines.append(("下一步", said))
    elif last.decided_at is not None:
        lines.append(("决定日期", f"{localdate(last.decided_at)}"))
    again = may_send and state == ReviewState.REJECTED
    return RoomCard(
        "review", "评审", "3.4b", state.label, SIGNALS[state], tuple(lines),
        url=read.url_of(last.code), url_label=f"看评审 {last.code}",
        acts=(("改好再送审", send_url, "send"),) if again else (),
    )  # fmt: skip
