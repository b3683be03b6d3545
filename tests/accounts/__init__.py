"""Accounts: who comes in, with what, and what nobody learns from the answer."""
