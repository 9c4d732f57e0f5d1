"""到位资金的数字:任何一天、任何范围,打开的清单合计等于数字;月年总恒等。条款 3.3b。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from juyuan.foundation.figures.queries import compute
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.actions.vouchers import Intake, insert, reverse_voucher
from juyuan.rooms.pipeline.queries.paid_figures import FIGURES
from juyuan.rooms.pipeline.queries.paid_in import listing, paid_in_of, read
from juyuan.rooms.pipeline.rules.drafts import HostDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.vouchers import accept, accepted, draft, paid

pytestmark = pytest.mark.django_db
NAMES = [figure.name for figure in FIGURES]
WAN = f.WAN


def figures(as_of=None, actor=None):
    return {r.name: r for r in compute(as_of=as_of, actor=actor, names=NAMES)}


def values(as_of=None, actor=None) -> dict[str, int | None]:
    return {name: r.value for name, r in figures(as_of, actor).items()}


@pytest.fixture
def city(cast):
    """两个项目跨三地、跨年、有冲回、有待核验、有财政资金。"""
    shared = f.recognised(
        cast, Stage.SIGNED, name="跨县区的", listed_ids=(),
        hosts=(HostDraft(cast.unit("longshan").pk, 3333), HostDraft(cast.unit("xian").pk, 6667)),
    )  # fmt: skip
    month_ago = cast.NOW - timedelta(40)
    plain = f.planning(cast, name="未定落点的", hosts=(), now=month_ago)
    accepted(cast, shared, "一", 100_000_001, now=cast.NOW, paid_on=date(2026, 11, 3))
    accepted(cast, shared, "二", 7, now=cast.NOW, paid_on=date(2026, 9, 1), kind="equipment")
    early = accepted(cast, plain, "三", 500, now=month_ago, paid_on=date(2026, 10, 1), kind="works")
    accepted(cast, plain, "四", 900, fiscal=True)
    paid(cast, shared, "五", 11)
    undo = reverse_voucher(actor=cast.actor("longshan"), voucher=early, reason="错", now=cast.NOW)
    accept(cast, undo, now=f.later(cast, 2))
    return shared, plain


def test_s3_3b_空库各数为零(db) -> None:
    assert set(values(date(2026, 11, 20)).values()) == {0}


def test_s3_3b_认可的才计_冲回自认可之日减去_任何一天重演(cast, city) -> None:
    day = cast.TODAY
    month_ago = (cast.NOW - timedelta(40)).date()
    whole = 100_000_008
    expected = {
        month_ago - timedelta(1): (0, 0, 0, 0),
        month_ago: (500, 500, 500, 0),
        day: (whole, whole + 500, whole + 500, 11),
        day + timedelta(2): (whole - 500, whole, whole, 11),
        date(2027, 1, 1): (0, 0, whole, 11),
    }
    for as_of, wanted in expected.items():
        found = values(as_of)
        assert tuple(found[n] for n in ("paid_in_month", "paid_in_year", "paid_in_total", "paid_in_pending")) == wanted, as_of  # fmt: skip


def test_s3_3b_各种分法之和等于总数_各地逐笔分到元(cast, city) -> None:
    for as_of in (cast.TODAY, f.later(cast, 2).date(), date(2027, 1, 1)):
        for name, found in figures(as_of).items():
            for split in found.splits:
                assert split.difference == 0, (as_of, name, split.dimension.key)
    counties = {p.key: p.value for p in figures(cast.TODAY)["paid_in_total"].split("county").parts}
    assert counties == {"longshan": 33_330_002, "xian": 66_670_006, "none": 500}
    kinds = {p.key: p.value for p in figures(cast.TODAY)["paid_in_total"].split("kind").parts}
    assert kinds == {"capital": 100_000_001, "equipment": 7, "works": 500}


def opened(actor, url: str, today: date):
    """打开数字的明细网址:清单的合计(按落点的取该地份额)。"""
    found = read(dict(parse_qsl(urlsplit(url).query)))
    assert not found.problems, found.problems
    page = listing(actor, found, today)
    return page.waiting if found.state == "waiting" else page.accepted


@pytest.mark.parametrize("who", ["zongzhaoji", "longshan", "caizheng"])
def test_s3_3b_某日的清单等于某日的数字(cast, city, who) -> None:
    actor = cast.actor(who)
    checked = 0
    for as_of in (cast.TODAY - timedelta(30), cast.TODAY, f.later(cast, 2).date()):
        for found in figures(as_of, actor).values():
            assert opened(actor, found.rows_url, as_of).recognised == found.value
            for part in found.parts:
                assert opened(actor, part.rows_url, as_of).recognised == part.value, part.rows_url
                checked += 1
    assert checked > 10


def test_s3_3b_此刻等于今天的重演_项目的数与接口同源(cast, city, settings) -> None:
    settings.JUYUAN_NOW = (cast.NOW + timedelta(days=2, hours=3)).isoformat()
    today = datetime.fromisoformat(settings.JUYUAN_NOW).date()
    assert values() == values(today)
    total = sum(x.total for x in paid_in_of([p.pk for p in city], today).values())
    assert total == values()["paid_in_total"]


def test_s3_3b_数字按看的人裁_查阅的人没有待核验(cast, city) -> None:
    day = cast.TODAY
    reader = values(day, cast.actor("caizheng"))
    assert reader["paid_in_total"] == 100_000_008  # 只有已认定签约的那个项目
    assert reader["paid_in_pending"] == 0
    assert values(day, cast.actor("longshan")) == values(day)
    assert set(values(day, cast.actor("dongfeng")).values()) == {0}
    assert set(values(day, cast.actor("sysadmin")).values()) == {0}


def test_s3_3b_作废的项目退出一切计数_此前的重演仍在(cast) -> None:
    project = f.planning(cast)
    accepted(cast, project, "一", 5 * WAN)
    later = f.later(cast, 3)
    request = request_void(actor=cast.actor("longshan"), project=project, reason="录错", now=later)
    settle_void(actor=cast.actor("heyan"), request=request, agree=True, now=later)
    assert values(later.date())["paid_in_total"] == 0
    assert values(cast.TODAY)["paid_in_total"] == 5 * WAN


def test_s3_3b_归期的口径两个都写出来_按事实日时月份不同(cast, city) -> None:
    found = figures(cast.TODAY)["paid_in_month"]
    assert "按认定日归期" in found.note and "按事实日为 10000.0001 万元" in found.note


def test_s3_3b_期初的历史凭证按到账日归期(cast) -> None:
    from django.db import transaction

    project = f.planning(cast)
    with transaction.atomic():
        row = insert(
            [Intake(project, replace(draft("旧", 8 * WAN), paid_on=date(2024, 5, 6)),
                    historical=True, paper="商务〔2026〕3号")],
            actor=cast.actor("longshan"), now=cast.NOW, group=None,
        )[0]  # fmt: skip
    accept(cast, row)  # 凭依据文号认可,不必另有文件
    found = values(cast.TODAY)
    assert (found["paid_in_year"], found["paid_in_total"]) == (0, 8 * WAN)


def test_查询数固定(cast, city, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(16):
        figures(cast.TODAY, cast.actor("longshan"))
    with django_assert_max_num_queries(4):
        paid_in_of([p.pk for p in city], cast.TODAY)
