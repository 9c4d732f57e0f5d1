"""合并项目的规则:拦什么、补什么、能不能撤销。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.rooms.pipeline.rules.merging import (
    EMPTY,
    FILLABLE,
    SECRECY,
    Holds,
    Merged,
    Side,
    judge_fills,
    judge_reason,
    judge_undo,
    plan_merge,
)
from juyuan.rooms.pipeline.rules.stages import Standing

GONE = Side(1, "LY-1", "甲")
KEPT = Side(2, "LY-2", "乙")
NOW = datetime(2026, 11, 20, 9)


def rules(source: Side, target: Side, rooms: tuple[str, ...] = ()) -> list[str]:
    return [b.rule.removeprefix("merge.") for b in plan_merge(source, target, (), rooms).blocks]


BLOCKED: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({}, {}, []),
    ({"id": 2}, {}, ["self"]),
    ({"voided": True}, {}, ["gone"]),
    ({}, {"voided": True, "merged": True}, ["gone"]),
    ({"recognised": ("签约",)}, {"recognised": ("签约", "落地")}, ["both_recognised"]),
    ({"recognised": ("签约",)}, {}, ["recognised"]),
    ({}, {"recognised": ("签约",)}, []),
    ({"standing": Standing.ENDED}, {}, []),
    ({}, {"standing": Standing.ENDED}, ["standing"]),
    ({}, {"standing": Standing.WITHDRAWN}, ["standing"]),
    ({}, {"standing": Standing.PAUSED}, []),
    ({"confidentiality": "restricted"}, {}, ["secrecy"]),
    ({"confidentiality": "restricted"}, {"confidentiality": "restricted"}, []),
    ({"confidentiality": "normal"}, {"confidentiality": "internal"}, []),
    ({"contested": True}, {}, ["contested"]),
    ({}, {"contested": True}, ["contested"]),
    ({"holds": Holds(open_voids=1)}, {}, ["void"]),
    ({}, {"holds": Holds(open_voids=1)}, ["void"]),
    ({"holds": Holds(waiting_vouchers=2)}, {}, ["voucher"]),
    ({}, {"holds": Holds(waiting_vouchers=2)}, []),
    ({"holds": Holds(open_cases=1)}, {}, ["case"]),
    ({"holds": Holds(open_escalation=True)}, {}, ["escalation"]),
    ({}, {"holds": Holds(open_escalation=True)}, []),
    ({"holds": Holds(confirmed_relations=1)}, {}, ["relation"]),
]


@pytest.mark.parametrize(("mine", "theirs", "found"), BLOCKED)
def test_s3_3b_并起来不实的各有缘由与出路(
    mine: dict[str, Any], theirs: dict[str, Any], found: list[str]
) -> None:
    source, target = replace(GONE, **mine), replace(KEPT, **theirs)
    assert rules(source, target) == found
    shown = plan_merge(source, target)
    assert shown.allowed == (not found)
    for block in shown.blocks:
        assert "请" in block.message


def test_别的房间拦住的照说() -> None:
    assert rules(GONE, KEPT, ("两边各有受保护的首谈",)) == ["room"]


VALUES = st.dictionaries(
    st.sampled_from([*FILLABLE, "不认识的栏"]), st.sampled_from([None, "", (), "甲", "乙", 0, 5])
)


@given(VALUES, VALUES, st.sets(st.sampled_from(list(FILLABLE))))
def test_s3_3b_只补空着的_留下的一个的值从不被盖过(
    mine: dict[str, Any], theirs: dict[str, Any], frozen: set[str]
) -> None:
    target = replace(KEPT, values=theirs, frozen=frozenset(frozen))
    found = plan_merge(replace(GONE, values=mine), target)
    for fill in found.fills:
        assert theirs.get(fill.name) in EMPTY and mine[fill.name] not in EMPTY
        assert fill.name not in frozen
    labels = {fill.label for fill in found.fills}
    assert not labels & {d.label for d in found.differs}
    expected = {
        name
        for name in FILLABLE
        if mine.get(name) not in EMPTY and mine.get(name) != theirs.get(name)
    }
    said = {f.label for f in found.fills} | {d.label for d in found.differs}
    held_back = {FILLABLE[n] for n in expected if n in frozen and theirs.get(n) in EMPTY}
    assert said | held_back == {FILLABLE[n] for n in expected}
    assert not judge_fills(found, [fill.name for fill in found.fills])
    others = set(FILLABLE) - {fill.name for fill in found.fills}
    assert len(judge_fills(found, others)) == len(others)


@given(st.sampled_from(SECRECY), st.sampled_from(SECRECY))
def test_s3_3b_看得见的人从不因合并而多(mine: str, theirs: str) -> None:
    blocked = rules(replace(GONE, confidentiality=mine), replace(KEPT, confidentiality=theirs))
    assert bool(blocked) == (SECRECY.index(mine) > SECRECY.index(theirs))


@pytest.mark.parametrize(
    ("merged", "days", "found"),
    [
        (Merged(NOW), 0, []),
        (Merged(NOW), 30, []),
        (Merged(NOW), 31, ["late"]),
        (Merged(NOW, undone=True), 99, ["undone"]),
        (Merged(NOW, target_merged=True), 1, ["chain"]),
        (Merged(NOW, target_voided=True), 1, ["voided"]),
        (Merged(NOW, target_merged=True), 31, ["chain", "late"]),
        (Merged(NOW, recognised_since=("签约",)), 1, ["recognised_since"]),
        (Merged(NOW, changed_vouchers=2), 1, ["changed_voucher"]),
    ],
)
def test_s3_3b_能不能撤销(merged: Merged, days: int, found: list[str]) -> None:
    got = judge_undo(merged, 30, NOW + timedelta(days=days), date(2025, 7, 7))
    assert [f.rule.removeprefix("merge.") for f in got] == found
    if found == ["late"]:
        assert "pipeline.merge_undo_days" in got[0].message and "2025-07-07" in got[0].message


@given(st.integers(0, 400), st.integers(0, 400))
def test_s3_3b_期限之内可以撤销_过了不可(days: int, after: int) -> None:
    assert bool(judge_undo(Merged(NOW), days, NOW + timedelta(days=after))) == (after > days)


def test_理由() -> None:
    assert [f.rule for f in judge_reason("  ", "为什么")] == ["merge.reason"]
    assert [f.rule for f in judge_reason("长" * 2001, "为什么")] == ["merge.reason"]
    assert judge_reason("同一件", "为什么") == []
