"""两个县各有一个项目,撞单裁定之后并成一个:每一个过去的日子数字不变,全市只计一次,证据与钱都在,撤销如初。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.figures import queries as figures
from juyuan.foundation.figures.registry import believing
from juyuan.foundation.invariants import check as invariants
from juyuan.foundation.search.queries import find
from juyuan.rooms.first_contact import jobs
from juyuan.rooms.first_contact.actions.register import register_claim
from juyuan.rooms.first_contact.actions.ruling import rule_conflict
from juyuan.rooms.first_contact.queries.duty import MERGE
from juyuan.rooms.first_contact.rules.rulings import RulingDraft
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.pipeline.models import Evidence, Project, ProjectMerge
from juyuan.rooms.pipeline.queries.paid_in import paid_in_of
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as projects
from juyuan.rooms.pipeline.tests import vouchers as paid

pytestmark = pytest.mark.django_db


def numbers(day: date | None, actor: Any, today: date) -> dict[str, Any]:
    """全部数字与不为零的分项。"""
    with believing(today):
        return {
            found.name: (
                found.value, {(p.dimension, p.key): p.value for p in found.parts if p.value},
            )
            for found in figures.compute(day, actor=actor)
        }  # fmt: skip


def test_s3_2b_裁定之后_东丰的项目并入龙山的_数字只计一次_撤销如初(
    cast: Any, settings: Any
) -> None:
    f.parameters(cast)
    start = cast.NOW - timedelta(days=100)
    longshan, dongfeng = cast.unit("longshan").pk, cast.unit("dongfeng").pk
    party = (PartyDraft(projects.investor(cast, by="dongfeng", name=f.SUBJECT.name), 10000),)

    # 八月:东丰县谈着,有证据,到了三百万,认可了
    theirs = projects.planning(
        cast, by="dongfeng", now=start, name="安澜纱线基地", lead_unit_id=dongfeng,
        hosts=(HostDraft(dongfeng),), parties=party, summary="年产三万吨高端纱线",
        total_investment=3 * projects.YI, location="纺织园",
    )  # fmt: skip
    contact = projects.evidence(
        cast, theirs, FactKey.CONTACT, by="dongfeng", now=start, dated_on=start.date()
    )
    row = paid.paid(
        cast, theirs, "东丰回单7", 300 * projects.WAN, by="dongfeng", now=start,
        paid_on=start.date() - timedelta(days=2),
    )  # fmt: skip
    paid.accept(cast, row, now=start + timedelta(days=1))

    # 九月:龙山区另登一个,再登记首谈,撞上;十月裁定龙山区牵头,份额七三
    mine = projects.planning(
        cast, by="longshan", now=start + timedelta(days=30), name=f.SUBJECT.project_name,
        lead_unit_id=None, summary="年产三万吨高端纱线", parties=party,
        total_investment=3 * projects.YI,
    )  # fmt: skip
    moment = start + timedelta(days=31)
    conflict = register_claim(
        actor=cast.actor("longshan"), draft=f.draft(cast, "longshan", moment), project=mine,
        now=moment,
    ).conflict  # fmt: skip
    assert conflict is not None
    rule_conflict(
        actor=cast.actor("heyan"), conflict=conflict, now=moment + timedelta(days=3),
        draft=RulingDraft(longshan, {longshan: 7000, dongfeng: 3000}, "龙山区登记首谈"),
    )  # fmt: skip
    settled = moment + timedelta(days=15)
    assert jobs.settle_rulings(today=settled.date(), now=settled) == {"settled": 1}
    assert Project.objects.get(pk=theirs.pk).lead_unit is None
    assert Duty.objects.filter(kind=MERGE, ended_at__isnull=True).count() == 1

    # 十一月二十日:商务局从撞单页进去,看计划,并案
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    days = [start.date() + timedelta(days=n) for n in (-1, 0, 1, 30, 46, 60, 99)]
    actors = [None, cast.actor("zongzhaoji"), cast.actor("heyan")]
    past = {(day, n): numbers(day, a, cast.TODAY) for day in days for n, a in enumerate(actors)}
    today = numbers(None, None, cast.TODAY)
    heyan = cast.client("heyan")
    page = heyan.get(reverse("first_contact:conflict", args=[conflict.code])).content.decode()
    link = f"{reverse('pipeline:merge', args=[theirs.code])}?target={mine.code}"
    assert link in page
    assert heyan.get(link).status_code == 200
    gone, kept = (Project.objects.get(pk=p.pk) for p in (theirs, mine))
    done = heyan.post(
        reverse("pipeline:merge", args=[theirs.code]),
        {"target": mine.code, "source_version": gone.version, "target_version": kept.version,
         "reason": f"照裁定 {conflict.code} 并案"},
    )  # fmt: skip
    assert done.status_code == 302

    # 每一个过去的日子,谁看都不变;此刻只计一次,钱仍在原来的月份
    for (day, n), was in past.items():
        again = numbers(day, actors[n], cast.TODAY)
        changed = {k: (x, again[k]) for k, x in was.items() if again[k] != x}
        # 待办的数看的是此刻还在不在办(并案的那一件今天办结了)
        assert {k for k in changed if not k.startswith("duties")} == set(), (day, n)
    now = numbers(None, None, cast.TODAY)
    assert now == numbers(cast.TODAY, None, cast.TODAY)
    assert now["planning_projects"][0] == today["planning_projects"][0] - 1 == 1
    assert now["planning_total"][0] == 3 * projects.YI
    for name in ("paid_in_month", "paid_in_year", "paid_in_total"):
        assert now[name][0] == today[name][0], name
    assert now["paid_in_total"][1]["county", "longshan"] == 300 * projects.WAN
    assert paid_in_of([mine.pk], start.date() + timedelta(days=5))[mine.pk].total == 0
    kept = Project.objects.get(pk=mine.pk)
    assert (kept.lead_unit_id, kept.aliases) == (longshan, ["安澜纱线基地"])
    assert not Duty.objects.filter(kind=MERGE, ended_at__isnull=True).exists()
    assert invariants(cast.TODAY) == []

    # 并进来的证据在留下的一个名下,原件的内容下得到;按并掉的名称检索,找到的是留下的一个
    copy = Evidence.objects.get(project=mine, voided_at__isnull=True)
    assert (copy.carried_from, copy.file_sha256) == (contact, contact.file_sha256)
    longshan_client = cast.client("longshan")
    assert longshan_client.get(f"/files/{copy.file_use_id}/").status_code == 200
    hits = find("安澜纱线基地", cast.actor("longshan"))
    assert [h.url for g in hits.groups for h in g.hits] == [f"/projects/{mine.code}/"]
    assert [h for g in find("安澜纱线基地", cast.actor("dongfeng")).groups for h in g.hits] == []

    # 东丰县:自己的一页说并了,撞单页说份额照旧
    page = cast.client("dongfeng").get(f"/projects/{theirs.code}/").content.decode()
    assert "已并入同一件事的另一个项目" in page and mine.code not in page
    page = cast.client("dongfeng").get(reverse("first_contact:conflict", args=[conflict.code]))
    assert "30.00%" in page.content.decode() and "功劳份额照裁定" in page.content.decode()

    # 系统自己再跑一天:待办不再开,两个不再被提作「疑似有关系」
    reconcile(today=cast.TODAY, now=cast.NOW)
    assert not Duty.objects.filter(kind=MERGE, ended_at__isnull=True).exists()
    assert not gone.followers.exists() and not gone.forerunners.exists()

    # 撤销:如初,今天的数与没有合并过一样,并案的待办回来
    entry = ProjectMerge.objects.get()
    undone = heyan.post(reverse("pipeline:unmerge", args=[entry.pk]), {"reason": "查实是两件"})
    assert undone.status_code == 302
    back = numbers(None, None, cast.TODAY)
    # 待办的数另算:并案办结过一件、又开了一件,其间还核对过一遍
    changed = {k: (x, back[k]) for k, x in today.items() if back[k] != x}
    assert {k for k in changed if not k.startswith("duties")} == set()
    for (day, n), was in past.items():
        again = numbers(day, actors[n], cast.TODAY)
        assert {k for k, x in was.items() if again[k] != x and not k.startswith("duties")} == set()
    assert Duty.objects.filter(kind=MERGE, ended_at__isnull=True).count() == 1
    assert Project.objects.get(pk=theirs.pk).stage == Stage.PLANNING
    assert longshan_client.get(f"/files/{copy.file_use_id}/").status_code == 404
    assert cast.client("dongfeng").get(f"/files/{contact.file_use_id}/").status_code == 200
    assert invariants(cast.TODAY) == []
