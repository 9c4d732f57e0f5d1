"""可见范围:投资方只经由看得见的项目、本单位的登记、准用而被看见;市商务局见全部。"""

import pytest
from django.db.models import Q

from juyuan.foundation.search.queries import find
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.investors import queries
from juyuan.rooms.investors.actions import add_contact
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.investors.queries import door, scope, sees, visible_ids, visible_to
from juyuan.rooms.investors.queries.detail import ProjectLine, detail, projects_of
from juyuan.rooms.investors.queries.listing import listed, read_criteria
from juyuan.rooms.investors.rules.drafts import ContactDraft
from juyuan.rooms.investors.search import present
from juyuan.rooms.investors.tests.factories import CODE, investor

pytestmark = pytest.mark.django_db
EVERYONE = [
    "chen",
    "heyan",
    "shangwuju_head",
    "fagai",
    "dongfeng",
    "longshan",
    "longshan_head",
    "longshan_shangwu",
    "gongxin",
    "zongzhaoji",
    "zhaoji",
    "lianzhang",
    "mishu",
    "zhuanyuan",
    "guwen",
    "shanghui",
    "caizheng",
    "zuzhi",
    "shenji",
    "sysadmin",
    "secadmin",
    "auditadmin",
    "duo",
    "kong",
]


@pytest.fixture
def through_projects(monkeypatch):
    """谁经由项目看得见哪几家:{账号: {投资方编号}}。"""
    seen: dict[str, set[int]] = {}
    monkeypatch.setattr(
        scope, "_providers", {"test": lambda actor: Q(pk__in=seen.get(actor.username, set()))}
    )
    return seen


def seers(cast, row):
    return {name for name in EVERYONE if sees(cast.actor(name), row)}


def test_who_sees_a_county_registration(cast, through_projects):
    row = investor(cast)
    assert seers(cast, row) == {
        "chen",
        "heyan",
        "shangwuju_head",
        "longshan",
        "longshan_head",
        "duo",
    }


def test_a_project_lets_its_viewers_see_the_investor(cast, through_projects):
    row = investor(cast)
    through_projects["dongfeng"] = through_projects["zongzhaoji"] = {row.pk}
    assert {"dongfeng", "zongzhaoji"} <= seers(cast, row)
    assert "xian" not in seers(cast, row)


def test_the_superior_sees_what_its_office_registered(cast, through_projects):
    row = investor(cast, by="longshan_shangwu")
    assert {"longshan", "longshan_shangwu"} <= seers(cast, row)
    assert "dongfeng" not in seers(cast, row)


@pytest.mark.parametrize("name", EVERYONE)
def test_list_door_and_ids_agree_object_by_object(cast, through_projects, name):
    rows = [
        investor(cast),
        investor(cast, by="dongfeng", name="别的公司"),
        investor(cast, by="chen", name="局里的公司"),
    ]
    through_projects[name] = {rows[2].pk}
    actor = cast.actor(name)
    listed_ids = set(visible_to(actor).values_list("pk", flat=True))
    assert listed_ids == visible_ids(actor, [r.pk for r in rows])
    for row in rows:
        if row.pk in listed_ids:
            assert door(actor, row.code) == row
        else:
            with pytest.raises(NotFound):
                door(actor, row.code)


def test_the_door_is_closed_for_what_never_existed(cast):
    with pytest.raises(NotFound):
        door(cast.actor("heyan"), "TZ-NEVER")


def test_search_shows_only_the_visible(cast, through_projects):
    row = investor(cast, uscc=CODE)
    for q in ("图袜", "htwy", CODE, row.code):
        hits = [hit for group in find(q, cast.actor("longshan")).groups for hit in group.hits]
        assert [hit.title for hit in hits] == ["宏图袜业有限公司"]
        assert find(q, cast.actor("dongfeng")).count == 0
        assert find(q, cast.actor("sysadmin")).count == 0
    hit = present(cast.actor("heyan"), [row.pk])[0]
    assert (hit.url, hit.object_id) == (f"/investors/{row.code}/", row.pk)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, {"甲", "乙", "丙"}),
        ({"q": "甲公司"}, {"甲"}),
        ({"q": "毫不相干"}, set()),
        ({"kind": "fund"}, {"丙"}),
        ({"honour": "listed"}, {"乙"}),
        ({"is_key": "1"}, {"甲"}),
        ({"is_key": "0"}, {"乙", "丙"}),
        ({"pending": "1"}, set()),
        ({"owner": "dongfeng"}, {"乙"}),
        ({"owner": "nowhere"}, set()),
    ],
)
def test_filters(cast, given, names):
    investor(cast, name="甲公司一厂", is_key=True)
    investor(cast, by="dongfeng", name="乙公司二厂", honours=("listed",))
    investor(cast, name="丙公司三厂", kind="fund")
    found = listed(cast.actor("chen"), read_criteria(given))
    assert {row.name[0] for row in found} == names


@pytest.mark.parametrize(
    "given", [{"kind": "x"}, {"honour": "'"}, {"is_key": "yes"}, {"owner": "a\x00b"}]
)
def test_unknown_filters_are_said_not_ignored(given):
    assert read_criteria(given).problems


def test_detail_shows_contacts_and_owner_only_to_those_concerned(cast, through_projects):
    row = investor(cast)
    contact = ContactDraft("王五", phone="13812345678")
    add_contact(actor=cast.actor("longshan"), investor=row, draft=contact, now=cast.NOW)
    through_projects["dongfeng"] = {row.pk}
    mine, bureau, theirs = (
        detail(cast.actor(name), row) for name in ("longshan", "chen", "dongfeng")
    )
    assert [c.phone for c in mine.contacts] == [c.phone for c in bureau.contacts] == ["13812345678"]
    assert (theirs.contacts, theirs.owner) == ((), "")
    assert mine.owner == bureau.owner == "龙山区"
    assert (bool(mine.can_edit), bool(bureau.can_edit), bool(theirs.can_edit)) == (
        True,
        True,
        False,
    )


def test_branches_are_listed_only_when_visible(cast, through_projects):
    head = investor(cast)
    branch = investor(cast, by="dongfeng", name="宏图袜业有限公司东丰分公司")
    Investor.objects.filter(pk=branch.pk).update(parent=head)
    assert detail(cast.actor("longshan"), head).branches == ()
    assert detail(cast.actor("chen"), head).branches == (branch,)


def test_projects_come_from_the_registered_provider(cast, monkeypatch):
    line = ProjectLine("XM-1", "项目", "/projects/XM-1/", "signed")
    monkeypatch.setattr(queries.detail, "_projects", {})
    queries.register_projects("test", lambda actor, ids: {ids[0]: [line]})
    assert projects_of(cast.actor("chen"), [1, 2]) == {1: [line], 2: []}
