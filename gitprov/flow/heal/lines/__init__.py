"""Single lines that heal can account for: brought back, laid out anew, left open by a note."""
