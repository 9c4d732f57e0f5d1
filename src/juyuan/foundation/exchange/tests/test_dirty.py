"""脏台账的确切结果:读成什么、退回哪一格、跳过哪一行、对整张表说什么。"""

from __future__ import annotations

import pytest

from juyuan.foundation.exchange.columns import NOTE, REFUSED
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.rows import parse_book
from juyuan.foundation.exchange.tests.toy import COLUMNS
from tests.files.dirty import DIRTY, Dirty


@pytest.mark.parametrize("case", DIRTY, ids=lambda c: c.name)
def test_dirty_ledger_is_read_exactly(case: Dirty) -> None:
    parsed = parse_book(read_book(case.build(), case.filename), COLUMNS)

    assert tuple(parsed.problems) == case.problems
    assert tuple(parsed.notes) == case.notes
    by_number = {row.number: row for row in parsed.rows}
    assert set(by_number) == set(case.rows)
    for number, expected in case.rows.items():
        got = {k: by_number[number].values.get(k) for k in expected}
        assert got == expected, f"第 {number} 行"
    findings = [f for row in parsed.rows for f in row.findings]
    assert {f.cell: f.rule for f in findings if f.level == REFUSED} == case.refused
    assert {
        row.cells[name]: tuple(r.value for r in doubt.readings)
        for row in parsed.rows
        for name, doubt in row.doubts.items()
    } == case.doubted
    assert {f.cell: f.reason for f in findings if f.level == NOTE} == case.row_notes
    skipped = [(s.number, s.kind) for _, layout in parsed.tables for s in layout.skipped]
    assert sorted(skipped) == sorted(case.skipped)
    for finding in findings:
        assert finding.reason.strip(), "每条发现都要有原因"


def test_there_are_enough_dirty_files_and_each_has_a_name_of_its_own() -> None:
    assert len({case.name for case in DIRTY}) == len(DIRTY) >= 30


def test_a_doubtful_unit_is_settled_by_choosing_a_reading() -> None:
    case = next(c for c in DIRTY if c.name == "数字格式与表头打架")
    book = read_book(case.build(), case.filename)
    for key, yuan in (("format", 350_000_000), ("header", 35_000)):
        parsed = parse_book(book, COLUMNS, readings={"台账!2": {"total": key}})
        assert parsed.rows[0].values["total"] == yuan
        assert not parsed.rows[0].doubts
