"""承诺审查的读:禁止情形(参数)、一个项目的记录、清单与疑点、文本的显示、文件的门。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Privilege, PrivilegeFinding, Scrutiny
from juyuan.rooms.evaluation.rules.forbidden import ForbiddenKind, kinds_of
from juyuan.rooms.evaluation.rules.privileges import (
    FindingAnswer,
    FindingSource,
    PrivilegeDraft,
    Standing,
    blocking,
    has_high_basis,
)
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import seen_whole

OBJ = "evaluation_scrutiny"
AROUND = 1  # 疑点前后各显示几段


def forbidden(on: date) -> tuple[ForbiddenKind, ...]:
    """某日有效的禁止情形。"""
    book = params(on)
    return kinds_of(
        book["fair_competition.forbidden"], book["fair_competition.clauses"],
        book["fair_competition.words"], book["fair_competition.ways"],
    )  # fmt: skip


def privilege_kinds(on: date) -> dict[str, str]:
    """优惠种类:代号 → 名称。"""
    return {row["code"]: row["label"] for row in params(on)["privilege.kinds"]}


def suspects(on: date) -> dict[str, str]:
    """各类优惠对着哪一种禁止的情形。"""
    found: dict[str, str] = params(on)["privilege.suspects"]
    return found


def visible_to(actor: Actor) -> QuerySet[Scrutiny]:
    """看得见的记录:看得全那个项目的。"""
    rows = Scrutiny.objects.all()
    if actor.is_system:
        return rows
    return rows.filter(project_id__in=seen_whole(actor).order_by().values("pk"))


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def within(actor: Actor) -> Any:
    return visible_to(actor).order_by().values("pk")


def url_of(code: str) -> str:
    return f"/projects/{code}/scrutiny/"


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = visible_to(actor).filter(pk__in=list(ids)).select_related("project")
    return {row.pk: (f"承诺审查：{row.project.name}", url_of(row.project.code)) for row in rows}


def can_see_id(actor: Actor, object_id: str) -> bool:
    """文件的门。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return visible_to(actor).filter(pk=int(object_id)).exists()


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    row = visible_to(actor).select_related("project").get(pk=int(object_id))
    return f"承诺审查：{row.project.name}", url_of(row.project.code)


def record_of(project: Project) -> Scrutiny | None:
    """一个项目的记录(调用者已过项目的门)。"""
    return Scrutiny.objects.filter(project=project).first()


def rows_of(record: Scrutiny) -> list[Privilege]:
    """清单里的各条。"""
    rows = record.privileges.filter(removed_at__isnull=True).select_related("granter")
    return list(rows.order_by("pk"))


def findings_of(record: Scrutiny) -> list[PrivilegeFinding]:
    """全部疑点:还在的与已去掉的。"""
    return list(
        record.findings.select_related("privilege").order_by("-source", "paragraph", "start", "pk")
    )


def draft_of(row: Privilege) -> PrivilegeDraft:
    return PrivilegeDraft(
        kind=row.kind, content=row.content, amount=row.amount, ratio_bp=row.ratio_bp,
        basis=row.basis, granter_id=row.granter_id, conditions=row.conditions, period=row.period,
    )  # fmt: skip


def place_of(row: PrivilegeFinding) -> str:
    """在哪里:第几页第几段;清单里的为空。"""
    if row.source != FindingSource.TEXT:
        return ""
    page = f"第{row.page}页" if row.page else ""
    return f"{page}第{row.paragraph}段"


def standing_of(row: PrivilegeFinding, labels: dict[str, str]) -> Standing:
    return Standing(
        labels.get(row.kind, row.kind), row.present, row.lesser, FindingAnswer(row.answer),
        place_of(row),
    )  # fmt: skip


@dataclass(frozen=True)
class Doubtful:
    """一处疑点,供显示。"""

    row: PrivilegeFinding
    label: str
    clause: str
    way: str
    place: str
    answer: str
    blocking: bool
    before: str = ""
    after: str = ""

    @property
    def anchor(self) -> str:
        return f"f{self.row.pk}"


def shown(
    findings: Sequence[PrivilegeFinding], kinds: Sequence[ForbiddenKind],
    paragraphs: Sequence[Sequence[Any]] = (),
) -> list[Doubtful]:  # fmt: skip
    """疑点 → 显示。`paragraphs` 给出前后文。"""
    known = {kind.code: kind for kind in kinds}
    labels = {code: kind.label for code, kind in known.items()}
    found = []
    for row in findings:
        kind = known.get(row.kind)
        before = after = ""
        if row.source == FindingSource.TEXT and row.present and row.paragraph <= len(paragraphs):
            text = str(paragraphs[row.paragraph - 1][1])
            before, after = text[max(0, row.start - 40) : row.start], text[row.end : row.end + 40]
        found.append(
            Doubtful(
                row, kind.label if kind else row.kind, kind.clause if kind else "",
                kind.way if kind else "", place_of(row), FindingAnswer(row.answer).label,
                bool(blocking(standing_of(row, labels))), before, after,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Piece:
    """一截文字;`anchors` 不空即疑点。"""

    text: str
    anchor: str = ""
    lesser: bool = False
    label: str = ""


@dataclass(frozen=True)
class Passage:
    """一段文字,切成几截。"""

    number: int
    page: int
    pieces: tuple[Piece, ...]
    hit: bool


def passages(record: Scrutiny, doubts: Sequence[Doubtful], *, whole: bool) -> list[Passage | None]:
    """文本照段显示,疑点标出;缺省只显示有疑点的与前后各一段,中间省略处给空。"""
    by_paragraph: dict[int, list[Doubtful]] = defaultdict(list)
    for doubt in doubts:
        if doubt.row.source == FindingSource.TEXT and doubt.row.present:
            by_paragraph[doubt.row.paragraph].append(doubt)
    wanted = {
        near for number in by_paragraph for near in range(number - AROUND, number + AROUND + 1)
    }
    found: list[Passage | None] = []
    last = 0
    for number, (page, text) in enumerate(record.paragraphs, start=1):
        if not whole and number not in wanted:
            continue
        if last and number != last + 1:
            found.append(None)
        last = number
        pieces = _pieces(str(text), by_paragraph.get(number, []))
        found.append(Passage(number, int(page), pieces, number in by_paragraph))
    return found


def _pieces(text: str, doubts: Sequence[Doubtful]) -> tuple[Piece, ...]:
    """切开;重叠的只标先到的一处。"""
    found: list[Piece] = []
    at = 0
    for doubt in sorted(doubts, key=lambda d: (d.row.start, -d.row.end)):
        if doubt.row.start < at:
            continue
        if doubt.row.start > at:
            found.append(Piece(text[at : doubt.row.start]))
        found.append(
            Piece(
                text[doubt.row.start : doubt.row.end], doubt.anchor, doubt.row.lesser, doubt.label
            )
        )
        at = doubt.row.end
    if at < len(text):
        found.append(Piece(text[at:]))
    return tuple(found)


def result_of(row: Privilege, doubts: Sequence[Doubtful]) -> tuple[str, str]:
    """(灯, 结果):疑似禁止,已答复的写明;写了上位依据的只作提示;其余未见问题。"""
    mine = [d for d in doubts if d.row.privilege_id == row.pk and d.row.present]
    hard = [d for d in mine if not d.row.lesser]
    if any(d.blocking for d in hard):
        return "bad", "疑似禁止"
    if hard:
        return "warn", f"疑似禁止，{hard[0].answer}"
    if mine or (row.basis and has_high_basis(row.basis)):
        return "ok", "已写明上位依据，请审查人核对"
    return "ok", "未见问题"
