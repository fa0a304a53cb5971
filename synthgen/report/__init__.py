"""The page that says how good synthetic data is: report.html and report.json, and several of them side by side."""

from synthgen.report.compare import ReportComparison, compare_reports
from synthgen.report.context import ReportContext
from synthgen.report.loading import REPORT_HTML, REPORT_JSON, LoadedReport, load_report
from synthgen.report.writing import WrittenReport, write_report

__all__ = [
    "REPORT_HTML",
    "REPORT_JSON",
    "LoadedReport",
    "ReportComparison",
    "ReportContext",
    "WrittenReport",
    "compare_reports",
    "load_report",
    "write_report",
]
