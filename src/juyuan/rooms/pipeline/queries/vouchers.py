"""凭证的读:此刻(或某日)的样子、谁占着凭据键、判断要的背景、给人看的行。金额单位元。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, NotFound
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    ProjectParty,
    Voucher,
    VoucherCase,
    VoucherCheck,
    VoucherFile,
    VoucherKey,
)
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.queries.verifying import verifiers
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.vouchers import (
    CURRENCIES,
    HOME,
    CheckVerdict,
    Holder,
    KeyKind,
    Payer,
    VoucherCaseState,
    VoucherContext,
    VoucherState,
    fold_number,
    may_check,
    state_of,
)

ACCEPTED, RETURNED = CheckVerdict.ACCEPTED.value, CheckVerdict.RETURNED.value
Key = tuple[str, str]


# ───────── 此刻或某日的样子 ─────────


def with_standing(rows: QuerySet[Voucher], end: datetime | None = None) -> QuerySet[Voucher]:
    """注上判断状态要的几列;`end` 之前录入、核验的才算(不给即此刻)。

    verdict 自己的核验结论;asked 有未被退回的冲回指向它;undone 那笔冲回已认可;
    origin_verdict 冲回所指那张的核验结论。
    """
    checks = VoucherCheck.objects.all()
    asks = Voucher.objects.filter(reverses=OuterRef("pk"))
    if end is not None:
        rows = rows.filter(at__lt=end)
        checks = checks.filter(recorded_at__lt=end)
        asks = asks.filter(at__lt=end)
    returned = checks.filter(verdict=RETURNED, voucher=OuterRef("pk"))
    accepted = checks.filter(verdict=ACCEPTED, voucher=OuterRef("pk"))
    return rows.annotate(
        verdict=Subquery(checks.filter(voucher=OuterRef("pk")).values("verdict")[:1]),
        origin_verdict=Subquery(
            checks.filter(voucher=OuterRef("reverses_id")).values("verdict")[:1]
        ),
        asked=Exists(asks.filter(~Exists(returned))),
        undone=Exists(asks.filter(Exists(accepted))),
    )


IN_STATE: dict[str, Q] = {
    VoucherState.WAITING.value: Q(sign=1, verdict__isnull=True, asked=False),
    VoucherState.ACCEPTED.value: Q(verdict=ACCEPTED, asked=False),
    VoucherState.RETURNED.value: Q(verdict=RETURNED, asked=False),
    VoucherState.REVERSING.value: Q(sign=1, verdict=ACCEPTED, asked=True, undone=False)
    | Q(sign=-1, verdict__isnull=True, origin_verdict=ACCEPTED),
    VoucherState.REVERSED.value: Q(sign=1, asked=True)
    & (Q(undone=True) | Q(verdict__isnull=True) | ~Q(verdict=ACCEPTED))
    | Q(sign=-1, verdict__isnull=True) & ~Q(origin_verdict=ACCEPTED)
    | Q(sign=-1, verdict__isnull=True, origin_verdict__isnull=True),
}
"""状态 → 用在 `with_standing` 之上的条件;与 `rules.vouchers.state_of` 同义(有测试)。"""
QUEUE = Q(sign=1, verdict__isnull=True, asked=False) | Q(
    sign=-1, verdict__isnull=True, origin_verdict=ACCEPTED
)
"""等核验人办的:没核验过的凭证,和认可过的凭证的冲回。"""
COUNTED = Q(verdict=ACCEPTED)
"""计数的:认可的凭证为正,认可的冲回为负。"""


def standing(row: Voucher) -> VoucherState:
    """注过列的一行的状态。"""
    verdict = CheckVerdict(row.verdict) if row.verdict else None  # type: ignore[attr-defined]
    origin = row.origin_verdict  # type: ignore[attr-defined]
    return state_of(
        reversal=row.sign < 0,
        verdict=verdict,
        asked=row.asked,  # type: ignore[attr-defined]
        reversed_by=CheckVerdict.ACCEPTED if row.undone else None,  # type: ignore[attr-defined]
        origin=CheckVerdict(origin) if origin else None,
    )


def state_now(voucher: Voucher) -> VoucherState:
    """一张凭证此刻的状态(一条查询)。"""
    return standing(with_standing(Voucher.objects.filter(pk=voucher.pk)).get())


def voucher_of(project: Project, voucher_id: int) -> Voucher:
    """本项目的这张凭证(调用者已过项目的门)。

    Raises:
        NotFound: 没有,或是别的项目的。
    """
    row = Voucher.objects.filter(pk=voucher_id, project=project).first()
    if row is None:
        raise NotFound
    return row


# ───────── 凭据键 ─────────


def keys_for(number: str, sha256: str) -> list[Key]:
    """一张凭证要占的键,次序固定(先文件后凭证号:各处按同一次序占,不会互等)。"""
    found = [(KeyKind.FILE.value, sha256)] if sha256 else []
    folded = fold_number(number)
    return [*found, *([(KeyKind.NUMBER.value, folded)] if folded else [])]


def cleared(project_ids: Collection[int], values: Collection[str]) -> set[tuple[int, str]]:
    """核对为「不是同一张」的:(申报项目, 凭证号键)。"""
    return set(
        VoucherCase.objects.filter(
            project_id__in=project_ids, kind=KeyKind.NUMBER, value__in=values,
            state=VoucherCaseState.DIFFERENT,
        ).values_list("project_id", "value")
    )  # fmt: skip


def apart(value: str, project_id: int) -> str:
    """核对为「不是同一张」之后,本项目所占的键另成一个。"""
    return f"{value}#{project_id}"


def held_by(keys: Collection[Key]) -> dict[Key, list[Project]]:
    """这些键现由哪些项目占着:凭证号、凭证文件,以及作为证据交过的文件。作废的项目不占。"""
    found: dict[Key, list[Project]] = defaultdict(list)
    if not keys:
        return found
    rows = VoucherKey.objects.filter(
        value__in={value for _, value in keys}, project__voided_at__isnull=True
    ).select_related("project")
    for row in rows:
        if (row.kind, row.value) in keys:
            found[row.kind, row.value].append(row.project)
    shas = {value for kind, value in keys if kind == KeyKind.FILE}
    if shas:
        proofs = Evidence.objects.filter(
            file_sha256__in=shas, voided_at__isnull=True, project__voided_at__isnull=True
        ).select_related("project")
        for proof in proofs:
            holders = found[KeyKind.FILE.value, proof.file_sha256]
            if proof.project not in holders:
                holders.append(proof.project)
    return found


def clashes(project: Project, keys: Collection[Key], actor: Actor) -> list[tuple[Holder, Project]]:
    """这些键与谁相撞。同一项目里几张凭证可以共用一份文件(一张回单列几笔)。"""
    numbers = {value for kind, value in keys if kind == KeyKind.NUMBER}
    free = {value for _, value in cleared([project.pk], numbers)}
    held = held_by({*keys, *((KeyKind.NUMBER.value, apart(v, project.pk)) for v in free)})
    others = {p.pk for projects in held.values() for p in projects}
    visible = set(seen_whole(actor).filter(pk__in=others).values_list("pk", flat=True))
    found = []
    for (kind, value), projects in sorted(held.items(), key=lambda item: item[0]):
        for holder in projects:
            own = holder.pk == project.pk
            if (own and kind == KeyKind.FILE) or (not own and value in free):
                continue
            found.append(
                (Holder(KeyKind(kind), holder.code, holder.name, own, holder.pk in visible), holder)
            )
    return found


# ───────── 判断的背景 ─────────


def payers_of(project_ids: Iterable[int]) -> dict[int, dict[int, Payer]]:
    """各项目的出资方(一条查询)。"""
    found: dict[int, dict[int, Payer]] = defaultdict(dict)
    for party in ProjectParty.objects.filter(project_id__in=list(project_ids)).select_related(
        "investor"
    ):
        found[party.project_id][party.investor_id] = Payer(
            party.investor.name, Origin(party.origin), party.fiscal
        )
    return found


def context_on(paid_on: date, payers: Mapping[int, Payer]) -> VoucherContext:
    """到账日有效的认可比例与汇率限度。"""
    book = params(paid_on)
    return VoucherContext(payers, book["paid_in.recognised_bp"], book["paid_in.rate_days"])


def kind_labels(on: date) -> dict[str, str]:
    """凭证种类:代号 → 中文名(参数的次序)。"""
    row = params(on).row("paid_in.recognised_bp")
    return {code: row.labels.get(code, code) for code in row.value}


# ───────── 谁能核验 ─────────


def makers_of(voucher: Voucher) -> set[int]:
    """经手人:提交凭证的、补交文件的、提出冲回的。"""
    ids = {voucher.by_id, *voucher.files.values_list("by_id", flat=True)}
    if voucher.reverses_id is not None:
        ids |= set(Voucher.objects.filter(pk=voucher.reverses_id).values_list("by_id", flat=True))
    return {pk for pk in ids if pk is not None}


def checks(actor: Actor, project: Project, makers: Collection[int], on: date) -> Access:
    """此人能不能核验这个项目的凭证(与认定同一职能)。"""
    function = project.lead_unit.function if project.lead_unit else ""
    return may_check(actor, lead_function=function, verifiers=verifiers(on), makers=makers)


# ───────── 给人看的行 ─────────


@dataclass(frozen=True)
class VoucherLine:
    """凭证表的一行。`amount`、`recognised` 带正负;`running` 是到这一行为止已认可的累计。"""

    id: int
    project_id: int
    project_code: str
    project_name: str
    sign: int
    reverses_id: int | None
    kind: str
    kind_label: str
    number: str
    paid_on: date
    amount: int
    recognised: int
    recognised_bp: int
    foreign: str
    payer: str
    origin: str
    fiscal: bool
    historical: bool
    paper: str
    note: str
    state: VoucherState
    counted: bool
    by: str
    unit: str
    at: datetime
    checked_by: str
    checked_at: datetime | None
    reason: str
    files: tuple[tuple[str, str], ...] = ()
    running: int = 0
    share: int | None = None

    @property
    def checked_on(self) -> date | None:
        """认定日。"""
        return localdate(self.checked_at) if self.checked_at else None

    @property
    def has_proof(self) -> bool:
        """有文件,或期初批次有依据文号。"""
        return bool(self.files) or bool(self.historical and self.paper)


def with_details(rows: QuerySet[Voucher]) -> QuerySet[Voucher]:
    """行要用的关联一次带上。"""
    return rows.select_related("project", "payer", "unit", "check_row").prefetch_related("files")


def _foreign(row: Voucher) -> str:
    if row.currency == HOME or row.foreign_amount is None or row.rate is None:
        return ""
    label = CURRENCIES.get(row.currency, row.currency)
    return (
        f"{row.foreign_amount:,.2f} {label} × {row.rate.normalize():f}"
        f"({row.rate_on} {row.rate_source})"
    )


def _files(row: Voucher) -> tuple[tuple[str, str], ...]:
    if row.carried_from_id and standing(row) == VoucherState.REVERSED:
        return ()  # 撤销合并:转入的冲回,文件回到原来的项目
    found = [(row.file_name, str(row.file_use_id))] if row.file_use_id else []
    found += [(f.file_name, str(f.file_use_id)) for f in row.files.all()]
    return tuple((name, f"/files/{use}/") for name, use in found)


def line_of(row: Voucher, labels: Mapping[str, str], *, proofs: bool = True) -> VoucherLine:
    """注过列、带过关联的一行。`proofs` 为假不带文件、付款人与说明(只许看认定事实的人)。"""
    check = getattr(row, "check_row", None)
    verdict = row.verdict  # type: ignore[attr-defined]
    seen_check = check if verdict else None
    reason = row.reason
    if seen_check is not None and seen_check.reason:
        reason = f"{reason};{seen_check.reason}" if reason else seen_check.reason
    return VoucherLine(
        id=row.pk,
        project_id=row.project_id,
        project_code=row.project.code,
        project_name=row.project.name,
        sign=row.sign,
        reverses_id=row.reverses_id,
        kind=row.kind,
        kind_label=labels.get(row.kind, row.kind),
        number=row.number if proofs else "",
        paid_on=row.paid_on,
        amount=row.sign * row.amount,
        recognised=row.sign * row.recognised,
        recognised_bp=row.recognised_bp,
        foreign=_foreign(row),
        payer=(row.payer.name if row.payer else row.payer_name) if proofs else "",
        origin=Origin(row.origin).label if row.origin else "",
        fiscal=row.fiscal,
        historical=row.historical,
        paper=row.paper,
        note=row.note if proofs else "",
        state=standing(row),
        counted=verdict == ACCEPTED,
        by=row.by_name if proofs else "",
        unit=str(row.unit) if row.unit else "",
        at=row.at,
        checked_by=seen_check.by_name if seen_check else "",
        checked_at=seen_check.recorded_at if seen_check else None,
        reason=reason if proofs else "",
        files=_files(row) if proofs else (),
    )


def project_lines(project: Project, on: date, *, whole: bool = True) -> list[VoucherLine]:
    """一个项目的凭证,旧的在前,带已认可的累计;`whole` 为假只有认可的(查阅的人)。"""
    rows = with_standing(Voucher.objects.filter(project=project))
    if not whole:
        rows = rows.filter(COUNTED)
    labels = kind_labels(on)
    found, running = [], 0
    for row in with_details(rows).order_by("paid_on", "id"):
        line = line_of(row, labels, proofs=whole)
        if line.counted:
            running += line.recognised
        found.append(replace(line, running=running))
    return found


def namesakes(project: Project) -> QuerySet[Project]:
    """在库的、名称键相同的别的项目(不分看得见看不见,只给立件用);名称属于已并入的,算留下的那一个。"""
    if not project.name_key:
        return Project.objects.none()
    same = Project.objects.filter(name_key=project.name_key).order_by()
    kept = same.filter(voided_at__isnull=True).values("pk")
    merged = same.filter(merged_into__isnull=False).values("merged_into_id")
    rows = Project.objects.filter(pk__in=kept.union(merged), voided_at__isnull=True)
    return rows.exclude(pk=project.pk)


def hidden_namesakes(actor: Actor, project: Project) -> list[Project]:
    """同名而此人看不见的。"""
    seen = seen_whole(actor).order_by().values("pk")
    return list(namesakes(project).exclude(pk__in=seen).order_by("pk"))


def seen_namesakes(actor: Actor, project: Project) -> list[Project]:
    """同名而此人看得见全貌的:疑似重复,请他自己看。"""
    return list(seen_whole(actor).filter(pk__in=namesakes(project).values("pk")).order_by("pk"))


def case_door(actor: Actor, case_id: int) -> VoucherCase:
    """由编号取一件凭证重合;只有看得见两边的核验人进得来。

    Raises:
        NotFound: 没有,或看不见。
    """
    case = cases(actor).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    return case


def cases(actor: Actor) -> QuerySet[VoucherCase]:
    """看得见两边项目的凭证重合,新的在前。"""
    seen = seen_whole(actor).order_by().values("pk")
    return (
        VoucherCase.objects.filter(project__in=seen, held__in=seen)
        .select_related("project", "held", "unit", "asked_by__person", "settled_by__person")
        .order_by(F("state").desc(), "-id")
    )


def live_file_owner(project_id: int, sha256: str, gone: int) -> int | None:
    """同一项目里还用着这份文件的另一张凭证(冲回一张时,文件键转给它)。"""
    rows = with_standing(Voucher.objects.filter(project_id=project_id, sign=1)).exclude(pk=gone)
    used = rows.filter(
        Q(file_sha256=sha256)
        | Exists(VoucherFile.objects.filter(voucher=OuterRef("pk"), file_sha256=sha256))
    ).exclude(IN_STATE[VoucherState.REVERSED.value])
    return used.order_by("pk").values_list("pk", flat=True).first()


def files_exist(vouchers: Sequence[int]) -> set[int]:
    """有凭证文件的(登记时附的,或后来补的)。"""
    rows: Any = Voucher.objects.filter(pk__in=vouchers).filter(
        ~Q(file_sha256="") | Exists(VoucherFile.objects.filter(voucher=OuterRef("pk")))
    )
    return set(rows.values_list("pk", flat=True))
