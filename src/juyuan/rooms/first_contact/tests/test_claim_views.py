"""首谈各页:登记旁边有查重,各方只看自己的一边,埋下的记号别人一个字节也拿不到。"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from juyuan.rooms.first_contact.actions.ruling import ProofDraft, add_proof
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictEvidence, Handover
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests.factories import pdf, stored

pytestmark = pytest.mark.django_db
HOME = "/first-contacts/"
FILLED = {
    "name": "浙江安澜纺织科技有限公司", "project_name": "安澜高端纱线项目", "content": "年产三万吨高端纱线",
    "amount": "30000", "site": "纺织园A3地块", "contacted_on": "2026-11-19", "evidence_on": "2026-11-19",
    "proof": "minutes", "two_way": "on", "secrecy": "normal", "session": "s",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(settings: Any, cast: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)


def paper(text: str = "会议纪要") -> SimpleUploadedFile:
    return SimpleUploadedFile("纪要.pdf", pdf(text), "application/pdf")


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return str(response.content.decode())


def test_s3_2b_网页登记_受保护_页上有保护期与权利台账(cast: Any) -> None:
    client = cast.client("longshan")
    page = text_of(client, f"{HOME}new/")
    assert 'hx-post="/first-contacts/check/"' in page and "撞单核对" in page
    response = client.post(f"{HOME}new/", FILLED | {"file": paper()})
    claim = Claim.objects.get()
    assert response["Location"] == f"{HOME}{claim.code}/"
    shown = text_of(client, response["Location"])
    for said in (
        "安澜高端纱线项目",
        "受保护",
        "2027-02-18",
        "还有 90 天",
        "权利台账",
        "已登记，自今天起受保护",
        "纪要.pdf",
    ):
        assert said in shown
    assert claim.code in text_of(client, HOME) or "安澜高端纱线项目" in text_of(client, HOME)
    assert "安澜高端纱线项目" in text_of(cast.client("chen"), f"{HOME}?unit=longshan")
    assert "安澜高端纱线项目" not in text_of(cast.client("chen"), f"{HOME}?unit=dongfeng")
    assert "安澜高端纱线项目" not in text_of(cast.client("dongfeng"), f"{HOME}?tab=all")


def test_s3_2b_填得不全_文件收下不必重选(cast: Any) -> None:
    client = cast.client("longshan")
    response = client.post(f"{HOME}new/", FILLED | {"content": "", "file": paper()})
    page = response.content.decode()
    assert response.status_code == 422 and "谈的是什么" in page and "已收下 纪要.pdf" in page
    token = page.split('name="kept_file" value="')[1].split('"')[0]
    response = client.post(f"{HOME}new/", FILLED | {"kept_file": token})
    assert response.status_code == 302 and Claim.objects.get().file_name == "纪要.pdf"


def test_s3_2b_登记在项目上_查重可以边填边查(cast: Any) -> None:
    claim = f.register(cast).claim
    project = Project.objects.get()
    url = f"{HOME}new/?project={project.code}"
    assert cast.client("dongfeng").get(url).status_code == 404
    response = cast.client("longshan").post(url, FILLED | {"file": paper("另一份")})
    assert response.status_code == 422 and claim.code in response.content.decode()
    live = cast.client("dongfeng").post(
        f"{HOME}check/", {k: v for k, v in FILLED.items() if k in ("name", "session")},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    page = text_of(cast.client("longshan"), f"/projects/{project.code}/")
    assert "看首谈" in page and f"{HOME}{claim.code}/" in page
    assert "存在 1 处重合" in live.content.decode()


TOKENS = ("鸱吻甲", "鸱吻乙", "鸱吻丙", "鸱吻丁", "鸱吻戊", "鸱吻己")


def test_s3_2b_限名单首谈处处埋下记号_撞单的对方一个字节也拿不到(cast: Any) -> None:
    said = {"project_name": "鸱吻甲纱线项目", "content": "年产三万吨高端纱线鸱吻乙", "site": "鸱吻丙园A3地块",
            "amount": 31_415_926_00}  # fmt: skip
    first = f.register(
        cast, secrecy=Secrecy.RESTRICTED, subject=said, note="鸱吻丁说明", file_text="鸱吻戊"
    ).claim
    client = cast.client("dongfeng")
    response = client.post(
        f"{HOME}new/",
        FILLED | {"project_name": "高端纱线", "site": "", "amount": "", "file": paper()},
    )
    assert response.status_code == 302
    later = Claim.objects.get(unit=cast.unit("dongfeng"))
    conflict = Conflict.objects.get()
    actor = cast.actor("longshan")
    file = stored(actor, "鸱吻己来函", cast.NOW)
    add_proof(actor=actor, conflict=conflict, now=cast.NOW,
              draft=ProofDraft("鸱吻己来函", cast.TODAY, "鸱吻己", file.pk))  # fmt: skip
    own = f"{HOME}conflicts/{conflict.code}/"
    seen = b"".join(
        client.get(url).content
        for url in (
            HOME, f"{HOME}?tab=all", f"{HOME}{later.code}/", f"{HOME}conflicts/", own,
            f"{own}evidence/", f"{own}appeal/", f"{HOME}{first.code}/", "/duties/", "/notices/",
            "/", "/search/?q=鸱吻", "/api/openapi.json", f"/files/{first.file_use_id}/",
        )
    ).decode()  # fmt: skip
    assert "高端纱线" in seen and not any(
        token in seen for token in (*TOKENS, "31415926", "3141.59")
    )
    assert "龙山" not in text_of(client, own)
    for by in ("chen", "longshan_head"):
        assert not any(token in text_of(cast.client(by), f"{HOME}?tab=all") for token in TOKENS)
        assert cast.client(by).get(own).status_code == 404
    both = text_of(cast.client("heyan"), own)
    assert all(
        said in both for said in ("鸱吻乙", "鸱吻己", "龙山区人民政府", "东丰县人民政府", "第 2 档")
    )


def test_s3_2b_网页上补证据_裁定_提请_终裁(cast: Any) -> None:
    f.register(cast)
    conflict = f.register(cast, "dongfeng").conflict
    assert conflict is not None
    url = f"{HOME}conflicts/{conflict.code}/"
    east, bureau = cast.client("dongfeng"), cast.client("heyan")
    form = {"title": "来函", "dated_on": "2026-11-18", "file": paper("来函")}
    assert east.post(f"{url}evidence/", form).status_code == 302
    proof = ConflictEvidence.objects.get()
    assert "来函" in text_of(east, url) and "来函" not in text_of(cast.client("longshan"), url)
    assert east.post(f"{url}evidence/", {"title": ""}).status_code == 422
    page = text_of(bureau, f"{url}ruling/")
    assert "龙山区人民政府的功劳份额" in page and proof.title in page
    shares = {f"share_{cast.unit('longshan').pk}": "70", f"share_{cast.unit('dongfeng').pk}": "30"}
    ruling = {"lead_unit": str(cast.unit("longshan").pk), "reason": "先登记"} | shares
    wrong = bureau.post(f"{url}ruling/", ruling | {f"share_{cast.unit('longshan').pk}": "60"})
    assert wrong.status_code == 422 and "合计须为 100%" in wrong.content.decode()
    assert bureau.post(f"{url}ruling/", ruling).status_code == 302
    shown = text_of(east, url)
    assert "由龙山区人民政府牵头" in shown and "30.00%" in shown and "70.00%" not in shown
    assert east.post(f"{url}appeal/", {"reason": "我方在先"}).status_code == 302
    assert "我方在先" not in text_of(cast.client("longshan"), url)
    leader = cast.client("zhaoji")
    assert "我方在先" in text_of(leader, url)
    final = ruling | {"lead_unit": str(cast.unit("dongfeng").pk), "reason": "证据在先"}
    assert leader.post(f"{url}ruling/", final).status_code == 302
    assert Project.objects.get().lead_unit == cast.unit("dongfeng")
    assert "终裁：由东丰县人民政府牵头" in text_of(east, url)


def test_s3_2b_网页上延长_移交_接收_终结(cast: Any) -> None:
    claim = f.register(cast).claim
    url = f"{HOME}{claim.code}/"
    leader, own, other = (cast.client(by) for by in ("zhaoji", "longshan", "dongliao"))
    assert "延长保护期" in text_of(leader, url) and "延长保护期" not in text_of(own, url)
    assert (
        leader.post(f"{url}extend/", {"until": "2028-01-01", "reason": "大项目"}).status_code == 302
    )
    assert "2028-01-01" in text_of(own, url)
    lists = {"to_unit": str(cast.unit("dongliao").pk), "materials": "来函", "matters": "无",
             "share_bp": "40", "reason": "划转"}  # fmt: skip
    assert own.post(f"{url}hand-over/", lists).status_code == 302
    assert Handover.objects.get().share_bp == 4000
    assert "答复移交" in text_of(other, url) and "正在移交给" in text_of(own, url)
    assert own.get(f"{url}accept/").status_code == 404
    response = other.post(f"{url}accept/", {"accept": "yes", "answer": ""})
    new = Claim.objects.get(unit=cast.unit("dongliao"))
    assert response["Location"] == f"{HOME}{new.code}/"
    assert "已移交" in text_of(own, url)
    assert other.post(f"{HOME}{new.code}/end/", {"reason": ""}).status_code == 422
    assert other.post(f"{HOME}{new.code}/end/", {"reason": "投资方放弃"}).status_code == 302


def test_s3_2b_期初成批确认(cast: Any) -> None:
    f.register(cast, opening=True)
    f.register(cast, "dongfeng", opening=True)
    client = cast.client("heyan")
    page = text_of(client, f"{HOME}opening/")
    assert "2 件待确认" in page and "撞单待裁定" in page
    assert client.post(f"{HOME}opening/", {"reason": "核对过"}).status_code == 422
    picked = list(Claim.objects.values_list("code", flat=True))
    assert client.post(f"{HOME}opening/", {"reason": "核对过", "picked": picked}).status_code == 302
    assert Claim.objects.filter(state="protected").count() == 1
    assert cast.client("chen").get(f"{HOME}opening/").status_code == 403
