"""The JSON Schemas and openapi.yaml; this file lets them travel inside the package."""
