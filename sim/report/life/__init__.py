"""The page of one synthetic life."""
