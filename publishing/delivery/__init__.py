"""The ledger: a post goes out once, whoever dies and whenever. `ledger` names what others call."""
