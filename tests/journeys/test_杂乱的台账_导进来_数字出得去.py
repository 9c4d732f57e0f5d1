"""杂乱的台账经普通导入进来:存疑的由人定,退回的带着原因回去,改好再导,结果与干净文件相同。条款 3.3b。"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from django.db import transaction

from juyuan.foundation.exchange import actions as exchange
from juyuan.foundation.exchange.actions.settle import Settlement
from juyuan.foundation.exchange.models import BatchState
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.refused import refused_workbook
from juyuan.foundation.figures.queries import compute
from juyuan.foundation.ledger.models import Event
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline.models import Project, Recognition
from tests.journeys.house import PACKS, City

pytestmark = pytest.mark.django_db
LEDGER = PACKS / "liaoyuan" / "demo" / "ledger.xlsx"


@pytest.fixture
def city(db) -> City:
    return City()


def values() -> dict[str, int | None]:
    return {r.name: r.value for r in compute()}


def test_台账进来_一律待核实_认定数为零(city) -> None:
    before = Project.objects.count()
    batch = city.import_file("shangwuju", LEDGER)
    assert Project.objects.count() == before == 0
    assert (batch.counts["new"], batch.counts["doubtful"], batch.counts["refused"]) == (59, 1, 1)
    batch = city.commit("shangwuju", batch)
    assert batch.state == BatchState.COMMITTED
    assert Project.objects.count() == 59
    assert set(Project.objects.values_list("stage_status", "recognised_stage")) == {("claimed", "")}
    found = values()
    libraries = [
        found[f"{s}_projects"] for s in ("planning", "negotiation", "intent", "signed", "landed")
    ]
    assert sum(libraries) == 59
    assert {v for k, v in found.items() if "recognised" in k} == {0}
    assert (found["signed_gross"], found["committed_investment"]) == (0, 0)
    assert Recognition.objects.count() == 0
    groups = Event.objects.filter(event="pipeline.project.registered").values_list(
        "group", flat=True
    )
    assert len(groups) == 59 and len(set(groups)) == 1 and groups[0] is not None
    words = set(Project.objects.values_list("claimed_word", flat=True))
    assert {"在谈", "在建", "拟签约"} & words


def test_同一文件再导一次_什么也不变(city) -> None:
    city.commit("shangwuju", city.import_file("shangwuju", LEDGER))
    before = (Project.objects.count(), Investor.objects.count(), values())
    again = city.import_file("shangwuju", LEDGER)
    city.commit("shangwuju", again)
    assert not again.rows.filter(verdict__in=["new", "update"], done=False).exists()
    assert (Project.objects.count(), Investor.objects.count(), values()) == before


def test_存疑的一对由人定_退回的改好再导_与干净文件相同(city, tmp_path: Path) -> None:
    batch = city.import_file("shangwuju", LEDGER)
    [doubtful] = batch.rows.filter(verdict="doubtful")
    [candidate] = doubtful.candidates
    exchange.settle(
        actor=city.actor("shangwuju"), batch_id=batch.pk,
        settlements={doubtful.position: Settlement(f"same:{candidate['id']}")},
        now=city.now, today=city.TODAY,
    )  # fmt: skip
    batch.refresh_from_db()
    doubtful.refresh_from_db()
    assert doubtful.verdict == "same"
    city.commit("shangwuju", batch)
    assert Project.objects.count() == 59

    [refused] = batch.rows.filter(verdict="refused")
    assert "晚于今天" in refused.findings[0]["reason"] and refused.findings[0]["cell"]
    name, content = refused_workbook(batch)
    back = read_book(content, name)
    text = [str(value) for sheet in back.sheets for row in sheet.rows for value in row.values]
    assert any("晚于今天" in t for t in text)

    # 照原因把那一格改对,其余不动,再导
    path = tmp_path / name
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    cell = next(
        c for sheet in book for row in sheet.iter_rows() for c in row if "2081" in str(c.value)
    )
    cell.value = str(cell.value).replace("2081", "2018")
    book.save(path)
    again = city.import_file("shangwuju", path)
    assert again.counts.get("new") == 1 and not again.counts.get("refused")
    city.commit("shangwuju", again)
    assert Project.objects.count() == 60
    assert (
        sum(
            values()[f"{s}_projects"]
            for s in ("planning", "negotiation", "intent", "signed", "landed")
        )
        == 60
    )


def test_县区只能导入与本单位有关的行_看不见的不露一字(city) -> None:
    city.commit("shangwuju", city.import_file("shangwuju", LEDGER))
    batch = city.import_file("dongliao", LEDGER)
    own = set(
        Project.objects.filter(unit_ids__contains=[city.unit("dongliao").pk]).values_list(
            "code", flat=True
        )
    )
    everything = {p.code: p.name for p in Project.objects.all()}
    refused = batch.rows.filter(verdict="refused")
    assert any("都不是本单位" in f["reason"] for row in refused for f in row.findings)
    for row in batch.rows.all():
        shown = str([row.candidates, row.findings, row.object_id, row.changes])
        leaked = [code for code in everything if code not in own and code in shown]
        assert not leaked, row
    assert Project.objects.count() == 59


def test_成批与逐行写入的结果相同(city) -> None:
    def shape() -> list[tuple[object, ...]]:
        rows = Project.objects.order_by("name", "id").prefetch_related("parties__investor", "hosts")
        return [
            (p.name, p.stage, p.stage_since, p.total_investment, p.lead_unit_id, p.chain_id, p.unit_ids,
             [(x.investor.name, x.share_bp) for x in p.parties.all()],
             [(h.unit_id, h.share_bp, h.total_part) for h in p.hosts.all()],
             p.states.count(), p.moves.count())
            for p in rows
        ]  # fmt: skip

    with transaction.atomic():
        city.commit("shangwuju", city.import_file("shangwuju", LEDGER))
        many = (
            shape(),
            values(),
            Event.objects.filter(event="pipeline.project.registered").count(),
        )
        transaction.set_rollback(True)
    city.commit("shangwuju", city.import_file("shangwuju", LEDGER), one_by_one=True)
    assert (
        shape(),
        values(),
        Event.objects.filter(event="pipeline.project.registered").count(),
    ) == many
