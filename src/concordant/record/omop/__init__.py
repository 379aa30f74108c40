"""OMOP CDM 5.4: a DuckDB file, a folder of Parquet or CSV files, or PostgreSQL, to patients."""
