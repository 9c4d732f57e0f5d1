"""每个议题一页材料:有关的事实,全部取自各室记下的。会上的屏、材料汇编用同一份。语句数与议题数无关。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.formats import amount
from juyuan.kernel.actor import Actor
from juyuan.rooms.council.models import ActionItem, ActionStep, Problem
from juyuan.rooms.council.queries.agenda import AgendaLine
from juyuan.rooms.council.queries.problems import kinds_on
from juyuan.rooms.council.rules.agenda import AgendaKind
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries import reviews
from juyuan.rooms.first_contact.models import Conflict
from juyuan.rooms.first_contact.queries.conflicts import sees_both
from juyuan.rooms.pipeline.models import Escalation, EscalationReport, Project

MISSING = "—"


@dataclass(frozen=True)
class Sheet:
    """一页材料:几项事实、几段话、去看的网址。"""

    facts: tuple[tuple[str, str], ...] = ()
    paras: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    url: str = ""
    url_label: str = ""
    parties: tuple[tuple[int, str], ...] = ()


Provider = Callable[[Actor, Sequence[str], date], dict[str, Sheet]]
_providers: dict[AgendaKind, Provider] = {}


def register_sheet(kind: AgendaKind, provider: Provider) -> None:
    """登记某一类的材料(评审、要素、审批由 wiring 登记);同名再登记即替换。"""
    _providers[kind] = provider


def money(value: int | None) -> str:
    return f"{amount(value, 'wan')} 万元" if value is not None else MISSING


def sheets(actor: Actor, lines: Iterable[AgendaLine], on: date) -> dict[str, Sheet]:
    """{议题的键: 材料};只给看得见的议题(调用者裁过)。"""
    rows = list(lines)
    projects = _projects([x.item.project_id for x in rows if x.project is not None])
    found: dict[str, Sheet] = {}
    for kind in {x.item.kind for x in rows}:
        provider = _providers.get(kind) or BUILT_IN.get(kind)
        if provider is None:
            continue
        refs = [x.item.ref for x in rows if x.item.kind == kind]
        given = provider(actor, refs, on)
        for x in rows:
            if x.item.kind == kind and x.item.ref in given:
                found[x.key] = given[x.item.ref]
    for x in rows:
        base = projects.get(x.item.project_id or 0)
        own = found.get(x.key, Sheet())
        if base is not None:
            found[x.key] = Sheet(
                (*base, *own.facts), own.paras, own.table,
                own.url or (x.project[2] if x.project else ""), own.url_label or "打开项目",
                own.parties,
            )  # fmt: skip
        else:
            found[x.key] = own
    return found


def _projects(ids: Iterable[int | None]) -> dict[int, tuple[tuple[str, str], ...]]:
    wanted = {pk for pk in ids if pk is not None}
    rows = Project.objects.filter(pk__in=wanted).select_related("lead_unit", "chain")
    return {
        row.pk: (
            ("阶段", f"{row.stage_enum.label}（{row.get_stage_status_display()}）"),
            ("首谈单位", str(row.lead_unit) if row.lead_unit else "未定"),
            ("总投资", money(row.total_investment)),
            ("合同引资额", money(row.committed_investment)),
            ("产业链", row.chain.name if row.chain else MISSING),
        )
        for row in rows
    }  # fmt: skip


def _escalations(actor: Actor, refs: Sequence[str], on: date) -> dict[str, Sheet]:
    rows = (
        Escalation.objects.filter(pk__in=[int(r) for r in refs])
        .select_related("convener", "project")
        .prefetch_related(
            "team__unit", Prefetch("reports", EscalationReport.objects.order_by("-id"))
        )
    )
    found = {}
    for row in rows:
        reports = list(row.reports.all())
        paras = [("工作方案", row.plan or "还没有交")]
        if reports:
            last = reports[0]
            paras.append((f"最近一期报告（{last.due_on.isoformat()}）", last.progress))
            if last.problem:
                paras.append(("存在问题", last.problem))
            if last.next_step:
                paras.append(("下步打算", last.next_step))
        team = "、".join(dict.fromkeys(str(m.unit) for m in row.team.all())) or "还没有组"
        found[str(row.pk)] = Sheet(
            facts=(
                ("提级状态", row.get_state_display()),
                ("签约日期", row.signed_on.isoformat()),
                ("召集人", row.convener.name if row.convener else "未定"),
                ("专班", team),
            ),
            paras=tuple(paras), url=f"/projects/{row.project.code}/#escalation", url_label="看提级",
        )  # fmt: skip
    return found


def _problems(actor: Actor, refs: Sequence[str], on: date) -> dict[str, Sheet]:
    labels = dict(kinds_on(on))
    rows = Problem.objects.filter(code__in=refs).select_related("unit", "owner_unit")
    return {
        row.code: Sheet(
            facts=(
                ("难题类别", labels.get(row.kind, row.kind)),
                ("提出单位", str(row.unit)),
                ("建议承办", str(row.owner_unit) if row.owner_unit else "未写"),
            ),
            paras=(("难在哪里", row.text), ("希望怎样解决", row.wanted)),
            url=f"/council/problems/{row.code}/", url_label="看难题",
        )
        for row in rows
    }  # fmt: skip


def _appeals(actor: Actor, refs: Sequence[str], on: date) -> dict[str, Sheet]:
    if not sees_both(actor):
        return {
            ref: Sheet(url=f"/first-contacts/conflicts/{ref}/", url_label="看撞单") for ref in refs
        }
    rows = Conflict.objects.filter(code__in=refs).prefetch_related(
        "parties__unit", "parties__claim", "rulings__lead_unit"
    )
    found = {}
    for row in rows:
        parties = list(row.parties.all())
        rulings = list(row.rulings.all())
        table = [("单位", "登记", "功劳时刻")] + [
            (
                p.unit.name,
                p.claim.registered_at.strftime("%Y-%m-%d") if p.claim else MISSING,
                p.claim.merit_at.strftime("%Y-%m-%d") if p.claim else MISSING,
            )
            for p in parties
        ]
        first = f"由{rulings[0].lead_unit.name}牵头。{rulings[0].reason}" if rulings else MISSING
        found[row.code] = Sheet(
            facts=(("立件", row.opened_at.strftime("%Y-%m-%d")), ("各方", f"{len(parties)} 家")),
            paras=(("首次裁定", first), ("提请理由", row.appeal_reason or MISSING)),
            table=tuple(table), url=f"/first-contacts/conflicts/{row.code}/", url_label="看撞单",
            parties=tuple((p.unit_id, p.unit.name) for p in parties),
        )  # fmt: skip
    return found


def _actions(actor: Actor, refs: Sequence[str], on: date) -> dict[str, Sheet]:
    rows = (
        ActionItem.objects.filter(code__in=refs)
        .select_related("unit", "person", "decision__meeting")
        .prefetch_related(Prefetch("steps", ActionStep.objects.order_by("-id")))
    )
    found = {}
    for row in rows:
        steps = [s for s in row.steps.all() if s.verb in ("report", "submit", "return")]
        last = (
            f"{steps[0].on.isoformat()} {steps[0].by_name}：{steps[0].text}"
            if steps
            else "没有报过进展"
        )
        found[row.code] = Sheet(
            facts=(
                ("承办单位", str(row.unit)),
                ("期限", row.due_on.isoformat()),
                ("已延期", f"{row.extended} 次"),
                ("来源", row.decision.meeting.title if row.decision else row.get_source_display()),
            ),
            paras=(("最近进展", last),), url=f"/council/items/{row.code}/", url_label="看交办",
        )  # fmt: skip
    return found


def _reviews(actor: Actor, refs: Sequence[str], on: date) -> dict[str, Sheet]:
    found = {}
    for row in Review.objects.filter(code__in=refs).select_related("project"):
        card = reviews.card_of(row)
        standing, tally = reviews.standing_of(row)
        proposal = standing.proposal
        table = [("指标", "满分", "得分")] + [
            (one.label, str(one.weight), _score(tally.finals.get(one.code)))
            for one in card.indicators
        ]
        table.append(("合计", "100", _score(tally.total)))
        found[row.code] = Sheet(
            facts=(
                ("合计得分", _score(tally.total)),
                ("评分建议", proposal.label if proposal else MISSING),
                ("计分的评审人", f"{len(tally.counted)} 人"),
                ("一票否决", "、".join(standing.vetoed) or "没有成立的"),
            ),
            table=tuple(table), url=reviews.url_of(row.code), url_label="看评审",
        )  # fmt: skip
    return found


def _score(value: Any) -> str:
    return MISSING if value is None else str(value)


BUILT_IN: dict[AgendaKind, Provider] = {
    AgendaKind.REVIEW: _reviews,
    AgendaKind.ESCALATION: _escalations,
    AgendaKind.PROBLEM: _problems,
    AgendaKind.APPEAL: _appeals,
    AgendaKind.ACTION: _actions,
}


def limit_of(on: date) -> Any:
    """延期至多几次。"""
    return params(on)["council.max_extensions"]
