"""`./juyuan manage …`:Django 自己的命令。改结构的命令以所有者身份执行,其余以运行角色。"""

from __future__ import annotations

import os

from .launch.trouble import USAGE, Trouble

OWNER = {"migrate", "dbshell", "sqlmigrate", "inspectdb", "flush", "sqlflush"}


def main(argv: list[str]) -> int:
    """原样交给 Django。"""
    from django.core.management import execute_from_command_line, get_commands

    if argv and not argv[0].startswith("-") and argv[0] not in {"help", *get_commands()}:
        raise Trouble(f"没有「{argv[0]}」这个管理命令。运行 ./juyuan manage help 看全部。", USAGE)
    if argv and argv[0] in OWNER:
        os.environ.pop("JUYUAN_DB_ROLE", None)
        from django.db import connection

        options = connection.settings_dict["OPTIONS"]
        options["options"] = " ".join(
            part for part in options["options"].split("-c ") if not part.startswith("role=")
        )
    execute_from_command_line(["./juyuan manage", *argv])
    return 0
