"""样例凭证:一律经真正的动作。

paid(cast, project, "发票1")              登记(龙山区经办),待核验
accepted(cast, project, "发票1")          登记并由市商务局核验人认可
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from juyuan.rooms.pipeline.actions.vouchers import check_voucher, record_voucher
from juyuan.rooms.pipeline.models import Project, Voucher
from juyuan.rooms.pipeline.rules.vouchers import CheckVerdict, VoucherDraft
from juyuan.rooms.pipeline.tests import factories as f
from tests.replay import replayed


def draft(number: str = "00123456", amount: int = 1000 * f.WAN, **more: Any) -> VoucherDraft:
    base = VoucherDraft(
        kind="capital", paid_on=date(2026, 11, 3), number=number, amount=amount,
        payer_name="浙江安澜纺织科技有限公司",
    )  # fmt: skip
    return replace(base, **more)


@replayed
def paid(
    cast: Any, project: Project, number: str = "00123456", amount: int = 1000 * f.WAN, *,
    by: str = "longshan", now: datetime | None = None, file: str = "", **more: Any,
) -> Voucher:  # fmt: skip
    now = now or cast.NOW
    actor = cast.actor(by)
    stored = f.stored(actor, file or f"凭证{number}-{project.code}", now)
    return record_voucher(
        actor=actor, project=project, now=now,
        draft=draft(number, amount, file_id=stored.pk, **more),
    )  # fmt: skip


@replayed
def accept(cast: Any, voucher: Voucher, *, by: str = "heyan", now: datetime | None = None) -> None:
    check_voucher(
        actor=cast.actor(by), voucher=voucher, verdict=CheckVerdict.ACCEPTED, now=now or cast.NOW
    )


@replayed
def accepted(cast: Any, project: Project, number: str = "00123456", amount: int = 1000 * f.WAN,
             *, now: datetime | None = None, **more: Any) -> Voucher:  # fmt: skip
    row = paid(cast, project, number, amount, now=now, **more)
    accept(cast, row, now=now)
    return row
