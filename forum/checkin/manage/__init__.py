"""The back office of the door: checkpoints, phones, scans, and the stand-by queue."""

from forum.checkin.manage import stand_by
from forum.checkin.manage.door import blueprint

__all__ = ["blueprint", "stand_by"]
