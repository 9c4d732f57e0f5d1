"""外联的表。"""

from juyuan.rooms.outreach.models.leads import Lead, LeadStep

__all__ = ["Lead", "LeadStep"]
