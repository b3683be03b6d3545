"""Gathers every text a person may see into mandorla/site/locale/messages.pot; with --check, says if it is old."""

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / "mandorla" / "site" / "locale" / "messages.pot"
METHODS: list[tuple[str, Any]] = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the list changes when a text does, not when the clock does
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def gathered() -> bytes:
    """The list of texts, sorted, each with the files it stands in."""
    catalog = Catalog(header_comment="# Every text of Mandorla.", creation_date=NO_DATE, charset="utf-8")
    found = extract_from_dir(
        ROOT / "mandorla",
        METHODS,
        {"**/templates/**.html": JINJA},
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for file, _, message, comments, context in found:
        catalog.add(message, None, [(f"mandorla/{file}", 0)], auto_comments=comments, context=context)
    out = BytesIO()
    write_po(out, catalog, sort_output=True, include_lineno=False, width=120)
    return out.getvalue()


if __name__ == "__main__":
    texts = gathered()
    if "--check" not in sys.argv:
        TEXTS.parent.mkdir(exist_ok=True)
        TEXTS.write_bytes(texts)
    elif not TEXTS.exists() or TEXTS.read_bytes() != texts:
        sys.exit(f"{TEXTS.relative_to(ROOT)} is out of date: ./check fix")
