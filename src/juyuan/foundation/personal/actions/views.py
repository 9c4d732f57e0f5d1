"""存视图、改视图、删视图、定默认。视图只是条件,与可见范围无关。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Person
from juyuan.foundation.personal import access, registry
from juyuan.foundation.personal.models import SavedView, ViewDefault
from juyuan.foundation.personal.rules import MAX_NAME, canonical, judge_name
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require

OBJ = "view"


def _note(
    event: str, actor: Actor, view: SavedView, now: datetime, before: Any = None, after: Any = None,
    group: Any = None,
) -> None:  # fmt: skip
    record(
        event=f"personal.view.{event}", actor=actor, obj_type=OBJ, obj_id=view.pk,
        obj_label=view.name, before=before, after=after, now=now, group=group,
    )  # fmt: skip


def _twice(name: str) -> RuleBroken:
    return RuleBroken([Finding("name", "view.twice", "", f"您已有叫「{name}」的视图,请换个名字")])


def save_view(
    *,
    actor: Actor,
    page: str,
    name: str,
    query: str,
    shared: bool = False,
    default: bool = False,
    now: datetime,
) -> SavedView:
    """把一个列表现在的条件、次序、列存成视图。

    Raises:
        NotFound: 没有这个列表。
        Denied: 没有任职;无权共享。
        RuleBroken: 名字空、太长、重名,或已存得太多。
    """
    registry.page_named(page)
    post = access.post_of(actor)
    me = access.person_of(actor)
    if shared:
        require(access.can_share(actor))
    mine = SavedView.objects.filter(owner_id=me, unit_id=post.unit_id, page=page)
    taken = list(mine.values_list("name", flat=True))
    found = judge_name(name, taken, len(taken), params(now.date())["personal.views_per_list"])
    if found:
        raise RuleBroken(found)
    view = SavedView(
        page=page, owner_id=me, unit_id=post.unit_id, name=name.strip(),
        query=canonical(query), shared=shared, created_at=now, updated_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            view.save(force_insert=True)
            _note("saved", actor, view, now, after={"query": view.query, "shared": shared})
            if default:
                _put_default(actor, view, now)
    except IntegrityError:  # 两个页面同时存了同名的
        raise _twice(view.name) from None
    return view


def change_view(
    *,
    actor: Actor,
    view: SavedView,
    name: str | None = None,
    query: str | None = None,
    shared: bool | None = None,
    version: int | None = None,
    now: datetime,
) -> SavedView:
    """改名、换成现在的条件、共享或收回。没有变化则什么也不发生。

    收回共享时,别人把它设成默认的一并取消。

    Raises:
        Denied: 不是存的人,也不是共享视图所在单位的主要负责同志;无权共享。
        RuleBroken: 名字不行。
        Stale: 版本已变。
    """
    require(access.can_change(actor, view))
    if version is not None and version != view.version:
        raise Stale(mine={"version": version}, theirs={"version": view.version})
    wanted: dict[str, Any] = {
        "name": view.name if name is None else name.strip(),
        "query": view.query if query is None else canonical(query),
        "shared": view.shared if shared is None else shared,
    }
    before = {key: getattr(view, key) for key in wanted}
    changed = {key: value for key, value in wanted.items() if value != before[key]}
    if not changed:
        return view
    if changed.get("shared"):
        require(access.can_share(actor))
    if "name" in changed:
        taken = SavedView.objects.filter(
            owner_id=view.owner_id, unit_id=view.unit_id, page=view.page
        ).exclude(pk=view.pk)
        found = judge_name(wanted["name"], taken.values_list("name", flat=True), 0, 1)
        if found:
            raise RuleBroken(found)
    try:
        with transaction.atomic():
            done = SavedView.objects.filter(pk=view.pk, version=view.version).update(
                **changed, version=F("version") + 1, updated_at=now
            )
            if not done:
                raise Stale(mine={"version": view.version}, theirs={})
            if changed.get("shared") is False:
                ViewDefault.objects.filter(view=view).exclude(person_id=view.owner_id).delete()
            _note("changed", actor, view, now, {k: before[k] for k in changed}, changed)
    except IntegrityError:
        raise _twice(wanted["name"]) from None
    return SavedView.objects.get(pk=view.pk)


def delete_view(*, actor: Actor, view: SavedView, now: datetime) -> None:
    """删去视图(条件留在台账里);把它设成默认的一并取消。Raises: Denied。"""
    require(access.can_change(actor, view))
    with transaction.atomic():
        _note("deleted", actor, view, now, {"query": view.query, "shared": view.shared})
        ViewDefault.objects.filter(view=view).delete()
        SavedView.objects.filter(pk=view.pk).delete()


def _put_default(actor: Actor, view: SavedView, now: datetime) -> None:
    ViewDefault.objects.update_or_create(
        person_id=access.person_of(actor),
        unit_id=view.unit_id,
        page=view.page,
        defaults={"view": view},
    )
    _note("default_set", actor, view, now)


def set_default(*, actor: Actor, view: SavedView, on: bool, now: datetime) -> None:
    """设成(或取消)自己打开这个列表时先看的视图;别人共享的也可以。Raises: Denied。"""
    post = access.post_of(actor)
    here = ViewDefault.objects.filter(
        person_id=access.person_of(actor), unit_id=post.unit_id, page=view.page
    )
    held = here.filter(view=view).exists()
    if on == held:
        return
    with transaction.atomic():
        if on:
            _put_default(actor, view, now)
        else:
            here.delete()
            _note("default_unset", actor, view, now)


def hand_over(
    *,
    leaver: Person,
    successor: Person,
    unit_ids: frozenset[int],
    actor: Actor,
    now: datetime,
    group: Any,
) -> int:
    """调离:共享给单位的视图交给接手的人,只给自己看的随人删去。返回交了几个。"""
    ViewDefault.objects.filter(person=leaver, unit_id__in=unit_ids).delete()
    views = SavedView.objects.filter(owner=leaver, unit_id__in=unit_ids)
    ViewDefault.objects.filter(view__in=views.filter(shared=False)).delete()
    views.filter(shared=False).delete()
    taken = set(SavedView.objects.filter(owner=successor).values_list("unit_id", "page", "name"))
    moved = list(views.filter(shared=True))
    for view in moved:
        name, again = view.name, 1
        while (view.unit_id, view.page, name) in taken:
            again += 1
            name = f"{view.name[: MAX_NAME - 4]}({again})"
        taken.add((view.unit_id, view.page, name))
        SavedView.objects.filter(pk=view.pk).update(
            owner=successor, name=name, version=F("version") + 1, updated_at=now
        )
        _note(
            "handed_over", actor, view, now, {"owner": leaver.code, "name": view.name},
            {"owner": successor.code, "name": name}, group,
        )  # fmt: skip
    return len(moved)
