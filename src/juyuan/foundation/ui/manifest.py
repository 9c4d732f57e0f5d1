"""第三方静态文件的清单:名称、版本、许可、每个文件的 SHA-512。`verify()` 供 ./juyuan check 调用。"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
SRC = HERE.parents[1]
MANIFEST = "manifest.toml"
FORBIDDEN = ("oklch(", "color-mix(", "light-dark(", "@layer", ":has(", "sourceMappingURL")
"""政务终端的浏览器(Chromium 90)不认的写法,以及会引出额外请求的 source map。"""
_TEXT = {".css", ".js"}
_REMOTE = re.compile(
    rb"(?:url\(\s*['\"]?|@import\s+['\"]?|import\(\s*['\"])(?:https?:)?//", re.IGNORECASE
)


def sha512(path: Path) -> str:
    return hashlib.sha512(path.read_bytes()).hexdigest()


def verify(folder: Path | None = None, *, browser: bool = True) -> list[str]:
    """核对一个 vendor 目录;返回问题清单(空 = 无误)。

    `browser` 为真时另查各应用自有的 css/js:旧浏览器不认的写法、外链、source map。
    """
    root = folder or VENDOR
    problems = _check_manifest(root)
    if browser:
        problems += _check_text(sorted(root.rglob("*")) if folder else own_and_vendored())
    return problems


def own_and_vendored() -> list[Path]:
    """src 下各应用 static 目录里的全部文件。"""
    return sorted(path for path in SRC.glob("**/static/**/*") if path.is_file())


def _check_manifest(root: Path) -> list[str]:
    path = root / MANIFEST
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("package", [])
    except FileNotFoundError:
        return [f"{path.name}:没有清单"]
    except tomllib.TOMLDecodeError as error:
        return [f"{path.name}:清单读不懂:{error}"]
    problems: list[str] = []
    known = {MANIFEST}
    for package in listed:
        absent = [
            key for key in ("name", "version", "licence", "source", "files") if not package.get(key)
        ]
        if absent:
            problems.append(f"{package.get('name', '?')}:清单缺 {'、'.join(absent)}")
            continue
        base = f"{package['name']}-{package['version']}"
        if not any(Path(name).name.startswith("LICENSE") for name in package["files"]):
            problems.append(f"{base}:没有许可证文件")
        for name, expected in package["files"].items():
            relative = f"{base}/{name}"
            known.add(relative)
            target = root / relative
            if not target.is_file():
                problems.append(f"{relative}:文件不在")
            elif sha512(target) != expected:
                problems.append(f"{relative}:内容与清单不符(SHA-512)")
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root).as_posix()
        if path.is_file() and relative not in known:
            problems.append(f"{relative}:不在清单里")
    return problems


def _check_text(paths: Iterable[Path]) -> list[str]:
    problems = []
    for path in paths:
        if path.suffix not in _TEXT or not path.is_file():
            continue
        raw = path.read_bytes()
        text = raw.decode("utf-8", "replace")
        problems += [f"{path.name}:含 {bad},旧浏览器不认" for bad in FORBIDDEN if bad in text]
        if _REMOTE.search(raw):
            problems.append(f"{path.name}:引用了外部地址")
    return problems
