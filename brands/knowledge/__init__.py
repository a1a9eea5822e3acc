"""The engine of the knowledge base: pure text work, and the statements that look passages up."""
