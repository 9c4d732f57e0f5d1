"""草稿的写:自动保存、丢弃、交成后删去、到期清除、调离移交。

草稿不是业务事实:每几秒一次的自动保存、本人丢弃不入台账;移交与到期清除入台账。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Person, Post
from juyuan.foundation.personal import access, registry
from juyuan.foundation.personal.models import FormDraft
from juyuan.foundation.personal.rules import expired_before, judge_draft, kept_pairs
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken

OBJ = "draft"
MAX_KEY = 80


def save_draft(
    *,
    actor: Actor,
    form: str,
    object_key: str,
    version: int | None,
    pairs: Sequence[tuple[str, str]],
    now: datetime,
) -> FormDraft:
    """存下一张表单填到哪里;同一人、同一单位、同一张表、同一对象只有一份,后存的盖前面的。

    对象在不在、看不看得见,这里不问也不答:草稿只回到本人眼前,接着填仍要过那一页的门。

    Raises:
        NotFound: 没有这张表单。
        Denied: 没有任职。
        RuleBroken: 太大,或份数到了上限。
    """
    known = registry.form_named(form)
    if len(object_key) > MAX_KEY or bool(object_key) != known.has_object or "\x00" in object_key:
        raise NotFound
    post, me = access.post_of(actor), access.person_of(actor)
    book = params(now.date())
    kept = kept_pairs(pairs)
    where = {"person_id": me, "unit_id": post.unit_id, "form": form, "object_key": object_key}
    mine = FormDraft.objects.filter(person_id=me)
    others = mine.exclude(unit_id=post.unit_id, form=form, object_key=object_key).count()
    found = judge_draft(
        kept, most_bytes=book["personal.draft_max_kb"] * 1024, count=others,
        most=book["personal.drafts_per_person"],
    )  # fmt: skip
    if found:
        raise RuleBroken(found)
    data = [list(pair) for pair in kept]
    with transaction.atomic():
        draft, _ = FormDraft.objects.update_or_create(
            **where,
            defaults={"data": data, "version": version, "saved_at": now},
            create_defaults={
                **where, "data": data, "version": version, "saved_at": now, "created_at": now,
            },
        )  # fmt: skip
    return draft


def drop_draft(*, actor: Actor, form: str, object_key: str) -> int:
    """交成了:本人在现任单位的那一份删去。返回删了几份。"""
    if actor.post is None or actor.person_id is None:
        return 0
    gone, _ = FormDraft.objects.filter(
        person_id=actor.person_id, unit_id=actor.post.unit_id, form=form, object_key=object_key
    ).delete()
    return gone


def discard_draft(*, actor: Actor, draft: FormDraft) -> None:
    """本人丢弃。Raises: NotFound: 不是本人的。"""
    if draft.person_id != actor.person_id:
        raise NotFound
    FormDraft.objects.filter(pk=draft.pk).delete()


def expire_drafts(*, now: datetime) -> int:
    """清除过了保留期的草稿;返回清了几份。"""
    keep = params(now.date())["personal.draft_keep_days"]
    with transaction.atomic():
        gone, _ = FormDraft.objects.filter(saved_at__lt=expired_before(now, keep)).delete()
        if gone:
            record(
                event="personal.drafts.expired", actor=Actor.system(), obj_type=OBJ, obj_id="",
                obj_label="过期草稿", after={"count": gone, "keep_days": keep}, now=now,
            )  # fmt: skip
    return gone


def hand_over(
    *,
    leaver: Person,
    successor: Person,
    unit_ids: frozenset[int],
    actor: Actor,
    now: datetime,
    group: Any,
) -> int:
    """调离:草稿交给接手的人(此后只有接手的人看得见);接手的人自己已有同一份的,留他自己的。返回交了几份。"""
    posts = Post.objects.filter(person=successor, unit_id__in=unit_ids, ends_on__isnull=True)
    theirs = list(posts.order_by("pk").values_list("unit_id", flat=True))
    held = set(
        FormDraft.objects.filter(person=successor).values_list("unit_id", "form", "object_key")
    )
    moved = []
    drafts = FormDraft.objects.filter(person=leaver, unit_id__in=unit_ids).order_by("-saved_at")
    for draft in list(drafts):
        unit = draft.unit_id if draft.unit_id in theirs or not theirs else theirs[0]
        key = (unit, draft.form, draft.object_key)
        if key in held:
            FormDraft.objects.filter(pk=draft.pk).delete()
            continue
        held.add(key)
        FormDraft.objects.filter(pk=draft.pk).update(person=successor, unit_id=unit)
        moved.append(f"{draft.form} {draft.object_key}".strip())
    if moved:
        record(
            event="personal.drafts.handed_over", actor=actor, obj_type=OBJ, obj_id=leaver.code,
            obj_label=leaver.name, after={"successor": successor.code, "drafts": moved},
            now=now, group=group,
        )  # fmt: skip
    return len(moved)
