"""线索的附件与自动保存:看得见线索的才下得了附件,每次留痕;填到一半换台机器接着填。"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.files.models import FileUse
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.personal.models import FormDraft
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.rooms.outreach.actions.keep import attach_file, withdraw_lead
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.rules.drafts import LeadSecrecy
from juyuan.rooms.outreach.tests import factories as f
from juyuan.rooms.pipeline.tests.factories import stored

pytestmark = pytest.mark.django_db
PATHS = {
    "normal": ("shanghui", "chen", "heyan", "zongzhaoji"),
    "restricted": ("shanghui", "heyan", "zongzhaoji"),
}
EVERYBODY = ("shanghui", "guwen", "chen", "heyan", "longshan", "dongfeng", "zongzhaoji", "caizheng",
             "lianzhang", "sysadmin", "auditadmin", "kong")  # fmt: skip


def attach(cast: Any, lead: Lead, by: str, title: str = "来函", text: str = "") -> FileUse:
    file = stored(cast.actor(by), text or f"附件-{by}-{lead.code}", cast.NOW)
    return attach_file(actor=cast.actor(by), lead=lead, file=file, title=title, now=cast.NOW)


@pytest.mark.parametrize("secrecy", list(PATHS))
def test_s2_5b_附件只有看得见线索的下得了_每次留痕(cast: Any, settings: Any, secrecy: str) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    lead = f.submitted(cast, secrecy=LeadSecrecy(secrecy))
    use = attach(cast, lead, "shanghui")
    url = f"/files/{use.pk}/"
    none = cast.client("longshan").get("/files/00000000-0000-4000-8000-000000000000/")
    got = set()
    for who in EVERYBODY:
        answer = cast.client(who).get(url)
        if answer.status_code == 200:
            got.add(who)
        elif who == "longshan":
            assert (answer.status_code, answer.content) == (none.status_code, none.content)
    assert got == set(PATHS[secrecy])
    told = Event.objects.filter(event__startswith="files.file.", obj_type="outreach_lead")
    downloads = told.filter(event__in=("files.file.downloaded", "files.file.previewed"))
    assert downloads.count() == len(got)
    page = cast.client("shanghui").get(f"/leads/{lead.code}/").content.decode()
    assert "来函" in page and url in page


def test_s2_5b_附件由报送人_商务主管部门_承办单位交(cast: Any) -> None:
    lead = f.submitted(cast)
    for who in ("guwen", "longshan", "dongfeng", "zongzhaoji", "caizheng"):
        with pytest.raises(Denied):
            attach(cast, lead, who)
    assert not FileUse.objects.filter(object_type="outreach_lead").exists()
    attach(cast, lead, "shanghui")
    attach(cast, lead, "chen", "核实的照片")
    f.assigned(cast, lead, to="longshan")
    attach(cast, f.fresh(lead), "longshan", "现场照片")
    assert FileUse.objects.filter(object_type="outreach_lead", object_id=str(lead.pk)).count() == 3
    assert Event.objects.filter(event="outreach.lead.attach", obj_id=lead.code).count() == 3
    fresh = f.fresh(lead)
    assert fresh.content == lead.content and fresh.version == 3


def test_s2_5b_草稿的附件别人交不了_没写是什么的不收_撤回的不收(cast: Any) -> None:
    lead = f.submitted(cast, submit=False)
    with pytest.raises(Denied):
        attach(cast, lead, "chen")
    with pytest.raises(RuleBroken) as broken:
        attach_file(actor=cast.actor("shanghui"), lead=lead, file=None, title=" ", now=cast.NOW)
    assert {x.rule for x in broken.value.findings} == {"lead.file", "lead.file_title"}
    withdraw_lead(actor=cast.actor("shanghui"), lead=lead, reason="不报了,撤回", now=cast.NOW)
    with pytest.raises(RuleBroken):
        attach(cast, lead, "shanghui")
    assert not FileUse.objects.filter(object_type="outreach_lead").exists()


def test_s2_5b_网页交附件_被退回不必重选文件(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    lead = f.submitted(cast)
    client, url = cast.client("shanghui"), f"/leads/{lead.code}/files/"
    assert client.get(url).status_code == 200
    file = SimpleUploadedFile("来函.txt", "意向函".encode())
    again = client.post(url, {"title": "", "file": file})
    assert again.status_code == 422
    token = again.content.decode().split('name="kept_file" value="')[1].split('"')[0]
    assert client.post(url, {"title": "意向函", "kept_file": token}).status_code == 302
    assert FileUse.objects.get(object_type="outreach_lead").label == "意向函"
    assert cast.client("zongzhaoji").get(url).status_code == 403
    assert cast.client("guwen").get(url).status_code == 404


def test_s2_5b_填到一半自动存下_打开接着填_交了就清(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    f.parameters(cast)
    client = cast.client("shanghui")
    page = client.get("/leads/new/").content.decode()
    assert 'data-autosave-form="outreach.new"' in page
    saved = client.post(
        "/drafts/save/", {"_form": "outreach.new", "investor_name": "填到一半的公司", "jobs": "12"}
    )
    assert saved.status_code == 200, saved.content
    again = client.get("/leads/new/").content.decode()
    assert "填到一半的公司" in again and 'value="12"' in again
    assert "填到一半的公司" not in cast.client("guwen").get("/leads/new/").content.decode()
    assert not Lead.objects.exists()
    assert (
        client.post("/leads/new/", {"investor_name": "填到一半的公司", "keep": "1"}).status_code
        == 302
    )
    assert not FormDraft.objects.exists()
    lead = Lead.objects.get()
    url = f"/leads/{lead.code}/edit/"
    form = {
        "_form": "outreach.edit",
        "_object": lead.code,
        "_version": "1",
        "content": "自动存下的内容",
    }
    assert client.post("/drafts/save/", form).status_code == 200
    page = client.get(url).content.decode()
    assert "自动存下的内容" in page and f'data-autosave-object="{lead.code}"' in page
    assert "接着填线索" in client.get("/drafts/").content.decode()
    assert cast.client("guwen").post("/drafts/save/", form).status_code in (200, 404)
    assert "填到一半的公司" not in cast.client("guwen").get("/drafts/").content.decode()
