"""全库必须成立的关系:逐条核对,给出发现(哪个项目、哪一条、差在哪里),只读不改。

登记在 foundation.invariants,`./juyuan check-invariants` 打印之。每条的说明在 `LABELS`。
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from django.db.models import Prefetch, QuerySet

from juyuan.foundation.figures import queries as figures
from juyuan.foundation.figures.registry import believing
from juyuan.foundation.files import storage
from juyuan.foundation.files.models import FileUse
from juyuan.foundation.invariants import Invariants, broken_rows
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.policy.queries import params
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.models import Evidence, Project, ProjectState, Recognition
from juyuan.rooms.pipeline.queries.matching import OBJ
from juyuan.rooms.pipeline.rules.amounts import FULL_BP
from juyuan.rooms.pipeline.rules.recognition import host_parts
from juyuan.rooms.pipeline.rules.stages import STAGES, VERIFIED_STAGES, Stage, StageStatus
from juyuan.rooms.pipeline.rules.supplements import PROMISES

CHUNK = 2000
FROZEN = (
    "stage", "fact_on", "total_investment", "contract_amount", "committed_investment",
    "committed_outside_province", "chain_code", "is_chain_project", "lead_unit_id", "hosts",
)  # fmt: skip
LABELS = {
    "host_shares": "实际落点的份额合计恰为 100%",
    "host_parts": "各地金额之和等于项目金额,且等于按份额重算",
    "party_shares": "出资方占比合计 100%,或一方都没有填",
    "unit_ids": "可见范围列等于首谈、登记、实际落点单位",
    "visibility_lists": "参与单位、限名单的冗余列等于各自的表",
    "recognised_stage": "认定所在库等于最高的现行认定",
    "reversals": "冲回行与原行一一对应,内容相同、正负相反,原行不再现行",
    "latest_state": "最近一行快照等于项目现状",
    "figures_replay": "此刻的统计数等于按今天重算",
    "search_rows": "在库项目都检索得到,作废的检索不到",
    "registration_event": "每个项目的登记都在台账里",
    "evidence_files": "证据的文件在,内容与摘要相符",
    "committed_within_contract": "合同引资额不超过合同金额",
    "first_move": "每个项目都有入库的移动记录,最近一次移动到的库就是它所在的库",
    "search_orphans": "检索行都指着存在的项目",
    "project_keys": "作废的项目没有匹配键,匹配键都指着存在的项目",
    "merged_projects": "并入别的项目的已退出计数,指着在数(或后来作废)的那一个,有一次没有撤销的合并,名称在其别名里",
    "carried_once": "转入的凭证与原来的同金额、同归期,原来的所在项目没有退出计数的,转入的都已冲回",
    "merged_parties": "并入别家的投资方不再是哪个项目的出资方",
    "libraries": "五个库的名称与本市文件所列一致",
    "voucher_keys": "没有冲回的凭证,凭证号都由它自己的项目占着",
    "voucher_checks": "认可的金额等于凭证的可认可金额,退回的为0,核验人不是提交人",
    "voucher_reversals": "凭证的冲回与原凭证同项目、同种类、同金额",
}
QUERIES = {
    "project_keys": (
        "SELECT m.object_id FROM investors_matchkey m LEFT JOIN pipeline_project p"
        " ON p.id = m.object_id WHERE m.object_type = 'project'"
        " AND (p.id IS NULL OR p.voided_at IS NOT NULL)"
    ),
    "committed_within_contract": (
        "SELECT code FROM pipeline_project"
        " WHERE committed_investment > coalesce(contract_amount, committed_investment)"
    ),
    "first_move": (
        "SELECT p.code FROM pipeline_project p LEFT JOIN LATERAL ("
        "SELECT to_stage FROM pipeline_stagemove m WHERE m.project_id = p.id"
        " ORDER BY m.id DESC LIMIT 1) m ON true WHERE m.to_stage IS DISTINCT FROM p.stage"
    ),
    "search_orphans": (
        "SELECT s.object_id FROM search_searchrow s WHERE s.object_type = 'project'"
        " AND NOT EXISTS (SELECT 1 FROM pipeline_project p WHERE p.id = s.object_id)"
    ),
    "voucher_keys": (
        "SELECT p.code FROM pipeline_voucher v JOIN pipeline_project p ON p.id = v.project_id"
        " LEFT JOIN pipeline_vouchercheck vc ON vc.voucher_id = v.id"
        " WHERE v.sign = 1 AND p.voided_at IS NULL AND NOT EXISTS ("
        "SELECT 1 FROM pipeline_voucher r LEFT JOIN pipeline_vouchercheck rc ON rc.voucher_id = r.id"
        " WHERE r.reverses_id = v.id AND (rc.verdict = 'accepted' OR rc.verdict IS NULL"
        " AND vc.verdict IS DISTINCT FROM 'accepted')) AND NOT EXISTS ("
        "SELECT 1 FROM pipeline_voucherkey k WHERE k.voucher_id = v.id AND k.kind = 'number'"
        " AND k.project_id = v.project_id)"
    ),
    "voucher_checks": (
        "SELECT p.code FROM pipeline_vouchercheck c JOIN pipeline_voucher v ON v.id = c.voucher_id"
        " JOIN pipeline_project p ON p.id = v.project_id WHERE c.recognised <>"
        " CASE c.verdict WHEN 'accepted' THEN v.recognised ELSE 0 END OR c.by_id = v.by_id"
    ),
    "voucher_reversals": (
        "SELECT p.code FROM pipeline_voucher r JOIN pipeline_voucher v ON v.id = r.reverses_id"
        " JOIN pipeline_project p ON p.id = r.project_id WHERE"
        " (r.project_id, r.kind, r.amount, r.recognised, v.sign)"
        " IS DISTINCT FROM (v.project_id, v.kind, v.amount, v.recognised, 1)"
    ),
    "merged_projects": (
        "SELECT p.code FROM pipeline_project p LEFT JOIN pipeline_project t ON t.id = p.merged_into_id"
        " WHERE p.merged_into_id IS NOT NULL AND (p.voided_at IS NULL OR t.merged_into_id IS NOT NULL"
        " OR NOT p.name = ANY(t.aliases) OR NOT EXISTS (SELECT 1 FROM pipeline_projectmerge m"
        " WHERE m.source_id = p.id AND m.undone_at IS NULL))"
        " UNION SELECT p.code FROM pipeline_projectmerge m JOIN pipeline_project p ON p.id = m.source_id"
        " WHERE m.undone_at IS NULL AND p.merged_into_id IS NULL"
    ),
    "carried_once": (
        "SELECT p.code FROM pipeline_voucher c JOIN pipeline_voucher o ON o.id = c.carried_from_id"
        " JOIN pipeline_project p ON p.id = c.project_id JOIN pipeline_project s ON s.id = o.project_id"
        " WHERE (c.amount, c.recognised, c.paid_on, c.kind) IS DISTINCT FROM"
        " (o.amount, o.recognised, o.paid_on, o.kind) OR c.counted_on IS NULL"
        " OR s.voided_at IS NULL AND NOT EXISTS (SELECT 1 FROM pipeline_voucher r"
        " JOIN pipeline_vouchercheck k ON k.voucher_id = r.id"
        " WHERE r.reverses_id = c.id AND k.verdict = 'accepted')"
    ),
    "merged_parties": (
        "SELECT i.code FROM investors_investor i WHERE i.merged_into_id IS NOT NULL"
        " AND EXISTS (SELECT 1 FROM pipeline_projectparty y WHERE y.investor_id = i.id)"
    ),
}

Check = Callable[[Project], Iterable[str]]


def find(today: date) -> list[Finding]:
    """核对全库。`field` 是项目编号(统计数为其名称),`rule` 是 `LABELS` 的键。空即全部成立。"""
    found = []
    for project in _projects():
        found += [
            Finding(project.code, rule, "3.3b", f"{project.code}:{text}")
            for rule, check in CHECKS.items()
            for text in check(project)
        ]
    for rule, whole in (
        ("reversals", _reversals()),
        ("figures_replay", _figures(today)),
        ("search_rows", _search()),
        ("registration_event", _events()),
        ("evidence_files", _files()),
    ):
        found += [Finding(place, rule, "3.3b", f"{place}:{text}") for place, text in whole]
    named = params(today)["pipeline.libraries"]
    if named != [stage.label for stage in STAGES]:
        text = f"文件列的是{'、'.join(named)}"
        found.append(Finding("pipeline.libraries", "libraries", "3.3b", text))
    for rule, sql in QUERIES.items():
        found += broken_rows(rule, LABELS[rule], sql)
    return found


def _projects() -> Iterator[Project]:
    latest = ProjectState.objects.order_by("project_id", "-recorded_at", "-id").distinct(
        "project_id"
    )
    live = Recognition.objects.filter(live=True, sign=1)
    rows: QuerySet[Project] = (
        Project.objects.select_related("chain")
        .prefetch_related(
            "hosts", "parties", "participants", "listed",
            Prefetch("recognitions", queryset=live, to_attr="live_recognitions"),
            Prefetch("states", queryset=latest, to_attr="latest_states"),
        )
        .order_by("id")
    )  # fmt: skip
    return iter(rows.iterator(chunk_size=CHUNK))


# ───────── 逐个项目 ─────────


def _host_shares(project: Project) -> Iterable[str]:
    shares = [h.share_bp for h in project.hosts.all() if h.actual]
    if shares and sum(shares) != FULL_BP:
        yield f"落点份额合计 {sum(shares) / 100:.2f}%"


def _host_parts(project: Project) -> Iterable[str]:
    hosts = [h for h in project.hosts.all() if h.actual]
    if sum(h.share_bp for h in hosts) != FULL_BP:
        return  # 份额不对已另说
    wanted = host_parts(
        [(h.unit_id, h.share_bp) for h in hosts],
        project.total_investment,
        project.contract_amount,
        project.committed_investment,
    )
    for label, kept, right, whole in (
        ("总投资", [h.total_part for h in hosts], [p.total for p in wanted], project.total_investment),
        ("合同金额", [h.contract_part for h in hosts], [p.contract for p in wanted],
         project.contract_amount),
        ("合同引资额", [h.committed_part for h in hosts], [p.committed for p in wanted],
         project.committed_investment),
    ):  # fmt: skip
        if sum(kept) != (whole or 0):
            yield f"{label}各地之和 {sum(kept)} 元,项目 {whole or 0} 元"
        elif sorted(kept) != sorted(right):
            yield f"{label}各地 {kept},按份额应为 {right}"


def _party_shares(project: Project) -> Iterable[str]:
    total = sum(p.share_bp for p in project.parties.all())
    if total not in (0, FULL_BP):
        yield f"出资方占比合计 {total / 100:.2f}%"


def _unit_ids(project: Project) -> Iterable[str]:
    own = {project.lead_unit_id, project.owner_unit_id}
    own |= {h.unit_id for h in project.hosts.all() if h.actual}
    wanted = sorted(unit for unit in own if unit is not None)
    if sorted(project.unit_ids) != wanted:
        yield f"可见范围列 {sorted(project.unit_ids)},应为 {wanted}"


def _lists(project: Project) -> Iterable[str]:
    units = sorted(p.unit_id for p in project.participants.all())
    if sorted(project.participant_unit_ids) != units:
        yield f"参与单位列 {sorted(project.participant_unit_ids)},应为 {units}"
    listed = sorted(p.person_id for p in project.listed.all())
    if sorted(project.listed_person_ids) != listed:
        yield f"限名单列 {sorted(project.listed_person_ids)},应为 {listed}"


def _recognised(project: Project) -> Iterable[str]:
    live = {Stage(r.stage) for r in project.live_recognitions}  # type: ignore[attr-defined]
    held = Stage(project.recognised_stage) if project.recognised_stage else None
    top = max(live, key=lambda s: s.order, default=None)
    if project.voided_at is not None:
        if live or (held and not project.is_merged):
            yield "已作废,却还有现行认定"
        return
    if top is not None and held != top:
        yield f"现行认定到{top.label},认定所在库却是{held.label if held else '空'}"
    if top is None and held in VERIFIED_STAGES:
        yield f"认定所在库是{held.label},却没有现行认定"
    if held is not None and held.order > project.stage_enum.order:
        yield f"认定所在库{held.label}在申报所在库{project.stage_enum.label}之后"
    matched = project.stage_status == StageStatus.RECOGNISED
    if matched != (held == project.stage_enum):
        yield f"核实状态是{StageStatus(project.stage_status).label},与认定所在库不符"


# 灯要看的几个日子,快照里也有一份
LIT = {
    "stage_since": "入库日期", "standing_since": "状态起始日", "started_on": "开工日期", **PROMISES,
}  # fmt: skip


def _latest_state(project: Project) -> Iterable[str]:
    states: list[ProjectState] = project.latest_states  # type: ignore[attr-defined]
    if not states:
        yield "没有快照"
        return
    state = states[0]
    now = {
        "所在库": project.stage,
        "认定所在库": project.recognised_stage,
        "项目状态": project.standing,
        "作废": project.voided_at is not None,
        "总投资": project.total_investment,
        "合同金额": project.contract_amount,
        "合同引资额": project.committed_investment,
        "产业项目": project.is_chain_project,
        "产业链": project.chain.code if project.chain else "",
        "首谈单位": project.lead_unit_id,
        **{label: getattr(project, name) for name, label in LIT.items()},
        "落点": _hosts(
            (h.unit_id, h.share_bp, h.total_part) for h in project.hosts.all() if h.actual
        ),
    }
    then = {
        "所在库": state.stage,
        "认定所在库": state.recognised_stage,
        "项目状态": state.standing,
        "作废": state.voided,
        "总投资": state.total_investment,
        "合同金额": state.contract_amount,
        "合同引资额": state.committed_investment,
        "产业项目": state.is_chain_project,
        "产业链": state.chain_code,
        "首谈单位": state.lead_unit_id_at,
        **{label: getattr(state, name) for name, label in LIT.items()},
        "落点": _hosts((h["unit"], h["share_bp"], h["total"]) for h in state.hosts),
    }
    for label, value in now.items():
        if value != then[label]:
            yield f"快照的{label}是 {then[label]},项目是 {value}"


def _hosts(rows: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return sorted(rows)


CHECKS: dict[str, Check] = {
    "host_shares": _host_shares,
    "host_parts": _host_parts,
    "party_shares": _party_shares,
    "unit_ids": _unit_ids,
    "visibility_lists": _lists,
    "recognised_stage": _recognised,
    "latest_state": _latest_state,
}


# ───────── 跨表 ─────────


def _reversals() -> Iterator[tuple[str, str]]:
    rows = Recognition.objects.filter(sign=-1).select_related("reverses", "project")
    for row in rows.iterator(chunk_size=CHUNK):
        place, original = row.project.code, row.reverses
        if original is None:
            yield place, f"冲回行 {row.pk} 没有原行"
            continue
        if original.sign != 1 or original.live or row.live:
            yield place, f"冲回行 {row.pk} 的原行 {original.pk} 仍然现行,或本身是冲回"
        names = [n for n in (*FROZEN, "project_id") if getattr(row, n) != getattr(original, n)]
        if names:
            yield place, f"冲回行 {row.pk} 与原行 {original.pk} 不同:{'、'.join(names)}"
    gone = Recognition.objects.filter(sign=1, live=False, reversal__isnull=True)
    for code, pk in gone.values_list("project__code", "pk"):
        yield code, f"认定行 {pk} 已不现行,却没有冲回行"


def _figures(today: date) -> Iterator[tuple[str, str]]:
    with believing(today):
        now = {found.name: found for found in figures.compute()}
    for found in figures.compute(today):
        live = now[found.name]
        if live.value != found.value:
            yield found.name, f"此刻 {live.value},按今天重算 {found.value}"
            continue
        ours = {(p.dimension, p.key): p.value for p in live.parts if p.value}
        again = {(p.dimension, p.key): p.value for p in found.parts if p.value}
        if ours != again:
            odd = sorted(str(k) for k in ours.keys() ^ again.keys())
            yield found.name, f"分项与按今天重算不同 {odd[:5]}"


def _search() -> Iterator[tuple[str, str]]:
    indexed = SearchRow.objects.filter(object_type=OBJ).values("object_id")
    live = Project.objects.filter(voided_at__isnull=True)
    for code in live.exclude(pk__in=indexed).values_list("code", flat=True):
        yield code, "没有检索行"
    for code in Project.objects.filter(voided_at__isnull=False, pk__in=indexed).values_list(
        "code", flat=True
    ):
        yield code, "已作废,检索行还在"


def _events() -> Iterator[tuple[str, str]]:
    told = Event.objects.filter(
        event="pipeline.project.registered", obj_type=OBJ, result="done"
    ).values("obj_id")
    for code in Project.objects.exclude(code__in=told).values_list("code", flat=True):
        yield code, "台账里没有登记这一笔"


def _files() -> Iterator[tuple[str, str]]:
    uses = {use.pk: use for use in FileUse.objects.filter(object_type=OBJ).select_related("file")}
    seen: dict[str, str] = {}
    rows = Evidence.objects.filter(file_use_id__isnull=False).select_related("project")
    for row in rows.iterator(chunk_size=CHUNK):
        place, use = row.project.code, uses.get(row.file_use_id) if row.file_use_id else None
        if use is None or use.object_id != str(row.project_id):
            yield place, f"证据「{row.title}」的文件用途不在,或不属于本项目"
        elif use.file.sha256 != row.file_sha256:
            yield place, f"证据「{row.title}」记的摘要与文件的不同"
        else:
            if row.file_sha256 not in seen:
                seen[row.file_sha256] = _digest(storage.path_of(row.file_sha256))
            if seen[row.file_sha256] != row.file_sha256:
                what = "内容与摘要不符" if seen[row.file_sha256] else "文件不在"
                yield place, f"证据「{row.title}」的{what}"


def _digest(path: Path) -> str:
    """文件内容的 SHA-256;不在即空。"""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


INVARIANTS = Invariants("pipeline", LABELS, find)
