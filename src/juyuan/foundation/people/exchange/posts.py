"""导入任职:人、单位、角色、起任日都相同即同一段任职。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.columns import Column, ParsedRow
from juyuan.foundation.exchange.kinds import NEW, SAME, UPDATE, Judgement, ObjectRef, Opening
from juyuan.foundation.exchange.kinds import REFUSED as ROW_REFUSED
from juyuan.foundation.people import rules
from juyuan.foundation.people.actions import load_posts
from juyuan.foundation.people.actions.load import PostRow
from juyuan.foundation.people.actions.load.posts import PostLookups, gather, judge_with
from juyuan.foundation.people.actions.posts import facts_of
from juyuan.foundation.people.exchange.common import refused
from juyuan.foundation.people.models import Role, Unit
from juyuan.foundation.people.queries import units_named
from juyuan.kernel.actor import Actor

ROLES = dict(Role.choices)
LABELS = {"title": "职务", "ends_on": "止任日"}
COLUMNS = (
    Column("person", "账号", parsers.code(max_length=60), ("人员代码", "登录账号", "用户名"), required=True, example="zhangsan"),
    Column("unit", "单位", parsers.text(max_length=100), ("单位名称", "任职单位"), required=True, width=28),
    Column("role", "角色", parsers.choice(ROLES), ("岗位", "权限角色"), required=True, choices=tuple(ROLES.values())),
    Column("title", "职务", parsers.text(max_length=60), ("职务名称",)),
    Column("starts_on", "起任日", parsers.day(partial=False), ("任职日期", "起任日期", "到任日期"), required=True, example="2026-01-01"),
    Column("ends_on", "止任日", parsers.day(partial=False), ("止任日期", "离任日期")),
)  # fmt: skip


@dataclass(frozen=True)
class PostImport:
    rows: tuple[PostRow | None, ...]
    lookups: PostLookups


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> PostImport:
    units = units_named({str(row.get("unit")) for row in rows if row.get("unit")})
    made = tuple(None if row.broken else _post_row(row, units) for row in rows)
    known = [row for row in made if row is not None]
    return PostImport(made, gather(known, actor))


def _post_row(row: ParsedRow, units: dict[str, Unit]) -> PostRow:
    said = str(row.get("unit") or "")
    unit = units.get(said)
    return PostRow(
        person=rules.fold_username(str(row.get("person") or "")),
        unit=unit.code if unit else said,
        role=str(row.get("role") or ""),
        starts_on=row.get("starts_on"),
        ends_on=row.get("ends_on"),
        title=row.get("title") or "",
    )


def judge(rows: Sequence[ParsedRow], lookups: PostImport) -> list[Judgement]:
    judged = iter(judge_with([row for row in lookups.rows if row is not None], lookups.lookups))
    answers = []
    for row, command in zip(rows, lookups.rows, strict=True):
        if command is None:
            answers.append(Judgement(ROW_REFUSED))
            continue
        found, post, twin = next(judged)
        if found or post is None:
            answers.append(refused(row, found))
        elif twin is None:
            answers.append(Judgement(NEW, command=command))
        else:
            old, new = facts_of(twin), facts_of(post)
            target = ObjectRef("post", str(twin.pk), str(twin))
            answers.append(
                Judgement(SAME, target=target)
                if old == new
                else Judgement(UPDATE, command=command, target=target, changes=_changes(old, new))
            )
    return answers


def commit_many(
    commands: Sequence[PostRow],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> list[ObjectRef]:
    load_posts(commands, actor=actor, now=now, group=group)
    return [
        ObjectRef("post", f"{c.person}/{c.unit}/{c.role}", f"{c.person} {c.unit} {ROLES[c.role]}")
        for c in commands
    ]


def commit_one(
    command: PostRow, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


def _changes(old: dict[str, str], new: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (LABELS[key], str(old[key] or ""), str(new[key] or ""))
        for key in new
        if old[key] != new[key]
    )
