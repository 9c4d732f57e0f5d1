"""拒收一个文件:一句话说清为什么、怎么改。"""

from __future__ import annotations

from dataclasses import dataclass


class FileRefused(Exception):
    """文件在读之前就被拒收。`code` 供测试与台账分类,`message` 与 `mend` 给人看。"""

    def __init__(self, code: str, message: str, mend: str) -> None:
        self.code = code
        self.message = message
        self.mend = mend
        super().__init__(f"{message}{mend}")


@dataclass(frozen=True)
class Caps:
    """收文件的上限。数值是本系统的安全上限,与政策参数无关。"""

    file_bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 100 * 1024 * 1024
    ratio: int = 150
    ratio_from_bytes: int = 5 * 1024 * 1024
    members: int = 500
    directory_bytes: int = 256 * 1024
    sheets: int = 50
    rows: int = 20_000
    columns: int = 200
    cells: int = 400_000
    idle: int = 400_000
    grid: int = 2_000_000
    elements: int = 2_000_000
    depth: int = 64
    text_chars: int = 32_000_000


CAPS = Caps()


def entity_refusal() -> FileRefused:
    return FileRefused(
        "entity",
        "文件里有文档类型或实体声明,这是实体炸弹的写法,正常的表格软件不会写出来。",
        "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传。",
    )


def damaged(detail: str = "") -> FileRefused:
    return FileRefused(
        "damaged",
        f"文件已损坏,读不出来{detail}。",
        "请用 WPS 或 Excel 打开核对,另存为新的 .xlsx 再上传。",
    )


def too_many_rows(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_many_rows",
        f"有数据的行超过 {caps.rows:,} 行的上限。",
        "请按单位或年份拆成几个文件分别导入。",
    )


def too_many_columns(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_many_columns",
        f"有数据的列超过 {caps.columns} 列的上限。",
        "请删去表格右侧无关的内容,另存后再上传。",
    )


def too_many_cells(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_many_cells",
        f"有数据的格子超过 {caps.cells:,} 个的上限。",
        "请按单位或年份拆成几个文件分别导入。",
    )


def too_much_markup() -> FileRefused:
    return FileRefused(
        "too_much_markup",
        "表里有大量只有格式、没有内容的行或格子,疑似行炸弹。",
        "请把有数据的区域复制到一张新表,另存为 .xlsx 再上传。",
    )


def too_much_text(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_much_text",
        f"表内文字总量超过 {caps.text_chars // 10_000:,} 万字的上限。",
        "请删去无关的长文字,或拆成几个文件分别导入。",
    )


def bomb() -> FileRefused:
    return FileRefused(
        "zip_bomb",
        "文件解压后大得不合常理,疑似压缩炸弹。",
        "如确是台账,请把有数据的区域复制到新表,另存为 .xlsx 再上传。",
    )


def tampered(detail: str) -> FileRefused:
    return FileRefused(
        "tampered",
        f"压缩包的写法不正常({detail})。",
        "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传。",
    )


def encrypted() -> FileRefused:
    return FileRefused(
        "encrypted",
        "文件设了打开密码,系统读不了。",
        "请在 WPS 或 Excel 中去掉密码(文件—信息—保护工作簿),保存后再上传。",
    )


def macros() -> FileRefused:
    return FileRefused(
        "macro",
        "文件里带有宏,宏可能夹带有害程序,系统不收。",
        "请用 WPS 或 Excel 打开后另存为“.xlsx(不含宏)”再上传。",
    )


def external_links() -> FileRefused:
    return FileRefused(
        "external_link",
        "文件里有指向其他文件或外部数据的链接,系统不读外部内容。",
        "请在“数据—编辑链接”里断开链接(公式会变成数值),保存后再上传。",
    )


def too_many_sheets(caps: Caps) -> FileRefused:
    return FileRefused(
        "too_many_sheets",
        f"工作表超过 {caps.sheets} 张的上限。",
        "请只保留要导入的工作表再上传。",
    )
