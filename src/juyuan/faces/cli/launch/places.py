"""数据放哪里、数据库以谁的身份运行。

普通用户:数据在 JUYUAN_HOME(默认 ./var),数据库就是本人。
root:PostgreSQL 不肯以 root 运行,于是用专门的无特权用户 `juyuan-db`。它到不了的地方(例如 700 的主目录之下),
数据与一份数据库程序放在 /var/lib/juyuan/<名称>,并说明;绝不改动项目以外任何文件夹的权限。
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .trouble import Trouble, say

SERVICE_USER = "juyuan-db"
STANDBY = Path("/var/lib/juyuan")
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_LIMIT = 100  # sun_path 是 108 字节(macOS 104),留余地


@dataclass(frozen=True)
class Owner:
    """数据库进程的系统身份(只在以 root 启动时另立)。"""

    name: str
    uid: int
    gid: int

    def become(self) -> None:
        """在子进程里换成这个身份(不可逆)。"""
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)

    def can(self, check: str, path: Path) -> bool:
        """这个身份能不能 `enter`(进入文件夹)或 `run`(执行程序)。在子进程里真试一次。"""
        child = os.fork()
        if child == 0:
            code = 1
            try:
                self.become()
                if check == "enter":
                    os.chdir(path)
                    code = 0
                else:
                    null = os.open(os.devnull, os.O_RDWR)
                    for fd in (0, 1, 2):
                        os.dup2(null, fd)
                    os.chdir("/")
                    os.execv(path, [str(path), "--version"])
            except OSError:
                pass
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@dataclass(frozen=True)
class Place:
    """定下来的去处。`install` 是含 bin/ 的数据库程序目录;`owner` 为 None 即本人。"""

    home: Path
    install: Path
    owner: Owner | None


def service_owner() -> Owner | None:
    """以 root 启动时返回专用用户(没有就建),否则 None。"""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        _add_user()
        entry = pwd.getpwnam(SERVICE_USER)
    owner = Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)
    if not owner.can("enter", Path("/")):
        raise Trouble(
            "这里的 root 不能切换用户(受限容器?),PostgreSQL 又不肯以 root 运行。"
            "请用普通用户运行,或用 JUYUAN_DATABASE_URL 指向现成的 PostgreSQL。"
        )
    return owner


def _add_user() -> None:
    say(f"建立系统用户 {SERVICE_USER}(PostgreSQL 不以 root 运行)")
    program = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    command = [
        program or "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir=/nonexistent",
        "--shell=/usr/sbin/nologin",
        SERVICE_USER,
    ]
    made = program and subprocess.run(command, capture_output=True, text=True, check=False)
    if not made or made.returncode not in (0, 9):  # 9 = 已经有了(两个命令同时起步)
        raise Trouble(
            f"建不了系统用户 {SERVICE_USER}。请先建一个同名的无特权用户,"
            "或用普通用户运行,或用 JUYUAN_DATABASE_URL 指向现成的 PostgreSQL。"
        )


def standby_home(root: Path, base: Path = STANDBY) -> Path:
    """备用的数据目录:名称取自检出目录,加短校验以免两份同名检出相混。"""
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:6]
    return base / f"{root.name}-{digest}"


def choose(
    root: Path, install: Path, explicit: str = "", *, owner: Owner | None, base: Path = STANDBY
) -> Place:
    """定数据目录与数据库程序的位置,并把目录建好。

    `explicit` 是 JUYUAN_HOME(空即默认)。root 且到不了时见模块说明。
    """
    default = root / "var"
    if owner is None:
        home = Path(explicit).absolute() if explicit else default
        _make_home(home)
        return Place(home, install, None)
    if explicit:
        home = Path(explicit).absolute()
        if _make_home(home):
            open_folder(home)
        if not owner.can("enter", home):
            raise Trouble(
                f"数据库的系统用户 {owner.name} 到不了 JUYUAN_HOME={home}(上级目录不许它进入)。"
                "请另选一个目录(例如 /var/lib/juyuan/data),或不设 JUYUAN_HOME。"
            )
    else:
        home = _default_home(root, default, standby_home(root, base), owner)
    binaries = install
    if not owner.can("run", install / "bin" / "postgres"):
        binaries = copy_install(install, home / "pgbin")
        if not owner.can("run", binaries / "bin" / "postgres"):
            raise Trouble(
                f"数据库程序在 {binaries} 执行不了(所在分区禁止执行?)。"
                "请用 JUYUAN_HOME 换一个分区,或用 JUYUAN_DATABASE_URL 指向现成的 PostgreSQL。"
            )
    return Place(home, binaries, owner)


def _default_home(root: Path, default: Path, standby: Path, owner: Owner) -> Path:
    """./var,到不了时 /var/lib/juyuan/<名称>;已有数据的一边优先,绝不悄悄换成空库。"""
    here, there = (home / "pg" / "data" for home in (default, standby))
    if there.exists() and not here.exists():
        return standby
    if owner.can("enter", root):
        _make_home(default)
        open_folder(default)
        return default
    if here.exists():
        raise Trouble(
            f"数据在 {default},但数据库的系统用户 {owner.name} 现在到不了那里(上级目录收紧了权限?)。"
            f"请恢复上级目录的进入权限,或把 {default} 整个移到 {standby} 再运行。"
        )
    say(
        f"数据库的系统用户 {owner.name} 进不了 {root},数据与一份数据库程序改放在 {standby}"
        "(项目以外的权限一概不动)"
    )
    _make_home(standby)
    open_folder(standby)
    return standby


def _make_home(home: Path) -> bool:
    """建好数据目录;返回是不是这次新建的。"""
    made = not home.exists()
    home.mkdir(parents=True, exist_ok=True)
    if not os.access(home, os.W_OK | os.X_OK):
        raise Trouble(
            f"没有权限写入数据目录 {home}(以前由别的用户启动过?)。"
            "请换回原来的用户,或用 JUYUAN_HOME 指定另一个目录。"
        )
    return made


def open_folder(folder: Path) -> None:
    """让数据库用户能穿过项目自己的数据目录(umask 077 时建出来的会挡住它);内容仍各有各的权限。"""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o011 != 0o011:
        folder.chmod(mode | 0o011)


def copy_install(install: Path, folder: Path) -> Path:
    """把数据库程序(含它带的库)拷一份,人人可读可执行;已有同一份则不再拷。"""
    package = install.parent
    libs = package.with_name(package.name + ".libs")
    identity = f"{install}:{(install / 'bin' / 'postgres').stat().st_mtime_ns}"
    target = folder / hashlib.sha256(identity.encode()).hexdigest()[:12]
    copied = target / package.name / install.name
    if (target / "complete").exists():
        return copied
    say(f"复制数据库程序到 {folder}")
    shutil.rmtree(target, ignore_errors=True)
    skip = shutil.ignore_patterns("*.a", "pkgconfig", "pgxs", "include")
    shutil.copytree(install, copied, symlinks=True, ignore=skip)
    if libs.is_dir():
        shutil.copytree(libs, target / libs.name)
    for path in [folder, target, *target.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if runs else 0o644)
    (target / "complete").touch()
    return copied


def socket_folder(home: Path, owner: Owner | None) -> Path:
    """放套接字的文件夹:只有数据库用户(和 root)进得去,所以不设密码。路径太长时换到短处。"""
    folder = home / "run"
    if len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_LIMIT:
        digest = hashlib.sha256(str(home).encode()).hexdigest()[:10]
        base = Path("/run") if owner else Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")  # noqa: S108
        if not os.access(base, os.W_OK) or len(os.fsencode(base)) > 60:
            base = Path(tempfile.gettempdir())
        folder = base / f"juyuan-{digest}"
    uid, gid = (owner.uid, owner.gid) if owner else (os.geteuid(), os.getegid())
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    except FileExistsError:
        info = folder.lstat()
        if not stat.S_ISDIR(info.st_mode) or info.st_uid not in (uid, os.geteuid()):
            raise Trouble(
                f"{folder} 已被别的用户占用。请删掉它,或用 JUYUAN_HOME 换一个较短的数据目录。"
            ) from None
        if info.st_uid != uid:
            os.chown(folder, uid, gid)
        folder.chmod(0o700)
    return folder
