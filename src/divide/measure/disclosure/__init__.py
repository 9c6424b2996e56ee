"""The gate of the institution survey: what is not proven publishable does not leave."""
