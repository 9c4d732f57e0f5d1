"""各视图共用:行动者、成功后的去处、拒绝时的下一步。"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.ui.errors import Step
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial, Finding
from juyuan.rooms.pipeline.facts import supplier_of
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.gates import NEEDS_BY_FACT, Need

# 门槛表的字段名 → 编辑表单里的锚点
ANCHORS = {
    "chain": "id_node",
    "node": "id_node",
    "investors": "group-parties",
    "host_units": "group-hosts",
}


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def may_browse(actor: Actor) -> Access:
    """三员不查看业务数据。"""
    if actor.has_any(*ADMIN_ROLES):
        return Denial("系统、安全、审计管理员不查看业务数据")
    return Allowed()


def detail_url(project: Project) -> str:
    return reverse("pipeline:detail", args=[project.code])


def act_url(code: str, need: Need, here: bool = False) -> str:
    """去办这一项门槛的地方:办它的房间,编辑页的那个字段,或上传这种证据。"""
    door = supplier_of(need.fact, here)
    if door is not None:
        return door.url_of(code)
    if need.act == "evidence":
        return f"{reverse('pipeline:evidence', args=[code])}?fact={need.fact}"
    name = need.fields[0]
    return f"{reverse('pipeline:edit', args=[code])}#{ANCHORS.get(name, f'id_{name}')}"


def steps_for(
    code: str, findings: Iterable[Finding], *, limit: int = 3, here: bool = False
) -> list[Step]:
    """拒绝之后能做什么:头几项缺的各一个链接,再加清单。"""
    steps: list[Step] = []
    for found in findings:
        need = NEEDS_BY_FACT.get(found.field)
        if need is not None and len(steps) < limit:
            door = supplier_of(need.fact, here)
            verb = "上传" if need.act == "evidence" else "填写"
            label = f"{door.label}：{need.label}" if door else f"{verb}{need.label}"
            steps.append(Step(label, act_url(code, need, here)))
    steps.append(Step("打开清单", reverse("pipeline:detail", args=[code]) + "#gate", not steps))
    return steps
