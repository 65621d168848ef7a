"""The names of events: Segment's e-commerce v2 verbatim, and the offline set."""

from __future__ import annotations

import msgspec

__all__ = ["EVENT_TYPES", "TRADE", "EventType"]


class EventType(msgspec.Struct, frozen=True):
    """One known event: its wire name, the family it belongs to, and which parts it must carry.

    `needs` names canonical parts: `items` (at least one product), `place`, `ref`, `coupon`, `amount`, `ident`.
    `funnel` is the step of the shopping funnel it proves: seen, visited, tried or bought. What is of the family
    `system` only the platform says; nobody can send it. What is of the families `stock` and `order` only a trusted
    touchpoint may say: with the key of a web page anybody could empty a warehouse.
    """

    name: str
    family: str
    needs: tuple[str, ...] = ()
    funnel: str = ""


_ONLINE = (
    "Products Searched", "Product List Viewed", "Product List Filtered", "Promotion Viewed", "Promotion Clicked",
    "Cart Viewed", "Checkout Started", "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered",
    "Coupon Entered", "Coupon Applied", "Coupon Denied", "Coupon Removed", "Wishlist Product Added to Cart",
    "Cart Shared", "Product Shared",
)
_PRODUCT = ("Product Clicked", "Product Viewed", "Product Added", "Product Removed", "Product Added to Wishlist",
            "Product Removed from Wishlist")
_SEEN = {"Product Clicked", "Product Viewed", "Product Added", "Product Added to Wishlist", "Product List Viewed"}

EVENT_TYPES: dict[str, EventType] = {
    t.name: t
    for t in (
        *(EventType(n, "ecommerce", funnel="seen" if n in _SEEN else "") for n in _ONLINE),
        *(EventType(n, "ecommerce", ("items",), "seen" if n in _SEEN else "") for n in _PRODUCT),
        EventType("Order Completed", "ecommerce", ("ref", "items"), "bought"),
        EventType("Order Updated", "ecommerce", ("ref",)),
        EventType("Order Refunded", "ecommerce", ("ref",)),
        EventType("Order Cancelled", "ecommerce", ("ref",)),
        EventType("Product Reviewed", "ecommerce", ("items",)),
        # Segment's other calls, as events
        EventType("Page Viewed", "call"), EventType("Screen Viewed", "call"),
        EventType("Identified", "call", ("ident",)), EventType("Aliased", "call", ("ident",)),
        EventType("Grouped", "call", ("ident",)), EventType("Signed Out", "call", ("ident",)),
        # offline
        EventType("Venue Entered", "place", ("place",), "visited"), EventType("Venue Exited", "place", ("place",)),
        EventType("Zone Entered", "place", ("place",)), EventType("Zone Exited", "place", ("place",)),
        EventType("Zone Dwelled", "place", ("place",)), EventType("Device Sighted", "sighting", ("ident", "place")),
        EventType("Devices Sighted", "sighting"),  # what one frame of a sensor heard: only touchpoints make it
        EventType("Tag Scanned", "offline", ("items",), "tried"),
        EventType("Fitting Requested", "offline", ("items",), "tried"),
        EventType("Coupon Printed", "coupon", ("coupon",)), EventType("Coupon Issued", "coupon", ("coupon",)),
        EventType("Coupon Redeemed", "coupon", ("coupon",)),
        EventType("Coupon Locked", "void", ("coupon", "ref")), EventType("Coupon Unlocked", "void", ("coupon", "ref")),
        EventType("Screen Seen", "offline"),
        EventType("Receipt Issued", "receipt", ("ref", "place", "items"), "bought"),
        EventType("Receipt Returned", "receipt", ("ref", "place", "items")),
        EventType("Receipt Voided", "void", ("ref", "place")), EventType("Till Reported", "offline", ("place",)),
        EventType("Guide Contacted", "offline", ("ident",)),
        # what social networks push, and shoppers do there
        EventType("Channel Followed", "social", ("ident",)), EventType("Channel Unfollowed", "social", ("ident",)),
        EventType("Scene Scanned", "social", ("ident",), "seen"), EventType("Menu Clicked", "social", ("ident",)),
        EventType("Message Received", "social", ("ident",)), EventType("Message Reported", "social", ("ident",)),
        EventType("Subscription Answered", "social", ("ident",)), EventType("Mentioned", "social", ("ident",)),
        EventType("Location Reported", "social", ("ident",)), EventType("Mini Program Entered", "social", ("ident",)),
        EventType("Authorisation Withdrawn", "social", ("ident",)),
        # stock: what a place holds, and what moves between places
        *(EventType(n, "stock", ("place", "items")) for n in ("Stock Counted", "Stock Received", "Stock Adjusted")),
        EventType("Goods Observed", "stock", ("place",)),
        EventType("Transfer Sent", "stock", ("ref", "place", "items")),
        EventType("Transfer Received", "stock", ("ref", "place", "items")),
        EventType("Transfer Cancelled", "stock", ("ref",)),
        # an order's way to the shopper; it is paid by Order Completed
        EventType("Order Placed", "order", ("ref", "items")), EventType("Order Picked", "order", ("ref",)),
        EventType("Order Shipped", "order", ("ref",)), EventType("Order Ready", "order", ("ref",)),
        EventType("Order Collected", "order", ("ref",)), EventType("Order Delivered", "order", ("ref",)),
        EventType("Order Returned", "order", ("ref", "place")),
        EventType("Reservation Requested", "order", ("items",)), EventType("Reservation Released", "order", ("ref",)),
        EventType("Link Made", "system"), EventType("Link Retired", "system"), EventType("Link Restored", "system"),
        EventType("Playlist Updated", "system"), EventType("Playlist Removed", "system"),
        EventType("Spot Played", "system", ("place", "ref")),
        # what the platform says itself, and master data
        EventType("Message Sent", "message", ("ident", "ref")), EventType("Message Failed", "message", ("ref",)),
        EventType("Message Seen", "message", ("ident", "ref")),
        EventType("Consent Changed", "consent", ("ident",)),
        EventType("Product Updated", "master", ("items",)), EventType("Store Updated", "master", ("place",)),
        EventType("Campaign Updated", "master"), EventType("Price Updated", "master", ("items",)),
        EventType("Campaign Assigned", "message", ("ident",)), EventType("Clock Ticked", "system"),
        EventType("Devices Moved", "system"),  # what Venue and Zone events say, of devices that can be nobody's
        EventType("Reservation Granted", "system"), EventType("Reservation Refused", "system"),
        EventType("Reservation Expired", "system"),
        EventType("Identity Corrected", "system"), EventType("Member Changed", "system"),
        EventType("Venue Updated", "system"), EventType("Staff Registered", "system"),
        EventType("Survey Imported", "system"), EventType("Visit Retraced", "system"),
        EventType("Calibration Given", "system"),
        EventType("Sensor Recovered", "system"), EventType("Door Counted", "place", ("place",)),
    )
}
"""Every event the platform knows. A retailer's own names are added in `[intake] custom_events`."""

TRADE = frozenset({
    "Receipt Issued", "Receipt Returned", "Order Completed", "Order Updated", "Order Refunded", "Order Cancelled",
    "Coupon Redeemed", "Receipt Voided", "Order Placed", "Order Picked", "Order Shipped", "Order Ready",
    "Order Collected", "Order Delivered", "Order Returned", "Reservation Requested", "Reservation Released",
    "Stock Counted", "Stock Received", "Stock Adjusted", "Goods Observed", "Transfer Sent", "Transfer Received",
    "Transfer Cancelled",
})
"""Events that must outlast a person: an erasure takes the person out of them, and leaves goods and money."""
