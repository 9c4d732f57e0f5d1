"""读城市包的文件:记下每一处不对(文件、位置、理由),读完再一并拒绝。"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Problem:
    """城市包的一处不对。"""

    file: str
    place: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file} {self.place}".strip()
        return f"{where}:{self.reason}"


class PackError(Exception):
    """城市包有错,整包不用;`problems` 列出全部。"""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"城市包有 {len(problems)} 处不对:\n{lines}")


class Problems:
    """收集器。"""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, file: str, place: str, reason: str) -> None:
        problem = Problem(file, place, reason)
        if problem not in self.found:
            self.found.append(problem)


TYPE_WORDS = {
    str: "文字",
    int: "整数",
    bool: "是否(true/false)",
    date: "日期",
    list: "清单",
    dict: "表",
}


class Entry:
    """一条记录:按名取值,缺的、类型不对的、多出来的,都记为问题。"""

    def __init__(self, problems: Problems, file: str, place: str, table: dict[str, Any]) -> None:
        self.problems, self.file, self.place, self.table = problems, file, place, table
        self.asked: set[str] = set()

    def bad(self, reason: str) -> None:
        self.problems.add(self.file, self.place, reason)

    def _get(self, key: str, kind: type, default: Any, required: bool) -> Any:
        self.asked.add(key)
        if key not in self.table:
            if required:
                self.bad(f"缺少 {key}")
            return default
        value = self.table[key]
        right = type(value) is kind if kind in (int, bool, date) else isinstance(value, kind)
        if not right:
            self.bad(f"{key} 应为{TYPE_WORDS[kind]},现在是 {value!r}")
            return default
        if required and value == "":
            self.bad(f"{key} 不能为空")
        return value

    def text(self, key: str, required: bool = True) -> str:
        return str(self._get(key, str, "", required)).strip()

    def flag(self, key: str) -> bool:
        return bool(self._get(key, bool, False, False))

    def day(self, key: str, required: bool = True) -> date | None:
        value: date | None = self._get(key, date, None, required)
        return value

    def texts(self, key: str, required: bool = False) -> tuple[str, ...]:
        values = self._get(key, list, [], required)
        if not all(isinstance(v, str) and v for v in values):
            self.bad(f"{key} 应为文字清单")
            return ()
        return tuple(values)

    def one_of(self, key: str, allowed: tuple[str, ...], required: bool = True) -> str:
        value = self.text(key, required)
        if value and value not in allowed:
            self.bad(f"{key} 不认识「{value}」,只能是 {'、'.join(allowed)}")
        return value

    def words(self, key: str) -> dict[str, str]:
        """文字对文字的小表。"""
        table = self._get(key, dict, {}, False)
        if not all(isinstance(v, str) and v for v in table.values()):
            self.bad(f"{key} 应为文字对文字的表")
            return {}
        return dict(table)

    def raw(self, key: str) -> Any:
        self.asked.add(key)
        return self.table.get(key)

    def entries(self, key: str, label: str, lines: list[str], start: int) -> Iterator[Entry]:
        """内嵌清单(如 nodes = [ {…}, … ]);位置取其 code 或 q 所在的行。"""
        self.asked.add(key)
        rows = self.table.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.bad(f"{key} 应为表的清单")
            return
        for index, row in enumerate(rows, 1):
            name = str(row.get("code") or row.get("q") or row.get("name") or index)
            at = next(
                (n for n, line in enumerate(lines[start:], start + 1) if f'"{name}"' in line), start
            )
            yield Entry(self.problems, self.file, f"第 {at} 行 {label} {name}", row)

    def finish(self) -> None:
        """多出来的名字多半是拼错了,一并拒绝。"""
        for key in self.table:
            if key not in self.asked:
                self.bad(f"不认识的名字 {key}")


class Source:
    """城市包文件夹。"""

    def __init__(self, root: Path, problems: Problems) -> None:
        self.root, self.problems = root, problems

    def text(self, name: str) -> str | None:
        path = self.root / name
        if not path.is_file():
            self.problems.add(name, "", "文件不存在")
            return None
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            self.problems.add(name, "", f"不是 UTF-8 编码(第 {error.start} 个字节)")
            return None

    def toml(self, name: str) -> tuple[dict[str, Any], list[str]] | None:
        """解析结果与逐行原文(用来报行号);读不了时为 None。"""
        text = self.text(name)
        if text is None:
            return None
        try:
            return tomllib.loads(text), text.splitlines()
        except tomllib.TOMLDecodeError as error:
            spot = re.search(r"line (\d+), column (\d+)", str(error))
            place = f"第 {spot[1]} 行第 {spot[2]} 列" if spot else "文件末尾"
            self.problems.add(name, place, "不是合法的 TOML")
            return None

    def tables(self, name: str, key: str, known: tuple[str, ...]) -> list[tuple[Entry, int]] | None:
        """`[[key]]` 的各条与其行号;读不了时为 None。"""
        parsed = self.toml(name)
        if parsed is None:
            return None
        data, lines = parsed
        for other in data:
            if other not in known:
                self.problems.add(name, "", f"不认识的段 {other}")
        rows = data.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.problems.add(name, "", f"{key} 应写作 [[{key}]]")
            return None
        at = [n for n, line in enumerate(lines, 1) if line.strip() == f"[[{key}]]"]
        at += [0] * (len(rows) - len(at))
        found = []
        for row, line in zip(rows, at, strict=False):
            label = row.get("code") or row.get("key") or row.get("name") or ""
            found.append((Entry(self.problems, name, f"第 {line} 行 [[{key}]] {label}", row), line))
        return found

    def rows(self, name: str, columns: tuple[str, ...]) -> list[Entry] | None:
        """CSV 的各行;列不对时为 None。"""
        text = self.text(name)
        if text is None:
            return None
        reader = csv.DictReader(io.StringIO(text))
        if tuple(reader.fieldnames or ()) != columns:
            self.problems.add(name, "第 1 行", f"列应为 {','.join(columns)}")
            return None
        found = []
        for row in reader:
            place = f"第 {reader.line_num} 行 {row.get('code') or ''}"
            if None in row or None in row.values():
                self.problems.add(name, place, "列数与表头不符")
                continue
            found.append(Entry(self.problems, name, place, dict(row)))
        return found


def jsonable(value: Any) -> Any:
    """TOML 的值变成 JSON 的值:日期写作 ISO。"""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [jsonable(item) for item in value]
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    return value
