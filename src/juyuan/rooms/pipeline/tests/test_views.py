"""项目库的网页:每扇门谁进得来、拒绝怎么说、拒绝后什么也没留下。条款 3.2b 3.3b 3.4b。"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juyuan.rooms.pipeline import urls
from juyuan.rooms.pipeline.actions.progress import add_progress_event
from juyuan.rooms.pipeline.actions.void import request_void
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    StageMove,
    VoidRequest,
)
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.progress import EventDraft
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.pages import get, post, traces, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


# ───────── 门 ─────────

ROLES = ["longshan", "longshan_head", "longshan_shangwu", "gongxin", "chen", "heyan", "zhaoji",
         "lianzhang", "keji", "dongfeng", "shenji", "sysadmin", "kong"]  # fmt: skip
OPEN = dict.fromkeys(ROLES, 200) | {"sysadmin": 403}
SEE = {
    "longshan": 200, "longshan_head": 200, "longshan_shangwu": 200, "gongxin": 200, "chen": 200,
    "heyan": 200, "zhaoji": 200, "lianzhang": 404, "keji": 404, "dongfeng": 404, "shenji": 404,
    "sysadmin": 404, "kong": 404,
}  # fmt: skip
EDIT = SEE | {"zhaoji": 403}
REGISTER = OPEN | {"zhaoji": 403, "lianzhang": 403, "shenji": 403, "kong": 403}
VERIFY = {**SEE, **dict.fromkeys(["longshan", "longshan_head", "longshan_shangwu", "gongxin",
                                  "chen", "zhaoji"], 403)}  # fmt: skip
BUREAU_SECOND = VERIFY
MONTH = OPEN | {"lianzhang": 403, "shenji": 403, "kong": 403}
# 网址名 → (参数, 谁得到什么)
DOORS: dict[str, tuple[Any, dict[str, int]]] = {
    "list": ((), OPEN),
    "board": ((), OPEN),
    "facts": ((), OPEN),
    "register": ((), REGISTER),
    "suggest_investors": ((), REGISTER),
    "settle_void": (("void",), BUREAU_SECOND),
    "detail": (("code",), SEE),
    "edit": (("code",), EDIT),
    "move": (("code",), EDIT),
    "standing": (("code", "pause"), EDIT),
    "recognise": (("code", "signed"), VERIFY),
    "withdraw_recognition": (("code",), VERIFY),
    "evidence": (("code",), EDIT),
    "monthly": ((), MONTH),
    "monthly_rows": ((), MONTH),
    "monthly_close": ((), dict.fromkeys(ROLES, 403)),
    "project_month": (("code",), SEE),
    "progress_new": (("code",), EDIT),
    "progress_withdraw": (("code", "event"), EDIT),
    "void": (("code",), EDIT),
    "void_evidence": (("code", "evidence"), EDIT),
}


def test_门表里的都是真的网址() -> None:
    """有没有漏的由权限矩阵逐个查(tests/architecture/test_doors.py);这里是有代表性的人逐格看。"""
    assert set(DOORS) <= {p.name for p in urls.urlpatterns}


@pytest.mark.parametrize("name", list(DOORS))
def test_门表(cast, name) -> None:
    args, expected = DOORS[name]
    project = f.at(cast, Stage.SIGNED)
    evidence = project.evidence.first()
    void = request_void(
        actor=cast.actor("longshan"), project=project, evidence=project.evidence.last(),
        reason="传错了", now=cast.NOW,
    )  # fmt: skip
    event = add_progress_event(
        actor=cast.actor("longshan"), project=project, draft=EventDraft("signing", cast.TODAY),
        now=cast.NOW,
    )  # fmt: skip
    real = {
        "code": project.code, "evidence": evidence.pk, "void": void.pk, "event": event.pk,
    }  # fmt: skip
    target = url(name, *[real.get(a, a) for a in args])
    if name == "move":
        target += "?to=landed"
    before = traces(project)
    found = {who: cast.client(who).get(target).status_code for who in ROLES}
    assert found == expected
    assert traces(project) == before


@pytest.mark.parametrize("name", [n for n, (args, _) in DOORS.items() if "code" in args])
def test_看不见的与不存在的逐字节相同(cast, name) -> None:
    args, _ = DOORS[name]
    project = f.at(cast, Stage.SIGNED)
    answers = []
    for code in (project.code, "LY-NOTTHERE"):
        real = {"code": code, "evidence": project.evidence.first().pk, "event": 1}
        answer = cast.client("dongfeng").get(
            url(name, *[real.get(a, a) for a in args], to="intent")
        )
        answers.append((answer.status_code, answer.content, dict(answer.headers)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_匿名先登录(client) -> None:
    for name in ("list", "board", "register"):
        answer = client.get(url(name))
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/login/")
    assert client.post(url("move", "LY-X"), {"to": "intent"}).headers["Location"] == "/login/"


def test_只许看认定事实的人_页上没有申报内容(cast) -> None:
    f.recognised(cast, Stage.SIGNED, name="已认定的", summary="不该看见的建设内容")
    f.at(cast, Stage.SIGNED, name="待核实的项目")
    project = Project.objects.get(name="已认定的")
    html = get(cast, "shenji", url("list"))
    assert "已认定的" in html and "待核实的项目" not in html and "看板" not in html
    html = get(cast, "shenji", url("detail", project.code))
    assert "6.00" in html and "双向接触记录" in html
    main = html[html.index("<main") : html.index("</main>")]
    for hidden in ("不该看见的建设内容", "经过", "上传证据", "安澜", "/files/"):
        assert hidden not in main
    get(cast, "shenji", url("edit", project.code), 404)


# ───────── 项目库 ─────────


def test_s3_3b_项目库页_列筛选合计导出(cast) -> None:
    f.recognised(cast, Stage.SIGNED, name="已认定的签约")
    f.at(cast, Stage.SIGNED, name="待核实的签约")
    html = get(cast, "heyan", url("list", stage="signed", sort="-total"))
    for text in ("已认定的签约", "待核实的签约", "符合条件 已认定 1 项", "符合条件 待核实 1 项",
                 "4 项", "待认定", "jy-pend", "另有"):  # fmt: skip
        assert text in html
    link = re.search(r'href="(/exports/projects/[^"]+)"', html)
    assert link is not None
    assert "stage=signed" in link[1] and "sort=-total" in link[1]
    columns = re.search(r"columns=([^&\"]+)", link[1])
    assert columns is not None and "missing" in columns[1] and "fixed_investment" not in columns[1]
    answer = cast.client("heyan").get(link[1].replace("&amp;", "&"))
    assert answer.status_code == 200 and "spreadsheetml" in answer.headers["Content-Type"]
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_列选择记住_恢复默认(cast) -> None:
    f.planning(cast, name="某项目")
    client = cast.client("longshan")
    answer = client.get(url("list", cols="code", stage="planning") + "&cols=industry")
    assert answer.headers["Location"] == "/projects/?stage=planning"
    html = client.get("/projects/?stage=planning").content.decode()
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', html)
    assert [h.strip() for h in heads] == ["编号", "项目 / 投资方", "行业代码"]
    client.get("/projects/?cols=default")
    assert "合同引资额" in client.get("/projects/").content.decode()


def test_空库先说做什么(cast) -> None:
    html = get(cast, "longshan", url("list"))
    assert "导入台账" in html and "登记项目" in html and "<table" not in html
    assert "登记项目" not in get(cast, "zhaoji", url("list"))


def _statements(cast, who, path):
    client = cast.client(who)
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize("name", ["list", "board"])
def test_整页查询数不随行数增加(cast, name) -> None:
    for i in range(5):
        f.planning(cast, name=f"甲{i}")
    few = _statements(cast, "longshan", url(name))
    for i in range(45):
        f.planning(cast, name=f"乙{i}")
    assert _statements(cast, "longshan", url(name)) == few


def test_详情查询数不随证据增加(cast) -> None:
    project = f.planning(cast)
    path = url("detail", project.code)
    few = _statements(cast, "longshan", path)
    for key in (FactKey.CONTACT, FactKey.WRITTEN_WILL, FactKey.PREREVIEW, FactKey.OTHER):
        f.evidence(cast, project, key)
    assert _statements(cast, "longshan", path) == few


# ───────── 看板与移动 ─────────


def test_s3_3b_看板移动走同一个动作(cast) -> None:
    project = f.planning(cast)
    f.fill(cast, project, Stage.NEGOTIATION)
    to = post(
        cast, "longshan", url("move", project.code) + "?from=board",
        {"to": "negotiation", "version": project.version},
    )  # fmt: skip
    assert to == url("board")
    project.refresh_from_db()
    assert project.stage == "negotiation"
    assert StageMove.objects.get(project=project, verb="advance").actor_name == "longshan经办"


@pytest.mark.parametrize("scripted", [True, False])
def test_s3_3b_看板拒绝给出清单_什么也没动(cast, scripted) -> None:
    project = f.planning(cast)
    before = traces(project)
    headers = {"HX-Request": "true"} if scripted else {}
    html = post(
        cast, "longshan", url("move", project.code) + "?from=board",
        {"to": "negotiation", "version": project.version}, 422, headers=headers,
    )  # fmt: skip
    assert traces(project) == before
    for text in ("还不能进入洽谈库", "还差 2 项", "真实投资方", "双向接触记录",
                 f"/projects/{project.code}/evidence/?fact=contact",
                 f"/projects/{project.code}/#gate"):  # fmt: skip
        assert text in html
    assert ("data-kanban" in html) is not scripted
    assert html.count('role="alert"') == 1


def test_退回要理由_看板上指到写理由的页(cast) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    before = traces(project)
    html = post(
        cast, "longshan", url("move", project.code) + "?from=board",
        {"to": "planning", "version": project.version}, 422, headers={"HX-Request": "true"},
    )  # fmt: skip
    assert "写明理由" in html and f"/projects/{project.code}/move/?to=planning" in html
    assert traces(project) == before
    page = get(cast, "longshan", url("move", project.code, to="planning"))
    assert "原来的移动记录、证据都保留" in page and "必填" in page
    html = post(cast, "longshan", url("move", project.code), {"to": "planning", "reason": ""}, 422)
    assert "请填写理由" in html and traces(project) == before
    post(
        cast, "longshan", url("move", project.code),
        {"to": "planning", "reason": "投资方换人", "version": project.version},
    )  # fmt: skip
    project.refresh_from_db()
    assert project.stage == "planning"
    assert "投资方换人" in get(cast, "longshan", url("detail", project.code))


def test_越级只有负责人_说明为什么(cast) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    before = traces(project)
    html = post(cast, "longshan", url("move", project.code), {"to": "signed", "reason": "急"}, 403)
    assert "越级入库须由市商务局负责人办理" in html
    assert traces(project) == before
    f.fill(cast, project, Stage.INTENT)
    f.fill(cast, project, Stage.SIGNED)
    post(
        cast, "shangwuju_head", url("move", project.code),
        {"to": "signed", "reason": "政府常务会议定", "version": project.version},
    )  # fmt: skip
    assert StageMove.objects.get(project=project, to_stage="signed").override
    assert "越级" in get(cast, "heyan", url("detail", project.code))


@pytest.mark.parametrize("name", ["move", "standing", "recognise", "withdraw_recognition"])
def test_他人先行_一概不覆盖(cast, name) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    f.fill(cast, project, Stage.LANDED)
    if name == "recognise":
        f.advance(cast, project, Stage.LANDED)
    paths = {
        "move": (url("move", project.code), {"to": "landed"}, "longshan"),
        "standing": (
            url("standing", project.code, "pause"), {"reason_code": "market", "note": "等"},
            "longshan",
        ),
        "recognise": (url("recognise", project.code, "landed"), {"stage": "landed"}, "heyan"),
        "withdraw_recognition": (
            url("withdraw_recognition", project.code), {"reason": "凭据有误"}, "heyan",
        ),
    }  # fmt: skip
    path, data, who = paths[name]
    before = traces(project)
    html = post(cast, who, path, {**data, "version": project.version - 1}, 412)
    assert "刚被他人改过" in html and url("detail", project.code) in html
    assert traces(project) == before


def test_不认识的库与动作是404(cast) -> None:
    project = f.planning(cast)
    for path in (
        url("move", project.code, to="nowhere"),
        url("standing", project.code, "destroy"),
        url("recognise", project.code, "nowhere"),
        url("void_evidence", project.code, 10**9),
    ):
        get(cast, "longshan", path, 404)


# ───────── 状态、认定、作废 ─────────


def test_暂缓与恢复(cast) -> None:
    project = f.planning(cast)
    path = url("standing", project.code, "pause")
    before = traces(project)
    assert "请选择事由" in post(cast, "longshan", path, {"note": "等融资"}, 422)
    assert traces(project) == before
    post(cast, "longshan", path, {"reason_code": "funding", "note": "等融资", "version": 1})
    html = get(cast, "longshan", url("detail", project.code))
    assert "项目已暂缓" in html and "等融资" in html and "恢复推进" in html
    get(cast, "longshan", url("standing", project.code, "withdraw"), 403)


def test_s3_3b_认定由核验人_经手人不行(cast) -> None:
    project = f.at(cast, Stage.SIGNED)
    path = url("recognise", project.code, "signed")
    page = get(cast, "heyan", path)
    assert "逐份核验" in page and page.count("待核实") >= 8 and "冻结" in page
    post(cast, "heyan", path, {"stage": "signed", "version": project.version})
    project.refresh_from_db()
    assert (project.stage_status, project.recognised_stage) == ("recognised", "signed")
    own = f.at(cast, Stage.SIGNED, name="核验人经手的", by="heyan")
    before = traces(own)
    html = post(cast, "heyan", url("recognise", own.code, "signed"), {"stage": "signed"}, 403)
    assert "不得认定自己经手的项目" in html and traces(own) == before
    assert "不得认定自己经手的项目" in get(cast, "heyan", url("detail", own.code))


def test_s3_3b_台账待核实的_缺凭据不能认定(cast) -> None:
    project = f.at(cast, Stage.SIGNED)
    Evidence.objects.filter(project=project, fact="legality").update(conclusion="failed")
    before = traces(project)
    html = post(cast, "heyan", url("recognise", project.code, "signed"), {"stage": "signed"}, 422)
    assert "合法性审查意见" in html and "三(四)" in html
    assert traces(project) == before


def test_s3_3b_撤回认定_要理由_记冲回(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    path = url("withdraw_recognition", project.code)
    before = traces(project)
    post(cast, "heyan", path, {"reason": " "}, 422)
    assert traces(project) == before
    post(cast, "heyan", path, {"reason": "合同未盖章", "version": project.version})
    html = get(cast, "heyan", url("detail", project.code))
    assert "已冲回" in html and "−6.00" in html and "合同未盖章" in html and "尚无认定" in html


def test_作废要第二人(cast) -> None:
    project = f.planning(cast, name="录错的")
    post(cast, "longshan", url("void", project.code), {"reason": "重复录入"})
    row = VoidRequest.objects.get()
    assert "等另一位同志确认" in get(cast, "longshan", url("detail", project.code))
    before = traces(project)
    post(cast, "longshan", url("settle_void", row.pk), {"agree": "1"}, 403)
    post(cast, "heyan", url("settle_void", row.pk), {}, 422)
    assert traces(project) == before
    assert post(cast, "heyan", url("settle_void", row.pk), {"agree": "1"}) == url("list")
    get(cast, "longshan", url("detail", project.code), 404)
    assert Project.objects.get(pk=project.pk).voided_at is not None


def test_已办结的作废申请不能再办(cast) -> None:
    project = f.planning(cast)
    post(cast, "longshan", url("void", project.code), {"reason": "录错"})
    row = VoidRequest.objects.get()
    post(cast, "heyan", url("settle_void", row.pk), {"agree": "0"})
    before = traces(project)
    post(cast, "shangwuju_head", url("settle_void", row.pk), {"agree": "1"}, 412)
    assert traces(project) == before


# ───────── 详情 ─────────


@pytest.mark.parametrize("stage", STAGES)
def test_s3_3b_详情在每个库都说清还差什么(cast, stage) -> None:
    project = f.recognised(cast, stage)
    html = get(cast, "longshan", url("detail", project.code))
    assert (
        html.count('aria-current="step"') == 1 and "首谈单位" in html and "市工业和信息化局" in html
    )
    if stage == Stage.LANDED:
        assert 'id="gate"' not in html
    else:
        assert "还差" in html and 'id="gate"' in html
    assert " style=" not in html and "<script>" not in html


def test_清单每项一个去处(cast) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    html = get(cast, "longshan", url("detail", project.code))
    for fact in ("written_will", "prereview", "due_diligence"):
        assert f"/projects/{project.code}/evidence/?fact={fact}" in html
    assert f"/projects/{project.code}/edit/#id_factor_needs" in html
    leader = get(cast, "zhaoji", url("detail", project.code))
    assert "/edit/" not in leader and "?fact=" not in leader and "请提请提供" in leader


def test_同一份证据用在别处_看不见的只说已登记(cast) -> None:
    theirs = f.planning(cast, by="dongfeng", hosts=(), lead_unit_id=cast.unit("dongfeng").pk)
    f.evidence(cast, theirs, FactKey.CONTACT, by="dongfeng")
    theirs_file = Evidence.objects.get(project=theirs)
    mine = f.planning(cast, name="龙山的")
    content = f.pdf(f"{FactKey.CONTACT.label}-{theirs.code}-dongfeng")
    client = cast.client("longshan")
    answer = client.post(
        url("evidence", mine.code),
        {"fact": "contact", "title": "来访", "dated_on": "2026-11-12", "two_way": "on",
         "file": SimpleUploadedFile("同一份.pdf", content, "application/pdf")},
        follow=True,
    )  # fmt: skip
    html = answer.content.decode()
    assert Evidence.objects.get(project=mine).file_sha256 == theirs_file.file_sha256
    assert "已登记,由市商务局核对" in html
    assert theirs.code not in html and theirs.name not in html.replace(mine.name, "")


# ───────── 工作台 ─────────


def test_工作台各人各样(cast) -> None:
    f.at(cast, Stage.SIGNED, name="等认定的")
    ready = f.at(cast, Stage.NEGOTIATION, name="可前移的")
    f.fill(cast, ready, Stage.INTENT)
    post(cast, "longshan", url("void", ready.code), {"reason": "录错"})
    clerk = get(cast, "longshan", "/")
    assert "前移到意向" in clerk and "可前移的" in clerk and "认定签约" not in clerk
    verifier = get(cast, "heyan", "/")
    assert "认定签约" in verifier and "等认定的" in verifier and "确认作废" in verifier
    leader = get(cast, "zongzhaoji", "/")
    assert "等认定的" in leader and "登记项目" not in leader
    for who in ("dongfeng", "shenji", "sysadmin", "kong"):
        html = get(cast, who, "/")
        assert "等认定的" not in html and "可前移的" not in html, who


def test_工作台空着时先说做什么(cast) -> None:
    f.parameters(cast)
    html = get(cast, "longshan", "/")
    assert "先导入台账" in html and url("register") in html
    assert "认定事实" in get(cast, "shenji", "/")
    assert "不查看、不改动业务数据" in get(cast, "sysadmin", "/")
    assert "没有在任职务" in get(cast, "kong", "/")
