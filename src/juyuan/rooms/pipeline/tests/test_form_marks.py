"""登记、编辑表单的标记说的是真话:逐个库、逐栏清空了去保存,比标记与保存、前移的结果。条款 3.3b 3.2b。"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from juyuan.rooms.pipeline.models import Project, ProjectParty
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.rules.gates import NEEDS_BY_FACT, missing
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.pages import form_data, pdf, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


def emptied(data: dict[str, Any], field: str) -> dict[str, Any]:
    """清空一栏:产业链连环节,数字连「暂不能提供」,一组连各行。"""
    prefix = {"investors": "parties-", "host_units": "hosts-"}.get(field)
    if prefix is not None:
        gone = {n: "" for n in data if n.startswith(prefix) and not n.endswith("_FORMS")}
        return data | gone
    also = {"chain": ["node"]}.get(field, [f"{field}_unknown"])
    return data | {name: "" for name in (field, *also) if name in data}


def bare(project: Project) -> None:
    """像台账带来的:能空的都空着。"""
    ProjectParty.objects.filter(project=project).delete()
    Project.objects.filter(pk=project.pk).update(
        basis="", site_options="", benefit="", factor_needs="", chain=None, node=None,
        total_investment=None, contract_amount=None, lead_unit=None,
        stage_status="claimed", recognised_stage="",
    )  # fmt: skip


def marks_of(response: Any) -> dict[str, str]:
    return response.context["form"].marks | response.context["marks"]


def asked_next(project: Project, stage: Stage, on: Any) -> set[str]:
    """进下一个库还缺的各项所看的栏。"""
    if stage.next is None:
        return set()
    found = missing(facts_of(project), stage.next, on)
    return {name for one in found for name in NEEDS_BY_FACT[one.field].fields}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("filled", [True, False], ids=["填齐的", "台账带来空着的"])
def test_s3_3b_编辑_必填的清空就存不了_下阶段必填的存得了进不去(cast, stage, filled) -> None:
    project = f.at(cast, stage)
    if not filled:
        bare(project)
    client, there = cast.client("longshan"), url("edit", project.code)
    page = client.get(there)
    data, marks = form_data(page.content.decode()), marks_of(page)
    assert len(marks) > 20
    told: dict[str, str] = {}
    for field in marks:
        with transaction.atomic():
            status = client.post(there, emptied(data, field)).status_code
            fresh = Project.objects.get(pk=project.pk)
            nexts = asked_next(fresh, stage, cast.TODAY)
            transaction.set_rollback(True)
        assert status in (302, 422)
        ready = "下阶段必填" if field in nexts else "选填"
        told[field] = "必填" if status == 422 else ready
    assert marks == told


@pytest.mark.parametrize("stage", [Stage.PLANNING, Stage.NEGOTIATION])
def test_s3_2b_登记_必填的空着就登记不了_其余空着都登记得了(cast, stage) -> None:
    f.parameters(cast)
    chain, node = f.chain_and_node()
    client, there = cast.client("longshan"), url("register", stage=stage)
    page = client.get(there)
    marks = marks_of(page)

    def full() -> dict[str, Any]:
        paper = {"contact-title": "拜访记录", "contact-dated_on": "2026-11-12",
                 "contact-two_way": "on", "contact-file": pdf()}  # fmt: skip
        return form_data(page.content.decode()) | {
            "stage": stage.value, "name": "新项目", "chain": chain.code, "node": node.code,
            "basis": "依据", "site_options": "园区", "benefit": "产值", "factor_needs": "用地",
            "total_investment": "5000", "contract_amount": "5000", "lead_unit": "longshan",
            "parties-0-name": "甲公司", "parties-0-share": "100",
            "parties-0-origin": "outside_province", "hosts-0-unit": "longshan",
            **(paper if stage == Stage.NEGOTIATION else {}),
        }  # fmt: skip

    told: dict[str, str] = {}
    for field in marks:
        with transaction.atomic():
            status = client.post(url("register"), emptied(full(), field)).status_code
            made = Project.objects.filter(name="新项目").first()
            nexts = asked_next(made, stage, cast.TODAY) if made else set()
            transaction.set_rollback(True)
        assert (made is None) == (status == 422)
        ready = "下阶段必填" if field in nexts else "选填"
        told[field] = "必填" if status == 422 else ready
    assert marks == told
    if stage == Stage.PLANNING:
        assert [field for field, mark in marks.items() if mark == "必填"] == ["name"]


def test_s3_3b_谋划只有名称也登记得了(cast) -> None:
    f.parameters(cast)
    client = cast.client("longshan")
    data = form_data(client.get(url("register")).content.decode())
    for field in list(data):
        if field not in ("stage",) and not field.endswith("_FORMS"):
            data[field] = ""
    assert client.post(url("register"), data | {"name": "只有名称"}).status_code == 302
    assert Project.objects.get(name="只有名称").stage_status == "claimed"
