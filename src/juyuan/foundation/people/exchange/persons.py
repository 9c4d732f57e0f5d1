"""导入人员:账号即人员代码,相同即同一人。新开的账号没有可用的口令,由系统管理员设定。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.columns import Column, ParsedRow
from juyuan.foundation.exchange.kinds import NEW, SAME, UPDATE, Judgement, ObjectRef, Opening
from juyuan.foundation.exchange.kinds import REFUSED as ROW_REFUSED
from juyuan.foundation.people import rules
from juyuan.foundation.people.actions import load_accounts, load_people
from juyuan.foundation.people.actions.load import AccountRow, PersonRow
from juyuan.foundation.people.exchange.common import refused
from juyuan.foundation.people.models import Account, Person
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding

COLUMNS = (
    Column("code", "账号", parsers.code(max_length=60), ("人员代码", "登录账号", "用户名"), required=True, example="zhangsan", note="以字母开头，一人一号，不与他人重复"),
    Column("name", "姓名", parsers.text(max_length=50), ("人员姓名",), required=True, example="张三"),
    Column("account", "开通登录", parsers.yes_no(), ("开通账号",), choices=("是", "否"), note="空着 = 是；初始口令由系统管理员设定"),
)  # fmt: skip


@dataclass(frozen=True)
class PersonCommand:
    code: str
    name: str
    account: bool


@dataclass(frozen=True)
class PeopleLookups:
    names: dict[str, str]
    with_account: frozenset[str]
    usernames: dict[str, str]


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> PeopleLookups:
    codes = {rules.fold_username(str(row.get("code"))) for row in rows if row.get("code")}
    accounts = dict(
        Account.objects.filter(username__in=codes).values_list("username", "person__code")
    )
    owners = Account.objects.filter(person__code__in=codes).values_list("person__code", flat=True)
    return PeopleLookups(
        names=dict(Person.objects.filter(code__in=codes).values_list("code", "name")),
        with_account=frozenset(owners),
        usernames=accounts,
    )


def judge(rows: Sequence[ParsedRow], lookups: PeopleLookups) -> list[Judgement]:
    seen: set[str] = set()
    answers = []
    for row in rows:
        if row.broken:
            answers.append(Judgement(ROW_REFUSED))
            continue
        code = rules.fold_username(str(row.get("code") or ""))
        command = PersonCommand(code, str(row.get("name") or ""), row.get("account") != "no")
        found = [*rules.username_findings(code), *rules.name_findings(command.name)]
        if code in seen:
            found.append(Finding("code", "username", "", f"本表里账号「{code}」重复"))
        seen.add(code)
        if lookups.usernames.get(code, code) != code:
            found.append(Finding("code", "username", "", f"账号「{code}」已被他人使用"))
        answers.append(refused(row, found) if found else _person_answer(command, lookups))
    return answers


def _person_answer(command: PersonCommand, lookups: PeopleLookups) -> Judgement:
    old = lookups.names.get(command.code)
    if old is None:
        return Judgement(NEW, command=command)
    target = ObjectRef("person", command.code, command.name)
    opens = command.account and command.code not in lookups.with_account
    if old == command.name and not opens:
        return Judgement(SAME, target=target)
    changes = [("姓名", old, command.name)] if old != command.name else []
    if opens:
        changes.append(("开通登录", "否", "是"))
    return Judgement(UPDATE, command=command, target=target, changes=tuple(changes))


def commit_many(
    commands: Sequence[PersonCommand],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> list[ObjectRef]:
    load_people([PersonRow(c.code, c.name) for c in commands], actor=actor, now=now, group=group)
    opened = [AccountRow(c.code, c.code) for c in commands if c.account]
    # 没有可用的口令:系统管理员在「账号」页设初始口令之前不能登录
    load_accounts(
        opened,
        actor=actor,
        password_hash=make_password(None),
        must_change=True,
        now=now,
        group=group,
    )
    return [ObjectRef("person", c.code, c.name, f"/admin/people/{c.code}/") for c in commands]


def commit_one(
    command: PersonCommand, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]
