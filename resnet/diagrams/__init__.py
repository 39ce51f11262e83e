"""Diagrams: plain data in, SVG text out. Pure functions of the standard library; colours come from the style sheet that shows them."""
