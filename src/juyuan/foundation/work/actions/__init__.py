"""任务的动作。"""

from juyuan.foundation.work.actions.jobs import Outcome, run_jobs
from juyuan.foundation.work.actions.tasks import cancel_task, execute, start_task
from juyuan.foundation.work.progress import Cancelled, Progress

__all__ = [
    "Cancelled",
    "Outcome",
    "Progress",
    "cancel_task",
    "execute",
    "run_jobs",
    "start_task",
]
