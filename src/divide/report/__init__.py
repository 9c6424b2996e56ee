"""Pages for readers: one HTML file a place, four languages inside, no script, nothing loaded."""
