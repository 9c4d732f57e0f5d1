"""月度更新的网页:填、退回、锁账后更正、总览与行、下载与传回。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.personal.models import FormDraft
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import SHANGHAI
from juyuan.rooms.pipeline.actions.monthly import close_month
from juyuan.rooms.pipeline.models import MonthClose, MonthlyUpdate, ProgressEvent, Project
from juyuan.rooms.pipeline.queries.periods import Periods
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
UNIT, URL = "gongxin", "/projects/monthly/"
NOV = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _now(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


def projects(cast: Any, count: int = 3) -> list[Project]:
    return [f.planning(cast, name=f"纱线{i}号", now=at(1)) for i in range(count)]


def post(client: Any, *rows: tuple[Project, dict[str, str]], save: str = "all", **more: str) -> Any:
    data = {"unit": UNIT, "period": "2026-11", "save": save} | more
    for project, fields in rows:
        data |= {f"{project.code}.seen": "0"}
        data |= {f"{project.code}.{name}": value for name, value in fields.items()}
    return client.post(URL, data)


def test_填好的收下_没填的留着待报_没有脚本也行(cast: Any) -> None:
    one, two, three = projects(cast)
    client = cast.client(UNIT)
    page = client.get(URL)
    assert "已报 0/3" in page.text and page.text.count("pm-row") >= 3
    done = post(
        client, (one, {"progress": "已对接", "invested_month": "120.5"}), (two, {}),
        (three, {"no_change": "steady"}),
    )  # fmt: skip
    assert done.status_code == 302
    rows = {u.project_id: u for u in MonthlyUpdate.objects.all()}
    assert set(rows) == {one.pk, three.pk} and rows[one.pk].invested_month == 1_205_000
    assert "已报 2/3" in client.get(done["Location"]).text


def test_只提交一行_别的行不动(cast: Any) -> None:
    one, two, _ = projects(cast)
    done = post(
        cast.client(UNIT), (one, {"progress": "甲"}), (two, {"progress": "乙"}), save=two.code
    )
    assert done.status_code == 302
    assert [u.progress for u in MonthlyUpdate.objects.all()] == ["乙"]


def test_好的收下_不好的退回原处_填的还在(cast: Any) -> None:
    one, two, three = projects(cast)
    page = post(
        cast.client(UNIT), (one, {"progress": "已对接"}),
        (two, {"no_change": "other", "progress": ""}),
        (three, {"invested_month": "很多", "progress": "保住我"}),
    )  # fmt: skip
    assert page.status_code == 422 and MonthlyUpdate.objects.get().project_id == one.pk
    assert "有 2 行没有收下" in page.text and "保住我" in page.text and "已报 1/3" in page.text
    assert f'href="#row-{two.code}"' in page.text


def test_在表上添一件进展(cast: Any) -> None:
    (one,) = projects(cast, 1)
    client = cast.client(UNIT)
    bad = post(client, (one, {"event_kind": "site_survey", "event_on": "2026-10-01"}))
    assert bad.status_code == 422 and "不在本期" in bad.text
    assert (
        post(client, (one, {"event_kind": "site_survey", "event_on": "2026-11-18"})).status_code
        == 302
    )
    assert ProgressEvent.objects.get().kind == "site_survey"
    assert "选址踏勘" in client.get(URL).text


def test_空交是422_召集人只能看_别的单位403(cast: Any) -> None:
    projects(cast, 1)
    assert cast.client(UNIT).post(URL, {}).status_code == 422
    assert cast.client("zongzhaoji").get(URL).status_code == 200
    assert cast.client("zongzhaoji").post(URL, {"unit": UNIT}).status_code == 403
    assert cast.client("dongfeng").get(f"{URL}?unit={UNIT}").status_code == 403
    assert cast.client("chen").get(f"{URL}?unit=nosuch").status_code == 404
    assert cast.client("chen").get(f"{URL}?period=2027-05").status_code == 404
    for who in ("caizheng", "guwen", "sysadmin", "kong"):
        assert cast.client(who).get(URL).status_code == 403, who


def test_s3_3b_锁账后在单页更正_两个数都看得见(cast: Any, settings: Any) -> None:
    one, two = projects(cast, 2)
    client = cast.client(UNIT)
    post(client, (one, {"no_change": "steady"}))
    close_month(actor=Actor.system("定期任务"), period=Periods().at(NOV), now=at(25, 1))
    settings.JUYUAN_NOW = at(26).isoformat()
    page = client.get(f"{URL}?period=2026-11")
    assert "已锁账" in page.text and 'name="save"' not in page.text and "更正" in page.text
    url = f"/projects/{one.code}/monthly/?period=2026-11"
    assert "更正理由" in client.get(url).text
    fields = {"progress": "其实签了", "seen": "1"}
    assert client.post(url, fields).status_code == 422
    assert client.post(url, fields | {"reason": "漏写"}).status_code == 302
    client.post(f"/projects/{two.code}/monthly/?period=2026-11",
                {"no_change": "steady", "reason": "补报", "seen": "0"})  # fmt: skip
    after = client.get(url).text
    assert "锁账时是第 1 稿" in after and "漏写" in after
    page = client.get(f"{URL}?period=2026-11").text
    assert "锁账时：按时 1、迟报 0、未报 1" in page and "已报 2/2" in page
    detail = client.get(f"/projects/{one.code}/").text
    assert "锁账后更正" in detail and "其实签了" in detail


def test_总览_每个数打开的行数等于它(cast: Any, settings: Any) -> None:
    one, two, three = projects(cast)
    post(cast.client(UNIT), (one, {"no_change": "steady"}))
    settings.JUYUAN_NOW = at(22).isoformat()
    post(cast.client(UNIT), (two, {"progress": "迟了"}))
    chen = cast.client("chen")
    page = chen.get(URL)
    assert page.status_code == 200 and "各单位" in page.text
    line = next(x for x in page.context["lines"] if x["line"].unit.code == UNIT)
    wanted = line["line"].tally.as_json()
    assert wanted == {"due": 3, "on_time": 1, "late": 1, "missing": 1, "empty": 2}
    for state, url in line["rows"].items():
        shown = chen.get(url)
        assert shown.context["count"] == len(shown.context["rows"]) == wanted[state], state
    assert three.name in chen.get(line["rows"]["missing"]).text
    then = chen.get(line["rows"]["on_time"] + "&as_of=2026-11-19")
    assert then.context["count"] == 0


def test_负责人提前锁账_经办不行(cast: Any, settings: Any) -> None:
    projects(cast, 1)
    url = "/projects/monthly/close/?period=2026-11"
    assert cast.client("chen").get(url).status_code == 403
    head = cast.client("shangwuju_head")
    assert head.get(url).status_code == 200
    data = {"period": "2026-11", "reason": "赶月报"}
    assert head.post(url, data).status_code == 422  # 报备还没截止
    settings.JUYUAN_NOW = at(21).isoformat()
    assert "锁账" in head.get(URL).text
    assert head.post(url, data).status_code == 302
    assert MonthClose.objects.get().by_name == "沈局长"


def test_添进展附材料_填错了撤销(cast: Any) -> None:
    (one,) = projects(cast, 1)
    client = cast.client(UNIT)
    url = f"/projects/{one.code}/progress/"
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 422
    file = SimpleUploadedFile("踏勘.pdf", f.pdf("踏勘"), "application/pdf")
    done = client.post(url, {"kind": "site_survey", "happened_on": "2026-11-18", "file": file})
    assert done.status_code == 302
    event = ProgressEvent.objects.get()
    assert event.file_name == "踏勘.pdf"
    back = f"/projects/{one.code}/progress/{event.pk}/withdraw/"
    assert client.get(back).status_code == 200 and client.post(back, {}).status_code == 422
    assert client.post(back, {"reason": "填错项目"}).status_code == 302
    assert "系统里还没有" in client.get(URL).text
    assert cast.client("dongfeng").get(back).status_code == 404


def test_只交一行_别的行填的留在草稿里_回来还在(cast: Any) -> None:
    one, two, _ = projects(cast)
    client = cast.client(UNIT)
    done = post(client, (one, {"progress": "甲"}), (two, {"progress": "乙"}), save=two.code)
    page = client.get(done["Location"]).text
    assert [u.progress for u in MonthlyUpdate.objects.all()] == ["乙"]
    assert ">甲</textarea>" in page and "data-restored" in page and "丢弃草稿" in page
    post(client, (one, {"progress": "甲"}))
    assert FormDraft.objects.count() == 0
    assert "丢弃草稿" not in client.get(URL).text


def test_存下草稿之后又报过一稿的行_说一声_版本用现在的(cast: Any) -> None:
    (one,) = projects(cast, 1)
    client = cast.client(UNIT)
    said = client.post(
        "/drafts/save/",
        {"_form": "pipeline.monthly_sheet", "_object": f"{UNIT}.2026-11",
         f"{one.code}.seen": "0", f"{one.code}.progress": "草稿里的"},
    )  # fmt: skip
    assert said.json() == {"saved": "09:00"}
    post(cast.client("chen"), (one, {"progress": "商务局代报"}))
    page = client.get(URL).text
    assert "草稿里的" in page and "又报过一稿" in page
    assert f'name="{one.code}.seen" value="1"' in page
