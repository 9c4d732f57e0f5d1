"""公文:草拟 → 送批 → 批准 → 编号印发 → 盖章件、送达;拒绝之后什么也不留。"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.db import connection, transaction

from juyuan.foundation import invariants
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.files.models import FileUse
from juyuan.foundation.files.storage import path_of
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.papers import actions, pdf, queries
from juyuan.foundation.papers.actions import numbers
from juyuan.foundation.papers.actions.sending import DeliveryDraft
from juyuan.foundation.papers.models import Delivery, Document, Register
from juyuan.foundation.papers.rules import check_code
from juyuan.foundation.papers.tests import factories as f
from juyuan.foundation.personal.models import FormDraft
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale


@pytest.fixture(autouse=True)
def kind() -> Iterator[list[Document]]:
    with f.letters() as issued:
        yield issued


def approved(cast: Any, **more: Any) -> Document:
    row = f.draft(cast, **more)
    actions.submit_paper(actor=cast.actor("longshan"), document=row, now=cast.NOW)
    return actions.approve_paper(actor=cast.actor("longshan_head"), document=row, now=cast.NOW)


def issued(cast: Any, **more: Any) -> Document:
    return actions.issue_paper(
        actor=cast.actor("longshan"), document=approved(cast, **more), now=cast.NOW
    )


def verbs(row: Document) -> list[str]:
    events = Event.objects.filter(obj_type="paper", obj_id=row.code, result="done")
    return [e.event.rsplit(".", 1)[1] for e in events.order_by("pk")]


@pytest.mark.django_db
def test_s3_4c_一份函从起草到送达(cast: Any, kind: list[Document]) -> None:
    row = f.draft(cast)
    actions.revise_paper(
        actor=cast.actor("longshan"), document=row, words={"demand": "请尽快开工。"},
        version=row.version, now=cast.NOW,
    )  # fmt: skip
    actions.submit_paper(actor=cast.actor("longshan"), document=row, now=cast.NOW)
    duty = Duty.objects.get(kind="papers.approve")
    assert duty.object_id == row.pk and str(duty.due_on) == "2026-11-24"
    actions.approve_paper(actor=cast.actor("longshan_head"), document=row, now=cast.NOW)
    assert {d.kind: d.ended_at is None for d in Duty.objects.all()} == {
        "papers.approve": False, "papers.issue": True,
    }  # fmt: skip
    later = cast.NOW + timedelta(days=1)
    actions.issue_paper(actor=cast.actor("longshan"), document=row, now=later)
    row.refresh_from_db()
    assert (row.number, row.sequence, str(row.dated)) == ("龙山区样函〔2026〕1号", 1, "2026-11-21")
    assert [d.pk for d in kind] == [row.pk] and not Duty.objects.filter(ended_at__isnull=True)
    raw = path_of(FileUse.objects.get(pk=row.pdf_use_id).file.sha256).read_bytes()
    said = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages)
    assert row.check_code in said and "请尽快开工" in said.replace("\n", "")
    assert raw == queries.rendered(row, "pdf")
    again = queries.paper_of(Document.objects.get(pk=row.pk))
    assert raw == pdf.render(again) and check_code(again) == row.check_code  # 再排一次,字节相同
    actions.upload_scan(
        actor=cast.actor("longshan"), document=row, file_id=f.upload(cast, "longshan"), now=later
    )
    actions.record_delivery(
        actor=cast.actor("longshan"), document=row, now=later,
        draft=DeliveryDraft("hand", "某公司办公室", later.date(), file_id=f.upload(cast, "longshan", "回证.png")),
    )  # fmt: skip
    assert row.scan_name == "盖章件.png" and Delivery.objects.get().receipt_name == "回证.png"
    assert verbs(row) == [
        "drafted",
        "revised",
        "submitted",
        "approved",
        "issued",
        "scanned",
        "delivered",
    ]


@pytest.mark.django_db
def test_s3_4c_起草改稿的人不能批_事实不能改_没写完不能送批(cast: Any) -> None:
    row = f.draft(cast, words={})
    before = Event.objects.count()
    with pytest.raises(RuleBroken, match="请写有关要求"):
        actions.submit_paper(actor=cast.actor("longshan"), document=row, now=cast.NOW)
    with pytest.raises(RuleBroken, match="事实由系统带出"):
        actions.revise_paper(
            actor=cast.actor("longshan"), document=row, words={"fact": "按期开工"}, version=1,
            now=cast.NOW,
        )  # fmt: skip
    with pytest.raises(RuleBroken, match="至多 50 字"):
        actions.revise_paper(
            actor=cast.actor("longshan"), document=row, words={"demand": "长" * 51}, version=1,
            now=cast.NOW,
        )  # fmt: skip
    assert Event.objects.count() == before and not Duty.objects.exists()
    actions.revise_paper(
        actor=cast.actor("longshan_head"), document=row, words={"demand": "请开工。"}, version=1,
        now=cast.NOW,
    )  # fmt: skip
    actions.submit_paper(actor=cast.actor("longshan"), document=row, now=cast.NOW)
    for who in ("longshan", "longshan_head"):  # 起草的、改过的,都不能批
        with pytest.raises(Denied, match="不能批自己的公文"):
            actions.approve_paper(actor=cast.actor(who), document=row, now=cast.NOW)
    with pytest.raises(Stale, match="先由批准人退回"):
        actions.revise_paper(
            actor=cast.actor("longshan"), document=row, words={"demand": "改"},
            version=row.version, now=cast.NOW,
        )  # fmt: skip
    actions.return_paper(
        actor=cast.actor("longshan_head"), document=row, reason="写明条款", now=cast.NOW
    )
    assert row.state == "draft" and row.return_reason == "写明条款"
    assert not Duty.objects.filter(ended_at__isnull=True)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["approve", "issue", "scan", "deliver"])
def test_s3_4c_次序不能跳(cast: Any, verb: str) -> None:
    row = f.draft(cast)
    before = Event.objects.count()
    with pytest.raises(Stale):
        if verb == "approve":
            actions.approve_paper(actor=cast.actor("longshan_head"), document=row, now=cast.NOW)
        elif verb == "issue":
            actions.issue_paper(actor=cast.actor("longshan"), document=row, now=cast.NOW)
        elif verb == "scan":
            actions.upload_scan(actor=cast.actor("longshan"), document=row, file_id=1, now=cast.NOW)
        else:
            actions.record_delivery(
                actor=cast.actor("longshan"), document=row, now=cast.NOW,
                draft=DeliveryDraft("hand", "某", cast.TODAY),
            )  # fmt: skip
    assert Event.objects.count() == before and not Register.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (DeliveryDraft("", "某公司", None), "请选择送达方式"),
        (DeliveryDraft("hand", " ", None), "请写签收的人或单位"),
        (DeliveryDraft("hand", "某公司", None), "请写送达日期"),
    ],
)
def test_s3_4c_送达要写明方式_签收人_日期(cast: Any, draft: DeliveryDraft, said: str) -> None:
    row = issued(cast)
    before = Event.objects.count()
    for on, word in ((draft.on, said), (cast.TODAY + timedelta(1), "不能晚于今天"),
                     (cast.TODAY - timedelta(1), "不能早于成文日期")):  # fmt: skip
        with pytest.raises(RuleBroken, match=word):
            actions.record_delivery(
                actor=cast.actor("longshan"), document=row, now=cast.NOW,
                draft=DeliveryDraft(draft.way, draft.receiver, on),
            )  # fmt: skip
    assert not Delivery.objects.exists() and Event.objects.count() == before


@pytest.mark.django_db
def test_s3_4c_文号抄自办公系统_没抄不行_用过的不行(cast: Any, monkeypatch: Any) -> None:
    first, second = approved(cast), approved(cast, title="关于另一件的函")
    with pytest.raises(RuleBroken, match="不必填写"):
        actions.issue_paper(
            actor=cast.actor("longshan"), document=first, number="龙政函〔2026〕8号", now=cast.NOW
        )
    monkeypatch.setattr(numbers, "numbering", lambda on: numbers.Numbering.OFFICE)
    with pytest.raises(RuleBroken, match="请抄录"):
        actions.issue_paper(actor=cast.actor("longshan"), document=first, now=cast.NOW)
    actions.issue_paper(
        actor=cast.actor("longshan"), document=first, number=" 龙政函〔2026〕8号 ", now=cast.NOW
    )
    assert first.number == "龙政函〔2026〕8号" and first.sequence is None
    with pytest.raises(RuleBroken, match="已经用过"):
        actions.issue_paper(
            actor=cast.actor("longshan"), document=second, number="龙政函〔2026〕8号", now=cast.NOW
        )
    second.refresh_from_db()
    assert second.state == "approved" and not Register.objects.exists()


@pytest.mark.django_db
def test_s3_4c_作废的号不再用_登记簿不空号(cast: Any) -> None:
    first = issued(cast)
    with pytest.raises(RuleBroken, match="请写明理由"):
        actions.void_paper(actor=cast.actor("longshan"), document=first, reason="", now=cast.NOW)
    actions.void_paper(
        actor=cast.actor("longshan_head"), document=first, reason="写错了公司", now=cast.NOW
    )
    assert issued(cast).number.endswith("2号")
    assert invariants.check(cast.TODAY) == []
    assert queries.checked(first.number, first.check_code).voided


@pytest.mark.django_db
def test_s3_4c_核验_文号与核验码都对才认_存档动过就不认(cast: Any) -> None:
    row = issued(cast)
    found = queries.checked(f" {row.number} ", row.check_code.replace("-", "").lower())
    assert found.found and found.title == row.title and found.unit == "龙山区人民政府"
    assert not queries.checked(row.number, "0000-0000-0000-0000").found
    assert not queries.checked("龙山区样函〔2026〕2号", row.check_code).found
    kept = path_of(FileUse.objects.get(pk=row.pdf_use_id).file.sha256)
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes() + b" ")
    assert not queries.checked(row.number, row.check_code).found
    kept.unlink()
    assert not queries.checked(row.number, row.check_code).found


@pytest.mark.django_db
def test_s3_4c_看不见对象就看不见公文(cast: Any) -> None:
    row = f.draft(cast)
    assert queries.door(cast.actor("heyan"), row.code) == row
    for who in ("dongfeng", "guwen", "kong"):
        with pytest.raises(NotFound):
            queries.door(cast.actor(who), row.code)
        assert not queries.visible_to(cast.actor(who)).exists()
    with pytest.raises(NotFound):
        queries.door(cast.actor("heyan"), "GW-NOTHING0")


@pytest.mark.django_db
def test_s3_4c_系统记录_直接编号存档_要批准的不行(cast: Any) -> None:
    f.load_pack(now=cast.NOW)
    unit = cast.actor("longshan").post.unit_id
    values: dict[str, Any] = {
        "kind": f.KIND, "object_type": "unit", "object_id": unit, "unit_id": unit, "title": "记录",
        "facts": {"fact": "已评审", "promised": "无"},
    }  # fmt: skip
    with pytest.raises(ValueError, match="要经批准"):
        actions.record_issue(actor=cast.actor("longshan"), now=cast.NOW, **values)
    with f.letters(needs_approval=False):
        row = actions.record_issue(actor=cast.actor("longshan"), now=cast.NOW, **values)
    assert row.state == "issued" and row.number == "龙山区样函〔2026〕1号" and row.pdf_use_id


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
def test_s3_4c_五十个人同时印发_号连续不空_失败的不占号(cast: Any) -> None:
    f.load_pack(now=cast.NOW)
    count, failing = 50, {7, 19, 33}
    unit = cast.unit("longshan")
    gate, got, errors = threading.Barrier(count), [], []
    actor = cast.actor("longshan")

    def write(order: int) -> None:
        try:
            gate.wait(timeout=60)
            with transaction.atomic():
                row = actions.record_issue(
                    actor=actor, kind=f.KIND, object_type="unit", object_id=unit.pk,
                    unit_id=unit.pk, title=f"第{order}份", now=cast.NOW,
                    facts={"fact": f"第{order}件", "promised": order},
                )  # fmt: skip
                if order in failing:
                    raise RuntimeError("取了号之后失败")
            got.append(row.sequence)
        except RuntimeError as error:
            errors.append(error)
        finally:
            connection.close()

    with f.letters(needs_approval=False):
        threads = [threading.Thread(target=write, args=(n,)) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
    assert len(errors) == len(failing)
    assert sorted(got) == list(range(1, count - len(failing) + 1))
    assert Register.objects.get().last == count - len(failing)
    assert invariants.check(cast.TODAY) == []


@pytest.mark.django_db(transaction=True)
def test_s3_4c_没有事务不发号(cast: Any) -> None:
    f.load_pack(now=cast.NOW)
    with pytest.raises(RuntimeError, match="事务"):
        numbers.take_number(cast.unit("longshan"), "样函", 2026)
    assert not Register.objects.exists()


@pytest.mark.django_db
def test_全库关系_登记簿空了号就说(cast: Any) -> None:
    row = issued(cast)
    assert invariants.check(cast.TODAY) == []
    Register.objects.update(last=2)
    assert [f.rule for f in invariants.check(cast.TODAY)] == ["paper_numbers"]
    Register.objects.update(last=1)
    Document.objects.filter(pk=row.pk).update(sequence=3)
    assert [f.rule for f in invariants.check(cast.TODAY)] == ["paper_numbers"]


@pytest.mark.django_db
def test_改到一半的话回来还在_事实改过的说一声_存下就清(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    row = f.draft(cast)
    client, url = cast.client("longshan"), f"/papers/{row.code}/"
    typed = {"_form": "papers.words", "_object": row.code, "_version": "1", "demand": "改到一半"}
    assert client.post("/drafts/save/", typed).status_code == 200
    page = client.get(url).content.decode()
    assert "改到一半" in page and "已填回您" in page and "又被改过" not in page
    actions.revise_paper(
        actor=cast.actor("longshan_head"), document=row, words={"demand": "别人写的。"}, version=1,
        now=cast.NOW,
    )  # fmt: skip
    moved = client.get(url).content.decode()
    assert "改到一半" in moved and "jy-note--warn" in moved
    actions.submit_paper(actor=cast.actor("longshan"), document=row, now=cast.NOW)
    sent = client.get(url).content.decode()  # 送批了,没有表单:不说已经填回
    assert "已填回您" not in sent and "改到一半" not in sent
    actions.return_paper(
        actor=cast.actor("shangwuju_head"), document=row, reason="再改", now=cast.NOW
    )
    assert "改到一半" in client.get(url).content.decode()
    row.refresh_from_db()
    saved = client.post(f"{url}words/", {"demand": "写完了。", "version": str(row.version)})
    assert saved.status_code == 302 and not FormDraft.objects.exists()
    row.refresh_from_db()
    assert row.words == {"demand": "写完了。"}
