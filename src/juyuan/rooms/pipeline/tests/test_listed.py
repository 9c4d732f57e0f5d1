"""限名单:登记的人、改成限名单的人自动列入;把自己移出名单照办,说得明白。"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from juyuan.foundation.people.visibility import Sight
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import sight_of
from juyuan.rooms.pipeline.rules.drafts import ProjectDraft, keeping_sight
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.pages import form_data, get, post, url

pytestmark = pytest.mark.django_db


def test_只有限名单才列_已列的不重列_没有人员的不列() -> None:
    secret = ProjectDraft(confidentiality="restricted", listed_ids=(5,))
    assert keeping_sight(secret, 3).listed_ids == (5, 3)
    assert keeping_sight(secret, 5) is secret
    assert keeping_sight(secret, None) is secret
    for level in ("normal", "internal"):
        plain = ProjectDraft(confidentiality=level)
        assert keeping_sight(plain, 3) is plain


def test_登记限名单项目的人_没写自己也看得见(cast: Any) -> None:
    project = f.planning(cast, confidentiality="restricted")
    assert project.listed_person_ids == [cast.person("longshan").pk]
    assert [row.person_id for row in project.listed.all()] == project.listed_person_ids
    assert sight_of(cast.actor("longshan"), project) == Sight.FULL
    assert sight_of(cast.actor("longshan_head"), project) == Sight.NONE
    assert get(cast, "longshan", url("detail", project.code))


def test_改成限名单的人自动列入_原有的名单不动(cast: Any) -> None:
    project = f.planning(cast)
    listed = cast.person("keji").pk
    changed = replace(draft_of(project), confidentiality="restricted", listed_ids=(listed,))
    edit_project(actor=cast.actor("gongxin"), project=project, draft=changed, now=cast.NOW)
    project.refresh_from_db()
    assert set(project.listed_person_ids) == {listed, cast.person("gongxin").pk}
    assert sight_of(cast.actor("gongxin"), project) == Sight.FULL
    assert sight_of(cast.actor("longshan"), project) == Sight.NONE


def test_控制台没有人员_不列谁(cast: Any) -> None:
    project = f.planning(cast)
    changed = replace(draft_of(project), confidentiality="restricted")
    edit_project(actor=Actor.console(), project=project, draft=changed, now=cast.NOW)
    project.refresh_from_db()
    assert project.listed_person_ids == []


def test_表单上说明_移出自己之后回项目库并说明白(cast: Any) -> None:
    project = f.planning(cast, confidentiality="restricted")
    edit = url("edit", project.code)
    page = get(cast, "longshan", edit)
    assert "自动列入" in page and "保存之后您就看不到这个项目了" in page
    data = form_data(page)
    assert data["listed"] == [str(cast.person("longshan").pk)]
    data["listed"] = [str(cast.person("keji").pk)]
    client = cast.client("longshan")
    answer = client.post(edit, data)
    assert (answer.status_code, answer.headers["Location"]) == (302, url("list"))
    after = client.get(url("list")).content.decode()
    assert f"您已不在「{project.name}」的限名单之列" in after
    project.refresh_from_db()
    assert project.listed_person_ids == [cast.person("keji").pk]
    assert client.get(url("detail", project.code)).status_code == 404


def test_名单上还有自己的_照常回详情(cast: Any) -> None:
    project = f.planning(cast, confidentiality="restricted")
    data = form_data(get(cast, "longshan", url("edit", project.code)))
    data["remark"] = "改一处"
    assert post(cast, "longshan", url("edit", project.code), data) == url("detail", project.code)
    assert Project.objects.get(pk=project.pk).remark == "改一处"
