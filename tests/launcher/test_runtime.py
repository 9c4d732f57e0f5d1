"""模式、记号、指纹:演示与正式不相混;程序或城市包变了就重新备库。"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from juyuan.faces.cli import demo, runtime, serve, serving, testing
from juyuan.faces.cli.launch.trouble import Trouble
from tests.launcher.conftest import ROOT


def decide(
    command: str,
    explicit: str = "",
    marked: str = "",
    *,
    external: bool = False,
    has_secret: bool = False,
) -> str:
    return runtime.decide_mode(
        command, explicit=explicit, marked=marked, external=external, has_secret=has_secret
    )


@pytest.mark.parametrize(
    ("command", "explicit", "marked", "external", "has_secret", "expected"),
    [
        ("demo", "", "", False, False, "demo"),
        ("demo", "demo", "demo", True, True, "demo"),
        ("serve", "", "", False, True, "production"),
        ("serve", "production", "production", True, True, "production"),
        ("figures", "", "demo", False, False, "demo"),
        ("figures", "", "production", True, True, "production"),
        ("figures", "demo", "", False, False, "demo"),
        ("figures", "", "", False, False, "demo"),
        ("figures", "", "", True, False, "production"),
        ("figures", "", "", False, True, "production"),
    ],
)
def test_模式怎样定(
    command: str, explicit: str, marked: str, external: bool, has_secret: bool, expected: str
) -> None:
    found = decide(command, explicit, marked, external=external, has_secret=has_secret)
    assert found == expected


@pytest.mark.parametrize(
    ("command", "explicit", "marked", "said"),
    [
        ("demo", "", "production", "这个库是正式库,不能当演示库用"),
        ("serve", "", "demo", "这个库是演示库,不能当正式库用"),
        ("figures", "production", "demo", "这个库是演示库"),
        ("demo", "production", "", "与命令 demo 相矛盾"),
        ("serve", "demo", "", "与命令 serve 相矛盾"),
        ("figures", "prod", "", "只能是 demo 或 production"),
    ],
)
def test_演示与正式相混即拒绝(command: str, explicit: str, marked: str, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        decide(command, explicit, marked)


@pytest.mark.parametrize("name", ["JUYUAN_DEMO_PASSWORD", "JUYUAN_TODAY", "JUYUAN_NOW"])
def test_正式运行不接受演示的设置(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUYUAN_SECRET_KEY", "k" * 50)
    monkeypatch.setenv(name, "2026-03-20")
    with pytest.raises(Trouble, match=f"{name} 只用于演示"):
        serve.refuse_demo_settings()


def test_正式运行须有密钥_文件里的也算(monkeypatch: pytest.MonkeyPatch, workplace: Path) -> None:
    for name in (*runtime.DEMO_ONLY, "JUYUAN_SECRET_KEY", "JUYUAN_SECRET_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Trouble, match=r"secrets\.token_urlsafe"):
        serve.refuse_demo_settings()
    secret = workplace / "secret"
    secret.write_text("s" * 50 + "\n")
    monkeypatch.setenv("JUYUAN_SECRET_KEY_FILE", str(secret))
    serve.refuse_demo_settings()
    assert runtime.setting("JUYUAN_SECRET_KEY") == "s" * 50


def test_秘密文件读不到_一句话(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUYUAN_SECRET_KEY_FILE", "/nonexistent/secret")
    with pytest.raises(Trouble, match="读不到 JUYUAN_SECRET_KEY_FILE"):
        runtime.setting("JUYUAN_SECRET_KEY")


def small_checkout(folder: Path) -> Path:
    migrations = folder / "src/juyuan/foundation/x/migrations"
    migrations.mkdir(parents=True)
    (migrations / "0001_a.py").write_text("A = 1\n")
    roles = folder / "src/juyuan/foundation/ledger/roles.py"
    roles.parent.mkdir(parents=True)
    roles.write_text("R = 1\n")
    (folder / "requirements.lock").write_text("x==1\n")
    return folder


def test_迁移_授权_框架版本任一变了_指纹就变(workplace: Path) -> None:
    root = small_checkout(workplace)
    seen = {runtime.code_stamp(root)}
    assert runtime.code_stamp(root) in seen
    for path, text in (
        ("src/juyuan/foundation/x/migrations/0001_a.py", "A = 2\n"),
        ("src/juyuan/foundation/x/migrations/0002_b.py", "B = 1\n"),
        ("src/juyuan/foundation/ledger/roles.py", "R = 2\n"),
        ("requirements.lock", "x==2\n"),
    ):
        (root / path).write_text(text)
        stamp = runtime.code_stamp(root)
        assert stamp not in seen, path
        seen.add(stamp)
    (root / "src/juyuan/foundation/x/views.py").write_text("# 与结构无关\n")
    assert runtime.code_stamp(root) in seen


def test_城市包变了指纹就变_演示台账不算在内(workplace: Path) -> None:
    folder = workplace / "pack"
    shutil.copytree(ROOT / "packs" / "testcity", folder)
    (folder / "demo").mkdir(exist_ok=True)
    before = runtime.folder_stamp(folder, skip="demo")
    whole = runtime.folder_stamp(folder)
    (folder / "demo" / "ledger.xlsx").write_bytes(b"changed")
    assert runtime.folder_stamp(folder, skip="demo") == before
    assert runtime.folder_stamp(folder) != whole
    (folder / "pack.toml").write_text((folder / "pack.toml").read_text() + "\n")
    assert runtime.folder_stamp(folder, skip="demo") != before


def test_没有这个城市包_说清在哪里找过(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUYUAN_PACK", "atlantis")
    with pytest.raises(Trouble, match="没有城市包「atlantis」"):
        runtime.pack_folder(ROOT)


@pytest.mark.parametrize("url", ["postgresql://x@127.0.0.1:1/x", "postgresql://x@/x?host=/nowhere"])
def test_连不上数据库_一句话(url: str) -> None:
    with pytest.raises(Trouble, match=r"连不上数据库.*JUYUAN_DATABASE_URL"):
        runtime.connect(url)


def test_连接串写错_一句话() -> None:
    with pytest.raises(Trouble, match="写法不对"):
        runtime.connect("postgresql://x/?nonsense=1")


@pytest.mark.parametrize("text", ["2026-2-30", "昨天", "20260320x"])
def test_演示日期写错_退出_2(text: str) -> None:
    with pytest.raises(Trouble, match="YYYY-MM-DD") as caught:
        demo.parse(["--today", text])
    assert caught.value.code == 2


def test_演示口令造一次就一直用_只有本人读得到(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUYUAN_DEMO_PASSWORD", raising=False)
    made = demo.demo_password(workplace)
    assert len(made) >= 12
    assert demo.demo_password(workplace) == made
    assert (workplace / "demo-password").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("JUYUAN_DEMO_PASSWORD", "given-by-hand")
    assert demo.demo_password(workplace) == "given-by-hand"


def test_端口的写法() -> None:
    assert serving.port_from(9000) == 9000
    for wrong in (0, 70000):
        with pytest.raises(Trouble, match="端口应是") as caught:
            serving.port_from(wrong)
        assert caught.value.code == 2


def test_端口写在设置里(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUYUAN_PORT", "８０００")
    with pytest.raises(Trouble, match="端口应是"):
        serving.port_from(None)
    monkeypatch.setenv("JUYUAN_PORT", "8123")
    assert serving.port_from(None) == 8123


def test_端口被占_说出路() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=f"端口 {port} 已被占用.*--port {port + 1}"):
            serving.check_port("127.0.0.1", port)
    serving.check_port("127.0.0.1", port)


def test_不是本机的地址_说出路() -> None:
    with pytest.raises(Trouble, match="本机没有地址"):
        serving.check_port("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("bind", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_给人看的网址(bind: str, expected: str) -> None:
    assert serving.address_of(bind, 8000) == expected


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], ["-n", "2", "--dist", "worksteal"]),
        (["-k", "x"], ["-n", "2", "--dist", "worksteal"]),
        (["-n", "4"], []),
        (["-n0"], []),
        (["-p", "no:xdist"], []),
        (["--co"], []),
    ],
)
def test_测试默认两个并行(argv: list[str], expected: list[str]) -> None:
    assert testing.workers(argv) == expected


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], True),
        (["-q"], True),
        (["tests"], True),
        (["tests/browser"], True),
        (["src/juyuan/kernel"], False),
        (["tests/launcher/test_lock.py::test_x", "-q"], False),
        (["tests/launcher", "tests/browser"], True),
    ],
)
def test_什么时候需要浏览器(argv: list[str], expected: bool) -> None:
    assert testing.needs_browser(argv) is expected


def test_没有浏览器也装不了_说清该做什么(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Trouble, match="Chromium"):
        testing.ensure_browser()


def test_同一台服务器上的另一个库() -> None:
    url = "postgresql://me:pw@db:5433/one?sslmode=require"
    assert testing.url_for(url, "two") == "postgresql://me:pw@db:5433/two?sslmode=require"
    assert testing.url_for("postgresql://p@/a?host=/run/x", "b") == "postgresql://p@/b?host=/run/x"
