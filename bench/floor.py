"""地板:同一模板、同样的上下文、同样的行用一条朴素的 SELECT 取出,经过同样的中间件。"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import include, path

KEPT: dict[str, Any] = {}
"""录下的一页:template、context(或 body)与项目编号。"""


def record(template: Template, context: Any, body: bytes, kind: str, ids: list[int]) -> None:
    """留下一页的样子,供地板重画。"""
    flat: dict[str, Any] = {}
    for layer in context or ():
        flat.update(layer)
    KEPT.update(template=template, flat=flat, body=body, kind=kind, ids=ids)


def page(request: HttpRequest) -> HttpResponse:
    """一条 SELECT,然后原样画出(网页重画模板,接口重写 JSON)。"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pipeline_project WHERE id = ANY(%s)", [KEPT["ids"]])
        cursor.fetchall()
    if KEPT["template"] is None:
        import json

        body = json.dumps(json.loads(KEPT["body"]), ensure_ascii=False)
        return HttpResponse(body, content_type=KEPT["kind"])
    context = Context(KEPT["flat"] | {"request": request})
    return HttpResponse(KEPT["template"].render(context))


urlpatterns = [path("_floor/", page), path("api/_floor/", page), path("", include("juyuan.urls"))]
handler404 = "juyuan.foundation.ui.errors.not_found"
