"""Commands that follow one another, each kept while what it was made from has not changed."""
