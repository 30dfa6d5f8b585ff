"""Adieu closes a member's account in an online shop, erases it in every store, and proves it."""
