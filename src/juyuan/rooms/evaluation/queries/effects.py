"""改参数对评审分流、承诺灯色的影响(预览「假如确认了」):取数、判断都是平时的那一份,这里只写成话。"""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef

from juyuan.foundation.policy.effects import Effect
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries import breaches, promises, reviews
from juyuan.rooms.evaluation.queries.cases import tracked
from juyuan.rooms.evaluation.rules.review_routing import Scale, route
from juyuan.rooms.evaluation.rules.reviews import APPROVED, OPEN
from juyuan.rooms.pipeline.queries.duties import present
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.stages import Stage, Standing

BATCH = 2000
LIGHT_KEYS = (
    "tracking.kinds", "tracking.tests", "tracking.late_yellow_days", "tracking.late_red_days",
    "tracking.lag_yellow", "tracking.lag_red", "tracking.stop_days", "tracking.stop_red_days",
    "tracking.intensity_share", "tracking.tax_share",
)  # fmt: skip
"""定灯色、定提不提出的参数;期限、时限一类只管以后的,不在其内。"""
UNSIGNED = (Stage.PLANNING.value, Stage.NEGOTIATION.value, Stage.INTENT.value)


def routes(actor: Actor, on: date) -> dict[int, str]:
    """{项目: 由哪一级决定};签约之前、还没有送审的,只按总投资。"""
    limits = reviews.limits_on(on)
    sent = Review.objects.filter(
        project=OuterRef("pk"), state__in=[state.value for state in (*OPEN, *APPROVED)]
    )
    rows = seen_whole(actor).filter(
        stage__in=UNSIGNED, standing=Standing.ACTIVE.value, total_investment__isnull=False
    )
    sizes = rows.filter(~Exists(sent)).order_by().values_list("pk", "total_investment")
    return {pk: route(Scale(total or 0), limits).level.label for pk, total in sizes}


def deviations(actor: Actor, on: date) -> dict[int, str]:
    """{承诺: 「黄灯，提出逾期」};跟踪中、项目在推进的。"""
    rows = breaches.open_promises().order_by("pk")
    seen = rows.filter(pk__in=promises.visible_to(actor).order_by().values("pk"))
    labels = breaches.test_labels()
    ids, found = list(seen.values_list("pk", flat=True)), {}
    for start in range(0, len(ids), BATCH):
        judged = tracked(list(rows.filter(pk__in=ids[start : start + BATCH])), on)
        proposed = breaches.proposals(judged, on)
        for row in judged:
            said = [labels[one.hit.test.value] for one in proposed.get(row.promise.pk, ())]
            light = row.judged.light.label
            found[row.promise.pk] = f"{light}，提出{'、'.join(said)}" if said else light
    return found


EFFECTS = (
    Effect(
        "evaluation.routes", "还没有送审的项目由哪一级决定",
        ("evaluation.county_limit", "evaluation.city_threshold"), routes, present,
        "这里只按总投资分；新增用地、能耗、跨县区、市级资金送审时才填，填了也可能上市级。"
        "已送审的照送审那天的界限。",
    ),
    Effect(
        "evaluation.deviations", "承诺的灯与提出的违约", LIGHT_KEYS, deviations,
        promises.present,
        "灯是看的时候才算的，不存：自施行日起按新的界限。已认定的违约、已发的函不变。",
    ),
)  # fmt: skip
DUTY_KEYS = ("tracking.settle_workdays",)
"""每日核对的待办用到的参数。"""
