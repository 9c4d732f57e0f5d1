"""登记、编辑、证据的网页:逐条说错、所填都在、被退回什么也不留。条款 3.2b 3.3b 3.4b。"""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.ledger.models import Event
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.models import (
    Project,
)
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.pages import form_data, get, pdf, post, traces, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


ROWS = {"parties-TOTAL_FORMS": "1", "parties-INITIAL_FORMS": "0",
        "hosts-TOTAL_FORMS": "1", "hosts-INITIAL_FORMS": "0"}  # fmt: skip


def test_登记到谋划(cast) -> None:
    f.parameters(cast)
    html = get(cast, "longshan", url("register"))
    assert "「谋划」还空着：产业链与环节、谋划依据" in html and "双向接触记录" not in html
    to = post(
        cast, "longshan", url("register"),
        {**ROWS, "stage": "planning", "name": "新项目", "lead_unit": "longshan",
         "total_investment": "1.2亿元", "hosts-0-unit": "longshan"},
    )  # fmt: skip
    project = Project.objects.get(name="新项目")
    assert to == url("detail", project.code)
    assert (project.stage, project.total_investment) == ("planning", 120_000_000)


def test_登记没写名称_逐条链到字段_所填还在(cast) -> None:
    f.parameters(cast)
    before = traces()
    html = post(
        cast, "longshan", url("register"),
        {**ROWS, "name": " ", "location": "龙山区某路", "total_investment": "约五千万"}, 422,
    )  # fmt: skip
    assert traces() == before
    assert 'href="#id_total_investment"' in html and "龙山区某路" in html and "约五千万" in html
    html = post(cast, "longshan", url("register"), {**ROWS, "name": " ", "location": "某路"}, 422)
    assert 'href="#id_name"' in html and "请填写项目名称" in html and "三(三)" in html
    assert traces() == before


def test_s3_2b_直接登记到洽谈_要投资方与接触记录(cast) -> None:
    f.parameters(cast)
    data = {**ROWS, "stage": "negotiation", "name": "来访的项目", "lead_unit": "longshan",
            "parties-0-name": "浙江某某有限公司"}  # fmt: skip
    contact = {
        "contact-title": "来访记录",
        "contact-dated_on": "2026-11-12",
        "contact-two_way": "on",
    }
    before = traces()
    html = post(cast, "longshan", url("register"), {**data, **contact}, 422)
    assert "请附上证据文件" in html and traces() == before
    assert Investor.objects.count() == 0
    one_way = {**contact, "contact-file": pdf()}
    del one_way["contact-two_way"]
    html = post(cast, "longshan", url("register"), {**data, **one_way}, 422)
    assert "双向接触记录" in html and "已收下 凭据.pdf" in html and traces() == before
    assert Investor.objects.count() == 0
    token = re.search(r'name="kept_file" value="([^"]+)"', html)
    assert token is not None
    post(cast, "longshan", url("register"), {**data, **contact, "kept_file": token[1]})
    project = Project.objects.get(name="来访的项目")
    assert (project.stage, project.stage_status) == ("negotiation", "recognised")
    assert project.evidence.get().file_name == "凭据.pdf"
    assert StoredFile.objects.count() == 1


def test_别人收下的文件不能拿来用(cast) -> None:
    project = f.planning(cast)
    path = url("evidence", project.code)
    html = post(cast, "longshan", path, {"fact": "contact", "file": pdf()}, 422)
    token = re.search(r'name="kept_file" value="([^"]+)"', html)
    assert token is not None
    before = traces(project)
    data = {"fact": "contact", "title": "来访", "dated_on": "2026-11-12", "two_way": "on"}
    html = post(cast, "chen", path, {**data, "kept_file": token[1]}, 422)
    assert "请附上证据文件" in html and traces(project) == before


def test_提交证据_按种类要栏(cast) -> None:
    project = f.planning(cast)
    path = url("evidence", project.code)
    assert "selected>合法性审查意见" in get(cast, "longshan", path + "?fact=legality")
    before = traces(project)
    html = post(
        cast, "longshan", path,
        {"fact": "legality", "title": "意见", "dated_on": "2026-11-01", "file": pdf()}, 422,
    )  # fmt: skip
    for text in ("须写明出具单位", "须写明文号", "须选择结论", 'href="#id_number"'):
        assert text in html
    assert traces(project) == before
    to = post(
        cast, "longshan", path,
        {"fact": "legality", "title": "意见", "dated_on": "2026-11-01", "issuer": "市司法局",
         "number": "1号", "conclusion": "passed", "file": pdf()},
    )  # fmt: skip
    assert to == url("detail", project.code) + "#evidence"
    assert "市司法局" in get(cast, "longshan", url("detail", project.code))


def test_假扮的文件被退回(cast) -> None:
    project = f.planning(cast)
    before = traces(project)
    fake = SimpleUploadedFile("合同.pdf", b"MZ\x90\x00not a pdf", "application/pdf")
    html = post(
        cast, "longshan", url("evidence", project.code),
        {"fact": "contact", "title": "来访", "dated_on": "2026-11-01", "two_way": "on",
         "file": fake}, 422,
    )  # fmt: skip
    assert "jy-err" in html and traces(project) == before


def test_编辑_原样提交什么也不变(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    data = form_data(get(cast, "longshan", url("edit", project.code)))
    before = traces(project)
    post(cast, "longshan", url("edit", project.code), data)
    assert traces(project) == before


def test_编辑_只改一栏_逐项入台账(cast) -> None:
    project = f.planning(cast)
    data = form_data(get(cast, "longshan", url("edit", project.code)))
    post(cast, "longshan", url("edit", project.code), {**data, "location": "纺织园3号"})
    event = Event.objects.filter(event="pipeline.project.edited").get()
    assert event.after == {"location": "纺织园3号"}
    html = get(cast, "longshan", url("detail", project.code))
    assert "纺织园3号" in html and "具体地点" in html


def test_编辑_动冻结的数字被退回(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    data = form_data(get(cast, "longshan", url("edit", project.code)))
    before = traces(project)
    html = post(cast, "longshan", url("edit", project.code), {**data, "total_investment": "1"}, 422)
    assert "已冻结" in html and 'href="#id_total_investment"' in html
    assert traces(project) == before


def test_两人编辑_各改各的并上_同一栏摆出两边(cast) -> None:
    project = f.planning(cast)
    mine = form_data(get(cast, "longshan", url("edit", project.code)))
    fresh = Project.objects.get(pk=project.pk)
    edit_project(
        actor=cast.actor("chen"), project=fresh, now=cast.NOW,
        draft=f.replace(draft_of(fresh), location="他填的地点", summary="他填的内容"),
    )  # fmt: skip
    before = traces(project)
    html = post(
        cast, "longshan", url("edit", project.code),
        {**mine, "location": "我填的地点", "remark": "我填的备注",
         "parties-0-name": "还没登记过的公司"}, 412,
    )  # fmt: skip
    assert traces(project) == before
    for text in ("还没有保存", "市商务局", "他填的地点", "我填的地点", "已采用现在的内容",
                 "他填的内容", "我填的备注"):  # fmt: skip
        assert text in html
    again = form_data(html)
    assert again["parties-0-name"] == "还没登记过的公司" and Investor.objects.count() == 0
    assert again["location"] == "我填的地点" and again["summary"] == "他填的内容"
    post(cast, "longshan", url("edit", project.code), again)
    project.refresh_from_db()
    assert (project.location, project.summary, project.remark) == (
        "我填的地点", "他填的内容", "我填的备注",
    )  # fmt: skip


def test_编辑没带版本不算数(cast) -> None:
    project = f.planning(cast)
    data = form_data(get(cast, "longshan", url("edit", project.code)))
    before = traces(project)
    post(cast, "longshan", url("edit", project.code), {**data, "version": "", "remark": "x"}, 412)
    assert traces(project) == before


def test_投资方提示只出看得见的(cast) -> None:
    f.investor(cast, "浙江甲纺织有限公司", by="longshan")
    f.investor(cast, "浙江乙纺织有限公司", by="dongfeng")
    html = get(cast, "longshan", url("suggest_investors") + "?parties-0-name=浙江")
    assert "浙江甲纺织" in html and "浙江乙纺织" not in html
    assert get(cast, "longshan", url("suggest_investors") + "?parties-0-name=浙").strip() == ""
