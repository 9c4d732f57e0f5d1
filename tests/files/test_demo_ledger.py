"""演示台账:只有公开资料里的事实,样子像办事人员交的,与生成它的脚本一致。"""

from __future__ import annotations

import csv
import importlib.util
import tomllib
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from juyuan.foundation.exchange.book import Book
from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.rows import Parsed, parse_book
from juyuan.kernel.text import normalise
from juyuan.rooms.pipeline.exchange import COLUMNS

PACK = Path(__file__).resolve().parents[2] / "packs" / "liaoyuan"
DEMO = PACK / "demo"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_ledger", DEMO / "make_ledger.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book((DEMO / "ledger.xlsx").read_bytes(), "ledger.xlsx")


@pytest.fixture(scope="module")
def parsed(book: Book) -> Parsed:
    return parse_book(book, COLUMNS)


@pytest.fixture(scope="module")
def facts() -> list[dict[str, str]]:
    with (DEMO / "projects_public.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def contents(book: Book) -> Any:
    return [
        (s.name, s.merged, [(r.number, r.values, r.notes) for r in s.rows]) for s in book.sheets
    ]


def test_the_committed_file_is_what_the_script_makes(
    maker: ModuleType, book: Book, tmp_path: Path
) -> None:
    made = maker.make(tmp_path / "ledger.xlsx")
    assert contents(read_book(made.read_bytes(), "ledger.xlsx")) == contents(book)


def test_it_says_that_it_shows_public_cases(book: Book) -> None:
    for sheet in book.sheets:
        assert "公开案例演示" in str(sheet.rows[0].values[0])
        assert "不是本市的项目台账" in str(sheet.rows[1].values[0])


def test_it_is_as_dirty_as_a_clerks_ledger(parsed: Parsed) -> None:
    assert parsed.problems == []
    assert [layout.header_rows for _, layout in parsed.tables] == [(3, 4), (3, 4)]
    assert [layout.by_field["total_investment"].unit for _, layout in parsed.tables] == [
        "亿元",
        "万元",
    ]
    kinds = {s.kind for _, layout in parsed.tables for s in layout.skipped}
    assert kinds == {"section", "total", "blank", "remark"}
    sheet = parsed.tables[0][0]
    dates = {type(row.values[10]).__name__ for row in sheet.rows[5:]}
    assert {"str", "float", "date"} <= dates, "时间有文字、有序列数、有日期格"
    amounts = {type(row.values[3]).__name__ for row in sheet.rows[5:]}
    assert {"str", "float"} <= amounts
    words = {row.get("stage") for row in parsed.rows}
    assert {"在谈", "拟签约", "在建", "试运营", "框架协议", "投产"} <= words


def test_every_row_holds_only_facts_of_its_source(
    parsed: Parsed, facts: list[dict[str, str]], maker: ModuleType
) -> None:
    parameters = tomllib.loads((PACK / "parameters.toml").read_text(encoding="utf-8"))["parameter"]
    words = next(p for p in parameters if p["key"] == "pipeline.stage_words")
    library = {normalise(word): words["labels"][value] for word, value in words["value"].items()}
    by_name: dict[str, ParsedRow] = {row.get("name"): row for row in parsed.rows}
    assert set(by_name) == {f["name"] for f in facts} | {maker.TWIN["name"]}
    assert len(parsed.rows) == len(facts) + 1
    for fact in facts:
        row = by_name[fact["name"]]
        yuan = int(Decimal(fact["amount_yi"]) * 100_000_000) if fact["amount_yi"] else None
        assert row.get("total_investment") == yuan
        assert row.get("fixed_investment") is None, "来源没有固定资产投资,不编"
        assert (row.get("investors") or "") == fact["investor"]
        assert library[normalise(row.get("stage"))] == fact["stage"]
        assert row.get("chain") == fact["industry"]
        written = "" if row.get("date") is None else str(row.get("date"))
        if fact["id"] == maker.IMPOSSIBLE:
            assert written == fact["date"].replace("2018", "2081")
        else:
            assert written == fact["date"]
        assert fact["source_url"] in row.get("source_note")


def test_units_are_units_of_the_pack_and_county_leads_host_at_home(parsed: Parsed) -> None:
    units = tomllib.loads((PACK / "units.toml").read_text(encoding="utf-8"))["unit"]
    named = {
        said: unit
        for unit in units
        for said in (unit["name"], unit.get("short_name", ""), *unit.get("aliases", []))
    }
    hosts = []
    for row in parsed.rows:
        lead = named[row.get("lead_unit")]
        host = row.get("host_units")
        if host is not None:
            assert named[host]["is_county"]
            hosts.append(host)
        if lead.get("is_county"):
            assert host is None or named[host]["code"] == lead["code"]
    assert set(hosts) == {"东丰县", "东辽县", "龙山区", "西安区", "辽源高新区"}


def test_one_project_stands_twice_under_two_spellings(parsed: Parsed, maker: ModuleType) -> None:
    from juyuan.kernel.names import key_text

    spelled = [row for row in parsed.rows if "高性能防腐涂料" in row.get("name")]
    assert len(spelled) == 2
    assert len({row.get("name") for row in spelled}) == 2
    assert len({row.get("investors") for row in spelled}) == 2
    assert len({key_text(row.get("investors")) for row in spelled}) == 1
    assert len({row.get("total_investment") for row in spelled}) == 1
