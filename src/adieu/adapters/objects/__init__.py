"""A bucket that speaks S3 as a store: every version of what lies under a member's prefix is deleted.

A bucket has no transactions. What a step is about to do stands in Adieu's journal first, and a repeat goes on deleting
until nothing is listed. The S3 library (botocore) is loaded with the first request.
"""

from adieu.adapters.objects.address import ObjectsAddress
from adieu.adapters.objects.installing import ObjectsInstalling, open_objects
from adieu.adapters.objects.store import ObjectsStore

__all__ = ["ObjectsAddress", "ObjectsInstalling", "ObjectsStore", "open_objects"]
