"""把城市包装进库:参数、单位、产业链;演示时再加人员、任职、账号。可重复,没有变化则一行不动。"""

from __future__ import annotations

from datetime import datetime

from juyuan.foundation.people.actions import load_pack_people, load_units, unit_draft
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.actions import load_pack
from juyuan.foundation.policy.pack_types import Pack
from juyuan.foundation.policy.queries import pack as current_pack
from juyuan.kernel.actor import Actor
from juyuan.rooms.chains.actions.load import load_pack_chains

ACTOR = Actor.console("控制台·城市包")


def load_city(*, now: datetime, demo: bool) -> Pack:
    """参数、单位、产业链。正式库里已有的单位不动(管理员可能改过名称、上级),只添没有的。"""
    pack = current_pack()
    load_pack(now=now, actor=ACTOR, pack=pack)
    known = set() if demo else set(Unit.objects.values_list("code", flat=True))
    rows = [unit_draft(entry) for entry in pack.units if entry.code not in known]
    load_units(rows, actor=ACTOR, now=now)
    load_pack_chains(pack, actor=ACTOR, now=now)
    return pack


def load_demo_people(pack: Pack, *, password: str, now: datetime) -> None:
    """演示人员、任职、账号(同一口令,不必改;口令换了一并换新);链长与服务秘书随之填上。"""
    load_pack_people(pack, ACTOR, now, password)
    load_pack_chains(pack, actor=ACTOR, now=now)
