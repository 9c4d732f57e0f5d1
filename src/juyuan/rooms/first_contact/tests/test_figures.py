"""首谈的统计数字:逐单位、任何过去的一天;明细行数等于数字;看得见的才计;不看冗余的状态列。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.foundation.figures import registry
from juyuan.foundation.figures.comparing import compare
from juyuan.foundation.figures.queries import compute
from juyuan.foundation.figures.rules import difference_of, explain
from juyuan.rooms.first_contact import jobs
from juyuan.rooms.first_contact.actions.rights import end
from juyuan.rooms.first_contact.actions.ruling import dismiss, rule_conflict
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.queries.figures import FIGURES
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.rules.rulings import RulingDraft
from juyuan.rooms.first_contact.tests import factories as f

pytestmark = pytest.mark.django_db
NAMES = [figure.name for figure in FIGURES]
WHO = ("heyan", "chen", "longshan", "dongfeng", "xian", "zhaoji", "caizheng", "guwen")


def said(word: str) -> dict[str, str]:
    return {"name": f"江苏{word}机械有限公司", "project_name": f"{word}生产基地"}


@pytest.fixture
def town(cast: Any, settings: Any) -> dict[str, Any]:
    """十几天:三件首谈(一件限名单)、两件撞单,一件裁定而生效、一件撤销,一件终结。"""
    longshan, dongfeng = (cast.unit(code).pk for code in ("longshan", "dongfeng"))
    days = [cast.NOW + timedelta(days=n) for n in range(20)]
    f.register(cast, subject=said("云帆"))
    f.register(cast, subject=said("星槎"), secrecy=Secrecy.RESTRICTED, now=days[1])
    gone = f.register(cast, subject=said("飞廉"), now=days[1]).claim
    first = f.register(cast, "dongfeng", subject=said("云帆"), now=days[2]).conflict
    second = f.register(cast, "dongfeng", subject=said("星槎"), now=days[3]).conflict
    assert first and second
    rule_conflict(
        actor=cast.actor("heyan"), conflict=first, now=days[6],
        draft=RulingDraft(longshan, {longshan: 7000, dongfeng: 3000}, "先登记"),
    )  # fmt: skip
    dismiss(actor=cast.actor("heyan"), conflict=second, reason="不是一件", now=days[7])
    end(actor=cast.actor("longshan"), claim=gone, reason="不谈了", now=days[8])
    jobs.settle_rulings(today=days[15].date(), now=days[15])
    settings.JUYUAN_NOW = days[18].isoformat()
    return {"days": [day.date() for day in days], "first": first}


def values(actor: Any, as_of: date | None) -> dict[str, int | None]:
    return {r.name: r.value for r in compute(as_of, actor, NAMES)}


def test_s3_2b_各日的数_由台账推出_状态列错了也一样(cast: Any, town: dict[str, Any]) -> None:
    days, actor = town["days"], cast.actor("heyan")
    Claim.objects.filter(project__isnull=True).update(state="lapsed")
    Conflict.objects.update(state="open")
    seen = [tuple(values(actor, days[n]).values()) for n in (0, 1, 2, 3, 6, 7, 8, 14, 15)]
    # (在办, 未定, 裁定过, 工作日中位):立件周日、裁定周四
    assert seen == [
        (1, 0, 0, None), (3, 0, 0, None), (4, 1, 0, None), (5, 2, 0, None), (5, 2, 1, 4),
        (5, 1, 1, 4), (4, 1, 1, 4), (4, 1, 1, 4), (3, 0, 1, 4),
    ]  # fmt: skip


def test_s3_2b_明细的行数等于数字_每个人_每个部分_每一天(cast: Any, town: dict[str, Any]) -> None:
    opened = 0
    for who in WHO:
        actor, client = cast.actor(who), cast.client(who)
        for as_of in (None, *(town["days"][n] for n in (0, 3, 7, 12))):
            for found in compute(as_of, actor, NAMES):
                pairs = [(found.rows_url, found.value)]
                pairs += [(p.rows_url, p.value) for p in found.parts]
                for url, value in pairs:
                    if not url:
                        assert who in ("caizheng", "guwen") and not value
                        continue
                    page = client.get(f"{url}&limit=200")
                    assert page.status_code == 200, url
                    if found.name == "ruling_days":
                        assert (value is None) == (not page.context["page"].items)
                    else:
                        assert len(page.context["page"].items) == value, (who, url)
                    opened += bool(value)
                if found.splits:
                    assert found.difference == 0
    assert opened > 40


def test_一方的数只有自己的_别的单位看不出有没有撞单(cast: Any, town: dict[str, Any]) -> None:
    day = town["days"][5]
    got = {who: tuple(values(cast.actor(who), day).values()) for who in WHO}
    assert got["heyan"] == got["zhaoji"] == (5, 2, 0, None)
    assert got["longshan"] == (3, 2, 0, None) and got["dongfeng"] == (2, 2, 0, None)
    assert got["chen"] == (4, 1, 0, None)  # 限名单的一件、与它的撞单,经办看不见
    assert got["xian"] == got["caizheng"] == got["guwen"] == (0, 0, 0, None)
    parts = next(r for r in compute(day, cast.actor("dongfeng"), ["claims_live"])).parts
    assert [part.key for part in parts] == ["dongfeng"]
    assert not any(r.parts for r in compute(day, cast.actor("dongfeng"), NAMES[1:]))


def test_与上月比_逐件说明之和等于差额(cast: Any, town: dict[str, Any]) -> None:
    for who in ("heyan", "longshan", "xian"):
        actor = cast.actor(who)
        for name in NAMES[:3]:
            found = registry.explainer_of(name)
            assert found is not None
            before, after = (
                found.rows(name, day, actor).top for day in (town["days"][3], town["days"][16])
            )
            changed = difference_of(explain(before, after))
            one, two = (values(actor, day)[name] for day in (town["days"][3], town["days"][16]))
            assert changed == (two or 0) - (one or 0), (who, name)
    figure = next(x for x in FIGURES if x.name == "conflicts_open")
    told = compare(figure, town["days"][16], town["days"][3], cast.actor("heyan"), shown=9)
    lines = [line.told for part in told.sides[0].parts for line in part.lines]
    assert sorted((line.was, line.now) for line in lines) == [
        ("待裁定", "已定"),
        ("待裁定", "已撤销"),
    ]
    page = cast.client("heyan").get(f"/figures/claims_live/compare/?against={town['days'][3]}")
    assert page.status_code == 200 and "飞廉生产基地" in page.content.decode()


def test_语句数与件数无关(cast: Any, town: dict[str, Any]) -> None:
    counts = []
    for word in ("白泽", "英招"):
        with CaptureQueriesContext(connection) as seen:
            compute(None, cast.actor("heyan"), NAMES)
        counts.append(len(seen))
        f.register(cast, subject=said(word), now=cast.NOW + timedelta(days=18))
        f.register(cast, "xian", subject=said(word), now=cast.NOW + timedelta(days=18))
    assert counts[0] == counts[1] <= 12, counts
