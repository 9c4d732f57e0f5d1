"""项目页上的「承诺与履约」:几项、偏差几项、政府欠着几项、在办的函,去处。"""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.queries import trackingpages as pages
from juyuan.rooms.evaluation.rules.deviation import RANK, Light
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.roomcards import RoomCard
from juyuan.rooms.pipeline.rules.stages import Stage


def project_card(actor: Actor, project: Project, on: date) -> RoomCard | None:
    """签约之后才有;没有承诺而能登记的,给出登记。"""
    if project.stage_enum.order < Stage.SIGNED.order:
        return None
    url = reverse("evaluation:promises", args=[project.code])
    rows = [row for row in pages.of_project(project, on) if row.open]
    keep = bool(access.can_keep(actor, project))
    add = reverse("evaluation:promise_new", args=[project.code])
    if not rows:
        return RoomCard(
            "promises", "承诺与履约", "3.4c", "没有跟踪中的承诺", "idle", url=url,
            url_label="看承诺与履约", acts=(("登记承诺", add, "plus"),) if keep else (),
        )  # fmt: skip
    worst = max((Light(row.light) for row in rows), key=lambda light: RANK[light])
    sums = pages.sums(rows)
    lines = [("跟踪中", f"{sums['promises']} 项")]
    if sums["deviating"]:
        lines.append(("有偏差", f"{sums['deviating']} 项"))
    if sums["owed"]:
        lines.append(("政府欠着", f"{sums['owed']} 项"))
    if sums["letters"]:
        lines.append(("在办的函", f"{sums['letters']} 封"))
    label = worst.label if worst is not Light.NONE else "都未到期"
    return RoomCard(
        "promises", "承诺与履约", "3.4c", label, worst.value, tuple(lines), url=url,
        url_label="看承诺与履约",
    )  # fmt: skip
