"""审计、人员的导出:正是所见,按范围,记一笔,没有公式。"""

from io import BytesIO

import pytest
from django.db import transaction
from openpyxl import load_workbook

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.models import Person

pytestmark = pytest.mark.django_db


def sheet(cast, who, url):
    answer = cast.client(who).get(url)
    assert answer.status_code == 200, answer.content[:300]
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    return [
        [str(v) for v in row if v is not None] for row in book.active.iter_rows(values_only=True)
    ]


def note(cast, who, **more):
    given = {"event": "people.person.edited", "obj_type": "person", "obj_id": "zhang",
             "obj_label": "张", "reason": "=1+1", **more}  # fmt: skip
    with transaction.atomic():
        record(actor=cast.actor(who), now=cast.NOW, **given)


def test_the_audit_export_is_the_filtered_list_scoped_and_itself_noted(cast):
    note(cast, "sysadmin")
    note(cast, "longshan", obj_type="project", obj_id="LY-1", obj_label="机密项目", reason="不外传",
         event="pipeline.project.edited")  # fmt: skip
    rows = sheet(cast, "auditadmin", "/exports/audit/")
    text = "\n".join("|".join(row) for row in rows)
    assert "LY-1" in text
    assert "机密项目" not in text
    assert "不外传" not in text
    assert "=1+1" in text
    only = sheet(cast, "auditadmin", "/exports/audit/?type=person&columns=at,obj_id")
    assert "zhang" in str(only)
    assert "LY-1" not in str(only)
    assert "LY-1" not in str(sheet(cast, "secadmin", "/exports/audit/"))
    assert "zhang" in str(sheet(cast, "secadmin", "/exports/audit/"))
    assert Event.objects.filter(event="exchange.exported", result="done").count() == 4


def test_the_lists_offer_their_export_and_others_may_not(cast):
    html = cast.client("auditadmin").get("/audit/?type=person").content.decode()
    assert "/exports/audit/?type=person&amp;columns=at%2Cwho%2Cpost" in html
    html = cast.client("sysadmin").get("/admin/people/?sort=-last_login").content.decode()
    assert "/exports/accounts/?sort=-last_login&amp;columns=name%2Ccode" in html
    rows = sheet(cast, "sysadmin", "/exports/accounts/?q=longshan")
    assert "longshan" in str(rows)
    assert "dongfeng" not in str(rows)
    before = Event.objects.filter(event="exchange.exported", result="done").count()
    for who in ("longshan", "chen", "heyan"):
        for kind in ("audit", "accounts"):
            assert cast.client(who).get(f"/exports/{kind}/").status_code == 403
    assert Event.objects.filter(event="exchange.exported", result="done").count() == before


def test_people_are_sorted_and_pages_neither_repeat_nor_skip(cast):
    client = cast.client("sysadmin")
    for sort in ("name", "-name", "last_login", "-last_login"):
        seen, url = [], f"/admin/people/?limit=10&sort={sort}"
        for _ in range(20):
            page = client.get(url)
            assert page.status_code == 200
            seen += [person.code for person in page.context["page"].items]
            if not page.context["page"].next:
                break
            url = f"/admin/people/?limit=10&sort={sort}&cursor={page.context['page'].next}"
        assert len(seen) == len(set(seen)) == Person.objects.count()


def test_the_audit_list_turns_round_and_its_export_with_it(cast):
    for code in ("zz-1", "zz-2", "zz-3"):
        note(cast, "sysadmin", obj_id=code)
    client = cast.client("auditadmin")
    for sort, wanted in (("", ["zz-3", "zz-2", "zz-1"]), ("at", ["zz-1", "zz-2", "zz-3"])):
        url = f"?type=person&sort={sort}"
        html = client.get(f"/audit/{url}").content.decode()
        assert sorted(wanted, key=html.index) == wanted
        rows = sheet(cast, "auditadmin", f"/exports/audit/{url}&columns=obj_id")
        assert [row[0] for row in rows if row[0] in wanted] == wanted
