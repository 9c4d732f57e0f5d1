"""文件的规则:以内容认类型,扩展名须相符,不收宏、脚本、密级标志。只读字节,不碰数据库。"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from juyuan.kernel.verdict import Finding

CLAUSE = "3.3b"
NAME_LENGTH = 200
MAX_PIXELS = 100_000_000
MAX_MEMBERS = 4000
MAX_UNPACKED = 500 * 1024 * 1024
MAX_TEXT_SCAN = 20 * 1024 * 1024
STATEMENT = "不得上传涉密文件；国密算法为软件实现，未经密评，不得处理国家秘密。"
SECRET_MARK = re.compile(r"(?:绝密|机密|秘密)\s*[★☆]")


@dataclass(frozen=True)
class Kind:
    """一种文件:名称、扩展名、内容类型、能否在浏览器里直接看。"""

    key: str
    label: str
    extensions: tuple[str, ...]
    mime: str
    inline: bool = False


KINDS = {
    kind.key: kind
    for kind in (
        Kind("pdf", "PDF 文件", ("pdf",), "application/pdf", inline=True),
        Kind("ofd", "OFD 版式文件", ("ofd",), "application/ofd"),
        Kind("jpeg", "JPEG 图片", ("jpg", "jpeg"), "image/jpeg", inline=True),
        Kind("png", "PNG 图片", ("png",), "image/png", inline=True),
        Kind(
            "docx",
            "Word 文档",
            ("docx",),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        Kind(
            "xlsx",
            "Excel 工作簿",
            ("xlsx",),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        Kind("doc", "Word 97 文档", ("doc", "wps"), "application/msword"),
        Kind("xls", "Excel 97 工作簿", ("xls", "et"), "application/vnd.ms-excel"),
        Kind("text", "文本", ("txt", "csv"), "text/plain; charset=utf-8"),
    )
}
INLINE_MIMES = frozenset(kind.mime for kind in KINDS.values() if kind.inline)


def _finding(rule: str, message: str) -> Finding:
    return Finding("file", rule, CLAUSE, message)


def safe_name(name: str) -> str:
    """只留文件名本身:去掉路径、控制字符、方向控制符,过长的从主名截短而保住扩展名。"""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl"))
    base = re.sub(r'[<>:"|?*]', "_", base).strip(" .")
    if len(base) > NAME_LENGTH:
        stem, dot, ext = base.rpartition(".")
        base = f"{stem[: NAME_LENGTH - len(ext) - 1]}{dot}{ext}" if dot else base[:NAME_LENGTH]
    return base


def extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def name_findings(name: str, allowed: Iterable[str]) -> list[Finding]:
    """文件名与扩展名;`allowed` 是参数 files.allowed_types。"""
    kinds = sorted(set(allowed))
    if not name:
        return [_finding("file_name", "文件名为空，请改名后再上传")]
    found = []
    if extension(name) not in kinds:
        found.append(
            _finding(
                "file_type",
                f"不收 .{extension(name) or '（无扩展名）'} 文件；可收：{'、'.join(kinds)}",
            )
        )
    if SECRET_MARK.search(name):
        found.append(_secret())
    return found


def size_finding(size: int, limit: int) -> Finding | None:
    """`limit`: 字节,含本数(「不超过」)。"""
    if size == 0:
        return _finding("file_empty", "文件是空的（0 字节）")
    if size > limit:
        return _finding("file_size", f"文件超过上限 {limit // 1024 // 1024} 兆字节，请压缩或拆分")
    return None


def _secret() -> Finding:
    return _finding(
        "file_secret", "文件带有密级标志。本系统不得处理国家秘密，请立即停止上传并按保密规定处理"
    )


def content_findings(
    stream: BinaryIO, size: int, name: str, allowed: Iterable[str]
) -> tuple[Kind | None, list[Finding]]:
    """以内容认类型并检查;返回(种类, 不合之处)。`stream` 须可 seek。"""
    stream.seek(0)
    head = stream.read(16)
    if head.startswith(b"%PDF-"):
        key, found = "pdf", _pdf(stream, size)
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        key, found = "png", _png(stream)
    elif head.startswith(b"\xff\xd8\xff"):
        key, found = "jpeg", _jpeg(stream)
    elif head.startswith(b"PK\x03\x04"):
        key, found = _package(stream)
    elif head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        key, found = _compound(stream)
    else:
        key, found = _text(stream)
    kind = KINDS.get(key)
    if kind is None:
        return None, found or [_finding("file_type", "认不出这是什么文件；内容不是可收的类型")]
    ext = extension(name)
    if ext not in kind.extensions:
        found.insert(
            0, _finding("file_mismatch", f"扩展名是 .{ext}，内容却是{kind.label}；请用正确的扩展名")
        )
    elif not set(kind.extensions) & set(allowed):
        found.insert(0, _finding("file_type", f"不收{kind.label}"))
    return kind, found


def _damaged(label: str) -> list[Finding]:
    return [_finding("file_damaged", f"{label}不完整或已损坏，请重新导出后再上传")]


def _pdf(stream: BinaryIO, size: int) -> list[Finding]:
    stream.seek(max(0, size - 2048))
    if b"%%EOF" not in stream.read():
        return _damaged("PDF ")
    if _holds(stream, (b"/JavaScript", b"/Launch")):
        return [_finding("file_active", "PDF 含脚本或启动外部程序的动作，请「打印为 PDF」后再上传")]
    return []


def _png(stream: BinaryIO) -> list[Finding]:
    stream.seek(16)
    size = stream.read(8)
    if len(size) < 8:
        return _damaged("图片")
    width, height = struct.unpack(">II", size)
    return _pixels(width, height)


def _jpeg(stream: BinaryIO) -> list[Finding]:
    """逐段走到帧头(SOF)取宽高。"""
    stream.seek(2)
    for _ in range(1000):
        mark = stream.read(2)
        if len(mark) < 2 or mark[0] != 0xFF:
            break
        if 0xC0 <= mark[1] <= 0xCF and mark[1] not in (0xC4, 0xC8, 0xCC):
            frame = stream.read(7)
            if len(frame) < 7:
                break
            height, width = struct.unpack(">HH", frame[3:7])
            return _pixels(width, height)
        length = stream.read(2)
        if len(length) < 2 or struct.unpack(">H", length)[0] < 2:
            break
        stream.seek(struct.unpack(">H", length)[0] - 2, 1)
    return _damaged("图片")


def _pixels(width: int, height: int) -> list[Finding]:
    if not width or not height:
        return _damaged("图片")
    if width * height > MAX_PIXELS:
        return [_finding("file_pixels", f"图片太大({width}×{height}),请缩小到一亿像素以内")]
    return []


def _package(stream: BinaryIO) -> tuple[str, list[Finding]]:
    """zip 容器:docx、xlsx、ofd。"""
    try:
        with zipfile.ZipFile(stream) as package:
            infos = package.infolist()
            names = {info.filename for info in infos}
            key = _package_kind(names)
            if key is None:
                return "", [_finding("file_type", "不收压缩包；请逐个上传其中的文件")]
            return key, _package_findings(package, infos, names)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, struct.error):
        return "", _damaged("文件")


def _package_kind(names: set[str]) -> str | None:
    if "[Content_Types].xml" in names:
        if "word/document.xml" in names:
            return "docx"
        if "xl/workbook.xml" in names:
            return "xlsx"
    return "ofd" if "OFD.xml" in names else None


def _package_findings(
    package: zipfile.ZipFile, infos: list[zipfile.ZipInfo], names: set[str]
) -> list[Finding]:
    if len(infos) > MAX_MEMBERS or sum(i.file_size for i in infos) > MAX_UNPACKED:
        return [_finding("file_bomb", "文件解压后过大或部件过多，不予接收")]
    if len(names) != len(infos) or any(
        i.flag_bits & 1 or i.filename.startswith("/") or ".." in i.filename.split("/")
        for i in infos
    ):
        return [_finding("file_tampered", "文件加了密码或结构异常，请另存后再上传")]
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return [_finding("file_active", "文件含宏，请另存为不含宏的文件后再上传")]
    text_parts = ("word/document.xml", "word/header", "word/footer", "xl/sharedStrings.xml")
    left = MAX_TEXT_SCAN
    for info in infos:
        if info.filename.startswith(text_parts) and left > 0:
            with package.open(info) as part:
                text = part.read(left)
            left -= len(text)
            # 标签拆开的字也连起来看:「机密」「★」常分在两个文字块里
            if SECRET_MARK.search(re.sub(r"<[^>]*>", "", text.decode("utf-8", "ignore"))):
                return [_secret()]
    return []


def _compound(stream: BinaryIO) -> tuple[str, list[Finding]]:
    """OLE 复合文档:doc、xls。按目录里的流名认。"""
    streams = {
        "doc": "WordDocument".encode("utf-16-le"),
        "xls": "Workbook".encode("utf-16-le"),
        "xls5": "Book\0".encode("utf-16-le"),
    }
    key = next((key for key, mark in streams.items() if _holds(stream, (mark,))), "")
    if _holds(stream, ("_VBA_PROJECT".encode("utf-16-le"),)):
        return key[:3], [_finding("file_active", "文件含宏，请另存为不含宏的文件后再上传")]
    return key[:3], []


def _text(stream: BinaryIO) -> tuple[str, list[Finding]]:
    stream.seek(0)
    data = stream.read()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # 带标记的 UTF-16(表格软件的「Unicode 文本」):转成 UTF-8 再照样查
        try:
            data = data.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError:
            return "", []
    if b"\0" in data or re.search(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]", data):
        return "", []
    for codec in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if re.match(r"\s*<(?:!doctype|html|svg|script|\?xml)", text, re.IGNORECASE):
            return "", [_finding("file_type", "不收网页与脚本文件")]
        return "text", [_secret()] if SECRET_MARK.search(text) else []
    return "", []


def _holds(stream: BinaryIO, marks: tuple[bytes, ...]) -> bool:
    """文件里是否出现某串字节(分块读,块间重叠)。"""
    stream.seek(0)
    tail, keep = b"", max(len(mark) for mark in marks) - 1
    while chunk := stream.read(1024 * 1024):
        window = tail + chunk
        if any(mark in window for mark in marks):
            return True
        tail = window[-keep:]
    return False
