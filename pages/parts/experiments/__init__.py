"""The parts of the page Experiments: what is predicted, the race and its recording, what it showed."""
