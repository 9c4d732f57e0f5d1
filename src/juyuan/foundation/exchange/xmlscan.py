"""用 expat 流式走一遍部件里的 XML:拒收声明、怪编码、过深、过长的记号。

不用带树的解析器:一个 4.6 kB 的文件就能让它吃掉 1 GB。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.parsers import expat

from juyuan.foundation.exchange.facts import Budget
from juyuan.foundation.exchange.refusal import damaged, entity_refusal, too_much_text

_STALL_BYTES = 2 * 1024 * 1024


class Walk:
    """一趟流式走读。子类实现 `start`、`end`、`text`。"""

    wants_text = False

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.depth = 0

    def start(self, name: str, attrs: dict[str, str]) -> None:
        raise AssertionError("子类实现")

    def end(self, name: str) -> None:
        raise AssertionError("子类实现")

    def text(self, data: str) -> None:
        raise AssertionError("子类实现")

    def _open(self, name: str, attrs: dict[str, str]) -> None:
        self.budget.element()
        self.depth += 1
        if self.depth > self.budget.caps.depth:
            raise damaged(",层次过深")
        self.start(name.rpartition(":")[2], attrs)

    def _close(self, name: str) -> None:
        self.depth -= 1
        self.end(name.rpartition(":")[2])

    def run(self, chunks: Iterable[bytes]) -> None:
        """喂完全部分块。遇声明即拒;一个记号长得离谱(旧版 expat 会反复重读)也拒。"""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = _refuse_declaration
        parser.EntityDeclHandler = _refuse_declaration
        parser.XmlDeclHandler = _check_encoding
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        if self.wants_text:
            parser.CharacterDataHandler = self.text
        fed = 0
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - max(parser.CurrentByteIndex, 0) > _STALL_BYTES:
                    raise too_much_text(self.budget.caps)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise damaged(f"(第 {error.lineno} 行附近)") from error
        except (LookupError, ValueError) as error:
            raise damaged("(文字编码不认识)") from error


def _refuse_declaration(*_: object) -> None:
    raise entity_refusal()


def _check_encoding(version: str, encoding: str | None, standalone: int) -> None:
    # 表格软件只写这两种;别的编码会让不同的解析器读出不同的内容
    if encoding is not None and encoding.lower() not in ("utf-8", "utf-16"):
        raise damaged("(文字编码不认识)")


class Elements(Walk):
    """只要元素与属性的走读:把每个元素交给一个函数。"""

    def __init__(self, budget: Budget, visit: Callable[[str, dict[str, str]], None]) -> None:
        super().__init__(budget)
        self.visit = visit

    def start(self, name: str, attrs: dict[str, str]) -> None:
        self.visit(name, attrs)

    def end(self, name: str) -> None:
        return None

    def text(self, data: str) -> None:
        return None


def integer(text: str | None, default: int = 0) -> int:
    """XML 属性里的整数;写坏了用缺省值。"""
    if text and len(text) <= 10 and text.isascii() and text.lstrip("-").isdigit():
        return int(text)
    return default
