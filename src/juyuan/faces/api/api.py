"""/api/v1/:把各房间的路由接成一份接口;文档与描述在本机提供,不取外网。"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.timezone import is_aware, localtime
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import BaseRenderer

from juyuan import __version__
from juyuan.faces.api.auth import Token
from juyuan.faces.api.common import router as common
from juyuan.faces.api.document import CompleteSchema
from juyuan.faces.api.errors import install
from juyuan.wiring import api_routers


class LocalTimes(DjangoJSONEncoder):
    """时刻一律写成本地时区、带偏移(2026-11-20T09:00:00+08:00):截取日期的人不会取错一天。"""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime) and is_aware(o):
            return localtime(o).isoformat(timespec="seconds")
        return super().default(o)


class ChineseJson(BaseRenderer):
    """中文原样输出,不转成 \\uXXXX。"""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return json.dumps(data, ensure_ascii=False, cls=LocalTimes, separators=(",", ":"))


class CompleteAPI(NinjaAPI):
    """描述连同请求头(见 `document`);随程序而定,同一个前缀只生成一次:生成一次要占住一个核近一秒。"""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        start = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if start not in self._described:
            self._described[start] = CompleteSchema(self, start)
        return self._described[start]


def build() -> NinjaAPI:
    api = CompleteAPI(
        title="聚源接口",
        version=__version__,
        description="招商引资项目、投资方、产业链、条款与统计。金额为万元十进制字符串,日期 ISO,单位、产业链用稳定代码。",
        auth=Token(),
        renderer=ChineseJson(),
        docs_url="/docs",
        openapi_url="/openapi.json",
        urls_namespace="api",
    )
    install(api)
    for prefix, router in [("", common), *api_routers()]:
        api.add_router(prefix, router)
    return api


api = build()
