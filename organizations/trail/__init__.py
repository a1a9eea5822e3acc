"""The audit log's evidence: records closed into blocks, each block bound to the one before."""
