"""iCalendar(RFC 5545)的书写:折行、转义、整日的事项。只写用得着的几样。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LIMIT = 75  # 3.1:一行不超过 75 个八位字节,不含换行


@dataclass(frozen=True)
class Day:
    """整日的一件。`uid` 一经给出不再变,日历软件据以更新而不是重复添加。"""

    uid: str
    on: date
    summary: str
    description: str = ""
    url: str = ""
    tentative: bool = False


def write(name: str, days: Iterable[Day], *, now: datetime) -> bytes:
    """一份日历(CRLF、UTF-8)。"""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Juyuan//Duties//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for day in days:
        lines += _event(day, stamp)
    lines.append("END:VCALENDAR")
    return "".join(fold(line) for line in lines).encode("utf-8")


def _event(day: Day, stamp: str) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escape(day.uid)}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escape(day.summary)}",
        f"STATUS:{'TENTATIVE' if day.tentative else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
    ]
    if day.description:
        lines.append(f"DESCRIPTION:{escape(day.description)}")
    if day.url:
        lines.append(f"URL:{''.join(ch for ch in day.url if ch > ' ')}")
    return [*lines, "END:VEVENT"]


def escape(text: str) -> str:
    """3.3.11:反斜杠、分号、逗号、换行;其余控制字符去掉。"""
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = "".join(ch for ch in cleaned if ch == "\n" or (ch >= " " and ch != "\x7f"))
    for plain, said in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        cleaned = cleaned.replace(plain, said)
    return cleaned


def fold(line: str) -> str:
    """3.1:超过 75 个八位字节的折行,续行以一个空格起头;不在一个汉字中间断开。"""
    parts, current, size = [], "", 0
    for ch in line:
        width = len(ch.encode("utf-8"))
        if size + width > LIMIT:
            parts.append(current)
            current, size = " ", 1
        current += ch
        size += width
    parts.append(current)
    return "\r\n".join(parts) + "\r\n"
