"""Papers in Word: the texts of `templates/documents`, filled with what an edition says. See `catalogue.DOCUMENTS` for what there is."""
