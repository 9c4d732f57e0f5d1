"""网页测试共用:痕迹、取页、提交、网址、把页上的表单照样交回去。"""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from juyuan.foundation.files.models import FileUse
from juyuan.foundation.ledger.models import Event
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    ProjectState,
    Recognition,
    StageMove,
    VoidRequest,
)
from juyuan.rooms.pipeline.tests import factories as f

TRACES = (Project, StageMove, ProjectState, Recognition, Evidence, VoidRequest, FileUse)


def traces(project: Project | None = None) -> dict[str, Any]:
    """业务上的一切痕迹:行数、完成的台账、这个项目的全部列。"""
    found: dict[str, Any] = {m.__name__: m.objects.count() for m in TRACES}
    found["Event"] = Event.objects.filter(result="done").exclude(obj_type="file").count()
    if project is not None:
        found["project"] = Project.objects.filter(pk=project.pk).values().get()
    return found


def get(cast, who, url, status=200, **more):
    response = cast.client(who).get(url, **more)
    assert response.status_code == status, response.content.decode()[:400]
    return response.content.decode()


def post(cast, who, url, data, status=302, **more):
    response = cast.client(who).post(url, data, **more)
    assert response.status_code == status, response.content.decode()[:1500]
    return response.content.decode() if status != 302 else response.headers["Location"]


def url(name, *args, **query):
    tail = "?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""
    return reverse(f"pipeline:{name}", args=args) + tail


def pdf(text="凭据"):
    return SimpleUploadedFile("凭据.pdf", f.pdf(text), "application/pdf")


def form_data(html: str) -> dict[str, Any]:
    """页上表单现在的值(像浏览器那样提交)。"""
    data: dict[str, Any] = {}
    body = html[html.index('<form method="post"') :]
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if name is None or (kind and kind[1] in ("checkbox", "radio") and "checked" not in tag):
            continue
        text = value[1] if value else ("on" if kind and kind[1] == "checkbox" else "")
        data[name[1]] = text.replace("&quot;", '"').replace("&amp;", "&")
    for name, body_text in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', body, re.DOTALL
    ):
        data[name] = body_text
    for tag, inner in re.findall(r"<select([^>]*)>(.*?)</select>", body, re.DOTALL):
        name = re.search(r'name="([^"]+)"', tag)
        picked = re.findall(r'<option value="([^"]*)" selected', inner)
        if name is not None and (picked or "multiple" not in tag):
            data[name[1]] = picked if "multiple" in tag else (picked or [""])[0]
    data.pop("csrfmiddlewaretoken", None)
    return data
