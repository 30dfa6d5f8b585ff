"""Recipients of a member's data, told by a signed webhook (Standard Webhooks): `adieu.ports.stores`, as far as it goes."""

from adieu.adapters.recipients.address import RecipientAddress
from adieu.adapters.recipients.installing import RecipientInstalling, open_recipient

__all__ = ["RecipientAddress", "RecipientInstalling", "open_recipient"]
