"""项目库的读:筛选、合计、缺项、某日的样子、看板;查询数与行数无关。条款 3.3b。"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.actions.recognise import withdraw_recognition
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.models import Evidence, Project, ProjectHost, ProjectParty
from juyuan.rooms.pipeline.queries import boards, desk, gatesql, listing, recognised
from juyuan.rooms.pipeline.queries.criteria import Criteria, apply, read
from juyuan.rooms.pipeline.queries.facts import (
    facts_for,
    gate_target,
    missing_for_next,
    reviewed_here,
)
from juyuan.rooms.pipeline.queries.figures import compute
from juyuan.rooms.pipeline.queries.scope import reach_of, visible_to
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import HostDraft
from juyuan.rooms.pipeline.rules.facts import Conclusion, FactKey, LandingKind
from juyuan.rooms.pipeline.rules.gates import NEEDS
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests import pages

pytestmark = pytest.mark.django_db
MAX_STATEMENTS = 12  # 其中灯两条:参数、四种进展合一


def page(cast, who="heyan", query="", **more):
    found = read(QueryDict(query).dict())
    return listing.listing(cast.actor(who), found, on=cast.TODAY, **more)


def names(cast, query, who="heyan"):
    return {row.name for row in page(cast, who, query).rows}


def many(cast, count):
    return [
        f.planning(cast, name=f"项目{i:03d}号", total_investment=(i + 1) * f.YI)
        for i in range(count)
    ]


def statements(cast, who, query=""):
    actor = cast.actor(who)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        listing.listing(actor, read(QueryDict(query).dict()), on=cast.TODAY)
        listing.options()
    return len(seen)


@pytest.mark.parametrize("who", ["heyan", "chen", "longshan", "lianzhang"])
def test_s3_3b_项目库的查询数不随行数增加(cast, who) -> None:
    many(cast, 5)
    few = statements(cast, who)
    many(cast, 45)
    assert statements(cast, who) == few
    assert few <= MAX_STATEMENTS


def test_s3_3b_看板与工作台的查询数不随卡片增加(cast) -> None:
    actor = cast.actor("longshan")

    def count():
        with CaptureQueriesContext(connection) as seen:
            boards.board(actor, Criteria(), on=cast.TODAY)
            reach = reach_of(actor)
            desk.followed(actor, reach, cast.TODAY)
            desk.recent(actor, reach)
        return len(seen)

    many(cast, 3)
    few = count()
    many(cast, 20)
    assert count() == few


def test_s3_3b_认定与待核实分开合计_从不相加(cast) -> None:
    f.recognised(cast, Stage.SIGNED, name="已认定的签约")
    f.at(cast, Stage.SIGNED, name="待核实的签约")
    found = page(cast, query="stage=signed")
    assert {row.name for row in found.rows} == {"已认定的签约", "待核实的签约"}
    assert (found.tally.recognised.n, found.tally.claimed.n) == (1, 1)
    assert found.tally.recognised.total == found.tally.claimed.total == 6 * f.YI
    assert found.tally.recognised.committed == 6 * f.YI
    assert found.page_tally == found.tally
    signed = next(lib for lib in found.libraries if lib.stage == Stage.SIGNED)
    assert signed.tally == found.tally
    pending = next(row for row in found.rows if row.name == "待核实的签约")
    assert pending.total.pending and pending.pending
    assert pending.lack.count == 0 and pending.lack.awaiting == "待认定"
    done = next(row for row in found.rows if row.name == "已认定的签约")
    assert not done.total.pending and done.lack.target == Stage.LANDED and done.lack.count == 4


def test_s3_3b_筛选各管一项(cast) -> None:
    one = f.planning(cast, name="甲项目", total_investment=2 * f.YI)
    two = f.at(cast, Stage.NEGOTIATION, name="乙项目", hosts=())
    three = f.recognised(cast, Stage.SIGNED, name="丙项目")
    chain = three.chain.code
    change_standing(
        actor=cast.actor("longshan"), project=one, verb="pause", reason_code="market",
        note="市场变化", now=cast.NOW,
    )  # fmt: skip
    everything = {"甲项目", "乙项目", "丙项目"}
    cases = {
        "": everything,
        "stage=negotiation": {"乙项目"},
        "stage_status=recognised": {"乙项目", "丙项目"},
        "recognised_stage=signed": {"丙项目"},
        "standing=paused": {"甲项目"},
        "standing=ended": set(),
        "standing=all": everything,
        "host_unit=longshan": {"甲项目", "丙项目"},
        "host_unit=none": {"乙项目"},
        "host_unit=unplaced": {"乙项目"},
        "host_unit=dongfeng": set(),
        f"chain={chain}": {"乙项目", "丙项目"},
        "chain=none": {"甲项目"},
        "lead_unit=gongxin": everything,
        "lead_unit=keji": set(),
        "total_min=3亿元": {"乙项目", "丙项目"},
        "total_max=20000万元": {"甲项目"},
        "total_min=2&total_max=2": {"甲项目"},
        "confidentiality=restricted": set(),
        "source=ledger": set(),
        "q=丙项": {"丙项目"},
        "q=安澜": {"乙项目", "丙项目"},
        f"q={two.code}": {"乙项目"},
        "q=yxm": {"乙项目"},
        "q=%2C%2C": set(),
        "result=signed_gross": {"丙项目"},
        "result=landed_projects_recognised": set(),
        "batch=none-such": set(),
    }
    assert {query: names(cast, query) for query in cases} == cases


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("stage=nowhere", "所在库没有「nowhere」这一项"),
        ("total_min=很多", "总投资下限"),
        ("total_min=5&total_max=1", "下限大于上限"),
        ("as_of=20261", "截至日期「20261」读不懂"),
        ("as_of=9999-12-31", "截至日期「9999-12-31」读不懂"),
        ("as_of=0001-01-01", "截至日期「0001-01-01」读不懂"),
        ("chain=%27%3B--", "产业链的代码读不懂"),
    ],
)
def test_读不懂的条件说出来_不猜(cast, query, said) -> None:
    found = read(QueryDict(query).dict())
    assert any(said in text for text in found.problems)
    assert listing.listing(cast.actor("heyan"), found, on=cast.TODAY).rows == []


def test_排序与翻页_不漏不重(cast) -> None:
    many(cast, 7)
    f.planning(cast, name="没有数")
    seen, cursor = [], ""
    for _ in range(5):
        found = page(cast, sort="-total", cursor=cursor, limit=2)
        seen += [row.name for row in found.rows]
        cursor = found.page.next
        if not cursor:
            break
    assert seen == [f"项目{i:03d}号" for i in range(6, -1, -1)] + ["没有数"]


def test_门槛表每一项都有对应的查询条件() -> None:
    proved = {key.value for key in gatesql.PROVED}
    assert set(gatesql.MET) | proved == {need.fact for need in NEEDS}
    assert not set(gatesql.MET) & proved


def _random_projects(cast, count, dice):
    """各种残缺的项目:字段、出资方、证据随机有无。"""
    f.parameters(cast)
    chain, node = f.chain_and_node()
    investors = [f.investor(cast, f"投资方{i}号有限公司") for i in range(2)]
    maybe = lambda value, blank: value if dice.random() < 0.7 else blank  # noqa: E731
    projects = Project.objects.bulk_create(
        Project(
            code=f"LY-RND{i:05d}", name=maybe("某项目", "某"), stage=dice.choice(STAGES).value,
            stage_status=dice.choice(["claimed", "recognised"]), stage_since=cast.TODAY,
            chain_id=maybe(chain.pk, None), node_id=maybe(node.pk, None),
            basis=maybe("有", " \n"), site_options=maybe("有", ""), benefit=maybe("有", ""),
            total_investment=maybe(1, None),
            total_investment_unknown=dice.choice(["", "", "withheld"]),
            lead_unit_id=maybe(cast.unit("gongxin").pk, None), factor_needs=maybe("无", ""),
            contested=not maybe(True, False), contract_amount=maybe(0, None), landing_kind=dice.choice(list(LandingKind)).value,
            # 一半在「须在系统内评审」之后登记;其中台账补录的、此前已签约的仍算从前的
            created_at=dice.choice([cast.NOW, cast.NOW + timedelta(days=20)]),
            updated_at=cast.NOW, source=dice.choice(["registered", "ledger"]),
            signed_on=dice.choice([None, cast.TODAY, cast.TODAY + timedelta(days=20)]),
        )
        for i in range(count)
    )  # fmt: skip
    parties, rows = [], []
    for project in projects:
        for index in range(dice.choice([0, 1, 2, 2])):
            parties.append(
                ProjectParty(
                    project=project, investor_id=investors[index],
                    share_bp=dice.choice([5000, 5000, 10000, 0]),
                    origin=dice.choice([Origin.LOCAL, Origin.FOREIGN, Origin.FOREIGN, ""]),
                )
            )  # fmt: skip
        for key in FactKey:
            if dice.random() < 0.9:
                rows.append(
                    Evidence(
                        project=project, fact=key, title=key.label, dated_on=cast.TODAY,
                        issuer=maybe("某局", ""), number=maybe("1号", ""),
                        conclusion=dice.choice([Conclusion.PASSED, Conclusion.CONDITIONAL,
                                                Conclusion.PASSED, Conclusion.FAILED, ""]),
                        place=maybe("园区", ""), two_way=dice.random() < 0.8,
                        file_sha256=maybe("a" * 64, ""), by_name="某", at=cast.NOW,
                        voided_at=None if dice.random() < 0.9 else cast.NOW,
                        source=dice.choice(["", "evaluation"]),
                    )
                )  # fmt: skip
    ProjectParty.objects.bulk_create(parties)
    Evidence.objects.bulk_create(rows)
    return projects


def _complete(cast, project, dice):
    """补到恰好什么也不缺(让「已齐」一边也有足够的样本)。"""
    source = dice.choice(["", "evaluation", "evaluation"])
    Evidence.objects.filter(project=project).update(
        voided_at=None, file_sha256="b" * 64, conclusion="passed", issuer="某局", number="1号",
        two_way=True, place="园区", source=source,
    )  # fmt: skip
    have = set(Evidence.objects.filter(project=project).values_list("fact", flat=True))
    Evidence.objects.bulk_create(
        Evidence(project=project, fact=key, title="补", dated_on=cast.TODAY, issuer="某局",
                 number="1号", conclusion="passed", place="园区", two_way=True,
                 file_sha256="b" * 64, by_name="某", at=cast.NOW,
                 source=source)
        for key in FactKey if key not in have
    )  # fmt: skip
    ProjectParty.objects.filter(project=project).delete()
    ProjectParty.objects.create(
        project=project, investor_id=f.investor(cast), share_bp=10000, origin=Origin.FOREIGN
    )
    Project.objects.filter(pk=project.pk).update(
        lead_unit_id=cast.unit("gongxin").pk, contract_amount=1, factor_needs="无"
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_s3_3b_缺项筛选与门槛表逐项相同(cast, seed) -> None:
    dice = random.Random(seed)
    projects = _random_projects(cast, 120, dice)
    for project in projects[:70]:
        _complete(cast, project, dice)
        if dice.random() < 0.5:  # 只去掉一项
            Evidence.objects.filter(project=project, fact=dice.choice(list(FactKey)).value).delete()
    rows = list(Project.objects.filter(code__startswith="LY-RND"))
    facts = facts_for(rows)
    lacking = {p.pk for p in rows if missing_for_next(p, facts[p.pk], cast.TODAY)}
    base = Project.objects.filter(code__startswith="LY-RND")
    assert {p.pk for p in gatesql.lacking(base, True)} == lacking
    assert {p.pk for p in gatesql.lacking(base, False)} == {p.pk for p in rows} - lacking
    done = [p for p in rows if p.pk not in lacking and gate_target(p) is not None]
    assert len(lacking) > 20 and len(done) > 5
    signing = [p for p in done if gate_target(p) in (Stage.SIGNED, Stage.LANDED)]
    assert {reviewed_here(p) for p in signing} == {True, False}


def test_s3_3b_某日的清单等于某日的数字(cast) -> None:
    early, late = cast.NOW, cast.NOW + timedelta(days=5)
    f.at(cast, Stage.NEGOTIATION, name="早项目", now=early)
    moved = f.at(cast, Stage.NEGOTIATION, name="会前移的", now=early)
    f.fill(cast, moved, Stage.INTENT, now=late)
    move_project(actor=cast.actor("longshan"), project=moved, to=Stage.INTENT, now=late)
    f.at(cast, Stage.NEGOTIATION, name="晚项目", now=late)
    day = (cast.NOW + timedelta(days=2)).date()
    query = f"stage=negotiation&as_of={day}"
    assert names(cast, query) == {"早项目", "会前移的"}
    assert names(cast, "stage=negotiation") == {"早项目", "晚项目"}
    figure = compute(day, cast.actor("heyan"), frozenset({"negotiation_projects"}))
    assert figure["negotiation_projects"].value == page(cast, query=query).tally.n == 2
    lanes = boards.board(cast.actor("heyan"), read({"as_of": str(day)}), on=cast.TODAY)
    cards = {lane.stage: {card.name for card in lane.cards} for lane in lanes}
    assert cards[Stage.NEGOTIATION] == {"早项目", "会前移的"}
    assert cards[Stage.INTENT] == set()
    shown = next(row for row in page(cast, query=query).rows if row.name == "会前移的")
    assert shown.stage == Stage.NEGOTIATION and shown.lack.target is None


@pytest.mark.parametrize("who", ["longshan", "heyan", "chen", "shenji"])
def test_s3_3b_后来作废的_各人那一天的数与清单都还有(cast, who) -> None:
    project = f.recognised(cast, Stage.SIGNED, name="录错的")
    f.recognised(cast, Stage.SIGNED, name="在的")
    asked = request_void(
        actor=cast.actor("longshan"), project=project, reason="录错", now=f.later(cast, 3)
    )
    settle_void(actor=cast.actor("heyan"), request=asked, agree=True, now=f.later(cast, 3))
    actor, before = cast.actor(who), f.later(cast, 1).date()
    names_of = {"signed_gross", "signed_recognised"} | (
        set() if who == "shenji" else {"signed_projects"}
    )
    for day, expected in ((before, 2), (f.later(cast, 3).date(), 1), (None, 1)):
        mine, whole = (compute(day, by, frozenset(names_of)) for by in (actor, None))
        assert {n: mine[n].value for n in names_of} == dict.fromkeys(names_of, expected), day
        assert {n: whole[n].value for n in names_of} == dict.fromkeys(names_of, expected), day
        facts = recognised.facts_listing(actor, Criteria(recognised_stage="signed", as_of=day))
        assert len(facts.rows) == expected
    if who == "shenji":
        return
    shown = listing.listing(actor, read({"stage": "signed", "as_of": str(before)}), on=cast.TODAY)
    assert {row.name: row.gone for row in shown.rows} == {"录错的": "后来作废", "在的": ""}


def test_后来作废的_那一天的清单里没有可点的链接_看板也不散架(cast, settings) -> None:
    settings.JUYUAN_NOW = f.later(cast, 5).isoformat()
    project = f.at(cast, Stage.NEGOTIATION, name="录错的")
    asked = request_void(
        actor=cast.actor("longshan"), project=project, reason="录错", now=f.later(cast, 3)
    )
    settle_void(actor=cast.actor("heyan"), request=asked, agree=True, now=f.later(cast, 3))
    for name in ("list", "board"):
        html = pages.get(cast, "longshan", pages.url(name, as_of=f.later(cast, 1).date()))
        assert "录错的" in html and "后来作废" in html
        assert pages.url("detail", project.code) not in html


def test_截至日期不得晚于今天_说明白_按今天显示(cast, settings) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.planning(cast, name="今天的")
    tomorrow = cast.TODAY + timedelta(days=1)
    for name in ("list", "board"):
        html = pages.get(cast, "longshan", pages.url(name, as_of=tomorrow))
        assert "还没有到" in html
        assert "今天的" in html
        assert "终了时的样子" not in html
    html = pages.get(cast, "longshan", pages.url("list", as_of=cast.TODAY - timedelta(days=1)))
    assert "终了时的样子" in html
    assert "今天的" not in html


def test_s3_3b_冲回之后_签约总数清单里没有它_之前的日子还有(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED, name="会冲回")
    withdraw_recognition(
        actor=cast.actor("heyan"), project=project, reason="合同未签章", now=f.later(cast, 5)
    )
    before = f.later(cast, 1).date()
    assert names(cast, "result=signed_gross") == set()
    assert names(cast, f"result=signed_gross&as_of={before}") == {"会冲回"}
    gone = recognised.facts_listing(cast.actor("shenji"), Criteria())
    assert gone.rows == [] and gone.whole.n == 0
    then = recognised.facts_listing(cast.actor("heyan"), Criteria(as_of=before))
    assert [row.name for row in then.rows] == ["会冲回"]


def test_只看得见认定事实的人_表里没有申报的(cast) -> None:
    f.at(cast, Stage.SIGNED, name="待核实的")
    f.recognised(cast, Stage.SIGNED, name="已认定的")
    reader = cast.actor("shenji")
    found = recognised.facts_listing(reader, Criteria())
    assert [row.name for row in found.rows] == ["已认定的"]
    assert found.whole.committed == found.rows[0].committed == 6 * f.YI
    assert listing.listing(reader, Criteria(), on=cast.TODAY).rows == []
    assert visible_to(reader).count() == 1


def test_别县看不见的_筛选合计里都没有(cast) -> None:
    f.planning(cast, name="龙山的")
    found = page(cast, who="dongfeng")
    assert found.rows == [] and sum(lib.tally.n for lib in found.libraries) == 0
    assert names(cast, "q=龙山", who="dongfeng") == set()
    assert sum(lane.tally.n for lane in boards.board(
        cast.actor("dongfeng"), Criteria(), on=cast.TODAY)) == 0  # fmt: skip


def test_看板每列有限_其余写明_指定的一张必在(cast) -> None:
    projects = many(cast, boards.PER_COLUMN + 3)
    lanes = {
        lane.stage: lane for lane in boards.board(cast.actor("heyan"), Criteria(), on=cast.TODAY)
    }
    assert len(lanes[Stage.PLANNING].cards) == boards.PER_COLUMN
    assert lanes[Stage.PLANNING].more == 3
    kept = boards.board(cast.actor("heyan"), Criteria(), on=cast.TODAY, keep=projects[0].code)
    assert projects[0].code in {card.code for card in kept[0].cards}


def test_本单位的_按子树(cast) -> None:
    f.planning(cast, name="龙山的")
    f.planning(cast, name="市局自己的", by="chen", lead_unit_id=cast.unit("shangwuju").pk, hosts=())
    mine = names(cast, "mine=1", who="chen")
    assert mine == {"市局自己的"}
    reach = reach_of(cast.actor("chen"))
    assert apply(Project.objects.all(), Criteria(mine="1"), own_units=reach.own_units).count() == 1


def test_工作台_等我认定的不含自己经手的(cast) -> None:
    f.at(cast, Stage.SIGNED, name="龙山报的")
    f.at(cast, Stage.SIGNED, name="核验人自己报的", by="heyan")
    actor = cast.actor("heyan")
    waiting = desk.to_recognise(actor, reach_of(actor), cast.TODAY)
    assert [row.name for row in waiting.rows] == ["龙山报的"] and waiting.total == 1
    other = cast.actor("longshan")
    assert desk.to_recognise(other, reach_of(other), cast.TODAY) == desk.NOTHING


def test_s3_3b_商务局自己的项目归发改认定(cast) -> None:
    f.at(
        cast, Stage.SIGNED, name="市商务局自己的", by="chen",
        lead_unit_id=cast.unit("shangwuju").pk,
    )  # fmt: skip
    bureau, development = cast.actor("heyan"), cast.actor("fagai_heyan")
    assert desk.to_recognise(bureau, reach_of(bureau), cast.TODAY).total == 0
    assert desk.to_recognise(development, reach_of(development), cast.TODAY).total == 1


def test_经过同一批合成一条(cast) -> None:
    many(cast, 2)
    actor = cast.actor("longshan")
    news = desk.recent(actor, reach_of(actor))
    assert [item.more for item in news] == [0, 0]
    assert {item.entry.title for item in news} == {"登记入库"}


def test_多承载地的项目_每地都列出(cast) -> None:
    hosts = (HostDraft(cast.unit("longshan").pk, 6000), HostDraft(cast.unit("xian").pk, 4000))
    f.planning(cast, name="跨区的", hosts=hosts, total_investment=f.YI)
    row = page(cast, query="host_unit=xian").rows[0]
    assert row.hosts == ("龙山区", "西安区")
    assert sum(ProjectHost.objects.values_list("total_part", flat=True)) == f.YI
