"""命令从头到尾:在一个全新的空库上打开演示、正式运行;数据库、网页、任务都是真的。"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from juyuan.faces.cli import main, marks, testing
from juyuan.foundation.ledger.roles import RUNTIME_ROLE
from tests.launcher.conftest import ROOT
from tests.launcher.test_postgres import alive, wait_dead

LEDGER = "packs/liaoyuan/demo/ledger.xlsx"


class Desk:
    """一个空库、一个数据目录,在上面执行命令。"""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home
        drop = ("JUYUAN_", "DJANGO_", "COV_", "PYTEST_")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(drop)}
        self.env |= {
            "JUYUAN_ROOT": str(ROOT),
            "JUYUAN_DATABASE_URL": url,
            "JUYUAN_HOME": str(home),
            "PYTHONPATH": str(ROOT / "src"),
        }

    def start(self, *argv: str, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "juyuan.faces.cli", *argv],
            cwd=ROOT,
            env=self.env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *argv: str, **env: str) -> tuple[int, str, str]:
        child = self.start(*argv, **env)
        out, said = child.communicate(timeout=400)
        assert "Traceback" not in said, said
        return child.returncode, out, said


@pytest.fixture
def desk(workplace: Path) -> Iterator[Desk]:
    name = f"test_launcher_{os.getpid()}_{time.monotonic_ns() % 100000}"
    server = testing.url_for(settings.JUYUAN_DATABASE_URL, "postgres")
    with psycopg.connect(server, autocommit=True) as admin:
        marks.create_database(admin, name)
    try:
        yield Desk(testing.url_for(server, name), workplace)
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            marks.drop_database(admin, name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(port: int, path: str, **headers: str) -> int:
    """取一个网址的状态码;连不上为 0。"""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for(port: int, child: subprocess.Popen[str], seconds: float = 400) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and child.poll() is None:
        if status(port, "/healthz") == 200:
            return
        time.sleep(0.2)
    child.kill()
    raise AssertionError(child.communicate())


def below(pid: int) -> list[int]:
    """全部后代进程。"""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == pid:
            child = int(entry.parent.name)
            found += [child, *below(child)]
    return found


def test_演示从空库打开_别的命令同时可用_停得干净(desk: Desk) -> None:
    port = free_port()
    demo = desk.start("demo", "--port", str(port))
    wait_for(port, demo)
    assert status(port, "/login/") == 200

    code, out, _ = desk.run("check-invariants", "--json")
    assert (code, json.loads(out)) == (0, [])

    code, out, _ = desk.run("import", "projects", LEDGER, "--actor", "shangwuju", "--json")
    counts = json.loads(out)["counts"]
    assert counts["new"] == 0 and counts["same"] > 50, "台账已经导入,再来一次什么也不变"

    code, out, said = desk.run("token", "shangwuju")
    token = out.splitlines()[-1]
    assert code == 0 and len(token) > 30 and token not in said
    assert status(port, "/api/v1/projects", Authorization=f"Bearer {token}") == 200
    assert status(port, "/api/v1/projects", Authorization="Bearer wrong") == 401

    code, _, said = desk.run("serve", "--port", str(free_port()), JUYUAN_SECRET_KEY="k" * 50)
    assert code == 1 and "这个库是演示库" in said

    code, _, said = desk.run("demo", "--port", str(port))
    assert code == 1 and f"端口 {port} 已被占用" in said

    with psycopg.connect(desk.url, autocommit=True) as owner:
        owner.execute(f"SET ROLE {RUNTIME_ROLE}")
        for verb in ("UPDATE ledger_event SET event = ''", "DELETE FROM ledger_event",
                     "TRUNCATE ledger_event", "TRUNCATE pipeline_project CASCADE",
                     "SELECT * FROM launcher.mark"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(verb)

    children = below(demo.pid)
    assert len(children) >= 4  # 网页一主二工人、任务
    demo.terminate()
    out, said = demo.communicate(timeout=200)
    assert demo.returncode == 0
    assert not any(alive(pid) for pid in children)
    password = (desk.home / "demo-password").read_text().strip()
    assert f"http://127.0.0.1:{port}" in out and password in out
    for username in ("shangwuju", "longshan", "lianzhang8", "mishu8", "auditadmin"):
        assert re.search(rf"^  {username} ", out, re.M), username


def test_正式运行_父进程被_kill_9_之后照常再启动(desk: Desk) -> None:
    port = free_port()
    env = {"JUYUAN_SECRET_KEY": "k" * 50, "JUYUAN_PACK": "testcity"}
    first = desk.start("serve", "--port", str(port), **env)
    wait_for(port, first)
    children = below(first.pid)
    first.kill()
    first.communicate()
    assert all(wait_dead(pid, 15) for pid in children)

    again = desk.start("serve", "--port", str(port), **env)
    wait_for(port, again)
    again.terminate()
    _, said = again.communicate(timeout=200)
    assert again.returncode == 0 and "Traceback" not in said

    code, _, said = desk.run("demo", "--port", str(port), JUYUAN_PACK="testcity")
    assert code == 1 and "这个库是正式库" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["figures", "--as-of", "2026-13-01"], "YYYY-MM-DD"),
        (["figures", "--as-of", "20260101"], "YYYY-MM-DD"),
        (["figures", "--as-of", "9999-12-31"], "YYYY-MM-DD"),
        (["figures", "--nonsense"], "不认识的参数"),
        (["jobs", "--today", "bad"], "YYYY-MM-DD"),
        (["jobs", "--only", "nosuch"], "没有定期任务「nosuch」"),
        (["import", "projects", "x.xlsx"], "缺少参数"),
        (["import", "projects", "x.xlsx", "--actor", "nobody"], "没有账号「nobody」"),
        (["import", "nosuch", "x.xlsx", "--actor", ""], "没有「nosuch」这种导入"),
        (["import", "projects", "/nowhere/x.xlsx", "--actor", ""], "没有这个文件"),
        (["import", "projects", "/", "--actor", ""], "是文件夹,不是文件"),
        (["export", "nosuch", "x.xlsx"], "nosuch"),
        (["export", "projects", "/nowhere/x.xlsx"], "写不进去,没有这个文件或文件夹"),
        (["export", "projects", "x.pdf"], ".xlsx 或 .csv"),
        (["template", "nosuch", "x.xlsx"], "nosuch"),
        (["template", "projects", "/nowhere/x.xlsx"], "写不进去"),
        (["verify-audit", "--anchor", "/nowhere/x"], "没有这个文件或文件夹"),
        (["user"], "缺少参数"),
        (["user", "del", "x"], "只能是"),
        (["seed", "--scale", "abc"], "值不对"),
        (["seed", "--scale", "0"], "1 到 5000000"),
        (["manage", "nosuch"], "没有「nosuch」这个管理命令"),
        (["check", "nosuch"], "没有「nosuch」这项检查"),
        (["bench", "--scale", "many"], "--scale"),
        (["bench", "nosuch"], "没有「nosuch」这一项"),
        (["demo", "--port", "99999"], "端口应是"),
        (["demo", "--port", "abc"], "端口应是 1 至 65535 的整数,现在是「abc」"),
        (["serve", "--port", "-1"], "端口应是"),
        (["serve", "--port"], "后面要有一个值"),
        (["serve", "--port=-1"], "端口应是"),
        (["demo", "--today", "bad"], "YYYY-MM-DD"),
        (["demo", "--today", ""], "YYYY-MM-DD"),
        (["demo", "--fresh=1"], "后面不写值"),
        (["demo", "extra"], "不认识的参数"),
        (["nosuch"], "没有「nosuch」这个命令"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True], ids=["说话", "json"])
def test_用法不对_退出_2(
    argv: list[str],
    said: str,
    as_json: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(main, "prepared", lambda *_: contextlib.nullcontext())  # 测试库已备好
    code = main.main([*argv, "--json"] if as_json else argv)
    printed = capsys.readouterr()
    assert code == 2 and "Traceback" not in printed.err
    [sentence] = [line for line in printed.err.splitlines() if line.startswith("✗ ")]
    if not as_json:
        assert said in sentence and printed.out == ""
        return
    [finding] = json.loads(printed.out)
    assert finding["rule"] == "usage" and f"✗ {finding['message']}" == sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["figures", "--as-of", "2199-01-01"], "还没有到"),
        (["figures", "--as-of", "2000-01-01"], ""),
        (["backup", "/proc/nowhere"], "没有这个文件或文件夹"),
        (["user", "add", "x", "--unit", "没有的局", "--role", "clerk"], "认不出单位"),
        (["verify-audit", "--anchor", __file__], "不是聚源的锚点"),
        (["restore", "/nowhere"], "没有这个文件夹"),
        (["check-invariants"], ""),
        (["permission-matrix"], ""),
        (["clauses"], ""),
        (["jobs", "--only", "ledger.keep"], ""),
    ],
)
def test_json_在标准输出上总是一份(
    argv: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(main, "prepared", lambda *_: contextlib.nullcontext())
    code = main.main([*argv, "--json"])
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert "Traceback" not in printed.err
    if said:
        assert code == 1 and said in document[0]["message"]
        assert set(document[0]) == {"field", "rule", "clause", "message"}
    else:
        assert code == 0


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("JUYUAN_DATABASE_URL", "postgresql://x@127.0.0.1:1/x", "那里没有数据库在监听"),
        ("JUYUAN_DATABASE_URL", "postgresql://x@/x?host=/nowhere", "套接字文件夹里没有数据库"),
        ("JUYUAN_DATABASE_URL", "mysql://x", "JUYUAN_DATABASE_URL 写法不对"),
        ("JUYUAN_HOME", "/proc/nowhere", "没有这个文件或文件夹"),
        ("JUYUAN_HOME", str(ROOT / "README.md"), "已有同名的文件"),
    ],
)
def test_设置不对_一句中文_也是一份_json(
    setting: str, value: str, said: str, workplace: Path
) -> None:
    desk = Desk("", workplace)
    code, out, err = desk.run("figures", "--json", **{setting: value})
    assert code in (1, 2)
    [finding] = json.loads(out)
    assert said in finding["message"]
    assert f"✗ {finding['message']}" in err


@pytest.mark.django_db
def test_令牌发给谁写错_一句话带出路(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "prepared", lambda *_: contextlib.nullcontext())
    assert main.main(["token", "nobody"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and "没有账号「nobody」" in printed.err and "user add" in printed.err


def test_今天写错_说清哪一项设置(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    monkeypatch.setattr(main, "prepared", lambda *_: contextlib.nullcontext())
    settings.JUYUAN_NOW, settings.JUYUAN_TODAY = "", "bad"
    assert main.main(["jobs", "--json"]) == 2
    printed = capsys.readouterr()
    assert "JUYUAN_TODAY 应为日期" in json.loads(printed.out)[0]["message"]
    assert "程序出错" not in printed.err


def test_帮助不碰数据库(workplace: Path) -> None:
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "JUYUAN_DATABASE_URL": "postgresql://x@127.0.0.1:1/x",
    }
    done = subprocess.run(
        [sys.executable, "-m", "juyuan.faces.cli", "import", "--help"],
        env=env, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0 and "--commit" in done.stdout


def test_json_的拒绝是一份列表() -> None:
    from juyuan.faces.cli.errors import as_json
    from juyuan.kernel.verdict import Denied, Finding, RuleBroken

    broken = RuleBroken([Finding("unit", "unit", "3.2b", "认不出单位")])
    assert json.loads(as_json(broken)) == [
        {"field": "unit", "rule": "unit", "clause": "3.2b", "message": "认不出单位"}
    ]
    assert "无权" in json.loads(as_json(Denied("无权")))[0]["message"]
