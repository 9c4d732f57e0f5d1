"""锁文件与随带的轮子:每个包都有校验值,不写任何软件源,与 pyproject 一致,许可列全。"""

from __future__ import annotations

import re
import tomllib
import zipfile

import pytest

from tests.launcher.conftest import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, str]:
    """包名 → 版本。"""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", text, re.M))


@pytest.mark.parametrize("name", LOCKS)
def test_每个包都有校验值(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    assert len(blocks) == len(locked(name)) > 20
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", LOCKS)
def test_不写软件源的地址(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--extra-index|--find-links|file:", text)


def test_开发锁包含运行锁_版本相同() -> None:
    runtime, dev = (locked(name) for name in LOCKS)
    assert {name: dev.get(name) for name in runtime} == runtime


def test_与_pyproject_一致() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        LOCKS[0]: project["project"]["dependencies"],
        LOCKS[1]: project["dependency-groups"]["dev"],
    }
    for name, requirements in wanted.items():
        names = {
            re.split(r"[\[<>=~! ;]", item)[0].lower().replace("_", "-") for item in requirements
        }
        assert names <= set(locked(name)), names - set(locked(name))


def test_随带的_pip_轮子完整可运行() -> None:
    wheels = list((ROOT / "wheels").glob("pip-*.whl"))
    assert len(wheels) == 1
    with zipfile.ZipFile(wheels[0]) as bundle:
        assert bundle.testzip() is None
        assert "pip/__main__.py" in bundle.namelist()


def test_每个运行依赖的许可与用途都列在_docs_dependencies() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]]
        for line in text.splitlines()
        if line.startswith("| ")
    }
    missing = [name for name in locked(LOCKS[0]) if name not in rows]
    assert missing == []
    assert [name for name in locked(LOCKS[0]) if not all(rows[name])] == []
