"""把命令里冒出来的错误变成一句话;认不出的才带上出处,供人排查。"""

from __future__ import annotations

import json
import os
import traceback

from .launch.trouble import Trouble, finding, from_os_error


def explain(error: BaseException) -> str:
    """一句中文。判断的拒绝逐条列出;数据库与系统的错误说成人话。"""
    from juyuan.kernel import verdict

    if isinstance(error, Trouble):
        return str(error)
    if isinstance(error, verdict.RuleBroken):
        return "\n".join(["未通过:", *(f"  {line(finding)}" for finding in error.findings)])
    if isinstance(error, verdict.Denied):
        return f"不可:{error.reason}" + (f"(依据 {error.clause})" if error.clause else "")
    if isinstance(error, verdict.NotFound):
        return "没有这个对象。"
    if isinstance(error, verdict.Stale):
        return str(error)
    if isinstance(error, OSError):
        return str(from_os_error(error))
    database = _database(error)
    if database:
        return database
    if is_setting(error):
        return f"{error}。请改正这项设置再运行。"
    if os.environ.get("JUYUAN_DEBUG"):
        return traceback.format_exc()
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f"({os.path.basename(last[0].filename)}:{last[0].lineno})" if last else ""
    return (
        f"程序出错{where}:{type(error).__name__}: {error}。设 JUYUAN_DEBUG=1 再运行可见全部经过。"
    )


def is_setting(error: BaseException) -> bool:
    """设置(环境变量)写得不对,属用法错误。"""
    from django.core.exceptions import ImproperlyConfigured

    return isinstance(error, ImproperlyConfigured)


def as_json(error: BaseException) -> str:
    """`--json` 时的拒绝:一份 JSON 列表,每条 {field, rule, clause, message}。"""
    from juyuan.kernel import verdict

    if isinstance(error, verdict.RuleBroken):
        found = [finding.as_dict() for finding in error.findings]
    else:
        told = finding(explain(error), type(error).__name__.lower())
        found = [told | {"clause": getattr(error, "clause", "")}]
    return json.dumps(found, ensure_ascii=False, indent=1)


def line(finding: object) -> str:
    """一条发现:栏目、说明、条款。"""
    field = getattr(finding, "field", "")
    message = getattr(finding, "message", "")
    clause = getattr(finding, "clause", "")
    return f"{field}:{message}" + (f"(依据 {clause})" if clause else "")


def _database(error: BaseException) -> str:
    import psycopg
    from django.db import Error as DjangoError

    if not isinstance(error, DjangoError | psycopg.Error):
        return ""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None) or ""
    if state == "53100":
        return "数据库所在的磁盘已满。腾出空间后再运行同一命令。"
    if state == "42501":
        return (
            f"数据库用户的权限不够:{text}。请让库的所有者连接;建角色的权限不足时,由管理员先执行 "
            "CREATE ROLE juyuan_app NOLOGIN; GRANT juyuan_app TO 所有者;"
        )
    if state.startswith(("08", "57P")):
        return f"与数据库的连接断了:{text}。请看 PostgreSQL 是否在运行,再试一次。"
    return f"数据库报错:{text}"
