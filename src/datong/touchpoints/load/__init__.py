"""The file loader: rows of CSV, Parquet and JSON Lines through the same intake as live events.

Owns: `touchpoints_load` (how far each file has come). Reads: the catalogue. Promises: a load that was cut off goes on
where it stopped; what was loaded before changes nothing; memory stays bounded however large the file.
"""

from datong.touchpoints.load.mapping import LoadMapping, read_mapping
from datong.touchpoints.load.read import Loaded, Report
from datong.touchpoints.load.run import Loader

__all__ = ["LoadMapping", "Loaded", "Loader", "Report", "read_mapping"]
