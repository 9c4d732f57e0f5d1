"""首谈台账:逐行判定(新增、相同、存疑、退回)。纯判断,与屏幕上登记同一套规则。

认得出是不是同一件,看四样:首谈单位、投资方、项目名称、接触日期。投资方按名称键比,项目名称按项目名称键比。
本单位已登记的同一件(写法不同也算)不再登记;登记过的不改所填,内容不同的退回。
预览不查别的单位:查重每人每日有限次,预览不能成了不限次的查重;提交时逐件查,撞上的待裁定、立件。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from juyuan.foundation.exchange.columns import NOTE, ParsedRow, RowFinding
from juyuan.foundation.exchange.columns import REFUSED as REFUSE
from juyuan.foundation.exchange.kinds import NEW, REFUSED, SAME, Judgement, ObjectRef
from juyuan.kernel.names import lookup_keys
from juyuan.kernel.text import compact
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.first_contact.rules.answering import SETTLED
from juyuan.rooms.first_contact.rules.claims import (
    CLAUSE,
    ClaimDraft,
    ContactProof,
    Secrecy,
    judge_claim,
)
from juyuan.rooms.first_contact.rules.overlap import (
    Sameness,
    Scale,
    Subject,
    grade_overlap,
    same_matter,
)
from juyuan.rooms.first_contact.rules.rights import LIVE, ClaimState
from juyuan.rooms.pipeline.rules.naming import project_key

COMPARED = {
    "content": "项目内容", "amount": "预计总投资", "site": "意向地点", "secrecy": "密级",
    "proof": "凭据种类", "evidence_on": "凭据日期", "person": "责任人",
}  # fmt: skip
Identity = tuple[int, str, str, date | None]


@dataclass(frozen=True)
class KnownUnit:
    """一个单位;`kin` 是它一家(上下级)的编号。"""

    id: int
    name: str
    kin: frozenset[int]


@dataclass(frozen=True)
class KnownProject:
    """可能要登记在上面的项目。`may` 提交人能不能在它上面登记;`parties` 是它各家投资方的内容。"""

    id: int
    code: str
    name: str
    unit_id: int | None
    may: bool
    secrecy: Secrecy
    subject: Subject
    parties: tuple[Subject, ...] = ()

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("project", self.code, self.name, f"/projects/{self.code}/")


@dataclass(frozen=True)
class KnownClaim:
    """看得见的一件首谈:`values` 是可比的各项,`party` 是它的投资方的内容。"""

    id: int
    code: str
    title: str
    unit_id: int
    project_id: int | None
    state: ClaimState
    investor_name: str
    contacted_on: date
    values: Mapping[str, Any]
    subject: Subject
    party: Subject

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(
            "first_contact_claim", self.code, self.title, f"/first-contacts/{self.code}/"
        )


@dataclass(frozen=True)
class ClaimLookups:
    """判定要的一切。`own` 是提交人当前的单位;`everywhere` 即商务主管部门,期初可以替各单位补录。"""

    today: date
    scale: Scale
    own: KnownUnit | None = None
    everywhere: bool = False
    units: Mapping[str, KnownUnit] = field(default_factory=dict)
    projects: tuple[KnownProject, ...] = ()
    claims: tuple[KnownClaim, ...] = ()


@dataclass(frozen=True)
class ClaimCommand:
    """登记一件:哪个单位、哪个项目(空即新登记)、责任人、凭据叫什么;`place` 是台账里的哪一行。"""

    unit_id: int
    draft: ClaimDraft
    project_id: int | None = None
    person: str = ""
    evidence: str = ""
    place: str = ""


T = TypeVar("T")
Row = tuple[str, ClaimCommand, KnownUnit]


@dataclass
class _Sheet:
    """判到目前为止的,按记号(名称键、代码、项目)取,不逐个去比。"""

    claims: dict[str, list[KnownClaim]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    projects: dict[str, list[KnownProject]] = field(default_factory=dict)


def tokens(*parties: Subject, project_id: int | None = None) -> tuple[str, ...]:
    """同一家、同一个项目的必共有一个的记号。"""
    found: dict[str, None] = {}
    for one in parties:
        for name in (one.name, *one.aliases):
            found |= dict.fromkeys(f"name:{key}" for key in lookup_keys(name))
        for kind, value in (("uscc", compact_uscc(one.uscc)), ("foreign", compact(one.foreign_id))):
            if value:
                found[f"{kind}:{value}"] = None
    if project_id is not None:
        found[f"project:{project_id}"] = None
    return tuple(found)


def _near(index: Mapping[str, list[T]], wanted: Sequence[str]) -> list[T]:
    """共有一个记号的,去重,次序固定。"""
    found: list[T] = []
    for token in wanted:
        found += [one for one in index.get(token, ()) if one not in found]
    return found


def identity_of(unit_id: int, investor: str, project: str, on: date | None) -> Identity:
    """认得出是不是同一件的键。"""
    keys = lookup_keys(investor)
    return unit_id, keys[0] if keys else compact(investor), project_key(project), on


def draft_of(row: ParsedRow, project: KnownProject | None) -> ClaimDraft:
    """一行 → 草稿。登记在项目上的,密级随项目。"""
    secrecy = Secrecy(row.get("secrecy") or Secrecy.NORMAL)
    return ClaimDraft(
        subject=Subject(
            name=(row.get("investor") or "").strip(), uscc=compact_uscc(row.get("uscc") or ""),
            project_name=(row.get("name") or "").strip(), content=(row.get("content") or "").strip(),
            amount=row.get("amount"), site=(row.get("site") or "").strip(),
        ),
        proof=ContactProof(row.get("proof")) if row.get("proof") else None,
        contacted_on=row.get("contacted_on"), evidence_on=row.get("evidence_on"),
        secrecy=project.secrecy if project is not None else secrecy, note=row.get("note") or "",
    )  # fmt: skip


def judge_rows(rows: Sequence[ParsedRow], lookups: ClaimLookups) -> list[Judgement]:
    """全部行一起判。"""
    sheet = _Sheet()
    for claim in lookups.claims:
        for token in tokens(
            claim.party, Subject(name=claim.investor_name), project_id=claim.project_id
        ):
            sheet.claims.setdefault(token, []).append(claim)
    for project in lookups.projects:
        for token in tokens(*project.parties):
            sheet.projects.setdefault(token, []).append(project)
    return [_one(row, lookups, sheet) for row in rows]


COLUMN = {"name": "investor", "project_name": "name", "file": "evidence"}
"""规则的字段 → 台账的列。"""


def _unit(row: ParsedRow, look: ClaimLookups) -> tuple[KnownUnit | None, str, str]:
    said = (row.get("unit") or "").strip()
    if not said:
        return look.own, "" if look.own else "没有在任职务。", "请先切换到办首谈的任职。"
    unit = look.units.get(said)
    if unit is None:
        return None, f"没有叫「{said[:30]}」的单位。", "请填单位全称或简称。"
    if look.own is not None and unit.id != look.own.id and not look.everywhere:
        return (
            None,
            f"「{unit.name}」不是您当前任职的单位,不能替它登记。",
            "请由该单位登记,或留空。",
        )
    return unit, "", ""


def _project(row: ParsedRow, look: ClaimLookups, unit: KnownUnit | None) -> tuple[KnownProject | None, str]:  # fmt: skip
    """登记在哪个项目上:写了编号的按编号;没写的,本单位牵头而名称相同的那一个。"""
    code = (row.get("code") or "").strip()
    if code:
        found = next((p for p in look.projects if p.code == code), None)
        return found, "" if found else f"没有编号为「{code[:30]}」的项目,或您看不见它。"
    key = project_key(row.get("name") or "")
    named = [
        p for p in look.projects
        if key and project_key(p.name) == key and unit is not None and p.unit_id in unit.kin
    ]  # fmt: skip
    if len(named) > 1:
        return None, "本单位有几个项目叫这个名字,请填项目编号。"
    return (named[0] if named else None), ""


def _one(row: ParsedRow, look: ClaimLookups, sheet: _Sheet) -> Judgement:
    found: list[RowFinding] = []

    def refuse(reason: str, mend: str, name: str, rule: str) -> None:
        found.append(row.finding(REFUSE, reason, mend, name, rule, CLAUSE))

    unit, why, mend = _unit(row, look)
    if why:
        refuse(why, mend, "unit", "claim.unit")
    project, problem = _project(row, look, unit)
    if problem:
        refuse(problem, "请核对项目编号;还没有项目的留空。", "code", "claim.project")
    elif project is not None and not project.may:
        refuse(
            f"「{project.name}」与本单位没有关系,不能在它上面登记首谈。",
            "请留空项目编号,按新项目登记;撞上的由商务主管部门裁定。", "code", "claim.project",
        )  # fmt: skip
    draft = draft_of(row, project)
    for f in judge_claim(draft, look.today, has_project=project is not None, needs_file=False):
        refuse(f"{f.message}。", "", COLUMN.get(f.field, f.field), f.rule)
    if found or row.broken or unit is None:
        return Judgement(REFUSED, tuple(found))
    command = ClaimCommand(
        unit.id, draft, project.id if project else None, (row.get("person") or "").strip(),
        (row.get("evidence") or "").strip(), row.key,
    )  # fmt: skip
    judged = _against(row, command, unit, project, look, sheet)
    if judged is not None:
        return judged
    for token in tokens(draft.subject, project_id=command.project_id):
        sheet.rows.setdefault(token, []).append((row.key, command, unit))
    return Judgement(NEW, tuple(_notes(row, look, unit, project)), command=command)


def _notes(
    row: ParsedRow, look: ClaimLookups, unit: KnownUnit, project: KnownProject | None
) -> list[RowFinding]:
    """要让人知道的:登记在哪个项目上、替谁补录、查重与文件在后头。"""
    found = ["提交时逐件查重,撞上的待裁定;凭据的文件提交之后在首谈页补交。"]
    if project is not None:
        found.insert(0, f"登记在已有的项目「{project.name}」({project.code})上。")
    if look.own is None or unit.id != look.own.id:
        found.insert(0, f"替「{unit.name}」补录:只能作期初批次提交。")
    return [row.finding(NOTE, text, "", "investor", "claim.note", CLAUSE) for text in found]


def _against(
    row: ParsedRow, command: ClaimCommand, unit: KnownUnit, project: KnownProject | None,
    look: ClaimLookups, sheet: _Sheet,
) -> Judgement | None:  # fmt: skip
    """与已登记的、本文件前面的比:一样的不再登记,同一件而内容不同的退回。"""
    said = command.draft.subject
    title = said.project_name or (project.name if project else "")
    mine = identity_of(unit.id, said.name, title, command.draft.contacted_on)
    filled = {name for name in COMPARED if row.get(name) not in (None, "")}
    values = values_of(command.draft, command.person)
    wanted = tokens(said, project_id=command.project_id)
    live: list[KnownClaim] = []
    for claim in _near(sheet.claims, wanted):
        theirs = identity_of(claim.unit_id, claim.investor_name, claim.title, claim.contacted_on)
        differ = [n for n in COMPARED if n in filled and values[n] != claim.values[n]]
        if theirs == mine and not differ:
            return Judgement(SAME, target=claim.ref)
        if claim.state in LIVE and claim.unit_id in unit.kin:
            live.append(claim)
    for claim in live:
        if _same(said, claim.subject, (claim.party,), look.scale, claim.project_id, project):
            return _refused(
                row, f"本单位已登记过同一件({claim.code}「{claim.title}」)。",
                "登记过的不改所填;确是另一件的,请把项目内容、地点写清楚。", claim.ref,
            )  # fmt: skip
    for key, other, family in _near(sheet.rows, wanted):
        ref = ObjectRef("row", key, f"本文件 {key}")
        theirs = identity_of(
            other.unit_id, other.draft.subject.name, other.draft.subject.project_name or title,
            other.draft.contacted_on,
        )  # fmt: skip
        if (
            theirs == mine
            and other.project_id == command.project_id
            and (values == values_of(other.draft, other.person))
        ):
            return Judgement(SAME, target=ref)
        same = project.id if project and other.project_id == project.id else None
        if unit.id in family.kin and _same(
            said, other.draft.subject, (other.draft.subject,), look.scale,
            same if project else other.project_id, project,
        ):  # fmt: skip
            return _refused(row, f"与本文件 {key} 是同一件。", "请合成一行;确是另一件的,请把项目内容、地点写清楚。", ref)  # fmt: skip
    if project is None:
        for known in _near(sheet.projects, wanted):
            if known.unit_id in unit.kin and _whole(said, known.subject, known.parties, look.scale) == Sameness.SAME:  # fmt: skip
                return _refused(
                    row, f"本单位已有同一件的项目「{known.name}」({known.code})。",
                    f"请在项目编号一栏填 {known.code},登记在它上面。", known.ref,
                )  # fmt: skip
    return None


def _refused(row: ParsedRow, reason: str, mend: str, ref: ObjectRef) -> Judgement:
    found = row.finding(REFUSE, reason, mend, "name", "claim.twice", CLAUSE)
    return Judgement(REFUSED, (found,), target=ref)


def _same(
    mine: Subject, theirs: Subject, parties: Sequence[Subject], scale: Scale,
    their_project: int | None, project: KnownProject | None,
) -> bool:  # fmt: skip
    """是不是同一件首谈:登记在项目上的只看那个项目,没有项目的看投资方与内容。"""
    if project is not None:
        return their_project == project.id
    return _whole(mine, theirs, parties, scale) not in (None, Sameness.DIFFERENT)


def _whole(
    mine: Subject, theirs: Subject, parties: Sequence[Subject], scale: Scale
) -> Sameness | None:
    """同一家(第 1、2 档)的,是不是同一件;不是同一家即空。"""
    if not any(grade_overlap(mine, party, frozenset()).tier in SETTLED for party in parties):
        return None
    return same_matter(mine, theirs, scale)


def values_of(draft: ClaimDraft, person: str) -> dict[str, Any]:
    """可比的各项。"""
    return {
        "content": draft.subject.content, "amount": draft.subject.amount,
        "site": draft.subject.site, "secrecy": draft.secrecy.value,
        "proof": draft.proof.value if draft.proof else "", "evidence_on": draft.evidence_on,
        "person": person,
    }  # fmt: skip
