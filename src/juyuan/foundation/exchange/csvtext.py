"""CSV:认编码、认分隔符、守上限。先 BOM,再严格 UTF-8,再 GB18030;都不像就拒收,不猜。"""

from __future__ import annotations

import csv
from io import StringIO

from juyuan.foundation.exchange.refusal import (
    Caps,
    FileRefused,
    too_many_cells,
    too_many_columns,
    too_many_rows,
    too_much_text,
)

DELIMITERS = ",\t;|"
FORMULA_STARTS = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"
_MOJIBAKE = ("\ufffd", "锟斤拷", "烫烫烫")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8(带 BOM)"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)


def decode(data: bytes) -> tuple[str, str]:
    """字节 → (文字, 编码名)。乱码拒收。"""
    for mark, codec, label in _BOMS:
        if data.startswith(mark):
            return _checked(data, codec), label
    if b"\0" in data:
        raise FileRefused(
            "encoding",
            "文件里有空字节,不是普通的文本(可能是没有标记的 UTF-16)。",
            "请另存为“CSV UTF-8”或 .xlsx 再上传。",
        )
    try:
        return _clean(data.decode("utf-8")), "UTF-8"
    except UnicodeDecodeError:
        return _checked(data, "gb18030"), "GB18030"


def _checked(data: bytes, codec: str) -> str:
    try:
        return _clean(data.decode(codec))
    except UnicodeDecodeError as error:
        raise FileRefused(
            "encoding",
            f"文字编码认不出(第 {error.start + 1} 个字节处既不是 UTF-8 也不是 GB18030)。",
            "请另存为“CSV UTF-8”或 .xlsx 再上传。",
        ) from error


def _clean(text: str) -> str:
    if any(mark in text for mark in _MOJIBAKE):
        raise FileRefused(
            "mojibake",
            "文件里的汉字已经是乱码(如“锟斤拷”),原字无法还原。",
            "请从原来的台账重新另存为 .xlsx 或“CSV UTF-8”再上传。",
        )
    if "\0" in text:
        raise FileRefused(
            "encoding",
            "文件里有空字符,不是普通的表格文本。",
            "请另存为“CSV UTF-8”或 .xlsx 再上传。",
        )
    return text


def delimiter_of(text: str) -> str:
    """看前 20 行(引号外)哪个分隔符出现得最整齐;都没有按逗号。"""
    best, best_score = ",", 0.0
    lines = [line for line in text[:65_536].splitlines()[:20] if line.strip()]
    for mark in DELIMITERS:
        counts = [_outside_quotes(line, mark) for line in lines]
        hits = [c for c in counts if c]
        if not hits:
            continue
        common = max(set(hits), key=hits.count)
        score = hits.count(common) * common / max(1, len(lines))
        if score > best_score:
            best, best_score = mark, score
    return best


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


def read_rows(data: bytes, caps: Caps) -> tuple[list[list[str]], str]:
    """CSV 全部行(文字)与编码名。引号没有配对、行列超限都拒收。"""
    text, encoding = decode(data)
    if len(text) > caps.text_chars:
        raise too_much_text(caps)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    rows: list[list[str]] = []
    cells = 0
    last_filled = 0
    try:
        for values in reader:
            filled = [v for v in values if v.strip()]
            if len(values) > caps.columns and any(v.strip() for v in values[caps.columns :]):
                raise too_many_columns(caps)
            cells += len(filled)
            if cells > caps.cells:
                raise too_many_cells(caps)
            rows.append([_unprefixed(v) for v in values[: caps.columns]])
            if filled:
                last_filled = len(rows)
                if last_filled > caps.rows:
                    raise too_many_rows(caps)
            elif len(rows) > caps.elements // 4:
                raise too_many_rows(caps)
    except csv.Error as error:
        raise FileRefused(
            "csv_quotes",
            f"第 {reader.line_num} 行附近引号没有配对或格子过长,分不清列。",
            "请用 WPS 或 Excel 打开核对后另存为“CSV UTF-8”或 .xlsx 再上传。",
        ) from error
    return rows[:last_filled], encoding


def _unprefixed(value: str) -> str:
    """导出时为防公式加在前面的单引号,读回时去掉一个(原文自带的照留)。"""
    if value.startswith("'") and risky(value):
        return value[1:]
    return value


def risky(value: str) -> bool:
    """去掉前面的单引号之后,是不是以公式字符开头。"""
    bare = value.lstrip("'")
    return bool(bare) and bare[0] in FORMULA_STARTS
