"""启动器测试的地基:用轮子里真的 PostgreSQL,不用网络,也不碰演示数据。"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from juyuan.faces.cli import runtime
from juyuan.faces.cli.launch import places, postgres

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = Path("src/juyuan/faces/cli/launch")


@pytest.fixture
def workplace() -> Iterator[Path]:
    """一个路径很短、人人可进入的临时文件夹(套接字路径有长度限制)。"""
    folder = Path(tempfile.mkdtemp(prefix="jy"))
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def owner() -> places.Owner | None:
    """以 root 测试时是专用用户,否则是本人(None)。"""
    return places.service_owner()


@pytest.fixture
def cluster(workplace: Path, owner: places.Owner | None) -> Iterator[postgres.Cluster]:
    """一套还没建的数据库,测试完停掉。"""
    place = places.choose(workplace, runtime.postgres_install(), "", owner=owner)
    made = postgres.Cluster(place, place.home / "pg", dict(postgres.THROWAWAY))
    yield made
    if made.folder.exists():
        wait_until_gone(made)


def wait_until_gone(cluster: postgres.Cluster, seconds: float = 90) -> None:
    """等看护把库停好。"""
    import time

    until = time.monotonic() + seconds
    while time.monotonic() < until and cluster.keeper_alive():
        time.sleep(0.05)
    assert not cluster.keeper_alive(), "看护没有退出"


def copy_launcher(folder: Path) -> Path:
    """只把启动器本身(不含依赖与业务)拷到一个空文件夹:刚克隆下来、什么都没装的样子。"""
    for name in ("juyuan", "requirements.lock", "requirements-dev.lock"):
        shutil.copy2(ROOT / name, folder / name)
    shutil.copytree(ROOT / "wheels", folder / "wheels", ignore=shutil.ignore_patterns("README*"))
    (folder / LAUNCH).mkdir(parents=True)
    for path in (ROOT / LAUNCH).glob("*.py"):
        shutil.copy2(path, folder / LAUNCH / path.name)
    for package in ("juyuan", "juyuan/faces", "juyuan/faces/cli"):
        shutil.copy2(ROOT / "src" / package / "__init__.py", folder / "src" / package)
    return folder


def bare_env(**more: str) -> dict[str, str]:
    """子进程的环境:没有软件源可连(本机 9 号端口没有人听),也没有聚源的设置。"""
    drop = ("JUYUAN_", "PIP_", "PYTHONPATH", "COV_", "PYTEST_")
    env = {key: value for key, value in os.environ.items() if not key.startswith(drop)}
    env |= {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple/",
        "PIP_RETRIES": "1",
        "PIP_NO_CACHE_DIR": "1",
    }
    return env | more


def obey_permissions() -> None:
    """(子进程里)让 root 也受权限位约束:去掉无视权限的两种能力。不是 root 时什么也不用做。"""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE、CAP_DAC_READ_SEARCH
            if libc.prctl(24, capability, 0, 0, 0) != 0:  # PR_CAPBSET_DROP:下一次 exec 起生效
                os._exit(99)
