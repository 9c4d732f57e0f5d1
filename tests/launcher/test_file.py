"""启动文件本身:旧版 Python 也读得懂,说得出一句话;用法不对退出 2。"""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from juyuan.faces.cli.launch import commands, entry
from juyuan.faces.cli.launch.trouble import Trouble
from tests.launcher.conftest import ROOT, bare_env, copy_launcher


def launcher() -> ModuleType:
    """没有 .py 后缀的启动文件,当模块读进来。"""
    loader = importlib.machinery.SourceFileLoader("launcher_file", str(ROOT / "juyuan"))
    spec = importlib.util.spec_from_loader("launcher_file", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    written = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


def test_启动文件按_3_6_的语法也读得懂() -> None:
    ast.parse((ROOT / "juyuan").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_启动文件可执行() -> None:
    assert os.access(ROOT / "juyuan", os.X_OK)


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_太旧的_Python_说一句话_退出_1(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")  # 本机别处也没有够新的
    assert launcher().start(version) == 1
    said = capfd.readouterr().err
    assert f"现在是 {version[0]}.{version[1]}" in said
    assert "3.11" in said and "apt install" in said and "Traceback" not in said
    assert said.count("\n") == 1


def test_太旧时换用本机够新的那个(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = workplace / "python3.12"
    newer.write_text("#!/bin/sh\n")
    newer.chmod(0o755)
    monkeypatch.setenv("PATH", str(workplace))
    assert launcher().newer_python() == str(newer)


def test_help_不需要环境也不留下任何东西(workplace: Path) -> None:
    copy_launcher(workplace)
    before = sorted(workplace.iterdir())
    done = subprocess.run(
        [sys.executable, "juyuan", "help"],
        cwd=workplace,
        env=bare_env(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and done.stderr == ""
    for command in commands.COMMANDS:
        assert f"./juyuan {command.name}" in done.stdout
    assert sorted(workplace.iterdir()) == before


def test_不认识的命令_退出_2(workplace: Path) -> None:
    copy_launcher(workplace)
    done = subprocess.run(
        [sys.executable, "juyuan", "exprot"],
        cwd=workplace,
        env=bare_env(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "没有「exprot」这个命令" in done.stderr and "help" in done.stderr
    assert not (workplace / ".venv").exists()


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], ("demo", [])),
        (["--port", "9000"], ("demo", ["--port", "9000"])),
        (["figures", "--json"], ("figures", ["--json"])),
        (["-h"], ("-h", [])),
    ],
)
def test_参数怎样分成命令与其余(argv: list[str], expected: tuple[str, list[str]]) -> None:
    assert entry.split(argv) == expected


def test_终端不是_UTF8_也写得出中文(workplace: Path) -> None:
    copy_launcher(workplace)
    done = subprocess.run(
        [sys.executable, "juyuan", "nosuch"],
        cwd=workplace,
        env=bare_env(PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C"),
        capture_output=True,
    )
    assert done.returncode == 2 and "没有「nosuch」".encode() in done.stderr


def test_每个命令都有人接() -> None:
    from juyuan.faces.cli import main

    assert set(main.ENTRIES) == set(commands.BY_NAME)
    assert all(callable(main.entry_of(name)) for name in main.ENTRIES)


def test_Trouble_带退出码() -> None:
    with pytest.raises(Trouble) as caught:
        entry.split(["nosuch"])
    assert caught.value.code == 2
