"""What this app tells the layers below it."""
