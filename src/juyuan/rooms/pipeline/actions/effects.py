"""改参数对项目的影响(预览「假如确认了」):读数、判断都是平时的那一份,这里只把结果写成话。

不写库。放在 actions 里,是因为提级的取数(`escalation.cases_of`)住在这里。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from juyuan.foundation.policy.effects import Effect
from juyuan.foundation.policy.queries import timeline
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan, to_yi
from juyuan.kernel.period import add_months
from juyuan.rooms.pipeline.actions.escalation import BATCH, SIGNED_OR_LATER, cases_of
from juyuan.rooms.pipeline.models import Voucher
from juyuan.rooms.pipeline.queries import lights, relations
from juyuan.rooms.pipeline.queries.figures import View
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.amounts import must_escalate
from juyuan.rooms.pipeline.rules.lights import Light
from juyuan.rooms.pipeline.rules.relations import propose
from juyuan.rooms.pipeline.rules.vouchers import recognised_amount, recognised_share

PERIODS_AHEAD = 4
COLOURS = {Light.YELLOW.value: "（黄灯）", Light.RED.value: "（红灯）"}


def _named(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = seen_whole(actor).filter(pk__in=list(ids))
    return {
        pk: (name, reverse("pipeline:detail", args=[code]))
        for pk, name, code in rows.values_list("pk", "name", "code")
    }


# ───────── 合同引资额与提级 ─────────


def committed(actor: Actor, on: date) -> dict[int, str]:
    """{项目: 「合同引资额 6.00 亿元，提级」}:签约以后的项目按签约之日的口径与门槛。"""
    found = {}
    for part in _parts(seen_whole(actor).filter(stage__in=SIGNED_OR_LATER)):
        for case in cases_of(part):
            signing = case.signing
            amount = signing.claimed if signing.recognised is None else signing.recognised
            above = must_escalate(signing.claimed, signing.newly, signing.threshold)
            shown = "不能算" if signing.claimed is None else f"{to_yi(signing.claimed)} 亿元"
            fixed = "" if amount == signing.claimed else f"(已认定 {to_yi(amount or 0)} 亿元)"
            turn = "够提级门槛" if above else "不提级"
            found[case.project.pk] = f"合同引资额 {shown}{fixed}，{turn}"
    return found


def _parts(rows: Any) -> Iterator[list[int]]:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


# ───────── 到位资金 ─────────


def shares(actor: Actor, on: date) -> dict[int, str]:
    """{凭证: 「认可 60.00%，600.0000 万元」}:按到账日的参数。"""
    line = timeline()
    rows = Voucher.objects.filter(
        project__in=seen_whole(actor).order_by().values("pk"), sign=1, reversals__isnull=True
    )
    found = {}
    for pk, kind, fiscal, amount, day in rows.order_by("pk").values_list(
        "pk", "kind", "fiscal", "amount", "paid_on"
    ):
        table = line.on(day)["paid_in.recognised_bp"]
        bp = recognised_share(kind, fiscal, table)
        money = to_wan(recognised_amount(amount, kind, fiscal, table))
        found[pk] = f"认可 {bp // 100}.{bp % 100:02d}%，{money} 万元"
    return found


def present_vouchers(actor: Actor, ids: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    rows = Voucher.objects.filter(pk__in=list(ids)).values_list("pk", "number", "project_id")
    known = _named(actor, {project for _, _, project in rows})
    return {
        pk: (f"{known[project][0]}:凭证 {number}", f"{known[project][1]}#paid-in")
        for pk, number, project in rows
        if project in known
    }


# ───────── 月度更新的期 ─────────


def periods(actor: Actor, on: date) -> dict[str, str]:
    """{期: 起止、报备截止、锁账日}:施行日所在的一期与其后几期。"""
    known = Periods()
    first = known.of(on).month
    return {
        period.key: (
            f"{period.first}至{period.last}，{period.deadline:%m-%d %H:%M}前报备，"
            f"{period.close_on:%m-%d}锁账"
        )
        for period in (known.at(add_months(first, n)) for n in range(PERIODS_AHEAD))
    }


def present_periods(actor: Actor, keys: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    return {key: (f"{key} 一期", f"{reverse('pipeline:monthly')}?period={key}") for key in keys}


# ───────── 灯 ─────────


def signals(actor: Actor, on: date) -> dict[int, str]:
    """{项目: 「预警（黄灯）」};推进中的项目,按 `on` 那天的界限,一条集合式的查询。"""
    rows = lights.with_light(lights.watched_rows(View.of(actor), on, past=False), on)
    return {
        pk: _lit(light) + ("，提请退库" if gone else "")
        for pk, light, gone in rows.values_list("pk", "light", "withdraw")
    }


def present_lit(actor: Actor, ids: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """点进去就是为什么亮。"""
    return {pk: (name, f"{url}#light") for pk, (name, url) in _named(actor, ids).items()}


def _lit(light: str) -> str:
    return Light(light).label + COLOURS.get(light, "")


# ───────── 项目关系 ─────────


def proposed(actor: Actor, on: date) -> dict[tuple[int, int], str]:
    """{(先, 后): 会提出的关系}:还没有提出过的。"""
    found = propose(relations.candidates(), relations.limits(on))
    return {(one.earlier, one.later): f"提请判定{one.kind.label}" for one in found}


def present_pairs(actor: Actor, keys: Iterable[Any]) -> Mapping[Any, tuple[str, str]]:
    """两边都看得见的才给。"""
    wanted = list(keys)
    known = _named(actor, {pk for pair in wanted for pk in pair})
    return {
        (a, b): (f"{known[a][0]}与{known[b][0]}", known[b][1])
        for a, b in wanted
        if a in known and b in known
    }


EFFECTS = (
    Effect(
        "pipeline.committed", "签约项目的合同引资额与提级",
        ("pipeline.committed_strategy", "escalation.threshold"), committed, _named,
        "提级在项目下一次改动、核验时照新的口径核对；已认定的金额是冻结的，不随参数变。",
    ),
    Effect(
        "pipeline.vouchers", "到位资金凭证的认可比例", ("paid_in.recognised_bp",), shares,
        present_vouchers,
        "已登记的凭证在登记时按到账日的参数定了比例，不自动重算；下列各张要按新比例的，冲回后重新登记。",
    ),
    Effect(
        "pipeline.periods", "月度更新的期",
        ("update.period_from_day", "update.period_to_day", "update.close_day",
         "first_contact.report_day", "first_contact.report_day_time",
         "first_contact.report_day_holiday"),
        periods, present_periods, "一期用月首那天有效的参数；已锁账的期不变。",
    ),
    Effect(
        "pipeline.lights", "项目的灯",
        ("lights.", "update.substantive_kinds", "update.other_kinds"), signals, present_lit,
        "灯是看的时候才算的，不存：自施行日起按新的界限；过去各日的灯仍按当时的界限。"
        "提请退库仍由人确认，机器不退。",
    ),
    Effect(
        "pipeline.relations", "提请判定的项目关系", ("relations.",), proposed, present_pairs,
        "每日的任务照新的尺度提出；已提出、已判定的不变。",
    ),
)  # fmt: skip
# 定期限、定承办的,与统计要用的
DUTY_KEYS = (
    "recognition.", "void.due_workdays", "paid_in.check_workdays", "update.",
    "first_contact.report_day", "first_contact.report_day_time",
    "first_contact.report_day_holiday", "escalation.report_days", "escalation.plan_workdays",
)  # fmt: skip
FIGURE_KEYS = (
    "counting.", "recognition.count_by", "paid_in.", "lights.", "update.", "first_contact.",
    "escalation.", "pipeline.committed_strategy",
)  # fmt: skip
_WORDS = "只影响以后导入台账时怎样读这些词。"
HINTS = {
    "pipeline.stage_words": _WORDS,
    "pipeline.standing_words": _WORDS,
    "pipeline.milestone_words": _WORDS,
    "pipeline.code_prefix": "只影响以后登记的项目的编号。",
    "pipeline.confidentiality_default": "只影响以后登记的项目的缺省密级。",
    "pipeline.jump_roles": "只影响施行日以后的越级；已越级入库的不变。",
    "pipeline.lead_enters": "只影响施行日以后登记的外来线索。",
    "pipeline.merge_undo_days": "只影响施行日以后的合并；已合并的照合并当日的期限。",
    "gates.rationale": "只改门槛旁边的说明，不改门槛。",
    "escalation.addressees": "只影响以后的提级报备告诉谁。",
    "escalation.measures": "只改提级页上提示的措施。",
}
