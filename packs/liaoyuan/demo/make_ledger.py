"""由 projects_public.csv 造演示台账 ledger.xlsx:照办事人员平时记台账的样子,该有的脏一样不少。

    python packs/liaoyuan/demo/make_ledger.py [输出文件]

只写 csv 里有的事实,没有的留空;单位是为演示而分派的。脏在这里(每一处都有测试):
两行合并的标题与说明、两行表头、一张表记亿元一张表记万元、日期有文字有日期格有序列数、全角数字、
格内写单位、行话阶段、分节标题、空行、小计合计、填表人、一个项目两种写法(存疑)、一行不可能对的(退回)。
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

HERE = Path(__file__).resolve().parent
OUTPUT = HERE / "ledger.xlsx"
TITLE = "招商引资项目台账(公开案例演示)"
SAYING = (
    "填报单位:市商务局    说明:本表项目均为公开报道的各地真实案例,出处见「来源」,"
    "为演示而分派给各单位,不是本市的项目台账;金额单位见各列表头"
)
SECOND_SHEET = ("农产品加工", "新文旅")

# 首谈(牵头)单位:按行业分派,同一行业里市直部门与县区轮流
LEADS = {
    "袜业纺织": ("市工信局", "东辽县", "市工业和信息化局", "龙山区"),
    "农产品加工": ("市农业农村局", "东辽县人民政府", "市畜牧局", "西安区", "东丰县"),
    "装备制造": ("市工信局", "辽源高新区", "市工业和信息化局"),
    "医药健康": ("市科技局", "东丰县", "辽源高新区管委会"),
    "冶金建材": ("市工信局", "西安区人民政府", "龙山区"),
    "新能源": ("市能源局", "东丰县", "市发改委", "西安区"),
    "新文旅": ("市文广旅局", "龙山区"),
    "未来经济": ("市发展改革委", "市科技局", "市政数局"),
    "其他": ("市商务局", "龙山区人民政府", "市商务局"),
}
HOSTS = ("东丰县", "东辽县", "龙山区", "西安区", "辽源高新区")

# 台账上的行话;归入的库与 csv 的 stage 一致
WORDS = {
    "签约": ("已签约", "签约", "新签约"),
    "框架协议": ("框架协议", "拟签约", "意向协议"),
    "洽谈": ("在谈", "在洽谈"),
    "谋划": ("谋划", "储备"),
    "开工": ("开工", "已开工"),
}
TWIN = {  # 同一个项目被两个人各登一次
    "of": "P015",
    "name": "高性能防腐涂料(年产5万吨)建设项目",
    "investor": "北京港丰基业投资管理有限公司",
}
IMPOSSIBLE = "P051"  # 2018 年误敲成 2081 年
REFERENCE = dt.date(1899, 12, 30)


def projects() -> list[dict[str, str]]:
    with (HERE / "projects_public.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


class Ledger:
    """一边写一边记住轮到哪一家、哪一种写法。"""

    def __init__(self, path: Path) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"in_memory": True})
        self.book.set_properties(
            {"title": TITLE, "created": dt.datetime(2026, 1, 5, 9, 0)}  # noqa: DTZ001 - 文件属性不带时区
        )
        base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "border": 1}
        self.cell = self.book.add_format({**base, "text_wrap": True})
        self.head = self.book.add_format(
            {**base, "bold": True, "align": "center", "text_wrap": True}
        )
        self.title = self.book.add_format(
            {"font_name": "方正小标宋简体", "font_size": 18, "align": "center"}
        )
        self.note = self.book.add_format({"font_name": "宋体", "font_size": 9, "text_wrap": True})
        self.yi = self.book.add_format({**base, "num_format": '0.00"亿元"'})
        self.day = self.book.add_format({**base, "num_format": 'yyyy"年"m"月"d"日"'})
        self.turn: dict[str, int] = {}

    def next(self, key: str, options: tuple[str, ...]) -> str:
        index = self.turn.get(key, 0)
        self.turn[key] = index + 1
        return options[index % len(options)]

    def places(self, row: dict[str, str]) -> tuple[str, str]:
        """首谈(牵头)单位与承载地。本地项目的承载地照报道写(没写就空着),外地案例轮流分派;县区牵头的落在本县区。"""
        lead = self.next(f"lead {row['industry']}", LEADS[row["industry"]])
        county = next((host for host in HOSTS if lead.startswith(host)), "")
        if row["adcode"].startswith("2204"):
            host = row["county"] or ("辽源高新区" if "高新区" in row["site"] else "")
            return (host if county and host else lead), host
        return lead, county or self.next("host", HOSTS)

    def stage(self, row: dict[str, str]) -> str:
        raw = row["stage_raw"]
        return self.next(raw, WORDS[raw]) if raw in WORDS else raw

    def money(self, sheet: Any, at: tuple[int, int], row: dict[str, str], unit: str) -> Decimal:
        """金额:多数是数,少数是文字(全角、带单位)或带单位格式。"""
        if not row["amount_yi"]:
            sheet.write_blank(*at, None, self.cell)
            return Decimal(0)
        yi = Decimal(row["amount_yi"])
        shown = yi if unit == "亿元" else yi * 10_000
        way = self.turn["money"] = self.turn.get("money", 0) + 1
        text = f"{shown.normalize():f}"
        if way % 11 == 4:
            sheet.write_string(*at, text.translate(_WIDE), self.cell)
        elif way % 11 == 8:
            sheet.write_string(*at, f"{text} {unit}", self.cell)
        elif way % 11 == 6 and unit == "亿元":
            sheet.write_number(*at, float(shown), self.yi)
        else:
            sheet.write_number(*at, float(shown), self.cell)
        return shown

    def when(self, sheet: Any, at: tuple[int, int], row: dict[str, str]) -> None:
        """时间:文字、日期格、裸的序列数轮着来;写到哪级就写到哪级。"""
        value = row["date"]
        if not value:
            sheet.write_blank(*at, None, self.cell)
            return
        if row["id"] == IMPOSSIBLE:
            value = value.replace("2018", "2081")
        parts = [int(p) for p in value.split("-")]
        way = self.turn["when"] = self.turn.get("when", 0) + 1
        if len(parts) == 1:
            sheet.write_string(*at, f"{parts[0]}年", self.cell)
        elif len(parts) == 2:
            sheet.write_string(*at, f"{parts[0]}年{parts[1]}月", self.cell)
        elif way % 4 == 0:
            sheet.write_number(*at, (dt.date(*parts) - REFERENCE).days, self.cell)
        elif way % 4 == 1:
            sheet.write_number(*at, (dt.date(*parts) - REFERENCE).days, self.day)
        elif way % 4 == 2:
            sheet.write_string(*at, "{}年{}月{}日".format(*parts), self.cell)
        else:
            sheet.write_string(*at, "{}.{}.{}".format(*parts), self.cell)


# 全角数字与全角句点
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789."}


def remark(row: dict[str, str]) -> str:
    """备注:来源里的话,加上报道所在地(这些案例多数不在本市)。"""
    place = "".join(dict.fromkeys(p for p in (row["province"], row["city"], row["county"]) if p))
    told = f"报道所在地:{place}{row['site']}" if place else ""
    return ";".join(part for part in (row["note"], told) if part)


def write_head(ledger: Ledger, sheet: Any, unit: str) -> int:
    """标题、说明、两行表头;返回数据首行(从 0 起)。"""
    sheet.merge_range("A1:M1", TITLE, ledger.title)
    sheet.merge_range("A2:M2", SAYING, ledger.note)
    tall = {
        "A": "序号",
        "B": "项目名称",
        "C": "投资方",
        "F": "产业链",
        "G": "行业",
        "H": "首谈(牵头)\n单位",
        "I": "承载地",
        "L": "联系进展/备注",
        "M": "来源",
    }
    for letter, text in tall.items():
        sheet.merge_range(f"{letter}3:{letter}4", text, ledger.head)
    sheet.merge_range("D3:E3", "投资额", ledger.head)
    sheet.write("D4", f"总投资\n({unit})", ledger.head)
    sheet.write("E4", "固定资产投资\n(万元)", ledger.head)
    sheet.merge_range("J3:K3", "项目进展", ledger.head)
    sheet.write("J4", "所处阶段", ledger.head)
    sheet.write("K4", "时 间", ledger.head)
    for column, width in zip(
        "ABCDEFGHIJKLM", (6, 34, 28, 11, 13, 11, 9, 15, 11, 10, 14, 36, 40), strict=True
    ):
        sheet.set_column(f"{column}:{column}", width)
    sheet.freeze_panes(4, 2)
    return 4


def write_sheet(ledger: Ledger, name: str, rows: list[dict[str, str]], unit: str) -> None:
    sheet = ledger.book.add_worksheet(name)
    at = write_head(ledger, sheet, unit)
    total = Decimal(0)
    groups = [
        ("一、在建及投产项目", [r for r in rows if r["stage"] == "落地"]),
        ("二、已签约项目", [r for r in rows if r["stage"] == "签约"]),
        ("三、在谈及谋划项目", [r for r in rows if r["stage"] not in ("落地", "签约")]),
    ]
    number = 0
    for heading, members in groups:
        if not members:
            continue
        sheet.merge_range(at, 0, at, 12, heading, ledger.cell)
        at += 1
        part = Decimal(0)
        for row in members:
            number += 1
            part += write_row(ledger, sheet, at, number, row, unit)
            at += 1
            if number % 17 == 0:
                at += 1  # 换页时空出来的一行
        sheet.write_string(at, 1, "小 计", ledger.head)
        sheet.write_number(at, 3, float(part), ledger.head)
        total += part
        at += 2
    sheet.merge_range(at, 0, at, 2, "合 计", ledger.head)
    sheet.write_number(at, 3, float(total), ledger.head)
    sheet.write_string(at + 1, 1, "填表人:经办", ledger.note)
    sheet.write_string(at + 1, 7, "审核人:负责人", ledger.note)


def write_row(
    ledger: Ledger, sheet: Any, at: int, number: int, row: dict[str, str], unit: str
) -> Decimal:
    sheet.write_number(at, 0, number, ledger.cell)
    # 手工敲的空格:有的名称后面多一个全角空格
    sheet.write_string(at, 1, row["name"] + ("\u3000" if number % 9 == 0 else ""), ledger.cell)
    _text(sheet, at, 2, row["investor"], ledger)
    amount = ledger.money(sheet, (at, 3), row, unit)
    sheet.write_blank(at, 4, None, ledger.cell)
    _text(sheet, at, 5, row["industry"], ledger)
    sheet.write_blank(at, 6, None, ledger.cell)
    lead, host = ledger.places(row)
    _text(sheet, at, 7, lead, ledger)
    _text(sheet, at, 8, host, ledger)
    _text(sheet, at, 9, ledger.stage(row), ledger)
    ledger.when(sheet, (at, 10), row)
    _text(sheet, at, 11, remark(row), ledger)
    _text(sheet, at, 12, row["source_url"] or "公开报道,检索摘录无网址", ledger)
    return amount


def _text(sheet: Any, at: int, column: int, value: str, ledger: Ledger) -> None:
    if value:
        sheet.write_string(at, column, value, ledger.cell)
    else:
        sheet.write_blank(at, column, None, ledger.cell)


def make(path: Path = OUTPUT) -> Path:
    """写出台账,返回路径。"""
    rows = projects()
    twin = next(r for r in rows if r["id"] == TWIN["of"])
    rows.append({**twin, "id": "", "name": TWIN["name"], "investor": TWIN["investor"]})
    ledger = Ledger(path)
    first = [r for r in rows if r["industry"] not in SECOND_SHEET]
    second = [r for r in rows if r["industry"] in SECOND_SHEET]
    write_sheet(ledger, "工业和新兴产业", first, "亿元")
    write_sheet(ledger, "农产品加工和文旅", second, "万元")
    ledger.book.close()
    return path


if __name__ == "__main__":
    target = make(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT)
    sys.stdout.write(f"已写出 {target}\n")
