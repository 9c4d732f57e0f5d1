"""读:某人在某列表看得见的视图;某人的草稿。"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from juyuan.foundation.personal import access, registry
from juyuan.foundation.personal.models import FormDraft, SavedView, ViewDefault
from juyuan.foundation.personal.rules import canonical
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound

ALL = "all"
"""`?v=all`:明说看全部,不转到默认视图。"""


def views_of(actor: Actor, page: str = "") -> QuerySet[SavedView]:
    """自己在现任单位存的,加上本单位共享的;没有任职的人没有。带 `is_default`。"""
    if actor.post is None or actor.person_id is None:
        return SavedView.objects.none()
    unit = actor.post.unit_id
    mine = ViewDefault.objects.filter(
        person_id=actor.person_id, unit_id=unit, view_id=OuterRef("pk")
    )
    found = (
        SavedView.objects.filter(unit_id=unit)
        .filter(Q(owner_id=actor.person_id) | Q(shared=True))
        .annotate(is_default=Exists(mine))
        .select_related("owner")
        .order_by("page", "shared", "name", "id")
    )
    return found.filter(page=page) if page else found


def view_door(actor: Actor, pk: int) -> SavedView:
    """由编号取视图。Raises: NotFound: 没有,或不是自己的、也没有共享给本单位。"""
    found = views_of(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def url_of(view: SavedView) -> str:
    """打开这个视图的网址:条件都在里面,`v` 只说是哪个视图。"""
    query = f"{view.query}&v={view.pk}" if view.query else f"v={view.pk}"
    return f"{reverse(view.page)}?{query}"


@dataclass(frozen=True)
class Strip:
    """列表上的视图行:`views` 给 `ui/components/views.html`。"""

    page: str
    query: str
    items: list[dict[str, Any]]
    opened: SavedView | None
    changed: bool
    may_save: bool
    may_share: bool
    may_change: bool

    @property
    def save_url(self) -> str:
        """存为视图的一页(手机、没有脚本时用)。"""
        if not self.may_save:
            return ""
        return reverse("personal:view_new") + "?" + urlencode({"page": self.page, "q": self.query})


def strip(
    request: HttpRequest,
    page: str,
    builtin: list[dict[str, Any]] | None = None,
    *,
    query: str | None = None,
    drop: tuple[str, ...] = (),
) -> Strip | str:
    """一个列表的视图行。什么条件都没带而有默认视图的,返回该转去的网址。

    `builtin` 是现成的几个视图,缺省只有「全部」;`query` 缺省取网址里的条件(列另记在别处的,由调用者补上);
    `drop` 是不存的条件(如月度更新的期:存下的视图总看最近一期)。
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    registry.page_named(page)
    saved = list(views_of(actor, page))
    if not request.GET:
        first = next((view for view in saved if view.is_default), None)  # type: ignore[attr-defined]
        if first is not None:
            return url_of(first)
    said = request.GET.get("v", "")
    opened = next((view for view in saved if str(view.pk) == said), None)
    given = request.GET.copy()
    for name in drop:
        given.pop(name, None)
    here = canonical(given.urlencode())
    if builtin is None:
        builtin = [{"label": "全部", "url": f"?v={ALL}", "current": not here}]
    items = [
        {
            "label": view.name,
            "url": url_of(view),
            "current": opened is not None and view.pk == opened.pk,
            "mine": True,
            "shared": view.shared,
            "default": view.is_default,  # type: ignore[attr-defined]
            "by": "" if view.owner_id == actor.person_id else view.owner.name,
        }
        for view in saved
    ]
    if opened is not None:
        builtin = [item | {"current": False} for item in builtin]
    return Strip(
        page=page,
        query=here if query is None else canonical(query),
        items=[*items, *builtin],
        opened=opened,
        changed=opened is not None and canonical(opened.query) != here,
        may_save=actor.post is not None,
        may_share=bool(access.can_share(actor)),
        may_change=opened is not None and bool(access.can_change(actor, opened)),
    )


def drafts_of(actor: Actor) -> QuerySet[FormDraft]:
    """本人在现任单位的草稿;别人的、别的单位的一概没有。"""
    if actor.post is None or actor.person_id is None:
        return FormDraft.objects.none()
    return FormDraft.objects.filter(person_id=actor.person_id, unit_id=actor.post.unit_id)


def draft_door(actor: Actor, pk: int) -> FormDraft:
    """由编号取草稿。Raises: NotFound: 没有,或不是本人的。"""
    found = drafts_of(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
