"""What was asked: questionnaires and mappings as frozen data, read from TOML."""
