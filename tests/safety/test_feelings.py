"""The wheel of feelings holds feelings, each once."""

import tomllib
from pathlib import Path

WHEEL = tomllib.loads((Path(__file__).parents[2] / "mandorla" / "content" / "feelings" / "en.toml").read_text())
WORDS = [word for group in WHEEL["groups"] for word in group["words"]]
THOUGHTS = {
    "abandoned",
    "abused",
    "attacked",
    "betrayed",
    "blamed",
    "cheated",
    "criticised",
    "disrespected",
    "ignored",
    "insulted",
    "judged",
    "manipulated",
    "misunderstood",
    "neglected",
    "pressured",
    "provoked",
    "punished",
    "rejected",
    "tricked",
    "unappreciated",
    "unheard",
    "unloved",
    "unseen",
    "unsupported",
    "unwanted",
    "used",
}


def test_it_has_seven_or_eight_groups_each_with_its_plain_word_and_seven_to_nine_finer_ones() -> None:
    assert len(WHEEL["groups"]) in (7, 8)
    assert {len(group["words"]) for group in WHEEL["groups"]} <= {8, 9, 10}
    assert [group["words"][0]["name"] for group in WHEEL["groups"]] == [group["name"] for group in WHEEL["groups"]]


def test_no_key_stands_twice() -> None:
    keys = [word["key"] for word in WORDS]

    assert sorted(keys) == sorted(set(keys))


def test_no_word_accuses_the_other() -> None:
    assert [word["key"] for word in WORDS if word["key"] in THOUGHTS] == []


def test_it_names_its_reviewer_and_source() -> None:
    assert (WHEEL["language"], WHEEL["reviewer"], WHEEL["source"]) == ("en", "awaiting review", "own")
