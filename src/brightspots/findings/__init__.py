"""What can be said: estimates, comparisons and cohorts."""
