"""是不是同一家:一处判定,屏幕、接口、导入、项目登记都问它。

代码相同即同一家(第 1 档);名称键或别名键相同推定同一家(第 2 档);两边都有代码而不同,就是两家。
撞上看不见的一家,只说「已登记,由商务主管部门核对」。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from juyuan.kernel.clause import rule
from juyuan.kernel.names import lookup_keys
from juyuan.kernel.text import normalise
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import Finding, held_answer
from juyuan.rooms.investors.rules.drafts import CLAUSE, FIELDS, InvestorDraft, judge_fields


class Verdict(StrEnum):
    """对一家的判定。"""

    NEW = "new"
    SAME = "same"
    UPDATE = "update"
    DOUBTFUL = "doubtful"
    HIDDEN = "hidden"
    REFUSED = "refused"


@dataclass(frozen=True)
class Known:
    """已登记的一家里与判定有关的部分。`keys` 是名称与别名的键,`visible` 是对提交人而言。"""

    id: int
    code: str
    name: str
    uscc: str
    foreign_id: str
    keys: frozenset[str]
    visible: bool
    version: int = 1
    pending: bool = False
    values: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)


@dataclass(frozen=True)
class Judged:
    """判定结果。`changes` 是 (字段, 旧值, 新值);`matched_on` 是吻合的键类。"""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    target: Known | None = None
    matched_on: str = ""
    changes: tuple[tuple[str, Any, Any], ...] = ()
    candidates: tuple[Known, ...] = ()


@rule("2.5b")
def judge_investor(
    draft: InvestorDraft, known: Sequence[Known], today: date, *, bureau: str
) -> Judged:
    """重点企业等信息:同一家只登记一次,撞上看不见的一家由商务主管部门核对。

    `known` 是与所填代码、境外编号、名称键有任何一处吻合的已登记各家(含看不见的);
    `bureau` 是本市商务主管部门的名称。
    """
    findings = judge_fields(draft, today)
    if findings:
        return Judged(Verdict.REFUSED, tuple(findings))
    code, foreign = compact_uscc(draft.uscc), draft.foreign_id.strip()
    by_code = [k for k in known if (code and k.uscc == code) or _same_foreign(foreign, k)]
    wanted = set(lookup_keys(draft.name))
    by_name = [k for k in known if k not in by_code and k.keys & wanted and not _differs(code, k)]
    for group, matched_on in (
        (by_code, "uscc" if code else "foreign_id"),
        (by_name, "name"),
    ):
        seen = [k for k in group if k.visible]
        if seen:
            return _settle(draft, seen, matched_on)
        if group:
            finding = Finding(
                "uscc" if matched_on == "uscc" else "name",
                "investor.hidden",
                CLAUSE,
                held_answer(bureau),
            )
            return Judged(Verdict.HIDDEN, (finding,), group[0], matched_on)
    return Judged(Verdict.NEW)


def changes_between(draft: InvestorDraft, known: Known) -> tuple[tuple[str, Any, Any], ...]:
    """所填的、与已登记不同的各项;没填的不算改动,名称只差写法的也不算。"""
    found = []
    for name in FIELDS:
        new, old = getattr(draft, name), known.values.get(name)
        if name == "uscc":
            new = compact_uscc(new)
        if new in ("", None, (), False) or new == old:
            continue
        if name in ("kind", "country") and new == InvestorDraft.__dataclass_fields__[name].default:
            continue
        if name == "name" and set(lookup_keys(new)) & known.keys:
            continue
        found.append((name, old, new))
    return tuple(found)


def _settle(draft: InvestorDraft, seen: Sequence[Known], matched_on: str) -> Judged:
    settled = [k for k in seen if not k.pending] or list(seen)
    if len(settled) > 1:
        exact = [k for k in settled if normalise(k.name) == normalise(draft.name)]
        if len(exact) != 1:
            finding = Finding(
                "name",
                "investor.doubtful",
                CLAUSE,
                f"与已登记的 {len(settled)} 家名称相同,请选是哪一家,或补填统一社会信用代码",
            )
            return Judged(
                Verdict.DOUBTFUL,
                (finding,),
                matched_on=matched_on,
                candidates=tuple(settled),
            )
        settled = exact
    target = settled[0]
    changes = changes_between(draft, target)
    verdict = Verdict.UPDATE if changes else Verdict.SAME
    return Judged(verdict, (), target, matched_on, changes)


def _same_foreign(foreign: str, known: Known) -> bool:
    return bool(foreign) and normalise(known.foreign_id) == normalise(foreign)


def _differs(code: str, known: Known) -> bool:
    return bool(code and known.uscc and known.uscc != code)
