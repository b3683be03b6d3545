"""Templates show in every language, bring nothing from outside, and say what they expect."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import Environment

from mandorla.dialogue.services.scripts import told as told_in
from mandorla.safety.services import shipped_texts
from mandorla.site.translations import TEXTS, read
from tests.house.files import templates

TEMPLATES = templates()
SEEN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description"}
NAMES = {"Mandorla", "Imago", "QR"}  # the same in every language
TRANS = re.compile(r"{%-?\s*trans.*?endtrans\s*-?%}", re.DOTALL)
WIDTH = re.compile(r"{% block width %}\w+{% endblock %}")  # a class, not a word
CODE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)

for_every_template = pytest.mark.parametrize(("name", "source"), TEMPLATES, ids=[name for name, _ in TEMPLATES])


class Page(HTMLParser):
    """The tags, attributes and bare texts of one template, its expressions taken out."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(CODE.sub("0", TRANS.sub("0", WIDTH.sub("", source))))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.words += [value for name, value in attrs if name in SEEN_ATTRIBUTES and value]
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style") and data.strip():
            self.scripts.append(data)
        else:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


@for_every_template
def test_first_line_says_what_it_expects(name: str, source: str) -> None:
    assert re.match(r"{#-?\s*\w", source), f"{name} should begin with a comment"


@for_every_template
def test_it_is_valid_jinja(name: str, source: str) -> None:
    Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source, name)


@for_every_template
def test_nothing_is_inline_or_from_outside(name: str, source: str) -> None:
    page = Page(source)

    assert page.scripts == []
    assert [attrs for _, attrs in page.tags if "style" in attrs] == []
    assert [attrs for _, attrs in page.tags if any(key.startswith("on") for key in attrs)] == []
    assert [attrs for tag, attrs in page.tags if tag != "a" and _outside(attrs)] == []


def _outside(attrs: dict[str, str | None]) -> bool:
    used = (attrs.get("src"), attrs.get("href"), attrs.get("action"), attrs.get("poster"), attrs.get("srcset"))
    return any(re.match(r"\s*(https?:)?//", value or "") for value in used)


@for_every_template
def test_every_word_can_be_translated(name: str, source: str) -> None:
    words = {word for text in Page(source).words for word in re.findall(r"[^\W\d_]{2,}", text)}

    assert words - NAMES == set()


@for_every_template
def test_outside_links_tell_nothing(name: str, source: str) -> None:
    leaving = [attrs for tag, attrs in Page(source).tags if tag == "a" and _outside(attrs)]

    assert [attrs for attrs in leaving if "noreferrer" not in (attrs.get("rel") or "")] == []


def test_every_text_has_curly_apostrophes() -> None:
    told = {text for message in read(TEXTS) for text in (message.id if isinstance(message.id, tuple) else [message.id])}

    assert [text for text in told | set(told_in("en").values()) | shipped_texts() if "'" in text] == []
