"""AMP pages: what is furniture by AMP's own elements and attributes gets the name that HTML has for it.

Elements: the catalogue of components on amp.dev. What is shown only to those who may not read the article stands beside
it, and what is shown only to those who may is the article (amp-subscriptions, amp-access).
"""

from lxml.html import HtmlElement

_MARKS = ("amp", "⚡")
_FURNITURE = frozenset(
    (
        "amp-ad", "amp-app-banner", "amp-auto-ads", "amp-autocomplete", "amp-base-carousel", "amp-byside-content",
        "amp-carousel", "amp-consent", "amp-embed", "amp-iframe", "amp-image-lightbox", "amp-inline-gallery",
        "amp-lightbox", "amp-lightbox-gallery", "amp-list", "amp-mega-menu", "amp-nested-menu", "amp-next-page",
        "amp-sidebar", "amp-social-share", "amp-sticky-ad", "amp-stream-gallery", "amp-user-notification",
        "amp-web-push", "amp-web-push-widget",
    )
)  # fmt: skip
_NOT_FOR_READERS = (
    "//*[not(self::html or self::body or self::main or self::article)]"
    "[@subscriptions-section='content-not-granted' or @subscriptions-dialog or @subscriptions-action"
    " or starts-with(@subscriptions-display, 'NOT ') or starts-with(@amp-access, 'NOT ')]"
)


def say_in_html(tree: HtmlElement) -> None:
    """Make the furniture in the tree of an AMP page <aside>; other pages stay as they are."""
    if not any(tree.get(mark) is not None for mark in _MARKS):
        return
    for element in (*tree.iter(*_FURNITURE), *tree.xpath(_NOT_FOR_READERS)):
        element.tag = "aside"
