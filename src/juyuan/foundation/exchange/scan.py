"""收文件的门:一个文件在读之前必须先过这里。

`scan(字节, 文件名)` 认出真类型、查外壳、走一遍内容,返回 `Scan`(类型与各表事实);
不收的抛 `FileRefused`,带一句中文与改法。单个文件 5 秒、200 MB 以内必有结论。
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from juyuan.foundation.exchange.biff import scan_workbook
from juyuan.foundation.exchange.cfb import MAGIC as OLE_MAGIC
from juyuan.foundation.exchange.cfb import Compound
from juyuan.foundation.exchange.facts import Budget, SheetFacts
from juyuan.foundation.exchange.package import Package, macro_part
from juyuan.foundation.exchange.refusal import (
    CAPS,
    Caps,
    FileRefused,
    damaged,
    encrypted,
    external_links,
    macros,
    tampered,
    too_many_cells,
    too_many_sheets,
)
from juyuan.foundation.exchange.sheetxml import SharedStrings, SheetWalk, Styles
from juyuan.foundation.exchange.xmlscan import Elements

ACCEPTED = ("xlsx", "xls", "csv")
_OTHER_TYPES = {
    "xlsm": "带宏的 Excel 工作簿",
    "xltm": "带宏的 Excel 模板",
    "xlsb": "Excel 二进制工作簿",
    "xltx": "Excel 模板",
    "et": "WPS 表格专有格式",
    "ods": "ODF 表格",
    "numbers": "Numbers 表格",
    "doc": "Word 文档",
    "docx": "Word 文档",
    "wps": "WPS 文字文档",
    "pdf": "PDF 文件",
    "zip": "压缩包",
    "rar": "压缩包",
    "7z": "压缩包",
    "jpg": "图片",
    "png": "图片",
}


@dataclass
class Scan:
    """预扫描的结论。`sheets` 只有 xlsx、xls 有。"""

    kind: str
    sheets: list[SheetFacts] = field(default_factory=list)
    date1904: bool = False


def extension(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def scan(data: bytes, name: str, caps: Caps = CAPS) -> Scan:
    """预扫描一个上传的文件。"""
    if not data:
        raise FileRefused("empty", "文件是空的(0 字节)。", "请核对后重新上传。")
    if len(data) > caps.file_bytes:
        raise FileRefused(
            "too_big",
            f"文件有 {len(data) / 1048576:.1f} MB,超过 {caps.file_bytes // 1048576} MB 的上限。",
            "请删去图片等无关内容,或拆成几个文件再上传。",
        )
    suffix = extension(name)
    actual = sniff(data)
    _check_type(suffix, actual)
    if actual == "zip":
        return _scan_xlsx(data, caps)
    if actual == "ole":
        return _scan_xls(data, suffix, caps)
    return Scan(kind="csv")


def sniff(data: bytes) -> str:
    """按内容认类型:zip、ole、pdf、html、xml、image、text。"""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if data.startswith(OLE_MAGIC):
        return "ole"
    if data.startswith(b"%PDF"):
        return "pdf"
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")) and b"\0" in data[:512]:
        return "image"
    if data.startswith((b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")):
        return "archive"
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body")):
        return "html"
    if head.startswith((b"<?xml", b"<!doctype", b"<workbook")):
        return "html" if b"<html" in head else "xml"
    return "text"


def _check_type(suffix: str, actual: str) -> None:
    if suffix not in ACCEPTED:
        what = _OTHER_TYPES.get(suffix)
        raise FileRefused(
            "macro" if suffix in ("xlsm", "xltm") else "type",
            f"不收{what}(.{suffix})。" if what else f"不认识的文件类型“.{suffix[:12]}”。",
            "请用 WPS 或 Excel 打开后另存为 .xlsx(也收 .xls、.csv)再上传。",
        )
    expected = {"xlsx": "zip", "xls": "ole", "csv": "text"}[suffix]
    if actual == expected or (suffix == "xlsx" and actual == "ole"):
        return
    raise _mismatch(suffix, actual)


def _mismatch(suffix: str, actual: str) -> FileRefused:
    real = {
        "zip": "压缩包或新版工作簿(.xlsx)",
        "ole": "旧版 Office 文件(.xls)",
        "pdf": "PDF 文件",
        "html": "网页(HTML)",
        "xml": "XML 文本",
        "image": "图片",
        "archive": "压缩包",
        "text": "纯文本",
    }[actual]
    return FileRefused(
        "mismatch",
        f"扩展名是 .{suffix},内容其实是{real}。",
        "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传。",
    )


def _scan_xls(data: bytes, suffix: str, caps: Caps) -> Scan:
    compound = Compound(data)
    names = {name.lower() for name in compound.entries}
    if "encryptedpackage" in names:
        raise encrypted()
    if suffix == "xlsx":
        raise _mismatch(suffix, "ole")
    if names & {"_vba_project_cur", "_vba_project", "vba", "macros"}:
        raise macros()
    stream = compound.stream("Workbook") or compound.stream("Book")
    if stream is None:
        raise FileRefused(
            "mismatch",
            "这是旧版 Office 文件,但里面没有工作簿(可能是 Word 或 PPT)。",
            "请用 WPS 或 Excel 打开台账,另存为 .xlsx 再上传。",
        )
    sheets, date1904 = scan_workbook(stream, caps)
    _check_grid(sheets, caps)
    return Scan(kind="xls", sheets=sheets, date1904=date1904)


def _scan_xlsx(data: bytes, caps: Caps) -> Scan:
    package = Package(data, caps)
    names = package.names
    low = [n.lower() for n in names]
    if macro_part(names):
        raise macros()
    if any(
        n.startswith(("xl/externallinks/", "xl/embeddings/", "xl/querytables/"))
        or n == "xl/connections.xml"
        for n in low
    ):
        raise external_links()
    workbook = package.find("xl/workbook.xml")
    if package.find("[Content_Types].xml") is None or workbook is None:
        raise _not_a_workbook(low)
    package.survey()
    budget = Budget(caps)
    targets = _relations(package, workbook, budget)
    listed: list[tuple[str, str, bool]] = []
    date1904 = False

    def visit(name: str, attrs: dict[str, str]) -> None:
        nonlocal date1904
        if name == "sheet":
            relation = next((v for k, v in attrs.items() if k.rpartition(":")[2] == "id"), "")
            hidden = attrs.get("state", "visible") != "visible"
            listed.append((attrs.get("name", ""), relation, hidden))
        elif name == "workbookPr":
            date1904 = attrs.get("date1904", "0") in ("1", "true")

    Elements(budget, visit).run(package.chunks(workbook))
    if len(listed) > caps.sheets:
        raise too_many_sheets(caps)
    if len({title for title, _, _ in listed}) != len(listed):
        raise tampered("工作表重名")
    walked = {workbook}
    styles, strings = Styles(budget), SharedStrings(budget)
    for part, walk in (("xl/styles.xml", styles), ("xl/sharedStrings.xml", strings)):
        found = package.find(part)
        if found is not None:
            walk.run(package.chunks(found))
            walked.add(found)
    facts: list[SheetFacts] = []
    for title, relation, hidden in listed:
        sheet = SheetFacts(name=title, hidden=hidden)
        facts.append(sheet)
        target = package.find(targets.get(relation, ""))
        if target is None or not target.lower().startswith("xl/worksheets/"):
            continue
        if target in walked:
            raise tampered("两张表指向同一部件")
        SheetWalk(budget, sheet, styles.formats, strings.strings, date1904).run(
            package.chunks(target)
        )
        walked.add(target)
    _check_grid(facts, caps)
    return Scan(kind="xlsx", sheets=facts, date1904=date1904)


def _relations(package: Package, workbook: str, budget: Budget) -> dict[str, str]:
    """工作簿的关系表:编号 → 部件路径。"""
    folder, _, leaf = workbook.rpartition("/")
    part = package.find(f"{folder}/_rels/{leaf}.rels")
    if part is None:
        raise damaged("(缺少关系表)")
    targets: dict[str, str] = {}

    def visit(name: str, attrs: dict[str, str]) -> None:
        if name != "Relationship":
            return
        target = attrs.get("Target", "")
        if attrs.get("TargetMode", "Internal") == "External":
            raise external_links()
        path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
        path = posixpath.normpath(path)
        if path.startswith(".."):
            raise tampered("部件路径越界")
        targets[attrs.get("Id", "")] = path

    Elements(budget, visit).run(package.chunks(part))
    return targets


def _not_a_workbook(low: list[str]) -> FileRefused:
    if any(n.startswith("word/") for n in low):
        what = "Word 文档"
    elif any(n.startswith("ppt/") for n in low):
        what = "演示文稿"
    elif "content.xml" in low:
        what = "ODF 文档"
    elif "xl/workbook.bin" in low:
        what = "Excel 二进制工作簿(.xlsb)"
    else:
        what = "普通压缩包"
    return FileRefused(
        "mismatch",
        f"扩展名是 .xlsx,内容其实是{what}。",
        "请用 WPS 或 Excel 打开台账,另存为 .xlsx 再上传。",
    )


def _check_grid(sheets: list[SheetFacts], caps: Caps) -> None:
    """读值时按矩形展开,先算面积。"""
    if sum(s.max_row * (s.max_column + 1) for s in sheets) > caps.grid:
        raise too_many_cells(caps)
