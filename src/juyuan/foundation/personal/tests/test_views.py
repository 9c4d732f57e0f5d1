"""存的视图:谁存、谁看、谁改;共享不多看见一行;默认;调离。"""

from __future__ import annotations

import uuid

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions.leave import hand_over
from juyuan.foundation.people.models import Person
from juyuan.foundation.personal.actions.views import (
    change_view,
    delete_view,
    save_view,
    set_default,
)
from juyuan.foundation.personal.models import SavedView, ViewDefault
from juyuan.foundation.personal.queries import url_of, view_door, views_of
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
PAGE = "pipeline:list"


@pytest.fixture(autouse=True)
def _clock(settings, cast) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()


def kept(cast, who: str = "longshan", name: str = "待核实", **more) -> SavedView:
    more = {"page": PAGE, "query": "stage_status=claimed"} | more
    return save_view(actor=cast.actor(who), name=name, now=cast.NOW, **more)


def events(name: str) -> int:
    return Event.objects.filter(event=f"personal.view.{name}").count()


def traces() -> tuple[int, int, int]:
    return SavedView.objects.count(), ViewDefault.objects.count(), Event.objects.count()


def test_存下_只有自己看得见_台账一行(cast) -> None:
    view = kept(cast, query="?sort=-total&stage=signed&cursor=zz")
    assert view.query == "sort=-total&stage=signed"
    assert url_of(view) == f"/projects/?sort=-total&stage=signed&v={view.pk}"
    assert events("saved") == 1
    assert [v.pk for v in views_of(cast.actor("longshan"), PAGE)] == [view.pk]
    for other in ("longshan_head", "dongfeng", "chen", "kong", "sysadmin"):
        assert not views_of(cast.actor(other)).exists()
        with pytest.raises(NotFound):
            view_door(cast.actor(other), view.pk)


def test_共享给本单位_别的单位看不见(cast) -> None:
    view = kept(cast, shared=True)
    assert view_door(cast.actor("longshan_head"), view.pk)
    for other in ("dongfeng", "longshan_shangwu", "chen"):
        with pytest.raises(NotFound):
            view_door(cast.actor(other), view.pk)


def test_换一个任职_看到的是那个单位的(cast) -> None:
    both = cast.actor("duo")
    here = kept(cast, who="duo")
    other = next(p for p in both.posts if p.id != both.post.id)
    from dataclasses import replace

    assert here in views_of(both)
    assert here not in views_of(replace(both, post=other))


@pytest.mark.parametrize(
    ("who", "more", "refused"),
    [
        ("kong", {}, Denied),
        ("heyan", {"shared": True}, Denied),
        ("zhaoji", {"shared": True}, Denied),
        ("longshan", {"page": "no:such"}, NotFound),
        ("longshan", {"name": " "}, RuleBroken),
        ("longshan", {"name": "长" * 31}, RuleBroken),
    ],
)
def test_不准的什么也不留(cast, who, more, refused) -> None:
    before = traces()
    with pytest.raises(refused):
        kept(cast, who=who, **more)
    assert traces() == before


def test_重名与存满(cast) -> None:
    kept(cast, name="甲")
    before = traces()
    with pytest.raises(RuleBroken, match="已有叫"):
        kept(cast, name=" 甲 ")
    assert traces() == before
    kept(cast, name="甲", page="investors:list")  # 别的列表可以同名
    kept(cast, who="longshan_head", name="甲")  # 别人可以同名
    for n in range(29):
        kept(cast, name=f"第{n}")
    before = traces()
    with pytest.raises(RuleBroken, match="最多存 30 个"):
        kept(cast, name="第三十一")
    assert traces() == before


def test_改名_换条件_收回共享_别人的默认一并取消(cast) -> None:
    view = kept(cast, shared=True)
    set_default(actor=cast.actor("longshan_head"), view=view, on=True, now=cast.NOW)
    set_default(actor=cast.actor("longshan"), view=view, on=True, now=cast.NOW)
    changed = change_view(
        actor=cast.actor("longshan"), view=view, name="新名", query="lack=no&cursor=1",
        shared=False, version=1, now=cast.NOW,
    )  # fmt: skip
    assert (changed.name, changed.query, changed.shared, changed.version) == (
        "新名", "lack=no", False, 2,
    )  # fmt: skip
    assert [d.person.code for d in ViewDefault.objects.all()] == ["longshan"]
    row = Event.objects.get(event="personal.view.changed")
    assert row.before == {"name": "待核实", "query": "stage_status=claimed", "shared": True}
    before = traces()
    change_view(actor=cast.actor("longshan"), view=changed, name="新名", now=cast.NOW)
    assert traces() == before


def test_别人的共享视图_同事不能改_主要负责同志可以(cast) -> None:
    view = kept(cast, who="longshan_head", shared=True)
    before = traces()
    with pytest.raises(Denied):
        change_view(actor=cast.actor("longshan"), view=view, name="乱改", now=cast.NOW)
    with pytest.raises(Denied):
        delete_view(actor=cast.actor("longshan"), view=view, now=cast.NOW)
    assert traces() == before
    mine = kept(cast, shared=True, name="经办存的")
    delete_view(actor=cast.actor("longshan_head"), view=mine, now=cast.NOW)
    assert not SavedView.objects.filter(pk=mine.pk).exists()
    assert events("deleted") == 1


def test_他人先改过的_不盖掉(cast) -> None:
    view = kept(cast)
    change_view(actor=cast.actor("longshan"), view=view, name="一", now=cast.NOW)
    before = traces()
    with pytest.raises(Stale):
        change_view(
            actor=cast.actor("longshan"), view=SavedView.objects.get(), name="二", version=1,
            now=cast.NOW,
        )  # fmt: skip
    with pytest.raises(Stale):  # 手里的是旧的一行
        change_view(actor=cast.actor("longshan"), view=view, name="二", now=cast.NOW)
    assert traces() == before
    assert SavedView.objects.get().name == "一"


def test_共享的视图不多看见一行(cast) -> None:
    """限名单的项目:存视图的人看得见,同单位打开同一视图的人看不见。"""
    f.planning(
        cast, name="隐山项目", confidentiality="restricted",
        listed_ids=(cast.person("longshan").pk,),
    )  # fmt: skip
    view = kept(cast, shared=True, query="confidentiality=restricted")
    assert "隐山项目" in cast.client("longshan").get(url_of(view)).content.decode()
    assert "隐山项目" not in cast.client("longshan_head").get(url_of(view)).content.decode()


def test_默认视图_打开列表先看它_全部另有去处(cast) -> None:
    client = cast.client("longshan")
    view = kept(cast, default=True)
    assert client.get("/projects/")["Location"] == url_of(view)
    page = client.get(url_of(view)).content.decode()
    assert 'aria-current="true"' in page and "默认" in page
    assert client.get("/projects/?v=all").status_code == 200
    assert client.get("/projects/?stage=signed").status_code == 200
    second = kept(cast, name="另一个", default=True)
    assert client.get("/projects/")["Location"] == url_of(second)
    set_default(actor=cast.actor("longshan"), view=second, on=False, now=cast.NOW)
    assert client.get("/projects/").status_code == 200


def test_网页_存_改_换条件_删(cast) -> None:
    client = cast.client("longshan")
    form = {"page": PAGE, "q": "stage_status=claimed&sort=-total", "name": "待核实", "shared": "on"}
    done = client.post("/views/new/", form)
    view = SavedView.objects.get()
    assert done["Location"] == url_of(view) and view.shared
    again = client.post("/views/new/", form)
    assert again.status_code == 422 and "已有叫" in again.content.decode()
    page = client.get(url_of(view) + "&lack=no").content.decode()
    assert "存回「待核实」" in page
    client.post(f"/views/{view.pk}/", {"act": "overwrite", "q": "lack=no"})
    view.refresh_from_db()
    assert view.query == "lack=no"
    client.post(
        f"/views/{view.pk}/", {"act": "save", "name": "齐了", "version": view.version},
    )  # fmt: skip
    view.refresh_from_db()
    assert (view.name, view.shared) == ("齐了", False)
    assert "齐了" in client.get("/views/").content.decode()
    client.post(f"/views/{view.pk}/", {"act": "default"})
    assert ViewDefault.objects.count() == 1
    client.post(f"/views/{view.pk}/", {"act": "delete"})
    assert traces()[:2] == (0, 0)


def test_列随视图走_不动平时的选择(cast) -> None:
    client = cast.client("longshan")
    f.planning(cast, name="甲项目")
    view = kept(cast, query="c=code,total")
    page = client.get(url_of(view)).content.decode()
    assert "<th" in page and "首谈单位</th>" not in page.replace(" ", "")
    moved = client.get(url_of(view) + "&cols=code&cols=lead")
    assert moved.status_code == 302 and "c=code%2Clead" in moved["Location"]
    assert "jy_project_cols" not in moved.cookies
    plain = client.get("/projects/?cols=code&cols=lead")
    assert plain.cookies["jy_project_cols"].value
    kept_query = client.get("/projects/").context["saved"].query
    assert kept_query == "c=code%2Clead"


def test_调离_共享的交给接手的人_只给自己的删去(cast) -> None:
    shared = kept(cast, name="本区", shared=True)
    kept(cast, name="私", default=True)
    kept(cast, who="longshan_head", name="本区", shared=True)
    hand_over(
        actor=cast.actor("secadmin"), leaver=Person.objects.get(code="longshan"),
        successor=Person.objects.get(code="longshan_head"), unit=cast.unit("longshan"),
        on=cast.TODAY, reason="调离", now=cast.NOW,
    )  # fmt: skip
    shared.refresh_from_db()
    assert (shared.owner.code, shared.name) == ("longshan_head", "本区(2)")
    assert SavedView.objects.count() == 2 and ViewDefault.objects.count() == 0
    row = Event.objects.get(event="personal.view.handed_over")
    assert isinstance(row.group, uuid.UUID)
    assert Event.objects.filter(group=row.group).count() >= 2


@pytest.mark.parametrize(
    ("page", "path", "query"),
    [
        ("pipeline:list", "/projects/", "lack=no"),
        ("pipeline:facts", "/projects/recognised/", "stage=signed"),
        ("pipeline:paid_in", "/projects/paid-in/", "state=queue"),
        ("pipeline:escalations", "/projects/escalations/", "state=closed"),
        ("pipeline:monthly", "/projects/monthly/", "unit=longshan"),
        ("investors:list", "/investors/", "kind=enterprise"),
        ("duties:list", "/duties/", "when=late"),
    ],
)
def test_每个列表都能存_打开_先看(cast, page, path, query) -> None:
    client = cast.client("chen")
    plain = client.get(path + "?" + query).content.decode()
    assert "存为视图" in plain
    view = kept(cast, who="chen", page=page, query=query, name="常看的", default=True)
    assert client.get(path)["Location"] == f"{path}?{query}&v={view.pk}"
    opened = client.get(url_of(view)).content.decode()
    assert "常看的" in opened and "存回" not in opened
    assert "存回「常看的」" in client.get(url_of(view) + "&q=x").content.decode()
    assert client.get(path + "?v=all").status_code == 200


def test_月度更新的视图不定死在一期(cast) -> None:
    view = kept(cast, who="chen", page="pipeline:monthly", query="unit=longshan", name="龙山")
    page = cast.client("chen").get(url_of(view) + "&period=2026-10")
    assert "存回" not in page.content.decode()
