"""账号与口令。口令从不进台账;账号停用而不删除,账号名因此不会再发给别人。"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.models import Account, ApiToken, Person
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, NotFound, RuleBroken, require

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"  # 不含容易看混的字


def initial_password() -> str:
    """随机的初始口令(合口令规则;本人首次登录须改)。"""
    while True:
        made = "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(3))
        if not rules.password_findings(made):
            return made


def judge_password(password: str, account: Account | None, username: str) -> list[Finding]:
    """自己的规则加框架的常见口令表;返回全部不合之处。"""
    found = rules.password_findings(password, username)
    if not found:
        try:
            validate_password(password, account)
        except ValidationError as error:
            found = [Finding("password", "password_common", "", text) for text in error.messages]
    return found


def create_account(
    *,
    actor: Actor,
    person: Person,
    username: str,
    password: str,
    must_change: bool = True,
    now: datetime,
) -> Account:
    """为人员建账号(一人一号)。

    Raises: Denied、RuleBroken(账号名不合或已用、口令太弱、此人已有账号)。
    """
    require(access.can_register(actor))
    username = rules.fold_username(username)
    found = [*rules.username_findings(username), *judge_password(password, None, username)]
    if found:
        raise RuleBroken(found)
    try:
        with transaction.atomic():
            account = Account.objects.create(
                username=username,
                person=person,
                password=make_password(password),
                must_change_password=must_change,
                created_at=now,
                password_changed_at=now,
            )
            _record(actor, account, "people.account.created", now, after={"person": person.code})
    except IntegrityError:
        if Account.objects.filter(username=username).exists():
            raise RuleBroken.one("username", "username", f"账号「{username}」已被使用") from None
        raise RuleBroken.one("person", "one_account", "此人已有账号") from None
    return account


def disable_account(*, actor: Actor, username: str, reason: str, now: datetime) -> Account:
    """停用账号:下一次请求起,所有会话与令牌失效。

    Raises: Denied(含停用自己)、NotFound、RuleBroken(未填理由)。
    """
    return _switch(actor, username, False, reason, now)


def enable_account(*, actor: Actor, username: str, reason: str, now: datetime) -> Account:
    """重新启用账号。Raises: 同 `disable_account`。"""
    return _switch(actor, username, True, reason, now)


def _switch(actor: Actor, username: str, active: bool, reason: str, now: datetime) -> Account:
    require(access.can_register(actor))
    if not reason.strip():
        raise RuleBroken.one("reason", "reason", "请写明理由")
    with transaction.atomic():
        account = _locked(username)
        if account.pk == actor.account_id:
            raise Denied("不得停用或启用自己的账号")
        if account.is_active == active:
            return account
        account.is_active = active
        account.version = account.version + 1
        account.save(update_fields=["is_active", "version"])
        if not active:
            ApiToken.objects.filter(account=account, revoked_at__isnull=True).update(revoked_at=now)
        event = "people.account.enabled" if active else "people.account.disabled"
        _record(actor, account, event, now, reason=reason)
    return account


def set_password(*, actor: Actor, username: str, password: str, now: datetime) -> Account:
    """系统管理员重设口令:本人下次登录须改。Raises: Denied、NotFound、RuleBroken。"""
    require(access.can_register(actor))
    with transaction.atomic():
        account = _locked(username)
        found = judge_password(password, account, account.username)
        if found:
            raise RuleBroken(found)
        _store(account, password, now, must_change=account.pk != actor.account_id)
        _record(actor, account, "people.account.password_reset", now)
    return account


def change_password(*, actor: Actor, old: str, new: str, now: datetime) -> Account:
    """本人改口令;改后其他会话失效。Raises: NotFound、RuleBroken。"""
    with transaction.atomic():
        account = _locked(actor.username)
        if not check_password(old, account.password):
            raise RuleBroken.one("old", "old_password", "原口令不对")
        found = judge_password(new, account, account.username)
        if old == new:
            found.append(Finding("password", "password_same", "", "新口令不得与原口令相同"))
        if found:
            raise RuleBroken(found)
        _store(account, new, now, must_change=False)
        _record(actor, account, "people.account.password_changed", now)
    return account


def _locked(username: str) -> Account:
    account = (
        Account.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(username=rules.fold_username(username))
        .first()
    )
    if account is None:
        raise NotFound()
    return account


def _store(account: Account, password: str, now: datetime, *, must_change: bool) -> None:
    Account.objects.filter(pk=account.pk).update(
        password=make_password(password),
        password_changed_at=now,
        must_change_password=must_change,
        version=F("version") + 1,
    )
    account.refresh_from_db()


def _record(
    actor: Actor,
    account: Account,
    event: str,
    now: datetime,
    after: dict[str, str] | None = None,
    reason: str = "",
) -> None:
    record(
        event=event,
        actor=actor,
        obj_type="account",
        obj_id=account.username,
        obj_label=account.person.name,
        after=after,
        reason=reason,
        now=now,
    )
