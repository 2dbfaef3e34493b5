"""The invented federation: its members, what they did, and how a secretariat's forms would show it."""
