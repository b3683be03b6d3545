"""The public pages: the same for everybody, complete about what stays in clear, silent in titles."""

import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from mandorla.vault.fields import SealedField

PAGES = {
    "/": "One speaks. One listens. Then you change places.",
    "/how/": "How to listen, how to send",
    "/clear/": "What stays in clear",
}
ANSWERS = ("missing", "busy", "moved", "refused", "sealed", "locked", "foreign", "stale", "signed_out")
TELLING = ("imago", "therap", "couple", "partner", "relationship", "dialogue")


class Page(HTMLParser):
    """A page's title, headings, and every address it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: dict[str, str] = {}
        self.addresses: list[str] = []
        self.exits: list[dict[str, str | None]] = []
        self.within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.within.append(tag)
        self.addresses += [address for name in ("href", "src", "action") if (address := given.get(name))]
        if "data-exit" in given:
            self.exits.append(given)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in {"title", "h1"} & set(self.within):
            self.words[tag] = f"{self.words.get(tag, '')} {data.strip()}".strip()


def read(client: Client, path: str) -> Page:
    return Page(client.get(path).content.decode())


@pytest.mark.parametrize(("path", "heading"), PAGES.items())
def test_everybody_reads_the_public_pages(client: Client, path: str, heading: str) -> None:
    assert read(client, path).words["h1"] == heading


@pytest.mark.parametrize("path", PAGES)
def test_public_pages_take_no_posts(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_titles_tell_nothing(client: Client, path: str) -> None:
    title = read(client, path).words["title"].lower()

    assert title
    assert [word for word in TELLING if word in title] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nothing_of_other_sites(client: Client, path: str) -> None:
    outside = [address for address in read(client, path).addresses if re.match(r"[a-z]+:|//", address)]

    assert outside == []


@pytest.mark.parametrize("path", PAGES)
def test_the_quick_exit_works_without_scripts_on_every_page(client: Client, path: str) -> None:
    [way] = read(client, path).exits

    assert (way["href"], way["data-exit"]) == ("/safety/leave/", settings.EXIT_TO)


def test_the_page_of_what_is_in_clear_names_every_column_that_is_not_sealed(client: Client) -> None:
    text = client.get("/clear/").content.decode()
    listed = re.findall(r'<code class="column-names"[^>]*>\s*([^<]+?)\s*</code>', text)

    named = [
        f"{model}.{column}"
        for group in listed
        for part in group.split("; ")
        for model, columns in [part.split(".")]
        for column in columns.split(", ")
    ]
    in_clear = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("mandorla.")
        for field in model._meta.concrete_fields
        if not isinstance(field, SealedField)
    ]

    assert sorted(named) == sorted(in_clear)


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_is_worded_and_shows_the_way_to_help(kind: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    page = Page(
        render_to_string("site/answer.html", {"kind": kind, "held": [], "typed": [], "unlock": "/me/unlock/"}, request)
    )

    assert page.words["h1"]
    assert "/safety/help/" in page.addresses


def test_search_engines_find_the_public_pages_alone(client: Client) -> None:
    rules = client.get("/robots.txt").content.decode().splitlines()

    assert rules[-1] == "Disallow: /"
    assert [rule for rule in rules if rule.startswith("Allow")] == [
        "Allow: /$",
        "Allow: /how/",
        "Allow: /clear/",
        "Allow: /static/",
    ]


def test_a_home_screen_shows_a_name_and_sign_that_tell_nothing(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest").json()

    assert (manifest["name"], manifest["short_name"], manifest["start_url"]) == ("Mandorla", "Mandorla", "/")
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512"]


def test_the_icon_that_browsers_ask_for_unasked_is_there(client: Client) -> None:
    assert client.get("/favicon.ico", follow=False)["Location"].startswith("/static/site/icons/icon")
