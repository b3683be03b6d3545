"""Benchmarks: `./check bench NAME`. Files that begin with an underscore are what they share."""
