"""核验台账:逐封重算,说出第一处毛病;有锚点时再看尾部有没有被截。只读。

没有密钥时只核对编号与行数,其余说「无法核验」;密钥在而对不上,就是不符。
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from juyuan.foundation.ledger import canonical, keys
from juyuan.foundation.ledger.jobs import head_of
from juyuan.foundation.ledger.models import Event, Seal
from juyuan.kernel.verdict import Finding

EXAMPLES = 20


@dataclass
class Report:
    """核验的结果。`findings` 空即没有毛病;`unverifiable` 不空即有一部分无法核验,说明缘由。"""

    seals: int = 0
    rows: int = 0
    tail: int = 0
    last_no: int = 0
    last_id: int = 0
    digest: str = canonical.START
    checked: int = 0
    unverifiable: str = ""
    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    def as_dict(self) -> dict[str, Any]:
        """`--json` 与留痕用;`verified`:true 全部核验过,null 有无法核验的,false 有毛病。"""
        whole = None if self.unverifiable else True
        return {
            "verified": False if self.findings else whole,
            "seals": self.seals,
            "verified_seals": self.checked,
            "sealed_rows": self.rows,
            "unsealed_rows": self.tail,
            "last_seal": self.last_no,
            "last_id": self.last_id,
            "digest": self.digest,
            "unverifiable": self.unverifiable,
        }

    def add(self, place: str, rule: str, message: str) -> None:
        if len(self.findings) < EXAMPLES:
            self.findings.append(Finding(place, rule, "", message))
        else:
            self.more += 1


def verify(anchor: dict[str, Any] | None = None, *, ring: keys.Ring | None = None) -> Report:
    """核验全链(一个只读快照)。`anchor` 是锚点文件的内容,须已由 `anchors.read` 读过。"""
    ring = ring if ring is not None else keys.ring(keys.AUDIT)
    report = Report()
    with _snapshot():
        _chain(report, ring)
        report.tail = Event.objects.filter(id__gt=report.last_id).count() if report.seals else (
            Event.objects.count()
        )  # fmt: skip
        if report.tail and not report.seals:
            why = "" if ring.keys else ":没有密钥"
            report.unverifiable = f"台账还没有封存过{why}"
        if anchor is not None:
            _against(anchor, report, ring)
    return report


@contextmanager
def _snapshot() -> Iterator[None]:
    inside = connection.in_atomic_block
    with transaction.atomic():
        if not inside:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _chain(report: Report, ring: keys.Ring) -> None:
    previous, foreign = canonical.START, 0
    for sealed in Seal.objects.order_by("no").iterator(chunk_size=50):
        if sealed.no != report.last_no + 1:
            report.add(
                f"ledger_seal:{report.last_no + 1}",
                "seal_removed",
                f"第 {report.last_no + 1} 封不在了(下一个是第 {sealed.no} 封)",
            )
        key = ring.named(sealed.key)
        if key is None:
            foreign += 1
        else:
            report.checked += 1
        _one(report, sealed, previous, key, ring)
        report.seals += 1
        report.rows += sealed.count
        report.last_no, report.last_id = sealed.no, max(sealed.last_id, report.last_id)
        previous = report.digest = sealed.digest
    if foreign:
        why = "没有密钥" if not ring.keys else "封存所用的密钥不在手上"
        report.unverifiable = f"{foreign} 封{why}(只核对了编号与行数)"


def _one(report: Report, sealed: Seal, previous: str, key: bytes | None, ring: keys.Ring) -> None:
    """核验一封。行都对得上就止于此;对不上再逐行找。"""
    events = Event.objects.filter(id__lte=sealed.last_id, id__gt=report.last_id)
    if not report.seals:
        events = Event.objects.filter(id__lte=sealed.last_id)
    if sealed.version not in canonical.FIELDS:
        report.add(
            f"ledger_seal:{sealed.no}",
            "seal_version",
            f"第 {sealed.no} 封的写法是第 {sealed.version} 版,这一版程序不认识(程序旧了,或被改过)",
        )
        return
    found = [
        (row["id"], canonical.row_bytes(row, sealed.version))
        for row in events.order_by("id").values(*canonical.names(sealed.version))
    ]
    if key is not None:
        made = canonical.seal_digest(key, previous, head_of(sealed), (row for _, row in found))
        if made == sealed.digest:
            return
    before = len(report.findings) + report.more
    _rows(report, sealed, dict(found), key)
    if len(report.findings) + report.more > before:
        return
    if key is not None:
        report.add(
            f"ledger_seal:{sealed.no}",
            "seal_changed",
            f"第 {sealed.no} 封与前一封或与自己的行对不上,封存行被改过"
            f"(所封 {sealed.first_id}–{sealed.last_id})",
        )
    elif ring.given:
        report.add(
            f"ledger_seal:{sealed.no}",
            "seal_key",
            f"第 {sealed.no} 封的密钥标识 {sealed.key} 不是给出的任何一把:密钥不对,或封存被改。"
            "换过密钥的,把旧密钥写在新密钥后面",
        )


def _rows(report: Report, sealed: Seal, found: dict[int, bytes], key: bytes | None) -> None:
    """逐行比对行记号,由小到大说出删去的、插入的、被改的。"""
    known = canonical.marks(bytes(sealed.index))
    for row_id in sorted({*known, *found}):
        place = f"ledger_event:{row_id}"
        if row_id not in found:
            report.add(place, "removed", f"台账 {row_id} 被删去(第 {sealed.no} 封里有它)")
        elif row_id not in known:
            report.add(
                place, "inserted", f"台账 {row_id} 是封存之后插进来的(第 {sealed.no} 封里没有)"
            )
        elif key is not None:
            made = canonical.mark(key, row_id, found[row_id])[8:]
            if made != known[row_id]:
                report.add(place, "changed", f"台账 {row_id} 被改过(与第 {sealed.no} 封不符)")


def _against(anchor: dict[str, Any], report: Report, ring: keys.Ring) -> None:
    """与锚点相比:锚点之后可以多,不可以少,也不可以不同。"""
    no, said = int(anchor["no"]), anchor["made_at"]
    if no > report.last_no:
        report.add(
            f"ledger_seal:{no}",
            "tail_cut",
            f"尾部被截:{said} 的锚点记到第 {no} 封(台账 {anchor['last_id']},共 {anchor['rows']} 行),"
            f"库里只到第 {report.last_no} 封(台账 {report.last_id},共 {report.rows} 行)",
        )
        return
    sealed = Seal.objects.filter(no=no).first()
    total = sum(Seal.objects.filter(no__lte=no).values_list("count", flat=True))
    if no and (sealed is None or sealed.digest != anchor["digest"] or total != anchor["rows"]):
        report.add(
            f"ledger_seal:{no}",
            "rewritten",
            f"第 {no} 封与 {said} 的锚点不同:台账被截断后续写、被重写,或库换成了旧备份",
        )
    if ring.named(str(anchor["key"])) is None and not report.unverifiable:
        report.unverifiable = "锚点的签名无法核验:没有那把密钥(只比对了内容)"
