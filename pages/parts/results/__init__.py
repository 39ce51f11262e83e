"""What the page Results shows of a trained network, a module for each view; results.py switches between them."""
