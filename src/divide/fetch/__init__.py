"""From a publisher to a file on this disk. The only layer that may open the network."""
