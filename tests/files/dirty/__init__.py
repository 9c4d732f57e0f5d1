"""脏的台账:办事人员真会交上来的样子,每一份的结果写死在这里。

`rows` 是读成的数据行(行号 → 要核对的几个值);`refused` 是退回的格子(地址 → 规则);
`doubted` 是存疑的格子(地址 → 各种读法的元);`skipped` 是跳过的行;`problems`、`notes` 是整表的话。
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
import xlsxwriter

from juyuan.kernel.period import PartialDate
from tests.files.xls import xls

WAN, YI = 10_000, 100_000_000
HEAD = ["项目名称", "总投资(万元)"]


def book(
    fill: Callable[[Any, Any], None], *, date_1904: bool = False, sheet: str = "台账"
) -> bytes:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": date_1904})
    fill(workbook, workbook.add_worksheet(sheet))
    workbook.close()
    return buffer.getvalue()


def plain(*rows: list[Any], **options: Any) -> bytes:
    """照样写:数字为数字,文字为文字。"""

    def fill(workbook: Any, sheet: Any) -> None:
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(r, c, value)
                elif value is not None:
                    sheet.write(r, c, value)

    return book(fill, **options)


def formatted(rows: list[list[Any]], formats: dict[tuple[int, int], str], **options: Any) -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                style = (
                    workbook.add_format({"num_format": formats[r, c]})
                    if (r, c) in formats
                    else None
                )
                if isinstance(value, str):
                    sheet.write_string(r, c, value, style)
                elif isinstance(value, (date, datetime)):
                    sheet.write_datetime(r, c, value, style)
                elif value is not None:
                    sheet.write_number(r, c, value, style)

    return book(fill, **options)


def _clerk_style() -> bytes:
    """两行标题、单位另起、两行表头、小计合计、填表人。"""

    def fill(workbook: Any, sheet: Any) -> None:
        sheet.merge_range("A1:F1", "2025年招商引资项目台账")
        sheet.write("A2", "填报单位:市商务局")
        sheet.write("E2", "单位:万元")
        sheet.merge_range("A3:A4", "序号")
        sheet.merge_range("B3:B4", "项目\n名称")
        sheet.merge_range("C3:D3", "投资额")
        sheet.write("C4", "总投资(亿元)")
        sheet.write("D4", "固定资产投资")
        sheet.merge_range("E3:E4", "所处阶段")
        sheet.merge_range("F3:F4", "时 间")
        lines = [
            [1, "甲项目", 1.2, 8000, "在谈", "2025年3月"],
            ["", "小计", 1.2, 8000],
            [],
            [2, "乙项目", 0.5, 3000, "在建", "2025.4.1"],
            ["合计", "", 1.7, 11000],
            ["填表人:某某", "", "", "", "审核人:某某"],
        ]
        for r, row in enumerate(lines, start=4):
            for c, value in enumerate(row):
                if value != "":
                    sheet.write(r, c, value)

    return book(fill)


def _merged_county() -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["承载地", "项目名称", "总投资(万元)"])
        sheet.merge_range("A2:A3", "甲县")
        sheet.write_row(1, 1, ["甲一", 100])
        sheet.write_row(2, 1, ["甲二", 200])
        sheet.write_row(3, 0, ["乙区", "乙一", 300])

    return book(fill)


def _merged_money() -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEAD)
        sheet.write_column(1, 0, ["甲项目", "乙项目"])
        sheet.merge_range("B2:B3", 500)

    return book(fill)


def _repeated_header() -> bytes:
    return plain(HEAD, ["甲项目", 1], ["项目名称", "总投资（万元）"], ["乙项目", 2])


def _sections() -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, [*HEAD, "承载地"])
        sheet.merge_range("A2:C2", "一、在建项目")
        sheet.write_row(2, 0, ["甲项目", 1, "甲县"])
        sheet.merge_range("A4:C4", "(二)拟签约项目")
        sheet.write_row(4, 0, ["乙项目", 2, "乙区"])

    return book(fill)


def _hidden_row() -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["甲项目", 1])
        sheet.write_row(2, 0, ["乙项目", 2])
        sheet.set_row(2, None, None, {"hidden": True})

    return book(fill)


def _hidden_sheet() -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["甲项目", 1])
        other = workbook.add_worksheet("去年")
        other.write_row(0, 0, HEAD)
        other.write_row(1, 0, ["旧项目", 9])
        other.hide()

    return book(fill)


def _two_sheets() -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["甲项目", 1])
        other = workbook.add_worksheet("乙区")
        other.write_row(0, 0, ["项目名称", "总投资(亿元)"])
        other.write_row(1, 0, ["乙项目", 1])
        workbook.add_worksheet("说明").write("A1", "本表每月20日前报送")

    return book(fill)


def _uncomputed() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "台账"
    sheet.append(HEAD)
    sheet.append(["甲项目", "=100+200"])
    sheet.append(["乙项目", 300])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _computed() -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEAD)
        sheet.write(1, 0, "甲项目")
        sheet.write_formula(1, 1, "=100+200", None, 300)

    return book(fill)


def _error_value() -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEAD)
        sheet.write(1, 0, "甲项目")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")

    return book(fill)


def _formatted_to_the_end() -> bytes:
    """全表刷了格式,最后一行最后一列只有边框没有字。"""

    def fill(workbook: Any, sheet: Any) -> None:
        frame = workbook.add_format({"border": 1})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["甲项目", 1])
        sheet.write_blank(900_000, 16_000, None, frame)

    return book(fill)


def _csv(text: str, encoding: str) -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


_CSV = '项目名称,总投资(万元),时间\n甲项目,"1,200",2025-03-01\n乙项目䶮㛃,0.5亿元,2025年3月\n'
_CSV_ROWS = {
    2: {"name": "甲项目", "total": 1200 * WAN, "met_on": PartialDate(2025, 3, 1)},
    3: {"name": "乙项目䶮㛃", "total": YI // 2, "met_on": PartialDate(2025, 3)},
}
_CSV_NOTES = {"B3": "总投资表头是万元,格内写明亿元,按格内的读。"}


def _wps_no_reference() -> bytes:
    """有的软件写出的格子不带地址。"""
    base = plain(HEAD, ["甲项目", 7])
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                for address in ("A1", "B1", "A2", "B2"):
                    content = content.replace(f' r="{address}"'.encode(), b"")
            new.writestr(name, content)
    return out.getvalue()


@dataclass(frozen=True)
class Dirty:
    """一份脏文件与它的确切结果。"""

    name: str
    build: Callable[[], bytes]
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    doubted: dict[str, tuple[int, ...]] = field(default_factory=dict)
    skipped: tuple[tuple[int, str], ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    row_notes: dict[str, str] = field(default_factory=dict)
    filename: str = "台账.xlsx"


DIRTY = (
    Dirty(
        "办事人员的样子",
        _clerk_style,
        rows={
            5: {
                "name": "甲项目",
                "total": 12_000 * WAN,
                "fixed": 8000 * WAN,
                "stage": "negotiation",
                "met_on": PartialDate(2025, 3),
            },
            8: {
                "name": "乙项目",
                "total": 5000 * WAN,
                "fixed": 3000 * WAN,
                "stage": "landed",
                "met_on": PartialDate(2025, 4, 1),
            },
        },
        skipped=((6, "total"), (7, "blank"), (9, "total"), (10, "remark")),
    ),
    Dirty(
        "表头是亿元",
        lambda: plain(["项目名称", "总投资(亿元)"], ["甲项目", 3.5], ["乙项目", "3.5"]),
        rows={2: {"total": 350_000_000}, 3: {"total": 350_000_000}},
    ),
    Dirty(
        "表头是万元且全角括号",
        lambda: plain(["项目名称", "总投资（万元）"], ["甲项目", "５,０００"]),
        rows={2: {"total": 5000 * WAN}},
    ),
    Dirty(
        "表头是元",
        lambda: plain(["项目名称", "总投资/元"], ["甲项目", "1,234,567"]),
        rows={2: {"total": 1_234_567}},
    ),
    Dirty(
        "单位写在标题行",
        lambda: plain(["招商项目表", "单位：亿元"], ["项目名称", "总投资"], ["甲项目", 2]),
        rows={3: {"total": 2 * YI}},
    ),
    Dirty(
        "单位单独占一行表头",
        lambda: plain(
            ["项目名称", "总投资", "固定资产投资"],
            ["", "（亿元）", "（万元）"],
            ["甲项目", 2, 9000],
        ),
        rows={3: {"total": 2 * YI, "fixed": 9000 * WAN}},
    ),
    Dirty(
        "哪里都没写单位",
        lambda: plain(["项目名称", "总投资"], ["甲项目", 5000], ["乙项目", "6000万元"]),
        rows={2: {"total": None}, 3: {"total": 6000 * WAN}},
        refused={"B2": "unit"},
    ),
    Dirty(
        "单位写在格子里",
        lambda: plain(["项目名称", "总投资(万元)"], ["甲项目", "0.5亿"], ["乙项目", "300万元"]),
        rows={2: {"total": YI // 2}, 3: {"total": 300 * WAN}},
        row_notes={"B2": "总投资表头是万元,格内写明亿元,按格内的读。"},
    ),
    Dirty(
        "单位写在数字格式里",
        lambda: formatted([["项目名称", "总投资"], ["甲项目", 3.5]], {(1, 1): '0.00"亿元"'}),
        rows={2: {"total": 350_000_000}},
    ),
    Dirty(
        "数字格式与表头打架",
        lambda: formatted([HEAD, ["甲项目", 3.5]], {(1, 1): '0.00"亿元"'}),
        rows={2: {"total": None}},
        doubted={"B2": (350_000_000, 35_000)},
    ),
    Dirty(
        "数字格式与表头一致",
        lambda: formatted([HEAD, ["甲项目", 3.5]], {(1, 1): '0.00"万元"'}),
        rows={2: {"total": 35_000}},
    ),
    Dirty(
        "格式把元缩成万元看",
        lambda: formatted([HEAD, ["甲项目", 12_345_678]], {(1, 1): '0!.0000"万元"'}),
        rows={2: {"total": 12_345_678}},
    ),
    Dirty(
        "格式带千位缩放",
        lambda: formatted(
            [["项目名称", "总投资"], ["甲项目", 12_000_000]], {(1, 1): '0!.0,"万元"'}
        ),
        rows={2: {"total": 12_000_000}},
    ),
    Dirty(
        "金额写约数",
        lambda: plain(HEAD, ["甲项目", "约5000"], ["乙项目", "5000-6000"]),
        rows={2: {}, 3: {}},
        refused={"B2": "money", "B3": "money"},
    ),
    Dirty(
        "金额是外币",
        lambda: plain(HEAD, ["甲项目", "500万美元"]),
        rows={2: {}},
        refused={"B2": "money"},
    ),
    Dirty(
        "金额写不便透露",
        lambda: plain(HEAD, ["甲项目", "不便透露"], ["乙项目", "待定"], ["丙项目", "—"]),
        rows={2: {"total": "withheld"}, 3: {"total": "pending"}, 4: {"total": None}},
    ),
    Dirty("金额为负", lambda: plain(HEAD, ["甲项目", -5]), rows={2: {}}, refused={"B2": "money"}),
    Dirty("浮点尾巴", lambda: plain(HEAD, ["甲项目", 0.1 + 0.2]), rows={2: {"total": 3000}}),
    Dirty(
        "金额列是日期",
        lambda: formatted([HEAD, ["甲项目", datetime(2025, 3, 1)]], {(1, 1): "yyyy-mm-dd"}),
        rows={2: {}},
        refused={"B2": "money"},
    ),
    Dirty(
        "合并的承载地",
        _merged_county,
        rows={
            2: {"county": "甲县", "name": "甲一"},
            3: {"county": "甲县", "name": "甲二"},
            4: {"county": "乙区", "name": "乙一"},
        },
    ),
    Dirty(
        "合并的金额",
        _merged_money,
        rows={2: {"total": 500 * WAN}, 3: {"total": None}},
        refused={"B3": "merged"},
    ),
    Dirty(
        "重复的表头",
        _repeated_header,
        rows={2: {"name": "甲项目"}, 4: {"name": "乙项目"}},
        skipped=((3, "repeated"),),
    ),
    Dirty(
        "分节标题",
        _sections,
        rows={3: {"name": "甲项目"}, 5: {"name": "乙项目"}},
        skipped=((2, "section"), (4, "section")),
    ),
    Dirty(
        "空行与末尾空行",
        lambda: plain(HEAD, ["甲项目", 1], [" ", ""], ["乙项目", 2], [], ["　"]),
        rows={2: {"name": "甲项目"}, 4: {"name": "乙项目"}},
        skipped=((3, "blank"),),
    ),
    Dirty(
        "示例行没删",
        lambda: plain(["序号", *HEAD], ["示例", "示例项目", 1], [1, "甲项目", 2]),
        rows={3: {"name": "甲项目"}},
        skipped=((2, "example"),),
    ),
    Dirty(
        "隐藏行",
        _hidden_row,
        rows={2: {"name": "甲项目"}, 3: {"name": "乙项目"}},
        row_notes={"": "这一行在原表里是隐藏的,照样读取了。"},
    ),
    Dirty(
        "隐藏的表",
        _hidden_sheet,
        rows={2: {"name": "甲项目"}},
        notes=("工作表“去年”是隐藏的,没有读取;如需导入请取消隐藏后重新上传。",),
    ),
    Dirty(
        "几张表各有单位",
        _two_sheets,
        rows={2: {"name": "乙项目", "total": YI}},
        notes=("工作表“说明”没有找到表头,没有读取。",),
    ),
    Dirty(
        "公式没算过",
        _uncomputed,
        rows={2: {"total": None}, 3: {"total": 300 * WAN}},
        refused={"B2": "formula"},
    ),
    Dirty("公式算过", _computed, rows={2: {"total": 300 * WAN}}),
    Dirty("公式算出错误", _error_value, rows={2: {}}, refused={"B2": "formula_error"}),
    Dirty("格式刷到底", _formatted_to_the_end, rows={2: {"name": "甲项目", "total": WAN}}),
    Dirty(
        "日期的各种写法",
        lambda: formatted(
            [
                ["项目名称", "时间"],
                ["甲", datetime(2025, 3, 1)],
                ["乙", 45717],
                ["丙", "2025年3月1日"],
                ["丁", "2025.3"],
                ["戊", "20250301"],
                ["己", "2025"],
                ["庚", 45717],
            ],
            {(1, 1): "yyyy/m/d", (7, 1): 'yyyy"年"m"月"d"日"'},
        ),
        rows={
            2: {"met_on": PartialDate(2025, 3, 1)},
            3: {"met_on": PartialDate(2025, 3, 1)},
            4: {"met_on": PartialDate(2025, 3, 1)},
            5: {"met_on": PartialDate(2025, 3)},
            6: {"met_on": PartialDate(2025, 3, 1)},
            7: {"met_on": PartialDate(2025)},
            8: {"met_on": PartialDate(2025, 3, 1)},
        },
    ),
    Dirty(
        "日期读不准",
        lambda: plain(
            ["项目名称", "时间"],
            ["甲", "3月上旬"],
            ["乙", "25.3.1"],
            ["丙", "2025-02-30"],
            ["丁", 2025.1],
        ),
        rows={i: {} for i in range(2, 6)},
        refused={f"B{i}": "date" for i in range(2, 6)},
    ),
    Dirty(
        "1904纪年",
        lambda: formatted(
            [["项目名称", "时间"], ["甲", datetime(2025, 3, 1)], ["乙", 44255]],
            {(1, 1): "yyyy-mm-dd"},
            date_1904=True,
        ),
        rows={2: {"met_on": PartialDate(2025, 3, 1)}, 3: {"met_on": PartialDate(2025, 3, 1)}},
    ),
    Dirty(
        "代码存成数字",
        lambda: plain(
            ["项目名称", "统一社会信用代码"],
            ["甲", 912204000000000001],
            ["乙", "91220400MA0Y4XK87D"],
        ),
        rows={2: {}, 3: {}},
        refused={"B2": "long_number", "B3": "uscc"},
    ),
    Dirty(
        "电话存成数字",
        lambda: plain(["项目名称", "联系电话"], ["甲", 13800138000], ["乙", "0437-3223345"]),
        rows={2: {"phone": "13800138000"}, 3: {"phone": "0437-3223345"}},
    ),
    Dirty(
        "空白成堆",
        lambda: plain(
            ["　项目\n名称 ", " 投 资 方"], ["\u00a0甲　项目\u200b ", "北方\n袜业 公司\t"]
        ),
        rows={2: {"name": "甲 项目", "investor": "北方袜业 公司"}},
    ),
    Dirty(
        "百分比",
        lambda: formatted(
            [
                ["项目名称", "出资比例"],
                ["甲", 0.355],
                ["乙", "35.5%"],
                ["丙", 35.5],
                ["丁", "120%"],
                ["戊", "33.333%"],
            ],
            {(1, 1): "0.0%"},
        ),
        rows={2: {"share": 3550}, 3: {"share": 3550}, 4: {"share": 3550}, 5: {}, 6: {}},
        refused={"B5": "share", "B6": "share"},
    ),
    Dirty(
        "阶段的行话",
        lambda: plain(["项目名称", "阶段"], ["甲", "在谈"], ["乙", "在 建"], ["丙", "快成了"]),
        rows={2: {"stage": "negotiation"}, 3: {"stage": "landed"}, 4: {}},
        refused={"B4": "choice"},
    ),
    Dirty(
        "整数的写法",
        lambda: plain(
            ["项目名称", "新增岗位"], ["甲", "１,200"], ["乙", 300], ["丙", "三百"], ["丁", 1.5]
        ),
        rows={2: {"jobs": 1200}, 3: {"jobs": 300}, 4: {}, 5: {}},
        refused={"B4": "integer", "B5": "integer"},
    ),
    Dirty(
        "缺项目名称",
        lambda: plain(HEAD, ["甲项目", 1], ["", 2]),
        rows={2: {"total": WAN}, 3: {"name": None}},
        refused={"A3": "required"},
    ),
    Dirty(
        "缺必填列",
        lambda: plain(["投资方", "总投资(万元)"], ["某公司", 1]),
        problems=("工作表“台账”:没有找到必填的“项目名称”列,请补上表头或在“对应列”一步里指定。",),
    ),
    Dirty(
        "两列都像总投资",
        lambda: plain(["项目名称", "投资总额(万元)", "计划总投资(万元)"], ["甲", 1, 2]),
        problems=(
            "工作表“台账”:B、C 列都像“总投资”,请在“对应列”一步里选定一列(命令行导入请改表头)。",
        ),
    ),
    Dirty(
        "正名胜过别名",
        lambda: plain(["项目名称", "计划总投资(万元)", "总投资(万元)"], ["甲", 1, 2]),
        rows={2: {"total": 2 * WAN}},
    ),
    Dirty(
        "没有表头",
        lambda: plain(["甲项目", 1], ["乙项目", 2]),
        problems=(
            "整个文件没有找到表头:至少要有“项目名称”等列名。请核对是否选错了文件或导入种类,也可先下载模板对照。",
        ),
        notes=("工作表“台账”没有找到表头,没有读取。",),
    ),
    Dirty("名字过长", lambda: plain(HEAD, ["长" * 61, 1]), rows={2: {}}, refused={"A2": "length"}),
    Dirty("格子没有地址", _wps_no_reference, rows={2: {"name": "甲项目", "total": 7 * WAN}}),
    Dirty(
        "csv_UTF8", _csv(_CSV, "utf-8"), rows=_CSV_ROWS, row_notes=_CSV_NOTES, filename="台账.csv"
    ),
    Dirty(
        "csv_带BOM",
        _csv(_CSV, "utf-8-sig"),
        rows=_CSV_ROWS,
        row_notes=_CSV_NOTES,
        filename="台账.csv",
    ),
    Dirty(
        "csv_GB18030",
        _csv(_CSV, "gb18030"),
        rows=_CSV_ROWS,
        row_notes=_CSV_NOTES,
        filename="台账.csv",
    ),
    Dirty(
        "csv_UTF16", _csv(_CSV, "utf-16"), rows=_CSV_ROWS, row_notes=_CSV_NOTES, filename="台账.csv"
    ),
    Dirty(
        "csv_分号",
        _csv("项目名称;总投资(万元)\n甲项目;1,5\n乙项目;2\n", "utf-8"),
        rows={2: {}, 3: {"total": 2 * WAN}},
        refused={"B2": "money"},
        filename="台账.csv",
    ),
    Dirty(
        "csv_制表符",
        _csv("项目名称\t总投资(万元)\n甲项目\t1\n", "utf-8"),
        rows={2: {"total": WAN}},
        filename="台账.csv",
    ),
    Dirty(
        "csv_防公式前缀",
        _csv("项目名称,投资方\n'=1+1,'@某公司\n'普通引号,x\n", "utf-8"),
        rows={2: {"name": "=1+1", "investor": "@某公司"}, 3: {"name": "'普通引号"}},
        filename="台账.csv",
    ),
    Dirty(
        "csv_两行表头",
        _csv("项目名称,投资额(万元),\n,总投资,固定资产投资\n甲项目,2,1\n", "utf-8"),
        rows={3: {"total": 2 * WAN, "fixed": None}},
        refused={"C3": "unit"},
        filename="台账.csv",
    ),
    Dirty(
        "旧版xls",
        lambda: xls(
            [
                (
                    "台账",
                    [
                        ["项目名称", "总投资", "时间"],
                        ["甲项目", 3.5, 45717.0],
                        ["乙项目", None, "2025年3月"],
                    ],
                ),
                ("藏", [["项目名称", "投资方"], ["旧", "旧"]]),
            ],
            formats={("台账", 1, 1): '0.00"亿元"', ("台账", 1, 2): "yyyy/m/d"},
            hidden_sheets=("藏",),
            hidden_rows={"台账": (2,)},
        ),
        rows={
            2: {"total": 350_000_000, "met_on": PartialDate(2025, 3, 1)},
            3: {"name": "乙项目", "met_on": PartialDate(2025, 3)},
        },
        notes=("工作表“藏”是隐藏的,没有读取;如需导入请取消隐藏后重新上传。",),
        row_notes={"": "这一行在原表里是隐藏的,照样读取了。"},
        filename="台账.xls",
    ),
    Dirty(
        "旧版xls_1904与合并",
        lambda: xls(
            [
                (
                    "台账",
                    [
                        ["承载地", "项目名称", "时间"],
                        ["甲县", "甲一", 44255.0],
                        [None, "甲二", 44255.0],
                    ],
                )
            ],
            formats={("台账", 1, 2): "yyyy-mm-dd", ("台账", 2, 2): "yyyy-mm-dd"},
            merged={"台账": [(1, 2, 0, 0)]},
            date1904=True,
        ),
        rows={
            2: {"county": "甲县", "met_on": PartialDate(2025, 3, 1)},
            3: {"county": "甲县", "met_on": PartialDate(2025, 3, 1)},
        },
        filename="台账.xls",
    ),
)
