"""Published figures of every council, from DfE and ONS files, with what is withheld kept so."""
