"""Pages of rounds: setup (a round being prepared), running (lists, one round, more time), councils (who judges its cards)."""
