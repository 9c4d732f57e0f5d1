"""备好 .venv:按带校验值的锁文件安装,备好之后留记号,下次不到一秒就过去。

裸的 Debian 12 没有 pip 也没有 ensurepip:先造不带 pip 的环境,再从 `wheels/` 里的 pip 轮子直接运行。
`wheels/` 里的其他轮子优先于软件源,齐全时完全不连网(封闭网络)。
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from .lifeline import held
from .trouble import Progress, Trouble, from_os_error, say, tail

RUNTIME_LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"  # 含运行所需的全部,另加测试与检查的工具
MARK = "juyuan.json"

NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|NameResolutionError|"
    r"NewConnectionError|Failed to establish a new connection|Connection refused|Network is unreachable|"
    r"ConnectTimeout|ReadTimeout|timed out|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|"
    r"ConnectionResetError|RemoteDisconnected|Max retries exceeded|nodename nor servname",
    re.I,
)


def venv_python(root: Path) -> Path:
    """环境里的解释器。"""
    if os.name == "nt":
        return root / ".venv" / "Scripts" / "python.exe"
    return root / ".venv" / "bin" / "python"


def prepare(root: Path, *, dev: bool) -> Path:
    """环境就绪,返回其解释器。`dev` 为真时连测试与检查的工具一起备好。

    出错时抛 `Trouble`:没有写权限、连不上软件源、校验值不符、磁盘满。
    """
    lock = root / (DEV_LOCK if dev else RUNTIME_LOCK)
    python = venv_python(root)
    if _marked(root, lock):
        return python
    try:
        with held(root):  # 两个命令同时起步时,后来的等前一个备好
            if _marked(root, lock):
                return python
            if not os.access(root, os.W_OK):
                raise Trouble(
                    f"没有权限写入 {root}。请换有写权限的用户运行,或把聚源复制到自己的目录再运行。"
                )
            _make(root)
            _install(root, lock)
            _mark(root, lock, dev)
    except OSError as error:
        raise from_os_error(error, "准备 .venv") from error
    return python


def _fingerprint(lock: Path) -> str:
    try:
        return hashlib.sha256(lock.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise Trouble(f"缺少 {lock.name}:这份代码不完整,请重新克隆。") from None


def _read_mark(root: Path) -> dict[str, str]:
    try:
        mark = json.loads((root / ".venv" / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def _interpreter(root: Path) -> str:
    """环境实际指向的解释器;系统升级 Python 后它会变,环境就得重造。"""
    return os.path.realpath(venv_python(root))


def _marked(root: Path, lock: Path) -> bool:
    mark = _read_mark(root)
    return (
        mark.get(lock.name) == _fingerprint(lock)
        and mark.get("python") == _interpreter(root)
        and venv_python(root).exists()
    )


def _mark(root: Path, lock: Path, dev: bool) -> None:
    mark = {"python": _interpreter(root), lock.name: _fingerprint(lock)}
    if dev:  # 开发用的锁包含运行用的锁,两者同时满足
        mark[RUNTIME_LOCK] = _fingerprint(root / RUNTIME_LOCK)
    target = root / ".venv" / MARK
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps(mark, indent=1), encoding="utf-8")
    fresh.replace(target)


def _make(root: Path) -> None:
    """造环境(不带 pip)。解释器不在了或换了版本的旧环境清掉重来。"""
    folder = root / ".venv"
    old = _read_mark(root).get("python")
    whole = venv_python(root).exists() and (folder / "pyvenv.cfg").exists()
    if whole and old in (None, _interpreter(root)) and _same_minor(folder):
        return
    say(f"建立 Python 环境 .venv(Python {sys.version_info[0]}.{sys.version_info[1]})")
    try:
        import venv
    except ImportError:
        raise Trouble(
            "这个 Python 缺少 venv 模块。Debian/Ubuntu 上:apt install python3-venv,再运行同一命令。"
        ) from None
    venv.EnvBuilder(clear=True, symlinks=os.name != "nt", with_pip=False).create(folder)


def _same_minor(folder: Path) -> bool:
    found = re.search(
        r"^version\s*=\s*(\d+)\.(\d+)", (folder / "pyvenv.cfg").read_text("utf-8"), re.M
    )
    return found is not None and (int(found[1]), int(found[2])) == sys.version_info[:2]


def _pip_wheel(root: Path) -> Path:
    found = sorted((root / "wheels").glob("pip-*.whl"))
    if not found:
        raise Trouble("wheels/ 里没有 pip 的轮子:这份代码不完整,请重新克隆。")
    return found[-1]


def _install(root: Path, lock: Path) -> None:
    total = len(re.findall(r"^[A-Za-z0-9_.-]+==", lock.read_text("utf-8"), re.M))
    wheels = root / "wheels"
    carried = [path for path in wheels.glob("*.whl") if not path.name.startswith("pip-")]
    log = root / ".venv" / "install.log"
    say(f"安装 {total} 个依赖包(按 {lock.name} 逐个核对校验值)")
    if carried and _pip(root, lock, ["--no-index"], total, log, quiet=True) == 0:
        return
    if _pip(root, lock, [], total, log) != 0:
        if "from versions: none" in tail(log, 20) and not NETWORK.search(tail(log, 400)):
            _pip(
                root, lock, ["-vv"], total, log, quiet=True
            )  # pip 不重试时,要它多说几句才知道是没连上
        raise _explain(log, lock)


def _pip(
    root: Path, lock: Path, more: list[str], total: int, log: Path, *, quiet: bool = False
) -> int:
    command = [
        str(venv_python(root)),
        str(_pip_wheel(root) / "pip"),
        "install",
        "--require-hashes",
        "--no-deps",  # 锁文件已是全集;不再求解
        "--only-binary=:all:",  # 不需要编译器
        "--no-input",
        "--disable-pip-version-check",
        "--no-warn-script-location",
        "--progress-bar=off",
        f"--find-links={root / 'wheels'}",
        *more,
        "-r",
        str(lock),
    ]
    drop = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    env = {key: value for key, value in os.environ.items() if key not in drop}
    env.update(PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_ROOT_USER_ACTION="ignore")
    progress = Progress("下载与核对", total)
    with open(log, "w", encoding="utf-8") as record:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=env,
            cwd=root,
        )
        assert child.stdout is not None
        try:
            for line in child.stdout:
                record.write(line)
                found = re.match(r"(?:Collecting|Requirement already satisfied:) (\S+)", line)
                if found and not quiet:
                    progress.step(found[1])
                elif line.startswith("Installing collected packages") and not quiet:
                    progress.close("齐了,正在写入")
        except BaseException:
            child.kill()
            raise
        finally:
            child.stdout.close()
            child.wait()
    return child.returncode


def _explain(log: Path, lock: Path) -> Trouble:
    """pip 没装成:从它的输出里找出原因,说成一句带出路的话。"""
    text = tail(log, 400)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if "No space left on device" in text:
        return Trouble("安装依赖时磁盘已满。腾出约 1 GB 空间后再运行同一命令,会接着做完。")
    if "DO NOT MATCH THE HASHES" in text:
        return Trouble(
            "下载到的包与锁文件的校验值不符,已拒绝安装(可能被替换或下载不完整)。"
            f"请换一个软件源再运行;详情见 {log}。"
        )
    if NETWORK.search(text):
        return Trouble(
            "连不上软件源,依赖包没有装成。请检查网络或代理(pip 的环境变量与配置都有效);"
            f"封闭网络里,先在能上网的同类机器上执行 python3 -m pip download --only-binary=:all: "
            f"-d wheels -r {lock.name},把 wheels 文件夹拷来,再运行同一命令。"
        )
    missing = re.search(r"No matching distribution found for (\S+)", text)
    if missing:
        return Trouble(
            f"软件源里没有适合本机(Python {version},{sys.platform})的 {missing[1]}。"
            f"请改用 Python 3.11 至 3.13,或换一个齐全的软件源;详情见 {log}。"
        )
    if "Permission denied" in text:
        return Trouble(
            f"安装依赖时没有写权限:.venv 属于另一个用户?删掉 .venv 再运行;详情见 {log}。"
        )
    last = [line for line in text.splitlines() if line.startswith("ERROR")][-1:]
    return Trouble(f"依赖包没有装成:{last[0][7:] if last else '原因不明'}。详情见 {log}。")
