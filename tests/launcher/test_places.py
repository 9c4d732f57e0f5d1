"""数据放哪里:数据库用户到不了时另放并说明;项目以外的权限一概不动。"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import psycopg
import pytest

from juyuan.faces.cli import runtime
from juyuan.faces.cli.launch import places, postgres
from juyuan.faces.cli.launch.trouble import Trouble
from tests.launcher.conftest import wait_until_gone


class Shut(places.Owner):
    """进不了某个文件夹以下的数据库用户(不以 root 测试时的替身;以 root 测试时用真用户)。"""

    def can(self, check: str, path: Path) -> bool:
        return "closed" not in path.parts


@pytest.fixture
def guest(owner: places.Owner | None) -> places.Owner:
    return owner or Shut("me", os.geteuid(), os.getegid())


@pytest.fixture
def closed(workplace: Path) -> Path:
    """700 的主目录之下的检出。"""
    home = workplace / "closed"
    root = home / "checkout"
    root.mkdir(parents=True)
    home.chmod(0o700)
    return root


def permissions(*paths: Path) -> dict[str, tuple[int, int, int]]:
    """路径与它全部上级的(权限位、所有者、组)。"""
    found = {}
    for path in paths:
        for folder in [path, *path.parents]:
            info = folder.lstat()
            found[str(folder)] = (stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid)
    return found


def everything_below(folder: Path) -> dict[str, tuple[int, int, int]]:
    return {
        str(path): (stat.S_IMODE(path.lstat().st_mode), path.lstat().st_uid, path.lstat().st_gid)
        for path in folder.rglob("*")
    }


def test_到不了时_数据与程序另放_并说明(
    closed: Path, workplace: Path, guest: places.Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    install = runtime.postgres_install()
    base = workplace / "lib"
    base.mkdir(mode=0o755)
    place = places.choose(closed, install, "", owner=guest, base=base)
    assert place.home.parent == base and place.home.name.startswith("checkout-")
    said = capsys.readouterr().err
    assert str(place.home) in said and str(closed) in said
    assert not (closed / "var").exists()


def test_全过程_项目以外的权限不变(
    closed: Path, workplace: Path, owner: places.Owner | None, guest: places.Owner
) -> None:
    """建库、启动、停下之后,检出的上级、轮子里的程序、备用目录的上级,权限与所有者都原样。"""
    install = runtime.postgres_install()
    base = workplace / "lib"
    base.mkdir(mode=0o755)
    before = permissions(closed, install, base)
    wheel = everything_below(install.parent)
    place = places.choose(closed, install, "", owner=guest, base=base)
    if owner is None:
        place = places.Place(place.home, place.install, None)
    cluster = postgres.Cluster(place, place.home / "pg", dict(postgres.THROWAWAY))
    lease = cluster.acquire()
    with psycopg.connect(lease.url("postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    running = permissions(closed, install, base)
    lease.release()
    wait_until_gone(cluster)
    assert running == before
    assert permissions(closed, install, base) == before
    assert everything_below(install.parent) == wheel
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.run.stat().st_mode) == 0o700


def test_到得了时_数据就在_var(workplace: Path, owner: places.Owner | None) -> None:
    place = places.choose(workplace, runtime.postgres_install(), "", owner=owner)
    assert place.home == workplace / "var"


def test_同名的两份检出_备用目录不相混() -> None:
    one, two = (places.standby_home(Path(folder) / "juyuan") for folder in ("/a", "/b"))
    assert one != two and one.name.startswith("juyuan-")


def test_备用目录里已有数据_就一直用它(closed: Path, workplace: Path, guest: places.Owner) -> None:
    base = workplace / "lib"
    standby = places.standby_home(closed, base)
    (standby / "pg" / "data").mkdir(parents=True)
    closed.parent.chmod(0o755)  # 后来放开了,数据也不搬家
    place = places.choose(closed, runtime.postgres_install(), "", owner=guest, base=base)
    assert place.home == standby


def test_数据在_var_而后来到不了_拒绝而不是换成空库(
    closed: Path, workplace: Path, guest: places.Owner
) -> None:
    data = closed / "var" / "pg" / "data"
    data.mkdir(parents=True)
    base = workplace / "lib"
    with pytest.raises(Trouble, match="现在到不了那里"):
        places.choose(closed, runtime.postgres_install(), "", owner=guest, base=base)
    assert not base.exists()


def test_明说的_JUYUAN_HOME_到不了_说清怎么办(closed: Path, guest: places.Owner) -> None:
    wanted = closed / "data"
    before = permissions(closed)
    with pytest.raises(Trouble, match="到不了 JUYUAN_HOME") as caught:
        places.choose(closed, runtime.postgres_install(), str(wanted), owner=guest)
    assert "/var/lib/juyuan" in str(caught.value)
    assert permissions(closed) == before


def test_程序拷过一次就不再拷(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install = runtime.postgres_install()
    first = places.copy_install(install, workplace / "pgbin")
    assert "复制数据库程序" in capsys.readouterr().err
    assert places.copy_install(install, workplace / "pgbin") == first
    assert capsys.readouterr().err == ""
    assert os.access(first / "bin" / "initdb", os.X_OK)


def test_路径太长_套接字换到短处(workplace: Path, owner: places.Owner | None) -> None:
    home = workplace / ("很长的名字" * 8)
    home.mkdir()
    folder = places.socket_folder(home, owner)
    try:
        assert folder.parent != home
        assert len(os.fsencode(folder / places.SOCKET_NAME)) <= places.SOCKET_LIMIT
        assert places.socket_folder(home, owner) == folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        folder.rmdir()


def test_套接字文件夹被别人占了_拒绝(workplace: Path, owner: places.Owner | None) -> None:
    (workplace / "run").symlink_to(workplace)
    with pytest.raises(Trouble, match="占用"):
        places.socket_folder(workplace, owner)
