"""The parts of the guided lesson: its clock, its steps, what was labelled, what is taken home."""
