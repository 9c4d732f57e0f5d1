"""门:每个网址先登录;会话有空闲与绝对时限;行动者在此认出;拒绝在此变成网页并记入台账。

公开的网址逐条列在 `PUBLIC`、`PUBLIC_UNDER`,其余一律要登录(含不存在的网址,外人不能据此探知)。
接口在 /api/ 下自己认令牌,不走登录页。
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from juyuan.foundation.ledger.actions import refuse
from juyuan.foundation.people.models import Account
from juyuan.foundation.people.queries import actor_for, has_left
from juyuan.foundation.ui import errors
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.once import reading
from juyuan.kernel.verdict import Denied, NotFound, Refusal

PUBLIC = frozenset({"/login/", "/healthz", "/readyz", "/favicon.ico"})
# 日历订阅凭地址里的秘密,不登录
PUBLIC_UNDER = ("/static/", "/api/", "/portal/", "/ical/")
# 须改口令者只到得了这几处
CHANGE_PASSWORD = "/password/"  # noqa: S105 - 网址
WHILE_CHANGING = frozenset({CHANGE_PASSWORD, "/logout/"})

IDLE_SECONDS = 30 * 60  # 等保 8.1.4.1b:空闲
ABSOLUTE_SECONDS = 12 * 3600  # 自登录起
TOUCH_SECONDS = 60  # 不必每次请求都写会话
SINCE, SEEN, POST = "door_since", "door_seen", "post_id"


def is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith(PUBLIC_UNDER)


class Door:
    """登录、时限、行动者、拒绝。置于认证中间件之后。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        request.actor = None  # type: ignore[attr-defined]
        if request.path.startswith("/static/"):
            return self.get_response(request)
        if request.method in ("GET", "HEAD"):
            with reading():
                response = self._answer(request)
        else:
            response = self._answer(request)
        if isinstance(response, HttpResponseNotAllowed):
            errors.explain_method(request, response)
        response.headers.setdefault("X-Request-ID", request.request_id)  # type: ignore[attr-defined]
        if request.actor is not None:  # type: ignore[attr-defined]
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "private, no-store"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        return self._admit(request) or self.get_response(request)

    def _admit(self, request: HttpRequest) -> HttpResponseBase | None:
        """放行返回空;否则返回去登录、去改口令的响应。"""
        account = request.user
        if not isinstance(account, Account):  # 匿名
            return None if is_public(request.path) else to_login(request)
        if expired(request) or has_left(account, clock.today()):
            logout(request)
            return None if is_public(request.path) else to_login(request, timed_out=True)
        request.actor = actor_for(  # type: ignore[attr-defined]
            account,
            today=clock.today(),
            via="web",
            request_id=request.request_id,  # type: ignore[attr-defined]
            post_id=request.session.get(POST),
        )
        if (
            account.must_change_password
            and request.path not in WHILE_CHANGING
            and not is_public(request.path)
        ):
            return go(request, CHANGE_PASSWORD)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """动作的四种拒绝变成网页;对访问的拒绝另记台账(自己的事务)。"""
        if not isinstance(exception, Refusal):
            return None
        log_refusal(request, exception)
        return errors.respond(request, exception)


def expired(request: HttpRequest) -> bool:
    """会话是否超过空闲或绝对时限;未超则续记。时间用服务器真实时钟,与演示日期无关。"""
    session, moment = request.session, int(time.time())
    since, seen = session.get(SINCE), session.get(SEEN)
    if since is None or seen is None:
        session[SINCE], session[SEEN] = moment, moment
        return False
    if moment - seen > IDLE_SECONDS or moment - since > ABSOLUTE_SECONDS:
        return True
    if moment - seen >= TOUCH_SECONDS:
        session[SEEN] = moment
    return False


def log_refusal(request: HttpRequest, refusal: Refusal) -> None:
    """不准(403)与不该看见(404)记入台账;不合规则、他人先行不是对访问的拒绝,不记。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not isinstance(refusal, (Denied, NotFound)):
        return
    match = request.resolver_match
    refuse(
        event="access.denied" if isinstance(refusal, Denied) else "access.not_found",
        actor=actor,
        obj_type="url",
        obj_id=(match.view_name if match else "")[:60],
        obj_label=f"{request.method} {request.path}"[:200],
        message=refusal.reason if isinstance(refusal, Denied) else "",
        clause=refusal.clause if isinstance(refusal, Denied) else "",
        now=clock.now(),
    )


def to_login(request: HttpRequest, *, timed_out: bool = False) -> HttpResponse:
    query = {}
    if request.method == "GET" and request.path != "/":
        query["next"] = request.get_full_path()
    if timed_out:
        query["timed_out"] = "1"
    return go(request, "/login/" + (f"?{urlencode(query)}" if query else ""))


def go(request: HttpRequest, url: str) -> HttpResponse:
    """整页转去别处;htmx 的请求由它自己整页跳转。"""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
