"""同一张收据两个项目都报:先报的留下,后报的说得清楚在哪里;冲回之后数字一天一天回得去。"""

from __future__ import annotations

from datetime import timedelta

import pytest

from juyuan.foundation.figures.queries import compute
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.pipeline.actions.vouchers import check_voucher, record_voucher, reverse_voucher
from juyuan.rooms.pipeline.models import Project, Voucher
from juyuan.rooms.pipeline.queries.vouchers import project_lines
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.vouchers import CheckVerdict, VoucherDraft
from juyuan.rooms.pipeline.tests import factories as f
from tests.journeys.house import City

pytestmark = pytest.mark.django_db
WAN = f.WAN
VERIFIER = "shangwuju_heyan"


class Money:
    """一座城市里的到位资金:日子往前走。"""

    def __init__(self, city: City) -> None:
        self.city, self.now = city, city.NOW

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    def pay(self, project: Project, number: str, wan: int, file: str) -> Voucher:
        actor = self.city.actor("longshan")
        stored = f.stored(actor, file, self.now)
        day = self.now.date() - timedelta(days=2)
        return record_voucher(
            actor=actor, project=project, now=self.now,
            draft=VoucherDraft("capital", day, number, wan * WAN, payer_name="投资人", file_id=stored.pk),
        )  # fmt: skip

    def accept(self, voucher: Voucher) -> None:
        check_voucher(
            actor=self.city.actor(VERIFIER), voucher=voucher, now=self.now,
            verdict=CheckVerdict.ACCEPTED,
        )  # fmt: skip

    def total(self, ago: int = 0) -> int:
        day = self.now.date() - timedelta(days=ago)
        return compute(as_of=day, names=["paid_in_total"])[0].value or 0


def test_s3_3b_同一张凭证两个项目都报_冲回之后才让得出来() -> None:
    money = Money(City())
    one = f.at(money.city, Stage.NEGOTIATION, name="一期")
    two = f.planning(money.city, name="二期")
    first = money.pay(one, "NO.00123456", 1200, "回单")
    assert money.total() == 0
    money.wait(1)
    money.accept(first)
    assert money.total() == 1200 * WAN
    for number, file in (("no 00123456", "另拍一张"), ("别的号", "回单")):
        with pytest.raises(RuleBroken, match="一期"):
            money.pay(two, number, 1200, file)
    seen = [money.total(ago) for ago in (0, 1)]

    money.wait(10)
    undo = reverse_voucher(
        actor=money.city.actor("longshan"), voucher=first, reason="记到一期了", now=money.now
    )
    assert money.total() == 1200 * WAN, "冲回没有认可,仍计数"
    money.wait(1)
    money.accept(undo)
    assert money.total() == 0
    money.accept(money.pay(two, "NO.00123456", 1200, "回单"))
    assert money.total() == 1200 * WAN
    assert [money.total(ago) for ago in (11, 12)] == seen, "过去的数不变"
    assert [line.running for line in project_lines(one, money.now.date())] == [1200 * WAN, 0]
    assert project_lines(two, money.now.date())[-1].running == 1200 * WAN
