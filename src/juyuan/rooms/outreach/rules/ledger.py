"""线索台账:逐行判定(新增、更新、相同、存疑、退回)。纯判断,与屏幕上登记同一套规则。

认得出是不是同一条,看四样:报送单位、投资方、项目名称(没写的看项目内容)、首次接触日期。
投资方按名称键比(全半角、括号、公司形式不同的算同一家),项目名称去掉标点与空格比;首次接触日期都没写的也算相同。
空着的格子不与已有的比,也不改已有的。登记之后的线索不改所填:同一条而内容不同的,草稿更新,已登记的退回。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from juyuan.foundation.exchange.columns import DOUBTFUL as DOUBT
from juyuan.foundation.exchange.columns import NOTE, ParsedRow, RowFinding
from juyuan.foundation.exchange.columns import REFUSED as REFUSE
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
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.money import to_wan
from juyuan.kernel.names import lookup_keys
from juyuan.kernel.text import compact
from juyuan.rooms.outreach.rules.drafts import (
    MONEY,
    TEXTS,
    LeadDraft,
    LeadSecrecy,
    ReferrerKind,
    Reporter,
    Urgency,
    judge_submit,
    reported_by,
    trimmed,
)
from juyuan.rooms.outreach.rules.leads import CLAUSE, ENDED, LeadState

LABELS = {name: label for name, (label, _) in TEXTS.items()} | MONEY | {
    "channel": "来源渠道", "referrer_kind": "引荐人身份", "public_pay": "引荐人是否财政供养",
    "jobs": "就业人数", "contacted_on": "首次接触日期", "urgency": "缓急", "secrecy": "密级",
}  # fmt: skip
Identity = tuple[str, str, date | None]


@dataclass(frozen=True)
class KnownLead:
    """本单位已报的一条。`mine` 即提交人自己报的(草稿才改得了)。"""

    id: int
    code: str
    title: str
    state: LeadState
    version: int
    mine: bool
    draft: LeadDraft

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("outreach_lead", self.code, self.title, f"/leads/{self.code}/")


@dataclass(frozen=True)
class LeadLookups:
    """判定要的一切:今天、来源渠道(代码 → 名称)、报来的人、本单位已报的。"""

    today: date
    channels: Mapping[str, str]
    reporter: Reporter | None = None
    known: tuple[KnownLead, ...] = ()


@dataclass(frozen=True)
class LeadCommand:
    """一行要办的事:登记一条(`target` 为空),或把自己的草稿改齐并登记。"""

    draft: LeadDraft
    target: int | None = None
    version: int = 0


@dataclass
class _Sheet:
    by_identity: dict[Identity, list[KnownLead]]
    seen: dict[Identity, list[tuple[str, LeadDraft]]] = field(default_factory=dict)


def identity_of(draft: LeadDraft) -> Identity:
    """认得出是不是同一条的键(报送单位之外的三样)。"""
    keys = lookup_keys(draft.investor_name)
    what = compact(draft.project_name) or compact(draft.content)[:60]
    return keys[0] if keys else compact(draft.investor_name), what, draft.contacted_on


def draft_of(row: ParsedRow, look: LeadLookups) -> tuple[LeadDraft, str]:
    """一行 → 草稿,与看不懂的渠道(没有即空)。"""
    plain: dict[str, Any] = {name: row.get(name) or "" for name in TEXTS}
    plain |= {name: row.get(name) for name in (*MONEY, "jobs", "contacted_on")}
    plain["public_pay"] = {"yes": True, "no": False}.get(row.get("public_pay") or "")
    kind = row.get("referrer_kind")
    plain["referrer_kind"] = ReferrerKind(kind) if kind else None
    plain["urgency"] = Urgency(row.get("urgency") or Urgency.PLAIN)
    plain["secrecy"] = LeadSecrecy(row.get("secrecy") or LeadSecrecy.NORMAL)
    word = compact(row.get("channel") or "")
    codes = {compact(label): code for code, label in look.channels.items()}
    codes |= {compact(code): code for code in look.channels}
    plain["channel"] = codes.get(word, "")
    draft = trimmed(reported_by(LeadDraft(**plain), look.reporter))
    return draft, str(row.get("channel")) if word and word not in codes else ""


def judge_rows(rows: Sequence[ParsedRow], lookups: LeadLookups) -> list[Judgement]:
    """全部行一起判。"""
    known: dict[Identity, list[KnownLead]] = {}
    for one in lookups.known:
        known.setdefault(identity_of(one.draft), []).append(one)
    sheet = _Sheet(known)
    return [_one(row, lookups, sheet) for row in rows]


def _one(row: ParsedRow, look: LeadLookups, sheet: _Sheet) -> Judgement:
    draft, unread = draft_of(row, look)
    found = [
        row.finding(REFUSE, f"{f.message}。", "", f.field, f.rule, CLAUSE)
        for f in judge_submit(draft, look.today, look.channels)
        if not (unread and f.field == "channel")
    ]
    if unread:
        offered = "、".join(look.channels.values())
        found.append(
            row.finding(
                REFUSE, f"来源渠道“{unread[:20]}”不在选项里。", f"可填:{offered}。", "channel",
                "lead.channel", CLAUSE,
            )
        )  # fmt: skip
    if found or row.broken:
        return Judgement(REFUSED, tuple(found))
    key = identity_of(draft)
    filled = {f.name for f in fields(draft) if row.get(f.name) not in (None, "")}
    matches = sheet.by_identity.get(key, [])
    judged = _against(row, draft, filled, matches)
    if judged is None:
        judged = _twin(row, draft, sheet.seen.get(key, []))
    if judged.verdict == NEW:
        sheet.seen.setdefault(key, []).append((row.key, draft))
    return judged


def _differ(mine: LeadDraft, theirs: LeadDraft, filled: set[str]) -> list[str]:
    return [n for n in LABELS if n in filled and getattr(mine, n) != getattr(theirs, n)]


def _against(
    row: ParsedRow, draft: LeadDraft, filled: set[str], matches: Sequence[KnownLead]
) -> Judgement | None:
    """与本单位已报的比;没有碰上,或碰上的都了结了而内容不同,即空。"""
    for one in matches:
        if one.state != LeadState.DRAFT and not _differ(draft, one.draft, filled):
            return Judgement(SAME, target=one.ref)
    half = next((m for m in matches if m.state == LeadState.DRAFT and m.mine), None)
    if half is not None:
        changed = _differ(draft, half.draft, filled)
        said = {n: getattr(draft, n) for n in changed}
        merged = replace(half.draft, **said)
        shown = tuple(
            (LABELS[n], shown_value(getattr(half.draft, n)), shown_value(said[n])) for n in changed
        )
        return Judgement(
            UPDATE, command=LeadCommand(merged, half.id, half.version), target=half.ref,
            changes=(*shown, ("状态", LeadState.DRAFT.label, LeadState.SUBMITTED.label)),
        )  # fmt: skip
    live = next((m for m in matches if m.state not in (*ENDED, LeadState.DRAFT)), None)
    if live is None:
        return None
    changed = _differ(draft, live.draft, filled)
    named = "、".join(LABELS[n] for n in changed[:4])
    return Judgement(
        REFUSED,
        (
            row.finding(
                REFUSE, f"这条线索已登记({live.code}),{named}与登记的不同。",
                "线索登记之后不改所填,有补充的请在线索页反馈;确是另一条的,请改项目名称或首次接触日期。",
                changed[0], "lead.fixed", CLAUSE,
            ),
        ),
        target=live.ref,
    )  # fmt: skip


def _twin(row: ParsedRow, draft: LeadDraft, twins: Sequence[tuple[str, LeadDraft]]) -> Judgement:
    """与本文件前面的行比。"""
    for key, other in twins:
        if other == draft:
            return Judgement(SAME, target=ObjectRef("row", key, f"本文件 {key}"))
    if twins and row.settled != "new":
        key, other = twins[0]
        if row.settled.startswith("same:"):
            return Judgement(SAME, target=ObjectRef("row", key, f"本文件 {key}"))
        doubt: RowFinding = row.finding(
            DOUBT, f"与本文件 {key} 像是同一条而内容不同。", "请合成一行,或选「另立一条」。",
            "investor_name", "lead.twin", CLAUSE,
        )  # fmt: skip
        shown = tuple((LABELS[n], shown_value(getattr(other, n))) for n in LABELS)
        detail = tuple((label, value) for label, value in shown if value)[:6]
        ref = ObjectRef("row", key, f"本文件 {key}")
        return Judgement(DOUBTFUL, (doubt,), candidates=(Candidate(ref, detail),))
    told = "登记即起算答复时限;与别的单位是不是撞上,转项目时再查。"
    note = row.finding(NOTE, told, "", "investor_name", "lead.clock", CLAUSE)
    return Judgement(NEW, (note,), command=LeadCommand(draft))


def shown_value(value: Any) -> str:
    """一项所填怎样显示给人核对。"""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Labelled):
        return value.label
    if isinstance(value, int) and value >= 10_000:
        return f"{to_wan(value)} 万元"
    return str(value)
