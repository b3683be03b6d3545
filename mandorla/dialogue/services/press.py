"""The press: a process of its own that sets one document and ends. JSON in, PDF out, through pipes and nothing else.

The server never imports this file (it runs it): the setter is large, and remembers what it has set for the next time.
"""

import json
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from
from typing import Any, Literal

import typst

SHEETS = Path(__file__).resolve().parents[2] / "content" / "keepsake"
STAND_IN = "□"
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # what has no sign at all
STEERING = {  # what joins, parts and turns the signs around it, and varies them
    *map(chr, (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), *range(0xFE00, 0xFE10))),
}


def pressed(told: dict[str, Any]) -> bytes:
    """What is told as a PDF, as `content/keepsake/page.typ` wants it: A4, tagged (PDF/UA-1), in faces of our own.

    Where a sign cannot be set all the same (an accent on a letter of another script), it is tagged without being UA-1.
    """
    signs = {number for face in SHEETS.glob("*.ttf") for signs in covered(face.read_bytes()) for number in signs}
    settable = _settable(told, signs)
    lacking = settable | {"notes": [*settable["notes"], settable["lacking"]]}
    try:
        return _set(lacking if STAND_IN in json.dumps(settable, ensure_ascii=False) else settable, "ua-1")
    except typst.TypstError:
        return _set(lacking, None)


def covered(face: bytes) -> Iterator[range]:
    """The numbers of the signs a face has, read from its table of signs (`cmap`, formats 4 and 12)."""
    tables = {face[at : at + 4]: unpack_from(">I", face, at + 8)[0] for at in range(12, 12 + 16 * face[5], 16)}
    cmap = tables[b"cmap"]
    for number in range(unpack_from(">H", face, cmap + 2)[0]):
        table = cmap + unpack_from(">I", face, cmap + 8 + 8 * number)[0]
        match unpack_from(">H", face, table)[0]:
            case 4:
                count = unpack_from(">H", face, table + 6)[0] // 2
                ends = unpack_from(f">{count}H", face, table + 14)
                starts = unpack_from(f">{count}H", face, table + 16 + 2 * count)
                yield from (range(start, end + 1) for start, end in zip(starts, ends, strict=True) if start < 0xFFFF)
            case 12:
                for group in range(unpack_from(">I", face, table + 12)[0]):
                    start, end = unpack_from(">II", face, table + 16 + 12 * group)
                    yield range(start, end + 1)


def _set(told: dict[str, Any], standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        SHEETS / "page.typ",
        root=SHEETS,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[SHEETS]),
        sys_inputs={"told": json.dumps(told)},
        pdf_standards=standard,
    )


def _settable(told: Any, signs: set[int]) -> Any:
    """What is told, with a box for every sign that none of our faces has."""
    match told:
        case str():
            return "".join(_sign(sign, signs) for sign in told)
        case list():
            return [_settable(one, signs) for one in told]
        case dict():
            return {name: _settable(one, signs) for name, one in told.items()}
    return told


def _sign(sign: str, signs: set[int]) -> str:
    kind = unicodedata.category(sign)
    if sign == "\n" or sign in STEERING:
        return sign
    if sign == "\t" or (kind.startswith("Z") and ord(sign) not in signs):
        return " "
    if kind in UNSEEN:
        return ""
    return sign if ord(sign) in signs else STAND_IN


if __name__ == "__main__":
    sys.stdout.buffer.write(pressed(json.load(sys.stdin.buffer)))
