"""两个经办同改一个项目:后提交的看到两边的内容,自己填的一字不丢。"""

from __future__ import annotations

import pytest

from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)


def test_两人同改_并排看两边_定了再存(site: Site, width: int) -> None:
    project = f.planning(site.city, name=f"同改的项目{width}", benefit="年产值1亿元")
    path = f"/projects/{project.code}/edit/"
    first = site.open(path, who="longshan", width=width)
    second = site.open(path, who="gongxin", width=width)
    site.sound(first)

    first.fill("[name=benefit]", "年产值3亿元")
    first.get_by_role("button", name="保存").click()
    first.wait_for_url(lambda url: "/edit/" not in url)

    second.fill("[name=benefit]", "年产值5亿元,用工200人")
    second.fill("[name=basis]", "后来者填的依据")
    with second.expect_response(
        lambda a: a.request.method == "POST" and "/drafts/" not in a.url
    ) as answer:
        second.get_by_role("button", name="保存").click()
    assert answer.value.status == 412
    note = second.locator(".jy-note--warn[role=alert]")
    note.wait_for()
    said = note.inner_text()
    assert "还没有保存" in said and "在您编辑时先改过这个项目" in said
    assert "年产值3亿元" in said and "年产值5亿元,用工200人" in said
    assert second.input_value("[name=benefit]") == "年产值5亿元,用工200人"
    assert second.input_value("[name=basis]") == "后来者填的依据"
    assert Project.objects.get(pk=project.pk).benefit == "年产值3亿元"
    site.sound(second)

    second.locator("main form button[type=submit].btn-primary").first.click()
    second.wait_for_url(lambda url: "/edit/" not in url)
    saved = Project.objects.get(pk=project.pk)
    assert (saved.benefit, saved.basis) == ("年产值5亿元,用工200人", "后来者填的依据")
