"""The hand-written limit: set-based SQL with the effect of maps/peer.yaml, as good as one would write it by hand."""

from __future__ import annotations

import psycopg

STATEMENTS = (
    "delete from ticket_message where ticket_id in (select id from support_ticket where member_id=any(%s))",
    "delete from support_ticket where member_id=any(%s)",
    "delete from login_event where member_id=any(%s)",
    "delete from wishlist where member_id=any(%s)",
    "delete from review where member_id=any(%s)",
    "delete from payment_card where member_id=any(%s)",
    "delete from newsletter_sub where email in (select email from member where id=any(%s))",
    "update member set email=md5(id::text||'salt')||'@erased.invalid',name=null,phone=null,birth_date=null,gender=null,"
    "last_login_ip=null where id=any(%s)",
    "update address set recipient=null,street=null,house=null,city=null,state=null,zip=null,phone=null"
    " where member_id=any(%s)",
    "update orders set ship_name=null,ship_address=null,contact_email=null,note=null where member_id=any(%s)",
    "update order_item set gift_message=null where order_id in (select id from orders where member_id=any(%s))",
)


def close_by_hand(connection: psycopg.Connection[tuple[object, ...]], ids: list[int]) -> None:
    """Delete and mask the members in one transaction."""
    with connection.transaction():
        for statement in STATEMENTS:
            connection.execute(statement, (ids,))
