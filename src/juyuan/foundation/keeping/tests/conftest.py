"""备份测试的地基:自己的数据目录与密钥;真的 pg_dump,对着测试库。"""

import io

import pytest

from juyuan.foundation.files.actions import store_file
from juyuan.foundation.keeping.actions import take
from juyuan.kernel.actor import Actor
from tests.cast import NOW

AUDIT, SIGN = "a" * 32, "b" * 32


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.JUYUAN_HOME = tmp_path / "home"
    settings.MEDIA_ROOT = tmp_path / "home" / "files"
    settings.JUYUAN_HOME.mkdir()
    settings.JUYUAN_AUDIT_KEY, settings.JUYUAN_BACKUP_KEY = AUDIT, SIGN
    return tmp_path


@pytest.fixture
def put(cast):
    """上传一份文件。"""

    def upload(text="甲", who="longshan"):
        body = b"%PDF-1.4\n" + text.encode() + b"\n%%EOF\n"
        return store_file(actor=cast.actor(who), name="a.pdf", stream=io.BytesIO(body), now=NOW)

    return upload


@pytest.fixture
def backup(place):
    def make(name="b", **more):
        more = {"actor": Actor.console(), "now": NOW, "today": NOW.date()} | more
        return take(place / name, **more)

    return make
