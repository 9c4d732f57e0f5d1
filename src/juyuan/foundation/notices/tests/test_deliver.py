"""往外送:真的 SMTP 服务器、真的 HTTP 服务器(本机)。送不出去的再试,被杀的不送第二遍,收件箱总在。"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import transaction

from juyuan.foundation.duties.actions import open_duty
from juyuan.foundation.duties.tests import kinds
from juyuan.foundation.duties.tests.kinds import OBJECT, RULE, Toys, toys
from juyuan.foundation.notices import config, queries
from juyuan.foundation.notices.actions import SettingDraft, deliver_due, notify, save_setting
from juyuan.foundation.notices.channels import BadSetting, http, mail, robot, sms
from juyuan.foundation.notices.models import Delivery, Notice
from juyuan.foundation.notices.registry import MAIL, ROBOT, SMS, NoticeKind, register, unregister
from juyuan.foundation.notices.tests.hookserver import Hook, hook_server
from juyuan.foundation.notices.tests.smtpserver import Mailbox, smtp_server
from juyuan.foundation.people.models import Account
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken

pytestmark = pytest.mark.django_db
KIND = "toy.told"


@pytest.fixture(autouse=True)
def house(settings: Any) -> Iterator[Toys]:
    settings.JUYUAN_BASE_URL = "https://juyuan.city.example"
    register(NoticeKind(KIND, "玩具通知", channels=(MAIL, ROBOT, SMS)))
    with toys() as made:
        yield made
    unregister(KIND)


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with smtp_server() as made:
        settings.JUYUAN_SMTP_URL = made.url
        yield made


@pytest.fixture
def hook(settings: Any) -> Iterator[Hook]:
    with hook_server() as made:
        settings.JUYUAN_WEBHOOK_URL = made.url
        settings.JUYUAN_WEBHOOK_HOSTS = ["127.0.0.1"]
        yield made


def choose(cast: Any, who: str = "longshan", **more: Any) -> None:
    given = {
        "email": f"{who}@city.example", "mail_on": True, "mail_time": time(8, 30),
        "phone": "13800000000", "robot_on": True, "sms_on": True,
    }  # fmt: skip
    save_setting(actor=cast.actor(who), draft=SettingDraft(**(given | more)), now=cast.NOW)


def tell(cast: Any, *people: str, pk: int = 1) -> None:
    with transaction.atomic():
        notify(
            kind=KIND, person_ids=[cast.person(name).pk for name in people or ("longshan",)],
            object_type=OBJECT, object_id=pk, due_on=cast.TODAY, title=f"玩具{pk}号要看",
            url="/toys/1/", now=cast.NOW,
        )  # fmt: skip


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("channel", "state"))


# ───────── 邮件 ─────────


def test_每日一封_到点才发_一天一封_写得清楚(cast: Any, box: Mailbox) -> None:
    choose(cast, mail_time=time(9, 30))
    tell(cast)
    with transaction.atomic():
        open_duty(
            kind=kinds.KIND, object_type=OBJECT, object_id=5, unit_id=cast.unit("longshan").pk,
            basis_on=cast.TODAY - timedelta(days=30), rule=RULE, actor=Actor.system(), now=cast.NOW,
        )  # fmt: skip
    assert deliver_due(now=cast.NOW) == {}
    later = cast.NOW + timedelta(hours=1)
    assert deliver_due(now=later) == {"sent": 1}
    assert deliver_due(now=later + timedelta(hours=2)) == {}
    letter = box.letters[0]
    text = letter.get_content()
    assert letter["To"] == "longshan@city.example" and letter["From"] == "juyuan@city.example"
    assert letter["Subject"].endswith("2026-11-20 待办与通知 2 件")
    assert "玩具报备：玩具5号" in text and "逾期" in text and "玩具1号要看" in text
    assert "https://juyuan.city.example/toys/5/report/" in text
    assert letter["Message-ID"] == f"<digest-{Delivery.objects.get().pk}@city.example>"
    assert (
        box.senders == ["mail FROM:<juyuan@city.example>"]
        or "juyuan@city.example" in box.senders[0]
    )


def test_没有可说的不发_看不见的不写(cast: Any, box: Mailbox, house: Toys) -> None:
    choose(cast)
    house.hidden["longshan"] = {1}
    tell(cast)
    assert deliver_due(now=cast.NOW) == {"nothing": 1}
    assert box.letters == []


def test_第二天的一封只写上一封以来的(cast: Any, box: Mailbox) -> None:
    choose(cast)
    tell(cast, pk=1)
    deliver_due(now=cast.NOW)
    tomorrow = cast.NOW + timedelta(days=1)
    with transaction.atomic():
        notify(
            kind=KIND, person_ids=[cast.person("longshan").pk], object_type=OBJECT, object_id=2,
            due_on=None, title="玩具2号要看", now=tomorrow - timedelta(hours=2),
        )  # fmt: skip
    deliver_due(now=tomorrow)
    text = box.letters[1].get_content()
    assert "玩具2号要看" in text and "玩具1号要看" not in text


def test_停用的账号不再发(cast: Any, box: Mailbox) -> None:
    choose(cast)
    tell(cast)
    Account.objects.filter(username="longshan").update(is_active=False)
    assert deliver_due(now=cast.NOW) == {"nothing": 1} and box.letters == []


@pytest.mark.parametrize("answers", [[("MAIL", "451 later")], [("RCPT", "450 busy")],
                                     [("BODY", "452 full")], [("MAIL", "drop")]])  # fmt: skip
def test_暂时不收的隔一会再试_收件箱照在(cast: Any, box: Mailbox, answers: list[Any]) -> None:
    choose(cast)
    tell(cast)
    box.answers = answers
    assert deliver_due(now=cast.NOW) == {"waiting": 1}
    assert queries.unread_count(cast.actor("longshan")) == 1
    assert deliver_due(now=cast.NOW + timedelta(seconds=30)) == {}
    assert deliver_due(now=cast.NOW + timedelta(minutes=2)) == {"sent": 1}
    assert len(box.letters) == 1


def test_明确不收的作罢(cast: Any, box: Mailbox) -> None:
    choose(cast)
    tell(cast)
    box.answers = [("RCPT", "550 no such user")]
    assert deliver_due(now=cast.NOW) == {"failed": 1}
    row = Delivery.objects.get(channel=MAIL)
    assert "550" in row.error and deliver_due(now=cast.NOW + timedelta(days=0, hours=3)) == {}


def test_正文交出去之后断开的_不知到没到_不再送(cast: Any, box: Mailbox) -> None:
    choose(cast)
    tell(cast)
    box.answers = [("BODY", "drop")]
    assert deliver_due(now=cast.NOW) == {"unclear": 1}
    assert deliver_due(now=cast.NOW + timedelta(hours=1)) == {} and box.letters == []
    assert queries.unread_count(cast.actor("longshan")) == 1


def test_邮件服务器没开_试到头作罢_收件箱照在(cast: Any, settings: Any) -> None:
    with smtp_server() as gone:
        settings.JUYUAN_SMTP_URL = gone.url
    choose(cast)
    tell(cast)
    moment, results = cast.NOW, []
    for _ in range(6):
        results.append(deliver_due(now=moment))
        moment += timedelta(hours=2)
    assert results == [{"waiting": 1}] * 5 + [{"failed": 1}] or results[-1] == {}
    Delivery.objects.filter(state="waiting").update(next_at=moment)
    deliver_due(now=moment)
    assert Delivery.objects.get(channel=MAIL).state == "failed"
    assert queries.unread_count(cast.actor("longshan")) == 1


def test_进程被杀_认领了没有下文的不再送(cast: Any, box: Mailbox) -> None:
    choose(cast)
    tell(cast)
    Delivery.objects.create(
        person=cast.person("longshan"), channel=MAIL, on=cast.TODAY, state="sending",
        claimed_at=cast.NOW, next_at=cast.NOW, attempts=1,
    )  # fmt: skip
    assert deliver_due(now=cast.NOW + timedelta(minutes=5)) == {}
    assert deliver_due(now=cast.NOW + timedelta(minutes=16)) == {"unclear": 1}
    assert deliver_due(now=cast.NOW + timedelta(hours=1)) == {} and box.letters == []


# ───────── 群 ─────────


def test_企业微信_公开格式_不写对象名称(cast: Any, hook: Hook) -> None:
    choose(cast, mail_on=False, sms_on=False)
    tell(cast)
    assert deliver_due(now=cast.NOW) == {"sent": 1}
    assert deliver_due(now=cast.NOW + timedelta(hours=1)) == {}
    hit = hook.hits[0]
    assert hit.path == "/robot/send" and hit.query == {"key": ["k1"]}
    assert hit.json["msgtype"] == "text"
    assert hit.json["text"]["mentioned_mobile_list"] == ["13800000000"]
    said = hit.json["text"]["content"]
    assert "玩具通知" in said and "longshan经办" in said and "玩具1号" not in said
    assert "https://juyuan.city.example/notices/" in said


def test_钉钉_加签(cast: Any, hook: Hook, settings: Any) -> None:
    settings.JUYUAN_WEBHOOK_FORM, settings.JUYUAN_WEBHOOK_SECRET = "dingtalk", "SEC42"
    choose(cast, mail_on=False, sms_on=False)
    tell(cast)
    assert deliver_due(now=cast.NOW) == {"sent": 1}
    hit = hook.hits[0]
    stamp = hit.query["timestamp"][0]
    assert stamp == str(int(cast.NOW.timestamp() * 1000))
    wanted = hmac.new(b"SEC42", f"{stamp}\nSEC42".encode(), hashlib.sha256).digest()
    assert hit.query["sign"] == [base64.b64encode(wanted).decode()]
    assert hit.json["at"] == {"atMobiles": ["13800000000"]}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((200, b'{"errcode": 45009}', {}), "waiting"),
        ((503, b"", {}), "waiting"),
        ((429, b"", {}), "waiting"),
        ((200, b'{"errcode": 93000}', {}), "failed"),
        ((404, b"", {}), "failed"),
        ((200, b"<html>", {}), "failed"),
        ((302, b"", {"Location": "http://169.254.169.254/"}), "failed"),
        ("drop", "unclear"),
    ],
)
def test_群的各种答复_跳转不跟随(cast: Any, hook: Hook, answer: Any, state: str) -> None:
    choose(cast, mail_on=False, sms_on=False)
    tell(cast)
    hook.answers = [answer]
    deliver_due(now=cast.NOW)
    assert states() == {"robot": state} and len(hook.hits) == 1


def test_发之前对象看不见了就不发(cast: Any, hook: Hook, house: Toys) -> None:
    choose(cast, mail_on=False, sms_on=False)
    tell(cast)
    house.hidden["longshan"] = {1}
    assert deliver_due(now=cast.NOW) == {"nothing": 1} and hook.hits == []


def test_没有选用的人不排_没有配的渠道不排(cast: Any, hook: Hook) -> None:
    choose(cast, robot_on=False)
    tell(cast, "longshan", "dongfeng")
    assert Notice.objects.count() == 2 and not Delivery.objects.exists()


# ───────── 短信 ─────────


def test_短信网关_签名认得出(cast: Any, hook: Hook, settings: Any) -> None:
    settings.JUYUAN_WEBHOOK_URL, settings.JUYUAN_SMS_URL = "", hook.url
    settings.JUYUAN_SMS_SECRET = "s3cret"
    choose(cast, mail_on=False)
    tell(cast)
    assert deliver_due(now=cast.NOW) == {"sent": 1}
    hit = hook.hits[0]
    assert hit.json["phone"] == "13800000000" and "玩具1号" not in hit.json["text"]
    assert hit.json["id"] == f"delivery-{Delivery.objects.get().pk}"
    wanted = hmac.new(b"s3cret", hit.body, hashlib.sha256).hexdigest()
    assert hit.headers["X-Juyuan-Signature"] == f"sha256={wanted}"


# ───────── 设置 ─────────


@pytest.mark.parametrize("url", [
    "http://qyapi.weixin.qq.com/x", "https://evil.example/x", "ftp://127.0.0.1/", "https://",
    "https://qyapi.weixin.qq.com@evil.example/", "https://user:pw@qyapi.weixin.qq.com/x",
    "https://qyapi.weixin.qq.com:99999/", "file:///etc/passwd", "https://qyapi.weixin.qq.com/a b",
])  # fmt: skip
def test_不在允许之列的地址不连(url: str) -> None:
    with pytest.raises(BadSetting):
        http.target(url, robot.PUBLIC_HOSTS["wecom"])


def test_设置写得不对_不送也不崩_说明哪里不对(cast: Any, settings: Any) -> None:
    settings.JUYUAN_SMTP_URL = "smtp://127.0.0.1:25/"
    settings.JUYUAN_WEBHOOK_URL = "https://evil.example/"
    settings.JUYUAN_SMS_URL = "http://sms.example/"
    found = config.channels()
    assert found.ready == frozenset() and set(found.wrong) == {MAIL, ROBOT, SMS}
    choose(cast)
    tell(cast)
    assert deliver_due(now=cast.NOW) == {}


@pytest.mark.parametrize(("url", "tls", "port"), [
    ("smtp://h/?from=a@b", "", 25), ("smtps://u@b:p%40@h/", "direct", 465),
    ("smtp://h:2525/?from=a@b&tls=starttls", "starttls", 2525),
])  # fmt: skip
def test_邮件设置的读法(url: str, tls: str, port: int) -> None:
    if "u@b" in url:
        url = url.replace("u@b", "u%40b")
    server = mail.configured(url)
    assert server is not None and (server.tls, server.port) == (tls, port)


def test_没有设置就没有渠道() -> None:
    assert mail.configured("") is None and sms.configured("", "", []) is None
    assert robot.configured("wecom", "", "", []) is None
    with pytest.raises(BadSetting):
        robot.configured("dingtalk", "https://oapi.dingtalk.com/x", "", [])


def test_选用渠道而没有写地址_退回(cast: Any) -> None:
    for wrong in ({"email": ""}, {"phone": ""}, {"phone": "１３８"}):
        with pytest.raises(RuleBroken):
            choose(cast, **wrong)
