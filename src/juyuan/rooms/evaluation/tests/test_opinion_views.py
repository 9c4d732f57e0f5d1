"""审查与承诺的网页:从列优惠到签核,从申请到签发;看不见的答 404,拒绝的缘由在页上。"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from juyuan.foundation.workdays import clock
from juyuan.rooms.evaluation.actions import privileges as lists
from juyuan.rooms.evaluation.models import OpinionRequest, Privilege, PrivilegeFinding, Scrutiny
from juyuan.rooms.evaluation.queries import opinion_exports as exports
from juyuan.rooms.evaluation.queries import opinion_figures as figures
from juyuan.rooms.evaluation.queries import opinions as read
from juyuan.rooms.evaluation.rules.opinions import OpinionKind, OpinionState
from juyuan.rooms.evaluation.tests import opinions as o
from juyuan.rooms.pipeline.models import Evidence
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast, settings):
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    o.people(cast)
    return f.at(cast, Stage.INTENT, name="高性能纱线智能制造")


def url(name, *args):
    return reverse(f"evaluation:{name}", args=args)


def get(cast, who, where, status=200):
    answer = cast.client(who).get(where)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def post(cast, who, where, status=302, **data):
    answer = cast.client(who).post(where, data)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode() if status != 302 else answer["Location"]


def upload(text, name="协议.docx"):
    return SimpleUploadedFile(name, o.docx(text))


def test_s3_4b_空的一页说要做什么_只看的人没有按钮(cast, project) -> None:
    page = get(cast, "longshan", url("scrutiny", project.code))
    assert "还没有申请" in page and "没有任何优惠承诺" in page and "上传协议文本" in page
    seen = get(cast, "zongzhaoji", url("scrutiny", project.code))
    assert "列一条" not in seen and "还没有列明" in seen
    get(cast, "dongfeng", url("scrutiny", project.code), 404)
    get(cast, "sifa", url("scrutiny", project.code), 404)


def test_s3_4b_从列优惠到签核_一路走通(cast, project) -> None:
    code = project.code
    where = post(
        cast, "longshan", url("privilege_new", code), kind="fee", content="免收城市基础设施配套费",
        granter=cast.unit("longshan").pk, period="一次性", amount="1,200",
    )  # fmt: skip
    assert where.endswith("#privileges")
    page = get(cast, "longshan", url("scrutiny", code))
    assert "疑似禁止" in page and "条例第十条" in page and "1,200" in page.replace("1200", "1,200")
    post(cast, "longshan", url("scrutiny_text", code), file=upload(f"{o.CLEAN}\n{o.FOUL}"))
    page = get(cast, "longshan", url("scrutiny", code))
    assert "<mark" in page and "第3段" in page
    refused = post(cast, "longshan", url("scrutiny_submit", code), 422)
    assert "还没有答复" in refused
    row = Privilege.objects.get()
    post(
        cast, "longshan", url("privilege_edit", code, row.pk), kind="service", content="代办手续",
        granter=cast.unit("longshan").pk, period="一次性", version=row.version,
    )  # fmt: skip
    doubt = PrivilegeFinding.objects.filter(present=True, lesser=False).first()
    form = get(cast, "longshan", url("scrutiny_doubt", code, doubt.pk))
    assert "<mark>" in form and doubt.passage in form and "出路" in form
    refused = post(
        cast, "longshan", url("scrutiny_doubt", code, doubt.pk), 422, answer="lawful", basis=" "
    )
    assert "依据哪部法律" in refused
    post(cast, "longshan", url("scrutiny_text", code), file=upload(f"{o.CLEAN}\n第三条 删去。"))
    assert "没有发现与禁止情形相近的写法" in get(cast, "longshan", url("scrutiny", code))
    post(cast, "longshan", url("scrutiny_submit", code), version=Scrutiny.objects.get().version)
    mine = get(cast, "longshan_head", url("scrutiny", code))
    assert (
        "签核办结" in mine
        and "签核办结" not in get(cast, "longshan", url("scrutiny", code)).split("经过")[0]
    )
    post(cast, "longshan_head", url("scrutiny_close", code), version=Scrutiny.objects.get().version)
    done = get(cast, "longshan", url("scrutiny", code))
    assert "已记作签约的凭据" in done and "承诺审查〔2026〕1号" in done
    assert Evidence.objects.filter(project=project, fact="promise_check").count() == 1
    assert "优惠承诺审查记录" in get(cast, "longshan", reverse("pipeline:detail", args=[code]))


def test_s3_4b_声明没有_删去要理由_扫描件说清(cast, project) -> None:
    code = project.code
    post(cast, "longshan", url("privilege_none", code))
    assert "声明：协议中没有任何优惠承诺" in get(cast, "longshan", url("scrutiny", code))
    row = o.privilege(cast, project)
    assert "为什么删去" in post(cast, "longshan", url("privilege_remove", code, row.pk), 422)
    post(
        cast,
        "longshan",
        url("privilege_remove", code, row.pk),
        reason="不给了",
        version=row.version,
    )
    get(cast, "longshan", url("privilege_edit", code, row.pk), 404)
    said = post(cast, "longshan", url("scrutiny_text", code), 422, file=upload(" "))
    assert "没有可读的文字" in said


def test_s3_4b_从申请到签发_审查单位看得见这一件(cast, project) -> None:
    page = get(cast, "longshan", url("opinion_ask", project.code) + "?kind=legality")
    assert "5 个工作日内答复" in page and f'value="{project.name}"' in page
    where = post(
        cast, "longshan", url("opinion_ask", project.code), kind="legality", subject="纱线协议",
        question="请审查第五条", file=upload(o.CLEAN),
    )  # fmt: skip
    row = OpinionRequest.objects.get()
    assert where == url("opinion", row.code)
    queue = get(cast, "sifa", url("opinions"))
    assert "纱线协议" in queue and "还有 5 个工作日" in queue
    seen = get(cast, "sifa", where)
    assert "请审查第五条" in seen and "拟意见" in seen and project.code not in seen
    get(cast, "shichang", where, 404)
    missing = post(cast, "sifa", url("opinion_draft", row.code), 422, conclusion="passed")
    assert "请写明意见的文号" in missing and "请附上意见的文件" in missing
    post(
        cast, "sifa", url("opinion_draft", row.code), conclusion="passed", number="司审〔2026〕9号",
        dated_on="2026-11-20", text="符合", file=SimpleUploadedFile("意见.pdf", f.pdf("意见")),
    )  # fmt: skip
    assert "司审〔2026〕9号" not in get(cast, "longshan", where)  # 没签发的不给申请单位看
    get(cast, "sifa", url("opinion_sign", row.code), 403)
    version = OpinionRequest.objects.get().version
    post(cast, "sifa_head", url("opinion_sign", row.code), 412, version=1)
    post(cast, "sifa_head", url("opinion_sign", row.code), version=version)
    done = get(cast, "longshan", where)
    assert "司审〔2026〕9号" in done and "已签发" in done
    assert "通过" in get(cast, "longshan", url("scrutiny", project.code))
    assert OpinionRequest.objects.get().state == OpinionState.ANSWERED


def test_s3_4b_限名单项目的送审事项不填名称(cast, settings) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    hidden = f.at(
        cast, Stage.INTENT, name="隐去的项目", confidentiality="restricted",
        listed_ids=(cast.person("longshan").pk,),
    )  # fmt: skip
    page = get(cast, "longshan", url("opinion_ask", hidden.code))
    subject = re.search(r'<input[^>]*name="subject"[^>]*>', page).group(0)
    assert "隐去的项目" not in subject


def test_s3_4b_换了文本_提醒所审的不是现行的(cast, project) -> None:
    o.text(cast, project)
    o.asked(cast, project)
    assert "所审的不是现行文本" in get(cast, "longshan", url("scrutiny", project.code))


def test_s3_4b_全文与疑点前后(cast, project) -> None:
    lines = [f"第{i}条 平常的一条。" for i in range(1, 30)]
    lines[14] = "第十五条 免收城市基础设施配套费。"
    o.text(cast, project, "\n".join(lines))
    near = get(cast, "longshan", url("scrutiny", project.code))
    whole = get(cast, "longshan", url("scrutiny", project.code) + "?full=1")
    assert near.count('class="no"') == 3 and whole.count('class="no"') == 29


def test_s3_4b_文本里的尖括号原样显示(cast, project) -> None:
    o.text(cast, project, "第一条 <script>alert(1)</script> 免收配套费&规费减免。")
    page = get(cast, "longshan", url("scrutiny", project.code))
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_s3_4b_导出_只给看得见的_没签发的不给结论(cast, project) -> None:
    row = o.drafted(cast, o.asked(cast, project))
    today = clock.today()
    (mine,) = exports.opinion_rows(cast.actor("longshan"), {"tab": "all"}, today)
    assert (mine["code"], mine["project"], mine["conclusion"]) == (row.code, project.code, "")
    (theirs,) = exports.opinion_rows(cast.actor("sifa"), {"tab": "mine"}, today)
    assert theirs["project"] == ""
    assert list(exports.opinion_rows(cast.actor("dongfeng"), {"tab": "all"}, today)) == []
    o.privilege(cast, project, kind="fee", content="免收配套费", amount=100)
    (line,) = exports.privilege_rows(cast.actor("longshan"), {}, today)
    assert line["amount"] == 100 and "未答复" in line["doubts"]
    assert list(exports.privilege_rows(cast.actor("dongfeng"), {}, today)) == []
    answer = cast.client("longshan").get(
        reverse("exchange:export", args=["privileges"]) + "?format=csv"
    )
    assert answer.status_code == 200


def test_s3_4b_别的项目的优惠与疑点取不到(cast, project) -> None:
    other = f.at(cast, Stage.INTENT, name="另一个")
    row = o.privilege(cast, other, kind="fee", content="免收配套费")
    doubt = row.scrutiny.findings.first()
    get(cast, "longshan", url("privilege_edit", project.code, row.pk), 404)
    get(cast, "longshan", url("scrutiny_doubt", project.code, doubt.pk), 404)
    lists.declare_none(actor=cast.actor("longshan"), project=project, now=cast.NOW)
    assert "没有任何优惠承诺" in get(cast, "longshan", url("scrutiny", project.code))


def test_s3_4b_项目页上的一张卡片_说走到哪里(cast, project) -> None:
    detail = reverse("pipeline:detail", args=[project.code])
    page = get(cast, "longshan", detail)
    assert "审查与承诺" in page and url("scrutiny", project.code) in page and "还没有开始" in page
    o.answered(cast, project)
    assert "办理中" in get(cast, "longshan", detail)
    o.answered(cast, project, OpinionKind.FAIR_COMPETITION, number="市监审〔2026〕1号")
    o.closed(cast, project)
    assert "三样都齐" in get(cast, "longshan", detail)


def test_s3_4b_统计数字等于清单的行数_过去某天也是(cast, project) -> None:
    row = o.asked(cast, project)
    other = f.at(cast, Stage.INTENT, name="另一个")
    o.answered(cast, other)
    actor, late = cast.actor("chen"), cast.TODAY + timedelta(days=8)
    names = frozenset(figures.TABS)
    compute = figures.computing(lambda: late)
    now = compute(None, actor, names)
    assert {n: r.value for n, r in now.items()} == {
        "opinions_open": 1, "opinions_late": 1, "opinions_answered": 1
    }  # fmt: skip
    then = compute(cast.TODAY, actor, names)
    assert then["opinions_late"].value == 0 and then["opinions_open"].value == 1
    edge = compute(row.due_on, actor, names)
    assert edge["opinions_late"].value == 0  # 到期当日不算
    for name, result in then.items():
        listed = read.listed(actor, read.Filters(figures.TABS[name], "", cast.TODAY), late)
        assert listed.count() == result.value
        assert sum(part.value for part in result.parts) == result.value
    assert compute(None, cast.actor("dongfeng"), names)["opinions_open"].value == 0
    assert compute(None, None, names)["opinions_open"].value == 1
