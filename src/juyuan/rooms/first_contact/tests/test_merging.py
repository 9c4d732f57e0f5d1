"""裁定之后并案:撞单页上提请,牵头单位照裁定,首谈、线索随着搬,待办随之办结;撤销都放回。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.invariants import check as invariants
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.first_contact import jobs
from juyuan.rooms.first_contact.actions.check import run_check
from juyuan.rooms.first_contact.actions.ruling import rule_conflict
from juyuan.rooms.first_contact.models import CheckLog, Claim, Conflict
from juyuan.rooms.first_contact.queries.duty import MERGE
from juyuan.rooms.first_contact.queries.merging import owed, standing_alone, unions
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.first_contact.rules.rulings import RulingDraft
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.pipeline.actions.leading import give_lead
from juyuan.rooms.pipeline.actions.merge import merge_projects, undo_merge
from juyuan.rooms.pipeline.models import Project, ProjectMerge
from juyuan.rooms.pipeline.rules.drafts import PartyDraft
from juyuan.rooms.pipeline.tests import factories as projects

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = later(cast).isoformat()


def later(cast: Any, days: int = 20) -> Any:
    return cast.NOW + timedelta(days=days)


def clash(cast: Any) -> tuple[Conflict, Project, Project]:
    """东丰县先有一个项目(没登记首谈);龙山区在自己的项目上登记首谈,撞上。"""
    f.parameters(cast)
    party = (PartyDraft(projects.investor(cast, by="dongfeng", name=f.SUBJECT.name), 10000),)
    said = {"name": "安澜纱线基地", "summary": "年产三万吨高端纱线"}
    theirs = projects.planning(
        cast, by="dongfeng", lead_unit_id=cast.unit("dongfeng").pk, hosts=(), parties=party, **said
    )
    mine = projects.planning(
        cast, by="longshan", lead_unit_id=None, hosts=(), parties=party,
        name=f.SUBJECT.project_name, summary="年产三万吨高端纱线",
    )  # fmt: skip
    found = f.register(cast, "longshan", on=mine)
    assert found.conflict is not None
    return found.conflict, theirs, mine


def ruled(cast: Any, lead: str = "longshan") -> tuple[Conflict, Project, Project]:
    """裁定由 `lead` 牵头,期限过了生效。"""
    conflict, theirs, mine = clash(cast)
    other = "dongfeng" if lead == "longshan" else "longshan"
    shares = {cast.unit(lead).pk: 7000, cast.unit(other).pk: 3000}
    rule_conflict(
        actor=cast.actor("heyan"), conflict=conflict, now=cast.NOW,
        draft=RulingDraft(cast.unit(lead).pk, shares, "先接触"),
    )  # fmt: skip
    assert jobs.settle_rulings(today=later(cast, 10).date(), now=later(cast, 10)) == {"settled": 1}
    conflict.refresh_from_db()
    return conflict, fresh(theirs), fresh(mine)


def fresh(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


def merge(cast: Any, gone: Project, kept: Project) -> ProjectMerge:
    gone, kept = fresh(gone), fresh(kept)
    return merge_projects(
        actor=cast.actor("heyan"), source=gone, target=kept, reason="照裁定并案",
        versions=(gone.version, kept.version), now=later(cast),
    )  # fmt: skip


def open_duties() -> list[int]:
    return list(
        Duty.objects.filter(kind=MERGE, ended_at__isnull=True).values_list("object_id", flat=True)
    )


def test_s3_2b_撞单未定_不能合并(cast: Any) -> None:
    _, theirs, mine = clash(cast)
    with pytest.raises(RuleBroken, match="先裁定"):
        merge(cast, theirs, mine)


def test_s3_2b_裁定生效_另有的项目暂缺首谈_给商务主管部门一件并案(cast: Any) -> None:
    conflict, theirs, mine = ruled(cast)
    assert (theirs.lead_unit, mine.lead_unit) == (None, cast.unit("longshan"))
    assert [(a.kept, a.others) for a in standing_alone()] == [(mine, (theirs,))]
    assert open_duties() == [conflict.pk]
    duty = Duty.objects.get(kind=MERGE)
    assert (duty.unit, duty.basis_on) == (cast.unit("shangwuju"), later(cast, 10).date())
    assert "first_contact.merge_workdays" in duty.rule["said"]
    assert [o.object_id for o in owed(on=later(cast).date())] == [conflict.pk]


def test_s3_2b_并案_牵头照裁定_待办办结_撤销都放回(cast: Any) -> None:
    conflict, theirs, mine = ruled(cast)
    before = {
        p.pk: (p.lead_unit_id, p.lead_claimed, p.participant_unit_ids) for p in (theirs, mine)
    }
    entry = merge(cast, theirs, mine)
    kept = fresh(mine)
    assert kept.lead_unit == cast.unit("longshan")
    assert (
        open_duties() == [] and standing_alone() == [] and list(owed(on=later(cast).date())) == []
    )
    assert invariants(later(cast).date()) == []
    undo_merge(actor=cast.actor("heyan"), entry=entry, reason="认错了", now=later(cast))
    again = {p.pk: (p.lead_unit_id, p.lead_claimed, p.participant_unit_ids)
             for p in map(fresh, (theirs, mine))}  # fmt: skip
    assert again == before
    assert open_duties() == [conflict.pk]
    assert Claim.objects.get().project == fresh(mine)


def test_s3_2b_反过来留下不牵头的一个_首谈与牵头单位也随裁定过去(cast: Any) -> None:
    _, theirs, mine = ruled(cast)
    claim = Claim.objects.get()
    assert claim.project == mine
    was = fresh(theirs)
    entry = merge(cast, mine, theirs)
    claim.refresh_from_db()
    kept = fresh(theirs)
    assert (claim.project, claim.state) == (kept, "protected")
    assert (kept.lead_unit, kept.lead_claimed) == (cast.unit("longshan"), True)
    assert open_duties() == []
    undo_merge(actor=cast.actor("heyan"), entry=entry, reason="认错了", now=later(cast))
    claim.refresh_from_db()
    back = fresh(theirs)
    assert claim.project == fresh(mine)
    assert (back.lead_unit_id, back.lead_claimed, back.participant_unit_ids, back.unit_ids) == (
        was.lead_unit_id, was.lead_claimed, was.participant_unit_ids, was.unit_ids,
    )  # fmt: skip
    assert list(back.participants.values_list("unit_id", flat=True)) == was.participant_unit_ids
    assert invariants(later(cast).date()) == []


def test_s3_2b_牵头的没有首谈登记_也照裁定(cast: Any) -> None:
    _, theirs, mine = ruled(cast, lead="dongfeng")
    assert (theirs.lead_unit, mine.lead_unit) == (cast.unit("dongfeng"), None)
    merge(cast, theirs, mine)
    assert fresh(mine).lead_unit == cast.unit("dongfeng")


def test_两边各有首谈单位_先移交或终结(cast: Any) -> None:
    one = f.register(cast).claim
    said = {
        "name": "江苏云帆轴承有限公司",
        "project_name": "云帆轴承",
        "site": "",
        "content": "年产轴承五百万套",
    }
    two = f.register(cast, "dongfeng", subject=said).claim
    assert one.project and two.project
    with pytest.raises(RuleBroken, match="移交、终结"):
        merge(cast, one.project, two.project)
    assert not ProjectMerge.objects.exists()


def test_s3_2b_别的项目不牵扯_牵头单位不变(cast: Any) -> None:
    f.parameters(cast)
    gone = projects.planning(cast, by="dongfeng", name="甲", lead_unit_id=None, hosts=())
    kept = projects.planning(cast, name="乙")
    give_lead(
        actor=cast.actor("heyan"), project=fresh(gone), unit_id=cast.unit("dongfeng").pk,
        now=cast.NOW,
    )  # fmt: skip
    merge(cast, gone, kept)
    assert fresh(kept).lead_unit == cast.unit("gongxin")


def test_s3_2b_撞单页_办的人有去处_并掉的一方看得见并了没有_份额照旧(cast: Any) -> None:
    conflict, theirs, mine = ruled(cast)
    url = reverse("first_contact:conflict", args=[conflict.code])
    offer = f"{reverse('pipeline:merge', args=[theirs.code])}?target={mine.code}"
    assert offer in cast.client("heyan").get(url).content.decode()
    for by in ("chen", "zongzhaoji", "dongfeng", "longshan"):
        assert offer not in cast.client(by).get(url).content.decode(), by
    token = "金丝雀曲柄"
    projects.edit(
        cast, mine, "longshan", later(cast, 11), summary=token, confidentiality="restricted",
        listed_ids=(cast.person("longshan").pk, cast.person("heyan").pk),
    )  # fmt: skip
    mine = fresh(mine)
    merge(cast, theirs, mine)
    page = cast.client("dongfeng").get(url)
    assert page.status_code == 200
    said = page.content.decode()
    assert "并入牵头单位的项目" in said and "30.00%" in said and theirs.code in said
    assert token not in said and mine.code not in said and mine.name not in said
    both = cast.client("heyan").get(url).content.decode()
    assert theirs.code in both and reverse("pipeline:detail", args=[mine.code]) in both
    assert unions(cast.actor("longshan"), conflict) == {}


def test_s3_2b_并掉的名称再查_查到的是留下的一个_只算一处(cast: Any) -> None:
    _, theirs, mine = ruled(cast)
    subject = Subject(
        name=f.SUBJECT.name, project_name=theirs.name, site=theirs.location, content=theirs.summary
    )
    before = run_check(actor=cast.actor("xian"), subject=subject, now=later(cast))
    merge(cast, theirs, mine)
    after = run_check(actor=cast.actor("xian"), subject=subject, now=later(cast))
    assert (before.tier, after.tier) == (2, 2)
    rows = [log.found for log in CheckLog.objects.filter(binding=False).order_by("id")]
    hit = [[one["id"] for one in found if one["type"] == "project"] for found in rows]
    assert sorted(hit[0]) == sorted([theirs.pk, mine.pk]) and hit[1] == [mine.pk]
    # 东丰自己再登记一次也撞得上:那件事已经不是它牵头的了
    again = run_check(actor=cast.actor("dongfeng"), subject=subject, now=later(cast))
    assert again.tier == 2
