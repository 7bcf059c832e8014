"""Counts that councils may exchange, and pools of them; a child's row never leaves its council."""

from brightspots.exchange.benchmark_files import write_benchmarks
from brightspots.exchange.contributions import Contribution, contribute, read_contribution
from brightspots.exchange.pools import Pool, pool

__all__ = ["Contribution", "Pool", "contribute", "pool", "read_contribution", "write_benchmarks"]
