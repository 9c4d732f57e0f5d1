"""样例承诺:一律经真正的动作登记。

promise(cast, project)            五千万元到位资金,由龙山区登记
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from juyuan.rooms.evaluation.actions.promises import add_promise, report_actual
from juyuan.rooms.evaluation.models import Promise, PromiseActual
from juyuan.rooms.evaluation.rules.promises import ActualDraft, DebtDraft, PromiseDraft
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.replay import replayed

WAN = 10_000
DUE = date(2027, 6, 30)


@replayed
def signed(cast: Any, **more: Any) -> Project:
    """已认定签约的项目(龙山区登记、承载)。"""
    return f.recognised(cast, Stage.SIGNED, **more)


def draft(kind: str = "paid_in", **more: Any) -> PromiseDraft:
    base: dict[str, Any] = {
        "kind": kind, "text": "首期到位资金五千万元", "due_on": DUE, "target": 5_000 * WAN,
        "wanted": "银行进账单", "quote": "乙方应于2027年6月30日前到位资金5000万元。",
        "place": "第三条第二款（第4页）", "contract_number": "HT-2026-08",
    }  # fmt: skip
    if kind in ("start", "production", "land", "full_effect", "other"):
        base |= {
            "target": None, "text": "项目开工建设", "wanted": "开工照片",
            "quote": "乙方应于约定之日前开工建设。",
        }  # fmt: skip
    return PromiseDraft(**(base | more))


def debt(cast: Any, due_on: date = date(2026, 10, 31), unit: str = "ziran") -> DebtDraft:
    """市自然资源局交付净地。"""
    return DebtDraft("land", "交付净地50亩", cast.unit(unit).pk, due_on)


def promise(
    cast: Any, project: Project, kind: str = "paid_in", *, by: str = "longshan",
    now: datetime | None = None, **more: Any,
) -> Promise:  # fmt: skip
    return add_promise(
        actor=cast.actor(by), project=project, draft=draft(kind, **more), now=now or cast.NOW
    )


def actual(
    cast: Any, row: Promise, value: int | None = 5_000 * WAN, *, by: str = "longshan",
    on: date | None = None, now: datetime | None = None,
) -> PromiseActual:  # fmt: skip
    moment = now or cast.NOW
    file = f.stored(cast.actor(by), f"进账单-{row.code}-{value}-{by}-{on}", moment)
    return report_actual(
        actor=cast.actor(by), promise=row,
        draft=ActualDraft(on or moment.date(), value, "已到账", file.pk), now=moment,
    )  # fmt: skip
