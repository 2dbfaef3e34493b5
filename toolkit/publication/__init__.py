"""What the public may see: the extract, the notice, and the read-only server before Voilà."""

import sys

# The notebook libraries check JSON schemas, and for these a grammar of all international addresses is built at every start: more
# than a second before a page is served or an edition sealed. No schema here asks for one; without the module none is checked.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
