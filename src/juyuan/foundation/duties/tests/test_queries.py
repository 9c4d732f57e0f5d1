"""读:谁的、看不看得见、几时到期;十万件也是同样几条查询;任何一天的数字与那天的清单相等。"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.duties import exchange, figures, listing, queries
from juyuan.foundation.duties.access import ALL, MINE, UNIT
from juyuan.foundation.duties.actions import end_duty, open_duty, rederive_open
from juyuan.foundation.duties.listing import DutyFilter
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.duties.rules import DueRule
from juyuan.foundation.duties.tests.kinds import KIND, OBJECT, RULE, Toys, toys
from juyuan.foundation.figures.queries import compute
from juyuan.foundation.people.actions import set_absence
from juyuan.foundation.workdays.actions import DayDraft, enter_notice
from juyuan.foundation.workdays.models import DayKind
from juyuan.kernel.actor import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def house() -> Iterator[Toys]:
    with toys() as made:
        yield made


def add(
    cast: Any, pk: int = 1, due: int = 0, unit: str = "longshan", person: str = "", **more: Any
) -> Duty:
    """到期日在今天之后 `due` 天。"""
    given_ = {
        "kind": KIND, "object_type": OBJECT, "object_id": pk, "unit_id": cast.unit(unit).pk,
        "person_id": cast.person(person).pk if person else None,
        "basis_on": cast.TODAY - timedelta(days=60),
        "rule": DueRule(0, "fixed", fixed=cast.TODAY + timedelta(days=due)),
        "actor": SYSTEM, "now": cast.NOW - timedelta(days=50),
    }  # fmt: skip
    with transaction.atomic():
        return open_duty(**(given_ | more))


def ids(cast: Any, who: str, **wanted: Any) -> set[int]:
    rows = listing.listed(cast.actor(who), DutyFilter(**wanted), cast.TODAY)
    return set(rows.values_list("object_id", flat=True))


def test_我的_本单位的_全市的(cast: Any) -> None:
    add(cast, 1)
    add(cast, 2, person="longshan")
    add(cast, 3, unit="longshan_shangwu")
    add(cast, 4, unit="dongfeng")
    assert ids(cast, "longshan") == {1, 2}
    assert ids(cast, "longshan_head") == {1}
    assert ids(cast, "longshan_head", scope=UNIT) == {1, 2, 3}
    assert ids(cast, "longshan_shangwu") == {3}
    assert ids(cast, "chen", scope=ALL) == ids(cast, "zhaoji", scope=ALL) == {1, 2, 3, 4}
    assert ids(cast, "chen") == ids(cast, "kong") == ids(cast, "sysadmin") == set()


def test_看得到哪几摊(cast: Any) -> None:
    from juyuan.foundation.duties.access import scopes

    assert scopes(cast.actor("longshan")) == (MINE,)
    assert scopes(cast.actor("longshan_head")) == (MINE, UNIT)
    assert scopes(cast.actor("shangwuju_head")) == (MINE, UNIT, ALL)
    assert scopes(cast.actor("zongzhaoji")) == (MINE, ALL)
    assert scopes(cast.actor("sysadmin")) == scopes(cast.actor("caizheng")) == (MINE,)


def test_看不见对象的_不列_不数_不进数字(cast: Any, house: Toys) -> None:
    add(cast, 1, due=-1)
    add(cast, 2, due=-1)
    house.hidden = {"longshan": {2}, "longshan_head": {2}}
    assert ids(cast, "longshan") == {1}
    desk = queries.desk(cast.actor("longshan"), cast.TODAY)
    assert (desk.total, [row.title for row in desk.rows]) == (1, ["玩具1号"])
    assert [r.open_late for r in listing.lateness(cast.TODAY, cast.actor("longshan_head"))] == [1]
    assert [r.open_late for r in listing.lateness(cast.TODAY)] == [2]
    duty = Duty.objects.get(object_id=2)
    assert not queries.visible_duty_ids(cast.actor("longshan"), [duty.pk])
    assert queries.visible_duty_ids(cast.actor("dongfeng"), [duty.pk])


def test_没有登记门的对象一律看不见(cast: Any) -> None:
    add(cast, object_type="nobody")
    assert ids(cast, "longshan") == set()


def test_名称不存在待办里(cast: Any) -> None:
    add(cast)
    stored = [str(value) for value in Duty.objects.values().get().values()]
    assert not any("玩具1号" in value for value in stored)


def test_只认该角色的人(cast: Any) -> None:
    add(cast, 1, unit="shangwuju")
    assert ids(cast, "chen") == ids(cast, "heyan") == {1}
    with toys(roles=("verifier",)):
        assert (ids(cast, "chen"), ids(cast, "heyan")) == (set(), {1})


def test_离岗人的也在代理人这里_注明代谁_停了就没有(cast: Any) -> None:
    cast.add("long2", "longshan", "specialist", "专员二")
    add(cast, 1, person="longshan")
    set_absence(
        actor=cast.actor("longshan"), person=cast.person("longshan"), deputy=cast.person("long2"),
        starts_on=cast.TODAY, ends_on=cast.TODAY + timedelta(days=1), reason="出差", now=cast.NOW,
    )  # fmt: skip
    actor = cast.actor("long2")
    assert [row.for_name for row in queries.mine(actor, cast.TODAY)] == ["longshan经办"]
    assert queries.mine(actor, cast.TODAY + timedelta(days=2)) == []
    assert [row.for_name for row in queries.mine(cast.actor("longshan"), cast.TODAY)] == [""]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(-10, 20), max_size=8))
def test_各段的件数与逐件判断相同_合起来就是全部(cast: Any, gaps: list[int]) -> None:
    with transaction.atomic():
        for pk, gap in enumerate(gaps):
            add(cast, pk, due=gap)
        desk = queries.desk(cast.actor("longshan"), cast.TODAY, limit=50)
        said = [queries.bucket_of(row.due_on, cast.TODAY) for row in desk.rows]
        transaction.set_rollback(True)
    assert desk.counts == {name: said.count(name) for name in queries.BUCKETS}
    assert desk.total == len(gaps)


def test_十万件待办_查询数与十件时相同(cast: Any) -> None:
    add(cast, 1, person="longshan", due=-1)
    actors = [(cast.actor("longshan"), MINE), (cast.actor("heyan"), ALL)]

    def cost() -> list[int]:
        found = []
        for actor, scope in actors:
            with CaptureQueriesContext(connection) as made:
                queries.desk(actor, cast.TODAY, scope)
                rows = listing.listed(actor, DutyFilter(scope=scope, bucket="late"), cast.TODAY)
                queries.rows_of(actor, rows.order_by("due_on", "id")[:50], cast.TODAY)
                rows.count()
                listing.lateness(cast.TODAY, actor)
                listing.per_day(actor, DutyFilter(scope=scope), cast.TODAY, cast.TODAY, cast.TODAY)
            found.append(len(made))
        return found

    few = cost()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO duties_duty (kind, object_type, object_id, unit_id, person_id, clause,"
            " basis_on, rule, said, due_on, provisional, period, opened_at, ended_act, ended_by,"
            " cancelled) SELECT kind, object_type, 1 + n % 500, unit_id, NULL, clause, basis_on,"
            " rule, said, due_on - (n % 90)::int, false, 'p' || n, opened_at, '', '', false"
            " FROM duties_duty, generate_series(1, 100000) AS n"
        )
    assert cost() == few
    assert queries.desk(actors[0][0], cast.TODAY).total == 100_001


# ───────── 准时率与重演 ─────────


def at(cast: Any, days: int, hour: int = 10) -> datetime:
    return cast.NOW.replace(hour=hour) + timedelta(days=days)


def end(cast: Any, pk: int, days: int, **more: Any) -> None:
    with transaction.atomic():
        end_duty(
            kind=KIND, object_type=OBJECT, object_id=pk, act="toy.reported", actor=SYSTEM,
            now=at(cast, days, more.pop("hour", 10)), **more,
        )  # fmt: skip


def test_按时_逾期_未办_撤销的不在分母里(cast: Any) -> None:
    for pk, due in ((1, -5), (2, -5), (3, -5), (4, -5), (5, 0), (6, 3)):
        add(cast, pk, due=due)
    end(cast, 1, -5, hour=23)  # 到期日当天深夜:按时
    end(cast, 2, -4, hour=0)  # 次日零点过后:逾期
    end(cast, 4, -6, cancelled=True)
    found = listing.lateness(cast.TODAY)
    assert [(r.code, r.due, r.on_time, r.late, r.open_late, r.rate_bp) for r in found] == [
        ("longshan", 3, 1, 2, 1, 3333)
    ]
    assert listing.lateness(cast.TODAY - timedelta(days=300)) == []


def test_没有到期的没有比率(cast: Any) -> None:
    add(cast, 1, due=9)
    value = {f.name: f.value for f in compute(None, None, [f.name for f in figures.FIGURES])}
    assert value == {"duties_due": 0, "duties_on_time_rate": None, "duties_open_late": 0}


STORY = st.lists(
    st.tuples(
        st.integers(-4, 0),  # 第几天开
        st.integers(0, 3),  # 开后几天到期
        st.one_of(st.none(), st.integers(0, 5)),  # 开后几天办结
        st.booleans(),  # 是办结还是撤销
        st.sampled_from(["longshan", "dongfeng"]),
    ),
    max_size=4,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORY)
def test_事后重算任何一天_等于当天所见_也等于那天的清单(cast: Any, story: list[Any]) -> None:
    def now_seen(day: date) -> list[listing.Lateness]:
        return listing.lateness(day)

    first = cast.TODAY - timedelta(days=4)
    with transaction.atomic():
        seen = {}
        for offset in range(10):
            day = first + timedelta(days=offset)
            gap = (day - cast.TODAY).days
            for pk, (opens, due, ends, cancel, unit) in enumerate(story):
                if opens == gap:
                    add(cast, pk, unit=unit, due=opens + due, now=at(cast, gap, 9))
                if ends is not None and opens + ends == gap:
                    end(cast, pk, gap, hour=15, cancelled=cancel)
            seen[day] = now_seen(day)
        for day, then in seen.items():
            again = now_seen(day)
            assert again == then
            for state, field in ((listing.OPEN_LATE, "open_late"), (listing.DUE, "due"),
                                 (listing.ON_TIME, "on_time"), (listing.OVERDUE, "late")):  # fmt: skip
                wanted = DutyFilter(scope=ALL, state=state, as_of=day)
                rows = listing.listed(cast.actor("heyan"), wanted, cast.TODAY)
                assert rows.count() == sum(getattr(row, field) for row in again)
        transaction.set_rollback(True)


def test_到期日重算过的_从前的日子照从前的到期日(cast: Any) -> None:
    """2027 年国庆没有通知时 10-06 到期;录入之后是 10-13。录入之前的那些天仍照 10-06。"""
    basis = date(2027, 9, 29)
    add(cast, 1, basis_on=basis, rule=RULE, now=datetime.combine(basis, cast.NOW.timetz()))
    entered = datetime.combine(date(2027, 10, 8), cast.NOW.timetz())
    before = listing.lateness(date(2027, 10, 7))
    assert [row.open_late for row in before] == [1]
    enter_notice(
        actor=cast.actor("sysadmin"), year=2027, notice="国办发明电〔2026〕9号", now=entered,
        days=[DayDraft(date(2027, 10, n), DayKind.OFF, "国庆节") for n in range(1, 8)],
    )  # fmt: skip
    assert rederive_open(actor=SYSTEM, now=entered) == 0  # 录入时已经重算
    assert listing.lateness(date(2027, 10, 7)) == before
    assert listing.lateness(date(2027, 10, 8)) == []
    assert [row.open_late for row in listing.lateness(date(2027, 10, 14))] == [1]


# ───────── 页面 ─────────


@pytest.fixture
def page(cast: Any, settings: Any) -> Callable[..., Any]:
    settings.JUYUAN_NOW = cast.NOW.isoformat()

    def get(who: str, url: str) -> Any:
        return cast.client(who).get(url)

    return get


def test_清单页_一步到动作_还有几个工作日_没有打勾(cast: Any, page: Callable[..., Any]) -> None:
    add(cast, 1, due=-3)
    add(cast, 2, due=7)
    html = page("longshan", "/duties/").content.decode()
    assert 'href="/toys/1/report/"' in html and "逾期" in html and "还有 5 个工作日" in html
    assert "〔" in html and 'type="checkbox"' not in html.split("<main")[1].split("cols")[0]
    late = page("longshan", "/duties/?when=late").content.decode()
    assert "玩具1号" in late and "玩具2号" not in late


def test_条件在网址里_看不到的摊不给(cast: Any, page: Callable[..., Any]) -> None:
    add(cast, 1)
    add(cast, 2, unit="longshan_shangwu")
    assert page("longshan", "/duties/?scope=unit").status_code == 403
    assert page("longshan_head", "/duties/?scope=all").status_code == 403
    html = page("longshan_head", "/duties/?scope=unit&unit=longshan_shangwu").content.decode()
    assert "玩具2号" in html and "玩具1号" not in html


def test_导出的就是页面上的(cast: Any, page: Callable[..., Any]) -> None:
    add(cast, 1, due=-3)
    add(cast, 2, due=9)
    text = b"".join(page("longshan", "/exports/duties/?format=csv&when=late").streaming_content)
    assert "玩具1号" in text.decode("utf-8-sig") and "玩具2号" not in text.decode("utf-8-sig")
    assert page("longshan", "/exports/duties/?scope=all").status_code == 403


def test_月历_逐日件数_点进去是那一天的(cast: Any, page: Callable[..., Any]) -> None:
    for pk, due in ((1, -1), (2, 4), (3, 4), (4, 40)):
        add(cast, pk, due=due)
    html = page("longshan", "/duties/calendar/").content.decode()
    assert "11 月 24 日，2 件到期" in html and "/duties/?due=2026-11-24" in html
    assert "本月到期 3 件" in html
    one = page("longshan", "/duties/?due=2026-11-24").content.decode()
    assert "玩具2号" in one and "玩具3号" in one and "玩具1号" not in one
    assert "暂定" in page("longshan", "/duties/calendar/?month=2027-02").content.decode()


def test_一步到动作_办结的到对象_看不见的404(
    cast: Any, page: Callable[..., Any], house: Toys
) -> None:
    duty = add(cast, 1)
    assert page("longshan", f"/duties/{duty.pk}/")["Location"] == "/toys/1/report/"
    end(cast, 1, 0)
    assert page("longshan", f"/duties/{duty.pk}/")["Location"] == "/toys/1/"
    house.hidden["longshan"] = {1}
    hidden = page("longshan", f"/duties/{duty.pk}/")
    missing = page("longshan", "/duties/99999999/")
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)


def test_接口_与页面同样_按人查有分寸(cast: Any, page: Callable[..., Any]) -> None:
    from juyuan.foundation.people.actions import make_token

    add(cast, 1, person="longshan")
    add(cast, 2, due=5)
    add(cast, 3, unit="dongfeng", person="dongfeng")

    def ask(who: str, query: str) -> Any:
        token = make_token(actor=Actor.console(), username=who, now=cast.NOW)
        return cast.client(who).get(
            f"/api/v1/duties?{query}", headers={"Authorization": f"Bearer {token}"}
        )

    body = ask("longshan", "").json()
    assert body["total"] == 2 and [row["title"] for row in body["items"]] == ["玩具1号", "玩具2号"]
    assert body["items"][0]["url"] == "/toys/1/report/" and body["items"][0]["state"] == "open"
    assert ask("longshan_head", "person=longshan").json()["total"] == 1
    assert ask("chen", "person=dongfeng").json()["total"] == 1
    assert ask("longshan", "person=longshan").json()["total"] == 2
    assert ask("longshan", "person=dongfeng").status_code == 403
    assert ask("longshan", "person=nobody").status_code == 404
    assert ask("longshan", "scope=all").status_code == 403
    assert ask("longshan", "cursor=bad").status_code == 422
    first = ask("longshan", "limit=1").json()
    assert [
        row["title"] for row in ask("longshan", f"limit=1&cursor={first['next']}").json()["items"]
    ] == ["玩具2号"]


# ───────── 次序 ─────────


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("", [2, 1, 3]),
        ("due", [2, 1, 3]),
        ("-due", [3, 1, 2]),
        ("opened", [3, 2, 1]),
        ("没有", [2, 1, 3]),
    ],
)
def test_清单按点的一列排_导出同一次序(
    cast: Any, settings: Any, sort: str, wanted: list[int]
) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    for pk, due, opened in ((1, 5, 1), (2, 1, 2), (3, 9, 3)):
        add(cast, pk, due, person="longshan", now=cast.NOW - timedelta(days=opened))
    titles = [f"玩具{pk}号" for pk in wanted]
    actor = cast.actor("longshan")
    assert [row["title"] for row in exchange.rows(actor, {"sort": sort}, cast.TODAY)] == titles
    html = cast.client("longshan").get("/duties/", {"sort": sort}).content.decode()
    assert sorted(titles, key=html.index) == titles
