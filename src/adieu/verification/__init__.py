"""Doubts: walks the map's text by itself before, and reads everything back after. Shares no code with erasure."""

from adieu.verification.after import verify
from adieu.verification.doubt import doubting
from adieu.verification.report import Report
from adieu.verification.scan import Scan, strong_identifier
from adieu.verification.walk import Belongings, Ground, walk

__all__ = ["Belongings", "Ground", "Report", "Scan", "doubting", "strong_identifier", "verify", "walk"]
