//! Finds out the encoding of a file.
