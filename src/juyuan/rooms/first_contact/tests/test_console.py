"""命令行:首谈台账先看后写,期初带文号;导出照本人可见范围。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from juyuan.faces.cli import exchanging
from juyuan.faces.cli.launch.trouble import Trouble
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.first_contact.tests.test_exchange import OTHER, ROW, at, book

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(cast: Any, tmp_path: Path, capsys: Any, settings: Any) -> Any:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)

    def go(*more: str, rows: Any = (ROW,), by: str = "longshan") -> dict[str, Any]:
        file = tmp_path / "首谈.xlsx"
        file.write_bytes(book(*rows))
        status = exchanging.bring_in(["claims", str(file), "--actor", by, "--json", *more])
        said = json.loads(capsys.readouterr().out)
        assert status == 0, said
        return dict(said)

    return go


def test_s3_2b_先看后写_退回说得出哪一格(bring: Any) -> None:
    bad = at(OTHER, 凭据="口头")
    seen = bring(rows=(ROW, bad))
    assert (seen["counts"]["new"], seen["counts"]["refused"]) == (
        1,
        1,
    ) and not Claim.objects.exists()
    (refused,) = [x for x in seen["findings"] if x["level"] == "refuse"]
    assert (refused["line"], refused["column"], refused["header"]) == (3, "H", "凭据")
    bring("--commit", rows=(ROW, bad))
    claim = Claim.objects.get()
    assert (claim.opening, claim.late, claim.state) == (False, True, "protected")
    again = bring("--commit", rows=(ROW, bad))
    assert again["counts"]["same"] == 1 and Claim.objects.count() == 1


def test_s3_2b_期初带文号日期与扫描件(bring: Any, tmp_path: Path) -> None:
    scan = tmp_path / "登记簿.txt"
    scan.write_text("首谈登记簿", encoding="utf-8")
    bring("--commit", "--paper", "辽商函〔2026〕8号", "--paper-date", "2026-11-01", "--paper-file", str(scan))  # fmt: skip
    claim, batch = Claim.objects.get(), ImportBatch.objects.get()
    assert (claim.opening, claim.state) == (True, "registered") and claim.file_sha256
    assert (batch.opening, batch.paper_number, str(batch.paper_date)) == (
        True, "辽商函〔2026〕8号", "2026-11-01"
    )  # fmt: skip
    for wrong in (["--paper", "某号", "--paper-date", "十一月"], ["--paper", "某号"],
                  ["--paper-date", "2026-11-01", "--paper-file", str(tmp_path / "没有.pdf")]):  # fmt: skip
        with pytest.raises(Trouble):
            bring("--commit", *wrong, rows=(OTHER,))
    assert Claim.objects.count() == 1


def test_s3_2b_导出照本人可见范围(bring: Any, tmp_path: Path, capsys: Any) -> None:
    bring("--commit")
    for who, rows in (("longshan", 1), ("dongfeng", 0)):
        out = tmp_path / f"{who}.csv"
        assert exchanging.take_out(["claims", str(out), "--actor", who, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["rows"] == rows
        assert ("安澜" in out.read_text(encoding="utf-8-sig")) == bool(rows)
