"""同一件事只计一次:系统凭迹象提出,人来判定,各数按规则减,任何一天重演,各地之和等于全市。条款 3.3b。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.figures.queries import compute
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.pipeline import jobs
from juyuan.rooms.pipeline.actions.relations import (
    confirm_relation,
    dismiss_relation,
    propose_relations,
    revoke_relation,
)
from juyuan.rooms.pipeline.models import Project, ProjectRelation
from juyuan.rooms.pipeline.queries import invariants
from juyuan.rooms.pipeline.queries.criteria import apply, read
from juyuan.rooms.pipeline.queries.relations import relation_door, visible
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft
from juyuan.rooms.pipeline.rules.relations import (
    Limits,
    Pair,
    RelationKind,
    Subject,
    deductions,
    makes_cycle,
    phase_of,
    propose,
)
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

LIMITS = Limits(365, (5000 * f.WAN, f.YI), 1000)
ONE = Subject(1, "安澜纺织生产线", 4900 * f.WAN, date(2026, 1, 1), frozenset({"g1"}),
              frozenset({7}))  # fmt: skip
TWO = replace(ONE, id=2, name="安澜印染车间", began_on=date(2026, 3, 1))
K = RelationKind


# ───────── 规则 ─────────


@pytest.mark.parametrize(
    ("one", "two", "kind"),
    [
        (ONE, TWO, K.SPLIT),
        (ONE, replace(TWO, amount=5000 * f.WAN), None),
        (ONE, replace(TWO, amount=4499 * f.WAN), None),
        (ONE, replace(TWO, amount=4500 * f.WAN), K.SPLIT),
        (ONE, replace(TWO, began_on=date(2027, 1, 2)), None),
        (ONE, replace(TWO, owners=frozenset({"g2"})), None),
        (ONE, replace(TWO, hosts=frozenset({8})), None),
        (ONE, replace(TWO, name="安澜纺织生产线二期"), K.SECOND_PHASE),
        (ONE, replace(TWO, name="安澜纺织生产线增资扩产"), K.CAPITAL_INCREASE),
        (ONE, replace(TWO, name=ONE.name, amount=9 * f.YI), K.UPGRADE),
        (ONE, replace(TWO, name=ONE.name, owners=frozenset({"g2"})), K.NEW_OWNER),
        (ONE, replace(TWO, name=ONE.name, owners=frozenset()), None),
        (ONE, ONE, None),
    ],
)
def test_s3_3b_凭迹象提出哪一类(one, two, kind) -> None:
    found = propose([(one, two)], LIMITS)
    assert [p.kind for p in found] == ([kind] if kind else [])
    assert found == propose([(two, one), (one, two)], LIMITS)
    for proposal in found:
        assert (proposal.earlier, proposal.later) == (1, 2)
        assert proposal.signs


@pytest.mark.parametrize(
    ("name", "phase"), [("甲项目", 0), ("甲二期", 2), ("甲（第三期）", 3), ("甲10期工程", 10)]
)
def test_s3_3b_名称里的期次(name, phase) -> None:
    assert phase_of(name) == phase


@pytest.mark.parametrize(
    ("how", "counted", "money"),
    [("count_new_only", 1, 70), ("count_parent", 1, 50), ("count_increment", 1, 70),
     ("count_both", 2, 120)],
)  # fmt: skip
def test_s3_3b_四种计数规则(how, counted, money) -> None:
    amounts = {1: 50, 2: 70}
    less = deductions([Pair(1, 2, how)], amounts)
    assert 2 - sum(d.number for d in less.values()) == counted
    assert 120 - sum(d.money for d in less.values()) == money
    assert deductions([Pair(1, 2, how)], {2: 70}) == {}


HOWS = st.sampled_from(["count_new_only", "count_parent", "count_increment", "count_both"])
PAIRS = st.lists(st.builds(Pair, st.integers(1, 6), st.integers(1, 6), HOWS), max_size=8)


@given(PAIRS, st.dictionaries(st.integers(1, 6), st.integers(0, 100)))
def test_s3_3b_少计的从不超过所计的(pairs, amounts) -> None:
    for pk, less in deductions(pairs, amounts).items():
        assert less.number == 1
        assert 0 <= less.money <= amounts[pk]


def test_s3_3b_不许绕成一圈() -> None:
    edges = [(1, 2), (2, 3)]
    assert makes_cycle(edges, 3, 1)
    assert makes_cycle(edges, 2, 1)
    assert not makes_cycle(edges, 1, 3)


# ───────── 动作、数字 ─────────


def part(cast: Any, n: int, amount: int = 4900 * f.WAN, *, stage: Stage = Stage.SIGNED,
         **more: Any) -> Project:  # fmt: skip
    party = PartyDraft(f.investor(cast), 10000, Origin.OUTSIDE_PROVINCE)
    hosts = (HostDraft(cast.unit("longshan").pk, 3333), HostDraft(cast.unit("xian").pk, 6667))
    return f.recognised(
        cast, stage, **{"name": f"{'甲乙丙丁'[n]}车间", "total_investment": amount,
        "contract_amount": amount, "hosts": hosts, "parties": (party,), **more},
    )  # fmt: skip


def find(cast: Any, days: int = 0) -> list[ProjectRelation]:
    now = f.later(cast, days)
    jobs.find_relations(today=now.date(), now=now)
    return list(ProjectRelation.objects.order_by("earlier_id", "later_id"))


NAMES = ["signed_projects", "signed_total", "signed_recognised", "signed_recognised_total",
         "signed_gross", "signed_net", "committed_investment"]  # fmt: skip


def numbers(cast: Any, day: date | None = None, who: str = "heyan") -> tuple[Any, ...]:
    """各数;顺带核对:县区(金额)、产业链、首谈单位之和等于总数,清单行数等于数字。"""
    actor = cast.actor(who)
    found = {r.name: r for r in compute(as_of=day, actor=actor, names=NAMES)}
    for name, result in found.items():
        for dimension in ("chain", "lead", *(["county"] if result.unit == "money" else [])):
            parts = [p.value for p in result.parts if p.dimension == dimension]
            assert sum(parts) == result.value, (name, dimension)
        if name in ("signed_projects", "signed_recognised", "signed_gross", "signed_net"):
            for value, url in [(result.value, result.rows_url),
                               *((p.value, p.rows_url) for p in result.parts)]:  # fmt: skip
                criteria = read(dict(parse_qsl(urlsplit(url).query)))
                assert apply(seen_whole(actor), criteria).count() == value, url
    return tuple(found[name].value for name in NAMES)


@pytest.mark.django_db
def test_s3_3b_三个四千九百万拆分五千万_找得到_判定之后只计一次(cast) -> None:
    day, each = cast.TODAY, 4900 * f.WAN
    [part(cast, n) for n in range(3)]
    rows = find(cast)
    assert [(r.kind, r.state) for r in rows] == [("split", "proposed")] * 3
    assert "5000 万元门槛以下" in "".join(rows[0].signs)
    assert find(cast, 1) == rows
    three = (3, 3 * each, 3, 3 * each, 3, 3, 3 * each)
    assert numbers(cast) == three
    heyan = cast.actor("heyan")
    confirm_relation(actor=heyan, relation=rows[0], kind=K.SPLIT, now=f.later(cast, 2))
    confirm_relation(actor=heyan, relation=rows[1], kind=K.SPLIT, now=f.later(cast, 3))
    dismiss_relation(actor=heyan, relation=rows[2], reason="另一条线", now=f.later(cast, 3))
    with pytest.raises(Stale):
        confirm_relation(actor=heyan, relation=rows[2], kind=K.SPLIT, now=f.later(cast, 3))
    once = (1, each, 1, each, 1, 1, each)
    assert numbers(cast) == once
    revoke_relation(actor=heyan, relation=rows[1], reason="判错了", now=f.later(cast, 6))
    two = (2, 2 * each, 2, 2 * each, 2, 2, 2 * each)
    for ahead, wanted in {0: three, 1: three, 2: two, 3: once, 5: once, 6: two, 90: two}.items():
        assert numbers(cast, day + timedelta(ahead)) == wanted, ahead
    assert numbers(cast) == two
    assert find(cast, 7) == rows
    found = invariants.find(f.later(cast, 7).date())
    assert [x for x in found if x.rule == "figures_replay"] == []
    shown = {r.name: r.note for r in compute(names=["signed_gross"])}
    assert "少计 1 个" in shown["signed_gross"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "count", "money"),
    [(K.UPGRADE, 1, 70_000_001), (K.NEW_OWNER, 1, 70_000_001), (K.CAPITAL_INCREASE, 1, 70_000_001),
     (K.SPLIT, 1, 30_000_002), (K.SECOND_PHASE, 2, 100_000_003)],
)  # fmt: skip
def test_s3_3b_各类按参数计_分到各地仍等于全市(cast, kind, count, money) -> None:
    one = part(cast, 0, 30_000_002)
    two = part(cast, 1, 70_000_001)
    row = ProjectRelation.objects.create(
        earlier=one, later=two, kind="split", proposed_by_name="系统", proposed_at=cast.NOW
    )
    confirm_relation(actor=cast.actor("heyan"), relation=row, kind=kind, now=cast.NOW)
    assert numbers(cast) == (count, money, count, money, count, count, money)
    assert numbers(cast, cast.TODAY) == numbers(cast)


@pytest.mark.django_db
def test_s3_3b_两个不在同一库的各计各的(cast) -> None:
    one, two = part(cast, 0), part(cast, 1, stage=Stage.INTENT)
    row = ProjectRelation.objects.create(
        earlier=one, later=two, kind="upgrade", proposed_by_name="系统", proposed_at=cast.NOW
    )
    confirm_relation(actor=cast.actor("heyan"), relation=row, kind=K.UPGRADE, now=cast.NOW)
    assert numbers(cast)[0] == 1


@pytest.mark.django_db
def test_s3_3b_谁能判定_理由_一圈(cast) -> None:
    one, two = part(cast, 0), part(cast, 1)
    row = find(cast)[0]
    for who in ("longshan", "chen", "fagai_heyan", "zongzhaoji"):
        with pytest.raises(Denied):
            confirm_relation(actor=cast.actor(who), relation=row, kind=K.SPLIT, now=cast.NOW)
    with pytest.raises(RuleBroken):
        dismiss_relation(actor=cast.actor("heyan"), relation=row, reason=" ", now=cast.NOW)
    confirm_relation(actor=cast.actor("heyan"), relation=row, kind=K.SPLIT, now=cast.NOW)
    back = ProjectRelation.objects.create(
        earlier=two, later=one, kind="upgrade", proposed_by_name="系统", proposed_at=cast.NOW
    )
    with pytest.raises(RuleBroken):
        confirm_relation(actor=cast.actor("heyan"), relation=back, kind=K.UPGRADE, now=cast.NOW)


@pytest.mark.django_db
def test_s3_3b_看不见一边的不知道有这一条_数也不因它变(cast) -> None:
    part(cast, 0)
    part(cast, 1, confidentiality="restricted", listed_ids=(cast.person("longshan").pk,))
    row = find(cast)[0]
    assert visible(cast.actor("heyan")).count() == 1
    assert visible(cast.actor("chen")).count() == 0
    with pytest.raises(NotFound):
        relation_door(cast.actor("chen"), row.pk)
    before = numbers(cast, who="chen")
    confirm_relation(actor=cast.actor("heyan"), relation=row, kind=K.UPGRADE, now=cast.NOW)
    assert numbers(cast, who="chen") == before
    assert numbers(cast)[0] == 1
    page = cast.client("chen").get("/projects/relations/?state=all").content.decode()
    assert "没有这样的项目关系" in page


@pytest.mark.django_db
def test_s3_3b_候选的查询数与项目数无关(cast, django_assert_max_num_queries) -> None:
    for n in range(3):
        f.planning(cast, name=f"无关{n}")
    part(cast, 0)
    part(cast, 1)
    with django_assert_max_num_queries(25):
        assert propose_relations(actor=cast.actor("heyan"), now=cast.NOW) == 1


@pytest.mark.django_db
def test_s3_3b_网页与接口判定(cast) -> None:
    one = part(cast, 0)
    part(cast, 1)
    row = find(cast)[0]
    client = cast.client("heyan")
    assert "甲车间" in client.get("/projects/relations/").content.decode()
    assert "项目关系" in client.get(f"/projects/{one.code}/").content.decode()
    target = f"/projects/relations/{row.pk}/"
    assert client.get(target).status_code == 200
    assert client.post(target, {}).status_code == 422
    assert client.post(target, {"verdict": "dismiss"}).status_code == 422
    assert client.post(target, {"verdict": "confirm", "kind": "split"}).status_code == 302
    assert client.get(target).status_code == 200
    assert client.post(target, {"verdict": "revoke", "reason": "错"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "revoked"


@pytest.mark.django_db
def test_s3_3b_清单按点的一列排_一页一页翻得完(cast) -> None:
    for at in range(3):
        part(cast, at)
    find(cast)
    rows = list(ProjectRelation.objects.order_by("id"))
    assert len(rows) == 3
    dismiss_relation(actor=cast.actor("heyan"), relation=rows[1], reason="两回事", now=cast.NOW)
    client = cast.client("heyan")

    def walked(sort: str) -> list[int]:
        """逐页翻到底,按「判定」「撤销判定」的链接认行。"""
        query, seen = {"state": "proposed", "sort": sort, "limit": "1"}, []
        for _ in range(4):
            page = client.get("/projects/relations/", query)
            seen += [row.pk for row in page.context["page"].items]
            if not page.context["page"].next:
                break
            query = query | {"cursor": page.context["page"].next}
        return seen

    assert walked("") == [rows[2].pk, rows[0].pk]
    assert walked("proposed") == [rows[0].pk, rows[2].pk]
    assert sorted(walked("kind")) == sorted(walked("-settled")) == [rows[0].pk, rows[2].pk]
    page = client.get("/projects/relations/?state=all&sort=-settled")
    assert next(row.pk for row in page.context["page"].items) == rows[1].pk
    assert 'aria-sort="descending"' in page.content.decode()
    assert client.get("/projects/relations/?sort=x&cursor=y").status_code == 200
