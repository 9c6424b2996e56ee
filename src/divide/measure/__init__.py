"""Statistics: composition, margins, visibility, and both axes together. Frames in, frames out."""
