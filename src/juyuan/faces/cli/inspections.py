"""`./juyuan check` 里要进到程序内部的几项:每项打印找到的毛病,没有毛病即退出码 0。"""

from __future__ import annotations

import sys
from collections.abc import Callable

from . import runtime
from .launch.trouble import plain_streams


def imports() -> list[str]:
    """导入方向(pyproject.toml 的 importlinter 一节)。毛病由工具自己打印。"""
    from importlinter.cli import lint_imports

    return [] if lint_imports(no_cache=True, is_debug_mode=False) == 0 else ["导入方向不合上述约定"]


def templates() -> list[str]:
    """全部自己的模板都能编译(标签写错、缺 load 在这里就抓到,不等页面打开)。"""
    import django
    from django.template import TemplateSyntaxError, engines
    from django.template.exceptions import TemplateDoesNotExist

    django.setup()
    engine = engines["django"].engine  # type: ignore[attr-defined]
    found = []
    source = runtime.root() / "src"
    for path in sorted(source.rglob("templates/**/*.html")):
        try:
            engine.from_string(path.read_text(encoding="utf-8"))
        except (TemplateSyntaxError, TemplateDoesNotExist) as error:
            found.append(f"{path.relative_to(source)}:{error}")
    return found


def assets() -> list[str]:
    """随带的素材与清单一致:没有多、没有少、没有被改。"""
    from juyuan.foundation.ui import manifest

    return [str(problem) for problem in manifest.verify() or ()]


def packs() -> list[str]:
    """每个城市包都能载入(条款出自原文、代码不重、来源齐全)。"""
    from juyuan.foundation.policy import pack

    found = []
    for folder in sorted((runtime.root() / "packs").iterdir()):
        if folder.is_dir():
            try:
                pack.load(folder)
            except Exception as error:
                found.append(f"{folder.name}:{error}")
    return found


def rulebook() -> list[str]:
    """docs/rulebook.md 与代码、城市包一致。"""
    from . import rulebook as book

    return book.stale()


INSPECTIONS: dict[str, Callable[[], list[str]]] = {
    "imports": imports,
    "templates": templates,
    "assets": assets,
    "packs": packs,
    "rulebook": rulebook,
}


def main(name: str) -> int:
    """执行一项;打印毛病。"""
    plain_streams()
    found = INSPECTIONS[name]()
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
