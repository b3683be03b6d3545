"""Commands for those who run or build Mandorla."""
