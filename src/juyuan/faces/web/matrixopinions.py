"""权限矩阵里审查意见与承诺审查各页。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import Page

OPINIONS: tuple[Page, ...] = ()
