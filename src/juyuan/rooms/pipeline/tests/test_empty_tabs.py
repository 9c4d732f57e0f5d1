"""项目页空着的每一块都说下一步:办得了的给链接,办不了的说由谁办。条款 3.3b。"""

from __future__ import annotations

import re

import pytest

from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.pages import get, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


def empties(html: str) -> list[tuple[str, str]]:
    """页上各个空块:(说的话, 去办的链接)。"""
    found = re.findall(r'<div class="jy-empty">.*?</div>', html, re.DOTALL)
    return [
        (re.search(r"<p>(.*?)</p>", block)[1], "".join(re.findall(r'href="([^"]+)"', block)))
        for block in found
    ]


def test_s3_3b_经办看到的空块_都有去办的链接_链接都打得开(cast) -> None:
    project = f.planning(cast, hosts=())
    shown = empties(get(cast, "longshan", url("detail", project.code)))
    assert len(shown) >= 4
    for said, link in shown:
        assert link or "由首谈单位" in said, f"「{said}」没有说去哪里办"
        if link:
            get(cast, "longshan", link.split("#")[0])
    joined = "".join(said for said, _ in shown)
    for word in ("投资方", "落点", "证据", "月度更新"):
        assert word in joined


def test_s3_3b_只能看的人_空块说由谁办_没有链接(cast) -> None:
    project = f.planning(cast, hosts=())
    shown = empties(get(cast, "zongzhaoji", url("detail", project.code)))
    assert len(shown) >= 4
    for said, link in shown:
        assert link == "" and "由" in said, said


def test_s3_3b_签约之后_补充协议到位资金的空块也一样(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    shown = empties(get(cast, "longshan", url("detail", project.code)))
    joined = "".join(said for said, _ in shown)
    assert "补充协议" in joined and "到位资金" in joined
    assert all(link or "由" in said for said, link in shown)
    reported = dict(empties(get(cast, "gongxin", url("detail", project.code))))
    assert any(said.startswith("还没有报过") and link for said, link in reported.items())
