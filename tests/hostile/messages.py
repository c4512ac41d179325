"""What a message may hold."""

import unicodedata


def plain_to_see(message: str) -> bool:
    """Whether a message is of signs that a terminal shows, none of which is taken for another of ASCII."""
    like = [unicodedata.normalize("NFKC", sign) for sign in message if not sign.isascii()]
    return message.isprintable() and not any(sign.isascii() for sign in like)
