"""台账行的规范写法与封存的算法:同一行在任何版本、任何机器上写出同样的字节。纯函数。

写法有版本:往事件上加列,就添一版(旧版不动),旧的封存仍按旧版核验。
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from juyuan.foundation.ledger.keys import ALGORITHM, mac

FIELDS: dict[int, tuple[str, ...]] = {
    1: (
        "id", "at", "event", "actor_id", "actor_name", "post_label", "unit_code", "unit_name",
        "via", "obj_type", "obj_id", "obj_label", "before", "after", "reason", "clause",
        "result", "request_id", "group",
    ),
}  # fmt: skip
"""各版的列与次序。"""
VERSION = max(FIELDS)
START = "0" * 64
_MARK = struct.Struct(">q8s")


def canonical(value: Any) -> bytes:
    """规范 JSON:键排序、无空白、UTF-8。"""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def moment(at: datetime) -> str:
    """世界时,到微秒。"""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row_bytes(row: Mapping[str, Any], version: int = VERSION) -> bytes:
    """一行台账的字节(以换行结尾)。Raises: KeyError(没有这一版,或缺列)。"""
    values = []
    for name in FIELDS[version]:
        value = row[name]
        if isinstance(value, datetime):
            value = moment(value)
        elif name == "group" and value is not None:
            value = str(value)
        values.append(value)
    return canonical(values) + b"\n"


def mark(key: bytes, row_id: int, row: bytes) -> bytes:
    """行记号:编号与该行 HMAC-SM3 的前 8 字节。封存不符时靠它指出是哪一行。"""
    return _MARK.pack(row_id, mac(key, b"row\n", row)[:8])


def marks(index: bytes) -> dict[int, bytes]:
    """封存里的行记号:编号 → 8 字节。长度不对的尾巴不算。"""
    whole = len(index) - len(index) % _MARK.size
    return dict(_MARK.iter_unpack(index[:whole]))


def header(
    *, version: int, no: int, at: datetime, first_id: int, last_id: int, count: int,
    key: str, index: bytes,
) -> bytes:  # fmt: skip
    """封存行自己的字节:封存行的每一项都在内,改了哪一项都对不上。"""
    sm3 = hashlib.new(ALGORITHM, index).hexdigest()
    return canonical([version, no, moment(at), first_id, last_id, count, key, sm3]) + b"\n"


def seal_digest(key: bytes, previous: str, head: bytes, rows: Iterable[bytes]) -> str:
    """HMAC-SM3(密钥, 前一封的摘要 ‖ 封存行 ‖ 各行),64 个十六进制字。"""
    made = hmac.new(key, digestmod=ALGORITHM)
    made.update(previous.encode() + b"\n" + head)
    for row in rows:
        made.update(row)
    return made.hexdigest()


def names(version: int = VERSION) -> Sequence[str]:
    """这一版的列。"""
    return FIELDS[version]
