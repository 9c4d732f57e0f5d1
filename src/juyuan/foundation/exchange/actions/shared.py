"""几个动作共用的:读一遍批次、存一遍判定。"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.db import connection

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.book import Book
from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.exchange.judging import (
    Settlements,
    Verdict,
    judge_rows,
    masked,
    without_values,
)
from juyuan.foundation.exchange.kinds import (
    DOUBTFUL,
    NEW,
    SKIPPED,
    UPDATE,
    VERDICTS,
    Candidate,
    ImportKind,
)
from juyuan.foundation.exchange.layout import Choice, Layout, MappedColumn, Skipped
from juyuan.foundation.exchange.models import CollisionCase, HeaderMemory, ImportBatch, ImportRow
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.refusal import FileRefused
from juyuan.foundation.exchange.rows import Parsed, parse_book
from juyuan.foundation.ledger.actions import refuse
from juyuan.foundation.policy.queries import pinned
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken

Progress = Callable[[int, int], None]
PAGE = 1000
READ, JUDGED, WRITTEN = 0.4, 0.5, 0.95
"""一批办到哪一步算几成:读完表、判完、写完(只为进度条,按实测的时间估)。"""


@dataclass(frozen=True)
class OpeningPaper:
    """期初批次后面的那份文件:文号、日期、扫描件(可无)。"""

    number: str = ""
    on: date | None = None
    name: str = ""
    stream: BinaryIO | None = None


def parse(
    kind: ImportKind,
    data: bytes,
    name: str,
    *,
    basis: queries.ColumnBasis,
    readings: Mapping[str, Mapping[str, str]] | None = None,
    progress: Progress | None = None,
    book: Book | None = None,
) -> Parsed:
    """读文件、对列、解析;已经读过的给出 `book`。Raises: FileRefused。"""
    book = book or read_book(data, name)
    return parse_book(
        book, kind.columns, basis.memory, basis.choices, readings, upto(progress, READ), basis.units
    )


def upto(progress: Progress | None, share: float) -> Progress | None:
    """只占前几成的进度:读表的「办完」不是整批的办完。"""
    if progress is None:
        return None
    told = progress
    return lambda done, total: told(int(done * share), total)


def step(progress: Progress | None, share: float, rows: int) -> None:
    """整批办到几成;有人要求取消就在这里停下(事务回滚)。"""
    if progress is not None:
        progress(rows if share >= 1 else int(rows * share), max(rows, 1))


def refused_file(
    kind: ImportKind, actor: Actor, name: str, error: FileRefused, now: datetime
) -> RuleBroken:
    """拒收留痕(自己的事务),并化为统一的拒绝。"""
    refuse(
        event="exchange.file.refused",
        actor=actor,
        obj_type="import_kind",
        obj_id=kind.name,
        obj_label=name[:200],
        message=f"{error.message}{error.mend}",
        now=now,
    )
    return RuleBroken.one("file", f"exchange.{error.code}", f"{error.message}{error.mend}")


def judged(
    kind: ImportKind,
    rows: Sequence[ParsedRow],
    actor: Actor,
    today: date,
    settlements: Settlements,
) -> list[Verdict]:
    """全部行一起判;参数在这一批里固定,不逐行去看有没有新版。"""
    with pinned():
        return judge_rows(kind, rows, actor, today, settlements)


def save_rows(
    batch: ImportBatch, kind: ImportKind, verdicts: Sequence[Verdict], now: datetime
) -> None:
    """存(或就地更新)全部行的判定;看不见的重合各立一件。须在事务内。"""
    written = set(batch.rows.filter(done=True).values_list("sheet", "number"))
    rows = [
        _row(kind, verdict, i)
        for i, verdict in enumerate(verdicts, start=1)
        if (verdict.row.sheet, verdict.row.number) not in written
    ]
    for start in range(0, len(rows), PAGE):
        _upsert(batch, rows[start : start + PAGE])
    places = {(v.row.sheet, v.row.number) for v in verdicts}
    gone = [
        pk
        for pk, sheet, number in batch.rows.values_list("pk", "sheet", "number")
        if (sheet, number) not in places
    ]
    if gone:
        # 立过件的行留着(对列改了也不能把核对的痕迹抹掉)
        kept = set(CollisionCase.objects.filter(row_id__in=gone).values_list("row_id", flat=True))
        ImportRow.objects.filter(pk__in=[pk for pk in gone if pk not in kept]).delete()
        ImportRow.objects.filter(pk__in=kept).update(verdict=SKIPPED)
    open_cases(batch, verdicts, now)
    recount(batch)


def recount(batch: ImportBatch) -> None:
    """各类行数(由调用者存)。"""
    counts = dict.fromkeys((*VERDICTS, SKIPPED), 0)
    counts.update(queries.row_counts(batch).by_verdict)
    batch.counts = counts


def _row(kind: ImportKind, verdict: Verdict, position: int) -> dict[str, Any]:
    row, target = verdict.row, verdict.target
    return {
        "position": position,
        "sheet": row.sheet,
        "number": row.number,
        "verdict": verdict.verdict,
        "findings": [without_values(f, kind).as_dict() for f in verdict.findings],
        "shown": masked(kind, row.shown),
        "candidates": [candidate_dict(c) for c in verdict.candidates],
        "doubts": {
            name: [{"key": r.key, "label": r.label} for r in doubt.readings]
            for name, doubt in row.doubts.items()
        },
        "changes": [list(change) for change in verdict.changes],
        "held": verdict.held,
        "fingerprint": row.fingerprint,
        "object_type": target.type if target else "",
        "object_id": target.id[:60] if target else "",
        "object_label": target.label[:200] if target else "",
        "object_url": target.url[:200] if target else "",
    }


_UPSERT = """
INSERT INTO exchange_importrow AS kept
       (batch_id, settled, readings, done, position, sheet, number, verdict, findings, shown,
        candidates, doubts, changes, held, fingerprint, object_type, object_id, object_label, object_url)
SELECT %s, '', '{}'::jsonb, FALSE, r.*
  FROM jsonb_to_recordset(%s::jsonb) AS r(
       position int, sheet text, number int, verdict text, findings jsonb, shown jsonb,
       candidates jsonb, doubts jsonb, changes jsonb, held boolean, fingerprint text,
       object_type text, object_id text, object_label text, object_url text)
ON CONFLICT (batch_id, sheet, number) DO UPDATE
   SET position = EXCLUDED.position, verdict = EXCLUDED.verdict, findings = EXCLUDED.findings,
       shown = EXCLUDED.shown, candidates = EXCLUDED.candidates, doubts = EXCLUDED.doubts,
       changes = EXCLUDED.changes, held = EXCLUDED.held, fingerprint = EXCLUDED.fingerprint,
       object_type = EXCLUDED.object_type, object_id = EXCLUDED.object_id,
       object_label = EXCLUDED.object_label, object_url = EXCLUDED.object_url
"""


def _upsert(batch: ImportBatch, rows: Sequence[dict[str, Any]]) -> None:
    """一千行一条语句:整份 JSON 交给数据库拆,比逐值绑定快数倍。人的选择(settled、readings)不动。"""
    document = json.dumps(rows, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [batch.pk, document])


def candidate_dict(candidate: Candidate) -> dict[str, Any]:
    """可见的疑似对象(看不见的不进这里)。"""
    return {
        "type": candidate.ref.type,
        "id": candidate.ref.id,
        "label": candidate.ref.label,
        "url": candidate.ref.url,
        "detail": [list(pair) for pair in candidate.detail],
    }


def open_cases(batch: ImportBatch, verdicts: Sequence[Verdict], now: datetime) -> None:
    """看不见的重合立件;同一行同一对方只立一件。"""
    held = [v for v in verdicts if v.held and v.verdict == DOUBTFUL]
    if not held:
        return
    ids = {
        (sheet, number): pk for pk, sheet, number in batch.rows.values_list("pk", "sheet", "number")
    }
    known = set(
        CollisionCase.objects.filter(row__batch=batch).values_list(
            "row_id", "hidden_type", "hidden_id"
        )
    )
    fresh = []
    for verdict in held:
        row_id = ids[verdict.row.sheet, verdict.row.number]
        for candidate in verdict.hidden:
            ref = candidate.ref
            if (row_id, ref.type, ref.id) in known:
                continue
            known.add((row_id, ref.type, ref.id))
            fresh.append(
                CollisionCase(
                    row_id=row_id,
                    kind=batch.kind,
                    hidden_type=ref.type,
                    hidden_id=ref.id,
                    hidden_label=ref.label[:200],
                    hidden_url=ref.url[:200],
                    opened_at=now,
                )
            )
    CollisionCase.objects.bulk_create(fresh, batch_size=PAGE)


def report_of(parsed: Parsed) -> dict[str, Any]:
    """读表说明,存在批次里给人看。"""
    return {
        "notes": parsed.notes,
        "problems": parsed.problems,
        "tables": [_table(layout) for _, layout in parsed.tables],
    }


def _table(layout: Layout) -> dict[str, Any]:
    return {
        "sheet": layout.sheet,
        "header_rows": list(layout.header_rows),
        "unit": layout.unit,
        "columns": [_column(c) for c in layout.columns],
        "skipped": [_skipped(s) for s in layout.skipped[:500]],
        "hidden_rows": layout.hidden_rows[:500],
        "hidden_columns": layout.hidden_columns,
    }


def _column(column: MappedColumn) -> dict[str, Any]:
    return {
        "index": column.index,
        "letter": column.letter,
        "header": column.header,
        "key": column.key,
        "field": column.field,
        "unit": column.unit,
        "how": column.how,
    }


def _skipped(skipped: Skipped) -> dict[str, Any]:
    return {"number": skipped.number, "kind": skipped.kind, "text": skipped.text}


def remember(
    batch: ImportBatch, parsed: Parsed, choices: Mapping[str, Mapping[int, Choice]], now: datetime
) -> None:
    """把人手选的对应关系记给本单位,下次同样的表头不再问。"""
    if batch.unit_id is None:
        return
    rows: dict[str, HeaderMemory] = {}
    for _, layout in parsed.tables:
        picks = choices.get(layout.sheet, {})
        for column in layout.columns:
            pick = picks.get(column.index)
            if pick is None or not column.key or len(column.key) > 200:
                continue
            rows[column.key] = HeaderMemory(
                unit_id=batch.unit_id,
                kind=batch.kind,
                key=column.key,
                field=pick.field,
                money_unit=pick.unit,
                at=now,
            )
    HeaderMemory.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["unit", "kind", "key"],
        update_fields=["field", "money_unit", "at"],
    )


def pending(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """要写的行。"""
    return [v for v in verdicts if v.verdict in (NEW, UPDATE)]
