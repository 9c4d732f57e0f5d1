"""`demo` 与 `serve` 共用的部分:地址与端口、等网页就绪、进程树。"""

from __future__ import annotations

import errno
import http.client
import os
import shutil
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .launch.trouble import USAGE, Trouble, reason_of
from .tree import Child, Tree


def port_from(given: int | str | None) -> int:
    """`--port`(照原样给来)或 JUYUAN_PORT,默认 8000。"""
    text = str(given) if given is not None else os.environ.get("JUYUAN_PORT", "8000")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Trouble(f"端口应是 1 至 65535 的整数,现在是「{text}」。", USAGE)
    return int(text)


def check_port(address: str, port: int) -> None:
    """端口能不能用;不能用时一句话说明出路。"""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            raise _explain(error, address, port) from error


def _explain(error: OSError, address: str, port: int) -> Trouble:
    if error.errno == errno.EADDRINUSE:
        return Trouble(
            f"端口 {port} 已被占用(也许聚源已在运行)。请先停下那个程序,或换一个端口:--port {port + 1}。"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Trouble(f"没有权限使用端口 {port}。请换 1024 以上的端口,例如 --port 8000。")
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return Trouble(
            f"本机没有地址 {address}。请检查 JUYUAN_BIND(只给本机用 127.0.0.1,对外用 0.0.0.0)。"
        )
    return Trouble(f"不能在 {address}:{port} 提供网页:{reason_of(error)}。请换一个地址或端口。")


def address_of(bind: str, port: int) -> str:
    """给人看的网址。"""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, f"[{bind}]" if ":" in bind else bind)  # noqa: S104
    return f"http://{host}:{port}"


def answers(bind: str, port: int) -> bool:
    """网页是否已能应答。"""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"127.0.0.1:{port}"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def empty_temp_folder(home: Path) -> int:
    """清掉上次被杀时留下的临时文件(导出写表、下载);返回个数。只在子进程都还没有起来时做。"""
    removed = 0
    folder = home / "tmp"
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            removed += 1
    return removed


def run(bind: str, port: int, announce: Callable[[], None]) -> int:
    """网页与任务一起运行,直到被要求停下;返回退出码。"""
    empty_temp_folder(Path(os.environ["JUYUAN_HOME"]))
    Path(os.environ["JUYUAN_HOME"], "static").mkdir(
        parents=True, exist_ok=True
    )  # WhiteNoise 要它在
    os.environ["JUYUAN_EXPECT_WORKER"] = "1"  # 这样运行必有任务进程:/readyz 要看它的心跳
    tree = Tree(
        [
            Child("网页", "juyuan.faces.cli.web", [bind, str(port)]),
            Child("任务", "juyuan.faces.cli.worker"),
        ]
    )
    return tree.run(ready=lambda: answers(bind, port), announce=announce)
