"""A cohort of an OMOP database that Spark reads, and the same facts decided by its SQL.

spark-submit --driver-memory 4g --driver-java-options -Xss64m cohort_on_spark.py OMOP_FOLDER COHORT_FOLDER
"""

import datetime as dt
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from concordant.api import Engine
from concordant.api.cohort_order import CohortOrder
from concordant.api.spark import decide_spark_facts, make_spark_cohort

source, folder = Path(sys.argv[1]), Path(sys.argv[2])
spark = SparkSession.builder.appName("concordant").getOrCreate()
engine = Engine()

# Any DataFrames will do: spark.table("cdm.measurement"), a lake, a warehouse.
tables = {path.stem: spark.read.parquet(str(path)) for path in source.iterdir()}
order = CohortOrder(as_of=dt.date(2025, 12, 31))
made = make_spark_cohort(engine, spark, tables, folder, order, name=str(source))
print(made)  # noqa: T201

# What today's guideline says of every point, by the query of `concordant export --to sql --dialect spark`.
facts = spark.read.parquet(str(folder / "facts"))
decided = decide_spark_facts(engine, facts, as_of=dt.date(2025, 12, 31))
decided.groupBy("answer").count().orderBy("answer").show()
spark.stop()
