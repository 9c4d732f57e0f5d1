"""合并项目:计划先给人看;证据、到位资金转入;此前各日的数不变;撤销照原样放回,之后新添的不丢。"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from juyuan.foundation.figures import queries as figures
from juyuan.foundation.figures.registry import believing
from juyuan.foundation.files.models import FileUse
from juyuan.foundation.invariants import check as invariants
from juyuan.foundation.policy.queries import params
from juyuan.foundation.search.models import SearchRow
from juyuan.foundation.search.queries import find
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.investors.models import MatchKey
from juyuan.rooms.pipeline import movers
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.merge import merge_projects, plan, undo_merge
from juyuan.rooms.pipeline.actions.recognise import recognise
from juyuan.rooms.pipeline.actions.relations import confirm_relation
from juyuan.rooms.pipeline.actions.void import request_void
from juyuan.rooms.pipeline.actions.vouchers import reverse_voucher
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    ProjectMerge,
    ProjectRelation,
    ProjectState,
    Voucher,
    VoucherKey,
)
from juyuan.rooms.pipeline.movers import Mover, register_mover
from juyuan.rooms.pipeline.queries import timeline
from juyuan.rooms.pipeline.queries.paid_in import VoucherCriteria, listing, paid_in_of
from juyuan.rooms.pipeline.queries.scope import door, merged_door, seen_whole
from juyuan.rooms.pipeline.queries.vouchers import seen_namesakes
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.merging import FILLABLE
from juyuan.rooms.pipeline.rules.relations import RelationKind
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests import vouchers as v
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
BEFORE = timedelta(days=70)


def pair(cast: Any, **more: Any) -> tuple[Project, Project]:
    """(东丰县的一个:洽谈、有证据、有一笔七十天前认可的钱;龙山区的一个:谋划)。"""
    then = cast.NOW - BEFORE
    f.parameters(cast)
    gone = f.planning(
        cast, by="dongfeng", now=then, name="安澜纱线(东丰)", lead_unit_id=None,
        hosts=(), location="东丰纺织园A1地块", **more,
    )  # fmt: skip
    f.evidence(cast, gone, FactKey.CONTACT, by="dongfeng", now=then, dated_on=then.date())
    paid = v.paid(
        cast, gone, "发票东丰1", 300 * f.WAN, by="dongfeng", now=then, paid_on=date(2026, 9, 1)
    )
    v.accept(cast, paid, now=then)
    kept = f.planning(cast, name="高端纱线项目", now=then + timedelta(days=1))
    return fresh(gone), fresh(kept)


def fresh(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


def do(cast: Any, gone: Project, kept: Project, by: str = "heyan", **more: Any) -> ProjectMerge:
    given = {"versions": (gone.version, kept.version), "reason": "裁定为同一件", "now": cast.NOW}
    return merge_projects(actor=cast.actor(by), source=gone, target=kept, **(given | more))


def undo(cast: Any, entry: ProjectMerge, days: int = 1, by: str = "heyan") -> Project:
    return undo_merge(
        actor=cast.actor(by), entry=entry, reason="认错了", now=cast.NOW + timedelta(days=days)
    )


def numbers(day: date | None, actor: Any = None, today: date = TODAY) -> dict[str, Any]:
    """全部统计数字与不为零的分项(「此刻」是 `today`)。"""
    with believing(today):
        return {
            found.name: (
                found.value,
                {(p.dimension, p.key): p.value for p in found.parts if p.value},
            )
            for found in figures.compute(day, actor=actor)
        }


def rows() -> dict[str, Any]:
    """项目与挂着的可变内容,除版本与更新时间。"""
    left = {"version", "updated_at"}
    return {
        "projects": [
            {k: x for k, x in row.items() if k not in left}
            for row in Project.objects.order_by("pk").values()
        ],
        "evidence": sorted(
            Evidence.objects.filter(voided_at__isnull=True).values_list("pk", "project_id")
        ),
        "keys": sorted(VoucherKey.objects.values_list("value", "project_id", "voucher_id")),
        "match": sorted(MatchKey.objects.values_list("kind", "value", "object_id")),
        "search": sorted(SearchRow.objects.values_list("object_id", "field", "text")),
        "uses": sorted(FileUse.objects.values_list("pk", "object_id")),
        "parties": sorted(
            (p.pk, y.investor_id) for p in Project.objects.all() for y in p.parties.all()
        ),
        "hosts": sorted((p.pk, h.unit_id) for p in Project.objects.all() for h in p.hosts.all()),
    }


def test_计划说清搬什么_补什么_什么不同(cast: Any) -> None:
    gone, kept = pair(cast)
    f.edit(cast, gone, "dongfeng", cast.NOW, basis="东丰有袜业基础", total_investment=5 * f.YI)
    f.edit(cast, kept, "longshan", cast.NOW, total_investment=6 * f.YI)
    shown = plan(actor=cast.actor("heyan"), source=fresh(gone), target=fresh(kept))
    assert shown.allowed
    assert dict(shown.moves) == {"证据": 1, "认可过的到位资金凭证": 1} | {
        m.label: 0 for m in movers.movers()
    }
    assert [fill.name for fill in shown.fills] == ["basis", "location"]
    assert [(d.label, d.gone, d.kept) for d in shown.differs] == [
        ("总投资", "50,000.00 万元", "60,000.00 万元")
    ] or [(d.label) for d in shown.differs] == ["总投资"]
    assert rows() == rows()


def test_s3_3b_合并之后只计一次_此前各日的数不变(cast: Any) -> None:
    gone, kept = pair(cast)
    days = [cast.TODAY - timedelta(days=n) for n in (71, 70, 69, 30, 1)]
    then = {day: numbers(day) for day in days}
    seen = {day: numbers(day, cast.actor("zongzhaoji")) for day in days}
    today = numbers(None)
    do(cast, gone, kept)
    assert {day: numbers(day) for day in days} == then
    for day in days:
        again = numbers(day, cast.actor("zongzhaoji"))
        assert {n: (again[n], x) for n, x in seen[day].items() if again[n] != x} == {}
    now = numbers(None)
    assert now == numbers(cast.TODAY)
    assert now["planning_projects"][0] == today["planning_projects"][0] - 1
    for name in ("paid_in_month", "paid_in_year", "paid_in_total"):
        assert now[name][0] == today[name][0]
    assert now["paid_in_total"][1]["county", "longshan"] == 300 * f.WAN
    assert paid_in_of([kept.pk], cast.TODAY)[kept.pk].total == 300 * f.WAN
    assert paid_in_of([kept.pk], cast.TODAY)[kept.pk].month == 0  # 仍归在九月
    assert invariants(cast.TODAY) == []
    for day in (None, days[-1]):  # 数字背后的清单合计等于数字
        found = VoucherCriteria(period="total")
        if day:
            found = VoucherCriteria(
                period="total", projects=found.projects.__class__(standing="all", as_of=day)
            )
        listed = listing(cast.actor("zongzhaoji"), found, cast.TODAY)
        assert listed.accepted.recognised == 300 * f.WAN


def test_并入的一个退出各处_留下指针_证据与经过在留下的一个(cast: Any) -> None:
    gone, kept = pair(cast)
    entry = do(cast, gone, kept)
    gone, kept = fresh(gone), fresh(kept)
    assert (gone.merged_into, gone.is_voided) == (kept, True)
    assert kept.aliases == ["安澜纱线(东丰)"]
    heyan = cast.actor("heyan")
    with pytest.raises(NotFound):
        door(heyan, gone.code)
    assert merged_door(heyan, gone.code) == gone
    assert merged_door(cast.actor("dongfeng"), gone.code) == gone
    for by in ("longshan", "dongliao", "chen"):
        if by != "chen":
            with pytest.raises(NotFound):
                merged_door(cast.actor(by), gone.code)
    with pytest.raises(NotFound):
        merged_door(heyan, kept.code)
    copy = Evidence.objects.get(project=kept)
    assert copy.carried_from is not None and copy.carried_from.project == gone
    assert (copy.by_name, copy.unit) == (copy.carried_from.by_name, cast.unit("dongfeng"))
    assert FileUse.objects.get(pk=copy.file_use_id).object_id == str(kept.pk)
    titles = [e.project_code for e in timeline.timeline_of(kept)[0]]
    assert gone.code in titles and kept.code in titles
    assert not MatchKey.objects.filter(object_type="project", object_id=gone.pk).exists()
    hits = find("安澜纱线(东丰)", cast.actor("longshan"))
    assert [h.url for group in hits.groups for h in group.hits] == [f"/projects/{kept.code}/"]
    third = f.planning(cast, name="安澜纱线（东丰）项目")
    assert seen_namesakes(cast.actor("longshan"), third) == [kept]
    assert entry.moved["vouchers"] and VoucherKey.objects.filter(project=gone).count() == 0


def test_同一张凭证合并之后仍只用一次(cast: Any) -> None:
    gone, kept = pair(cast)
    do(cast, gone, kept)
    for by, project in (
        ("longshan", kept),
        ("dongfeng", f.planning(cast, by="dongfeng", name="另一个")),
    ):
        with pytest.raises(RuleBroken):
            v.paid(cast, project, "发票东丰1", by=by)


def test_s3_3b_撤销之后与没有合并过一样(cast: Any) -> None:
    gone, kept = pair(cast)
    f.edit(cast, gone, "dongfeng", cast.NOW, basis="东丰有袜业基础", total_investment=5 * f.YI,
           hosts=(f.HostDraft(cast.unit("dongfeng").pk),))  # fmt: skip
    gone, kept = fresh(gone), fresh(kept)
    last = cast.TODAY + timedelta(days=30)
    before, expected = rows(), numbers(None, today=last)
    entry = do(cast, gone, kept, fills=["basis", "total_investment", "location"])
    kept = fresh(kept)
    assert (kept.basis, kept.total_investment) == ("东丰有袜业基础", 5 * f.YI)
    merged = numbers(cast.TODAY)
    back = undo(cast, entry, days=30)
    assert back == gone
    assert rows() == before
    assert numbers(None, today=last) == numbers(last) == expected
    assert numbers(cast.TODAY) == merged  # 合并着的那些天照旧
    assert invariants(cast.TODAY + timedelta(days=30)) == []
    with pytest.raises(RuleBroken, match="已经撤销"):
        undo(cast, entry)


def test_合并之后新添新改的_撤销时留在留下的一个(cast: Any) -> None:
    gone, kept = pair(cast)
    f.edit(cast, gone, "dongfeng", cast.NOW, basis="东丰", benefit="年产值一亿元")
    gone = fresh(gone)
    entry = do(cast, gone, kept, fills=["basis", "benefit"])
    f.edit(cast, kept, "longshan", cast.NOW, basis="龙山自己写的")
    added = f.evidence(cast, kept, FactKey.WRITTEN_WILL)
    v.accepted(cast, kept, "发票龙山1", 100 * f.WAN)
    undo(cast, entry)
    kept, gone = fresh(kept), fresh(gone)
    assert (kept.basis, kept.benefit) == ("龙山自己写的", "")
    assert (gone.basis, gone.benefit) == ("东丰", "年产值一亿元")
    live = Evidence.objects.filter(project=kept, voided_at__isnull=True)
    assert list(live) == [added]
    assert paid_in_of([kept.pk, gone.pk], cast.TODAY + timedelta(days=1)) == {
        kept.pk: paid_in_of([kept.pk], cast.TODAY + timedelta(days=1))[kept.pk],
        gone.pk: paid_in_of([gone.pk], cast.TODAY + timedelta(days=1))[gone.pk],
    }
    assert paid_in_of([kept.pk], cast.TODAY + timedelta(days=1))[kept.pk].total == 100 * f.WAN
    assert invariants(cast.TODAY + timedelta(days=1)) == []


@pytest.mark.parametrize(
    "by", ["longshan", "dongfeng", "chen", "zongzhaoji", "caizheng", "sysadmin", "fagai_heyan"]
)
def test_只有商务主管部门负责人_核验人合并与撤销(cast: Any, by: str) -> None:
    gone, kept = pair(cast)
    with pytest.raises(Denied, match="负责人或核验人"):
        plan(actor=cast.actor(by), source=gone, target=kept)
    with pytest.raises(Denied, match="负责人或核验人"):
        do(cast, gone, kept, by=by)
    assert not ProjectMerge.objects.exists()
    entry = do(cast, gone, kept, by="shangwuju_head")
    with pytest.raises(Denied, match="负责人或核验人"):
        undo(cast, entry, by=by)
    assert fresh(gone).is_merged


def test_拦住的什么也不留(cast: Any) -> None:
    gone, kept = pair(cast)
    third = f.planning(cast, by="dongfeng", name="第三个")
    before = rows()
    states = ProjectState.objects.count()
    with pytest.raises(RuleBroken, match="同一个项目"):
        do(cast, gone, kept, reason=" ")
    with pytest.raises(RuleBroken, match="它自己"):
        do(cast, gone, gone)
    with pytest.raises(RuleBroken, match="不能由并入的一个补上"):
        do(cast, gone, kept, fills=["remark"])
    with pytest.raises(Stale) as refused:
        do(cast, gone, kept, versions=(gone.version, 99))
    assert refused.value.theirs == {"source": gone.version, "target": kept.version}
    assert (rows(), ProjectState.objects.count()) == (before, states)
    request_void(actor=cast.actor("dongfeng"), project=gone, reason="录错", now=cast.NOW)
    with pytest.raises(RuleBroken, match="作废申请"):
        do(cast, gone, kept)
    v.paid(cast, third, "发票3", by="dongfeng")
    with pytest.raises(RuleBroken, match="等核验"):
        do(cast, third, kept)
    relation = ProjectRelation.objects.create(
        earlier=kept, later=third, kind="split", proposed_by_name="系统", proposed_at=cast.NOW
    )
    confirm_relation(
        actor=cast.actor("heyan"), relation=relation, kind=RelationKind.SPLIT, now=cast.NOW
    )
    with pytest.raises(RuleBroken, match="项目关系"):
        do(cast, third, kept)


def test_认定过的不能并掉(cast: Any) -> None:
    signed = f.recognised(cast, Stage.SIGNED, name="已认定的")
    plain = f.planning(cast, name="没认定的")
    with pytest.raises(RuleBroken, match="反过来合并"):
        do(cast, fresh(signed), plain)
    other = f.recognised(cast, Stage.SIGNED, name="也认定的")
    with pytest.raises(RuleBroken, match="只能计一次"):
        do(cast, fresh(signed), fresh(other))
    do(cast, plain, fresh(signed))
    assert invariants(cast.TODAY) == []


def test_更严的密级不能并到更宽的(cast: Any) -> None:
    hidden = f.planning(
        cast, name="限名单的", confidentiality="restricted",
        listed_ids=(cast.person("longshan").pk, cast.person("heyan").pk),
    )  # fmt: skip
    plain = f.planning(cast, by="dongfeng", name="一般的", lead_unit_id=None, hosts=())
    with pytest.raises(RuleBroken, match="密级更严"):
        do(cast, fresh(hidden), plain)
    do(cast, plain, fresh(hidden))
    # 并掉项目的县不因此看见限名单的一个
    dongfeng = cast.actor("dongfeng")
    assert not seen_whole(dongfeng, merged=True).filter(pk=hidden.pk).exists()
    assert merged_door(dongfeng, plain.code) == plain


def test_撤销过期_后来又并_认定了_转入的冲回了_都不行(cast: Any) -> None:
    gone, kept = pair(cast)
    entry = do(cast, gone, kept)
    days = params(cast.TODAY)["pipeline.merge_undo_days"]
    with pytest.raises(RuleBroken, match=r"pipeline\.merge_undo_days"):
        undo(cast, entry, days=days + 1)
    third = f.planning(cast, name="第三个")
    second = do(cast, fresh(kept), third)
    gone = fresh(gone)
    assert gone.merged_into == third  # 指针直指留下的一个
    assert fresh(third).aliases == ["高端纱线项目", "安澜纱线(东丰)"]
    with pytest.raises(RuleBroken, match="先撤销后一次"):
        undo(cast, entry)
    undo(cast, second)
    assert fresh(gone).merged_into == fresh(kept)
    carried = Voucher.objects.get(project=kept, sign=1)
    row = reverse_voucher(
        actor=cast.actor("longshan"), voucher=carried, reason="假的", now=cast.NOW
    )
    with pytest.raises(RuleBroken, match="已冲回"):
        undo(cast, entry)
    assert row.reverses == carried


def test_合并之后认定了签约_先撤回认定(cast: Any) -> None:
    gone, _ = pair(cast)
    kept = f.at(cast, Stage.SIGNED, name="等认定的")
    entry = do(cast, gone, fresh(kept))
    recognise(actor=cast.actor("heyan"), project=fresh(kept), stage=Stage.SIGNED, now=cast.NOW)
    with pytest.raises(RuleBroken, match="认定了签约"):
        undo(cast, entry)


def test_凭转入的证据过了门槛_撤销时落回待核实(cast: Any) -> None:
    gone, kept = pair(cast)
    for fact in (FactKey.CONTACT,):
        assert Evidence.objects.filter(project=gone, fact=fact).exists()
    f.supply(cast, kept, "investor")
    entry = do(cast, gone, fresh(kept))
    kept = f.advance(cast, fresh(kept), Stage.NEGOTIATION)
    assert fresh(kept).recognised_stage == "negotiation"
    undo(cast, entry)
    kept = fresh(kept)
    assert (kept.stage, kept.stage_status) == ("negotiation", "claimed")
    assert invariants(cast.TODAY + timedelta(days=1)) == []


def test_别的房间随着搬_撤销时放回(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movers, "_movers", {})
    held: dict[int, list[str]] = {}
    gone, kept = pair(cast)
    held[gone.pk] = ["包"]
    blocked: list[str] = []

    def move(source: int, target: int, act: Any) -> list[str]:
        taken = held.pop(source, [])
        held.setdefault(target, []).extend(taken)
        return taken

    def back(taken: list[str], source: int, target: int, act: Any) -> None:
        held[source] = [held[target].pop(held[target].index(item)) for item in taken]

    register_mover(
        Mover("bags", "行李", lambda pk: len(held.get(pk, [])), move, back, lambda a, b: blocked)
    )
    assert dict(plan(actor=cast.actor("heyan"), source=gone, target=kept).moves)["行李"] == 1
    blocked.append("行李锁着，请先打开")
    with pytest.raises(RuleBroken, match="行李锁着"):
        do(cast, gone, kept)
    blocked.clear()
    entry = do(cast, gone, kept)
    assert held == {kept.pk: ["包"]}
    undo(cast, entry)
    assert held == {kept.pk: [], gone.pk: ["包"]}


def test_补得上的栏都认得(cast: Any) -> None:
    """每一栏补上再撤销,都回到空着。"""
    gone = f.at(cast, Stage.INTENT, name="样样齐", by="longshan", lead_unit_id=None)
    f.edit(
        cast, gone, "longshan", cast.NOW, summary="内容", industry_code="C1711", remark="注",
        fixed_investment=f.YI, contract_amount=f.YI, signed_on=cast.TODAY, started_on=cast.TODAY,
        promised_land_on=cast.TODAY, promised_start_on=cast.TODAY, location="园区",
        promised_production_on=cast.TODAY, promised_capacity_on=cast.TODAY,
    )  # fmt: skip
    kept = f.planning(cast, by="dongfeng", name="空着的", hosts=(), lead_unit_id=None)
    gone = fresh(gone)
    before = rows()
    shown = plan(actor=cast.actor("heyan"), source=gone, target=kept)
    assert {fill.name for fill in shown.fills} == set(FILLABLE)
    entry = do(cast, gone, kept, fills=list(FILLABLE))
    kept = fresh(kept)
    assert (kept.contract_amount, kept.chain_id, kept.hosts.count(), kept.parties.count()) == (
        f.YI, gone.chain_id, 1, 1,
    )  # fmt: skip
    assert kept.committed_investment == fresh(gone).committed_investment
    assert invariants(cast.TODAY) == []
    undo(cast, entry)
    after = rows()
    assert after == before
    assert invariants(cast.TODAY + timedelta(days=1)) == []


def test_合并之时正在交的证据_不落在并掉的一个上(cast: Any) -> None:
    gone, kept = pair(cast)
    opened = fresh(gone)  # 打开页面时还没有合并
    do(cast, gone, kept)
    with pytest.raises(NotFound):
        f.evidence(cast, opened, FactKey.WRITTEN_WILL, by="dongfeng")
    with pytest.raises(NotFound):
        v.paid(cast, opened, "发票迟到的", by="dongfeng")
    with pytest.raises(Stale):
        edit_project(
            actor=cast.actor("dongfeng"), project=opened, now=cast.NOW,
            draft=replace(draft_of(opened), summary="迟到的改动"),
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_两个人对着合并_只成一个(cast: Any) -> None:
    gone, kept = pair(cast)
    gate, outcomes = threading.Barrier(2), []

    def run(a: Project, b: Project, by: str) -> None:
        try:
            gate.wait(timeout=120)
            do(cast, a, b, by=by)
            outcomes.append("成")
        except (RuleBroken, Stale):
            outcomes.append("退")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=args)
        for args in ((gone, kept, "heyan"), (kept, gone, "shangwuju_head"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=180)
    assert sorted(outcomes) == ["成", "退"]
    assert Project.objects.filter(merged_into__isnull=False).count() == 1
