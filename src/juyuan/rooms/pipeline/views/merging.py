"""两人同时改一个项目:各改各的自动并上,改了同一栏的摆出两边让人定。

打开表单时的内容随表单带着(`base`),于是知道哪一栏是我改的、哪一栏是他人改的。
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from juyuan.foundation.ledger.models import Event
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.timeline import OBJ, Change, changes_between
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft

NAMES = tuple(f.name for f in fields(ProjectDraft) if f.name != "extra")
MAX_BASE = 60_000


def plain(value: Any) -> Any:
    """可存为 JSON、可比较的值(与台账里的写法相同)。"""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PartyDraft):
        return {
            "investor": value.investor_id, "share_bp": value.share_bp,
            "origin": str(value.origin), "fiscal": value.fiscal,
        }  # fmt: skip
    if isinstance(value, HostDraft):
        found = asdict(value)
        return {"unit": found["unit_id"], "share_bp": value.share_bp, "actual": value.actual}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, int | bool) else str(value)


def as_plain(draft: ProjectDraft) -> dict[str, Any]:
    return {name: plain(getattr(draft, name)) for name in NAMES}


def dump(draft: ProjectDraft) -> str:
    """随表单带着的起点。"""
    return json.dumps(as_plain(draft), ensure_ascii=False, separators=(",", ":"))


def _load(text: str) -> dict[str, Any]:
    """读回起点;读不懂就当没有(那样每一处不同都摆出来)。"""
    if not text or len(text) > MAX_BASE:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Merged:
    """并好的草稿,以及要让人看的两类不同。`Change.before` 是现在的,`after` 是您填的。"""

    draft: ProjectDraft
    conflicts: tuple[Change, ...]
    taken: tuple[Change, ...]
    who: str


def merge(
    project: Project,
    base_text: str,
    mine: ProjectDraft,
    theirs: ProjectDraft,
    typed: Mapping[int, str] | None = None,
) -> Merged:
    """三方合并:起点、我填的、现在的。`typed` 是所填出资方的名称(含还没登记过的)。"""
    base = _load(base_text)
    my, now = as_plain(mine), as_plain(theirs)
    keep: dict[str, Any] = {}
    conflicts, taken = [], []
    for name in NAMES:
        if my[name] == now[name]:
            continue
        known = name in base
        if known and my[name] == base[name]:
            taken.append(name)
            continue
        keep[name] = getattr(mine, name)
        if not known or now[name] != base[name]:
            conflicts.append(name)
    return Merged(
        draft=replace(theirs, **keep),
        conflicts=_pick(now, my, conflicts, typed),
        taken=_pick({n: base.get(n) for n in taken}, now, taken, typed),
        who=_who(project),
    )


def _pick(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    names: list[str],
    typed: Mapping[int, str] | None,
) -> tuple[Change, ...]:
    return changes_between(
        {n: before.get(n) for n in names}, {n: after.get(n) for n in names}, typed
    )


def _who(project: Project) -> str:
    last = Event.objects.filter(obj_type=OBJ, obj_id=project.code).order_by("-id").first()
    if last is None:
        return "他人"
    return f"{last.unit_name} {last.actor_name}".strip()
