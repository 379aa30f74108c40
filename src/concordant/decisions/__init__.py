"""The decision record: answers that were given, chained by hashes in a database, to be given again and held against it."""
