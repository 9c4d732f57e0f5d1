"""清单点哪一列排哪一列,翻页不重不漏;导出正是所见。条款 3.3b、3.3c。"""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from juyuan.rooms.pipeline.queries import paid_in, recognised
from juyuan.rooms.pipeline.queries.criteria import Criteria
from juyuan.rooms.pipeline.queries.escalations import arranged
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.vouchers import accepted, paid


def sheet(cast: Any, who: str, url: str) -> list[tuple[Any, ...]]:
    """导出的表:说明行以下,表头与各行。"""
    answer = cast.client(who).get(url)
    assert answer.status_code == 200, url
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    return [row for row in book.active.iter_rows(values_only=True) if row[0]]


def line(pk: int, **values: Any) -> Any:
    given = {"amount": 0, "reports": 0, "next_due": None, "opened_on": 0, **values}
    return SimpleNamespace(id=pk, **given)


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [("", [1, 2, 3]), ("nosuch", [1, 2, 3]), ("amount", [2, 1, 3]), ("-amount", [1, 3, 2]),
     ("next_due", [3, 1, 2]), ("-next_due", [1, 3, 2])],
)  # fmt: skip
def test_s3_3c_提级清单_按点的那一列_没有值的在末尾(sort: str, wanted: list[int]) -> None:
    rows = [line(1, amount=9, next_due=5), line(2, amount=1), line(3, amount=9, next_due=4)]
    assert [row.id for row in arranged(rows, sort)] == wanted


@pytest.mark.django_db
def test_s3_3b_认定事实_排序翻页不重不漏_导出同样的行与次序(cast: Any) -> None:
    for name, total in (("甲", 3), ("乙", 9), ("丙", 5)):
        f.recognised(cast, Stage.SIGNED, name=name, total_investment=total * f.YI)
    reader = cast.actor("caizheng")
    seen, cursor = [], ""
    for _ in range(4):
        page = recognised.facts_listing(reader, Criteria(), sort="-total", cursor=cursor, limit=1)
        seen += [row.name for row in page.rows]
        cursor = page.page.next
        if not cursor:
            break
    assert seen == ["乙", "丙", "甲"]
    html = cast.client("caizheng").get("/projects/recognised/?sort=total&cols=name&cols=total")
    text = html.content.decode()
    assert 'aria-sort="ascending"' in text
    start = text.index("/exports/facts/")
    link = text[start : text.index('"', start)].replace("&amp;", "&")
    assert QueryDict(link.split("?")[1])["columns"] == "name,total"
    rows = sheet(cast, "caizheng", link)
    assert [row[:2] for row in rows[-3:]] == [("甲", 30000), ("丙", 50000), ("乙", 90000)]
    assert not any("甲" in map(str, row) for row in sheet(cast, "dongfeng", "/exports/facts/"))


@pytest.mark.django_db
def test_s3_3b_到位资金_按金额排序翻页不重不漏_导出同样次序(cast: Any) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    for number, amount in (("一", 300), ("二", 100), ("三", 200)):
        paid(cast, project, f"票{number}", amount * f.WAN)
    accepted(cast, project, "票四", 200 * f.WAN)
    actor, found = cast.actor("heyan"), paid_in.read({})

    def walk(sort: str) -> list[str]:
        seen, cursor = [], ""
        while True:
            page = paid_in.listing(actor, found, cast.TODAY, sort=sort, cursor=cursor, limit=1)
            seen += [row.number for row in page.rows]
            cursor = page.page.next
            if not cursor:
                return seen

    assert walk("amount") == ["票二", "票三", "票四", "票一"]
    assert walk("-amount") == ["票一", "票四", "票三", "票二"]
    assert walk("checked_on")[0] == "票四"
    assert sorted(walk("-checked_on")) == sorted(walk("nosuch"))
    assert walk("nosuch")[0] == "票四"
    told = [x.number for x in paid_in.every_line(actor, found, cast.TODAY, sort="amount")]
    assert told == walk("amount")
    page = cast.client("heyan").get("/projects/paid-in/?sort=-amount")
    assert 'aria-sort="descending"' in page.content.decode()
