"""The operations, a file for each kind. Each works on the story and returns every line that has to come out."""
