"""命令行导入项目台账:坏一格说一处,哪一行、哪一列、为什么、怎么改都在 `--json` 里。条款 3.3b。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from juyuan.faces.cli import exchanging
from juyuan.foundation.exchange.models import ImportRow
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as f
from tests.files.dirty import plain

pytestmark = pytest.mark.django_db
HEAD = ["项目名称", "总投资(万元)", "首谈单位", "承载地", "所处阶段", "时间"]
GOOD = ["甲项目", 5000, "市工业和信息化局", "龙山区", "在谈", "2026-03-12"]


@pytest.fixture(autouse=True)
def _clock(settings) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


@pytest.fixture
def bring(cast, tmp_path: Path, capsys) -> Any:
    f.parameters(cast)
    username = cast.account("chen").username

    def go(*rows: list[Any], commit: bool = False) -> tuple[int, dict[str, Any], str]:
        file = tmp_path / "台账.xlsx"
        file.write_bytes(plain(HEAD, *rows))
        more = ["--commit"] if commit else []
        status = exchanging.bring_in(["projects", str(file), "--actor", username, "--json", *more])
        said = capsys.readouterr()
        return status, json.loads(said.out), said.err

    return go


def worse(column: int, value: Any, name: str = "乙项目") -> list[Any]:
    row = [*GOOD]
    row[0], row[column] = name, value
    return row


@pytest.mark.parametrize("bad", ["2026-13-40", "上个月", "2026-02-30", "2027-01-01"])
@pytest.mark.parametrize("commit", [False, True], ids=["预览", "写入"])
def test_s3_3b_一个日期坏了_只说这一处(bring, bad, commit) -> None:
    status, document, err = bring(GOOD, worse(5, bad), commit=commit)
    assert (status, err) == (0, "")
    [finding] = document["findings"]
    assert (finding["line"], finding["column"], finding["header"]) == (3, "F", "时间")
    assert finding["reason"] and finding["mend"]
    assert document["counts"]["new"] == 1 and document["counts"]["refused"] == 1
    assert Project.objects.count() == (1 if commit else 0)
    # 网页上看到的同样只有一处:不再另说「没有时间」
    row = ImportRow.objects.filter(verdict="refused").latest("id")
    assert [one["field"] for one in row.findings] == ["date"]


@pytest.mark.parametrize(
    ("column", "value"),
    [(0, ""), (1, "约五千"), (2, "没有的局"), (3, "没有的区"), (4, "说不清"), (4, ""), (5, "乱写")],
)
def test_s3_3b_哪一格坏就说哪一格(bring, column, value) -> None:
    row = worse(column, value) if column else ["", *GOOD[1:]]
    status, document, _ = bring(row, commit=True)
    assert status == 1
    [finding] = document["findings"]
    assert (finding["line"], finding["column"]) == (2, "ABCDEF"[column])
    assert finding["reason"].endswith("。") and finding["mend"].endswith("。")


def test_s3_3b_存疑的也说得出行列与办法(bring) -> None:
    status, document, _ = bring(GOOD, [*GOOD], commit=True)
    assert status == 0
    [finding] = document["findings"]
    assert finding["verdict"] == "doubtful" and finding["line"] == 3
    assert finding["column"] == "A" and finding["reason"] and finding["mend"]
