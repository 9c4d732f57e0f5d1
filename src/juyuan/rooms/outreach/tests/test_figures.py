"""线索的统计数字:按渠道、按承办单位,任何过去的一天;明细行数等于数字;看得见的才计。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.foundation.figures import registry
from juyuan.foundation.figures.queries import compute
from juyuan.foundation.figures.registry import RATE
from juyuan.foundation.figures.rules import difference_of, explain
from juyuan.rooms.outreach.actions.handle import refuse_lead
from juyuan.rooms.outreach.actions.keep import withdraw_lead
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.figures import FIGURES
from juyuan.rooms.outreach.rules.drafts import LeadSecrecy
from juyuan.rooms.outreach.tests import factories as f

pytestmark = pytest.mark.django_db
NAMES = [figure.name for figure in FIGURES]
WHO = ("heyan", "chen", "longshan", "dongfeng", "shanghui", "guwen", "zhaoji", "caizheng")


@pytest.fixture
def town(cast: Any, settings: Any) -> list[date]:
    """十天:商会两条(一条转项目、一条不采纳)、部门一条限名单、顾问一条撤回、一条草稿、改派一条。"""
    days = [cast.NOW + timedelta(days=n) for n in range(10)]
    f.submitted(cast, submit=False)
    turned = f.submitted(cast)
    said = {"investor_name": "江苏星槎轴承有限公司", "project_name": "星槎轴承基地"}
    dropped = f.submitted(cast, **said, now=days[1])
    f.submitted(cast, "longshan", channel="department", secrecy=LeadSecrecy.RESTRICTED, now=days[1])
    back = f.submitted(cast, "guwen", channel="adviser", now=days[1])
    turned = f.judged(cast, f.assigned(cast, turned, now=days[2]), now=days[2])
    moved = f.assigned(cast, to="dongfeng", now=days[2], channel="media")
    withdraw_lead(actor=cast.actor("guwen"), lead=back, reason="报重了,撤回", now=days[3])
    f.converted(cast, turned, now=days[4])
    refuse_lead(actor=cast.actor("heyan"), lead=dropped, reason="用能超出指标", now=days[5])
    f.assigned(cast, moved, to="xian", now=days[6])
    settings.JUYUAN_NOW = days[8].isoformat()
    return [day.date() for day in days]


def values(actor: Any, as_of: date | None) -> tuple[int | None, ...]:
    return tuple(r.value for r in compute(as_of, actor, NAMES))


def test_s2_5b_各日的数_由步骤推出_状态列错了也一样(cast: Any, town: list[date]) -> None:
    Lead.objects.filter(state="refused").update(state="submitted")
    actor = cast.actor("heyan")
    seen = [values(actor, town[n]) for n in (0, 1, 2, 3, 4, 5, 7)]
    assert seen == [
        (1, 1, 0, 0), (4, 4, 0, 0), (5, 5, 0, 0), (4, 4, 0, 0), (4, 3, 1, 2500), (4, 2, 1, 2500),
        (4, 2, 1, 2500),
    ]  # fmt: skip
    assert values(actor, town[0] - timedelta(days=1)) == (0, 0, 0, None)


def test_s2_5b_按渠道_按承办单位_改派之前算在原来的单位(cast: Any, town: list[date]) -> None:
    found = {r.name: r for r in compute(town[5], cast.actor("heyan"), NAMES)}
    rate = found["lead_conversion"]
    assert {p.key: p.value for p in rate.split("channel").parts} == {"chamber": 5000, "department": 0, "media": 0}  # fmt: skip
    under_way = found["leads_under_way"].split("handler")
    assert [(p.key, p.value) for p in under_way.parts] == [("dongfeng", 1)]
    assert under_way.difference == -1  # 还没有分办的一条
    later = {r.name: r for r in compute(town[7], cast.actor("heyan"), NAMES)}
    assert [p.key for p in later["leads_under_way"].split("handler").parts] == ["xian"]


def test_s2_5b_明细的行数等于数字_每个人_每个部分_每一天(cast: Any, town: list[date]) -> None:
    opened = 0
    for who in WHO:
        actor, client = cast.actor(who), cast.client(who)
        for as_of in (None, town[0], town[3], town[5]):
            for found in compute(as_of, actor, NAMES):
                for url, value in [(found.rows_url, found.value)] + [
                    (p.rows_url, p.value) for p in found.parts
                ]:
                    page = client.get(f"{url}&limit=200")
                    assert page.status_code == 200 and not page.context["problems"], url
                    rows = len(page.context["page"].items)
                    if found.unit == RATE:
                        assert (value is None) == (rows == 0), (who, url)
                    else:
                        assert rows == value == page.context["page"].total, (who, url)
                    opened += bool(value)
    assert opened > 40


def test_顾问商会只计自己的_限名单的经办不计(cast: Any, town: list[date]) -> None:
    got = {who: values(cast.actor(who), None) for who in WHO}
    assert got["heyan"] == got["zhaoji"] == (4, 2, 1, 2500)
    assert got["chen"] == (3, 1, 1, 3333)
    assert got["shanghui"] == (3, 1, 1, 3333)
    assert got["guwen"] == got["caizheng"] == got["dongfeng"] == (0, 0, 0, None)
    assert got["longshan"] == (2, 1, 1, 5000)  # 自己报的一条限名单,承办的一条


def test_与上月比_逐条说明之和等于差额(cast: Any, town: list[date]) -> None:
    for who in ("heyan", "shanghui"):
        actor = cast.actor(who)
        for figure in FIGURES:
            explainer = registry.explainer_of(figure.name)
            assert explainer is not None
            one, two = (explainer.rows(figure.name, day, actor) for day in (town[1], town[6]))
            before, after = (compute(day, actor, [figure.name])[0].value for day in (town[1], town[6]))  # fmt: skip
            if figure.unit != RATE:
                assert difference_of(explain(one.top, two.top)) == (after or 0) - (before or 0)
            else:
                assert (after or 0) == sum(two.top.values()) * 10000 // sum((two.base or {}).values())  # fmt: skip
    page = cast.client("heyan").get(f"/figures/leads_under_way/compare/?against={town[1]}")
    assert page.status_code == 200 and "不采纳" in page.content.decode()


def test_语句数与条数无关(cast: Any, town: list[date]) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            compute(None, cast.actor("heyan"), NAMES)
        counts.append(len(seen))
        f.submitted(cast, now=cast.NOW + timedelta(days=8))
    assert counts[0] == counts[1] <= 6, counts
