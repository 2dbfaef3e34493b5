"""Sealing: the bag that nobody changes any more. It is made in `seals`, looked at in `verification`, computed again in `replay`, and what it must hold stands in `parts`."""
