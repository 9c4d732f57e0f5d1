"""企业台账:取齐判定要的一切,逐行判定(判定不查库、不看钟,同 `judge_investor` 一个口径)。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from juyuan.foundation.exchange.columns import REFUSED as LEVEL_REFUSED
from juyuan.foundation.exchange.columns import ParsedRow, RowFinding
from juyuan.foundation.exchange.kinds import (
    DOUBTFUL,
    NEW,
    REFUSED,
    SAME,
    UPDATE,
    Candidate,
    Judgement,
    ObjectRef,
)
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import lookup_keys
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.investors import access
from juyuan.rooms.investors.models import Contact, Investor
from juyuan.rooms.investors.queries.matches import OBJ, known_near
from juyuan.rooms.investors.queries.scope import own_units
from juyuan.rooms.investors.rules.book import Register
from juyuan.rooms.investors.rules.drafts import (
    CLAUSE,
    LABELS,
    ContactDraft,
    InvestorDraft,
    judge_contact,
    said,
)
from juyuan.rooms.investors.rules.matching import (
    Judged,
    Known,
    Verdict,
    changes_between,
    judge_investor,
)

NOT_YOURS = "这一家已由别的单位登记,内容有变请告知登记单位或{bureau}。"
CODE_TAKEN = "统一社会信用代码已登记在另一家名下,不能另立一家。"


@dataclass(frozen=True)
class EnterpriseCommand:
    """一行要办的事:新登记(`target` 为空),或改已登记的一家;另可添一位联系人。"""

    draft: InvestorDraft
    contact: ContactDraft | None = None
    target: int | None = None
    version: int = 0
    changes: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Lookups:
    """判定要的一切。`editable` 是提交人可以改的;`contacts` 是已有联系人 (编号, 姓名, 电话, 邮箱)。"""

    known: tuple[Known, ...] = ()
    editable: frozenset[int] = frozenset()
    contacts: frozenset[tuple[int, str, str, str]] = frozenset()
    today: date = date.min


@dataclass
class _Sheet:
    """判到目前为止:已登记的各家,加上表里前面已判为新增的。"""

    book: Register
    rows: dict[int, tuple[str, EnterpriseCommand]] = field(default_factory=dict)


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> Lookups:
    """集合查询,次数与行数无关。"""
    chosen = [r.settled.removeprefix("same:") for r in rows if r.settled.startswith("same:")]
    known = known_near([draft_of(row) for row in rows], actor, codes=chosen)
    ids = [k.id for k in known if k.visible]
    editable = Investor.objects.filter(pk__in=ids)
    if not (actor.is_system or access.is_bureau(actor)):
        editable = editable.filter(owner_unit_id__in=own_units(actor))
    contacts = Contact.objects.filter(investor_id__in=ids)
    return Lookups(
        known=tuple(known),
        editable=frozenset(editable.values_list("pk", flat=True)),
        contacts=frozenset(contacts.values_list("investor_id", "name", "phone", "email")),
        today=today,
    )


def draft_of(row: ParsedRow) -> InvestorDraft:
    """一行 → 内容。"""
    founded = row.get("founded_on")
    return InvestorDraft(
        name=row.get("name") or "",
        uscc=row.get("uscc") or "",
        kind=row.get("kind") or "enterprise",
        foreign_id=row.get("foreign_id") or "",
        country=row.get("country") or "中国",
        place=row.get("place") or "",
        controller=row.get("controller") or "",
        group=row.get("group") or "",
        honours=tuple(row.get("honours") or ()),
        registered_capital=row.get("registered_capital"),
        founded_on=founded if isinstance(founded, date) else None,
        business=row.get("business") or "",
        is_key=row.get("is_key") == "yes",
        remark=row.get("remark") or "",
    )


def contact_of(row: ParsedRow) -> ContactDraft | None:
    """一行里的联系人;没写姓名的没有。"""
    name = (row.get("contact") or "").strip()
    phone, email = row.get("phone") or "", row.get("email") or ""
    if not (name or phone or email):
        return None
    return ContactDraft(name, row.get("contact_title") or "", phone, email)


def judge_rows(rows: Sequence[ParsedRow], lookups: Lookups) -> list[Judgement]:
    """全部行一起判。"""
    sheet = _Sheet(Register(lookups.known))
    return [_one(row, lookups, sheet) for row in rows]


def _one(row: ParsedRow, lookups: Lookups, sheet: _Sheet) -> Judgement:
    if row.broken:
        return Judgement(REFUSED)
    draft, contact = draft_of(row), contact_of(row)
    judged = judge_investor(draft, sheet.book.near(draft), lookups.today, bureau=bureau())
    problems = list(judged.findings) if judged.verdict == Verdict.REFUSED else []
    if contact is not None:
        problems += judge_contact(contact)
    if problems:
        return Judgement(
            REFUSED,
            tuple(
                row.finding(LEVEL_REFUSED, f.message, "", _column(f.field, f.rule), f.rule, CLAUSE)
                for f in problems
            ),
        )
    if row.settled == "new":
        return _as_new(row, draft, contact, judged, sheet)
    if row.settled.startswith("same:"):
        return _as_same(row, draft, contact, lookups)
    if judged.verdict in (Verdict.HIDDEN, Verdict.DOUBTFUL):
        targets = judged.candidates or ((judged.target,) if judged.target else ())
        found = row.finding("doubt", judged.findings[0].message, "", "name", "investor.like")
        return Judgement(DOUBTFUL, (found,), candidates=tuple(_candidate(k) for k in targets))
    if judged.verdict == Verdict.NEW:
        return _as_new(row, draft, contact, judged, sheet)
    assert judged.target is not None
    if judged.target.id < 0:
        return _twin(row, draft, contact, judged.target, sheet)
    return _compare(row, draft, contact, judged.target, judged.changes, lookups)


def _as_new(
    row: ParsedRow,
    draft: InvestorDraft,
    contact: ContactDraft | None,
    judged: Judged,
    sheet: _Sheet,
) -> Judgement:
    if judged.verdict != Verdict.NEW and judged.matched_on != "name":
        return Judgement(REFUSED, (_refusal(row, CODE_TAKEN, "uscc"),))
    command = EnterpriseCommand(draft, contact)
    temporary = -len(sheet.rows) - 1
    sheet.rows[temporary] = (row.key, command)
    sheet.book.add(
        Known(
            id=temporary,
            code="",
            name=draft.name,
            uscc=compact_uscc(draft.uscc),
            foreign_id=draft.foreign_id,
            keys=frozenset(lookup_keys(draft.name)[:1]),
            visible=True,
        )
    )
    return Judgement(NEW, command=command)


def _as_same(
    row: ParsedRow, draft: InvestorDraft, contact: ContactDraft | None, lookups: Lookups
) -> Judgement:
    code = row.settled.removeprefix("same:")
    chosen = next((k for k in lookups.known if k.code == code and k.visible), None)
    if chosen is None:
        return Judgement(SAME, target=ObjectRef("row", code, code))
    return _compare(row, draft, contact, chosen, changes_between(draft, chosen), lookups)


def _twin(
    row: ParsedRow,
    draft: InvestorDraft,
    contact: ContactDraft | None,
    twin: Known,
    sheet: _Sheet,
) -> Judgement:
    key, command = sheet.rows[twin.id]
    ref = ObjectRef("row", key, f"本文件 {key}")
    if (command.draft, command.contact) == (draft, contact):
        return Judgement(SAME, target=ref)
    found = row.finding(
        "doubt", f"与本文件 {key} 是同一家而内容不同。", "请合成一行,或选另一家。", "name"
    )
    return Judgement(DOUBTFUL, (found,), candidates=(Candidate(ref),))


def _compare(
    row: ParsedRow,
    draft: InvestorDraft,
    contact: ContactDraft | None,
    known: Known,
    changes: tuple[tuple[str, Any, Any], ...],
    lookups: Lookups,
) -> Judgement:
    ref = _ref(known)
    if contact is not None:
        seen = (known.id, contact.name, contact.phone, contact.email)
        contact = None if seen in lookups.contacts else contact
    if not changes and contact is None:
        return Judgement(SAME, target=ref)
    if changes and known.id not in lookups.editable:
        return Judgement(
            REFUSED, (_refusal(row, NOT_YOURS.format(bureau=bureau()), "name"),), target=ref
        )
    shown = tuple((LABELS[name], said(name, old), said(name, new)) for name, old, new in changes)
    if contact is not None:
        shown += (("联系人", "", contact.name),)
    command = EnterpriseCommand(
        draft,
        contact,
        known.id,
        known.version,
        tuple((name, new) for name, _, new in changes),
    )
    return Judgement(UPDATE, command=command, target=ref, changes=shown)


def _refusal(row: ParsedRow, message: str, column: str) -> RowFinding:
    return row.finding(LEVEL_REFUSED, message, "", column, "investor.row", CLAUSE)


def _candidate(known: Known) -> Candidate:
    detail = tuple(
        (LABELS[name], said(name, known.values.get(name)))
        for name in ("name", "uscc", "place", "controller")
    )
    return Candidate(_ref(known), detail, known.visible)


def _ref(known: Known) -> ObjectRef:
    return ObjectRef(OBJ, known.code, known.name, f"/investors/{known.code}/")


def _column(name: str, rule: str) -> str:
    """规则的字段 → 台账的列。"""
    if rule.startswith("contact.") and name in ("name", "title"):
        return {"name": "contact", "title": "contact_title"}[name]
    return name
