"""承诺审查的对照:照现在的清单与文本重新找疑点,还在的留着答复,去掉了的记作已改正或已删除。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256

from django.utils.timezone import localdate

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.evaluation.models import Privilege, PrivilegeFinding, Scrutiny
from juyuan.rooms.evaluation.queries import scrutiny as read
from juyuan.rooms.evaluation.rules.forbidden import ForbiddenKind, find_forbidden, same
from juyuan.rooms.evaluation.rules.privileges import (
    CLAUSE,
    GONE,
    FindingAnswer,
    FindingSource,
    examine,
)

MAX_HITS = 500
PASSAGE_LIMIT = 2000


def refind(row: Scrutiny, actor: Actor, now: datetime) -> None:
    """照现在的清单与文本重新对照。"""
    today = localdate(now)
    kinds = read.forbidden(today)
    current = {
        one.key: one for one in (*_in_rows(row, kinds, today, now), *_in_text(row, kinds, now))
    }
    held = {one.key: one for one in PrivilegeFinding.objects.filter(scrutiny=row)}
    fresh = [one for key, one in current.items() if key not in held]
    PrivilegeFinding.objects.bulk_create(fresh)
    changed = []
    for key, known in held.items():
        now_one = current.get(key)
        if now_one is not None:
            for name in ("paragraph", "page", "start", "end", "passage", "lesser", "why"):
                setattr(known, name, getattr(now_one, name))
            if not known.present and known.answer in [a.value for a in GONE]:
                known.answer, known.basis, known.answered_by_name = "", "", ""
                known.answered_at = None
            known.present = True
        elif known.present:
            known.present = False
            if not known.answer and not known.lesser:
                known.answer = _gone(known).value
                known.answered_by_name, known.answered_at = actor.name, now
        else:
            continue
        known.version += 1
        changed.append(known)
    PrivilegeFinding.objects.bulk_update(
        changed,
        ["paragraph", "page", "start", "end", "passage", "lesser", "why", "present", "answer",
         "basis", "answered_by_name", "answered_at", "version"],
    )  # fmt: skip


def _gone(known: PrivilegeFinding) -> FindingAnswer:
    """没有了的:那条优惠整个删去的算已删除,其余算已改正。"""
    removed = known.privilege_id is not None and Privilege.objects.filter(
        pk=known.privilege_id, removed_at__isnull=False
    ).exists()  # fmt: skip
    return FindingAnswer.DELETED if removed else FindingAnswer.FIXED


def _key(*parts: object) -> str:
    return sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def _in_rows(
    row: Scrutiny, kinds: Iterable[ForbiddenKind], today: date, now: datetime
) -> list[PrivilegeFinding]:
    suspects = read.suspects(today)
    found = []
    for one in read.rows_of(row):
        for doubt in examine(read.draft_of(one), tuple(kinds), suspects):
            found.append(
                PrivilegeFinding(
                    scrutiny=row, source=FindingSource.PRIVILEGE.value, privilege=one,
                    kind=doubt.kind, passage=doubt.passage[:PASSAGE_LIMIT], why=doubt.why[:300],
                    start=doubt.start, end=doubt.end, lesser=doubt.lesser, found_at=now,
                    key=_key("row", one.pk, doubt.kind, same(one.content), same(one.conditions)),
                )
            )  # fmt: skip
    return found


def _in_text(
    row: Scrutiny, kinds: Iterable[ForbiddenKind], now: datetime
) -> list[PrivilegeFinding]:
    """同一段文字里的同一处,换了版本也认得(段的文字没变,答复就留着)。"""
    labels = {kind.code: kind.label for kind in kinds}
    found: list[PrivilegeFinding] = []
    seen: dict[str, int] = {}
    for number, (page, text) in enumerate(row.paragraphs, start=1):
        for hit in find_forbidden(text, tuple(kinds)):
            base = _key("text", hit.kind, same(text), same(text[hit.start : hit.end]))
            seen[base] = seen.get(base, 0) + 1
            found.append(
                PrivilegeFinding(
                    scrutiny=row, source=FindingSource.TEXT.value, kind=hit.kind,
                    passage=text[hit.start : hit.end], why=f"写法与「{labels[hit.kind]}」相近",
                    paragraph=number, page=page, start=hit.start, end=hit.end, lesser=hit.lesser,
                    found_at=now, key=_key(base, seen[base]),
                )
            )  # fmt: skip
            if len(found) > MAX_HITS:
                raise RuleBroken.one(
                    "file", "agreement.hits",
                    f"疑点超过 {MAX_HITS} 处，请先改文本（或核对是不是传错了文件）", CLAUSE,
                )  # fmt: skip
    return found
