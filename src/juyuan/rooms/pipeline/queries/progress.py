"""本期发生:由移动、证据、凭证与填报的进展读出来,集合式,查询数与项目数无关。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from juyuan.kernel.money import to_wan
from juyuan.rooms.pipeline.models import Evidence, ProgressEvent, StageMove, Voucher, VoucherCheck
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.monthly import is_substantive
from juyuan.rooms.pipeline.rules.progress import (
    EVIDENCE_KINDS,
    MOVE_KINDS,
    PLAIN,
    VOUCHER_KIND,
    EventSource,
    Happening,
    Kinds,
)
from juyuan.rooms.pipeline.rules.stages import STAGES, MoveVerb, Stage
from juyuan.rooms.pipeline.rules.vouchers import CheckVerdict

FORWARD = (MoveVerb.ADVANCE.value, MoveVerb.JUMP.value)
Found = dict[int, list[Happening]]


def happenings(
    project_ids: Collection[int],
    first: date,
    last: date,
    kinds: Kinds,
    *,
    until: datetime | None = None,
) -> Found:
    """每个项目在 first 至 last(含)之间发生的事,按日期排。

    按事实日归期;`until` 之前系统已经得知的才算(不给即此刻)。四条查询。
    """
    found: Found = defaultdict(list)
    if not project_ids:
        return found
    for row in (
        *_moves(project_ids, first, last, kinds, until),
        *_evidence(project_ids, first, last, kinds, until),
        *_vouchers(project_ids, first, last, kinds, until),
        *_typed(project_ids, first, last, kinds, until),
    ):
        found[row.project_id].append(row)
    for rows in found.values():
        rows.sort(key=lambda h: (h.on, h.known_at, h.id))
    return found


def _known(until: datetime | None, name: str = "at") -> Q:
    return Q() if until is None else Q(**{f"{name}__lt": until})


def _make(
    kinds: Kinds, source: EventSource, pk: int, project_id: int, kind: str, on: date, text: str,
    known_at: datetime, **more: str,
) -> Happening:  # fmt: skip
    return Happening(
        id=f"{source.value}:{pk}", project_id=project_id, kind=kind, on=on, text=text, source=source,
        known_at=known_at, substantive=is_substantive([kind], kinds.substantive), **more,
    )  # fmt: skip


RANK = Case(
    *(When(to_stage=stage.value, then=Value(stage.order)) for stage in STAGES),
    output_field=IntegerField(),
)


def move_rows(until: datetime | None = None) -> QuerySet[StageMove]:
    """前移、越级。后来又退回去的,那一次前移不再算。"""
    back = (
        StageMove.objects.filter(
            _known(until), verb=MoveVerb.BACK, project=OuterRef("project"), pk__gt=OuterRef("pk")
        )
        .annotate(rank=RANK)
        .filter(rank__lt=OuterRef("rank"))
    )
    rows = StageMove.objects.filter(_known(until), verb__in=FORWARD).annotate(rank=RANK)
    return rows.filter(~Exists(back)).order_by()


def evidence_rows(until: datetime | None = None) -> QuerySet[Evidence]:
    """没有作废的证据(那时还没有作废的也算)。"""
    alive = Q(voided_at__isnull=True)
    if until is not None:
        alive |= Q(voided_at__gte=until)
    return Evidence.objects.filter(_known(until), alive).order_by()


def voucher_rows(until: datetime | None = None) -> QuerySet[Voucher]:
    """到账的凭证;被退回的、冲回已认可的不算。"""
    checks = VoucherCheck.objects.filter(_known(until, "recorded_at"))
    returned = checks.filter(verdict=CheckVerdict.RETURNED, voucher=OuterRef("pk"))
    accepted = checks.filter(verdict=CheckVerdict.ACCEPTED, voucher=OuterRef("pk"))
    undone = Voucher.objects.filter(_known(until), Exists(accepted), reverses=OuterRef("pk"))
    return Voucher.objects.filter(
        _known(until), ~Exists(returned), ~Exists(undone), sign=1
    ).order_by()


def typed_rows(until: datetime | None = None) -> QuerySet[ProgressEvent]:
    """人填的;已撤销的不算。"""
    withdrawn = ProgressEvent.objects.filter(_known(until), withdraws=OuterRef("pk"))
    rows = ProgressEvent.objects.filter(_known(until), ~Exists(withdrawn), withdraws__isnull=True)
    return rows.order_by()


def move_said(row: StageMove) -> str:
    return f"移到{Stage(row.to_stage).label}"


def _moves(
    ids: Collection[int], first: date, last: date, kinds: Kinds, until: datetime | None
) -> Iterable[Happening]:
    for row in move_rows(until).filter(project_id__in=ids, fact_on__gte=first, fact_on__lte=last):
        yield _make(
            kinds, EventSource.MOVE, row.pk, row.project_id,
            MOVE_KINDS.get(Stage(row.to_stage), PLAIN), row.fact_on, move_said(row), row.at,
            by=row.actor_name,
        )  # fmt: skip


def _evidence(
    ids: Collection[int], first: date, last: date, kinds: Kinds, until: datetime | None
) -> Iterable[Happening]:
    rows = evidence_rows(until).filter(project_id__in=ids, dated_on__gte=first, dated_on__lte=last)
    for row in rows:
        fact = FactKey(row.fact)
        yield _make(
            kinds, EventSource.EVIDENCE, row.pk, row.project_id, EVIDENCE_KINDS.get(fact, PLAIN),
            row.dated_on, fact.label, row.at, note=row.title if row.title != fact.label else "",
            file_use_id=str(row.file_use_id or ""), by=row.by_name,
        )  # fmt: skip


def _vouchers(
    ids: Collection[int], first: date, last: date, kinds: Kinds, until: datetime | None
) -> Iterable[Happening]:
    for row in voucher_rows(until).filter(
        project_id__in=ids, paid_on__gte=first, paid_on__lte=last
    ):
        yield _make(
            kinds, EventSource.VOUCHER, row.pk, row.project_id, VOUCHER_KIND, row.paid_on,
            f"到账 {to_wan(row.amount)} 万元", row.at, by=row.by_name,
            file_use_id=str(row.file_use_id or ""),
        )  # fmt: skip


def _typed(
    ids: Collection[int], first: date, last: date, kinds: Kinds, until: datetime | None
) -> Iterable[Happening]:
    for row in typed_rows(until).filter(
        project_id__in=ids, happened_on__gte=first, happened_on__lte=last
    ):
        yield _make(
            kinds, EventSource.TYPED, row.pk, row.project_id, row.kind, row.happened_on,
            kinds.label(row.kind), row.at, note=row.note, by=row.by_name,
            file_use_id=str(row.file_use_id or ""),
        )  # fmt: skip
