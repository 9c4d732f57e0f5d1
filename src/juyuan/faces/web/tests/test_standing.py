"""各单位一块:主要负责同志看本单位的,商务主管部门与召集人看全市的;每个数点得开。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from juyuan.faces.web import standing
from juyuan.foundation.people.visibility import Confidentiality
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
URL = "/desk/units/"


@pytest.fixture(autouse=True)
def _now(settings: Any, cast: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()


def names(cast: Any, who: str) -> list[str]:
    rows = standing.unit_rows(cast.actor(who), cast.TODAY, cast.TODAY)
    return [row.name for row in rows]


def test_主要负责同志只见本单位的_全市的人见各单位(cast: Any) -> None:
    for code in ("longshan", "dongfeng"):
        f.planning(cast, by=code, name=f"{code}的", lead_unit_id=cast.unit(code).pk)
    both = {str(cast.unit("longshan")), str(cast.unit("dongfeng"))}
    assert names(cast, "longshan_head") == [str(cast.unit("longshan"))]
    for who in ("zongzhaoji", "heyan", "chen"):
        assert set(names(cast, who)) == both


def test_经办没有这一块_网址也不开(cast: Any) -> None:
    f.planning(cast)
    client = cast.client("longshan")
    assert client.get(URL).status_code == 403
    assert "谁逾期" not in client.get("/").content.decode()
    assert "谁逾期" in cast.client("longshan_head").get("/").content.decode()


def test_限名单项目的变动_没列名的人数不到(cast: Any) -> None:
    f.planning(
        cast, lead_unit_id=cast.unit("longshan").pk, confidentiality=Confidentiality.RESTRICTED
    )
    assert names(cast, "chen") == []
    assert names(cast, "zongzhaoji") == [str(cast.unit("longshan"))]


def test_每个数都点得开_行数等于数字(cast: Any) -> None:
    lead = cast.unit("longshan")
    for number in range(3):
        f.planning(cast, name=f"第{number}个", lead_unit_id=lead.pk)
    [row] = standing.unit_rows(cast.actor("zongzhaoji"), cast.TODAY, cast.TODAY)
    assert (row.changed, row.said) == (3, "新登记 3")
    client = cast.client("zongzhaoji")
    for url in (row.late_url, row.missing_url, row.red_url, row.yellow_url, row.changed_url):
        assert client.get(url).status_code == 200
    page = client.get(row.changed_url).content.decode()
    assert all(f"第{number}个" in page for number in range(3)) and "共 3 件" in page


def test_一块与整页同一份_起始日可换(cast: Any) -> None:
    f.planning(cast, lead_unit_id=cast.unit("longshan").pk)
    client = cast.client("zongzhaoji")
    part = client.get(URL, {"part": "1"}).content.decode()
    whole = client.get(URL, {"since": cast.TODAY.isoformat()}).content.decode()
    assert "<html" not in part and "新登记 1" in part
    assert "<html" in whole and "新登记 1" in whole
    later = (cast.TODAY + timedelta(days=1)).isoformat()
    assert "新登记" not in client.get(URL, {"since": later}).content.decode()


def test_查询数与单位数项目数无关(cast: Any, django_assert_max_num_queries: Any) -> None:
    actor = cast.actor("zongzhaoji")
    for number in range(9):
        unit = cast.unit(("longshan", "dongfeng", "gongxin")[number % 3])
        f.planning(cast, name=f"第{number}个", lead_unit_id=unit.pk)
    with django_assert_max_num_queries(24):
        standing.unit_rows(actor, cast.TODAY, cast.TODAY)
