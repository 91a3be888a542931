"""Lists as people write them in settings and addresses."""


def parts(text: str) -> list[str]:
    """What stands between the commas of `text`, without the space around it; what is empty is passed over."""
    return [part for piece in text.split(",") if (part := piece.strip())]
