"""公文的动作:起草、改稿、送批、批准、退回、印发、作废;盖章件、送达。"""

from juyuan.foundation.papers.actions.drafting import (
    draft_paper,
    redraft,
    revise_paper,
    submit_paper,
)
from juyuan.foundation.papers.actions.issuing import (
    approve_paper,
    issue_paper,
    record_issue,
    return_paper,
    void_paper,
)
from juyuan.foundation.papers.actions.sending import record_delivery, upload_scan

__all__ = [
    "approve_paper",
    "draft_paper",
    "issue_paper",
    "record_delivery",
    "record_issue",
    "redraft",
    "return_paper",
    "revise_paper",
    "submit_paper",
    "upload_scan",
    "void_paper",
]
