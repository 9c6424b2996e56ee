"""Pure functions from frames and words to compact SVG and HTML; `explore` draws for notebooks."""
