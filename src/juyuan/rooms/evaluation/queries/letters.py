"""函的读:违约看得见的看得见它的函;文稿的事实由认定的违约、承诺、合同取来。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate

from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.names import full_name
from juyuan.foundation.papers.registry import PaperKind, WordField
from juyuan.foundation.papers.rules import Paper, said_day
from juyuan.foundation.people.models import Role, Unit
from juyuan.foundation.policy.queries import bureau, clause, pack
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial, NotFound
from juyuan.rooms.evaluation.models import Breach, GovernmentDebt, Letter
from juyuan.rooms.evaluation.queries import breaches, promises
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.rules.breaches import (
    OPEN_LETTERS,
    TITLES,
    LetterLevel,
    LetterState,
    next_level,
)
from juyuan.rooms.evaluation.rules.letterpaper import build, default_words, title_of
from juyuan.rooms.evaluation.rules.promises import CLAUSE
from juyuan.rooms.pipeline.models import ProjectParty
from juyuan.rooms.pipeline.rules.recognition import BUREAU

OBJ = "evaluation_letter"
SERIES = "履约函"
WORDS = (
    WordField("demand", "整改要求", required=True, limit=1000),
    WordField("meeting", "约谈安排", limit=300, hint="只在约谈通知书里写：时间、地点、参加人员"),
    WordField("follow", "后续措施", required=True, limit=500),
    WordField("contact", "联系人及电话", required=True, limit=60, hint="如 张某，0437-1234567"),
)
UNSENT = (LetterState.PREPARING.value, LetterState.VOIDED.value)


def visible_to(actor: Actor) -> QuerySet[Letter]:
    """看得见的函:违约看得见的。"""
    rows = Letter.objects.all()
    if actor.is_system:
        return rows
    return rows.filter(breach_id__in=breaches.visible_to(actor).order_by().values("pk"))


def within(actor: Actor) -> Any:
    """看得见的编号(子查询)。"""
    return visible_to(actor).order_by().values("pk")


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def url_of(letter: Letter) -> str:
    return f"/letters/{letter.code}/"


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = visible_to(actor).filter(pk__in=list(ids)).select_related("breach__promise__project")
    return {
        row.pk: (f"{row.level_label}：{row.breach.promise.project.name}", url_of(row))
        for row in rows
    }


def can_see_id(actor: Actor, object_id: str) -> bool:
    """文件的门。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return visible_to(actor).filter(pk=int(object_id)).exists()


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    """(名称, 网址)。"""
    return present(actor, [int(object_id)])[int(object_id)]


def door(actor: Actor, code: str) -> Letter:
    """由编号取函的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    row = with_all(visible_to(actor)).filter(code=code).first()
    if row is None:
        raise NotFound
    return row


def with_all(rows: QuerySet[Letter]) -> QuerySet[Letter]:
    """连同违约、承诺、项目、公文。"""
    return rows.select_related("breach__promise__project", "unit", "document__unit", "supplement")


def letter_of(document: Document) -> Letter:
    """这份公文的函。"""
    return Letter.objects.select_related("breach__promise__project", "unit").get(
        pk=document.object_id
    )


# ───────── 阶梯 ─────────


def sent_levels(breach: Breach) -> list[str]:
    """这项承诺这条检验已发过的各级(以前了结过的也算)。"""
    return list(
        Letter.objects.filter(breach__promise_id=breach.promise_id, breach__test=breach.test)
        .exclude(state__in=UNSENT)
        .values_list("level", flat=True)
    )


def level_for(breach: Breach) -> LetterLevel:
    """下一步该发哪一级。"""
    return next_level(sent_levels(breach))


def open_letter(breach: Breach) -> Letter | None:
    """还没有了结的一封。"""
    return (
        Letter.objects.filter(breach=breach, state__in=[s.value for s in OPEN_LETTERS])
        .select_related("unit", "document")
        .first()
    )


def overdue(letter: Letter, today: date) -> bool:
    """到期没有回复。"""
    return (
        letter.state == LetterState.SENT and letter.reply_by is not None and today > letter.reply_by
    )


# ───────── 文稿 ─────────


def addressee_of(project_id: int) -> str:
    """主送:第一出资方;没有登记出资方的写项目单位。"""
    row = (
        ProjectParty.objects.filter(project_id=project_id)
        .select_related("investor")
        .order_by("order", "id")
        .first()
    )
    return row.investor.name if row is not None else "项目单位"


def facts_of(breach: Breach, level: LetterLevel, unit: Unit, days: int) -> dict[str, Any]:
    """文稿的事实:起草时锁定,以后不改。"""
    promise, found, paper = breach.promise, clause(CLAUSE), pack().document
    known = promises.kinds(breach.found_on).get(promise.kind)
    before = (
        Letter.objects.filter(breach__promise_id=promise.pk, breach__test=breach.test)
        .exclude(state__in=UNSENT)
        .select_related("document")
        .order_by("id")
    )
    return {
        "level": level.value,
        "project": promise.project.name,
        "project_code": promise.project.code,
        "addressee": addressee_of(promise.project_id),
        "signed_on": said_day(promise.project.signed_on) if promise.project.signed_on else "",
        "contract_number": promise.contract_number,
        "place": promise.place,
        "quote": promise.quote,
        "text": promise.text,
        "kind": known.label if known else promise.kind,
        "promised": breach.facts["promised"],
        "actual": breach.facts["actual"],
        "deviation": breach.facts["deviation"],
        "evidence": list(breach.facts["evidence"]),
        "found_on": said_day(breach.found_on),
        "government": _government(breach),
        "days": days,
        "rule": f"《{paper.title}》（{paper.number}）{found.display}",
        "clause_text": found.text,
        "signer": full_name(unit.name),
        "breach": breach.code,
        "before": [
            {
                "title": TITLES[LetterLevel(row.level)],
                "number": row.document.number if row.document else "",
                "on": said_day(row.issued_on) if row.issued_on else "",
            }
            for row in before
        ],
    }


def _government(breach: Breach) -> str:
    debts = GovernmentDebt.objects.filter(promise_id=breach.promise_id).select_related("unit")
    done = [
        f"{d.unit.name}应于{said_day(d.due_on)}前{d.text}，已于{said_day(d.done_on)}办到"
        for d in debts.order_by("due_on", "id")
        if d.done_on
    ]
    if not done:
        return "经自查，这项约定没有需要政府先行办理而未办理的事项。"
    return "经自查，政府先行事项已办到：" + "；".join(done) + "。"


def build_paper(document: Document) -> Paper:
    """公文 → 内容。"""
    return build(
        document.facts, document.words, title=document.title, number=document.number,
        dated=document.dated,
    )  # fmt: skip


def draft_of(breach: Breach, unit: Unit, days: int) -> tuple[LetterLevel, dict[str, Any], str]:
    """要起草的:级别、事实、标题。"""
    level = level_for(breach)
    return level, facts_of(breach, level, unit, days), title_of(level, breach.promise.project.name)


def words_of(level: LetterLevel) -> dict[str, str]:
    return default_words(level)


# ───────── 公文登记处要的 ─────────


def can_prepare(actor: Actor, document: Document) -> Access:
    """起草、印发、送达:发函单位里能办这个项目的人。"""
    letter = letter_of(document)
    if actor.is_system:
        return Allowed()
    if document.unit_id not in actor.unit_ids:
        return Denial(f"这封函由{document.unit.name}办理", CLAUSE)
    return access.can_keep(actor, letter.breach.promise.project)


def can_approve(actor: Actor, document: Document) -> Access:
    """批准:发函单位的负责人;商务主管部门的,核验人也可以。"""
    if _approves(actor, document.unit_id):
        return Allowed()
    return Denial(f"由{document.unit.name}的负责人批准", CLAUSE)


def _approves(actor: Actor, unit_id: int) -> bool:
    return any(
        p.unit_id == unit_id
        and (p.role == Role.HEAD or (p.role == Role.VERIFIER and p.function == BUREAU))
        for p in actor.posts
    )


def can_decide(actor: Actor, letter: Letter) -> Access:
    """批准结果:发函单位的负责人(商务主管部门的核验人),不是提出的人。"""
    if not _approves(actor, letter.unit_id):
        return Denial(f"结果由{letter.unit.name}的负责人批准", CLAUSE)
    if letter.proposed_by_id is not None and letter.proposed_by_id == actor.account_id:
        return Denial("提出人不能自己批准，请另一位同志办理", CLAUSE)
    return Allowed()


def can_handle(actor: Actor, letter: Letter) -> Access:
    """记回复、约谈、提出结果:发函单位里能办这个项目的人。"""
    if actor.is_system:
        return Allowed()
    if letter.unit_id not in actor.unit_ids:
        return Denial(f"这封函由{letter.unit.name}办理", CLAUSE)
    return access.can_keep(actor, letter.breach.promise.project)


def can_draft(actor: Actor, breach: Breach) -> Access:
    """起草:能办这个项目、有任职单位的人(商务主管部门,项目本方单位)。"""
    if actor.is_system:
        return Allowed()
    if actor.post is None:
        return Denial(f"函由{bureau()}或项目本方单位起草", CLAUSE)
    return access.can_keep(actor, breach.promise.project)


def document_url(document: Document) -> str:
    row = Letter.objects.filter(pk=document.object_id).values_list("code", flat=True).first()
    return f"/letters/{row}/" if row else "/letters/"


def paper_kinds(on_issued: Any, on_voided: Any) -> list[PaperKind]:
    """阶梯的四种函,同一系列的文号。"""
    return [
        PaperKind(
            kind=kind_name(level),
            label=TITLES[level],
            clause=CLAUSE,
            series=SERIES,
            build=build_paper,
            within=within,
            can_prepare=can_prepare,
            can_approve=can_approve,
            url=document_url,
            word_fields=WORDS,
            on_issued=on_issued,
            on_voided=on_voided,
        )
        for level in LetterLevel
    ]


def kind_name(level: LetterLevel) -> str:
    return f"evaluation.letter.{level.value}"


def reply_by(first: date, days: int) -> date:
    """自起算日起几天以内。"""
    return date.fromordinal(first.toordinal() + days)


def today_of(now: Any) -> date:
    return localdate(now)
