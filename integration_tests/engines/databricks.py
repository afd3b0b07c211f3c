"""The stand-in for Databricks, Apache Spark with Delta: a Spark Connect server.
databricks_connector/ passes on to it what dbt-databricks sends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any, ClassVar

from engines.base import HOME, Engine, NotRun, Server, free_port, payload_of

DELTA = (  # a Maven package; of what it brings, Spark lacks its storage only
    "io.delta:delta-spark_4.2_2.13:4.4.0"
)
JARS = ["io.delta_delta-spark_4.2_2.13-4.4.0.jar", "io.delta_delta-storage-4.4.0.jar"]
SETTINGS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "America/St_Johns",  # what comes out must not depend on it
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    # small data, large plans: what takes the time here is the optimizer and compilers, which
    # open-source Spark asks again for every use of a CTE
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.databricks.delta.stats.collect": "false",
    "spark.sql.optimizer.runtime.bloomFilter.enabled": "false",
    "spark.sql.optimizer.dynamicPartitionPruning.enabled": "false",
    "spark.databricks.delta.merge.materializeSource": "all",  # planned once, not twice
}


class Databricks(Engine):
    name = "databricks"
    requirements = "requirements-databricks.txt"
    text, instant, clock = "string", "timestamp", "timestamp_ntz"
    vars: ClassVar[dict[str, str]] = {
        "databricks_skip_optimize": "true"
    }  # after each model of each run: a third of the time here

    settings: ClassVar[dict[str, str]] = SETTINGS
    cores: ClassVar[int] = 2
    memory: ClassVar[str] = "3g"

    left_out = tuple(
        map(payload_of, ("1e400", "-0.0", '{"b": 1, "a": {"c": [1, 2]}}'))
    )  # VARIANT holds them as infinity and 0, and keys in order

    def __init__(self) -> None:
        super().__init__()
        self.port = 0
        self.session_id = ""
        self.server: Server | None = None

    def create_table(self, schema: str, name: str, columns: dict[str, str]) -> str:
        return (
            super().create_table(schema, name, columns) + " using delta"
        )  # as every table of Databricks is

    def literal(self, value: Any) -> str:
        text = super().literal(value)
        return (
            text.replace("' as timestamp)", "Z' as timestamp)")
            if text.startswith("cast('") and text.endswith("' as timestamp)")
            else text
        )

    def quoted(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def start(self) -> None:
        if not shutil.which("java"):
            raise NotRun("there is no Java here; Spark wants 17 or later")
        self.port, self.session_id = free_port(), str(uuid.uuid4())
        spark = next((self.python.parent.parent / "lib").glob("python*/site-packages/pyspark"))
        jars = [str(HOME / "ivy/jars" / jar) for jar in JARS]
        if not all(
            Path(jar).is_file() for jar in jars
        ):  # Spark gets packages itself, before it finds that there is nothing to start
            fetch = [
                str(spark / "bin/spark-submit"),
                "--packages",
                DELTA,
                "--conf",
                f"spark.jars.ivy={HOME / 'ivy'}",
                "--class",
                "none",
                "spark-internal",
            ]
            said = subprocess.run(
                fetch,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                env=os.environ | {"SPARK_HOME": str(spark)},
            )
            if not all(Path(jar).is_file() for jar in jars):
                raise NotRun(
                    f"Delta can't be had as a Maven package: {said.stderr.strip()[-1500:]}"
                )
        settings = self.settings | {
            "spark.connect.grpc.binding.port": str(self.port),
            "spark.sql.warehouse.dir": str(self.folder / "warehouse"),
        }
        command = [
            str(spark / "bin/spark-submit"),
            "--master",
            f"local[{self.cores}]",
            "--driver-memory",
            self.memory,
            "--class",
            "org.apache.spark.sql.connect.service.SparkConnectServer",
            "--jars",
            ",".join(jars),
        ]
        for name, value in settings.items():
            command += ["--conf", f"{name}={value}"]
        env = os.environ | {
            "SPARK_HOME": str(spark),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": str(self.python),
        }
        self.server = Server(
            [*command, "spark-internal"],
            self.folder / "server.log",
            self.port,
            env=env,
            seconds=120,
            cwd=self.folder,
        )

    def version(self) -> str:
        return "Spark 4.2.0, Delta 4.4.0 (a stand-in)"

    def stop(self) -> None:
        if self.server:
            self.server.stop()
            self.server = None

    def environment(self) -> dict[str, str]:
        # dbt imports modules whose names begin with dbt_ by itself
        return {
            "PYTHONPATH": str(Path(__file__).parent / "databricks_connector"),
            "OZMETA_SPARK": f"sc://127.0.0.1:{self.port}/;user_id=dbt;session_id={self.session_id}",
            "PYTHONWARNINGS": "ignore",
        }

    def profile(self, schema: str) -> dict[str, Any]:
        return {
            "type": "databricks",
            "host": "127.0.0.1",
            "http_path": "/sql/1.0/warehouses/none",
            "token": "none",
            "catalog": "hive_metastore",
            "schema": schema,
            "threads": 1,
        }


ENGINE = Databricks()
