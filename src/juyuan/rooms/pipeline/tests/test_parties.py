"""投资方合并:项目的出资方随之改指,占比不丢;撤销照原样放回。"""

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.search.queries import find
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.investors.actions import merge, undo_merge
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.investors.queries import visible_to
from juyuan.rooms.investors.queries.detail import projects_of
from juyuan.rooms.pipeline.models import ProjectParty
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import PartyDraft
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def shares():
    return sorted(
        ProjectParty.objects.values_list(
            "project", "investor__name", "share_bp", "origin", "fiscal"
        )
    )


def pair(cast):
    names = ("安澜纺织有限公司", "安澜针织有限公司")
    return [f.investor(cast, name=name) for name in names]


def do(cast, source, target):
    rows = [Investor.objects.get(pk=pk) for pk in (source, target)]
    return merge(
        actor=cast.actor("heyan"),
        source=rows[0],
        target=rows[1],
        versions=(rows[0].version, rows[1].version),
        reason="执照相同",
        now=cast.NOW,
    )


def test_parties_follow_and_come_back(cast):
    f.parameters(cast)
    gone, kept = pair(cast)
    alone = f.planning(
        cast, name="甲项目", parties=(PartyDraft(gone, 10000, Origin.OUTSIDE_PROVINCE),)
    )
    both = f.planning(
        cast,
        name="乙项目",
        parties=(
            PartyDraft(gone, 4000, Origin.OUTSIDE_PROVINCE),
            PartyDraft(kept, 6000, Origin.OUTSIDE_PROVINCE),
        ),
    )
    before, versions = shares(), {p.pk: p.version for p in (alone, both)}
    entry = do(cast, gone, kept)
    assert [(row[0], row[1], row[2]) for row in shares()] == [
        (alone.pk, "安澜针织有限公司", 10000),
        (both.pk, "安澜针织有限公司", 10000),
    ]
    for project in (alone, both):
        project.refresh_from_db()
        assert project.version == versions[project.pk] + 1
    assert find("安澜针织", cast.actor("heyan")).count >= 3
    assert Event.objects.filter(event="pipeline.project.party_merged").count() == 2
    actor = cast.actor("longshan")
    assert [line.name for line in projects_of(actor, [kept])[kept]] == ["乙项目", "甲项目"]
    assert projects_of(cast.actor("dongfeng"), [kept]) == {kept: []}

    undo_merge(actor=cast.actor("heyan"), entry=entry, reason="认错了", now=cast.NOW)
    assert shares() == before
    assert Event.objects.filter(event="pipeline.project.party_unmerged").count() == 2


def test_shares_of_different_origin_cannot_be_added(cast):
    f.parameters(cast)
    gone, kept = pair(cast)
    f.planning(
        cast,
        name="乙项目",
        parties=(
            PartyDraft(gone, 4000, Origin.OUTSIDE_PROVINCE),
            PartyDraft(kept, 6000, Origin.LOCAL),
        ),
    )
    before = shares()
    with pytest.raises(RuleBroken, match="「乙项目」"):
        do(cast, gone, kept)
    assert shares() == before
    assert Investor.objects.filter(merged_into__isnull=False).count() == 0


def test_a_pending_party_joins_the_known_one_when_the_bureau_says_so(cast):
    """东丰县填了一家它看不见的:各是各的;核对为同一家后,它的项目指向那一家。"""
    f.parameters(cast)
    known = f.investor(cast)
    (mine,) = [f.investor(cast, by="dongfeng")]
    assert mine != known
    project = f.planning(
        cast, by="dongfeng", name="丙项目", parties=(PartyDraft(mine, 10000, Origin.OUTSIDE_CITY),)
    )
    do(cast, mine, known)
    assert list(project.parties.values_list("investor_id", flat=True)) == [known]
    assert known in visible_to(cast.actor("dongfeng")).values_list("pk", flat=True)
