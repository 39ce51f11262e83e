"""The experiments of the lesson as data, and what their runs are found to have shown. No page, no TensorFlow."""
