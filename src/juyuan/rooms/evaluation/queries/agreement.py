"""从协议文件读出文字:Word(docx)、PDF、纯文本。读不了的说清为什么;大小、页数、解压后的大小都有限度。"""

from __future__ import annotations

import io
import re
import time
import unicodedata
import zipfile
from dataclasses import dataclass

from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.evaluation.rules.privileges import CLAUSE

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_PAGES = 300
MAX_CHARS = 600_000
MAX_SECONDS = 20.0
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ENDS = "。；！？;!?：:"
PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


@dataclass(frozen=True)
class Paragraph:
    """一段:第几页(不知道为 0)与文字。"""

    page: int
    text: str


def refuse(name: str, message: str) -> RuleBroken:
    return RuleBroken.one("file", f"agreement.{name}", message, CLAUSE)


def read_agreement(data: bytes, name: str) -> list[Paragraph]:
    """文件 → 各段文字(空段不要)。

    Raises:
        RuleBroken: 类型不收、加密、损坏、太大,或没有可读的文字(扫描件)。
    """
    if len(data) > MAX_BYTES:
        raise refuse(
            "big",
            f"文件有 {len(data) // 1048576} MB，超过 {MAX_BYTES // 1048576} MB，请去掉图片后再上传",
        )
    if data.startswith(b"%PDF"):
        found = _pdf(data)
    elif data.startswith(b"PK\x03\x04"):
        found = _docx(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise refuse("old", "旧版 Word（.doc）或加密的文件读不出文字，请另存为 .docx 或 PDF 再上传")
    elif name.lower().endswith((".txt", ".md", ".csv")) or b"\0" not in data[:4096]:
        found = _plain(data)
    else:
        raise refuse("type", "读不出文字：请上传 Word（.docx）、PDF 或纯文本")
    kept = [Paragraph(p.page, text) for p in found if (text := _clean(p.text))]
    if not any(_readable(p.text) for p in kept):
        raise refuse("scan", "没有可读的文字：多半是扫描件。请上传 Word 原稿，或由文字稿导出的 PDF")
    return kept


def _clean(text: str) -> str:
    """数据库与网页收不了的字去掉。"""
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")
    ).strip()


def _readable(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _within(chars: int) -> None:
    if chars > MAX_CHARS:
        raise refuse("long", f"文字超过 {MAX_CHARS // 10000} 万字，请只上传协议本身")


def _plain(data: bytes) -> list[Paragraph]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        _within(len(text))
        return [Paragraph(0, line) for line in re.split(r"\r\n|\r|\n", text)]
    raise refuse("encoding", "文字的编码读不懂，请另存为 UTF-8 的纯文本")


# ───────── Word ─────────


def _docx(data: bytes) -> list[Paragraph]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = book.infolist()
            if sum(item.file_size for item in names) > MAX_UNPACKED:
                raise refuse("bomb", "文件解开之后太大，请另存一份只有文字的再上传")
            known = {item.filename for item in names}
            if PARTS[0] not in known:
                raise refuse("type", "这不是 Word 文档（.docx），请核对后再上传")
            found: list[Paragraph] = []
            for part in PARTS:
                if part in known:
                    found += _paragraphs(book.read(part))
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        EOFError,
        NotImplementedError,
        OSError,
    ) as error:
        raise refuse("damaged", "文件损坏，读不出文字，请重新导出后再上传") from error
    except RuntimeError as error:  # 压缩包自己加了密
        raise refuse("encrypted", "文件加了密，请去掉密码后再上传") from error
    _within(sum(len(p.text) for p in found))
    return found


def _paragraphs(raw: bytes) -> list[Paragraph]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    root = etree.fromstring(raw, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse("damaged", "文件里夹带了不该有的定义，请重新导出后再上传")
    found: list[Paragraph] = []
    page = 1
    for node in root.iter(f"{WORD}p"):
        words: list[str] = []
        start = page
        for part in node.iter():
            if part.tag == f"{WORD}t":
                if _owner(part) is node:
                    words.append(part.text or "")
            elif part.tag in (f"{WORD}tab", f"{WORD}cr"):
                words.append(" ")
            elif part.tag == f"{WORD}lastRenderedPageBreak" or (
                part.tag == f"{WORD}br" and part.get(f"{WORD}type") == "page"
            ):
                page += 1
                if not words:
                    start = page
            elif part.tag == f"{WORD}br":
                words.append(" ")
        found.append(Paragraph(start, "".join(words)))
    return found


def _owner(node: etree._Element) -> etree._Element | None:
    """这一处文字属于哪一段(文本框里的段套在别的段里)。"""
    above = node.getparent()
    while above is not None and above.tag != f"{WORD}p":
        above = above.getparent()
    return above


# ───────── PDF ─────────


def _pdf(data: bytes) -> list[Paragraph]:
    started = time.monotonic()
    found: list[Paragraph] = []
    try:
        book = PdfReader(io.BytesIO(data), strict=False)
        if book.is_encrypted and not book.decrypt(""):
            raise refuse("encrypted", "PDF 加了密，请去掉密码后再上传")
        count = len(book.pages)
        if count > MAX_PAGES:
            raise refuse("pages", f"PDF 有 {count} 页，超过 {MAX_PAGES} 页，请只上传协议本身")
        chars = 0
        for number, page in enumerate(book.pages, start=1):
            text = page.extract_text() or ""
            chars += len(text)
            _within(chars)
            if time.monotonic() - started > MAX_SECONDS:
                raise refuse("slow", "这份 PDF 读得太久，请另存为 Word（.docx）再上传")
            _join(found, number, text)
    except RuleBroken:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError,
            RecursionError, NotImplementedError, AssertionError, ZeroDivisionError, OverflowError) as error:  # fmt: skip
        raise refuse("damaged", "PDF 损坏，读不出文字，请重新导出后再上传") from error
    return found


def _join(found: list[Paragraph], page: int, text: str) -> None:
    """PDF 只有行:上一行没有收尾的,这一行接着(跨页也接),另起一行的才算新的一段。"""
    for line in text.splitlines():
        line = line.strip()
        if not line:
            continue
        last = found[-1] if found else None
        if last is not None and last.text[-1] not in ENDS and len(last.text) < 2000:
            found[-1] = Paragraph(last.page, last.text + line)
        else:
            found.append(Paragraph(page, line))
