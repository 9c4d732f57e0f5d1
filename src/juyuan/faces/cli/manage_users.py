"""命令行上的账号事务:建账号并授予职务、发令牌。台账记为「控制台」。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.people.actions import (
    create_account,
    grant_post,
    initial_password,
    make_token,
    register_person,
)
from juyuan.foundation.people.models import Account, Person, Role, Unit
from juyuan.foundation.people.queries import units_named
from juyuan.foundation.people.rules import fold_username
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken


@dataclass(frozen=True)
class Added:
    """建成的账号;`password` 为空 = 账号原已存在,只添了一个任职。"""

    username: str
    name: str
    unit: str
    role: str
    password: str


def add_user(*, username: str, unit: str, role: str, name: str = "", now: datetime) -> Added:
    """`./juyuan user add`:登记人员、建账号、授予任职,一次做完;已有的账号只添任职。

    `unit`: 单位代码或名称;`role`: 角色代码或中文名。
    Raises: RuleBroken(单位、角色认不出,三员互斥等)。
    """
    console = Actor.console()
    username = fold_username(username)
    where, what = _unit(unit), _role(role)
    with transaction.atomic():
        account = Account.objects.filter(username=username).first()
        password = ""
        if account is None:
            password = initial_password()
            person = Person.objects.filter(code=username).first() or register_person(
                actor=console, name=name or username, code=username, now=now
            )
            account = create_account(
                actor=console, person=person, username=username, password=password, now=now
            )
        grant_post(
            actor=console,
            person=account.person,
            unit=where,
            role=what.value,
            starts_on=localdate(now),
            now=now,
        )
    return Added(username, account.person.name, where.name, what.label, password)


def issue_token(*, username: str, label: str = "", now: datetime) -> str:
    """`./juyuan token`:发一个接口令牌,返回明文(只此一次)。Raises: NotFound、RuleBroken。"""
    return make_token(actor=Actor.console(), username=fold_username(username), label=label, now=now)


def _unit(said: str) -> Unit:
    found = units_named([said]).get(said.strip())
    if found is None:
        raise RuleBroken.one("unit", "unit", f"认不出单位「{said}」，请写单位代码或全称")
    return found


def _role(said: str) -> Role:
    for role in Role:
        if said.strip() in (role.value, role.label):
            return role
    known = "、".join(f"{role.value}({role.label})" for role in Role)
    raise RuleBroken.one("role", "role", f"没有「{said}」这个角色；可用：{known}")
