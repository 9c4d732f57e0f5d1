"""评审的统计数字与导出:任何过去的一天可重算;明细行数等于数字;看得见的才计;不看状态列。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from juyuan.foundation.exchange.kinds import registry as kinds
from juyuan.foundation.figures.queries import compute
from juyuan.rooms.evaluation.actions import reviews as acts
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries import reviewlisting
from juyuan.rooms.evaluation.queries.reviewfigures import FIGURES
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.tests import reviewfactories as r

pytestmark = pytest.mark.django_db
NAMES = [figure.name for figure in FIGURES]


@pytest.fixture
def town(cast: Any, settings: Any) -> list[date]:
    """第 0 天送审一件,第 5 天通过;第 1 天送审一件,第 30 天否决(超期);第 2 天送审一件还在办。"""
    days = [cast.NOW + timedelta(days=n) for n in range(40)]
    one = r.sent(cast, now=days[0])
    two = r.sent(cast, project=r.ready(cast, name="第二件"), now=days[1])
    r.sent(cast, project=r.ready(cast, r.MIDDLE, name="第三件"), now=days[2])
    r.decide(cast, r.deciding(cast, one, now=days[4]), now=days[5])
    r.decide(
        cast, r.deciding(cast, two, 0.3, now=days[29]), ReviewResult.REJECTED, reasons="强度不足",
        now=days[30],
    )  # fmt: skip
    settings.JUYUAN_NOW = days[35].isoformat()
    return [day.date() for day in days]


def values(actor: Any, as_of: date | None) -> tuple[int | None, ...]:
    found = {x.name: x.value for x in compute(as_of, actor, NAMES)}
    return tuple(found[name] for name in NAMES)


def test_s3_4b_各日的数_由步骤推出_状态列错了也一样(cast: Any, town: list[date]) -> None:
    actor = cast.actor("heyan")
    Review.objects.update(state="withdrawn")
    seen = [values(actor, town[n]) for n in (0, 1, 2, 5, 30)]
    assert seen == [
        (1, 0, None, None), (2, 0, None, None), (3, 0, None, None),
        (2, 1, 10_000, 10_000), (1, 2, 5_000, 5_000),
    ]  # fmt: skip


def test_s3_4b_明细的行数等于数字_看得见的才计(cast: Any, town: list[date]) -> None:
    for who in ("heyan", "longshan", "dongfeng", "caizheng"):
        actor, client = cast.actor(who), cast.client(who)
        for as_of in (None, town[2], town[30]):
            for found in compute(as_of, actor, NAMES):
                pairs = [(found.rows_url, found.value)]
                pairs += [(part.rows_url, part.value) for part in found.parts]
                for url, value in pairs:
                    if url:
                        shown = client.get(url).content.decode().count('data-l="由哪一级"')
                        assert shown == value, (who, as_of, found.name, url)
    assert values(cast.actor("dongfeng"), None) == (0, 0, None, None)
    parts = {x.name: x.parts for x in compute(None, cast.actor("heyan"), NAMES)}
    assert [(p.label, p.value) for p in parts["reviews_open"]] == [("龙山区", 1)]


def test_s3_4b_导出_与清单同样的条件与次序(cast: Any, town: list[date]) -> None:
    kind = kinds.exports["reviews"]
    rows = list(kind.rows(cast.actor("heyan"), {"tab": "all", "sort": "-total"}, town[35]))
    assert [row["name"] for row in rows] == ["第三件", "第二件", "高性能纱线智能制造"]
    assert (rows[1]["result"], rows[1]["score"], rows[1]["county"]) == ("否决", "30.00", "龙山区")
    columns = {column.field for column in kind.columns}
    assert all(set(row) == columns for row in rows)
    assert list(kind.rows(cast.actor("dongfeng"), {"tab": "all"}, town[35])) == []
    then = list(
        kind.rows(cast.actor("heyan"), {"tab": "all", "as_of": town[5].isoformat()}, town[35])
    )
    assert {row["state"] for row in then} == {"受理", "通过"}
    assert not kind.may(cast.actor("caizheng"))


def test_s3_4b_调取之后_已决定里不再计(cast: Any) -> None:
    review = r.decided(cast)
    actor = cast.actor("heyan")
    assert values(actor, None)[:2] == (0, 1)
    acts.call_up(actor=cast.actor("shangwuju_head"), review=review, reason="再看", now=cast.NOW)
    assert values(actor, None)[:2] == (1, 0)
    assert reviewlisting.read_criteria({"tab": "?"}, cast.TODAY).problems
