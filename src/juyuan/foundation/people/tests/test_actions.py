"""动作:成功旁边就是拒绝;拒绝之后没有行、没有台账。"""

import threading
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import (
    change_password,
    create_account,
    create_unit,
    disable_account,
    edit_unit,
    enable_account,
    end_post,
    grant_post,
    make_token,
    register_person,
    revoke_token,
    set_password,
)
from juyuan.foundation.people.models import Account, ApiToken, Person, Post, Unit
from juyuan.foundation.people.queries import account_for_token, exclusion_violations
from juyuan.foundation.people.rules import UnitDraft
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from tests.cast import NOW, PASSWORD, SINCE, TODAY, Cast

CONSOLE = Actor.console()
MODELS = (Unit, Person, Account, Post, ApiToken, Event)


@contextmanager
def nothing_happens():
    before = [model.objects.count() for model in MODELS]
    yield
    assert [model.objects.count() for model in MODELS] == before


# ───────── 单位 ─────────


def test_sysadmin_registers_a_unit(cast):
    draft = UnitDraft("xiangbei", "向北镇", "town", parent="longshan")
    unit = create_unit(actor=cast.actor("sysadmin"), draft=draft, now=NOW)
    assert (unit.path, unit.parent) == ("/shizhengfu/longshan/xiangbei/", cast.unit("longshan"))
    event = Event.objects.first()
    assert (event.event, event.obj_id, event.actor_name) == (
        "people.unit.created",
        "xiangbei",
        "系统管理员",
    )
    assert event.after["parent"] == "longshan"


@pytest.mark.parametrize("who", ["secadmin", "auditadmin", "chen", "longshan_head", "zongzhaoji"])
def test_nobody_else_registers_units_people_or_accounts(cast, who):
    actor = cast.actor(who)
    with nothing_happens():
        with pytest.raises(Denied, match="系统管理员"):
            create_unit(actor=actor, draft=UnitDraft("x", "某", "town"), now=NOW)
        with pytest.raises(Denied, match="系统管理员"):
            register_person(actor=actor, name="某", now=NOW)
        with pytest.raises(Denied, match="系统管理员"):
            create_account(
                actor=actor,
                person=cast.person("kong"),
                username="x1",
                password=PASSWORD,
                now=NOW,
            )
        with pytest.raises(Denied, match="系统管理员"):
            set_password(actor=actor, username="longshan", password="Xin-koul1ng-9", now=NOW)


def test_a_used_code_is_refused(cast):
    with nothing_happens(), pytest.raises(RuleBroken, match="「longshan」已被使用"):
        create_unit(
            actor=cast.actor("sysadmin"), draft=UnitDraft("longshan", "某", "town"), now=NOW
        )


def test_two_editors_of_one_unit_the_second_is_told(cast):
    admin, version = cast.actor("sysadmin"), cast.unit("keji").version
    edit_unit(actor=admin, code="keji", version=version, changes={"short_name": "科技局"}, now=NOW)
    with nothing_happens(), pytest.raises(Stale) as stale:
        edit_unit(actor=admin, code="keji", version=version, changes={"name": "别名"}, now=NOW)
    assert stale.value.theirs == {"version": version + 1}
    assert Unit.objects.get(code="keji").short_name == "科技局"


def test_a_unit_cannot_move_below_itself(cast):
    with nothing_happens(), pytest.raises(RuleBroken, match="自己的下级"):
        edit_unit(
            actor=cast.actor("sysadmin"),
            code="longshan",
            version=cast.unit("longshan").version,
            changes={"parent": "longshan_shangwu"},
            now=NOW,
        )


# ───────── 任职 ─────────


def grant(cast, who, person, role, unit="shizhengfu", starts_on=TODAY, **more):
    return grant_post(
        actor=cast.actor(who),
        person=cast.person(person),
        unit=cast.unit(unit),
        role=role,
        starts_on=starts_on,
        now=NOW,
        **more,
    )


def test_secadmin_grants_a_post(cast):
    post = grant(cast, "secadmin", "kong", "clerk", "keji", title="招商科科员")
    assert (post.granted_by, post.ends_on) == ("安全管理员", None)
    assert [p.title for p in cast.actor("kong").posts] == ["招商科科员"]
    assert Event.objects.first().after["person"] == "kong"


@pytest.mark.parametrize("who", ["sysadmin", "auditadmin", "shangwuju_head", "zongzhaoji"])
def test_nobody_else_grants(cast, who):
    with nothing_happens(), pytest.raises(Denied, match="安全管理员"):
        grant(cast, who, "kong", "clerk", "keji")


def test_no_self_grant_and_no_self_end(cast):
    own = Post.objects.get(person=cast.person("secadmin"))
    with nothing_happens():
        with pytest.raises(Denied, match="不得给自己"):
            grant(cast, "secadmin", "secadmin", "clerk")
        with pytest.raises(Denied, match="不得给自己"):
            end_post(
                actor=cast.actor("secadmin"), post_id=own.pk, ends_on=TODAY, reason="x", now=NOW
            )


@pytest.mark.parametrize(
    ("person", "role"),
    [
        ("sysadmin", "secadmin"),
        ("sysadmin", "auditadmin"),
        ("auditadmin", "sysadmin"),
        ("auditadmin", "clerk"),
        ("sysadmin", "chief_convenor"),
        ("chen", "auditadmin"),
        ("shenji", "auditadmin"),
    ],
)
def test_three_admins_exclude(cast, person, role):
    with nothing_happens(), pytest.raises(RuleBroken, match="三员互斥"):
        grant(cast, "secadmin", person, role)


def test_the_console_is_bound_by_the_exclusion_too(cast):
    with nothing_happens(), pytest.raises(RuleBroken, match="三员互斥"):
        grant_post(
            actor=CONSOLE,
            person=cast.person("chen"),
            unit=cast.unit("shizhengfu"),
            role="sysadmin",
            starts_on=TODAY,
            now=NOW,
        )


def test_the_same_post_twice_is_refused(cast):
    with nothing_happens(), pytest.raises(RuleBroken, match="任期重叠"):
        grant(cast, "secadmin", "longshan", "clerk", "longshan")


def test_ending_and_granting_again(cast):
    post = Post.objects.get(person=cast.person("xian"))
    end_post(actor=cast.actor("secadmin"), post_id=post.pk, ends_on=TODAY, reason="轮岗", now=NOW)
    event = Event.objects.first()
    assert (event.event, event.reason, event.before["ends_on"], event.after["ends_on"]) == (
        "people.post.ended",
        "轮岗",
        "",
        "2026-11-20",
    )
    assert [p.unit_code for p in cast.actor("xian").posts] == ["xian"]  # 止任日当日仍在任
    with nothing_happens(), pytest.raises(RuleBroken, match="已于 2026-11-20 终止"):
        end_post(actor=cast.actor("secadmin"), post_id=post.pk, ends_on=TODAY, reason="再", now=NOW)
    grant(cast, "secadmin", "xian", "clerk", "xian", starts_on=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("ends_on", "reason", "words"),
    [(date(2020, 1, 1), "x", "止任日早于起任日"), (TODAY, " ", "请写明理由")],
)
def test_ending_refused(cast, ends_on, reason, words):
    post = Post.objects.get(person=cast.person("xian"))
    with nothing_happens(), pytest.raises(RuleBroken, match=words):
        end_post(
            actor=cast.actor("secadmin"), post_id=post.pk, ends_on=ends_on, reason=reason, now=NOW
        )
    with nothing_happens(), pytest.raises(NotFound):
        end_post(actor=cast.actor("secadmin"), post_id=0, ends_on=TODAY, reason="x", now=NOW)


def test_a_row_put_in_past_the_action_is_found(cast):
    assert exclusion_violations() == []
    Post.objects.create(
        person=cast.person("chen"),
        unit=cast.unit("shizhengfu"),
        role="auditadmin",
        starts_on=SINCE,
    )
    assert exclusion_violations() == ["小陈:市商务局 经办 与 辽源市人民政府 审计管理员 同期"]


@pytest.mark.django_db(transaction=True)
def test_two_grants_at_once_cannot_both_pass(request):
    """一个授审计管理员,一个授经办:人员行的锁使后者看得见前者。"""
    cast = Cast()
    outcomes, gate = [], threading.Barrier(2)

    def try_to(role, unit):
        gate.wait()
        try:
            grant(cast, "secadmin", "kong", role, unit)
            outcomes.append("granted")
        except RuleBroken:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=try_to, args=args)
        for args in [("auditadmin", "shizhengfu"), ("clerk", "keji")]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(outcomes) == ["granted", "refused"]
    assert Post.objects.filter(person=cast.person("kong")).count() == 1


# ───────── 账号 ─────────


def test_an_account_with_a_first_password_that_must_be_changed(cast):
    person = register_person(actor=cast.actor("sysadmin"), name="新人", now=NOW)
    account = create_account(
        actor=cast.actor("sysadmin"),
        person=person,
        username="XinRen",
        password="Chushi-koul1ng",
        now=NOW,
    )
    assert (account.username, account.must_change_password) == ("xinren", True)
    assert "Chushi" not in str([vars(event) for event in Event.objects.all()])


@pytest.mark.parametrize(
    ("username", "password", "person", "words"),
    [
        ("longshan", PASSWORD, "new", "「longshan」已被使用"),
        ("ＬＯＮＧshan", PASSWORD, "new", "「longshan」已被使用"),
        ("qita", PASSWORD, "longshan", "此人已有账号"),
        ("小陈", PASSWORD, "new", "账号以字母开头"),
        ("qita", "abc", "new", "口令至少 10 位"),
        ("qita", "Password123", "new", "密码"),
    ],
)
def test_accounts_refused(cast, username, password, person, words):
    who = (
        register_person(actor=CONSOLE, name="新人", now=NOW)
        if person == "new"
        else cast.person(person)
    )
    with nothing_happens(), pytest.raises(RuleBroken) as broken:
        create_account(
            actor=cast.actor("sysadmin"), person=who, username=username, password=password, now=NOW
        )
    assert words in str(broken.value)


def test_disabling_kills_tokens_and_enabling_does_not_revive_them(cast):
    token = make_token(actor=cast.actor("longshan"), username="longshan", now=NOW)
    assert account_for_token(token, NOW) == cast.account("longshan")
    admin = cast.actor("sysadmin")
    disable_account(actor=admin, username="longshan", reason="调离", now=NOW)
    assert account_for_token(token, NOW) is None
    enable_account(actor=admin, username="longshan", reason="调回", now=NOW)
    assert account_for_token(token, NOW) is None
    assert list(Event.objects.values_list("event", flat=True)[:2]) == [
        "people.account.enabled",
        "people.account.disabled",
    ]


def test_disabling_needs_a_reason_and_not_oneself(cast):
    admin = cast.actor("sysadmin")
    with nothing_happens():
        with pytest.raises(RuleBroken, match="理由"):
            disable_account(actor=admin, username="longshan", reason="", now=NOW)
        with pytest.raises(Denied, match="自己"):
            disable_account(actor=admin, username="sysadmin", reason="x", now=NOW)
        with pytest.raises(NotFound):
            disable_account(actor=admin, username="meiyou", reason="x", now=NOW)


def test_changing_ones_password(cast):
    actor = cast.actor("longshan")
    account = change_password(actor=actor, old=PASSWORD, new="Xin-koul1ng-9", now=NOW)
    assert account.check_password("Xin-koul1ng-9")
    assert account.password_changed_at == NOW
    for old, new, words in [
        ("cuo", "Xin-koul1ng-8", "原口令不对"),
        ("Xin-koul1ng-9", "Xin-koul1ng-9", "不得与原口令相同"),
        ("Xin-koul1ng-9", "Longshan-2026", "不得含账号名"),
    ]:
        with nothing_happens(), pytest.raises(RuleBroken, match=words):
            change_password(actor=actor, old=old, new=new, now=NOW)


# ───────── 令牌 ─────────


def test_a_token_belongs_to_its_account_alone(cast):
    token = make_token(actor=cast.actor("longshan"), username="longshan", label="报表", now=NOW)
    row = ApiToken.objects.get()
    assert token not in (row.digest, row.label)
    with nothing_happens():
        with pytest.raises(Denied, match="本人"):
            make_token(actor=cast.actor("sysadmin"), username="longshan", now=NOW)
        with pytest.raises(Denied, match="本人或系统管理员"):
            revoke_token(actor=cast.actor("xian"), token_id=row.pk, now=NOW)
        with pytest.raises(RuleBroken, match="1 至 366 天"):
            make_token(actor=cast.actor("longshan"), username="longshan", days=367, now=NOW)


def test_a_token_ends_by_revocation_and_by_time(cast):
    actor = cast.actor("longshan")
    token = make_token(actor=actor, username="longshan", days=1, now=NOW)
    assert account_for_token(token, NOW.replace(hour=23)) is not None
    assert account_for_token(token, NOW.replace(day=21)) is None
    revoke_token(actor=cast.actor("sysadmin"), token_id=ApiToken.objects.get().pk, now=NOW)
    assert account_for_token(token, NOW) is None
    assert account_for_token("bogus", NOW) is None
