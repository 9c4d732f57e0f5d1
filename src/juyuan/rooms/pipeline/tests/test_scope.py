"""可见范围:两种读法逐对象一致;表上的每一格都照办。条款 3.2b 3.3b。"""

from __future__ import annotations

import pytest

from juyuan.foundation.people.visibility import Sight
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.chains.tests.factories import make_chain
from juyuan.rooms.investors.queries import visible_to as investors_visible
from juyuan.rooms.pipeline.actions.edit import draft_of
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import door, seen_whole, sight_of, visible_to
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
EVERYBODY = (
    "chen", "heyan", "shangwuju_head", "fagai", "fagai_heyan", "dongfeng", "longshan",
    "longshan_head", "longshan_shangwu", "gongxin", "keji", "ziran", "zongzhaoji", "zhaoji",
    "zhaoji2", "lianzhang", "mishu", "guwen", "shanghui", "caizheng", "zuzhi", "shenji",
    "sysadmin", "secadmin", "auditadmin", "duo", "kong",
)  # fmt: skip


@pytest.fixture
def projects(cast):
    """三个密级 × 已认定与否,龙山承载、工信首谈,科技局参与,C9 链。"""
    chain = make_chain(
        "C9",
        lead_unit=cast.unit("gongxin"),
        lead=cast.person("lianzhang"),
        secretary=cast.person("mishu"),
    )
    made = {}
    for level in ("normal", "internal", "restricted"):
        listed = (
            (cast.person("keji").pk, cast.person("dongfeng").pk) if level == "restricted" else ()
        )
        made[level] = f.planning(
            cast, name=f"{level}项目", confidentiality=level, chain_id=chain.pk,
            participant_ids=(cast.unit("keji").pk,), listed_ids=listed,
        )  # fmt: skip
    made["signed"] = f.recognised(cast, Stage.SIGNED, name="已签约", confidentiality="restricted")
    made["bureau"] = f.planning(
        cast, by="chen", name="商务局自己的", lead_unit_id=cast.unit("shangwuju").pk, hosts=()
    )
    return made


def test_两种读法逐对象一致(cast, projects) -> None:
    everything = list(Project.objects.all())
    for who in EVERYBODY:
        actor = cast.actor(who)
        by_query = set(visible_to(actor).values_list("code", flat=True))
        by_object = {p.code for p in everything if sight_of(actor, p) != Sight.NONE}
        assert by_query == by_object, who
        whole = set(seen_whole(actor).values_list("code", flat=True))
        assert whole == {p.code for p in everything if sight_of(actor, p) == Sight.FULL}, who


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("longshan", {"normal", "internal", "restricted", "signed"}),  # 登记人自动列入
        ("longshan_head", {"normal", "internal"}),
        ("longshan_shangwu", {"normal", "internal"}),
        ("gongxin", {"normal", "internal"}),
        ("keji", {"normal", "restricted"}),
        ("dongfeng", {"restricted"}),
        ("duo", {"normal", "internal"}),
        ("ziran", set()),
        ("chen", {"normal", "internal", "bureau"}),
        ("heyan", {"normal", "internal", "restricted", "signed", "bureau"}),
        ("zongzhaoji", {"normal", "internal", "restricted", "signed", "bureau"}),
        ("zhaoji", {"normal", "internal", "restricted", "signed", "bureau"}),
        ("lianzhang", {"normal"}),
        ("mishu", {"normal"}),
        ("fagai", set()),
        ("fagai_heyan", {"bureau"}),
        ("caizheng", {"signed"}),
        ("zuzhi", {"signed"}),
        ("shenji", {"signed"}),
        ("guwen", set()),
        ("sysadmin", set()),
        ("secadmin", set()),
        ("auditadmin", set()),
        ("kong", set()),
    ],
)
def test_谁看得见什么(cast, projects, who, seen) -> None:
    codes = {p.code: name for name, p in projects.items()}
    found = {codes[c] for c in visible_to(cast.actor(who)).values_list("code", flat=True)}
    assert found == seen


def test_查阅者只见认定事实_取不到全貌(cast, projects) -> None:
    actor, project = cast.actor("caizheng"), projects["signed"]
    assert door(actor, project.code, full=False) == project
    with pytest.raises(NotFound):
        door(actor, project.code)


@pytest.mark.parametrize("code", ["LY-NOSUCH", "", "限名单"])
def test_门外与不存在是同一个回答(cast, projects, code) -> None:
    for wanted in (code, projects["restricted"].code):
        with pytest.raises(NotFound) as error:
            door(cast.actor("ziran"), wanted)
        assert str(error.value) == ""


def test_投资方只经由看得见的项目列出(cast, projects) -> None:
    f.supply(cast, projects["internal"], "investor")
    assert investors_visible(cast.actor("gongxin")).count() == 1
    assert investors_visible(cast.actor("dongfeng")).count() == 0
    assert investors_visible(cast.actor("sysadmin")).count() == 0
    assert investors_visible(cast.actor("chen")).count() == 1


def test_限名单项目的投资方_商务局未列名的经办看不见(cast, projects) -> None:
    restricted = projects["restricted"]
    f.supply(cast, restricted, "investor", by="heyan")
    party = restricted.parties.get().investor
    party.__class__.objects.filter(pk=party.pk).update(owner_unit=cast.unit("longshan"))
    for who, seen in (
        ("chen", False),
        ("shangwuju_head", False),
        ("heyan", True),
        ("zhaoji", True),
        ("keji", True),
    ):
        assert investors_visible(cast.actor(who)).filter(pk=party.pk).exists() is seen, who
    # 同一家另有看得见的项目,就照常看得见
    f.edit(cast, projects["internal"], "heyan", cast.NOW, parties=draft_of(restricted).parties)
    assert investors_visible(cast.actor("chen")).filter(pk=party.pk).exists()
