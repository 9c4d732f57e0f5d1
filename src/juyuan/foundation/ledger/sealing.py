"""审计 · 台账封存:封到哪里、上次核验的结果、下载锚点。"""

from __future__ import annotations

import json

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from juyuan.foundation.ledger import access, anchors, keys
from juyuan.foundation.ledger.jobs import seal
from juyuan.foundation.ledger.models import Event, Seal
from juyuan.foundation.ledger.queries import recent
from juyuan.foundation.people.views.shared import actor_of, tabs
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import require

PATIENCE = 2.0  # 秒:网页上不久等,没等到的行下次再封


@require_GET
def seals(request: HttpRequest) -> HttpResponse:
    """`/audit/seals/`。Raises: Denied。"""
    require(access.can_keep_anchors(actor_of(request)))
    last = Seal.objects.order_by("-no").defer("index").first()
    verified = recent("ledger.audit.verified")
    context = {
        "page_title": "台账封存",
        "tabs": tabs(request, "ledger:seals"),
        "keyless": keys.ring(keys.AUDIT, make=True).current is None,
        "last": last,
        "sealed_rows": Seal.objects.aggregate(total=Sum("count"))["total"] or 0,
        "tail": Event.objects.filter(id__gt=last.last_id if last else 0).count(),
        "verified": verified[0] if verified else None,
    }
    return render(request, "ledger/seals.html", context)


@require_POST
def anchor(request: HttpRequest) -> HttpResponse:
    """`/audit/anchor/`:封存,留痕,给出锚点文件。Raises: Denied、RuleBroken(没有密钥)。"""
    actor = actor_of(request)
    require(access.can_keep_anchors(actor))
    now = clock.now()
    seal(now=now, patience=PATIENCE)
    made = anchors.export(actor=actor, now=now)
    body = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="anchor-{made["no"]}.json"'
    return response
