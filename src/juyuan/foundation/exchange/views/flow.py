"""导入向导:上传 → 对应列 → 预览与选择 → 提交 → 结果。"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juyuan.foundation.exchange import actions, queries, screens, tasks
from juyuan.foundation.exchange.forms import SettleForm, UploadForm
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.exchange.layout import Choice
from juyuan.foundation.exchange.models import BatchState, ImportBatch
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.rows import samples_of
from juyuan.foundation.ui import errors
from juyuan.foundation.ui.errors import Step
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.work.models import TaskRun
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def here(batch: ImportBatch) -> str:
    return reverse("exchange:batch", args=[batch.pk])


def crumbs(current: str, batch: ImportBatch | None = None) -> list[dict[str, str]]:
    """面包屑:导入台账 → 批次 → 本页。"""
    trail = [{"label": "导入台账", "url": reverse("exchange:batches")}]
    if batch is not None:
        trail.append({"label": batch.file_name, "url": here(batch)})
    return [*trail, {"label": current}]


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """第一步:上传。"""
    actor = actor_of(request)
    kinds = registry.import_kinds(actor)
    usual = next((k for k in kinds if k.usual), kinds[0] if kinds else None)
    if usual is None:
        raise Denied("您当前的任职没有可以导入的台账。")
    posted = request.method == "POST"
    form = (
        UploadForm(kinds, request.POST, request.FILES)
        if posted
        else UploadForm(kinds, initial={"kind": request.GET.get("kind", usual.name)})
    )
    status = 200
    if posted and form.is_valid():
        upload = form.cleaned_data["file"]
        moment = clock.now()
        queued: list[TaskRun] = []

        def defer(batch: ImportBatch) -> None:
            queued.append(tasks.queue_preview(actor, batch, moment))

        try:
            batch = actions.open_batch(
                actor=actor,
                kind=form.cleaned_data["kind"],
                name=upload.name,
                stream=upload.file,
                now=moment,
                today=clock.today(),
                paper=form.paper(),
                defer=defer if tasks.waiting(tasks.PREVIEW) else None,
            )
        except RuleBroken as refusal:
            add_findings(form, refusal.findings)
        else:
            if queued:
                return redirect("work:task", queued[0].pk)
            name = "exchange:columns" if batch.state == BatchState.MAPPING else "exchange:batch"
            return redirect(name, batch.pk)
    if posted:
        status = 422
    context = {
        "page_title": "导入台账",
        "form": form,
        "kinds": kinds,
        "steps": screens.steps(0),
        "crumbs": crumbs("上传"),
        "opening_kinds": [k for k in kinds if k.opening_allowed],
        "closure": queries.opening_closed(),
    }
    return render(request, "exchange/new.html", context, status=status)


@require_safe
def batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """第三步以后:预览;提交之后是结果。"""
    actor = actor_of(request)
    found = queries.batch_door(actor, batch_id)
    owner = queries.owns(actor, found)
    if found.state == BatchState.MAPPING and owner:
        return redirect("exchange:columns", found.pk)
    after = request.GET.get("after", "0")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    kind = queries.kind_named(found.kind)
    page = screens.preview(found, request.GET.get("v", ""), start, owner=owner)
    may_reverse = (
        found.opening
        and found.state == BatchState.COMMITTED
        and kind.reverse is not None
        and (owner or kind.oversee(actor))
        and queries.opening_closed() is None
    )
    return render(
        request,
        "exchange/batch.html",
        {
            "page_title": f"{found.kind_label} · {found.file_name}",
            "crumbs": crumbs(found.file_name),
            "batch": found,
            "page": page,
            "owner": owner,
            "steps": screens.steps(screens.step_of(found)),
            "may_commit": owner
            and found.state in (BatchState.PREVIEW, BatchState.COMMITTED)
            and page.counts is not None
            and page.counts.pending > 0,
            "may_reverse": may_reverse,
            "may_remap": owner and found.state == BatchState.PREVIEW,
            "written": found.rows.filter(done=True).count(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """第二步:对应列。选过的记给本单位,下次不再问。"""
    actor = actor_of(request)
    found = queries.batch_door(actor, batch_id)
    if not queries.owns(actor, found):
        raise Denied("只有导入人自己可以改这个批次。")
    problem = None
    if request.method == "POST":
        try:
            found = actions.remap(
                actor=actor,
                batch_id=found.pk,
                choices=_posted_choices(request, found),
                now=clock.now(),
                today=clock.today(),
                remember_for_unit=request.POST.get("remember") == "yes",
            )
        except RuleBroken as refusal:
            problem = refusal
        except Stale as stale:
            return errors.respond(request, stale, steps=[Step("看这个批次", here(found), True)])
        else:
            if found.state == BatchState.PREVIEW:
                return redirect("exchange:batch", found.pk)
    if found.state not in (BatchState.MAPPING, BatchState.PREVIEW):
        return redirect("exchange:batch", found.pk)
    kind = queries.kind_named(found.kind)
    book = read_book(queries.content_of(found), found.file_name)
    return render(
        request,
        "exchange/columns.html",
        {
            "page_title": f"对应列 · {found.file_name}",
            "crumbs": crumbs("对应列", found),
            "batch": found,
            "kind": kind,
            "sheets": screens.column_choices(found, samples_of(book, found.report)),
            "units": screens.unit_options(),
            "problems": found.report.get("problems", []),
            "refusal": problem,
            "steps": screens.steps(1),
        },
        status=422 if problem else 200,
    )


def _posted_choices(request: HttpRequest, batch: ImportBatch) -> dict[str, dict[int, Choice]]:
    chosen: dict[str, dict[int, Choice]] = {}
    for number, table in enumerate(batch.report.get("tables", [])):
        picks = {}
        for column in table["columns"]:
            name = f"c{number}_{column['index']}"
            if name in request.POST:
                picks[column["index"]] = Choice(
                    request.POST[name], request.POST.get(f"{name}_unit", "")
                )
        chosen[table["sheet"]] = picks
    return chosen


@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, batch_id: uuid.UUID, position: int) -> HttpResponse:
    """一行存疑:并排看,选一个。"""
    actor = actor_of(request)
    found = queries.batch_door(actor, batch_id)
    if not queries.owns(actor, found):
        raise Denied("只有导入人自己可以改这个批次。")
    line = found.rows.filter(position=position, done=False).first()
    if line is None:
        raise NotFound
    kind = queries.kind_named(found.kind)
    initial = {"choice": line.settled}
    form = SettleForm(
        screens.settle_options(line),
        screens.reading_options(kind, line),
        request.POST or None,
        initial=initial,
    )
    if request.method == "POST" and (request.POST.get("again") or form.is_valid()):
        picked = (
            actions.Settlement()
            if request.POST.get("again")
            else actions.Settlement(form.cleaned_data.get("choice", ""), form.readings())
        )
        try:
            actions.settle(
                actor=actor,
                batch_id=found.pk,
                settlements={position: picked},
                now=clock.now(),
                today=clock.today(),
            )
        except (RuleBroken, Stale) as refusal:
            return errors.respond(request, refusal, steps=[Step("回到预览", here(found), True)])
        messages.success(request, f"{line}已记下选择。")
        return redirect(f"{here(found)}?v=doubtful")
    return render(
        request,
        "exchange/row.html",
        {
            "page_title": f"{line.sheet} 第 {line.number} 行",
            "crumbs": crumbs(f"第 {line.number} 行", found),
            "batch": found,
            "row": line,
            "form": form,
            "comparison": screens.comparison(kind, line),
            "reasons": line.findings,
            "steps": screens.steps(2),
        },
        status=422 if request.method == "POST" else 200,
    )


@require_POST
def commit(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """第四步:提交。行数多的走长任务。"""
    actor = actor_of(request)
    found = queries.batch_door(actor, batch_id)
    all_or_none = request.POST.get("all_or_none") == "yes"
    try:
        if found.rows.count() > actions.LARGE and tasks.waiting(tasks.COMMIT):
            if not queries.owns(actor, found):
                raise Denied("只有导入人自己可以改这个批次。")
            task = tasks.queue_commit(actor, found, clock.now(), all_or_none=all_or_none)
            return redirect("work:task", task.pk)
        before = found.rows.filter(done=True).count()
        done = actions.commit(
            actor=actor,
            batch_id=found.pk,
            now=clock.now(),
            today=clock.today(),
            all_or_none=all_or_none,
        )
    except (RuleBroken, Stale) as refusal:
        return errors.respond(
            request,
            refusal,
            what="没有提交，一行也没有写",
            steps=[Step("回到预览", here(found), True)],
        )
    written = done.rows.filter(done=True).count() - before
    messages.success(
        request, f"已写入 {written} 行。" if written else "没有可写的行，什么也没有变。"
    )
    return redirect("exchange:batch", done.pk)
