"""地板:同一模板、同样的上下文、同样的行用一条朴素的 SELECT 取出,经过同样的中间件。

接口的「模板」是它的输出形状:地板经过同样的令牌、同样的形状核对与写出,只是行由一条朴素的 SELECT 取出。
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import include, path
from django.views.decorators.http import require_POST
from ninja import NinjaAPI

from juyuan.faces.api.api import ChineseJson
from juyuan.faces.api.auth import Token
from juyuan.rooms.pipeline.api.schemas import ProjectPage

KEPT: dict[str, Any] = {}
"""录下的一页:template 与 flat(上下文)或 body,以及项目编号。"""


def record(template: Template | None, context: Any, body: Any, ids: list[int]) -> None:
    """留下一页的样子,供地板重画。"""
    flat: dict[str, Any] = {}
    for layer in context or ():
        flat.update(layer)
    KEPT.update(template=template, flat=flat, body=body, ids=ids)


def page(request: HttpRequest) -> HttpResponse:
    """一条 SELECT,然后原样画出。"""
    _plain_select()
    context = Context(KEPT["flat"] | {"request": request})
    return HttpResponse(KEPT["template"].render(context))


def bare_json(request: HttpRequest) -> HttpResponse:
    """更低的一层:不认令牌、不核对形状,只把同样的内容写成 JSON。"""
    _plain_select()
    body = json.dumps(KEPT["body"], ensure_ascii=False)
    return HttpResponse(body, content_type="application/json")


@require_POST
def month(request: HttpRequest) -> HttpResponse:
    """交来的月度更新表:读出各栏,朴素地写有金额的各行。"""
    rows = [
        (key.partition(".")[0], request.POST[key.partition(".")[0] + ".progress"], int(value))
        for key, value in request.POST.items()
        if key.endswith(".invested_month") and value
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_month VALUES (%s, %s, %s)", rows)
    return HttpResponse(status=302)


def _plain_select() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pipeline_project WHERE id = ANY(%s)", [KEPT["ids"]])
        cursor.fetchall()


api = NinjaAPI(auth=Token(), renderer=ChineseJson(), urls_namespace="floor", docs_url=None)


@api.get("page", response=ProjectPage)
def api_page(request: HttpRequest) -> Any:
    """同样的令牌与输出形状。"""
    _plain_select()
    return KEPT["body"]


urlpatterns = [
    path("_floor/", page),
    path("_floor/month/", month),
    path("api/_floor/", api.urls),
    path("api/_bare/", bare_json),
    path("", include("juyuan.urls")),
]
handler404 = "juyuan.foundation.ui.errors.not_found"
