"""审计页:审计管理员看全部而不见业务内容,安全管理员只看三员,别人不看。"""

import pytest
from django.db import transaction

from juyuan.foundation.ledger import anchors, keys
from juyuan.foundation.ledger.actions import record, refuse
from juyuan.foundation.ledger.jobs import keep
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.ledger.verifying import verify
from juyuan.foundation.people.actions import disable_account
from tests.cast import NOW


@pytest.fixture
def acts(cast):
    """一件业务、一次拒绝、一件管理。"""
    with transaction.atomic():
        record(
            event="pipeline.project.edited",
            actor=cast.actor("longshan"),
            obj_type="project",
            obj_id="K7QX2M",
            obj_label="绝不可见的项目名",
            before={"total": 1},
            after={"total": 998877},
            reason="绝不可见的理由",
            now=NOW,
        )
    refuse(
        event="access.denied",
        actor=cast.actor("xian"),
        obj_type="url",
        obj_id="pipeline:recognise",
        message="只有核验人可以认定",
        now=NOW,
    )
    disable_account(actor=cast.actor("sysadmin"), username="keji", reason="调离机关", now=NOW)
    return cast


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_auditadmin_sees_who_did_what_but_no_business_content(acts):
    page = text(acts.client("auditadmin").get("/audit/"))
    for words in (
        "修改项目",
        "K7QX2M",
        "longshan经办",
        "拒绝",
        "停用账号",
        "调离机关",
    ):
        assert words in page
    event = Event.objects.get(event="pipeline.project.edited")
    detail = text(acts.client("auditadmin").get(f"/audit/{event.pk}/"))
    for secret in ("绝不可见", "998877"):
        assert secret not in page
        assert secret not in detail


def test_a_management_act_shows_before_and_after(acts):
    event = Event.objects.filter(event="people.post.granted").first()
    assert "起任日" in text(acts.client("auditadmin").get(f"/audit/{event.pk}/"))


def test_secadmin_sees_the_three_admins_only(acts):
    client = acts.client("secadmin")
    page = text(client.get("/audit/"))
    assert "停用账号" in page
    assert "K7QX2M" not in page
    event = Event.objects.get(event="pipeline.project.edited")
    assert client.get(f"/audit/{event.pk}/").status_code == 404


def test_reading_the_audit_is_itself_on_record(acts):
    acts.client("auditadmin").get("/audit/?refused=1")
    event = Event.objects.first()
    assert (event.event, event.actor_name, event.obj_label) == (
        "ledger.audit.read",
        "审计管理员",
        "refused=1",
    )


@pytest.mark.parametrize(
    "who", ["sysadmin", "heyan", "shangwuju_head", "zongzhaoji", "shenji", "kong"]
)
def test_others_do_not_read_the_audit(acts, who):
    response = acts.client(who).get("/audit/")
    assert response.status_code == 403
    assert "K7QX2M" not in response.content.decode()


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("?refused=1", "无权访问", "停用账号"),
        ("?type=project", "K7QX2M", "停用账号"),
        ("?obj=K7QX2M", "K7QX2M", "停用账号"),
        ("?event=停用", "停用账号", "K7QX2M"),
        ("?event=pipeline.project.edited", "K7QX2M", "停用账号"),
        ("?who=longshan", "K7QX2M", "停用账号"),
        ("?who=系统管理", "停用账号", "K7QX2M"),
        ("?since=2026-11-20&until=2026-11-20&type=project", "K7QX2M", "停用账号"),
        ("?since=2026-11-21&type=project", "没有符合条件的记录", "K7QX2M"),
        ("?until=2026-11-19&type=project", "没有符合条件的记录", "K7QX2M"),
    ],
)
def test_filters(acts, query, seen, unseen):
    page = text(acts.client("auditadmin").get(f"/audit/{query}"))
    body = page.split("<tbody>")[-1] if "<tbody>" in page else page
    assert seen in body
    assert unseen not in body


@pytest.mark.parametrize(
    "query",
    [
        "?since=x",
        "?until=9999-12-31",
        "?since=0001-01-01",
        "?cursor=%00",
        "?limit=-1",
        "?who=%00",
        "?obj=%00%27",
        "?type=" + "x" * 999,
    ],
)
def test_odd_queries_are_no_error(acts, query):
    assert acts.client("auditadmin").get(f"/audit/{query}").status_code == 200


def test_pages_follow_each_other_by_key(acts, django_assert_max_num_queries):
    client = acts.client("auditadmin")
    seen, url = [], "/audit/?limit=20&who=控制台"
    first = client.get("/audit/?limit=50")
    page = first.context["page"]
    seen += [event.pk for event in page.items]
    second = client.get(f"/audit/?limit=50&cursor={page.next}")
    seen += [event.pk for event in second.context["page"].items]
    assert len(seen) == 100
    assert len(set(seen)) == 100
    assert seen[:50] == sorted(seen[:50], reverse=True)
    with django_assert_max_num_queries(14):
        client.get(url)


def test_only_the_auditadmin_sees_the_seals_and_takes_an_anchor(acts, settings):
    """封存页只给审计管理员;下载的锚点核验得过,并留一行。"""
    settings.JUYUAN_AUDIT_KEY = "k" * 32
    for other in ("secadmin", "sysadmin", "longshan"):
        assert acts.client(other).get("/audit/seals/").status_code == 403
        assert acts.client(other).post("/audit/anchor/").status_code == 403
    admin = acts.client("auditadmin")
    assert "还没有封存" in text(admin.get("/audit/seals/"))
    given = admin.post("/audit/anchor/")
    assert given["Content-Disposition"] == 'attachment; filename="anchor-1.json"'
    anchor = anchors.read(given.json(), keys.ring(keys.AUDIT))
    assert verify(anchor).findings == []
    assert Event.objects.filter(event="ledger.anchor.exported").count() == 1
    keep(today=NOW.date(), now=NOW)
    page = text(admin.get("/audit/seals/"))
    assert "封存正常" in page
    assert "相符" in page


def test_without_a_key_the_page_says_what_is_lost(acts, settings):
    settings.JUYUAN_AUDIT_KEY, settings.DEMO = "", False
    page = text(acts.client("auditadmin").get("/audit/seals/"))
    assert "没有 JUYUAN_AUDIT_KEY" in page
    assert "下载锚点" not in page
    assert acts.client("auditadmin").post("/audit/anchor/").status_code == 422
