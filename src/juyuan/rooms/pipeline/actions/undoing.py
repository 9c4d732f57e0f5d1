"""期初批次整批撤回时,把本批改过的原有项目改回去。此后又有改动的不动,指出是哪一个。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from juyuan.foundation.exchange.kinds import ObjectRef
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import (
    OBJ,
    derive,
    refresh_search,
    save_state,
    update_if_current,
)
from juyuan.rooms.pipeline.actions.edit import _plain as plain
from juyuan.rooms.pipeline.actions.edit import draft_of
from juyuan.rooms.pipeline.actions.opening import STATUS, UPDATED
from juyuan.rooms.pipeline.models import Project, ProjectHost
from juyuan.rooms.pipeline.rules.drafts import HostDraft, ProjectDraft
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.rules.supplements import PROMISES

DATES = ("signed_on", "started_on", *PROMISES)


def undo_updates(
    refs: Sequence[ObjectRef],
    *,
    batch_group: UUID,
    actor: Actor,
    now: datetime,
    group: UUID,
    reason: str,
) -> None:
    """改回本批改过的各项,连同因此转为已认定的阶段状态。须在调用者的事务内。

    Raises:
        RuleBroken: 有项目在本批之后又有改动(逐个指出),一个也不改回。
    """
    codes = [ref.id for ref in refs]
    labels = {ref.id: ref.label for ref in refs}
    projects = {
        p.code: p for p in Project.objects.select_for_update().filter(code__in=codes).order_by("pk")
    }
    kept: dict[str, list[Event]] = {}
    for event in Event.objects.filter(
        group=batch_group, event=UPDATED, obj_type=OBJ, obj_id__in=codes
    ).order_by("id"):
        kept.setdefault(event.obj_id, []).append(event)
    stuck = [code for code in codes if not _untouched(projects.get(code), kept.get(code, []))]
    if stuck:
        raise RuleBroken(
            Finding(
                "batch", "reverse.edited", "3.3b",
                f"「{labels[code]}」({code})在本批导入之后又有改动,改回会抹掉后来的内容;"
                "不能整批撤回,请先把它改回或逐个改正",
            )
            for code in stuck
        )  # fmt: skip
    entries = []
    with transaction.atomic():
        for code, events in kept.items():
            values: dict[str, Any] = {}
            for event in reversed(events):  # 一个文件改了它两次的,回到第一次之前
                values.update(event.before or {})
            entries.append(_restore(projects[code], values, reason, now))
        record_many(entries, actor=actor, now=now, group=group)
        ids = [p.pk for p in projects.values()]
        escalation.refresh(ids, actor=actor, now=now, reason=reason, group=group)


def _untouched(project: Project | None, events: Sequence[Event]) -> bool:
    return bool(
        project is not None
        and project.voided_at is None
        and events
        and project.version == (events[-1].after or {}).get("version")
    )


def _restore(project: Project, values: Mapping[str, Any], reason: str, now: datetime) -> Entry:
    """写回改前的值;不查门槛:这是回到本批之前的样子,不是新的改动。"""
    was = draft_of(project)
    status = {name: values[name] for name in STATUS}
    draft = replace(was, **{n: _value(n, v) for n, v in values.items() if n not in STATUS})
    changed = sorted(n for n in values if n not in STATUS)
    for name in changed:
        if name != "hosts":
            setattr(project, name, getattr(draft, name))
    hosts = [
        ProjectHost(project_id=project.pk, unit_id=h.unit_id, share_bp=h.share_bp, actual=h.actual)
        for h in draft.hosts
    ]
    derive(project, list(project.parties.all()), hosts, now)
    update_if_current(
        project,
        now=now,
        **{name: getattr(draft, name) for name in changed if name != "hosts"},
        **status,
        name_key=project_key(draft.name),
        is_chain_project=project.is_chain_project,
        committed_investment=project.committed_investment,
        committed_outside_province=project.committed_outside_province,
        unit_ids=project.unit_ids,
    )
    project.hosts.all().delete()
    ProjectHost.objects.bulk_create(hosts)
    fresh = Project.objects.select_related("chain").get(pk=project.pk)
    save_state(fresh, now)
    refresh_search(fresh)
    return Entry(
        "pipeline.project.batch_undone",
        OBJ,
        fresh.code,
        fresh.name,
        before=_shown(was, changed),
        after=_shown(draft, changed),
        reason=reason,
        clause="3.3b",
    )


def _shown(draft: ProjectDraft, names: Sequence[str]) -> dict[str, Any]:
    return {name: plain(getattr(draft, name)) for name in names}


def _value(name: str, value: Any) -> Any:
    """台账里的写法 → 草稿里的值。"""
    if name in DATES and value is not None:
        return date.fromisoformat(value)
    if name == "hosts":
        return tuple(HostDraft(h["unit"], h["share_bp"], h["actual"]) for h in value)
    return value
