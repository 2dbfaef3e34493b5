"""The commands of ``committee``, by what they are about."""
