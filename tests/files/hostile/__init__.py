"""有毒的文件:每一份都必须在 5 秒、200 MB 之内被拒收,拒收的代号与话都写死在这里。"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.files.xls import compound, workbook_stream, xls

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_WORKBOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{REL}">'
    '<sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>{{more}}</Relationships>'
)
_ROOT_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>项目名称</t></is></c></row>'


def sheet_xml(rows: str, after: str = "") -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def package(
    sheet: str | bytes,
    *,
    extra: dict[str, bytes | str] | None = None,
    relations: str = "",
    drop: tuple[str, ...] = (),
) -> bytes:
    """手工拼一个 xlsx。"""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT_RELS,
        "xl/workbook.xml": _WORKBOOK,
        "xl/_rels/workbook.xml.rels": _RELS.replace("{more}", relations),
        "xl/worksheets/sheet1.xml": sheet,
        **(extra or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name not in drop:
                archive.writestr(name, content)
    return buffer.getvalue()


def clean_xlsx() -> bytes:
    return package(sheet_xml(_HEAD))


def _zip_bomb() -> bytes:
    return package(sheet_xml(_HEAD), extra={"xl/media/image1.png": b"\0" * 90_000_000})


def _zip_bomb_claimed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(12):
            archive.writestr(f"xl/media/image{i}.png", b"\0" * 10_000_000)
    return buffer.getvalue()


def _lying_length() -> bytes:
    """目录自报 100 字节,压缩流里却有 50 MB(CRC 按前 100 字节算好)。"""
    payload = b"\0" * 50_000_000
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = engine.compress(payload) + engine.flush()
    data = bytearray(package(sheet_xml(_HEAD), extra={"xl/z.bin": b"\0" * 100}))
    honest = zlib.compressobj(9, zlib.DEFLATED, -15)
    old = honest.compress(b"\0" * 100) + honest.flush()
    at = bytes(data).find(b"xl/z.bin") + len(b"xl/z.bin")
    if bytes(data[at : at + len(old)]) != old:
        old = bytes(data[at : at + struct.unpack("<L", data[at - 8 - 12 : at - 8 - 8])[0]])
    grown = len(raw) - len(old)
    data[at : at + len(old)] = raw
    local = at - len(b"xl/z.bin") - 30
    data[local + 18 : local + 22] = struct.pack("<L", len(raw))
    central = bytes(data).rfind(b"xl/z.bin") - 46
    data[central + 20 : central + 24] = struct.pack("<L", len(raw))
    end = len(data) - 22
    offset = struct.unpack("<L", data[end + 16 : end + 20])[0]
    data[end + 16 : end + 20] = struct.pack("<L", offset + grown)
    return bytes(data)


def _entities() -> bytes:
    levels = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 9)
    )
    body = sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>&a8;</t></is></c></row>')
    return package(body.replace("?>", f"?><!DOCTYPE worksheet [{levels}]>", 1))


def _external_entity() -> bytes:
    strings = (
        '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        f'<sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>'
    )
    return package(sheet_xml(_HEAD), extra={"xl/sharedStrings.xml": strings})


def _utf16_entity() -> bytes:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    return package(sheet_xml(_HEAD), extra={"docProps/custom.xml": text.encode("utf-16")})


def _dimension() -> bytes:
    return package(sheet_xml(_HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


def _columns() -> bytes:
    return package(sheet_xml(_HEAD + '<row r="2"><c r="XFD2"><v>1</v></c></row>'))


def _rows() -> bytes:
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c></row>' for i in range(2, 60_000))
    return package(sheet_xml(_HEAD + rows))


def _empty_rows() -> bytes:
    return package(sheet_xml(_HEAD + "<row/>" * 8_000_000))


def _styled_cells() -> bytes:
    row = "<row>" + '<c s="1"/>' * 100 + "</row>"
    return package(sheet_xml(_HEAD + row * 60_000))


def _string_amplifier() -> bytes:
    """一条 3 万字的共享字符串被引用 20 万次:文件很小,读出来 60 亿字。"""
    strings = f'<sst xmlns="{MAIN}"><si><t>{"长" * 30_000}</t></si></sst>'
    rows = "".join(
        f'<row r="{r}">' + '<c t="s"><v>0</v></c>' * 20 + "</row>" for r in range(1, 10_001)
    )
    return package(sheet_xml(rows), extra={"xl/sharedStrings.xml": strings})


def _huge_attribute() -> bytes:
    return package(sheet_xml(f'<row r="1" x="{"a" * 30_000_000}"/>'))


def _deep() -> bytes:
    return package(sheet_xml("<a>" * 500_000 + "</a>" * 500_000))


def _merge_flood() -> bytes:
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>' * 30_000
    return package(sheet_xml(_HEAD, merges))


def _macro() -> bytes:
    return package(sheet_xml(_HEAD), extra={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def _macro_sheet() -> bytes:
    return package(sheet_xml(_HEAD), extra={"xl/macrosheets/sheet1.xml": sheet_xml("")})


def _external_link() -> bytes:
    return package(
        sheet_xml(_HEAD),
        extra={"xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"/>'},
    )


def _embedding() -> bytes:
    return package(sheet_xml(_HEAD), extra={"xl/embeddings/oleObject1.bin": b"MZ"})


def _traversal() -> bytes:
    return package(sheet_xml(_HEAD), extra={"../../etc/cron.d/x": b"* * * * * root id"})


def _duplicate_part() -> bytes:
    return package(sheet_xml(_HEAD), extra={"XL/WORKSHEETS/SHEET1.XML": sheet_xml("")})


def _polyglot() -> bytes:
    return b"PK\x03\x04#!/bin/sh\nid\n" + clean_xlsx()


def _truncated() -> bytes:
    return clean_xlsx()[:-40]


def _flipped() -> bytes:
    data = bytearray(package(sheet_xml(_HEAD), extra={"xl/a.bin": bytes(range(256)) * 20}))
    data[bytes(data).find(b"xl/a.bin") + 100] ^= 0x55
    return bytes(data)


def _zip_encrypted() -> bytes:
    data = bytearray(clean_xlsx())
    at = 0
    while (at := bytes(data).find(b"PK\x03\x04", at)) >= 0:
        data[at + 6] |= 1
        at += 4
    at = 0
    while (at := bytes(data).find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def _office_encrypted() -> bytes:
    return compound({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": b"\0" * 5000})


def _word() -> bytes:
    return package("", extra={"word/document.xml": "<w/>"}, drop=("xl/workbook.xml",))


def _many_members() -> bytes:
    return package(sheet_xml(_HEAD), extra={f"xl/p{i}.bin": b"" for i in range(3000)})


def _xls_macro() -> bytes:
    stream = workbook_stream([("台账", [["项目名称"]])])
    return compound({"Workbook": stream, "_VBA_PROJECT_CUR": b"x"})


def _xls_password() -> bytes:
    lock = struct.pack("<HHHHH", 0x002F, 6, 0, 0x1234, 0x5678)
    return xls([("台账", [["项目名称"]])], extra_globals=lock)


def _xls_dimension() -> bytes:
    far = struct.pack("<HHHHHd", 0x0203, 14, 65_535, 255, 15, 1.0)
    return xls([("台账", [["项目名称"]])], extra_cells=far)


def _xls_external() -> bytes:
    book = "http://10.0.0.1/x.xls".encode("latin-1")
    body = struct.pack("<HHB", 1, len(book), 0) + book
    return xls(
        [("台账", [["项目名称"]])], extra_globals=struct.pack("<HH", 0x01AE, len(body)) + body
    )


def _xls_loop() -> bytes:
    data = bytearray(xls([("台账", [["项目名称"]])]))
    fat = len(data) - 512
    data[fat : fat + 4] = struct.pack("<I", 0)  # 第 0 扇区的下一个是它自己
    return bytes(data)


@dataclass(frozen=True)
class Hostile:
    """一份有毒的文件与必须得到的答复。"""

    name: str
    build: Callable[[], bytes]
    code: str
    message: str
    filename: str = "台账.xlsx"


HOSTILE = (
    Hostile("压缩炸弹", _zip_bomb, "zip_bomb", "文件解压后大得不合常理,疑似压缩炸弹。"),
    Hostile(
        "压缩炸弹_自报就超", _zip_bomb_claimed, "zip_bomb", "文件解压后大得不合常理,疑似压缩炸弹。"
    ),
    Hostile(
        "压缩炸弹_少报长度", _lying_length, "tampered", "压缩包的写法不正常(解压长度与自报不符)。"
    ),
    Hostile(
        "实体炸弹",
        _entities,
        "entity",
        "文件里有文档类型或实体声明,这是实体炸弹的写法,正常的表格软件不会写出来。",
    ),
    Hostile(
        "外部实体",
        _external_entity,
        "entity",
        "文件里有文档类型或实体声明,这是实体炸弹的写法,正常的表格软件不会写出来。",
    ),
    Hostile(
        "实体藏在UTF16部件",
        _utf16_entity,
        "entity",
        "文件里有文档类型或实体声明,这是实体炸弹的写法,正常的表格软件不会写出来。",
    ),
    Hostile("维度炸弹", _dimension, "too_many_rows", "有数据的行超过 20,000 行的上限。"),
    Hostile("列炸弹", _columns, "too_many_columns", "有数据的列超过 200 列的上限。"),
    Hostile("六万行", _rows, "too_many_rows", "有数据的行超过 20,000 行的上限。"),
    Hostile("八百万空行", _empty_rows, "zip_bomb", "文件解压后大得不合常理,疑似压缩炸弹。"),
    Hostile("六百万空格子", _styled_cells, "zip_bomb", "文件解压后大得不合常理,疑似压缩炸弹。"),
    Hostile(
        "字符串放大", _string_amplifier, "too_much_text", "表内文字总量超过 3,200 万字的上限。"
    ),
    Hostile("三千万字的属性", _huge_attribute, "zip_bomb", "文件解压后大得不合常理,疑似压缩炸弹。"),
    Hostile("五十万层嵌套", _deep, "damaged", "文件已损坏,读不出来,层次过深。"),
    Hostile(
        "合并区域成灾",
        _merge_flood,
        "too_much_markup",
        "表里有大量只有格式、没有内容的行或格子,疑似行炸弹。",
    ),
    Hostile("宏", _macro, "macro", "文件里带有宏,宏可能夹带有害程序,系统不收。"),
    Hostile("宏表", _macro_sheet, "macro", "文件里带有宏,宏可能夹带有害程序,系统不收。"),
    Hostile("xlsm", clean_xlsx, "macro", "不收带宏的 Excel 工作簿(.xlsm)。", "台账.xlsm"),
    Hostile(
        "外部链接",
        _external_link,
        "external_link",
        "文件里有指向其他文件或外部数据的链接,系统不读外部内容。",
    ),
    Hostile(
        "嵌入对象",
        _embedding,
        "external_link",
        "文件里有指向其他文件或外部数据的链接,系统不读外部内容。",
    ),
    Hostile("路径越界", _traversal, "tampered", "压缩包的写法不正常(部件路径越界)。"),
    Hostile("部件重名", _duplicate_part, "tampered", "压缩包的写法不正常(部件重名)。"),
    Hostile("两面文件", _polyglot, "tampered", "压缩包的写法不正常(前面或中间夹带了别的数据)。"),
    Hostile("部件成千", _many_members, "tampered", "压缩包的写法不正常(部件超过 500 个)。"),
    Hostile("断尾", _truncated, "damaged", "文件已损坏,读不出来(不是完整的压缩包)。"),
    Hostile("改了一个字节", _flipped, "damaged", "文件已损坏,读不出来。"),
    Hostile("压缩包加密", _zip_encrypted, "encrypted", "文件设了打开密码,系统读不了。"),
    Hostile("Office加密", _office_encrypted, "encrypted", "文件设了打开密码,系统读不了。"),
    Hostile("空文件", lambda: b"", "empty", "文件是空的(0 字节)。"),
    Hostile(
        "过大",
        lambda: b"PK\x03\x04" + b"\0" * 22_000_000,
        "too_big",
        "文件有 21.0 MB,超过 20 MB 的上限。",
    ),
    Hostile("Word冒充", _word, "mismatch", "扩展名是 .xlsx,内容其实是Word 文档。"),
    Hostile(
        "PDF冒充", lambda: b"%PDF-1.7\n%\xe2\xe3", "mismatch", "扩展名是 .xlsx,内容其实是PDF 文件。"
    ),
    Hostile(
        "xls冒充xlsx",
        lambda: xls([("台账", [["项目名称"]])]),
        "mismatch",
        "扩展名是 .xlsx,内容其实是旧版 Office 文件(.xls)。",
    ),
    Hostile(
        "网页冒充xls",
        "<html><table><tr><td>项目名称</td></tr></table></html>".encode,
        "mismatch",
        "扩展名是 .xls,内容其实是网页(HTML)。",
        "台账.xls",
    ),
    Hostile(
        "xlsx冒充csv",
        clean_xlsx,
        "mismatch",
        "扩展名是 .csv,内容其实是压缩包或新版工作簿(.xlsx)。",
        "台账.csv",
    ),
    Hostile(
        "WPS专有",
        lambda: xls([("台账", [["项目名称"]])]),
        "type",
        "不收WPS 表格专有格式(.et)。",
        "台账.et",
    ),
    Hostile("可执行", lambda: b"MZ\x90", "type", "不认识的文件类型“.exe”。", "台账.exe"),
    Hostile("xls宏", _xls_macro, "macro", "文件里带有宏,宏可能夹带有害程序,系统不收。", "台账.xls"),
    Hostile("xls密码", _xls_password, "encrypted", "文件设了打开密码,系统读不了。", "台账.xls"),
    Hostile(
        "xls维度炸弹",
        _xls_dimension,
        "too_many_rows",
        "有数据的行超过 20,000 行的上限。",
        "台账.xls",
    ),
    Hostile(
        "xls外部链接",
        _xls_external,
        "external_link",
        "文件里有指向其他文件或外部数据的链接,系统不读外部内容。",
        "台账.xls",
    ),
    Hostile(
        "xls扇区成环", _xls_loop, "damaged", "文件已损坏,读不出来(扇区链断裂或成环)。", "台账.xls"
    ),
    Hostile(
        "csv六万行",
        lambda: "项目名称,总投资\n".encode() + "甲,1\n".encode() * 60_000,
        "too_many_rows",
        "有数据的行超过 20,000 行的上限。",
        "台账.csv",
    ),
    Hostile(
        "csv空字节",
        lambda: b"a,b\n\0\0,1\n",
        "encoding",
        "文件里有空字节,不是普通的文本(可能是没有标记的 UTF-16)。",
        "台账.csv",
    ),
    Hostile(
        "csv乱码",
        "项目名称\n锟斤拷锟斤拷\n".encode,
        "mojibake",
        "文件里的汉字已经是乱码(如“锟斤拷”),原字无法还原。",
        "台账.csv",
    ),
    Hostile(
        "csv认不出编码",
        lambda: "项目名称\n".encode("gb18030") + b"\xff\xff\xff\n",
        "encoding",
        "文字编码认不出(第 10 个字节处既不是 UTF-8 也不是 GB18030)。",
        "台账.csv",
    ),
    Hostile(
        "csv引号不配对",
        '项目名称,备注\n甲,"没有收尾\n乙,丙\n'.encode,
        "csv_quotes",
        "第 3 行附近引号没有配对或格子过长,分不清列。",
        "台账.csv",
    ),
)
