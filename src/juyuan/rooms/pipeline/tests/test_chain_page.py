"""链页上的本链项目:只有看得见的,按点的一列排,键集翻页,次序与项目库相同。条款 4.0b。"""

from __future__ import annotations

import pytest

from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


@pytest.fixture
def chain(cast):
    f.parameters(cast)
    chain, node = f.chain_and_node()
    for at, (name, total) in enumerate([("甲", 3), ("乙", 1), ("丙", None), ("丁", 2)]):
        f.planning(
            cast, name=f"{name}项目", chain_id=chain.pk, node_id=node.pk, now=f.later(cast, -9 + at),
            total_investment=total and total * f.YI,
        )  # fmt: skip
    return chain


def walked(client, chain, sort: str) -> str:
    query, seen = {"sort": sort, "limit": "3"}, ""
    for _ in range(3):
        page = client.get(f"/chains/{chain.code}/", query).context["listed_pager"]
        seen += "".join(line.name[0] for line in page.items)
        if not page.next:
            break
        query = query | {"cursor": page.next}
    return seen


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [("", "丁丙乙甲"), ("updated", "甲乙丙丁"), ("-total", "甲丁乙丙"), ("total", "乙丁甲丙"),
     ("没有", "丁丙乙甲")],
)  # fmt: skip
def test_s4_0b_按点的一列排_翻得完(cast, chain, sort, wanted) -> None:
    assert walked(cast.client("chen"), chain, sort) == wanted


def test_s4_0b_看不见的不在其内_停下的也不在(cast, chain) -> None:
    assert walked(cast.client("dongfeng"), chain, "") == ""
    html = cast.client("dongfeng").get(f"/chains/{chain.code}/").content.decode()
    assert "还没有您看得见的在库项目" in html and "甲项目" not in html
    Project.objects.filter(name="甲项目").update(standing="ended")
    assert walked(cast.client("chen"), chain, "") == "丁丙乙"
    html = cast.client("chen").get(f"/chains/{chain.code}/?sort=-total").content.decode()
    assert Stage.PLANNING.label in html and 'aria-sort="descending"' in html
