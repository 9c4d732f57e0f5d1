"""开账:期初批次改了原有的项目,关闭之前整批撤回时改回去;此后又有改动的不动,说出是哪一个。条款 3.3b。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from juyuan.foundation.exchange import actions as exchange
from juyuan.foundation.exchange.actions.shared import OpeningPaper
from juyuan.foundation.exchange.models import BatchState, ImportBatch
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.models import Project, ProjectState
from tests.journeys.house import PACKS, City

pytestmark = pytest.mark.django_db
LEDGER = PACKS / "liaoyuan" / "demo" / "ledger.xlsx"
PAPER = OpeningPaper(number="商函〔2026〕12号", on=date(2026, 11, 18))


@pytest.fixture
def city(db) -> City:
    return City()


def looks(project: Project) -> tuple[object, ...]:
    """一个项目的样子:内容、阶段状态、派生列、承载地、检索行、最近一张快照。"""
    fresh = Project.objects.get(pk=project.pk)
    columns = {
        f.attname: getattr(fresh, f.attname)
        for f in Project._meta.concrete_fields
        if f.name not in ("version", "updated_at")
    }
    state = ProjectState.objects.filter(project=project).order_by("-id")[0]
    return (
        columns,
        draft_of(fresh),
        sorted(
            SearchRow.objects.filter(object_type="project", object_id=project.pk).values_list(
                "field", "text"
            )
        ),
        (state.total_investment, state.hosts, state.stage, state.recognised_stage),
    )


def updating(city: City, tmp_path: Path) -> tuple[ImportBatch, list[Project], list[object]]:
    """先有两个项目;期初批次改它们的总投资、地点、承载地、名称,另添一个新的。"""
    city.commit("shangwuju", city.import_file("shangwuju", LEDGER))
    chosen = list(Project.objects.filter(total_investment__isnull=False).order_by("id")[:2])
    before = [looks(p) for p in chosen]
    path = tmp_path / "改.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("项目")
    page.write_row(
        0, 0, ["项目编号", "项目名称", "所处阶段", "总投资(万元)", "具体地点", "承载地", "备注"]
    )
    for at, p in enumerate(chosen, start=1):
        page.write_row(
            at,
            0,
            [p.code, f"{p.name}(二期)", p.stage_enum.label, 98765 + at, "新址", "龙山区", "补记"],
        )
    page.write_row(3, 0, ["", "全新的一个项目", "谋划", 4321, "", "", ""])
    book.close()
    batch = city.import_file("shangwuju", path, paper=PAPER)
    assert (batch.counts["update"], batch.counts["new"]) == (2, 1)
    city.commit("shangwuju", batch)
    for p in chosen:
        p.refresh_from_db()
    assert [p.total_investment for p in chosen] == [987_660_000, 987_670_000]
    return batch, chosen, before


def undo(city: City, batch: ImportBatch) -> ImportBatch:
    return exchange.reverse_batch(
        actor=city.actor("shangwuju"), batch_id=batch.pk, reason="导错了", now=city.now
    )


def test_s3_3b_改过的一并改回_新增的作废(city, tmp_path) -> None:
    batch, chosen, before = updating(city, tmp_path)
    assert undo(city, batch).state == BatchState.REVERSED
    assert [looks(p) for p in chosen] == before
    assert Project.objects.get(name="全新的一个项目").voided_at is not None
    told = Event.objects.filter(event="pipeline.project.batch_undone")
    assert {e.obj_id for e in told} == {p.code for p in chosen}
    assert all(e.reason == "导错了" and e.before["remark"].endswith("补记") for e in told)


def test_s3_3b_此后又改过的_说出是哪一个_一个也不改回(city, tmp_path) -> None:
    batch, chosen, _ = updating(city, tmp_path)
    edited = chosen[1]
    edit_project(
        actor=city.actor("shangwuju"), project=edited,
        draft=replace(draft_of(edited), remark="后来的话"), now=city.now,
    )  # fmt: skip
    now_looks = [looks(p) for p in chosen]
    events = Event.objects.count()
    with pytest.raises(RuleBroken) as error:
        undo(city, batch)
    message = str(error.value)
    assert edited.code in message and "又有改动" in message
    assert chosen[0].code not in message
    assert [looks(p) for p in chosen] == now_looks
    assert Project.objects.get(name="全新的一个项目").voided_at is None
    assert ImportBatch.objects.get(pk=batch.pk).state == BatchState.COMMITTED
    assert Event.objects.count() == events


def test_s3_3b_期初关闭之后不能再改回(city, tmp_path) -> None:
    batch, chosen, _ = updating(city, tmp_path)
    exchange.close_opening(actor=city.actor("shangwuju_heyan"), reason="开账结束", now=city.now)
    now_looks = [looks(p) for p in chosen]
    with pytest.raises(RuleBroken, match="期初已经关闭"):
        undo(city, batch)
    assert [looks(p) for p in chosen] == now_looks


def test_日常批次的改动不留期初的记录(city, tmp_path) -> None:
    updating(city, tmp_path)
    marks = Event.objects.filter(event="pipeline.project.batch_updated")
    assert marks.count() == 2
    city.commit("shangwuju", city.import_file("shangwuju", LEDGER))
    assert marks.count() == 2
