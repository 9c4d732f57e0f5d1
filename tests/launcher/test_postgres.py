"""嵌入的数据库:几个命令共用一个,最后一个走了就停;被 kill -9 之后,下次启动不用人帮忙。"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from juyuan.faces.cli.launch import lifeline, postgres
from juyuan.faces.cli.launch.trouble import Trouble
from tests.launcher.conftest import ROOT, obey_permissions, wait_until_gone

USER = """
import sys, time
from pathlib import Path
from juyuan.faces.cli.launch import places, postgres
place = places.choose(Path(sys.argv[1]), Path(sys.argv[2]), "", owner=places.service_owner())
cluster = postgres.Cluster(place, place.home / "pg", dict(postgres.THROWAWAY))
lease = cluster.acquire()
print(postgres.postmaster_pid(cluster.data), flush=True)
time.sleep(60)
"""


def another_user(cluster: postgres.Cluster) -> tuple[subprocess.Popen[str], int]:
    """另一个进程里的使用者;返回它与服务进程号。"""
    child = subprocess.Popen(
        [sys.executable, "-c", USER, str(cluster.place.home.parent), str(cluster.place.install)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    return child, int(child.stdout.readline())


def alive(pid: int) -> bool:
    """还在运行(已死、只等父进程收尸的不算)。"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_dead(pid: int, seconds: float = 90) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def ask(lease: postgres.Lease, question: str) -> object:
    with psycopg.connect(lease.url("postgres"), autocommit=True) as connection:
        row = connection.execute(question).fetchone()
        return row and row[0]


def keeper_pid(server: int) -> int:
    """服务进程的父进程,即看护。"""
    fields = Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[1])


def test_只开套接字_不开端口_设置如约(cluster: postgres.Cluster) -> None:
    lease = cluster.acquire()
    assert ask(lease, "SHOW listen_addresses") == ""
    assert ask(lease, "SHOW jit") == "off"
    assert ask(lease, "SHOW server_encoding") == "UTF8"
    assert str(ask(lease, "SHOW server_version")).startswith(postgres.MAJOR)
    assert ask(lease, "SELECT upper('é')") == "É"
    lease.release()


def test_正式的设置落盘_测试的不落盘() -> None:
    assert postgres.STEADY["synchronous_commit"] == "on" and "fsync" not in postgres.STEADY
    assert postgres.THROWAWAY["fsync"] == "off"


def test_第二个命令用同一个服务_最后一个走了才停(cluster: postgres.Cluster) -> None:
    first, server = another_user(cluster)
    lease = cluster.acquire()
    assert postgres.postmaster_pid(cluster.data) == server
    first.terminate()
    first.wait()
    time.sleep(0.6)  # 看护每 0.2 秒看一次;仍有使用者,不停
    assert ask(lease, "SELECT 1") == 1
    lease.release(wait=15)
    assert wait_dead(server)
    assert not cluster.keeper_alive()


def test_使用者被_kill_9_服务也干净地停(cluster: postgres.Cluster) -> None:
    user, server = another_user(cluster)
    user.kill()
    user.wait()
    assert wait_dead(server)
    wait_until_gone(cluster)
    assert not (cluster.data / "postmaster.pid").exists()


def test_看护被_kill_9_服务随之停_数据还在_下次照常启动(cluster: postgres.Cluster) -> None:
    lease = cluster.acquire()
    with psycopg.connect(lease.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    server = postgres.postmaster_pid(cluster.data)
    assert server is not None
    keeper = keeper_pid(server)
    os.kill(keeper, signal.SIGKILL)
    assert wait_dead(keeper)
    lease.release()
    again = cluster.acquire()
    assert wait_dead(server, 5)
    assert ask(again, "SELECT n FROM kept") == 7
    again.release()


def test_服务被_kill_9_看护重新拉起(cluster: postgres.Cluster) -> None:
    lease = cluster.acquire()
    server = postgres.postmaster_pid(cluster.data)
    assert server is not None
    os.kill(server, signal.SIGKILL)
    until = time.monotonic() + 120
    answer = None
    while answer is None and time.monotonic() < until:
        try:
            answer = ask(lease, "SELECT 5")
        except psycopg.OperationalError:
            time.sleep(0.1)
    assert answer == 5
    assert postgres.postmaster_pid(cluster.data) != server
    lease.release()


def test_连看护带服务一起被_kill_9_下次照常启动(cluster: postgres.Cluster) -> None:
    user, server = another_user(cluster)
    doomed = (user.pid, keeper_pid(server), server)
    for pid in doomed:
        os.kill(pid, signal.SIGKILL)
    user.wait()
    assert all(wait_dead(pid) for pid in doomed)
    lease = cluster.acquire()
    assert ask(lease, "SELECT 1") == 1
    lease.release()


def test_失效的_pid_文件_进程号已是别人_照常启动(cluster: postgres.Cluster) -> None:
    cluster.acquire().release(wait=15)
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n\n\n\n")
    lease = cluster.acquire()
    assert ask(lease, "SELECT 1") == 1
    lease.release()


def test_两个命令同时第一次启动_只有一套库(cluster: postgres.Cluster) -> None:
    command = [
        sys.executable,
        "-c",
        USER,
        str(cluster.place.home.parent),
        str(cluster.place.install),
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    both = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    servers = {int(child.stdout.readline()) for child in both if child.stdout}
    for child in both:
        child.kill()
        child.wait()
    assert len(servers) == 1


def test_建库中途被杀_不留半套(cluster: postgres.Cluster) -> None:
    half = cluster.folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    lease = cluster.acquire()
    assert ask(lease, "SELECT 1") == 1
    assert not half.exists()
    lease.release()


def test_数据是别的版本的_说清怎么办(cluster: postgres.Cluster) -> None:
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(Trouble, match=r"PostgreSQL 15 .*pg_dump"):
        cluster.acquire()
    assert not cluster.keeper_alive()


def test_设置有误_起不来_说出原因(cluster: postgres.Cluster) -> None:
    cluster.settings["shared_buffers"] = "-1"
    with pytest.raises(Trouble, match="数据库没有起来"):
        cluster.acquire()
    cluster.settings["shared_buffers"] = "32MB"
    lease = cluster.acquire()
    assert ask(lease, "SHOW shared_buffers") == "32MB"
    lease.release()


def test_有人在用_不许清空(cluster: postgres.Cluster) -> None:
    user, server = another_user(cluster)
    with pytest.raises(Trouble, match="正在使用"):
        cluster.wipe()
    assert alive(server) and cluster.data.exists()
    user.kill()
    user.wait()
    cluster.wipe()
    assert not cluster.data.exists()


def test_数据目录属于别人_说清怎么办(workplace: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from juyuan.faces.cli.launch import places;"
        "places.choose(Path(sys.argv[1]), Path('/'), '', owner=None)"
    )
    (workplace / "var").mkdir(exist_ok=True)
    (workplace / "var").chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", script, str(workplace)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        preexec_fn=obey_permissions,
        capture_output=True,
        text=True,
    )
    assert "没有权限写入数据目录" in done.stderr


def test_锁随进程放开(workplace: Path) -> None:
    path = workplace / "a.lock"
    script = (
        "import sys, time; from pathlib import Path;"
        "from juyuan.faces.cli.launch import lifeline;"
        "fd = lifeline.lock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stdout.readline() == "held\n"
    assert lifeline.lock(path, wait=False) is None
    assert lifeline.lock(path, shared=True, wait=False) is None
    child.kill()
    child.wait()
    fd = lifeline.lock(path, wait=False)
    assert fd is not None
    os.close(fd)
