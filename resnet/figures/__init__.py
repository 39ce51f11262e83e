"""Figures: plain data in, a Plotly figure out. Pure functions; no Streamlit, no TensorFlow."""
