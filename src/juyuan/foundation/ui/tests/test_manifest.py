"""第三方文件:清单与文件一致,自有与第三方的 css/js 都能在 Chromium 90 上用。"""

import re
import shutil
from pathlib import Path

import pytest

from juyuan.foundation.ui import manifest

ROOT = Path(__file__).resolve().parents[5]


def test_vendored_and_own_files_are_in_order():
    assert manifest.verify() == []


def test_test_only_vendor_is_in_order():
    assert manifest.verify(ROOT / "tests" / "browser" / "vendor", browser=False) == []


@pytest.fixture
def copy(tmp_path):
    target = tmp_path / "vendor"
    shutil.copytree(manifest.VENDOR, target)
    return target


def test_a_changed_file_is_noticed(copy):
    path = next(copy.glob("htmx-*/htmx.min.js"))
    path.write_bytes(path.read_bytes() + b" ")
    assert any("htmx.min.js" in p and "SHA-512" in p for p in manifest.verify(copy))


def test_a_missing_and_an_unlisted_file_are_noticed(copy):
    next(copy.glob("bootstrap-*/bootstrap.min.css")).unlink()
    (copy / "stranger.js").write_text("1")
    problems = manifest.verify(copy)
    assert any(
        "bootstrap.min.css：文件不在" in p or "bootstrap.min.css:文件不在" in p for p in problems
    )
    assert any(p.startswith("stranger.js") for p in problems)


@pytest.mark.parametrize("bad", manifest.FORBIDDEN)
def test_what_old_browsers_do_not_know_is_noticed(copy, bad):
    (copy / "x.css").write_text(f"a{{b:{bad}}}")
    assert any(bad in p for p in manifest.verify(copy))


@pytest.mark.parametrize("bad", ["@import 'https://x/y.css';", "a{background:url(//x/y.png)}"])
def test_a_link_to_the_outside_is_noticed(copy, bad):
    (copy / "x.css").write_text(bad)
    assert any("外部地址" in p for p in manifest.verify(copy))


def test_a_package_without_licence_is_noticed(copy):
    listed = copy / "manifest.toml"
    listed.write_text(
        re.sub(r'"LICENSE" = "[0-9a-f]+"\n', "", listed.read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    assert any("没有许可证文件" in p for p in manifest.verify(copy))


def test_own_css_stays_within_what_chromium_90_knows():
    """清单之外再查几样晚于 90 的写法:容器查询、嵌套、媒体查询的不等号、独立变换、dvh。"""
    late = re.compile(
        r"@container|(?<![\w-])inset-inline|\d(?:dvh|svh|lvh)\b|@media[^{]*[<>]=?|(?<![\w-])(?:translate|rotate|scale):|\n\s+&[ :.]"
    )
    own = [
        path
        for path in manifest.own_and_vendored()
        if path.suffix == ".css" and "vendor" not in path.parts
    ]
    assert len(own) >= 5
    for path in own:
        assert not late.search(path.read_text(encoding="utf-8")), path.name
