"""A drawing as strokes: points on a square of a thousand by a thousand. Small, bounded, and nothing but numbers."""

from mandorla.vault.core import Refused

SIDE = 1000
STROKES_MAX = 80
POINTS_MAX = 2000


def strokes_from(drawn: str) -> list[list[int]]:
    """The strokes told as `x y x y; x y …`. Refused: "empty", and "drawing" for too much or what is no drawing."""
    try:
        strokes = [[int(number) for number in stroke.split()] for stroke in drawn.split(";") if stroke.strip()]
    except ValueError:
        raise Refused("drawing") from None
    if not strokes:
        raise Refused("empty")
    numbers = [number for stroke in strokes for number in stroke]
    if (
        len(strokes) > STROKES_MAX
        or len(numbers) > 2 * POINTS_MAX
        or any(len(stroke) % 2 for stroke in strokes)
        or not all(0 <= number <= SIDE for number in numbers)
    ):
        raise Refused("drawing")
    return strokes
