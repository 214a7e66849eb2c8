"""The formats in which shops answer besides JSON, read into the plain values that JSON has."""
