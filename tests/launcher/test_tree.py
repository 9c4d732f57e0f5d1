"""进程树:要停就干净地停;子进程掉了重新拉起,掉得太勤就全停;父进程被 kill -9,子进程也没了。"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.launcher.conftest import ROOT
from tests.launcher.test_postgres import alive, wait_dead

PARENT = """
import os, sys
from juyuan.faces.cli.tree import Child, Tree
tree = Tree([Child("甲", sys.argv[1]), Child("乙", "steady")])
sys.exit(tree.run(ready=lambda: True, announce=lambda: print("ready", flush=True)))
"""
STEADY = """
import os, signal, sys, time
from pathlib import Path
from juyuan.faces.cli.launch.lifeline import die_with_parent
die_with_parent(signal.SIGTERM, parent=int(os.environ["JUYUAN_PARENT"]))
name = sys.modules["__main__"].__spec__.name
with open(os.environ["NOTES"], "a") as notes:
    notes.write(f"{name} {os.getpid()}\\n")
time.sleep(60)
"""
STUBBORN = STEADY.replace(
    "time.sleep(60)", "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
)


class Family:
    """一棵正在运行的树。"""

    def __init__(self, folder: Path, first: str) -> None:
        self.notes = folder / "notes"
        self.notes.touch()
        for name, text in (
            ("steady", STEADY),
            ("fragile", "raise SystemExit(3)"),
            ("stubborn", STUBBORN),
        ):
            (folder / f"{name}.py").write_text(text)
        (folder / "other.py").write_text(STEADY)
        self.parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, first],
            env={
                **os.environ,
                "PYTHONPATH": f"{folder}{os.pathsep}{ROOT / 'src'}",
                "NOTES": str(self.notes),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def children(self, count: int, seconds: float = 90) -> list[tuple[str, int]]:
        """至少 `count` 个子进程报到之后的名单。"""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            lines = [line.split() for line in self.notes.read_text().splitlines()]
            if len(lines) >= count:
                return [(name, int(pid)) for name, pid in lines]
            time.sleep(0.05)
        raise AssertionError(self.notes.read_text())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_要停就停_退出_0(workplace: Path, how: signal.Signals) -> None:
    family = Family(workplace, "other")
    pids = [pid for _, pid in family.children(2)]
    family.parent.send_signal(how)
    _, said = family.parent.communicate(timeout=120)
    assert family.parent.returncode == 0
    assert not any(alive(pid) for pid in pids)
    assert "Traceback" not in said


def test_父进程被_kill_9_子进程也没了(workplace: Path) -> None:
    family = Family(workplace, "other")
    pids = [pid for _, pid in family.children(2)]
    family.parent.kill()
    family.parent.communicate()
    assert all(wait_dead(pid, 10) for pid in pids)


def test_子进程掉了_重新拉起(workplace: Path) -> None:
    family = Family(workplace, "other")
    first = dict(family.children(2))
    os.kill(first["other"], signal.SIGKILL)
    names = family.children(3)
    assert names[2][0] == "other" and names[2][1] != first["other"]
    assert alive(first["steady"])
    family.parent.terminate()
    _, said = family.parent.communicate(timeout=120)
    assert "甲意外停了,重新启动" in said


def test_掉得太勤_全部停下_退出_1(workplace: Path) -> None:
    family = Family(workplace, "fragile")
    _, said = family.parent.communicate(timeout=200)
    assert family.parent.returncode == 1
    assert "甲接连停了 5 次" in said
    assert not any(alive(pid) for _, pid in family.children(1))


def test_不肯停的_到时候就杀(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from juyuan.faces.cli import tree

    monkeypatch.setattr(tree, "PATIENCE", 0.5)
    (workplace / "stubborn.py").write_text(STUBBORN)
    notes = workplace / "notes"
    notes.touch()
    monkeypatch.setenv("NOTES", str(notes))
    monkeypatch.setenv("PYTHONPATH", f"{workplace}{os.pathsep}{ROOT / 'src'}")
    child = tree.Child("丙", "stubborn")
    child.start()
    until = time.monotonic() + 90
    while not notes.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    tree.Tree([child])._stop()
    assert not child.running()
