"""导入向导与下载:走得通,拒得明白,别人的不存在。"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.exchange.models import BatchState, CollisionCase, ImportBatch
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.exchange.tests.toy import TOY, TOY_EXPORT, store
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import Denial
from tests.files.dirty import formatted, plain
from tests.files.hostile import HOSTILE

pytestmark = pytest.mark.django_db
HEAD = ["项目名称", "投资方", "总投资(万元)", "承载地"]
MIXED = plain(
    HEAD,
    ["甲项目", "甲公司", 1000, "甲县"],
    ["乙项目", "乙公司", "约五百", "乙区"],
    ["甲项目(一期)", "甲公司", 1000, "甲县"],
)


def upload(client: Any, data: bytes, name: str = "台账.xlsx", **more: Any) -> Any:
    form = {"kind": "toys", "file": SimpleUploadedFile(name, data), "clear": "on", **more}
    return client.post(reverse("exchange:new"), form)


def opened(client: Any, data: bytes = MIXED, **more: Any) -> ImportBatch:
    response = upload(client, data, **more)
    assert response.status_code == 302, response.content.decode()[:3000]
    return ImportBatch.objects.latest("opened_at")


@pytest.fixture
def client(cast: Any) -> Any:
    return cast.client("longshan")


def url(name: str, *args: Any) -> str:
    return reverse(f"exchange:{name}", args=args)


def test_the_whole_way_from_upload_to_result(client: Any) -> None:
    assert "还没有导入过" in client.get(url("batches")).content.decode()
    assert client.get(url("new")).status_code == 200
    batch = opened(client)
    page = client.get(url("batch", batch.pk)).content.decode()
    assert 'aria-current="page">存疑' in page.replace("\n", "")
    assert "与已有的很像" in page
    refused = client.get(url("batch", batch.pk), {"v": "refused"}).content.decode()
    assert "C3" in refused
    assert "约五百" in refused
    assert store() == {}
    side = client.get(url("row", batch.pk, 3)).content.decode()
    assert "同一个：就是「本文件 台账 第 2 行」" in side
    assert side.count("甲公司") == 2, "另一行的原文也在旁边"
    chosen = client.post(url("row", batch.pk, 3), {"choice": "new"})
    assert chosen.status_code == 302
    done = client.post(url("commit", batch.pk), follow=True).content.decode()
    assert "已写入 2 行" in done
    assert set(store()) == {"甲项目", "甲项目(一期)"}
    assert "已写入「甲项目」" in client.get(url("batch", batch.pk), {"v": "new"}).content.decode()
    assert "台账.xlsx" in client.get(url("batches")).content.decode()


def test_upload_refused_is_told_on_the_form(client: Any) -> None:
    case = next(c for c in HOSTILE if c.name == "宏")
    response = upload(client, case.build())
    assert response.status_code == 422
    assert case.message in response.content.decode()
    assert client.post(url("new"), {}).status_code == 422
    assert not ImportBatch.objects.exists()


def test_opening_needs_its_paper(client: Any) -> None:
    response = upload(client, MIXED, opening="on")
    assert response.status_code == 422
    assert "要写明依据文件的文号和日期" in response.content.decode()
    batch = opened(
        client,
        opening="on",
        paper_number="〔2026〕1号",
        paper_date="2026-01-05",
        paper_file=SimpleUploadedFile("批复.csv", "依据,1\n".encode()),
    )
    assert (batch.opening, batch.paper_number, batch.paper_file.name) == (
        True,
        "〔2026〕1号",
        "批复.csv",
    )
    client.post(url("commit", batch.pk))
    assert "整批撤回" in client.get(url("batch", batch.pk)).content.decode()
    assert client.get(url("reverse", batch.pk)).status_code == 200
    assert client.post(url("reverse", batch.pk), {"reason": " "}).status_code == 422
    assert client.post(url("reverse", batch.pk), {"reason": "交错了表"}).status_code == 302
    assert store() == {}


def test_columns_are_chosen_by_hand(client: Any) -> None:
    response = upload(client, plain(["名头", "盘子"], ["甲项目", 5]))
    batch = ImportBatch.objects.get()
    assert response.url == url("columns", batch.pk)
    page = client.get(url("columns", batch.pk)).content.decode()
    assert "没有找到表头" in page
    assert "甲项目" in page, "头一个数据给人看"
    twice = client.post(url("columns", batch.pk), {"c0_0": "name", "c0_1": "name"})
    assert twice.status_code == 422
    assert "有两列都选了" in twice.content.decode()
    chosen = client.post(
        url("columns", batch.pk),
        {"c0_0": "name", "c0_1": "total", "c0_1_unit": "亿元", "remember": "yes"},
    )
    assert chosen.url == url("batch", batch.pk)
    assert client.get(url("batch", batch.pk)).status_code == 200
    client.post(url("commit", batch.pk))
    assert store()["甲项目"]["total"] == "500000000"
    assert (
        opened(client, plain(["名头", "盘子"], ["乙项目", 6]), name="二.xlsx").state
        == BatchState.PREVIEW
    )


def test_a_reading_is_chosen_side_by_side(client: Any) -> None:
    batch = opened(
        client, formatted([["项目名称", "总投资(万元)"], ["甲项目", 3.5]], {(1, 1): '0.00"亿元"'})
    )
    page = client.get(url("row", batch.pk, 1)).content.decode()
    assert "按格式:35000 万元" in page
    assert client.post(url("row", batch.pk, 1), {}).status_code == 422
    assert client.post(url("row", batch.pk, 1), {"reading_total": "format"}).status_code == 302
    again = client.get(url("batch", batch.pk), {"v": "new"}).content.decode()
    assert "改选" in again
    client.post(url("row", batch.pk, 1), {"again": "yes"})
    assert batch.rows.get().verdict == "doubtful"
    client.post(url("row", batch.pk, 1), {"reading_total": "header"})
    client.post(url("commit", batch.pk))
    assert store()["甲项目"]["total"] == "35000"


def test_all_or_none_refuses_in_words(client: Any) -> None:
    batch = opened(client)
    response = client.post(url("commit", batch.pk), {"all_or_none": "yes"})
    assert response.status_code == 422
    assert "还有 1 行退回、1 行存疑" in response.content.decode()
    assert store() == {}


@pytest.mark.parametrize(
    "name", ["batch", "columns", "refused", "source", "commit", "abandon", "reverse"]
)
def test_a_batch_of_someone_else_is_the_same_as_none(client: Any, cast: Any, name: str) -> None:
    batch = opened(client)
    stranger = cast.client("xian")
    verb = stranger.post if name == "commit" else stranger.get
    theirs, none = verb(url(name, batch.pk)), verb(url(name, uuid.uuid4()))
    assert theirs.status_code == none.status_code == 404
    assert theirs.content == none.content
    assert stranger.get(url("row", batch.pk, 3)).status_code == 404
    assert client.get(url("row", batch.pk, 99)).status_code == 404


def test_the_overseer_sees_but_does_not_act(client: Any, cast: Any) -> None:
    batch = opened(client)
    overseer = cast.client("heyan")
    page = overseer.get(url("batch", batch.pk))
    assert page.status_code == 200
    assert "去选" not in page.content.decode()
    assert overseer.post(url("commit", batch.pk)).status_code == 403
    assert overseer.get(url("row", batch.pk, 3)).status_code == 403
    assert overseer.get(url("columns", batch.pk)).status_code == 403


def test_abandoning(client: Any) -> None:
    batch = opened(client)
    assert "没有写入的行不再写入" in client.get(url("abandon", batch.pk)).content.decode()
    client.post(url("abandon", batch.pk))
    assert client.post(url("commit", batch.pk)).status_code == 412
    assert "已放弃" in client.get(url("batch", batch.pk)).content.decode()


def test_downloads_are_given_and_logged(client: Any) -> None:
    batch = opened(client)
    refused = client.get(url("refused", batch.pk))
    rows = read_book(b"".join(refused.streaming_content), "r.xlsx").sheets[0].rows
    assert [row.values[0] for row in rows] == ["项目名称", "乙项目", "甲项目(一期)"]
    source = client.get(url("source", batch.pk))
    assert b"".join(source.streaming_content) == MIXED
    assert source.headers["Content-Disposition"].startswith("attachment")
    assert source.headers["X-Content-Type-Options"] == "nosniff"
    assert [
        e.after["what"]
        for e in Event.objects.filter(event="exchange.batch.downloaded").order_by("id")
    ] == ["refused", "source"]
    template = client.get(url("template", "toys"))
    assert read_book(b"".join(template.streaming_content), "t.xlsx").sheets[0].name == "数据"
    assert client.get(url("template", "nothing")).status_code == 404


def test_export_from_the_web(client: Any) -> None:
    client.post(url("commit", opened(client).pk))
    response = client.get(
        url("export", "toys"), {"format": "csv", "columns": "name,total", "county": "甲县"}
    )
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.startswith("项目名称,总投资(万元)\r\n甲项目,1000\r\n")
    assert Event.objects.get(event="exchange.exported").after["filters"] == {"county": "甲县"}
    assert client.get(url("export", "toys"), {"format": "pdf"}).status_code == 422
    assert client.get(url("export", "nothing")).status_code == 404


def test_who_has_nothing_to_import_is_told_so(cast: Any) -> None:
    registry.register(
        replace(TOY, may=lambda actor: Denial("不许")),
        replace(TOY_EXPORT, may=lambda actor: Denial("不许")),
    )
    others = [k for k in registry.import_kinds() if k.name != "toys"]
    exports = [k for k in registry.export_kinds() if k.name != "toys"]
    for kind in others:
        registry.imports.pop(kind.name)
    for found in exports:
        registry.exports.pop(found.name)
    try:
        nobody = cast.client("longshan")
        assert nobody.get(url("batches")).status_code == 403
        assert nobody.get(url("new")).status_code == 403
        assert nobody.get(url("template", "toys")).status_code == 403
        assert nobody.get(url("export", "toys")).status_code == 403
    finally:
        registry.register(*others, *exports)


def test_cases_are_for_the_overseer_only(client: Any, cast: Any) -> None:
    cast.add("mi", "xian", "clerk")
    other = Desk(cast.actor("mi"))
    other.commit(other.open(plain(HEAD, ["绝活项目", "神秘集团", 9999, "密县"])))
    batch = opened(client, plain(HEAD, ["绝活工程", "某公司", 1, "甲县"]))
    page = (
        client.get(url("batch", batch.pk)).content.decode()
        + client.get(url("row", batch.pk, 1)).content.decode()
    )
    assert "已登记,由市商务局核对" in page
    assert "神秘" not in page
    assert "绝活项目" not in page
    case = CollisionCase.objects.get()
    assert client.get(url("cases")).status_code == 404
    assert client.get(url("case", case.pk)).status_code == 404
    overseer = cast.client("heyan")
    assert "绝活项目" in overseer.get(url("cases")).content.decode()
    assert "绝活工程" in overseer.get(url("case", case.pk)).content.decode()
    assert overseer.post(url("case", case.pk), {"same": "no"}).status_code == 422
    assert (
        overseer.post(url("case", case.pk), {"same": "no", "note": "核过合同,是另一个"}).status_code
        == 302
    )
    client.post(url("commit", batch.pk))
    assert "绝活工程" in store()
    assert "另一个" in overseer.get(url("case", case.pk)).content.decode()


def test_closing_the_opening(client: Any, cast: Any) -> None:
    assert client.get(url("close_opening")).status_code == 404
    overseer = cast.client("heyan")
    assert overseer.get(url("close_opening")).status_code == 200
    assert overseer.post(url("close_opening"), {"reason": ""}).status_code == 422
    assert overseer.post(url("close_opening"), {"reason": "核对完毕"}).status_code == 302
    assert "关闭。" in overseer.get(url("batches")).content.decode()
    assert overseer.post(url("close_opening"), {"reason": "再关"}).status_code == 412


def test_pages_of_fifty(client: Any) -> None:
    batch = opened(client, plain(HEAD, *[[f"{i}号", "某", i, "甲县"] for i in range(1, 121)]))
    first = client.get(url("batch", batch.pk)).content.decode()
    assert first.count('<td class="jy-nowrap jy-muted">') == 50
    assert "?v=new&amp;after=50" in first
    last = client.get(url("batch", batch.pk), {"v": "new", "after": "100"}).content.decode()
    assert last.count('<td class="jy-nowrap jy-muted">') == 20
    assert client.get(url("batch", batch.pk), {"v": "x", "after": "²"}).status_code == 200


def test_query_count_does_not_grow_with_rows(
    client: Any, django_assert_max_num_queries: Any
) -> None:
    small = opened(client, plain(HEAD, ["甲项目", "甲", 1, "甲县"]))
    big = opened(
        client, plain(HEAD, *[[f"{i}号", "某", i, "甲县"] for i in range(1, 60)]), name="大.xlsx"
    )
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for batch in (small, big):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(url("batch", batch.pk))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 16


def test_file_names_from_outside_are_harmless(client: Any) -> None:
    batch = opened(client, name="..\\..\\<b>台账\"'.xlsx")
    page = client.get(url("batch", batch.pk)).content.decode()
    assert "<b>台账" not in page
    assert "/" not in batch.file_name
    assert (
        BytesIO(b"".join(client.get(url("refused", batch.pk)).streaming_content)).read(2) == b"PK"
    )


def files_of(html: str) -> list[str]:
    return re.findall(r'class="jy-name" href="/imports/[^"]+">([^<]+)<', html)


def test_the_batches_are_sorted_and_paged_by_keyset(client: Any, settings: Any) -> None:
    for number, name in enumerate(("乙.xlsx", "丙.xlsx", "甲.xlsx")):
        settings.JUYUAN_NOW = f"2026-11-20T09:0{number}:00+08:00"
        opened(client, plain(HEAD, [f"{name}项目", "甲公司", 1, "甲县"]), name=name)
    page = client.get(url("batches")).content.decode()
    assert files_of(page) == ["甲.xlsx", "丙.xlsx", "乙.xlsx"], "新的在前"
    assert 'aria-sort="descending"' in page
    assert files_of(client.get(url("batches"), {"sort": "opened"}).content.decode())[0] == "乙.xlsx"
    for sort in ("file", "-file", "kind", "state", "-opened"):
        seen: list[str] = []
        query = {"sort": sort, "limit": "1"}
        for _ in range(3):
            html = client.get(url("batches"), query).content.decode()
            seen += files_of(html)
            cursor = re.search(
                r'rel="next"[^>]*href="[^"]*cursor=([^"&]+)|cursor=([^"&]+)[^>]*rel="next"', html
            )
            query = query | {"cursor": next(filter(None, cursor.groups()))} if cursor else query
        assert sorted(seen) == ["丙.xlsx", "乙.xlsx", "甲.xlsx"], sort
    assert client.get(url("batches"), {"sort": "没有", "cursor": "坏"}).status_code == 200
    none = client.get(url("batches"), {"state": "reversed"}).content.decode()
    assert "没有符合条件的批次" in none and files_of(none) == []
