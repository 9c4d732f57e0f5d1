"""模板:没有内联脚本与样式,图标都有,部件都在说明里,全部能编译。"""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

SRC = Path(__file__).resolve().parents[3]
UI = Path(__file__).resolve().parents[1]
TEMPLATES = sorted(SRC.rglob("templates/**/*.html"))
ICONS = {
    line
    for path in UI.glob("static/vendor/tabler-icons-*/icons.txt")
    for line in path.read_text().split()
}
INLINE = re.compile(
    r"<style|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on|hx-vals=['\"]js:",
    re.IGNORECASE,
)
USED = re.compile(
    r"\{%\s*icon\s+'([a-z0-9-]+)'|\bicon='([a-z0-9-]+)'|class=\"[^\"]*\bti-([a-z0-9-]+)"
)


def test_there_are_templates():
    assert len(TEMPLATES) > 40 and len(ICONS) > 300


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(SRC).as_posix())
def test_template_compiles_without_inline_code_and_with_known_icons(path):
    text = path.read_text(encoding="utf-8")
    assert not INLINE.search(text), INLINE.search(text)
    assert not re.search(r"#[0-9a-fA-F]{6}\b", text), "模板里不写颜色"
    used = {name for found in USED.findall(text) for name in found if name}
    assert used <= ICONS, used - ICONS
    get_template(path.as_posix().rsplit("/templates/", 1)[1])


def test_icons_named_in_code_exist():
    pattern = re.compile(r"\bicon\w*\s*=\s*\"([a-z0-9-]+)\"")
    for path in SRC.rglob("*.py"):
        if "tests" not in path.parts:
            for name in pattern.findall(path.read_text(encoding="utf-8")):
                assert name in ICONS, f"{path.name}: {name}"


def test_every_component_is_described_and_every_described_one_exists():
    readme = (UI / "README.md").read_text(encoding="utf-8")
    for path in (UI / "templates" / "ui" / "components").glob("*.html"):
        assert f"`{path.stem}`" in readme or path.stem in {"error_summary", "field"}, path.stem


def test_every_component_is_on_the_sample_page():
    sample = (UI / "templates" / "ui" / "components_page.html").read_text(encoding="utf-8")
    base = (UI / "templates" / "ui" / "base.html").read_text(encoding="utf-8")
    parts = {
        p.stem: p.read_text(encoding="utf-8")
        for p in (UI / "templates" / "ui" / "components").glob("*.html")
    }
    shown = sample + base + "".join(parts.values())
    via_tag = {"field", "error_summary", "pager"}
    for name in parts:
        if name not in via_tag and name != "hits":
            assert f"ui/components/{name}.html" in shown, name
    for name in via_tag:
        assert f"{{% {name} " in shown, name
