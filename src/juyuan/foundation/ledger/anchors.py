"""锚点:链头的一份签了名的抄件,存到别处。只有链本身看不出尾部被截,有锚点就看得出。"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import localtime

from juyuan.foundation.ledger import canonical, keys
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.models import Seal
from juyuan.foundation.ledger.verifying import Report
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken

FORMAT = "juyuan-anchor/1"
_FIELDS = {"no": int, "digest": str, "rows": int, "last_id": int, "made_at": str, "key": str, "mac": str}  # fmt: skip


def head(*, now: datetime) -> dict[str, Any] | None:
    """此刻链头的锚点(只读);没有密钥即 None。"""
    key = keys.ring(keys.AUDIT).current
    if key is None:
        return None
    last = Seal.objects.order_by("-no").only("no", "digest", "last_id", "at").first()
    body = {
        "format": FORMAT,
        "no": last.no if last else 0,
        "digest": last.digest if last else canonical.START,
        "rows": Seal.objects.aggregate(total=Sum("count"))["total"] or 0,
        "last_id": last.last_id if last else 0,
        "sealed_at": localtime(last.at).isoformat() if last else None,
        "made_at": localtime(now).isoformat(timespec="seconds"),
        "key": keys.key_id(key),
    }
    return body | {"mac": _mac(key, body)}


def _mac(key: bytes, body: dict[str, Any]) -> str:
    return keys.mac(key, b"anchor\n", canonical.canonical(body)).hex()


def export(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """导出锚点并留痕(先由调用者封存)。

    Raises: RuleBroken(没有密钥)。
    """
    made = head(now=now)
    if made is None:
        raise RuleBroken.one(keys.AUDIT, "keyless", f"没有 {keys.AUDIT},台账没有封存,也出不了锚点")
    with transaction.atomic():
        record(
            event="ledger.anchor.exported",
            actor=actor,
            obj_type="audit",
            obj_id="anchor",
            obj_label=f"第 {made['no']} 封",
            after={"no": made["no"], "digest": made["digest"], "rows": made["rows"]},
            now=now,
        )
    return made


def note_verified(*, actor: Actor, report: Report, now: datetime) -> None:
    """核验也留痕:几封、几行、有没有毛病。"""
    with transaction.atomic():
        record(
            event="ledger.audit.verified",
            actor=actor,
            obj_type="audit",
            obj_id="chain",
            obj_label="不符" if report.findings else "无法核验" if report.unverifiable else "相符",
            after=report.as_dict() | {"problems": [f.message for f in report.findings[:3]]},
            now=now,
        )


def read(body: Any, ring: keys.Ring) -> dict[str, Any]:
    """读一份锚点文件的内容并核对签名(没有那把密钥时不核,由核验说明)。

    Raises: RuleBroken(不是锚点,或被改过)。
    """
    good = isinstance(body, dict) and body.get("format") == FORMAT
    if not good or any(type(body.get(name)) is not kind for name, kind in _FIELDS.items()):
        raise RuleBroken.one("anchor", "anchor", "这不是聚源的锚点文件,或已残缺")
    key = ring.named(body["key"])
    signed = {name: value for name, value in body.items() if name != "mac"}
    if key is not None and not hmac.compare_digest(_mac(key, signed), body["mac"]):
        raise RuleBroken.one("anchor", "anchor_changed", "锚点文件被改过:签名不符")
    if key is None and ring.given:
        raise RuleBroken.one("anchor", "anchor_key", "锚点的签名不出自给出的任何一把密钥")
    return dict(body)
