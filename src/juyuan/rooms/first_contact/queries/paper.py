"""裁定写成公文:内容全部取自已记下的裁定与各方的登记,不另写一个字的事实。

发给一方的一份只写这一方的登记与份额;看得见两边的人(商务主管部门、召集人)取到的写全。
各方补交的证据一概不写进去:裁定之后双方仍各看各的。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.timezone import localdate, localtime

from juyuan.foundation.papers.names import full_name
from juyuan.foundation.papers.rules import Form, Heading, Paper, Para, Table, said_day
from juyuan.foundation.policy.queries import clause, params
from juyuan.foundation.ui.formats import percent
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.first_contact.models import Conflict, ConflictParty, Ruling
from juyuan.rooms.first_contact.queries import conflicts
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.rules.rulings import RulingLevel

MISSING = "—"


@dataclass(frozen=True)
class RulingPaper:
    """一份裁定书,与它的文件名(不含扩展名)。"""

    paper: Paper
    name: str


def door(actor: Actor, code: str, level: str) -> tuple[Ruling, int | None]:
    """由撞单编号与级别取裁定,与只写给哪个单位(两边都看得见的为空)。

    Raises:
        NotFound: 没有,或看不见。
    """
    conflict = conflicts.door(actor, code)
    row = conflict.rulings.filter(level=level).select_related("lead_unit").first()
    if row is None:
        raise NotFound
    row.conflict = conflict
    if conflicts.sees_both(actor):
        return row, None
    side = conflicts.own_side(actor, conflict)
    if side is None:
        raise NotFound
    return row, side.unit_id


def ruling_paper(row: Ruling, unit: int | None = None) -> RulingPaper:
    """裁定书(首次裁定、终裁);`unit` 即只发给这个单位的一份。"""
    conflict = row.conflict
    parties = list(conflict.parties.select_related("unit", "claim", "project").order_by("id"))
    told = [party for party in parties if unit is None or party.unit_id == unit]
    final = row.level == RulingLevel.FINAL
    title = f"关于{_subject(parties, told)}首谈归属的{'终裁' if final else '裁定'}意见"
    issuer = full_name(row.unit_name)
    body = (
        Para(_opening(conflict, parties, told, row)),
        Heading("牵头单位"),
        Para(f"{row.lead_unit.name}为首谈单位,牵头负责项目的洽谈、签约、落地,直至项目结束。"),
        Heading("功劳份额"),
        _shares(told, row),
        Heading("理由"),
        Para(row.reason),
        Heading("效力"),
        Para(_effect(conflict, row, final=final)),
    )
    paper = Paper(
        title=title, body=body, signer=issuer, dated=localdate(row.at), form=Form.LETTER,
        issuer=issuer, addressee="、".join(party.unit.name for party in told),
    )  # fmt: skip
    return RulingPaper(paper, f"{conflict.code}-{RulingLevel(row.level).label}")


def _hidden(parties: Sequence[ConflictParty]) -> bool:
    """有一方是限名单的:公文里不写名称。"""
    return any(
        Secrecy.RESTRICTED
        in (
            party.claim.confidentiality if party.claim else "",
            party.project.confidentiality if party.project else "",
        )
        for party in parties
    )


def _subject(parties: Sequence[ConflictParty], told: Sequence[ConflictParty]) -> str:
    """发给一方的写它自己登记的项目名称,写全的写先有的一方的;有一方限名单的从略。"""
    if _hidden(parties):
        return "有关项目"
    first = next((party for party in told if party.incumbent), told[0])
    name = first.claim.project_name if first.claim else ""
    return (name or (first.project.name if first.project else "")) or "有关项目"


def _opening(
    conflict: Conflict,
    parties: Sequence[ConflictParty],
    told: Sequence[ConflictParty],
    row: Ruling,
) -> str:
    found = clause(row.clause)
    if len(told) == len(parties):
        units = "、".join(party.unit.name for party in parties)
    else:
        units = f"贵单位与另{len(parties) - len(told)}个单位"
    opened = said_day(localdate(conflict.opened_at))
    appealed = ""
    if row.level == RulingLevel.FINAL and conflict.appealed_at and conflict.appealed_unit:
        known = any(party.unit_id == conflict.appealed_unit_id for party in told)
        who = conflict.appealed_unit.name if known else "另一方"
        when = said_day(localdate(conflict.appealed_at))
        appealed = f"{who}不服裁定,于{when}提请终裁。"
    return (
        f"{units}登记的是同一投资方的同一件事,{opened}立件(编号 {conflict.code})。{appealed}"
        f"依据{found.display}「{found.text}」,核对各方的登记与证据,"
        f"{'终裁' if row.level == RulingLevel.FINAL else '裁定'}如下。"
    )


def _shares(parties: Sequence[ConflictParty], row: Ruling) -> Table:
    lines = []
    for party in parties:
        claim = party.claim
        lines.append((
            party.unit.name,
            f"{localtime(claim.registered_at):%Y-%m-%d %H:%M}" if claim else MISSING,
            f"{localtime(claim.merit_at):%Y-%m-%d %H:%M}" if claim else MISSING,
            ("迟登" if claim.late else "") if claim else "先有项目",
            percent(row.shares.get(str(party.unit_id), 0)),
        ))  # fmt: skip
    return Table(
        ("单位", "登记时间", "功劳时刻", "备注", "份额"), tuple(lines), (26, 22, 22, 14, 16)
    )


def _effect(conflict: Conflict, row: Ruling, *, final: bool) -> str:
    if final:
        return "本意见为终局,自作出之日起生效。"
    days = params(localdate(row.at))["first_contact.appeal_workdays"]
    last = f"{said_day(conflict.appeal_by)}(含当日)前" if conflict.appeal_by else "期限内"
    return (
        f"不服本裁定的,可以在{days}个工作日以内即{last}提请召集人终裁;期限内没有人提请的,本裁定自期满次日起生效。"
        f"生效之前双方都可以继续服务投资方,谁也不得承诺政策。"
    )
