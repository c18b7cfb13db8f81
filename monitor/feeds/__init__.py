"""Feeds -> items: fetched, parsed, dated, told apart; and when to ask again."""
