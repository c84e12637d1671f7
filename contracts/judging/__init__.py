"""The engine that judges: strict decoding, schemas, answers, evidence and outcomes; it knows no clause."""
