"""What is answered to a submission. Pure."""


def submitted(identity: str, url: str) -> dict[str, str]:
    """The page's id, its canonical URL, and where to follow it and find its article."""
    return {
        "id": identity,
        "url": url,
        "journey": f"/v1/journey?id={identity}",
        "article": f"/v1/articles/{identity}",
    }
