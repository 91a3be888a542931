"""What an article is about: Media Topics and the user's own topics."""

from services.contracts.messages import Article, Tag
from services.enrich.media_topics import MODEL, NAMES, code, media_topics
from services.enrich.own_topics import OwnTopics

_NAMES = {code(two): name for two, name in NAMES.items()}


def topics(article: Article, own: OwnTopics) -> tuple[Tag, ...]:
    """The topics of `article`, the surest first; of a topic that both sides know, the higher score."""
    found = media_topics(article)
    names = dict(_NAMES)
    for (id_, name), score in own.scores(f"{article.title}\n{article.body}").items():
        found[id_] = max(score, found.get(id_, 0))
        names.setdefault(id_, name)
    return tuple(
        Tag(id=id_, name=names[id_], score=round(score, 3))
        for id_, score in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    )


def model_name(own: OwnTopics) -> str:
    """What made the topics: names and versions of the models."""
    return ", ".join([MODEL, *own.models])
