"""错误的统一形状:与网页同样的话;404 逐字节相同;次序 404、403、428/412、422。"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from juyuan.faces.api.auth import actor_of
from juyuan.foundation.apikit.shapes import PRECHECKS, BadCursor, PreconditionRequired
from juyuan.foundation.ledger.actions import refuse
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import Denied, NotFound, Refusal, RuleBroken, Stale

NOT_FOUND = {"detail": "没有找到,或不在您可见的范围内"}

# pydantic 的错误类型 → 中文
MESSAGES = {
    "missing": "缺少这一项",
    "string_type": "应为文字",
    "string_too_long": "太长",
    "string_too_short": "太短",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "date_type": "应为日期,如 2026-11-20",
    "date_parsing": "应为日期,如 2026-11-20",
    "date_from_datetime_parsing": "应为日期,如 2026-11-20",
    "date_from_datetime_inexact": "应为日期,如 2026-11-20",
    "literal_error": "不在可选的值之内",
    "enum": "不在可选的值之内",
    "list_type": "应为列表",
    "too_long": "项数太多",
    "model_attributes_type": "应为对象",
    "model_type": "应为对象",
    "dict_type": "应为对象",
    "extra_forbidden": "没有这个字段",
    "json_invalid": "不是合法的 JSON",
    "less_than_equal": "超出范围",
    "greater_than_equal": "超出范围",
}


def finding(field: str, rule: str, message: str, clause: str = "") -> dict[str, str]:
    return {"field": field, "rule": rule, "clause": clause, "message": message}


def _place(location: tuple[Any, ...]) -> str:
    parts = [
        str(part)
        for part in location
        if part not in ("body", "query", "path", "payload", "form", "file")
    ]
    return ".".join(parts)


def validation_findings(error: ValidationError) -> list[dict[str, str]]:
    """请求不合格式:逐项说哪里、怎么不对(中文,不复述内部信息)。"""
    found = []
    for item in error.errors:
        kind = str(item.get("type", ""))
        if kind == "value_error":
            message = str(item.get("msg", "")).removeprefix("Value error, ")
        else:
            message = MESSAGES.get(kind, "格式不对")
        place = _place(tuple(item.get("loc", ())))
        found.append(finding(place, f"format.{kind}", f"{place}:{message}" if place else message))
    return found


def log_refusal(request: HttpRequest, error: Refusal) -> None:
    """接口上的拒绝访问也入台账(自己的事务)。"""
    actor = getattr(request, "actor", None)
    if actor is None or not isinstance(error, Denied | NotFound):
        return
    match = request.resolver_match
    refuse(
        event="access.denied" if isinstance(error, Denied) else "access.not_found",
        actor=actor,
        obj_type="url",
        obj_id=(match.view_name if match else "")[:60],
        obj_label=f"{request.method} {request.path}"[:200],
        message=error.reason if isinstance(error, Denied) else "",
        clause=error.clause if isinstance(error, Denied) else "",
        now=clock.now(),
    )


def install(api: NinjaAPI) -> None:
    """给接口装上各类错误的出口。"""

    def answer(request: HttpRequest, body: dict[str, Any], status: int) -> HttpResponse:
        return api.create_response(request, body, status=status)

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        log_refusal(request, error)
        if isinstance(error, NotFound):
            return answer(request, NOT_FOUND, 404)
        if isinstance(error, Denied):
            return answer(
                request, {"findings": [finding("", "denied", error.reason, error.clause)]}, 403
            )
        if isinstance(error, Stale):
            body = {"detail": str(error), "mine": error.mine, "theirs": error.theirs}
            return answer(request, body, 412)
        if isinstance(error, RuleBroken):
            return answer(request, {"findings": [f.as_dict() for f in error.findings]}, 422)
        raise error

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        match = request.resolver_match
        check = PRECHECKS.get(f"{request.method} {match.url_name}") if match else None
        if check is not None and match is not None:
            try:
                check(request, actor_of(request), dict(match.kwargs))
            except Refusal as refusal:
                return refused(request, refusal)
            except PreconditionRequired as required:
                return precondition(request, required)
        return answer(request, {"findings": validation_findings(error)}, 422)

    def precondition(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, {"detail": '请在 If-Match 请求头里带上读到的版本,如 "3"'}, 428)

    def bad_cursor(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(
            request,
            {"findings": [finding("cursor", "format.cursor", "游标读不懂,请从第一页重新取")]},
            422,
        )

    def unauthorised(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, {"detail": "请带上有效的令牌:Authorization: Bearer …"}, 401)

    def http_error(request: HttpRequest, error: Any) -> HttpResponse:
        status = error.status_code
        text = {400: "请求读不懂:正文须是合法的 JSON", 404: NOT_FOUND["detail"]}.get(
            status, str(error)
        )
        return answer(request, {"detail": text}, status)

    for kind in (NotFound, Denied, Stale, RuleBroken):
        api.add_exception_handler(kind, refused)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(PreconditionRequired, precondition)
    api.add_exception_handler(BadCursor, bad_cursor)
    api.add_exception_handler(AuthenticationError, unauthorised)
    api.add_exception_handler(Throttled, http_error)
    api.add_exception_handler(HttpError, http_error)
