"""存活与就绪:`/healthz` 只说进程在,`/readyz` 查数据库、磁盘、任务、密码算法自检。"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from juyuan.foundation.keeping.queries import standing
from juyuan.foundation.work.queries import HEARTBEAT_SECONDS, workers_alive
from juyuan.foundation.workdays import clock

MIN_FREE_BYTES = 200 * 1024 * 1024
# GM/T 0004 附录 A 示例 1:SM3("abc")
SM3_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def healthz(request: HttpRequest) -> JsonResponse:
    """进程活着。"""
    return JsonResponse({"status": "ok"})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 3000")
            cursor.execute("SELECT 1 FROM ledger_event LIMIT 1")
    except DatabaseError:
        connection.close()
        return "数据库没有应答"
    return ""


def _disk() -> str:
    try:
        free = shutil.disk_usage(settings.JUYUAN_HOME).free
    except OSError:
        return "数据目录读不到"
    return "" if free >= MIN_FREE_BYTES else "磁盘剩余不足 200 MB"


def _worker() -> str:
    """任务进程的心跳;只在应当有它的运行方式(serve、demo)下查。"""
    if not settings.JUYUAN_EXPECT_WORKER:
        return ""
    try:
        alive = workers_alive()
    except DatabaseError:
        connection.close()
        return "查不到任务进程的心跳"
    if alive:
        return ""
    return f"任务进程没有心跳(超过 {HEARTBEAT_SECONDS} 秒):成批导入与定期任务停着"


def _crypto() -> str:
    try:
        good = hashlib.new("sm3", b"abc").hexdigest() == SM3_ABC
    except ValueError:
        return "密码算法自检未通过:缺 SM3"
    return "" if good else "密码算法自检未通过"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "worker": _worker,
    "disk": _disk,
    "crypto": _crypto,
}


def readyz(request: HttpRequest) -> JsonResponse:
    """能不能接活;不能时 503,逐项说明。"""
    problems = {name: text for name, check in CHECKS.items() if (text := check())}
    body = {"status": "ok" if not problems else "unavailable", "problems": problems}
    if not problems and not settings.DEMO and standing(clock.now()).problem:
        # 备份迟了不妨碍接活,但监控要看得见;原因在系统管理的「备份」页,这里不公开
        body["notes"] = {"backup": "备份没有按时做成"}
    return JsonResponse(
        body, status=503 if problems else 200, json_dumps_params={"ensure_ascii": False}
    )
