"""The rules of the house: what holds for every file, model, address and reply, whoever wrote it."""
