"""读:上限、一个对象的文件、同一份文件还用在哪里、由编号取用途的唯一入口。"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from juyuan.foundation.files import registry, rules
from juyuan.foundation.files.models import FileUse, StoredFile
from juyuan.foundation.policy.queries import bureau, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, held_answer


@dataclass(frozen=True)
class Limits:
    """上传的限度。`max_bytes` 含本数,单位字节;`types` 是小写扩展名。"""

    max_bytes: int
    types: tuple[str, ...]


@dataclass(frozen=True)
class Attachment:
    """一个对象的一份文件,供显示。"""

    id: uuid.UUID
    name: str
    label: str
    size: int
    kind: str
    sha256: str
    added_by: str
    at: datetime
    url: str
    inline_url: str


@dataclass(frozen=True)
class OtherUse:
    """同一份文件的另一处用途。对象看不见时 `hidden` 为真,只有一句 `text`,别无所有。"""

    text: str
    url: str = ""
    hidden: bool = False


def limits_on(day: date) -> Limits:
    in_force = params(day)
    return Limits(
        max_bytes=int(in_force["files.max_bytes"]),
        types=tuple(str(ext).lower().lstrip(".") for ext in in_force["files.allowed_types"]),
    )


def uploaded(actor: Actor, file_id: int | None) -> StoredFile | None:
    """这个人自己上传、可以拿来用的文件;没有的、别人上传的一律为空(编号是连续的,不能由猜编号用到别人的文件)。"""
    if file_id is None:
        return None
    rows = StoredFile.objects.filter(pk=file_id)
    if not actor.is_system:
        units = {post.unit_code for post in actor.posts}
        rows = rows.filter(added_by=actor.name, unit_code__in=units | {""})
    return rows.first()


def _attachment(use: FileUse) -> Attachment:
    kind = next((k.label for k in rules.KINDS.values() if k.mime == use.file.mime), use.file.mime)
    inline = use.file.mime in rules.INLINE_MIMES
    return Attachment(
        id=use.pk,
        name=use.file.name,
        label=use.label,
        size=use.file.size,
        kind=kind,
        sha256=use.file.sha256,
        added_by=use.added_by,
        at=use.at,
        url=f"/files/{use.pk}/",
        inline_url=f"/files/{use.pk}/?view=1" if inline else "",
    )


def files_of(object_type: str, object_ids: Iterable[object]) -> dict[str, list[Attachment]]:
    """几个对象的文件(一次查询);对象是否可见由调用者先判定。"""
    found: dict[str, list[Attachment]] = defaultdict(list)
    uses = FileUse.objects.filter(
        object_type=object_type, object_id__in=[str(pk) for pk in object_ids]
    ).select_related("file")
    for use in uses:
        found[use.object_id].append(_attachment(use))
    return found


def other_uses(
    sha256: str, actor: Actor, *, object_type: str = "", object_id: object = ""
) -> list[OtherUse]:
    """同样的内容还用在哪些对象上(不含指明的这一个)。

    看不见的对象不论几个,只合成一句「已登记,由商务主管部门核对」,不透露数目、名称、单位、时间。
    """
    uses = (
        FileUse.objects.filter(file__sha256=sha256)
        .exclude(object_type=object_type, object_id=str(object_id))
        .values_list("object_type", "object_id")
        .distinct()
        .order_by("object_type", "object_id")
    )
    seen, hidden = [], False
    for kind, pk in uses:
        if registry.can_see(actor, kind, pk):
            name, url = registry.present(actor, kind, pk)
            seen.append(OtherUse(f"同一份文件已用在「{name}」", url))
        else:
            hidden = True
    return [*seen, OtherUse(held_answer(bureau()), hidden=True)] if hidden else seen


def door(actor: Actor, use_id: uuid.UUID) -> FileUse:
    """由编号取用途的唯一入口。Raises: NotFound(没有,或看不见其对象)。"""
    use = FileUse.objects.select_related("file").filter(pk=use_id).first()
    if use is None or not registry.can_see(actor, use.object_type, use.object_id):
        raise NotFound
    return use
