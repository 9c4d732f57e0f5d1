"""开账:台账与历史认定作为期初批次进来,背后有文件;整批可撤,关闭之后不能再撤。条款 3.3b。"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from juyuan.foundation.exchange import actions as exchange
from juyuan.foundation.exchange.actions.shared import OpeningPaper
from juyuan.foundation.exchange.models import BatchState
from juyuan.foundation.figures.queries import compute
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.rooms.pipeline.actions.move import change_standing
from juyuan.rooms.pipeline.actions.recognise import withdraw_recognition
from juyuan.rooms.pipeline.models import Project, Recognition
from tests.journeys.house import PACKS, City

pytestmark = pytest.mark.django_db
LEDGER = PACKS / "liaoyuan" / "demo" / "ledger.xlsx"
PAPER = OpeningPaper(number="商函〔2026〕12号", on=date(2026, 11, 18))


@pytest.fixture
def city(db) -> City:
    return City()


def value(name: str, **more: object) -> int | None:
    return compute(names=[name], **more)[0].value


def sheet(path: Path, rows: list[list[str]]) -> Path:
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("历史认定")
    for at, row in enumerate([["项目编号", "项目名称", "认定为", "事实日", "依据文号"], *rows]):
        page.write_row(at, 0, row)
    book.close()
    return path


def opened(city: City) -> Project:
    """期初台账进来,取一个写着「落地」而有金额的项目。"""
    batch = city.import_file("shangwuju", LEDGER, paper=PAPER)
    city.commit("shangwuju", batch)
    return Project.objects.filter(stage="landed", total_investment__isnull=False).order_by("id")[0]


def test_历史认定_从事实日起计_标明历史_整批可撤(city, tmp_path) -> None:
    project = opened(city)
    path = sheet(
        tmp_path / "认定.xlsx",
        [
            [project.code, "", "签约", "2021-03-02", "商函〔2021〕3号"],
            [project.code, "", "落地", "2022-06-18", ""],
            ["", "没有这个项目", "签约", "2021-03-02", ""],
            [project.code, "", "签约", "2099-01-01", ""],
        ],
    )
    with pytest.raises(Denied):
        city.import_file("longshan", path, kind="recognitions", paper=PAPER)
    with pytest.raises(RuleBroken) as error:
        city.import_file("shangwuju_heyan", path, kind="recognitions")
    assert "文号" in str(error.value)
    batch = city.import_file("shangwuju_heyan", path, kind="recognitions", paper=PAPER)
    assert (batch.counts["new"], batch.counts["refused"]) == (2, 2)
    city.commit("shangwuju_heyan", batch)

    project.refresh_from_db()
    assert (project.recognised_stage, project.stage_status) == ("landed", "recognised")
    rows = list(Recognition.objects.filter(project=project).order_by("id"))
    assert [(r.stage, r.fact_on, r.historical) for r in rows] == [
        ("signed", date(2021, 3, 2), True), ("landed", date(2022, 6, 18), True),
    ]  # fmt: skip
    assert [r.paper["number"] for r in rows] == ["商函〔2021〕3号", "商函〔2026〕12号"]
    assert (value("signed_gross"), value("landing_rate")) == (1, 10000)
    # 昨天还没有录入:重演昨天看不到它
    assert value("signed_gross", as_of=city.TODAY - timedelta(1)) == 0

    exchange.reverse_batch(
        actor=city.actor("shangwuju_heyan"), batch_id=batch.pk, reason="依据有误", now=city.now
    )
    project.refresh_from_db()
    assert (project.recognised_stage, project.stage_status) == ("", "claimed")
    assert (value("signed_gross"), sum(r.sign for r in Recognition.objects.all())) == (0, 0)


def test_期初台账整批撤回_用过的不能撤_关闭后不能撤(city) -> None:
    project = opened(city)
    batch = project_batch(project)
    change_standing(actor=city.actor("shangwuju"), project=project, verb="pause", reason_code="market",
                    note="停建", now=city.now)  # fmt: skip
    count = Project.objects.filter(voided_at=None).count()
    with pytest.raises(RuleBroken) as error:
        exchange.reverse_batch(
            actor=city.actor("shangwuju"), batch_id=batch, reason="导错", now=city.now
        )
    assert project.code in str(error.value)
    assert Project.objects.filter(voided_at=None).count() == count
    Project.objects.filter(pk=project.pk).update(version=1)
    undone = exchange.reverse_batch(
        actor=city.actor("shangwuju"), batch_id=batch, reason="导错", now=city.now
    )
    assert undone.state == BatchState.REVERSED
    assert Project.objects.filter(voided_at=None).count() == 0
    assert value("landed_projects") == 0

    again = city.import_file("shangwuju", LEDGER, paper=PAPER)
    city.commit("shangwuju", again)
    assert Project.objects.filter(voided_at=None).count() == count
    exchange.close_opening(actor=city.actor("shangwuju_heyan"), reason="开账结束", now=city.now)
    with pytest.raises(RuleBroken):
        exchange.reverse_batch(
            actor=city.actor("shangwuju"), batch_id=again.pk, reason="再撤", now=city.now
        )
    assert Project.objects.filter(voided_at=None).count() == count


def project_batch(project: Project) -> str:
    return project.batch_id


def test_历史认定之后又撤回的_整批不再重复冲回(city, tmp_path) -> None:
    project = opened(city)
    path = sheet(tmp_path / "认定.xlsx", [[project.code, "", "签约", "2021-03-02", ""]])
    batch = city.import_file("shangwuju_heyan", path, kind="recognitions", paper=PAPER)
    city.commit("shangwuju_heyan", batch)
    project.refresh_from_db()
    withdraw_recognition(
        actor=city.actor("shangwuju_heyan"), project=project, reason="不实", now=city.now
    )
    exchange.reverse_batch(
        actor=city.actor("shangwuju_heyan"), batch_id=batch.pk, reason="整批撤", now=city.now
    )
    assert sum(r.sign for r in Recognition.objects.all()) == 0
    assert Recognition.objects.count() == 2
