"""权限矩阵里促进会议各页。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import Page

MEETINGS: tuple[Page, ...] = ()
