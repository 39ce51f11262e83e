"""The parts of the pages Training and Results: one run started, watched, steered and read."""
