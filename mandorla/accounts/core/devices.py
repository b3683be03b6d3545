"""What a person may call the device they sign in from, so that they know it again in their own list."""

# The first that occurs wins; names of products, the same in every language.
BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "CriOS", "Safari")
MACHINES = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux")
SPOKEN = {"Edg": "Edge", "OPR": "Opera", "CriOS": "Chrome", "Macintosh": "Mac", "CrOS": "Chromebook"}


def device(agent: str) -> str:
    """A browser and a machine in two words, from what the browser says of itself; empty if it says nothing we know."""
    found = (next((name for name in names if name in agent), "") for names in (BROWSERS, MACHINES))
    return " · ".join(SPOKEN.get(name, name) for name in found if name)
