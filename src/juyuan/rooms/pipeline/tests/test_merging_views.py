"""合并项目的页面:看计划、办、撤销、并入的一个留下的一页;谁进得来,谁看得见什么。"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from juyuan.rooms.pipeline.actions.merge import merge_projects
from juyuan.rooms.pipeline.models import Evidence, Project, ProjectMerge
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.test_merging import do, fresh, pair

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()


def url(project: Project, name: str = "merge") -> str:
    return reverse(f"pipeline:{name}", args=[project.code])


def body(response: Any) -> str:
    return str(response.content.decode())


def test_先看计划_再办_页上有指针(cast: Any) -> None:
    gone, kept = pair(cast)
    client = cast.client("heyan")
    assert url(gone) in body(client.get(url(gone, "detail")))
    page = client.get(url(gone))
    assert page.status_code == 200 and "留下哪一个" in body(page)
    page = client.get(url(gone), {"target": kept.code.lower()})
    assert page.status_code == 200
    said = body(page)
    for word in (
        "证据 1 项",
        "认可过的到位资金凭证 1 项",
        "东丰纺织园A1地块",
        "空着",
        "30 天内可以撤销",
    ):
        assert word in said
    form = {
        "target": kept.code, "source_version": gone.version, "target_version": kept.version,
        "fills": ["location"], "reason": "",
    }  # fmt: skip
    refused = client.post(url(gone), form)
    assert refused.status_code == 422 and "请写明" in body(refused)
    assert not ProjectMerge.objects.exists()
    done = client.post(url(gone), form | {"reason": "裁定为同一件"})
    assert done.status_code == 302 and done.url == url(kept, "detail")
    assert fresh(kept).location == "东丰纺织园A1地块"
    page = client.get(url(gone, "detail"))
    assert page.status_code == 200
    assert f'href="{url(kept, "detail")}"' in body(page) and "撤销合并" in body(page)
    assert "只供查看" in body(page)
    page = body(client.get(url(kept, "detail")))
    assert "并进来的项目" in page and gone.code in page


def test_看计划之后有人改过_不办(cast: Any) -> None:
    gone, kept = pair(cast)
    form = {"target": kept.code, "source_version": gone.version, "target_version": kept.version,
            "reason": "同一件"}  # fmt: skip
    f.edit(cast, kept, "longshan", cast.NOW, summary="改了")
    page = cast.client("heyan").post(url(gone), form)
    assert page.status_code == 412 and "没有合并" in body(page)
    assert not ProjectMerge.objects.exists()


def test_拦住的说缘由_没有提交的按钮(cast: Any) -> None:
    gone, _ = pair(cast)
    client = cast.client("heyan")
    page = body(client.get(url(gone), {"target": gone.code}))
    assert "不能把一个项目并入它自己" in page and "btn-danger" not in page
    page = client.get(url(gone), {"target": "LY-NOSUCH1"})
    assert page.status_code == 422 and "没有这个编号的项目" in body(page)
    assert client.get(url(gone), {"target": "\x00"}).status_code == 200


def test_看不见的留下的一个与没有的_答得一样(cast: Any) -> None:
    hidden = f.planning(
        cast, name="限名单的一个", confidentiality="restricted",
        listed_ids=(cast.person("longshan").pk,),
    )  # fmt: skip
    plain = f.planning(cast, name="一般的一个")
    client = cast.client("shangwuju_head")
    pages = [
        re.sub(r'value="\w{64}"', "", body(client.get(url(plain), {"target": code}))).replace(
            code, ""
        )
        for code in (hidden.code, "LY-NOSUCH1")
    ]
    assert pages[0] == pages[1] and "没有这个编号的项目" in pages[0]


def test_撤销_写理由_恢复(cast: Any, settings: Any) -> None:
    gone, kept = pair(cast)
    entry = do(cast, gone, kept)
    undo = reverse("pipeline:unmerge", args=[entry.pk])
    client = cast.client("heyan")
    assert "冲回（归在原来的期）" in body(client.get(undo))
    assert client.post(undo, {"reason": " "}).status_code == 422
    settings.JUYUAN_NOW = (cast.NOW + timedelta(days=31)).isoformat()
    late = client.post(undo, {"reason": "认错了"})
    assert late.status_code == 422 and "pipeline.merge_undo_days" in body(late)
    assert undo not in body(client.get(url(gone, "detail")))
    settings.JUYUAN_NOW = (cast.NOW + timedelta(days=30)).isoformat()
    assert undo in body(client.get(url(gone, "detail")))
    done = client.post(undo, {"reason": "认错了"})
    assert done.status_code == 302 and done.url == url(gone, "detail")
    assert not fresh(gone).is_merged
    assert client.get(url(gone, "detail")).status_code == 200


def test_并掉项目的县看自己的一页_看不见限名单的一个(cast: Any) -> None:
    """并进去的是限名单的:并掉的县没有一个字节的它。"""
    gone, _ = pair(cast)
    token = "金丝雀9曲柄"
    kept = f.planning(
        cast, name=f"{token}项目", summary=token, confidentiality="restricted",
        location=f"{token}地块", listed_ids=(cast.person("longshan").pk,),
    )  # fmt: skip
    entry = do(cast, gone, fresh(kept))
    for by in ("dongfeng", "dongfeng_head"):
        client = cast.client(by)
        page = client.get(url(gone, "detail"))
        assert page.status_code == 200
        said = body(page)
        assert "已并入同一件事的另一个项目" in said and "裁定为同一件" in said
        assert token not in said and kept.code not in said
        assert reverse("pipeline:unmerge", args=[entry.pk]) not in said
        for link in (url(kept, "detail"), url(kept), reverse("pipeline:unmerge", args=[entry.pk])):
            missing = client.get(link)
            assert missing.status_code == 404
            assert missing.content == client.get("/projects/LY-NOSUCH1/").content
    # 自己的证据还下得到,转入的那一份下不到
    own = Evidence.objects.get(project=gone)
    copy = Evidence.objects.get(project=kept)
    client = cast.client("dongfeng")
    assert client.get(f"/files/{own.file_use_id}/").status_code == 200
    assert client.get(f"/files/{copy.file_use_id}/").status_code == 404
    # 列名的人看得见转入的
    assert cast.client("longshan").get(f"/files/{copy.file_use_id}/").status_code == 200


@pytest.mark.parametrize("by", ["dongliao", "sysadmin", "guwen", "caizheng"])
def test_别人看并掉的一个与没有的一样(cast: Any, by: str) -> None:
    gone, kept = pair(cast)
    do(cast, gone, kept)
    client = cast.client(by)
    page = client.get(url(gone, "detail"))
    assert page.status_code == 404
    assert page.content == client.get("/projects/LY-NOSUCH1/").content


@pytest.mark.parametrize(
    ("by", "status"),
    [("heyan", 200), ("shangwuju_head", 200), ("chen", 403), ("dongfeng", 403), ("zongzhaoji", 403),
     ("dongliao", 404), ("caizheng", 404), ("guwen", 404)],
)  # fmt: skip
def test_谁进得了合并的门(cast: Any, by: str, status: int) -> None:
    gone, kept = pair(cast)
    client = cast.client(by)
    assert client.get(url(gone), {"target": kept.code}).status_code == status
    assert client.post(url(gone), {"target": kept.code}).status_code == (
        422 if status == 200 else status
    )
    assert ("并入另一个项目" in body(client.get(url(gone, "detail")))) == (status == 200)
    if status != 200:
        assert not ProjectMerge.objects.exists()


def test_并掉的一个_哪个办事的网址都进不去(cast: Any) -> None:
    gone, kept = pair(cast)
    do(cast, gone, kept)
    client = cast.client("heyan")
    for name in ("edit", "merge", "void", "evidence", "move", "voucher_new", "project_month"):
        assert client.get(url(gone, name)).status_code == 404, name
    assert client.get(f"/api/v1/projects/{gone.code}").status_code in (401, 404)


def test_清单里没有它_过去某天的清单里有(cast: Any) -> None:
    gone, kept = pair(cast)
    do(cast, gone, kept)
    client = cast.client("heyan")
    listed = reverse("pipeline:list")
    assert gone.code not in body(client.get(listed)) and kept.code in body(client.get(listed))
    day = (cast.TODAY - timedelta(days=1)).isoformat()
    then = body(client.get(listed, {"as_of": day}))
    assert url(gone, "detail") in then and "后来并入别的项目" in then and "后来作废" not in then
    third = f.planning(cast, name="另一个")
    merge_projects(
        actor=cast.actor("heyan"), source=fresh(kept), target=third, reason="又是同一件",
        versions=(fresh(kept).version, third.version), now=cast.NOW,
    )  # fmt: skip
    page = body(client.get(url(gone, "detail")))
    assert third.code in page and kept.code not in page
