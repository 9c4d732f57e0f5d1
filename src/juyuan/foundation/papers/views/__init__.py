"""公文的网页:清单、登记簿、核验、一份。"""

from juyuan.foundation.papers.views.pages import checking, detail, download, listing, register

__all__ = ["checking", "detail", "download", "listing", "register"]
