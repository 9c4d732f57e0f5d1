"""样例城市里审查意见与承诺审查的对象与各网址的参数。"""

from __future__ import annotations

from typing import Any

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.notices.models import Notice
from juyuan.rooms.evaluation.models import OpinionRequest
from juyuan.rooms.evaluation.tests import opinions as samples

ON_PROJECT = ("scrutiny", "privilege", "opinion_ask", "opinions_asked")


def build(world: Any) -> None:
    """在样例城市里造出这些对象,挂在 `world.opinions` 上:问到参与单位的一件,列了一条可疑的优惠。"""
    cast, found = world.cast, {}
    for level, project in world.projects.items():
        request = samples.asked(cast, project, subject=f"{level}协议")
        OpinionRequest.objects.filter(pk=request.pk).update(unit=cast.unit("keji"))
        row = samples.privilege(cast, project, kind="fee", content="免收城市基础设施配套费")
        found[level] = {
            "project": project, "opinion": request, "privilege": row,
            "doubt": row.scrutiny.findings.first(),
        }  # fmt: skip
    # 这几件的待办、通知不在各页的条数里:那几页数的是别室的
    mine = {"object_type__startswith": "evaluation_"}
    Duty.objects.filter(**mine).delete()
    Notice.objects.filter(**mine).delete()
    world.opinions = found


def kwargs(world: Any, name: str, level: str) -> dict[str, Any] | None:
    """这个网址的参数;不是本处的网址为空。"""
    room, _, page = name.partition(":")
    known = page.removeprefix("evaluation_") if room == "api" else page
    if room not in ("evaluation", "api") or (room == "api" and known == page):
        return None
    objects = world.opinions[level]
    if known.startswith(ON_PROJECT):
        pk = objects["doubt" if "doubt" in known else "privilege"].pk
        return {"code": objects["project"].code, "pk": pk}
    if known.startswith("opinion"):
        return {"code": objects["opinion"].code}
    return None
