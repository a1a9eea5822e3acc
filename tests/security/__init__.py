"""What an attacker would try, each attempt with what Warren answers."""
