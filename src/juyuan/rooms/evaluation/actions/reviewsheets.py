"""评审的材料:主体核查单、一票否决。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.queries import uploaded
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.evaluation.actions import reviewsteps as steps
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.reviews import CLAUSE, DiligenceMark, ReviewState, ReviewVerb

NOTE_LIMIT = 500
EARLY = (ReviewState.ACCEPTED, ReviewState.REVIEWING)


@dataclass(frozen=True)
class DiligenceDraft:
    """核查单一项所填。"""

    mark: DiligenceMark | None
    note: str = ""
    file_id: int | None = None


@dataclass(frozen=True)
class VetoDraft:
    """一票否决一项所填。"""

    holds: bool | None
    note: str = ""


def keep_diligence(
    *, actor: Actor, review: Review, items: Mapping[str, DiligenceDraft], now: datetime
) -> Review:
    """填主体核查单:正常、存疑、有问题;存疑、有问题的写明情况。可以分几次填,评分结束之前可以改。

    Raises:
        Denied: 不是承办单位,也改不了这个项目。
        RuleBroken: 没有这一项;存疑、有问题而没写情况;已过评分。
        Stale: 他人先行。
    """
    require(access.can_keep_diligence(actor, review))
    steps.need_state(review, *EARLY, what="改主体核查单")
    rows = {row.code: row for row in review.diligence.all()}
    found: list[Finding] = []
    for code, draft in items.items():
        row = rows.get(code)
        if row is None:
            found.append(Finding(f"mark_{code}", "review.item", CLAUSE, f"核查单里没有「{code[:20]}」"))  # fmt: skip
            continue
        if draft.mark not in (None, DiligenceMark.NORMAL) and not draft.note.strip():
            text = f"「{row.label}」{draft.mark.label if draft.mark else ''}的，请写明情况"
            found.append(Finding(f"note_{code}", "review.item_note", CLAUSE, text))
        if len(draft.note) > NOTE_LIMIT:
            text = f"「{row.label}」的说明至多{NOTE_LIMIT}字"
            found.append(Finding(f"note_{code}", "review.length", CLAUSE, text))
        if draft.file_id is not None and uploaded(actor, draft.file_id) is None:
            text = "文件没有存好，请重新上传"
            found.append(Finding(f"file_{code}", "review.file", "", text))
    if found:
        raise RuleBroken(found)
    changed = {
        code: draft
        for code, draft in items.items()
        if draft.file_id is not None
        or (rows[code].mark, rows[code].note) != (draft.mark or "", draft.note.strip())
    }
    if not changed:
        return review
    with transaction.atomic():
        steps.touch(review)
        for code, draft in changed.items():
            row = rows[code]
            stored = uploaded(actor, draft.file_id)
            if stored is not None:
                use = files.use_file(
                    actor=actor, file=stored, object_type=read.OBJ, object_id=review.pk,
                    label=row.label, now=now,
                )  # fmt: skip
                row.file_use_id, row.file_name = use.pk, stored.name[:200]
            row.mark = draft.mark.value if draft.mark else ""
            row.note, row.by_name, row.at = draft.note.strip(), actor.name, now
            row.save(update_fields=["mark", "note", "by_name", "at", "file_use_id", "file_name"])
        steps.note(
            review, "diligence_kept", actor, now,
            after={rows[c].label: DiligenceMark(d.mark).label if d.mark else "" for c, d in changed.items()},
        )  # fmt: skip
    return review


def check_vetoes(
    *, actor: Actor, review: Review, answers: Mapping[str, VetoDraft], now: datetime
) -> Review:
    """核对一票否决:逐项答成立、不成立;成立的写明依据。有一项成立,不再评分,直接请有权的人决定。

    Raises:
        Denied: 不是承办单位的人;就是送审人。
        RuleBroken: 没有这一项;成立而没写依据;已过评分。
        Stale: 他人先行。
    """
    require(access.can_check_vetoes(actor, review))
    steps.need_state(review, *EARLY, what="核对一票否决")
    rows = {row.code: row for row in review.vetoes.all()}
    found: list[Finding] = []
    for code, draft in answers.items():
        row = rows.get(code)
        if row is None:
            found.append(Finding(f"holds_{code}", "review.item", CLAUSE, f"一票否决里没有「{code[:20]}」"))  # fmt: skip
            continue
        if draft.holds and not draft.note.strip():
            text = f"「{row.label}」成立的，请写明依据"
            found.append(Finding(f"note_{code}", "review.item_note", CLAUSE, text))
        if len(draft.note) > NOTE_LIMIT:
            text = f"「{row.label}」的依据至多{NOTE_LIMIT}字"
            found.append(Finding(f"note_{code}", "review.length", CLAUSE, text))
    if found:
        raise RuleBroken(found)
    changed = {
        code: draft
        for code, draft in answers.items()
        if (rows[code].holds, rows[code].note) != (draft.holds, draft.note.strip())
    }
    if not changed:
        return review
    with transaction.atomic():
        steps.touch(review)
        for code, draft in changed.items():
            row = rows[code]
            row.holds, row.note = draft.holds, draft.note.strip()
            row.by_name, row.at = actor.name, now
            row.save(update_fields=["holds", "note", "by_name", "at"])
        steps.note(
            review, "vetoes_checked", actor, now,
            after={rows[code].label: draft.holds for code, draft in changed.items()},
        )  # fmt: skip
        held = read.vetoed(review)
        if held:
            steps.step(review, ReviewVerb.VETO, actor=actor, now=now, reason="、".join(held))
            steps.drop_all(review, "veto", actor=actor, now=now)
            steps.ask_decision(review, actor=actor, now=now)
    return review


def sheets_left(review: Review) -> tuple[list[str], list[str]]:
    """核查单没填的、一票否决没核对的。"""
    unchecked = review.diligence.filter(mark="").order_by("id").values_list("label", flat=True)
    unasked = review.vetoes.filter(holds__isnull=True).order_by("id")
    return list(unchecked), list(unasked.values_list("label", flat=True))
