"""pdf 用的字体:机关自己的正版字体(数据目录 `fonts/`)→ 机器上装的 → 随依赖包来的思源宋体、黑体。

docx 只写字体名,由打开它的电脑显示,不嵌入。
"""

from __future__ import annotations

from pathlib import Path

import pylopdf_fonts_zh_cn
from django.conf import settings

BUNDLED = Path(pylopdf_fonts_zh_cn.__file__).parent
SONG, HEI = "Noto Serif SC", "Noto Sans SC"
# 用途 → 依次试的字体;末一个总在
FAMILIES = {
    "fang": ("FangSong_GB2312", "FangSong", "FandolFang", SONG),
    "kai": ("KaiTi_GB2312", "KaiTi", "FandolKai", SONG),
    "hei": ("SimHei", "FandolHei", HEI),
    "song": ("SimSun", "FandolSong", SONG),
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", SONG),
}
# docx 里写的名字
NAMES = {
    "fang": "仿宋_GB2312",
    "kai": "楷体_GB2312",
    "hei": "黑体",
    "song": "宋体",
    "title": "方正小标宋简体",
}


def folders() -> list[Path]:
    """字体所在的文件夹。"""
    own = settings.JUYUAN_HOME / "fonts"
    return [folder for folder in (own, BUNDLED) if folder.is_dir()]
