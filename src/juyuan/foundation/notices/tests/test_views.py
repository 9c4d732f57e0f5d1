"""通知的门:铃、收件箱、设置、日历订阅(地址就是钥匙)、离岗页。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.duties.actions import open_duty
from juyuan.foundation.duties.tests.kinds import KIND, OBJECT, RULE, Toys, toys
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices import ical
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.notices.models import Notice, NoticeSetting
from juyuan.foundation.people.models import Absence, Account
from juyuan.kernel.actor import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(cast: Any, settings: Any) -> Iterator[Toys]:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    with toys() as made:
        yield made


def tell(cast: Any, who: str = "longshan", pk: int = 1, url: str = "/duties/") -> Notice:
    with transaction.atomic():
        notify(
            kind="duties.due", person_ids=[cast.person(who).pk], object_type=OBJECT, object_id=pk,
            due_on=cast.TODAY, title=f"玩具{pk}号", url=url, now=cast.NOW,
        )  # fmt: skip
    return Notice.objects.latest("pk")


def owe(cast: Any, pk: int = 1) -> None:
    with transaction.atomic():
        open_duty(
            kind=KIND, object_type=OBJECT, object_id=pk, unit_id=cast.unit("longshan").pk,
            basis_on=cast.TODAY, rule=RULE, actor=Actor.system(), now=cast.NOW,
        )  # fmt: skip


def test_铃上是看得见的未读数_读过就没有(cast: Any, house: Toys) -> None:
    tell(cast)
    tell(cast, pk=2)
    house.hidden["longshan"] = {2}
    client = cast.client("longshan")
    assert 'aria-label="通知，未读 1 条"' in client.get("/policy/").content.decode()
    row = Notice.objects.get(object_id=1)
    response = client.post(f"/notices/{row.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/duties/")
    assert 'aria-label="通知"' in client.get("/policy/").content.decode()


def test_收件箱_别人的和看不见的都没有(cast: Any, house: Toys) -> None:
    tell(cast)
    other = tell(cast, "dongfeng", pk=2)
    hidden = tell(cast, pk=3)
    house.hidden["longshan"] = {3}
    client = cast.client("longshan")
    html = client.get("/notices/").content.decode()
    assert "玩具1号" in html and "玩具2号" not in html and "玩具3号" not in html
    answers = [client.post(f"/notices/{pk}/") for pk in (other.pk, hidden.pk, 99999999)]
    assert {(r.status_code, r.content) for r in answers} == {(404, answers[0].content)}
    assert client.get(f"/notices/{other.pk}/").status_code == 405
    client.post("/notices/read-all/")
    assert not Notice.objects.filter(object_id=1, read_at=None).exists()
    assert Notice.objects.filter(object_id=3, read_at=None).exists()


def test_只去站内(cast: Any) -> None:
    row = tell(cast, url="//evil.example/")
    assert cast.client("longshan").post(f"/notices/{row.pk}/")["Location"] == "/notices/"


def test_设置_存下_写错了退回_台账不抄邮箱(cast: Any) -> None:
    client = cast.client("longshan")
    assert client.get("/notices/settings/").status_code == 200
    assert client.post("/notices/settings/", {"mail_on": "on"}).status_code == 422
    assert client.post("/notices/settings/", {"email": "不是邮箱"}).status_code == 422
    assert not NoticeSetting.objects.exists()
    good = {"mail_on": "on", "email": "a@city.example", "mail_time": "07:45"}
    assert client.post("/notices/settings/", good).status_code == 302
    row = NoticeSetting.objects.get()
    assert (row.person, row.mail_on, f"{row.mail_time:%H:%M}") == (
        cast.person("longshan"), True, "07:45",
    )  # fmt: skip
    event = Event.objects.get(event="notices.setting.saved")
    assert "city.example" not in f"{event.after}{event.obj_label}"


def feed_of(cast: Any, who: str = "longshan") -> str:
    html = cast.client(who).post("/notices/feed/", {"act": "make"}).content.decode()
    return "/ical/" + html.split("/ical/")[1].split(".ics")[0] + ".ics"


def test_日历_不用登录_只有本人此刻看得见的(cast: Any, house: Toys) -> None:
    owe(cast, 1)
    owe(cast, 2)
    house.hidden["longshan"] = {2}
    url = feed_of(cast)
    response = Client().get(url)
    text = response.content.decode().replace("\r\n ", "")
    assert response["Content-Type"].startswith("text/calendar")
    assert "玩具1号" in text and "玩具2号" not in text
    assert "DTSTART;VALUE=DATE:20261127" in text and text.startswith("BEGIN:VCALENDAR\r\n")
    house.hidden["longshan"] = {1, 2}
    assert "玩具" not in Client().get(url).content.decode().replace("玩具报备", "")


def test_日历地址_错的_撤销的_换过的_停用的_都与不存在逐字节相同(cast: Any) -> None:
    missing = Client().get("/ical/wrong.ics")
    assert missing.status_code == 404
    first = feed_of(cast)
    second = feed_of(cast)
    assert Client().get(first).content == missing.content
    assert Client().get(second).status_code == 200
    digest = NoticeSetting.objects.get().feed_digest
    assert digest and digest not in second
    Account.objects.filter(username="longshan").update(is_active=False)
    assert Client().get(second).content == missing.content
    Account.objects.filter(username="longshan").update(is_active=True)
    cast.client("longshan").post("/notices/feed/", {"act": "revoke"})
    gone = Client().get(second)
    assert (gone.status_code, gone.content, dict(gone.headers)) == (
        404, missing.content, dict(missing.headers),
    )  # fmt: skip
    assert [e.event for e in Event.objects.filter(event__startswith="notices.feed").order_by("id")] == [
        "notices.feed.made", "notices.feed.made", "notices.feed.revoked",
    ]  # fmt: skip


def unfold(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def plain(said: str) -> str:
    found, skip = "", False
    for ch in said:
        if skip:
            found += "\n" if ch == "n" else ch
            skip = False
        elif ch == "\\":
            skip = True
        else:
            found += ch
    return found


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200))
def test_日历_折行不超过75个八位字节_展开还原(text: str) -> None:
    folded = ical.fold(f"SUMMARY:{ical.escape(text)}")
    assert all(len(line.encode()) <= ical.LIMIT for line in folded.split("\r\n"))
    assert plain(unfold(folded)[0].removeprefix("SUMMARY:")) == text


def test_日历_转义() -> None:
    assert ical.escape("甲;乙,丙\\丁\r\n戊\x00") == "甲\\;乙\\,丙\\\\丁\\n戊"


def test_离岗页_登记_撤销_负责人替人登记(cast: Any) -> None:
    client = cast.client("longshan")
    form = {
        "person": "longshan", "deputy": "duo", "starts_on": "2026-11-21", "ends_on": "2026-11-25",
        "reason": "出差",
    }  # fmt: skip
    assert client.post("/absences/", form | {"deputy": "dongfeng"}).status_code == 422
    assert client.post("/absences/", form | {"ends_on": "2026-11-01"}).status_code == 422
    assert client.post("/absences/", form).status_code == 302
    row = Absence.objects.get()
    assert "出差" in client.get("/absences/").content.decode()
    assert cast.client("dongfeng").post(f"/absences/{row.pk}/cancel/").status_code == 404
    assert cast.client("duo").post(f"/absences/{row.pk}/cancel/").status_code == 403
    assert cast.client("longshan_head").post(f"/absences/{row.pk}/cancel/").status_code == 302
    assert cast.client("longshan_head").post("/absences/", form).status_code == 302
    assert (
        cast.client("longshan_head").post("/absences/", form | {"person": "dongfeng"}).status_code
        == 422
    )


def test_接口_本人的通知(cast: Any) -> None:
    from juyuan.foundation.people.actions import make_token

    tell(cast)
    tell(cast, "dongfeng", pk=2)
    token = make_token(actor=Actor.console(), username="longshan", now=cast.NOW)
    ask = lambda query: Client().get(  # noqa: E731
        f"/api/v1/notices{query}", headers={"Authorization": f"Bearer {token}"}
    )
    body = ask("").json()
    assert (body["unread"], [row["title"] for row in body["items"]]) == (1, ["玩具1号"])
    assert ask("?cursor=bad").status_code == 422
    assert body["items"][0]["created_at"].startswith((cast.NOW - timedelta(0)).date().isoformat())
