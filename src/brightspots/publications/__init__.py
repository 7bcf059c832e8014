"""What people read: sentences, and a report in several formats. Writers accept a Release and nothing else."""
