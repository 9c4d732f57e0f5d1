"""一份公文由什么组成:不认业务,不碰文件。度量见 GB/T 9704-2012。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from juyuan.kernel.labelled import Labelled

DIGITS = "〇一二三四五六七八九"
LEVELS = range(1, 5)
PAIRS = ("masthead", "printed")  # 一行两头:左边一件,右边一件
UNSEEN = ("Cc", "Cs", "Co", "Cn")
FULL = str.maketrans(dict(zip(",;:?!()", "，；：？！（）", strict=True)))
_HAN = "[\\u3400-\\u9fff\\u3000-\\u303f\\uff01-\\uff5e]"
HALF = re.compile(f"(?<={_HAN})[,;:?!()]+|[,;:?!()]+(?={_HAN})")
SEAL_LINES = 2
MIN_COLUMN = 4


class Form(Labelled):
    """版式:信函格式(机关名、红双线)、纪要格式(×××纪要),或不带版头的普通公文纸。"""

    LETTER = "letter", "信函"
    MINUTES = "minutes", "纪要"
    PLAIN = "plain", "普通"


@dataclass(frozen=True, slots=True)
class Heading:
    """层次标题,序号由排版加:一、 (一) 1. (1)。"""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Para:
    """一段正文。换行即另起一段。"""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """表:表头、各行、各列宽的比例(缺省按字数估)。"""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


Block = Heading | Para | Table


@dataclass(frozen=True, slots=True)
class Annex:
    """一件附件:另面编排,「附件」二字顶格,标题居中在第三行。"""

    title: str
    body: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Roll:
    """纪要末尾的一项名单:出席、请假、列席。"""

    label: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """一份公文。

    `number` 为空即还没有编号;`sealed` 为真,落款之上留出印章的地方;`check` 是核验码,印在末面最下。
    纪要的 `issuer` 是标志(×××纪要),署名与日期在红线之上,`rolls` 是出席、请假、列席,`printer` 是印发机关。
    """

    title: str
    body: tuple[Block, ...]
    signer: str
    dated: date
    form: Form = Form.PLAIN
    issuer: str = ""
    number: str = ""
    addressee: str = ""
    attachments: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    note: str = ""
    sealed: bool = True
    annexes: tuple[Annex, ...] = ()
    rolls: tuple[Roll, ...] = ()
    printer: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """排版的最小单位:`kind` 是 title number addressee h1–h4 para table attachment signer dated copies note blank,
    纪要的 mark masthead roll printed,附件的 annex annextitle,核验码 check。
    """

    kind: str
    text: str = ""
    indent: float = 0
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...] = ()

    def lines(self) -> Iterator[str]:
        """写出来的字。"""
        if self.kind == "table":
            for row in (self.head, *self.rows):
                yield from row
        elif self.kind in PAIRS:
            yield from self.rows[0]
        elif self.kind != "blank":
            yield self.text


def plain(text: str) -> str:
    """可以写进公文的字:去掉不可见的控制字符(文字处理软件打不开带它们的文件),换行、制表留下;
    汉字旁边的半角标点换成全角。
    """
    clean = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in UNSEEN)
    return HALF.sub(lambda found: found.group().translate(FULL), clean)


def chinese(number: int) -> str:
    """1 → 一,12 → 十二,120 → 一百二十。只用于层次序数,1 至 999。

    Raises: ValueError(不在其内)。
    """
    if not 1 <= number <= 999:
        raise ValueError(f"层次序数 {number} 不在 1 至 999")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{DIGITS[hundreds]}百" if hundreds else ""
    if hundreds and rest and not tens:
        text += "零"
    if tens:
        text += ("" if tens == 1 and not hundreds else DIGITS[tens]) + "十"
    return text + (DIGITS[ones] if ones else "")


def ordinal(level: int, number: int) -> str:
    """第 `level` 层第 `number` 项的序号。

    Raises: ValueError(没有这一层)。
    """
    if level == 1:
        return f"{chinese(number)}、"
    if level == 2:
        return f"（{chinese(number)}）"
    if level == 3:
        return f"{number}."
    if level == 4:
        return f"（{number}）"
    raise ValueError(f"公文只有四层标题,没有第 {level} 层")


def said_day(day: date) -> str:
    """成文日期:阿拉伯数字,月、日不编虚位。"""
    return f"{day.year}年{day.month}月{day.day}日"


def said_number(code: str, year: int, sequence: int) -> str:
    """发文字号:机关代字〔年份〕序号号,序号不编虚位。

    Raises: ValueError(序号不是正整数)。
    """
    if sequence < 1:
        raise ValueError("发文序号从 1 起")
    return f"{code}〔{year}〕{sequence}号"


def width(text: str) -> float:
    """占几个字宽:全角一字,半角半字。"""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def column_widths(table: Table) -> tuple[float, ...]:
    """各列占的百分比:给了比例就用,没给按最长的一格估,最窄不小于四字。"""
    if table.widths:
        wanted: Sequence[float] = table.widths
    else:
        columns = zip(table.head, *table.rows, strict=True)
        wanted = [1 + min(28.0, max(MIN_COLUMN, *map(width, cells))) for cells in columns]
    total = sum(wanted)
    return tuple(round(100 * w / total, 2) for w in wanted)


def signing(signer: str, dated: str, *, sealed: bool) -> tuple[float, float]:
    """落款两行各右空几字。

    加盖印章:日期右空四字,署名以日期为准居中。不盖章:署名右空二字,日期首字比署名首字右移二字,
    日期长于署名时日期右空二字、署名相应左移。
    """
    name, day = width(signer), width(dated)
    if sealed:
        return max(0.0, 4 + (day - name) / 2), 4.0
    if day > name:
        return 2 + day - name + 2, 2.0
    return 2.0, max(0.0, 2 + name - day - 2)


def pieces(paper: Paper) -> list[Piece]:
    """由上而下的各件;docx 与 pdf 都照它排。

    Raises: ValueError(没有标题、没有正文、表的列数不齐、层次不合——都是编码错误)。
    """
    if not plain(paper.title).strip():
        raise ValueError("公文没有标题")
    if not any(isinstance(block, Para) and plain(block.text).strip() for block in paper.body):
        raise ValueError("公文没有正文")
    return _minutes(paper) if paper.form is Form.MINUTES else _letter(paper)


def _letter(paper: Paper) -> list[Piece]:
    found = []
    if paper.number:
        found.append(Piece("number", plain(paper.number)))
    elif paper.form is Form.LETTER:
        # 标题与其上的红线相距二行
        found += [Piece("blank")] * 2
    found.append(Piece("title", plain(paper.title).replace("\n", "")))
    if paper.addressee:
        found.append(Piece("addressee", f"{plain(paper.addressee)}：".replace("\n", "")))
    found += _body(paper.body)
    found += _attachments(paper.attachments)
    dated, signer = said_day(paper.dated), plain(paper.signer)
    name_indent, day_indent = signing(signer, dated, sealed=paper.sealed)
    found += [Piece("blank")] * (SEAL_LINES if paper.sealed else 1)
    found += [Piece("signer", signer, name_indent), Piece("dated", dated, day_indent)]
    if paper.note:
        found.append(Piece("note", f"（{plain(paper.note)}）"))
    found += _foot(paper)
    return found


def _minutes(paper: Paper) -> list[Piece]:
    """纪要:标志、编号、署名与日期、红线、标题、正文、名单、版记;不盖章。"""
    found = [Piece("mark", plain(paper.issuer).replace("\n", ""))]
    if paper.number:
        found.append(Piece("number", plain(paper.number)))
    found.append(Piece("masthead", rows=((plain(paper.signer), said_day(paper.dated)),)))
    found.append(Piece("title", plain(paper.title).replace("\n", "")))
    found += _body(paper.body)
    if paper.rolls:
        found.append(Piece("blank"))
    for roll in paper.rolls:
        names = "、".join(map(plain, roll.names)) or "无"
        found.append(Piece("roll", f"{plain(roll.label)}：{names}".replace("\n", "")))
    found += _foot(paper)
    return found


def _foot(paper: Paper) -> Iterator[Piece]:
    """附件、版记、核验码。"""
    for number, annex in enumerate(paper.annexes, 1):
        mark = f"附件{number}" if len(paper.annexes) > 1 else "附件"
        yield Piece("annex", mark)
        yield Piece("annextitle", plain(annex.title).replace("\n", ""))
        yield from _body(annex.body)
    if paper.copies:
        yield Piece("copies", f"抄送：{'、'.join(map(plain, paper.copies))}。")
    if paper.printer:
        yield Piece("printed", rows=((plain(paper.printer), f"{said_day(paper.dated)}印发"),))
    if paper.check:
        yield Piece("check", f"核验码 {plain(paper.check)}")


def _body(blocks: Sequence[Block]) -> Iterator[Piece]:
    counts = [0, 0, 0, 0]
    for block in blocks:
        if isinstance(block, Heading):
            if block.level not in LEVELS:
                raise ValueError(f"公文只有四层标题,没有第 {block.level} 层")
            counts[block.level - 1] += 1
            counts[block.level :] = [0] * (4 - block.level)
            text = ordinal(block.level, counts[block.level - 1]) + plain(block.text)
            yield Piece(f"h{block.level}", text.replace("\n", ""))
        elif isinstance(block, Para):
            for part in re.split(r"\n+", plain(block.text)):
                if part.strip():
                    yield Piece("para", part.strip())
        else:
            if any(len(row) != len(block.head) for row in block.rows):
                raise ValueError(f"表「{'|'.join(block.head)}」各行的列数不齐")
            yield Piece(
                "table",
                head=tuple(map(plain, block.head)),
                rows=tuple(tuple(map(plain, row)) for row in block.rows),
                widths=column_widths(block),
            )


def _attachments(names: Sequence[str]) -> Iterator[Piece]:
    if names:
        yield Piece("blank")
    for i, name in enumerate(names):
        # 第二个起与第一个的序号对齐:「附件:」三字宽
        lead = "附件：" if i == 0 else "\u3000" * 3
        number = f"{i + 1}." if len(names) > 1 else ""
        yield Piece("attachment", f"{lead}{number}{plain(name)}")


def check_code(paper: Paper) -> str:
    """核验码:除核验码自身之外全部字的 SHA-256 前 16 位,四位一组;差一个字就不同。"""
    text = "\n".join(lines_of(replace(paper, check="")))
    code = sha256(text.encode()).hexdigest()[:16].upper()
    return "-".join(code[i : i + 4] for i in range(0, 16, 4))


def lines_of(paper: Paper) -> list[str]:
    """一份公文写的全部字,逐件;两种文件里都应是它。"""
    head = [plain(paper.issuer)] if paper.form is Form.LETTER else []
    return head + [line for piece in pieces(paper) for line in piece.lines()]
