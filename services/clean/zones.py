"""Which elements hold furniture, by tag, role and the words in their class and id."""

import re
from itertools import pairwise

from lxml.html import HtmlElement

_TAGS = {
    "nav": "navigation", "footer": "a footer", "aside": "an aside", "form": "a form", "figure": "a figure",
    "figcaption": "a caption", "dialog": "a dialog", "menu": "a menu", "fieldset": "a form", "caption": "a caption",
}  # fmt: skip
_ROLES = frozenset(
    (
        "navigation",
        "complementary",
        "banner",
        "contentinfo",
        "dialog",
        "alertdialog",
        "search",
        "menu",
        "menubar",
        "toolbar",
        "tooltip",
        "alert",
        "status",
        "form",
    )
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"[^a-z0-9\u00c0-\uffff]+")

# Words of class and id names that sites give to what is not the article; whole words after splitting.
_WORDS = frozenset(
    """
    comment comments commentlist disqus respond replies reply livefyre viafoura coral
    related recirc recirculation recommended recommendation recommendations relatedposts relatedarticles morestories
    newsletter newsletters subscribe subscription signup optin mailchimp paywall regwall piano
    share sharing sharebar sharedaddy sharethis addthis social socials socialshare followus follow
    promo promos promotion advert advertisement advertising advertisment ads ad adsbygoogle sponsor sponsored outbrain taboola
    sidebar breadcrumb breadcrumbs cookie cookies consent gdpr cmp popup modal overlay lightbox
    footer nav navbar navigation menu pagination pager toolbar tools actions buttons
    tags taglist tagcloud keywords byline bylines authorbio authorbox dateline timestamp
    caption captions figcaption imagecaption wpcaption credit credits copyright legal disclaimer
    skip sronly trending popular mostread mostpopular latest teaser teasers readmore alsoread readalso
    gallery slideshow carousel slider poll quiz survey donate donation donations rating ratings
    masthead topbar ticker mobileapp print printonly noprint toc feedback reactions embed
    kommentar kommentare werbung anzeige teilen autor autoren autorenzeile empfehlungen verwandte mehrzumthema leserbriefe
    commentaires commentaire partage partager publicite abonnement auteur auteurs signature
    comentarios comentario compartir publicidad relacionadas relacionados relacionada boletin firma suscripcion
    compartilhar publicidade comentários assinatura leiamais vejatambem saibamais
    correlati condividi commenti pubblicita iscriviti firma sommario galleria leggianche
    reacties delen advertentie gerelateerd reklama komentarze powiazane polecane udostepnij
    yorum yorumlar reklam ilgili paylas etiketler bulten
    """.split()
)
# Names that layouts and whole articles bear too; the other names mean what they say even when they hold much text
# (comments are often longer than the article).
WEAK = frozenset(
    """
    sidebar paywall regwall piano embed print printonly noprint feedback tools actions toc follow footer modal
    overlay popup latest gallery slideshow slider carousel subscribe subscription signup credit credits legal skip menu nav
    social share sharing ad ads signature firma autor auteur tags
    """.split()
)

# Pairs of words that say it only together: "read-more", "author-bio".
_PAIRS = frozenset(
    """
    read_more read_also also_read read_next more_stories more_news more_from most_read most_popular you_may author_bio author_box
    author_info about_author sign_up call_out see_also sr_only visually_hidden screen_reader d_none is_hidden
    social_media related_content related_articles story_meta article_meta post_meta entry_meta post_info article_info
    article_tags entry_footer post_footer article_footer wp_caption image_caption media_caption photo_credit
    leggi_anche lee_tambien lire_aussi lesen_auch leia_tambem lees_ook czytaj_takze le_puede key_events key_points app_promo
    widget_area text_to audio_player video_player jump_to back_to site_header page_header post_date publish_date pub_date entry_date
    """.split()
)
# An element named so holds the article, whatever else its names say.
_CONTENT = re.compile(
    r"article-?_?body|articlebody|story-?_?body|storytext|entry-?_?content|post-?_?content|article-?_?content|article-?_?text|main-?_?content|post-?_?body|body-?_?text",
    re.IGNORECASE,
)


# Lists of other articles; without a link inside, such a name is a standfirst's or a layout's.
_LISTS = frozenset(
    "related recirc recommended recommendation recommendations trending popular mostread mostpopular latest teaser teasers".split()
)
_UNNAMED = frozenset(("html", "body", "main", "h1", "h2", "h3", "h4", "h5", "h6"))
_MAX_ID_PARTS = 3
_FIGURE_CHARS = 600


def zone_of(element: HtmlElement) -> str | None:
    """What kind of furniture the element holds, for people, or None."""
    tag = element.tag
    if tag in ("html", "body", "main"):
        return None
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
        return "hidden"
    if tag == "figure":
        return "a figure" if _is_picture(element) else None
    if reason := _TAGS.get(tag):
        return reason
    if (element.get("role") or "").lower() in _ROLES:
        return f"role {element.get('role')}"
    if "author" in (element.get("itemprop") or "").lower().split() or element.get("rel") == "author":
        return "a byline"
    return None if tag in _UNNAMED else _named(element)


def _is_picture(figure: HtmlElement) -> bool:
    """A picture with its caption; figures hold tables and parts of articles too."""
    return figure.find(".//table") is None and len(figure.text_content()) <= _FIGURE_CHARS


def _named(element: HtmlElement) -> str | None:
    names = (element.get("class") or "").split()
    # Long ids are made of the text of a heading: "effective-menu-management".
    identity = element.get("id") or ""
    if len(_parts(identity)) <= _MAX_ID_PARTS:
        names.append(identity)
    if len(names) > 40 or _CONTENT.search(" ".join(names)):
        return None
    for name in names:
        parts = _parts(name)
        word = next((p for p in parts if p in _WORDS), None) or next(
            (f"{a} {b}" for a, b in pairwise(parts) if f"{a}_{b}" in _PAIRS), None
        )
        if word and (word not in _LISTS or element.find(".//a[@href]") is not None):
            return f"{'may be' if word in WEAK else 'named'} “{word}”"
    return None


def _parts(name: str) -> list[str]:
    return [p for p in _SPLIT.split(_CAMEL.sub("-", name).lower()) if p]
