"""导出、模板、退回表:写出去再读回来,一个字不差。"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import resource
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from juyuan.faces.cli import serving
from juyuan.foundation.exchange import exporters
from juyuan.foundation.exchange.csvtext import read_rows
from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind, registry
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.refusal import CAPS
from juyuan.foundation.exchange.refused import refused_workbook
from juyuan.foundation.exchange.rows import parse_book
from juyuan.foundation.exchange.templates_xlsx import template
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.exchange.tests.toy import COLUMNS, TOY, TOY_EXPORT, store
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import Denial, Denied, NotFound, RuleBroken
from tests.cast import NOW, TODAY
from tests.files.dirty import DIRTY, YI, formatted, plain

pytestmark = pytest.mark.django_db
HEAD = ["项目名称", "投资方", "总投资(万元)", "承载地", "时间", "出资比例", "新增岗位"]
STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'="]
PAYLOADS = [
    start + body
    for start in STARTS
    for body in ("1+1", "cmd|' /C calc'!A0", "SUM(A1:A9)", 'HYPERLINK("http://x","y")', '甲,乙"丙')
]


def made(actor: Any, file_format: str, **more: Any) -> bytes:
    stream = io.BytesIO()
    exporters.export(
        actor=actor,
        kind="toys",
        stream=stream,
        file_format=file_format,
        now=NOW,
        today=TODAY,
        **more,
    )
    return stream.getvalue()


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk.commit(
        desk.open(
            plain(
                HEAD,
                ["甲项目", "甲公司", 1234.5678, "甲县", "2025-03-01", "33.33%", 12],
                ["乙项目", "=乙公司", "不便透露", "乙区", "2025年3月", None, None],
            )
        )
    )
    return desk


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_what_is_exported_comes_back_the_same(filled: Desk, file_format: str) -> None:
    before = store()
    batch = filled.open(made(filled.actor, file_format), f"导出.{file_format}")
    assert [r.verdict for r in batch.rows.all()] == ["same", "same"]
    filled.commit(batch)
    assert store() == before


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_formula_text_is_never_a_formula_and_comes_back_unchanged(
    cast: Any, file_format: str
) -> None:
    registry.register(
        replace(
            TOY_EXPORT,
            columns=(ExportColumn("a", "项目名称"), ExportColumn("b", "投资方")),
            rows=lambda *_: [{"a": payload, "b": "甲"} for payload in PAYLOADS],
        )
    )
    data = made(cast.actor("longshan"), file_format)
    if file_format == "csv":
        rows, _ = read_rows(data, CAPS)
        assert [row[0] for row in rows[1:-1]] == PAYLOADS
        raw = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert all(row[0].startswith("'") for row in raw[1:-1])
    else:
        parts = zipfile.ZipFile(io.BytesIO(data))
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        back = [str(row.values[0]) for row in read_book(data, "a.xlsx").sheets[0].rows[3:]]
        # 工作簿的文字里回车记作 _x000D_ 或换行,其余一字不差
        plain_back = [text.replace("_x000D_", "\r").replace("\r", "\n") for text in back]
        assert plain_back == [payload.replace("\r", "\n") for payload in PAYLOADS]


def test_plain_numbers_are_not_prefixed_in_csv(cast: Any) -> None:
    registry.register(
        replace(
            TOY_EXPORT,
            columns=(ExportColumn("a", "数"),),
            rows=lambda *_: [{"a": "-5"}, {"a": "-1.25"}, {"a": "+5"}],
        )
    )
    lines = made(cast.actor("longshan"), "csv").decode("utf-8-sig").split("\r\n")
    assert lines[1:4] == ["-5", "-1.25", "'+5"]


def test_an_export_says_who_and_when_and_is_logged(filled: Desk) -> None:
    book = read_book(
        made(filled.actor, "xlsx", filters={"county": "甲县"}, columns=["name", "total"]), "a.xlsx"
    )
    rows = book.sheets[0].rows
    assert (
        rows[1].values[0]
        == "导出说明:龙山区人民政府 longshan经办 2026-11-20 09:00 导出,按本人可见范围"
    )
    assert rows[2].values == ["项目名称", "总投资(万元)"]
    assert rows[3].values == ["乙项目", "不便透露"]
    assert rows[4].values == ["甲项目", 1234.5678]
    event = Event.objects.get(event="exchange.exported")
    assert event.after == {
        "format": "xlsx",
        "filters": {"county": "甲县"},
        "columns": ["name", "total"],
    }
    assert event.actor_name == "longshan经办"


def test_refused_exports_leave_no_trace(filled: Desk) -> None:
    with pytest.raises(RuleBroken, match="没有“secret”这一列"):
        made(filled.actor, "xlsx", columns=["secret"])
    with pytest.raises(RuleBroken, match="导出格式只有"):
        made(filled.actor, "pdf")
    with pytest.raises(NotFound):
        exporters.export(
            actor=filled.actor, kind="nothing", stream=io.BytesIO(), now=NOW, today=TODAY
        )
    registry.register(replace(TOY_EXPORT, may=lambda actor: Denial("不给")))
    with pytest.raises(Denied, match="不给"):
        made(filled.actor, "xlsx")
    assert not Event.objects.filter(event="exchange.exported").exists()
    assert list(exporters.temp_folder().iterdir()) == []


def test_a_failing_export_leaves_no_temporary_file(filled: Desk) -> None:
    def rows(*_: Any) -> Any:
        yield {"name": "甲"}
        raise OSError("断了")

    registry.register(replace(TOY_EXPORT, rows=rows))
    with pytest.raises(OSError, match="断了"):
        made(filled.actor, "xlsx")
    assert list(exporters.temp_folder().iterdir()) == []


def test_a_file_is_renamed_only_when_it_is_whole(filled: Desk, tmp_path: Path) -> None:
    target = tmp_path / "台账.xlsx"
    done = exporters.export_file(actor=filled.actor, kind="toys", path=target, now=NOW, today=TODAY)
    assert done.rows == 2
    assert read_book(target.read_bytes(), target.name).sheets[0].rows[3].values[0] == "乙项目"
    registry.register(replace(TOY_EXPORT, may=lambda actor: Denial("不给")))
    with pytest.raises(Denied):
        exporters.export_file(
            actor=filled.actor, kind="toys", path=tmp_path / "二.csv", now=NOW, today=TODAY
        )
    assert [p.name for p in tmp_path.iterdir()] == ["台账.xlsx"]


def test_temp_folder_is_emptied_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    (exporters.temp_folder() / "半个.xlsx").write_bytes(b"x")
    (exporters.temp_folder() / "半个文件夹").mkdir()
    left: list[Path] = []

    def run(tree: serving.Tree, **more: Any) -> int:
        left.extend(exporters.temp_folder().iterdir())
        return 0

    monkeypatch.setenv("JUYUAN_HOME", str(exporters.temp_folder().parent))
    monkeypatch.setattr(serving.Tree, "run", run)
    monkeypatch.delenv("JUYUAN_EXPECT_WORKER", raising=False)
    assert serving.run("127.0.0.1", 1, lambda: None) == 0
    monkeypatch.delenv("JUYUAN_EXPECT_WORKER")
    assert left == []


def test_a_big_export_is_streamed(cast: Any) -> None:
    columns = tuple(ExportColumn(f"f{i}", f"列{i}") for i in range(10))
    registry.register(
        ExportKind(
            "toys",
            "大表",
            columns,
            lambda *_: ({c.field: f"第{n}行" for c in columns} for n in range(20_000)),
        )
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seen: list[int] = []
    data = made(cast.actor("longshan"), "xlsx", progress=lambda done, _: seen.append(done))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert seen[-1] == 20_000
    assert len(data) > 100_000
    assert grown < 60


def test_dates_times_and_shares_are_written_as_people_read_them(cast: Any) -> None:
    columns = (
        ExportColumn("d", "日期", "date"),
        ExportColumn("t", "时间", "datetime"),
        ExportColumn("s", "份额", "share"),
        ExportColumn("b", "是否"),
        ExportColumn("m", "金额", "money_wan"),
    )
    row = {
        "d": dt.date(2025, 3, 1),
        "t": dt.datetime(2025, 3, 1, 1, 2, tzinfo=dt.UTC),
        "s": 3333,
        "b": True,
        "m": 12_345_678,
    }
    registry.register(replace(TOY_EXPORT, columns=columns, rows=lambda *_: [row]))
    lines = made(cast.actor("longshan"), "csv").decode("utf-8-sig").split("\r\n")
    assert lines[0] == "日期,时间,份额(%),是否,金额(万元)"
    assert lines[1] == "2025-03-01,2025-03-01 09:02,33.33,是,1234.5678"
    sheet = read_book(made(cast.actor("longshan"), "xlsx"), "a.xlsx").sheets[0]
    assert sheet.rows[3].values == [dt.date(2025, 3, 1), "2025-03-01 09:02", 33.33, "是", 1234.5678]


def test_template_reads_back_as_an_empty_ledger_with_every_column_known() -> None:
    data = template(TOY)
    parsed = parse_book(read_book(data, "模板.xlsx"), COLUMNS)
    assert parsed.problems == []
    assert parsed.rows == [], "示例行不当数据"
    layout = parsed.tables[0][1]
    assert {c.field for c in layout.columns if c.field} == {c.field for c in COLUMNS}
    assert layout.by_field["total"].unit == "万元"
    assert [s.kind for s in layout.skipped] == ["example"]
    parts = zipfile.ZipFile(io.BytesIO(data))
    sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == 2
    comments = parts.read("xl/comments1.xml").decode()
    assert comments.count("必填") == 1
    assert "不便透露" in comments


def test_template_with_a_long_list_refers_to_the_options_sheet() -> None:
    words = tuple(f"选项第{i}号" for i in range(60))
    kind = replace(
        TOY, columns=tuple(replace(c, choices=words) if c.field == "county" else c for c in COLUMNS)
    )
    data = template(kind)
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert "选项!$A$2:$A$61" in sheet
    assert parse_book(read_book(data, "a.xlsx"), COLUMNS).problems == []


LEDGER_NAMES = [
    "办事人员的样子",
    "公式没算过",
    "合并的金额",
    "日期读不准",
    "阶段的行话",
    "数字格式与表头打架",
    "csv_两行表头",
    "旧版xls",
]


def _refused(batch: ImportBatch) -> tuple[str, bytes]:
    name, data = refused_workbook(batch)
    return name, data


def test_refused_rows_come_back_in_the_same_layout_with_reason_and_mend(desk: Desk) -> None:
    def fill() -> bytes:
        return plain(
            ["某地招商台账"],
            ["单位:万元"],
            ["项目名称", "总投资", "时间"],
            ["甲项目", 100, "2025-01-01"],
            ["乙项目", "约200", "2025-13-01"],
            ["丙项目", 300, "2025-01-03"],
        )

    batch = desk.commit(desk.open(fill()))
    name, data = _refused(batch)
    assert name == "台账_退回.xlsx"
    rows = read_book(data, name).sheets[0].rows
    assert [r.values[0] for r in rows] == ["某地招商台账", "单位:万元", "项目名称", "乙项目"]
    assert rows[2].values[3:] == ["原行号", "退回原因", "怎么改"]
    assert rows[3].values[3] == 5
    assert re.search(r"B5:金额「约200」读不准", str(rows[3].values[4]))
    assert "C5:日期「2025-13-01」不存在" in str(rows[3].values[4])
    assert rows[3].values[5]


def test_corrected_refused_rows_end_like_a_clean_file(desk: Desk) -> None:
    dirty = [["项目名称", "总投资(亿元)"], ["甲项目", 1], ["乙项目", "约2"], ["丙项目", 3]]
    clean = [dirty[0], dirty[1], ["乙项目", 2], dirty[3]]
    desk.commit(desk.open(plain(*dirty)))
    name, data = _refused(ImportBatch.objects.get())
    book = read_book(data, name)
    returned = [list(r.values) for r in book.sheets[0].rows]
    returned[1][1] = 2
    desk.commit(desk.open(plain(*returned), "改好.xlsx"))
    ended = store()
    again = desk.open(plain(*clean), "干净.xlsx")
    assert [r.verdict for r in again.rows.all()] == ["same", "same", "same"]
    assert ended["乙项目"]["total"] == str(2 * YI)
    assert set(ended) == {"甲项目", "乙项目", "丙项目"}


def test_number_format_travels_with_the_refused_row(desk: Desk) -> None:
    data = formatted(
        [["项目名称", "总投资", "时间"], ["甲项目", 3.5, "某日"]], {(1, 1): '0.00"亿元"'}
    )
    name, back = _refused(desk.open(data))
    row = read_book(back, name).sheets[0].rows[1]
    assert row.cell(1).number_format == '0.00"亿元"'
    assert row.values[1] == 3.5


def test_merged_money_is_not_doubled_on_the_way_back(desk: Desk) -> None:
    case = next(c for c in DIRTY if c.name == "合并的金额")
    name, data = _refused(desk.open(case.build()))
    row = read_book(data, name).sheets[0].rows[1]
    assert row.values[:2] == ["乙项目", None]


@pytest.mark.parametrize("name", LEDGER_NAMES)
def test_every_kind_of_dirt_comes_back_readable_and_judged_as_before(desk: Desk, name: str) -> None:
    case = next(c for c in DIRTY if c.name == name)
    first = desk.open(case.build(), case.filename)
    bad = [
        (r.shown.get("name"), r.verdict)
        for r in first.rows.all()
        if r.verdict in ("refused", "doubtful")
    ]
    back_name, data = _refused(first)
    if not bad:
        assert "没有退回" in str(read_book(data, back_name).sheets[0].rows[0].values)
        return
    second = desk.open(data, back_name)
    # 公式与合并的金额回来已是空格,不再退回;其余照旧
    expected = [] if name in ("公式没算过", "合并的金额") else bad
    assert [
        (r.shown.get("name"), r.verdict)
        for r in second.rows.all()
        if r.verdict in ("refused", "doubtful")
    ] == expected


def test_csv_comes_back_as_csv(desk: Desk) -> None:
    data = "项目名称,总投资(万元)\n'=甲项目,约1\n乙项目,2\n".encode("gb18030")
    name, back = _refused(desk.open(data, "台账.csv"))
    assert name == "台账_退回.csv"
    rows, encoding = read_rows(back, CAPS)
    assert encoding == "UTF-8(带 BOM)"
    assert rows[0] == ["项目名称", "总投资(万元)", "原行号", "退回原因", "怎么改"]
    assert rows[1][:3] == ["=甲项目", "约1", "2"]
    assert len(rows) == 2
