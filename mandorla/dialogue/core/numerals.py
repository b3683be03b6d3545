"""Numbers in the figures of a language: told in Persian they say ۲۰. Codes and what people wrote stay as they are."""

NUMERALS = {"fa": str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹،")}  # and the comma of a date


def numerals(text: object, language: str) -> str:
    """The same text, its numbers in the figures this language is read in."""
    told = text if isinstance(text, str) else str(text)  # what is marked as safe stays so
    return told.translate(NUMERALS[language]) if language in NUMERALS else told
