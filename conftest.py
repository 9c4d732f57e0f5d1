"""全套测试的地基:测试库、运行角色、临时数据目录、测试用的设置。

测试库由所有者按迁移建立,随后测试以运行角色 `juyuan_app` 连接(与生产相同):漏授的权限、
对只增表的改动,在测试里就会失败。`JUYUAN_TEST_DB=名字` 各用各的测试库,可与 `-n`、`--reuse-db` 同用。

夹具:`cast`(全套人物,见 tests/cast.py)、`as_owner()`(以所有者身份执行一段)、
`child_env`(让子进程用同一个测试库与数据目录的环境变量)。
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent
# 机器忙时一例慢一点不是错;快慢由 ./juyuan bench 量,不在测试里判
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def _fast_folder() -> str | None:
    """文件存在内存里:每存一份都要同步到盘,测试里成千上万份。"""
    memory = Path("/dev/shm")  # noqa: S108
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 512 * 2**20
    return str(memory) if roomy else None


HOME = Path(tempfile.mkdtemp(prefix="juyuan-test-", dir=_fast_folder()))


def pytest_configure(config: pytest.Config) -> None:
    """框架读过设置之后,改成测试用的值(快的口令散列、明文静态文件、临时数据目录)。"""
    from django.conf import settings as django_settings

    os.environ["JUYUAN_HOME"] = str(HOME)
    django_settings.JUYUAN_HOME = HOME
    django_settings.MEDIA_ROOT = HOME / "files"
    django_settings.STATIC_ROOT = HOME / "static"
    django_settings.STATIC_ROOT.mkdir()
    django_settings.PASSWORD_HASHERS = [
        "tests.hashers.FastHasher",
        "juyuan.foundation.people.hashers.ModestArgon2",
    ]
    django_settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # 测试服务器没有 https,安全 cookie 由 tests/security 对照生产设置另测
    django_settings.SESSION_COOKIE_SECURE = django_settings.CSRF_COOKIE_SECURE = False
    django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME = "session", "csrf"
    django_settings.SECURE_HSTS_SECONDS = 0
    django_settings.SECURE_SSL_REDIRECT = False
    django_settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    django_settings.DATABASES["default"]["CONN_MAX_AGE"] = 0  # 线程用完即还,收尾时才删得掉测试库


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """各测各的库:上一个测试记住的合计不带到下一个。"""
    from juyuan.foundation.ledger import still

    still.forget()


@pytest.fixture(scope="session", autouse=True)
def house_clock() -> Iterator[None]:
    """测试里的钟从人物所在的那一刻走起,不随真的日子:哪一天跑都一样。"""
    from juyuan.foundation.workdays import clock
    from tests.cast import NOW

    real = clock.machine
    ahead = NOW - real()
    clock.machine = lambda: real() + ahead
    yield
    clock.machine = real


@pytest.fixture
def real_clock(house_clock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """真的钟(只给测时钟自己的测试,和要与子进程对表的测试)。"""
    from importlib import util

    from juyuan.foundation.workdays import clock

    assert clock.__spec__ is not None and clock.__spec__.loader is not None
    fresh = util.module_from_spec(clock.__spec__)
    clock.__spec__.loader.exec_module(fresh)
    monkeypatch.setattr(clock, "machine", fresh.machine)


def pytest_collection_finish() -> None:
    """收集完了,此后长存的对象不必一遍遍地查是不是垃圾。"""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


_finished = itertools.count(1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """每四十个测试清一次死行。

    撤回的行仍占着地方,几百个测试之后一张「空」表有几千页,每条查询都要扫一遍。
    """
    from django.db import connection

    yield
    raw = connection.connection
    if next(_finished) % 40 or raw is None or raw.closed or raw.info.transaction_status != 0:
        return
    role = raw.execute("SELECT current_user").fetchone()[0]
    raw.execute("SET ROLE NONE")
    raw.execute("VACUUM")
    raw.execute(f'SET ROLE "{role}"')


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """迁移建好库之后授予运行角色,再让一切连接(含 live_server 的线程)改用它。"""
    from django.db import connection
    from django.db.backends.postgresql.operations import DatabaseOperations

    from juyuan.foundation.ledger.roles import RUNTIME_ROLE, grant_runtime
    from tests.replay import SHELF

    options = connection.settings_dict["OPTIONS"]
    owner_options = options.get("options", "")
    owner_flush = DatabaseOperations.execute_sql_flush
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            grant_runtime(cursor)
        options["options"] = f"{owner_options} -c role={RUNTIME_ROLE}"
        connection.close()
        DatabaseOperations.execute_sql_flush = _flush_as_owner
        SHELF.open()
    yield
    DatabaseOperations.execute_sql_flush = owner_flush
    with django_db_blocker.unblock():
        connection.close()
        options["options"] = owner_options
        with connection.cursor() as cursor:  # 浏览器测试的线程可能还留着连接,留着就删不掉测试库
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()


_QUEUE_TABLES = ("procrastinate_jobs", "procrastinate_workers", "procrastinate_periodic_defers")


def _flush_as_owner(self: Any, sql_list: list[str]) -> None:
    """事务型测试之后清库:以所有者身份,只在这一个事务里停用只增触发器。"""
    from django.db import transaction

    from juyuan.foundation.ledger.roles import append_only_tables

    with transaction.atomic(self.connection.alias), self.connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        guarded = append_only_tables(cursor)
        for table in guarded:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER append_only')
        for sql in sql_list:
            cursor.execute(sql)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s)", [list(_QUEUE_TABLES)]
        )
        queue = [row[0] for row in cursor.fetchall()]
        if queue:
            cursor.execute(f"TRUNCATE {', '.join(queue)} CASCADE")
        for table in guarded:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER append_only')


@pytest.fixture
def as_owner(db: None) -> Callable[[], AbstractContextManager[Any]]:
    """`with as_owner() as cursor:` 以库的所有者身份执行(证明触发器连所有者也拒绝)。"""
    from django.db import connection, transaction

    @contextmanager
    def session() -> Iterator[Any]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            role = cursor.fetchone()[0]
            cursor.execute("SET LOCAL ROLE NONE")
            yield cursor
            cursor.execute(f'SET LOCAL ROLE "{role}"')

    return session


@pytest.fixture
def child_env(settings: Any) -> dict[str, str]:
    """子进程(命令行、被 kill -9 的工作者)的环境:同一个测试库、同一个数据目录、运行角色。"""
    from django.db import connection

    from juyuan.foundation.ledger.roles import RUNTIME_ROLE

    given = connection.settings_dict
    user = given["USER"] + (f":{given['PASSWORD']}" if given["PASSWORD"] else "")
    url = f"postgresql://{user}@/{given['NAME']}?host={given['HOST']}"
    if given["PORT"]:
        url += f"&port={given['PORT']}"
    return {
        **os.environ,
        "JUYUAN_DATABASE_URL": url,
        "JUYUAN_DB_ROLE": RUNTIME_ROLE,
        "JUYUAN_HOME": str(settings.JUYUAN_HOME),
        "JUYUAN_SECRET_KEY": settings.SECRET_KEY,
        "JUYUAN_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "juyuan.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }


@pytest.fixture
def cast(db: None) -> Any:
    """固定人物一套,见 tests/cast.py。"""
    from tests.cast import Cast

    return Cast()
