"""封存台账:上一封之后已经定局的行,按批连成链。重复执行无害,同时只有一个在做。

编号按插入时取,先取的可能后提交,回滚的永远不来。所以只封「定局」的:先读编号发到哪里,
再看此刻谁手上有写台账的锁(取编号与插入是同一条语句,锁拿到事务终了才放),等这些事务都了结,
到那个编号为止的行就不会再多、再少。别的写入不必停,也不受影响。
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from juyuan.foundation.ledger import canonical, keys
from juyuan.foundation.ledger.models import Event, Seal
from juyuan.foundation.ledger.writers import WRITERS

BATCH = 2000
PATIENCE = 20.0  # 秒:等手上的写入了结;等不到就下次再封,不漏
_LOCK = 0x6C65646765720001


@dataclass(frozen=True)
class Sealed:
    """一次封存的结果。`waiting` 是没等到了结的写入数;`keyless` 为真即没有密钥,没有封存。"""

    seals: int = 0
    rows: int = 0
    waiting: int = 0
    keyless: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "seals": self.seals,
            "rows": self.rows,
            "waiting": self.waiting,
            "keyless": self.keyless,
        }


def seal(*, now: datetime, patience: float = PATIENCE) -> Sealed:
    """把定局而未封的行都封上。`patience`:最多等几秒手上的写入了结。

    Raises: RuleBroken(密钥太短)。
    """
    key = keys.ring(keys.AUDIT, make=True).current
    if key is None:
        return Sealed(keyless=True)
    settled, waiting = _settled(patience)
    if waiting:
        return Sealed(waiting=waiting)
    seals = rows = 0
    while count := _seal_batch(key, settled, now):
        seals, rows = seals + 1, rows + count
    return Sealed(seals, rows)


def _settled(patience: float) -> tuple[int, int]:
    """(到此为止的编号都已定局, 还没了结的写入数)。"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('ledger_event', 'id')")
        sequence = cursor.fetchone()[0]
        # 次序要紧:先读编号,再看锁。先发出的编号,其事务此刻或仍持锁,或已了结。
        cursor.execute(f"SELECT last_value - (NOT is_called)::int FROM {sequence}")  # noqa: S608
        handed_out = int(cursor.fetchone()[0])
        open_ = _holders(cursor)
        until = time.monotonic() + patience
        while open_ and time.monotonic() < until:
            time.sleep(0.05)
            open_ &= _holders(cursor)
    return handed_out, len(open_)


def _holders(cursor: Any) -> set[str]:
    cursor.execute(WRITERS)
    return {row[0] for row in cursor.fetchall()}


def _seal_batch(key: bytes, settled: int, now: datetime) -> int:
    """封一批;返回行数,0 即没有可封的。"""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = Seal.objects.order_by("-no").only("no", "last_id", "digest").first()
        chosen = Event.objects.filter(id__lte=settled).order_by("id")
        if last is not None:
            chosen = chosen.filter(id__gt=last.last_id)
        events = list(chosen.values(*canonical.names())[:BATCH])
        if not events:
            return 0
        rows = [(event["id"], canonical.row_bytes(event)) for event in events]
        index = b"".join(canonical.mark(key, row_id, row) for row_id, row in rows)
        made = Seal(
            no=last.no + 1 if last else 1,
            at=now,
            version=canonical.VERSION,
            first_id=rows[0][0],
            last_id=rows[-1][0],
            count=len(rows),
            key=keys.key_id(key),
            index=index,
        )
        made.digest = canonical.seal_digest(
            key, last.digest if last else canonical.START, head_of(made), (row for _, row in rows)
        )
        made.save(force_insert=True)
    return len(rows)


def head_of(sealed: Seal) -> bytes:
    """封存行自己的字节。"""
    return canonical.header(
        version=sealed.version,
        no=sealed.no,
        at=sealed.at,
        first_id=sealed.first_id,
        last_id=sealed.last_id,
        count=sealed.count,
        key=sealed.key,
        index=bytes(sealed.index),
    )


def keep(*, today: date, now: datetime) -> dict[str, Any]:
    """每日一次:封存,再把整条链核验一遍并记下结果。

    Raises: ValueError(核验不过;由定期任务记为出错,显示给管理员)。
    """
    from juyuan.foundation.ledger.anchors import note_verified
    from juyuan.foundation.ledger.verifying import verify
    from juyuan.kernel.actor import Actor

    sealed = seal(now=now)
    report = verify()
    note_verified(actor=Actor.system("台账核验"), report=report, now=now)
    if report.findings:
        raise ValueError(f"台账核验不过:{report.findings[0].message}")
    return sealed.as_dict() | report.as_dict()
