"""月报:某月终了时的全市数,三种文件说的是同一份事实;同一月再出一遍是同一份。"""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest

from juyuan.faces.cli import report
from juyuan.foundation.figures import monthly, queries
from juyuan.foundation.figures.actions import publish_month
from juyuan.foundation.figures.registry import MONEY
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.papers import queries as papers
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.rules import lines_of
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

OCTOBER = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("text", "first"), [("2026-11", date(2026, 11, 1)), (" 2025-01 ", date(2025, 1, 1))]
)
def test_月份读得懂(text: str, first: date) -> None:
    assert monthly.read_month(text, date(2026, 11, 20)) == first


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-13", "2026-1", "26-11", "2026-11-01", "2026-12", "1999-12", "２０２６-11"],
)
def test_月份读不懂_还没有到_都说明白(text: str) -> None:
    with pytest.raises(RuleBroken):
        monthly.read_month(text, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("value", "unit", "signed", "said"),
    [
        (None, "个", False, "—"), (1234, "个", False, "1,234"), (-3, "个", True, "−3"),
        (3, "个", True, "+3"), (0, "个", True, "0"), (650_000_000, MONEY, False, "6.50"),
        (8820, "%", False, "88.20%"), (-120, "%", True, "−1.20%点"),
    ],
)  # fmt: skip
def test_数写在纸上(value: int | None, unit: str, signed: bool, said: str) -> None:
    assert monthly.said(value, unit, signed=signed) == said


def test_月末() -> None:
    assert monthly.last_day(date(2026, 2, 1)) == date(2026, 2, 28)
    assert monthly.last_day(date(2028, 2, 1)) == date(2028, 2, 29)
    assert monthly.last_day(date(2026, 12, 1)) == date(2026, 12, 31)


@pytest.mark.django_db
def test_s3_1b_月报的数就是那天的数_三种文件相同_再出一遍是同一份(cast: Any) -> None:
    f.recognised(cast, Stage.SIGNED)
    november = date(2026, 11, 1)
    row = publish_month(actor=cast.actor("chen"), first=november, now=cast.NOW)
    assert row.title == "招商引资月报（2026年11月）" and row.number == "市商务局月报〔2026〕1号"
    values = {r.name: r.value for r in queries.compute(cast.TODAY)}
    assert {r["name"]: r["value"] for r in row.facts["rows"]} == values
    said = "".join(lines_of(papers.paper_of(row)))
    assert "截至2026年11月20日（当月未过完，截至当日），与2026年10月31日相比" in said
    raw = papers.rendered(row, "pdf")
    text = "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(raw)).pages)
    assert row.check_code in text and "签约库项目数" in text
    sheet = openpyxl.load_workbook(io.BytesIO(monthly.workbook(row))).worksheets[0]
    found = {line[1].value: line[3].value for line in sheet.iter_rows(min_row=6)}
    assert found["签约库项目数"] == values["signed_projects"] == 1
    assert found["签约库总投资"] == pytest.approx(values["signed_total"] / 10**8)
    assert monthly.workbook(row) == monthly.workbook(row)
    again = publish_month(
        actor=cast.actor("heyan"), first=november, now=cast.NOW + timedelta(hours=1)
    )
    assert again.pk == row.pk and Document.objects.count() == 1
    f.planning(cast, name="又一个")
    later = publish_month(
        actor=cast.actor("chen"), first=november, now=cast.NOW + timedelta(hours=2)
    )
    assert later.title.endswith("（第2稿）") and later.number.endswith("2号")
    assert monthly.published(november).count() == 2


@pytest.mark.django_db
def test_s3_1b_别的单位不能出_什么也没留下(cast: Any) -> None:
    f.parameters(cast)
    before = Event.objects.count()
    for who in ("longshan", "zongzhaoji", "caizheng", "kong", "sysadmin"):
        with pytest.raises(Denied, match="商务主管部门"):
            publish_month(actor=cast.actor(who), first=OCTOBER, now=cast.NOW)
    assert Event.objects.count() == before and not Document.objects.exists()
    row = publish_month(actor=cast.actor("chen"), first=OCTOBER, now=cast.NOW)
    assert papers.door(cast.actor("dongfeng"), row.code) == row  # 公布的数对谁都一样


@pytest.mark.django_db
def test_命令行_三个文件写进文件夹(cast: Any, tmp_path: Path, settings: Any, capsys: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)
    assert report.main(["monthly", "2026-10", str(tmp_path / "月报")]) == 0
    names = sorted(path.name for path in (tmp_path / "月报").iterdir())
    assert names == ["月报-2026-10.docx", "月报-2026-10.pdf", "月报-2026-10.xlsx"]
    assert "核验码" in capsys.readouterr().out
    with pytest.raises(RuleBroken, match="还没有到"):
        report.main(["monthly", "2027-01", str(tmp_path)])
