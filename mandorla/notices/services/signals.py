"""What higher floors may listen to."""

from django.dispatch import Signal

renewed = Signal()
"""Somebody asked for other times than before. With `ring` (theirs); a listener returns the agreed times it knows."""
