"""命令行建账号、发令牌。"""

import pytest

from juyuan.faces.cli.manage_users import add_user, issue_token
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import initial_password
from juyuan.foundation.people.models import Account, Post
from juyuan.foundation.people.queries import account_for_token
from juyuan.foundation.people.rules import password_findings
from juyuan.kernel.verdict import NotFound, RuleBroken
from tests.cast import NOW


def test_user_add_makes_person_account_and_post_as_console(cast):
    made = add_user(username="XinRen", unit="龙山区", role="经办", name="新人", now=NOW)
    account = Account.objects.get(username="xinren")
    assert account.check_password(made.password)
    assert account.must_change_password
    post = Post.objects.get(person=account.person)
    assert (post.unit.code, post.role, post.starts_on.isoformat()) == (
        "longshan",
        "clerk",
        "2026-11-20",
    )
    event = Event.objects.first()
    assert (event.event, event.actor_name, event.via) == (
        "people.post.granted",
        "控制台",
        "console",
    )


def test_user_add_again_adds_a_post_and_keeps_the_password(cast):
    first = add_user(username="xinren", unit="longshan", role="clerk", now=NOW)
    second = add_user(username="xinren", unit="xian", role="head", now=NOW)
    assert second.password == ""
    assert Account.objects.get(username="xinren").check_password(first.password)
    assert Post.objects.filter(person__code="xinren").count() == 2


@pytest.mark.parametrize(
    ("unit", "role", "words"),
    [
        ("没有的局", "clerk", "认不出单位「没有的局」"),
        ("longshan", "皇帝", "没有「皇帝」这个角色"),
        ("longshan", "auditadmin", "三员互斥"),
    ],
)
def test_user_add_refused_leaves_nothing(cast, unit, role, words):
    username = "longshan" if role == "auditadmin" else "xinren"
    accounts, posts, events = Account.objects.count(), Post.objects.count(), Event.objects.count()
    with pytest.raises(RuleBroken, match=words):
        add_user(username=username, unit=unit, role=role, now=NOW)
    assert (Account.objects.count(), Post.objects.count()) == (accounts, posts)
    assert Event.objects.count() == events


def test_token_is_returned_once_and_works(cast):
    token = issue_token(username="longshan", label="脚本", now=NOW)
    assert account_for_token(token, NOW) == cast.account("longshan")
    assert token not in str([vars(e) for e in Event.objects.all()])
    with pytest.raises(NotFound):
        issue_token(username="meiyou", now=NOW)


def test_initial_passwords_satisfy_the_rules():
    made = {initial_password() for _ in range(50)}
    assert len(made) == 50
    assert all(not password_findings(password) for password in made)
