"""到位资金凭证的台账:逐行判定(新增、相同、存疑、退回)。纯判断,与屏幕上登记同一套规则。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from juyuan.foundation.exchange.columns import DOUBTFUL as DOUBT
from juyuan.foundation.exchange.columns import NOTE, REFUSED, ParsedRow, RowFinding
from juyuan.foundation.exchange.kinds import DOUBTFUL, NEW, SAME, Judgement, ObjectRef
from juyuan.foundation.exchange.kinds import REFUSED as REFUSED_ROW
from juyuan.foundation.exchange.kinds import Candidate as Other
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.vouchers import (
    CLAUSE,
    HOME,
    VoucherContext,
    VoucherDraft,
    fold_number,
    judge_voucher,
)


@dataclass(frozen=True)
class Target:
    """可能收下这张凭证的项目。`payers` 是出资方名称 → 编号;`may` 提交人能不能改它。"""

    id: int
    code: str
    name: str
    payers: Mapping[str, int] = field(default_factory=dict)
    context: VoucherContext = field(default_factory=VoucherContext)
    may: bool = True

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("project", self.code, self.name, f"/projects/{self.code}/")


@dataclass(frozen=True)
class Taken:
    """已登记的一张:在哪个项目,看不看得见,内容是不是同一笔。"""

    project_id: int
    code: str
    name: str
    visible: bool
    kind: str = ""
    paid_on: date | None = None
    amount: int = 0

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("project", self.code, self.name, f"/projects/{self.code}/")


@dataclass(frozen=True)
class Lookups:
    today: date
    by_code: Mapping[str, Target]
    by_key: Mapping[str, tuple[Target, ...]]
    keys: Mapping[str, str]  # 行键 → 项目名称键
    shares: Mapping[date, VoucherContext]  # 到账日 → 那天的认可比例、汇率限度
    taken: Mapping[str, tuple[Taken, ...]]  # 凭证号键 → 占着它的
    cleared: frozenset[tuple[int, str]] = frozenset()  # 已核对为「不是同一张」的
    released: frozenset[str] = frozenset()  # 导入重合里,核对为「另一张」的对方项目


@dataclass(frozen=True)
class VoucherCommand:
    """登记一张凭证。`apart`:核对为不是同一张,准予登记。"""

    project_id: int
    draft: VoucherDraft
    apart: bool = False


def judge_rows(rows: Sequence[ParsedRow], lookups: Lookups) -> list[Judgement]:
    """逐行判定;同一文件里同一个凭证号只收第一行。"""
    seen: dict[str, str] = {}
    return [_one(row, lookups, seen) for row in rows]


def _find(row: ParsedRow, look: Lookups) -> tuple[Target | None, str]:
    code = (row.get("code") or "").strip()
    if code:
        found = look.by_code.get(code)
        return found, "" if found else f"没有编号为「{code}」的项目。"
    named = look.by_key.get(look.keys.get(row.key, ""), ())
    if len(named) == 1:
        return named[0], ""
    if named:
        return None, "有几个项目叫这个名字，请填项目编号。"
    return None, "没有叫这个名字的项目，请先导入项目台账。"


def draft_of(row: ParsedRow, target: Target | None) -> VoucherDraft:
    """一行 → 草稿。付款人恰是出资方的,记作出资方。"""
    payer = (row.get("payer") or "").strip()
    payers = target.payers if target else {}
    currency = row.get("currency") or HOME
    foreign = currency != HOME
    return VoucherDraft(
        kind=row.get("kind") or "",
        paid_on=row.get("paid_on"),
        number=row.get("number") or "",
        amount=None if foreign else row.get("amount"),
        currency=currency,
        foreign_amount=_decimal(row.get("foreign_amount")) if foreign else None,
        rate=_decimal(row.get("rate")) if foreign else None,
        rate_on=row.get("rate_on") if foreign else None,
        rate_source=(row.get("rate_source") or "") if foreign else "",
        payer_id=payers.get(payer),
        payer_name="" if payer in payers else payer,
        origin=Origin(row.get("origin") or ""),
        fiscal=row.get("fiscal") == "yes",
        note=row.get("note") or "",
    )


def _decimal(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _one(row: ParsedRow, look: Lookups, seen: dict[str, str]) -> Judgement:
    findings: list[RowFinding] = list(row.findings)
    target, why = _find(row, look)

    def refuse(reason: str, mend: str, name: str, rule: str) -> None:
        findings.append(row.finding(REFUSED, reason, mend, name, rule, CLAUSE))

    if target is None:
        refuse(why, "请核对项目编号或名称。", "code", "voucher.project")
    elif not target.may:
        refuse(
            f"「{target.name}」不由您的单位办理。", "请由首谈、承载、登记单位登记。", "code",
            "voucher.project",
        )  # fmt: skip
    draft = draft_of(row, target)
    day = draft.paid_on or look.today
    on_day = look.shares.get(day, VoucherContext())
    payers = target.context.payers if target else {}
    context = VoucherContext(payers, on_day.shares, on_day.rate_days)
    said = {f.field for f in row.findings if f.level == REFUSED}
    for f in judge_voucher(draft, context, look.today, needs_file=False):
        if f.field not in said:  # 这一格读不成已经说过
            refuse(f"{f.message}。", "", f.field, f.rule)
    key = fold_number(draft.number)
    if key and key in seen:
        refuse(
            f"与第 {seen[key]} 行是同一个凭证号。",
            "同一张凭证只能用一次。",
            "number",
            "voucher.twice",
        )
    elif key:
        seen[key] = str(row.number)
    candidates: list[Other] = []
    apart = False
    if target is not None and key:
        for taken in look.taken.get(key, ()):
            if taken.project_id == target.id:
                if (taken.kind, taken.paid_on, taken.amount) == (
                    draft.kind,
                    draft.paid_on,
                    draft.yuan,
                ):
                    return Judgement(SAME, tuple(findings), target=target.ref)
                refuse(
                    "这个凭证号本项目已登记过，而种类、到账日或金额不同。",
                    "登记错了的请在项目页冲回后重新登记。", "number", "voucher.twice",
                )  # fmt: skip
            elif (target.id, key) in look.cleared:
                apart = True
            elif taken.visible:
                refuse(
                    f"这个凭证号已用在「{taken.name}」（{taken.code}），同一张凭证只能用一次。",
                    "请核对凭证号。", "number", "voucher.used",
                )  # fmt: skip
            elif row.settled == "new" and taken.code in look.released:
                apart = True
            else:
                candidates.append(Other(taken.ref, visible=False))
    if any(f.level == REFUSED for f in findings) or target is None:
        return Judgement(REFUSED_ROW, tuple(findings))
    if candidates:
        doubt = row.finding(DOUBT, "这个凭证号已经登记。", "", "number", "voucher.held", CLAUSE)
        return Judgement(DOUBTFUL, (*findings, doubt), candidates=tuple(candidates))
    told = "登记后待核验；没有凭证文件的，请在项目页补交。"
    findings.append(row.finding(NOTE, told, "", "number", "voucher.waiting", CLAUSE))
    return Judgement(NEW, tuple(findings), command=VoucherCommand(target.id, draft, apart))
