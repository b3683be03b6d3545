"""Commands about dialogues."""
