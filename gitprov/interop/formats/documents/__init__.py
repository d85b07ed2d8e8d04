"""Documents about a revision as a whole: provenance graphs and bills of materials."""
