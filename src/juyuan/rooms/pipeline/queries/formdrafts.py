"""自动保存草稿的表单:名称、网址、对象的名称(只给看得见的)。由 wiring 登记。"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.urls import reverse

from juyuan.foundation.people.models import Unit
from juyuan.foundation.personal.registry import DraftForm, named
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.queries.scope import seen_whole

_projects = named(seen_whole, "name")
"""对象键(编号,或「编号.期」「编号.证据」)→ 项目名称。"""


def _units(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
    """「单位.期」→ 单位 期。"""
    codes = [key.partition(".")[0] for key in keys]
    known = {unit.code: str(unit) for unit in Unit.objects.filter(code__in=codes)}
    return {k: f"{known.get(k.partition('.')[0], '')} {k.partition('.')[2]}" for k in keys}


def _with(name: str, query: str) -> Callable[[str], str]:
    """「编号.值」→ 网址?参数=值。"""

    def link(key: str) -> str:
        code, _, value = key.partition(".")
        return reverse(name, args=[code]) + (f"?{query}={value}" if value else "")

    return link


def _sheet(key: str) -> str:
    unit, _, period = key.partition(".")
    return f"{reverse('pipeline:monthly')}?unit={unit}&period={period}"


def _one(name: str, label: str, url_name: str) -> DraftForm:
    return DraftForm(name, label, url_name, names=_projects)


FORMS = (
    DraftForm("pipeline.register", "登记项目", "pipeline:register", has_object=False),
    _one("pipeline.edit", "编辑项目", "pipeline:edit"),
    _one("pipeline.voucher", "登记到位资金", "pipeline:voucher_new"),
    _one("pipeline.supplement", "登记补充协议", "pipeline:supplement_new"),
    _one("pipeline.escalation_plan", "提级工作方案", "pipeline:escalation_plan"),
    _one("pipeline.escalation_report", "提级报告", "pipeline:escalation_report"),
    _one("pipeline.progress", "添一件进展", "pipeline:progress_new"),
    DraftForm(
        "pipeline.evidence", "提交证据", "pipeline:evidence", names=_projects,
        link=_with("pipeline:evidence", "fact"),
    ),
    DraftForm(
        "pipeline.month", "月度更新（一个项目）", "pipeline:project_month", names=_projects,
        link=_with("pipeline:project_month", "period"),
    ),
    DraftForm(
        "pipeline.monthly_sheet", "月度更新", "pipeline:monthly", names=_units, link=_sheet
    ),
)  # fmt: skip
