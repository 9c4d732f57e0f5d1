"""登记与编辑。登记可到谋划,或带着接触记录直接到洽谈;编辑带版本,他人先改过的给出两边的内容。"""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.people.visibility import Sight
from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.policy.queries import bureau, params
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, held_answer, require
from juyuan.rooms.investors import actions as investor_actions
from juyuan.rooms.investors import queries as investor_queries
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.register import entry_stages, register_project
from juyuan.rooms.pipeline.forms import choices as options
from juyuan.rooms.pipeline.forms.acts import EvidenceForm, today_limit
from juyuan.rooms.pipeline.forms.project import MarkOf, ProjectBundle
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import vouchers
from juyuan.rooms.pipeline.queries.facts import facts_of, no_facts
from juyuan.rooms.pipeline.queries.scope import door, sight_of
from juyuan.rooms.pipeline.rules.drafts import ProjectDraft, judge
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft, judge_evidence
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.gates import need_label, unfilled
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.views import keeping, merging
from juyuan.rooms.pipeline.views.common import actor_of, detail_url

MAX_SUGGESTIONS = 8
COLLECTIONS = {"parties", "hosts", "participant_ids", "listed_ids", "extra"}


def initial_of(draft: ProjectDraft, chosen: options.Choices) -> dict[str, Any]:
    """草稿 → 表单初值(投资方按编号取名称)。"""
    plain = {f.name: getattr(draft, f.name) for f in fields(draft) if f.name not in COLLECTIONS}
    codes = {pk: code for code, pk in chosen.unit_ids.items()}
    known = Investor.objects.in_bulk([p.investor_id for p in draft.parties])
    return plain | {
        "chain": chosen.chain_code(draft.chain_id),
        "node": chosen.node_code(draft.node_id),
        "lead_unit": chosen.unit_code(draft.lead_unit_id),
        "participants": [codes[pk] for pk in draft.participant_ids if pk in codes],
        "listed": [str(pk) for pk in draft.listed_ids],
        "parties": [
            {
                "name": known[p.investor_id].name,
                "uscc": known[p.investor_id].uscc,
                "share": p.share_bp,
                "origin": p.origin,
                "fiscal": p.fiscal,
            }
            for p in draft.parties
            if p.investor_id in known
        ],
        "hosts": [
            {
                "unit": codes.get(h.unit_id, ""),
                "share": h.share_bp if h.actual else None,
                "actual": "1" if h.actual else "0",
            }
            for h in draft.hosts
        ],
    }


def _bundle(
    chosen: options.Choices,
    mark_of: MarkOf,
    initial: dict[str, Any],
    data: Any = None,
    restored: QueryDict | None = None,
) -> ProjectBundle:
    return ProjectBundle(
        choices=chosen,
        mark_of=mark_of,
        initial=initial,
        data=data,
        suggest_url=reverse("pipeline:suggest_investors"),
        restored=restored,
    )


def _investor_ids(actor: Actor, bundle: ProjectBundle) -> list[int]:
    """各出资方的编号:看得见的用已有的,没有的新登记(撞上看不见的由商务主管部门核对,这里不透露)。"""
    pairs = [(row["name"], row["uscc"]) for row in bundle.party_rows()]
    return investor_actions.ensure_investors(actor=actor, rows=pairs, now=clock.now())


def _prejudge(bundle: ProjectBundle, more: list[Finding]) -> list[Finding]:
    """不碰库的判断先做:有错就不新登记投资方、不留半截。"""
    draft = bundle.draft()
    found = [f for f in judge(draft, clock.today()) if f.rule != "share.twice"]
    return found + more


@require_http_methods(["GET", "HEAD", "POST"])
@autosaved("pipeline.register")
def register(request: HttpRequest) -> HttpResponse:
    """登记项目:谋划,或有真实投资方与接触记录的直接进入洽谈(不算越级)。"""
    actor, now = actor_of(request), clock.now()
    require(access.can_register(actor))
    auto = autosave_of(request)
    kept_stage = auto.data.get("stage", "") if auto.data is not None else ""
    said = request.POST.get("stage") or request.GET.get("stage", "") or kept_stage
    entries = entry_stages(now.date())
    stage = next((s for s in entries if s.value == said), Stage.PLANNING)
    chosen = options.load(now.date())
    initial = {
        "lead_unit": actor.post.unit_code
        if actor.post and actor.post.unit_code in chosen.unit_ids
        else "",
        "confidentiality": params(now.date())["pipeline.confidentiality_default"],
        "hosts": [],
    }
    data = request.POST if request.method == "POST" else None
    today, facts = now.date(), no_facts()
    mark_of = partial(need_label, stage=stage, facts=facts, on=today, entering=True)
    bundle = _bundle(chosen, mark_of, initial, data, auto.data)
    contact = EvidenceForm(data, prefix="contact", initial={"fact": FactKey.CONTACT.value})
    contact.fields["fact"].required = False
    today_limit(contact, now.date())
    auto.fill(contact)
    kept = None
    if request.method == "POST":
        try:
            if stage == Stage.NEGOTIATION:
                kept = keeping.receive(request, actor, "contact-file", now)
            project = _register(actor, bundle, contact, stage, kept)
        except RuleBroken as broken:
            _place(bundle, contact, broken)
        else:
            if project is not None:
                messages.success(request, f"已登记到「{stage.label}」，项目编号 {project.code}")
                _tell_namesakes(request, actor, project)
                return HttpResponseRedirect(detail_url(project))
    context = {
        "page_title": "登记项目",
        "bundle": bundle,
        "form": bundle.form,
        "contact": contact if stage == Stage.NEGOTIATION else None,
        "kept": kept,
        "stage": stage,
        "unfilled": unfilled(facts, stage, today) if stage == Stage.PLANNING else [],
        "entries": [
            {
                "label": f"登记到{s.label}",
                "url": f"?stage={s.value}",
                "current": s == stage,
            }
            for s in entries
        ],
        "submit": f"登记到{stage.label}",
        "cancel_url": reverse("pipeline:list"),
        "marks": bundle.marks,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pipeline/register.html", context, status=status)


def _tell_namesakes(request: HttpRequest, actor: Actor, project: Project) -> None:
    """同名的:看得见的指给他看,看不见的只说已登记、由谁核对。"""
    for other in vouchers.seen_namesakes(actor, project):
        text = f"与「{other.name}」（{other.code}）同名，疑似重复；是同一个的，请作废其中一个"
        messages.warning(request, text)
    if vouchers.hidden_namesakes(actor, project):
        messages.warning(request, held_answer(bureau()))


def _register(
    actor: Actor,
    bundle: ProjectBundle,
    contact: EvidenceForm,
    stage: Stage,
    kept: keeping.Kept | None,
) -> Project | None:
    """表单 → 动作;表单本身有错返回空。"""
    with_contact = stage == Stage.NEGOTIATION
    valid = [bundle.is_valid(), not with_contact or contact.is_valid()]
    if not all(valid):
        return None
    evidence: list[EvidenceDraft] = []
    more: list[Finding] = []
    if with_contact:
        contact.cleaned_data["fact"] = FactKey.CONTACT.value
        evidence = [contact.draft(kept.file_id if kept else None)]
        more = judge_evidence(evidence[0], clock.today())
    found = _prejudge(bundle, more)
    if found:
        raise RuleBroken(found)
    with transaction.atomic():  # 被退回时连新登记的投资方也不留
        return register_project(
            actor=actor,
            draft=bundle.draft(_investor_ids(actor, bundle)),
            stage=stage,
            evidence=evidence,
            now=clock.now(),
        )


def _place(bundle: ProjectBundle, contact: EvidenceForm, broken: RuleBroken) -> None:
    """接触记录自己的字段(日期、文件、名称)的发现放到那一块。"""
    own = {"title", "dated_on", "file", "place", "two_way"}
    if not bundle.form.is_bound or not hasattr(bundle.form, "cleaned_data"):
        bundle.is_valid()
    for finding in broken.findings:
        if finding.field in own and contact.is_bound:
            contact.is_valid()
            contact.add_error(finding.field, finding.message)
            bundle.add_findings([Finding("contact", finding.rule, finding.clause, finding.message)])
        else:
            bundle.add_findings([finding])


@require_http_methods(["GET", "HEAD", "POST"])
@autosaved("pipeline.edit")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """编辑项目。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(access.can_edit(actor, project))
    current = draft_of(project)
    units = {current.lead_unit_id, *(h.unit_id for h in current.hosts), *current.participant_ids}
    chosen = options.load(now.date(), keep_units={pk for pk in units if pk is not None})
    initial = _editing(project, current, chosen)
    stage, merged, status = project.stage_enum, None, 200
    facts, today = facts_of(project), now.date()
    mark_of = partial(need_label, stage=stage, facts=facts, on=today)
    auto = autosave_of(request)
    auto.version = project.version
    data = request.POST if request.method == "POST" else None
    bundle = _bundle(chosen, mark_of, initial, data, auto.data)
    if request.method == "POST":
        status = 422
        if bundle.is_valid():
            try:
                changed = _save(actor, project, bundle, request.POST.get("reason", ""))
            except RuleBroken as broken:
                bundle.add_findings(broken.findings)
            except Stale:
                fresh = door(actor, code)
                bundle, merged = _merged(actor, fresh, bundle, chosen)
                status = 412
            else:
                messages.success(request, "已保存" if changed else "没有改动，未作保存")
                return HttpResponseRedirect(_after(request, actor, code))
    context = {
        "page_title": f"编辑：{project.name}",
        "project": project,
        "bundle": bundle,
        "form": bundle.form,
        "stage": stage,
        "unfilled": unfilled(facts, stage, today),
        "merged": merged,
        "submit": "保存修改",
        "cancel_url": detail_url(project),
        "marks": bundle.marks,
        "crumbs": [
            {"label": "项目库", "url": reverse("pipeline:list")},
            {"label": project.name, "url": detail_url(project)},
            {"label": "编辑"},
        ],
        "frozen": project.recognised_stage in (Stage.SIGNED, Stage.LANDED),
    }
    return render(request, "pipeline/edit.html", context, status=status)


def _after(request: HttpRequest, actor: Actor, code: str) -> str:
    """保存之后去哪里:还看得见的去详情;把自己移出了限名单的,说明白,回项目库。"""
    project = Project.objects.get(code=code)
    if sight_of(actor, project) == Sight.FULL:
        return detail_url(project)
    messages.warning(
        request,
        f"您已不在「{project.name}」的限名单之列，从现在起看不到这个项目；要再看，请名单上的人把您列入",
    )
    return reverse("pipeline:list")


def _editing(project: Project, draft: ProjectDraft, chosen: options.Choices) -> dict[str, Any]:
    """编辑表单的初值:内容、版本、起点(他人先改时据以合并)。"""
    return initial_of(draft, chosen) | {
        "version": project.version,
        "base": merging.dump(draft_of(project)),
    }


def _save(actor: Actor, project: Project, bundle: ProjectBundle, reason: str) -> bool:
    """保存;返回有没有改动。被退回时连新登记的投资方也不留(同一事务)。

    Raises:
        RuleBroken, Stale: 同 `edit_project`。
    """
    found = _prejudge(bundle, [])
    if found:
        raise RuleBroken(found)
    before = project.version
    with transaction.atomic():
        saved = edit_project(
            actor=actor,
            project=project,
            draft=bundle.draft(_investor_ids(actor, bundle)),
            version=bundle.form.cleaned_data["version"] or 0,
            reason=reason.strip()[:2000],
            now=clock.now(),
        )
    return saved.version != before


def _merged(
    actor: Actor, fresh: Project, bundle: ProjectBundle, chosen: options.Choices
) -> tuple[ProjectBundle, merging.Merged]:
    """他人先改过:并成新的表单,所填都在。还没登记过的投资方用占位编号,名称照旧显示。"""
    rows = bundle.party_rows()
    ids = _known_investors(actor, rows)
    found = merging.merge(
        fresh,
        bundle.form.cleaned_data["base"],
        bundle.draft(ids),
        draft_of(fresh),
        {pk: row["name"] for pk, row in zip(ids, rows, strict=True)},
    )
    again = _editing(fresh, found.draft, chosen)
    if found.draft.parties == bundle.draft(ids).parties:
        again["parties"] = rows
    day = clock.today()
    mark_of = partial(need_label, stage=fresh.stage_enum, facts=facts_of(fresh), on=day)
    return _bundle(chosen, mark_of, again), found


def _known_investors(actor: Actor, rows: list[dict[str, Any]]) -> list[int]:
    """所填的出资方里已登记且看得见的;其余给占位编号(负数)。只读。"""
    names = {row["name"] for row in rows}
    known = {
        investor.name: investor.pk
        for investor in investor_queries.visible_to(actor).filter(name__in=names)
    }
    return [known.get(row["name"], -index) for index, row in enumerate(rows, start=1)]


@require_safe
def suggest_investors(request: HttpRequest) -> HttpResponse:
    """边打边给出看得见的投资方(datalist 的选项);看不见的一个字也不出。"""
    actor = actor_of(request)
    require(access.can_register(actor))
    typed = next((str(v).strip() for k, v in request.GET.items() if k.endswith("-name")), "")[:60]
    found: list[Investor] = []
    if len(typed) >= 2 and "\x00" not in typed:
        found = list(
            investor_queries.visible_to(actor)
            .filter(name__icontains=typed)
            .order_by("name", "id")[:MAX_SUGGESTIONS]
        )
    return render(request, "pipeline/parts/investor_options.html", {"found": found})
