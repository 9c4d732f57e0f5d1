"""自动保存的草稿:只有本人看得见;填回、丢弃、交成即删;太大太多不收;到期;调离。"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions.leave import hand_over
from juyuan.foundation.personal.actions.drafts import expire_drafts, save_draft
from juyuan.foundation.personal.jobs import run
from juyuan.foundation.personal.models import FormDraft
from juyuan.foundation.personal.queries import draft_door, drafts_of
from juyuan.foundation.personal.rules import NOT_KEPT, judge_draft, kept_pairs, size_of
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as f


def kept(
    cast, who="longshan", form="pipeline.register", key="", pairs=(("name", "填到一半"),), **more
):
    return save_draft(
        actor=cast.actor(who), form=form, object_key=key, version=more.get("version"),
        pairs=list(pairs), now=more.get("now", cast.NOW),
    )  # fmt: skip


# ───────── 规则 ─────────


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20))))
def test_留下的栏没有令牌_没有空字符_再留一次不变(pairs) -> None:
    once = kept_pairs([*pairs, ("csrfmiddlewaretoken", "x"), ("kept_file", "y"), ("", "z")])
    assert kept_pairs(once) == once
    assert not {name for name, _ in once} & (NOT_KEPT | {""})
    assert not any("\x00" in value for _, value in once)


@pytest.mark.parametrize(
    ("bytes_", "count", "rules"),
    [(1024, 0, []), (1025, 0, ["draft.size"]), (1, 3, []), (1, 4, ["draft.many"])],
)
def test_太大太多的不收(bytes_, count, rules) -> None:
    pairs = [("n", "a" * (bytes_ - 1))]
    assert size_of(pairs) == bytes_
    found = judge_draft(pairs, most_bytes=1024, count=count, most=4)
    assert [x.rule for x in found] == rules


# ───────── 动作 ─────────

db = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings, request) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


@db
def test_同一张表只有一份_后存的盖前面的_不入台账(cast) -> None:
    before = Event.objects.count()
    first = kept(cast)
    again = kept(cast, pairs=[("name", "又填了些"), ("csrfmiddlewaretoken", "密")])
    assert first.pk == again.pk and FormDraft.objects.count() == 1
    assert FormDraft.objects.get().data == [["name", "又填了些"]]
    assert Event.objects.count() == before


@db
def test_只有本人看得见(cast) -> None:
    draft = kept(cast)
    assert draft_door(cast.actor("longshan"), draft.pk)
    for other in ("longshan_head", "heyan", "zongzhaoji", "sysadmin", "auditadmin", "kong"):
        assert not drafts_of(cast.actor(other)).exists()
        with pytest.raises(NotFound):
            draft_door(cast.actor(other), draft.pk)
    assert cast.client("longshan_head").post(f"/drafts/{draft.pk}/discard/").status_code == 404
    assert "填到一半" not in cast.client("longshan_head").get("/projects/new/").content.decode()
    assert FormDraft.objects.count() == 1


@db
@pytest.mark.parametrize(
    ("who", "more", "refused"),
    [
        ("kong", {}, Denied),
        ("longshan", {"form": "no.such"}, NotFound),
        ("longshan", {"key": "LY-1"}, NotFound),
        ("longshan", {"form": "pipeline.edit"}, NotFound),
        ("longshan", {"form": "pipeline.edit", "key": "长" * 81}, NotFound),
        ("longshan", {"pairs": [("name", "a" * 600_000)]}, RuleBroken),
    ],
)
def test_不收的什么也不留(cast, who, more, refused) -> None:
    with pytest.raises(refused):
        kept(cast, who=who, **more)
    assert FormDraft.objects.count() == 0


@db
def test_份数到了上限_已有的仍能存(cast) -> None:
    for n in range(50):
        kept(cast, form="pipeline.edit", key=f"LY-{n}")
    with pytest.raises(RuleBroken, match="已有 50 份"):
        kept(cast, form="pipeline.edit", key="LY-50")
    kept(cast, form="pipeline.edit", key="LY-0", pairs=[("name", "改")])
    assert FormDraft.objects.count() == 50


# ───────── 网页 ─────────


@db
def test_登记填到一半_回来还在_丢弃就没有了(cast) -> None:
    client = cast.client("longshan")
    form = {"_form": "pipeline.register", "_object": "", "_version": "", "stage": "planning",
            "name": "草稿里的项目", "hosts-TOTAL_FORMS": "2", "hosts-0-unit": "longshan",
            "hosts-0-actual": "1", "parties-TOTAL_FORMS": "1", "parties-0-name": "草稿集团"}  # fmt: skip
    said = client.post("/drafts/save/", form)
    assert said.status_code == 200 and said.json() == {"saved": "09:00"}
    page = client.get("/projects/new/").content.decode()
    for word in ("草稿里的项目", "草稿集团", "自动保存的草稿", "丢弃草稿"):
        assert word in page, word
    assert "请填写" not in page and Project.objects.count() == 0
    assert "登记项目" in client.get("/drafts/").content.decode()
    client.post(f"/drafts/{FormDraft.objects.get().pk}/discard/")
    page = client.get("/projects/new/").content.decode()
    assert "草稿里的项目" not in page and FormDraft.objects.count() == 0


@db
def test_交成了草稿就没有了_退回的还在(cast) -> None:
    client = cast.client("longshan")
    kept(cast)
    bare = {"stage": "planning", "parties-TOTAL_FORMS": "0", "parties-INITIAL_FORMS": "0",
            "hosts-TOTAL_FORMS": "0", "hosts-INITIAL_FORMS": "0"}  # fmt: skip
    assert client.post("/projects/new/", bare).status_code == 422
    assert FormDraft.objects.count() == 1
    done = client.post(
        "/projects/new/",
        bare | {"name": "年产一万吨项目", "category": "industry", "basis": "有资源"},
    )
    assert done.status_code == 302, done.content.decode()[:2000]
    assert FormDraft.objects.count() == 0


@db
def test_对象又被改过_说一声_提交时摆出两边(cast) -> None:
    project = f.planning(cast, name="高性能纱线项目")
    client = cast.client("longshan")
    page = client.get(f"/projects/{project.code}/edit/")
    base = page.context["form"].initial
    kept(
        cast, form="pipeline.edit", key=project.code, version=project.version,
        pairs=[("name", "我改的名"), ("version", str(project.version)), ("base", base["base"])],
    )  # fmt: skip
    from dataclasses import replace

    edit_project(
        actor=cast.actor("chen"), project=project, now=cast.NOW,
        draft=replace(draft_of(project), name="他人改的名"),
    )  # fmt: skip
    page = client.get(f"/projects/{project.code}/edit/")
    text = page.content.decode()
    assert "我改的名" in text and "又被改过" in text
    assert page.context["form"].initial["version"] == str(base["version"])


@db
def test_太大的答为什么(cast) -> None:
    said = cast.client("longshan").post(
        "/drafts/save/", {"_form": "pipeline.register", "name": "a" * 600_000}
    )
    assert said.status_code == 422 and "512 KB" in said.json()["error"]
    assert FormDraft.objects.count() == 0


# ───────── 到期、调离 ─────────


@db
def test_到期清除_再跑一次不变_入台账(cast) -> None:
    kept(cast, now=cast.NOW - timedelta(days=60, seconds=1))
    kept(cast, who="dongfeng", now=cast.NOW - timedelta(days=60))
    assert run(today=cast.TODAY, now=cast.NOW) == {"expired": 1}
    assert run(today=cast.TODAY, now=cast.NOW) == {"expired": 0}
    assert [d.person.code for d in FormDraft.objects.all()] == ["dongfeng"]
    assert Event.objects.filter(event="personal.drafts.expired").count() == 1
    assert expire_drafts(now=cast.NOW + timedelta(days=1)) == 1


@db
def test_调离_草稿交给接手的人_他自己已有的留他的(cast) -> None:
    kept(cast, form="pipeline.edit", key="LY-1")
    kept(cast, form="pipeline.edit", key="LY-2", pairs=[("name", "走的人的")])
    kept(cast, who="longshan_head", form="pipeline.edit", key="LY-2", pairs=[("name", "接手的")])
    hand_over(
        actor=cast.actor("secadmin"), leaver=cast.person("longshan"),
        successor=cast.person("longshan_head"), unit=cast.unit("longshan"), on=cast.TODAY,
        reason="调离", now=cast.NOW,
    )  # fmt: skip
    held = {d.object_key: d.data[0][1] for d in drafts_of(cast.actor("longshan_head"))}
    assert held == {"LY-1": "填到一半", "LY-2": "接手的"}
    assert FormDraft.objects.count() == 2
    row = Event.objects.get(event="personal.drafts.handed_over")
    assert row.after == {"successor": "longshan_head", "drafts": ["pipeline.edit LY-1"]}
