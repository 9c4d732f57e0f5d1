"""`./juyuan test [pytest 参数]`:备好浏览器、字体与一个随用随弃的数据库,运行全部测试。

测试从不碰演示或正式的数据:库在单独的文件夹里,用完即删;设了 JUYUAN_DATABASE_URL 则在那台服务器上
另建 `test_…` 库。
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from . import runtime
from .launch import lifeline, places, postgres
from .launch.trouble import REFUSED, USAGE, Trouble, say, tail

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
KEPT = ("JUYUAN_ROOT", "JUYUAN_TEST_DB", "JUYUAN_TEST_REPLAY", "JUYUAN_CLAIM_ROUNDS")


def main(argv: list[str]) -> int:
    """运行 pytest;0 全部通过,1 有失败,2 用法不对。"""
    if needs_browser(argv):
        ensure_browser()
    with database() as (url, home):
        env = {key: value for key, value in os.environ.items() if not key.startswith("JUYUAN_")}
        env |= {key: os.environ[key] for key in KEPT if key in os.environ}
        env |= {"JUYUAN_DATABASE_URL": url, "JUYUAN_HOME": str(home), "JUYUAN_MODE": "demo"}
        return run_pytest(workers(argv) + argv, env)


def workers(argv: list[str]) -> list[str]:
    """默认两个并行,各从自己的一半做起,先做完的帮另一个;使用者自己定了就不加。"""
    own = ("-n", "--numprocesses", "--dist", "--pdb", "--collect-only", "--co", "-pno:xdist")
    chosen = any(arg.startswith(own) for arg in argv) or "no:xdist" in argv
    return [] if chosen else ["-n", "2", "--dist", "worksteal"]


def needs_browser(argv: list[str]) -> bool:
    """只点名跑某些文件、其中没有浏览器测试时,不必装浏览器。"""
    named = [arg.split("::")[0] for arg in argv if not arg.startswith("-")]
    paths = [Path(name) for name in named if (runtime.root() / name).exists()]
    return not paths or any(_may_hold_browser_tests(path) for path in paths)


def _may_hold_browser_tests(path: Path) -> bool:
    full = (runtime.root() / path).resolve()
    browser = runtime.root().resolve() / "tests" / "browser"
    return full == browser or browser in full.parents or full in browser.parents


# ───────── 浏览器 ─────────


def find_browser() -> str | None:
    """本机的 Chromium。"""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def has_chinese_font() -> bool:
    """有没有能显示中文的字体(没有时截图全是方框,换行也不同)。"""
    if shutil.which("fc-list"):
        found = subprocess.run(
            ["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False
        )
        return bool(found.stdout.strip())
    return any(Path("/usr/share/fonts").glob("**/*CJK*"))


def ensure_browser() -> None:
    """缺浏览器或中文字体时:Debian/Ubuntu 上以 root 安装并说明;否则说清该做什么。"""
    missing = [
        package
        for package, there in zip(
            PACKAGES, (find_browser() is not None, has_chinese_font()), strict=True
        )
        if not there
    ]
    if not missing:
        return
    command = f"apt-get update && apt-get install -y {' '.join(missing)}"
    if shutil.which("apt-get") is None:
        raise Trouble(
            f"浏览器测试缺少 {'、'.join(missing)}。请用本系统的软件包管理器安装 Chromium 与"
            "一种中文字体(如 Noto Sans CJK),再运行 ./juyuan test。"
        )
    if os.geteuid() != 0:
        raise Trouble(
            f"浏览器测试缺少 {'、'.join(missing)}。请由管理员执行:sudo sh -c '{command}',"
            "再运行 ./juyuan test。"
        )
    say(f"安装浏览器测试要用的 {'、'.join(missing)}(apt-get,约需一两分钟)")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "apt.log"
        for step in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            _apt(step, log, command)
    if find_browser() is None:
        raise Trouble(f"装完仍找不到 Chromium。请手工执行:{command}。")


def _apt(step: list[str], log: Path, command: str) -> None:
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    began = time.monotonic()
    with open(log, "ab") as record:
        child = subprocess.Popen(
            ["apt-get", *step], stdin=subprocess.DEVNULL, stdout=record, stderr=record, env=env
        )
        while True:
            try:
                child.wait(timeout=15)
                break
            except subprocess.TimeoutExpired:
                spent = int(time.monotonic() - began)
                print(f"  apt-get {step[0]}… {spent} 秒", file=sys.stderr, flush=True)
    if child.returncode != 0 and step[0] != "update":
        raise Trouble(
            f"没有装成(网络或软件源?)。请手工执行:{command}。apt-get 最后说:{tail(log, 2)}"
        )


# ───────── 数据库 ─────────


@contextlib.contextmanager
def database(
    settings: dict[str, str] = postgres.THROWAWAY,
) -> Iterator[tuple[str, Path]]:
    """(连接串, 临时数据目录)。嵌入的库默认用不落盘的快设置,离开时连文件夹一起删。"""
    external = runtime.setting("JUYUAN_DATABASE_URL")
    if external:
        with tempfile.TemporaryDirectory(prefix="juyuan-") as scratch:
            yield external, Path(scratch)
        return
    where = runtime.place()
    shelf = where.home / "test"
    shelf.mkdir(exist_ok=True)
    places.open_folder(shelf)
    with lifeline.held(shelf):
        sweep(shelf)
        folder = Path(tempfile.mkdtemp(prefix="t", dir=shelf))
        places.open_folder(folder)
        cluster = postgres.Cluster(where, folder / "pg", dict(settings))
        lease = cluster.acquire()
    try:
        yield lease.url("postgres"), folder / "home"
    finally:
        lease.release(wait=20)
        _remove(folder, cluster)


def url_for(url: str, name: str) -> str:
    """同一台服务器上另一个库的连接串。"""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def sweep(shelf: Path) -> None:
    """清掉以前被 kill -9 的测试留下的文件夹(没有人再用的)。"""
    for folder in shelf.iterdir():
        users = folder / "pg" / "users.lock"
        if users.exists():
            free = lifeline.lock(users, wait=False)
            if free is None:
                continue
            os.close(free)
        shutil.rmtree(folder, ignore_errors=True)


def _remove(folder: Path, cluster: postgres.Cluster) -> None:
    run = cluster.run
    shutil.rmtree(folder, ignore_errors=True)
    if run.exists() and folder not in run.parents:
        shutil.rmtree(run, ignore_errors=True)


# ───────── 运行 ─────────


def run_pytest(argv: list[str], env: dict[str, str]) -> int:
    """运行 pytest,输出原样直通;被要求停下时请它停,并等它收尾。"""
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest", *argv],
        cwd=runtime.root(),
        env=env,
        preexec_fn=_follow(os.getpid()),
    )
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # 终端的 Ctrl+C pytest 自己会收到
    code = child.wait()
    if code == 4:
        return USAGE
    return 0 if code == 0 else REFUSED


def _follow(parent: int) -> Callable[[], None]:
    def child() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        lifeline.die_with_parent(signal.SIGTERM, parent=parent)

    return child
