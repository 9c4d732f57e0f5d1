""".venv 的准备:没有网络、没有写权限、磁盘满各是一句话;随带的轮子优先;备好之后不再动。"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from juyuan.faces.cli.launch import environment
from juyuan.faces.cli.launch.trouble import Trouble
from tests.launcher.conftest import bare_env, copy_launcher, obey_permissions


def run(folder: Path, *argv: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "juyuan", *argv],
        cwd=folder,
        env=bare_env(),
        capture_output=True,
        text=True,
        timeout=300,
        **options,  # type: ignore[call-overload]
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """出错只有一行 ✗,没有 Traceback;返回那一行。"""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    failures = [line for line in done.stderr.splitlines() if line.startswith("✗")]
    assert len(failures) == 1, done.stderr
    return failures[0]


def make_wheel(folder: Path, name: str = "juyuan_toy", version: str = "1.0") -> Path:
    """一个最小的纯 Python 轮子。"""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(f"{name}.py", "ANSWER = 42\n")
        bundle.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        bundle.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        bundle.writestr(f"{info}/RECORD", "")
    return path


def toy_root(folder: Path, *, digest: str = "") -> Path:
    """启动器加一把只锁一个小包的锁,轮子随带。"""
    copy_launcher(folder)
    wheel = make_wheel(folder / "wheels")
    digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = f"juyuan-toy==1.0 \\\n    --hash=sha256:{digest}\n"
    (folder / "requirements.lock").write_text(lock)
    (folder / "requirements-dev.lock").write_text(lock)
    return folder


def test_首次安装没有网络_一句话带出路(workplace: Path) -> None:
    copy_launcher(workplace)
    said = one_sentence(run(workplace, "figures"))
    assert "连不上软件源" in said and "pip download" in said and "wheels" in said
    # 没装成就没有记号:下次会接着做
    assert not (workplace / ".venv" / environment.MARK).exists()


def test_没有写权限_一句话带出路(workplace: Path) -> None:
    copy_launcher(workplace)
    workplace.chmod(0o555)
    said = one_sentence(run(workplace, "figures", preexec_fn=obey_permissions))
    assert "没有权限写入" in said and str(workplace) in said
    assert not (workplace / ".venv").exists()


def test_随带的轮子优先_不连网_备好之后不再运行_pip(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = toy_root(workplace)
    for key, value in bare_env().items():
        monkeypatch.setenv(key, value)
    python = environment.prepare(root, dev=False)
    answer = [str(python), "-c", "import juyuan_toy; print(juyuan_toy.ANSWER)"]
    assert subprocess.run(answer, capture_output=True, text=True).stdout == "42\n"
    assert not list((root / ".venv").rglob("pip/__init__.py")), "环境里不该有 pip"

    log = root / ".venv" / "install.log"
    log.unlink()
    began = time.monotonic()
    assert environment.prepare(root, dev=False) == python
    assert time.monotonic() - began < 1
    assert not log.exists()


def test_何时重新安装(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """开发锁备好,运行锁也算备好;锁变了重新安装;解释器换了版本,环境整个重造。"""
    root = toy_root(workplace)
    for key, value in bare_env().items():
        monkeypatch.setenv(key, value)
    environment.prepare(root, dev=True)
    log, mark = root / ".venv" / "install.log", root / ".venv" / environment.MARK
    leftover = root / ".venv" / "leftover"
    leftover.touch()
    log.unlink()
    environment.prepare(root, dev=False)
    assert not log.exists()

    lock = root / "requirements.lock"
    lock.write_text(lock.read_text() + "# 新版\n")
    environment.prepare(root, dev=False)
    assert log.exists() and leftover.exists()

    saved = json.loads(mark.read_text())
    mark.write_text(json.dumps(saved | {"python": "/nowhere/python3.10"}))
    environment.prepare(root, dev=False)
    assert not leftover.exists()
    assert json.loads(mark.read_text()) == {key: saved[key] for key in ("python", lock.name)}


def test_校验值不符_拒绝安装(workplace: Path) -> None:
    root = toy_root(workplace, digest="0" * 64)
    (root / "wheels" / "extra.txt").touch()
    said = one_sentence(run(root, "figures"))
    assert "校验值不符" in said or "连不上软件源" in said
    assert not (root / ".venv" / environment.MARK).exists()


def test_磁盘满_一句话带出路(workplace: Path) -> None:
    root = toy_root(workplace)
    (root / ".venv").mkdir()
    environment._make(root)
    (root / ".venv" / "install.log").symlink_to("/dev/full")  # 写它,内核就答「磁盘已满」
    said = one_sentence(run(root, "figures"))
    assert "磁盘已满" in said and "腾出" in said


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "磁盘已满"),
        ("WARNING: Retrying … NewConnectionError … \nERROR: No matching", "连不上软件源"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "校验值不符"),
        ("ERROR: No matching distribution found for granian==2.8.7", "没有适合本机"),
        ("ERROR: [Errno 13] Permission denied: 'x'", "没有写权限"),
        ("ERROR: something new", "something new"),
    ],
)
def test_pip_的失败各有一句话(workplace: Path, output: str, expected: str) -> None:
    log = workplace / "install.log"
    log.write_text(output)
    assert expected in str(environment._explain(log, Path("requirements.lock")))


def test_缺锁文件_说代码不完整(workplace: Path) -> None:
    with pytest.raises(Trouble, match="重新克隆"):
        environment.prepare(workplace, dev=False)


def test_两个命令同时起步_后来的等前一个备好(workplace: Path) -> None:
    root = toy_root(workplace)
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, 'src');"
        "from juyuan.faces.cli.launch import environment as e;"
        "e.prepare(Path.cwd(), dev=False)"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=root,
            env=bare_env(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [child.communicate(timeout=300)[1] for child in both]
    assert [child.returncode for child in both] == [0, 0]
    assert sum("安装 1 个依赖包" in text for text in said) == 1
