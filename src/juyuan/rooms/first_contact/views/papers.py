"""裁定书的下载:docx(可改)与 pdf(定稿),每次由记下的事实重排,字节相同。"""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from juyuan.foundation.papers import docx, pdf
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.first_contact.queries.paper import door, ruling_paper
from juyuan.rooms.first_contact.views.pages import actor_of

FORMATS = {
    "docx": (
        docx.render,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "pdf": (pdf.render, "application/pdf"),
}


@require_safe
def ruling(request: HttpRequest, code: str, level: str, form: str) -> HttpResponse:
    """`/first-contacts/conflicts/<编号>/papers/<first|final>/<docx|pdf>/`。"""
    return download(actor_of(request), code, level, form)


def download(actor: Actor, code: str, level: str, form: str) -> HttpResponse:
    """一份裁定书的字节;网页与接口同一份。"""
    row, unit = door(actor, code, level)
    if form not in FORMATS:
        raise NotFound
    render, mime = FORMATS[form]
    made = ruling_paper(row, unit)
    response = HttpResponse(render(made.paper), content_type=mime)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{made.name}.{form}')}"
    return response
